// Letting an arm down asks first: it moves by itself, and torque goes off at its end.

import type { App } from "../lib/app.svelte";
import { t } from "../lib/words";

export async function releaseGently(app: App): Promise<void> {
  if (!app.topics.deck.can_release) return;
  const go = await app.dialogs.ask({
    title: t("release.title"),
    body: t("release.body"),
    go: t("release.go"),
    keep: t("release.keep"),
  });
  if (go) await app.ask({ do: "release" });
}
