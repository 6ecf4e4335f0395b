// What the Settings screen keeps while the window is open: the section that is shown, what is searched, the key that is
// waited for. Not the settings: those are the core's.

import { tick } from "svelte";
import type { App } from "../../lib/app.svelte";
import type { SettingCard } from "../../lib/protocol";
import { conflicts, resetting, swapping, taking, wholeWordOf, wordOf } from "../../lib/settings/bindings";
import { caught } from "../../lib/settings/capture";
import { type Change, type Section, sectionFrom } from "../../lib/settings/catalogue";
import { list } from "../../lib/numbers";
import { t } from "../../lib/words";

/** What stands beside a key that was pressed and not taken at once. */
export type Remark =
  | { kind: "reserved"; name: string; code: string }
  | { kind: "nameless"; name: string }
  | { kind: "conflict"; name: string; code: string };

export class SettingsDesk {
  section = $state<Section>("look");
  typed = $state("");
  /** The binding whose key is waited for. */
  waiting = $state<string | null>(null);
  remark = $state.raw<Remark | null>(null);

  constructor(private app: App) {}

  /** An address named a section. */
  open(word: string): void {
    const section = sectionFrom(word);
    if (section) this.choose(section);
  }

  choose(section: Section): void {
    this.section = section;
    this.typed = "";
    this.leave();
  }

  /** Waits for the key of a binding; asked again, it leaves it. */
  wait(name: string): void {
    if (this.waiting === name) return this.leave();
    this.app.settings.forgive(name);
    this.remark = null;
    this.waiting = name;
    this.app.speaker.assertive(t("set.keys.press.say", { what: wordOf(name) }));
  }

  leave(): void {
    this.waiting = null;
    this.remark = null;
  }

  /** True when the press was for who waits. */
  hear(event: KeyboardEvent): boolean {
    const name = this.waiting;
    if (name === null) return false;
    if (event.repeat) return true;
    const what = caught(event);
    if (!what) return false;
    switch (what.kind) {
      case "left":
        this.leave();
        break;
      case "off":
        this.leave();
        void this.#set(name, [[name, ""]]);
        break;
      case "reserved":
      case "nameless":
        this.remark = { ...what, name };
        this.app.speaker.assertive(this.remarkText);
        break;
      case "key":
        this.#take(name, what.code);
        break;
    }
    return true;
  }

  /** Why the key was not taken at once, in words. */
  get remarkText(): string {
    const remark = this.remark;
    if (!remark) return "";
    if (remark.kind === "nameless") return t("set.keys.nameless");
    const cap = this.app.cap(remark.code);
    if (remark.kind === "reserved") return t("set.keys.reserved", { cap });
    const others = list(this.others.map((card) => wholeWordOf(card.name)));
    const old = this.app.settings.text(remark.name);
    const more = this.swap
      ? t("set.keys.conflict.swap", { old: this.app.cap(old) })
      : t(this.taking ? "set.keys.conflict.take" : "set.keys.conflict.fixed");
    return `${t("set.keys.conflict", { cap, others })} ${more}`;
  }

  get others(): SettingCard[] {
    const remark = this.remark;
    return remark?.kind === "conflict" ? conflicts(this.#cards, remark.name, remark.code) : [];
  }

  get swap(): Change[] | null {
    const remark = this.remark;
    return remark?.kind === "conflict" ? swapping(this.#cards, remark.name, remark.code) : null;
  }

  get taking(): Change[] | null {
    const remark = this.remark;
    return remark?.kind === "conflict" ? taking(this.#cards, remark.name, remark.code) : null;
  }

  /** Makes room as the person said. */
  settle(changes: Change[] | null): void {
    const name = this.remark?.name;
    this.leave();
    if (!name) return;
    if (changes) void this.#set(name, changes);
    void tick().then(() => document.querySelector<HTMLElement>(`[data-binding="${name}"]`)?.focus());
  }

  async resetKeys(): Promise<void> {
    const changes = resetting(this.#cards);
    if (changes.length === 0 || !(await this.app.settings.set(changes))) return;
    this.app.speaker.polite(t("set.keys.reset.done"));
  }

  async beginAnew(): Promise<void> {
    const path = this.app.topics.settings?.path ?? "";
    const go = await this.app.dialogs.ask({
      title: t("set.anew.title"),
      body: t("set.anew.body", { path }),
      go: t("set.anew"),
      keep: t("set.anew.keep"),
    });
    if (!go) return;
    const result = await this.app.ask({ do: "begin_settings_anew" });
    if (!result.ok) return;
    const { answer } = result;
    const remedy = answer.is === "saved" ? t("set.anew.where", { path: answer.what.path }) : t("set.anew.beside");
    this.app.toasts.show({ level: "note", message: t("set.anew.done"), remedy });
    this.app.speaker.polite(`${t("set.anew.done")} ${remedy}`);
  }

  get #cards(): SettingCard[] {
    return this.app.topics.settings?.settings ?? [];
  }

  #take(name: string, code: string): void {
    if (this.app.settings.text(name) === code) return this.leave();
    if (conflicts(this.#cards, name, code).length === 0) {
      this.leave();
      void this.#set(name, [[name, code]]);
      return;
    }
    this.waiting = null;
    this.remark = { kind: "conflict", name, code };
    this.app.speaker.assertive(this.remarkText);
  }

  async #set(name: string, changes: Change[]): Promise<void> {
    if (!(await this.app.settings.set(changes, "row"))) return;
    const code = changes.find(([one]) => one === name)?.[1];
    const what = wordOf(name);
    this.app.speaker.polite(
      code ? t("set.keys.named", { what, cap: this.app.cap(String(code)) }) : t("set.keys.none", { what }),
    );
  }
}

const desks = new WeakMap<App, SettingsDesk>();

export function settingsDesk(app: App): SettingsDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, (desk = new SettingsDesk(app)));
  return desk;
}
