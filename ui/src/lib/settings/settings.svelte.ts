// Settings as the core tells them, and the one way to change them. The page keeps none: what was asked for shows when the
// core says so.

import type { Result } from "../client";
import type { Ask, Failure, SettingCard, SettingsState } from "../protocol";
import type { Undo } from "../undo.svelte";
import { spoken } from "../words/spoken.svelte";
import { type Change, cardOf, numberIn, switchIn, textIn, wayBack } from "./catalogue";

export interface SettingsDoor {
  state(): SettingsState | null;
  ask(ask: Ask): Promise<Result>;
  /** Shows and says what was refused, where no row shows it. */
  fail(failure: Failure): void;
  /** Says it only. */
  say(failure: Failure): void;
}

/** Where a refusal is said: at its row, or in a message. */
type Say = "row" | "message";

/** What was refused, and the language in which the core said why. */
interface Refused {
  locale: string;
  by: ReadonlyMap<string, Failure>;
}

const NONE: ReadonlyMap<string, Failure> = new Map();

export class Settings {
  #refused = $state.raw<Refused>({ locale: "", by: NONE });
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private door: SettingsDoor,
    private undo: Undo,
  ) {}

  /** What was refused last, by the setting it was asked for; what was said in another language than now is gone. */
  get refused(): ReadonlyMap<string, Failure> {
    return this.#refused.locale === spoken().locale ? this.#refused.by : NONE;
  }

  get state(): SettingsState | null {
    return this.door.state();
  }

  card(name: string): SettingCard | undefined {
    return cardOf(this.state, name);
  }

  on(name: string, otherwise: boolean): boolean {
    return switchIn(this.state, name, otherwise);
  }

  number(name: string, otherwise: number): number {
    return numberIn(this.state, name, otherwise);
  }

  text(name: string, otherwise = ""): string {
    return textIn(this.state, name, otherwise);
  }

  /** The physical key of a binding; empty when it is switched off or not known yet. */
  key(name: string): string {
    return this.text(`keys.${name}`);
  }

  /** Sets all of these or none. One at a time, in the order in which they were asked for. */
  set(changes: Change[], say: Say = "message"): Promise<boolean> {
    const done = this.#queue.then(() => this.#set(changes, say));
    this.#queue = done.catch(() => {});
    return done;
  }

  /** The row has said it long enough. */
  forgive(name: string): void {
    if (!this.refused.has(name)) return;
    const left = new Map(this.refused);
    left.delete(name);
    this.#refuse(left);
  }

  async #set(changes: Change[], say: Say): Promise<boolean> {
    const back = changes.flatMap(([name]) => {
      const card = this.card(name);
      return card ? [wayBack(card)] : [];
    });
    if (!(await this.#ask(changes, say))) return false;
    this.undo.add({
      undo: () => this.#ask(back, "message"),
      redo: () => this.#ask(changes, "message"),
    });
    return true;
  }

  async #ask(changes: Change[], say: Say): Promise<boolean> {
    const result = await this.door.ask({ do: "set_settings", with: changes });
    const [first] = changes[0] ?? [];
    for (const [name] of changes) this.forgive(name);
    if (result.ok) return true;
    if (say === "row" && first) {
      this.#refuse(new Map(this.refused).set(first, result.failure));
      this.door.say(result.failure);
    } else this.door.fail(result.failure);
    return false;
  }

  #refuse(by: ReadonlyMap<string, Failure>): void {
    this.#refused = { locale: spoken().locale, by };
  }
}
