// Whether what Drive shows is still news, and how old it is. All its panels go by this one.

import { type App, useApp } from "../../lib/app.svelte";
import { unheard } from "../../lib/drive";
import { span } from "../../lib/numbers";
import type { ArmLive, DriveState } from "../../lib/protocol";
import { t } from "../../lib/words";

const AGES_MS = 500;

export class Stale {
  #app: App;
  #drive: () => DriveState | null;
  #since = $state<number | null>(null);
  #now = $state(0);

  /** Nothing is heard: not the core, or no arm of it. */
  all = $derived.by(() => this.#lost || (this.#followers.length > 0 && this.#followers.every(unheard)));
  /** Something is not heard. */
  some = $derived.by(() => this.#lost || this.#followers.some(unheard));
  /** "3.5 s old"; empty while all is news. */
  age = $derived.by(() =>
    this.some && this.#since !== null ? t("arm.old", { age: span(Math.max(0, this.#now - this.#since) / 1000) }) : "",
  );

  constructor(app: App, drive: () => DriveState | null) {
    this.#app = app;
    this.#drive = drive;
    $effect(() => {
      if (!this.some) {
        this.#since = null;
        return;
      }
      // A core that is not heard told its last at a known time; an arm is missed when that is told.
      this.#since ??= this.#lost ? app.topics.driveAt : performance.now();
      this.#now = performance.now();
      const timer = setInterval(() => (this.#now = performance.now()), AGES_MS);
      return () => clearInterval(timer);
    });
  }

  /** Whether this arm's figures are old. */
  of(arm: ArmLive): boolean {
    return this.#lost || unheard(arm);
  }

  get #lost(): boolean {
    return this.#app.lost !== null;
  }

  get #followers(): ArmLive[] {
    return this.#drive()?.followers ?? [];
  }
}

/** Within a component. */
export const staleness = (drive: () => DriveState | null): Stale => new Stale(useApp(), drive);
