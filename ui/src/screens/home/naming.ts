// Naming and forgetting arms: what can be taken back is taken back from a message, what cannot is asked first.

import type { App } from "../../lib/app.svelte";
import { nameTrouble } from "../../lib/home";
import type { ArmCard, ArmRole } from "../../lib/protocol";
import { t } from "../../lib/words";

export async function nameArm(app: App, arm: ArmCard): Promise<void> {
  const given = await app.dialogs.prompt({
    title: arm.name ? t("home.rename", { name: arm.name }) : t("home.name"),
    body: t("home.name.body"),
    label: t("home.name.label"),
    value: arm.name,
    go: t("home.name.go"),
    why: (name) => {
      const trouble = nameTrouble(name, arm, app.topics.bench?.arms ?? []);
      return trouble ? t(trouble) : "";
    },
    choice: {
      label: t("home.name.role"),
      options: (["follower", "leader"] as const).map((value) => ({ value, word: t(`home.role.${value}`) })),
      value: arm.role ?? "follower",
    },
  });
  if (!given) return;
  const role = given.choice as ArmRole;
  const named = await app.ask({ do: "name_arm", with: { key: arm.key, name: given.text, role } });
  if (!named.ok) return;
  app.speaker.polite(t("home.named", { name: given.text }));
  if (arm.name === "" || arm.role === null) return;
  const back = { name: arm.name, role: arm.role };
  app.undo.add({
    undo: () => rename(app, given.text, back),
    redo: () => rename(app, back.name, { name: given.text, role }),
  });
}

/** By name: a key may change with it. */
function rename(app: App, name: string, to: { name: string; role: ArmRole }): Promise<unknown> | undefined {
  const arm = app.topics.bench?.arms.find((one) => one.name === name);
  return arm && app.ask({ do: "name_arm", with: { key: arm.key, ...to } });
}

/** A plugged-in arm can be named again at once; one that is away cannot. */
export async function forgetArm(app: App, arm: ArmCard): Promise<void> {
  if (arm.online !== "online") {
    const go = await app.dialogs.ask({
      title: t("home.forget.title", { name: arm.name }),
      body: t("home.forget.body"),
      go: t("home.forget.go"),
      keep: t("home.forget.keep"),
      danger: true,
    });
    if (go) await app.ask({ do: "forget_arm", with: { key: arm.key } });
    return;
  }
  const { port, name, role } = arm;
  const done = await app.ask({ do: "forget_arm", with: { key: arm.key } });
  if (!done.ok || role === null) return;
  const back = () => {
    const there = app.topics.bench?.arms.find((one) => one.port === port);
    return there && app.ask({ do: "name_arm", with: { key: there.key, name, role } });
  };
  app.toasts.show({
    level: "note",
    message: t("home.forgotten", { name }),
    remedy: t("home.forgotten.more"),
    button: { word: t("toast.undo"), press: () => void back() },
  });
}
