// What the Recovery screen keeps while the window is open: small pictures, and what was told of last. What was left is the
// core's.

import type { App } from "../../lib/app.svelte";
import { span } from "../../lib/numbers";
import type { LeftEpisode, RecoveryDone, RecoveryState } from "../../lib/protocol";
import { news, secondsOf } from "../../lib/recovery/left";
import { type StillAt, Stills } from "../../lib/recovery/stills";
import { t } from "../../lib/words";

export class RecoveryDesk {
  #stills: Stills<ImageBitmap>;
  #drawn = $state(0);
  /** Key of what was just asked for, until the core tells of it. */
  asked = $state<string | null>(null);
  #before: RecoveryState | null = null;

  constructor(private app: App) {
    this.#stills = new Stills(
      ({ key, camera, share }) => app.backend.leftPicture(key, camera, share),
      (jpeg) => createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }), { resizeWidth: 320, resizeQuality: "medium" }),
      (picture) => picture.close(),
      () => this.#drawn++,
      ({ key, camera }) => {
        const left = app.topics.recovery?.left ?? [];
        const at = left.findIndex((one) => one.key === key);
        return at * 100 + (left[at]?.cameras.indexOf(camera) ?? 0);
      },
    );
  }

  /** Undefined while it is not known, none when there is none. */
  still(at: StillAt): ImageBitmap | null | undefined {
    void this.#drawn;
    return this.#stills.get(at);
  }

  want = (at: StillAt): void => this.#stills.want(at);
  unwant = (at: StillAt): void => this.#stills.unwant(at);

  /** Follows the core while the screen is open. */
  see(state: RecoveryState): void {
    // What it can be taken back with stands in the list beside it.
    for (const done of news(this.#before, state)) this.app.speaker.polite(doneWords(done));
    this.#before = state;
    this.#stills.keepOnly(new Set(state.left.map((one) => one.key)));
  }

  /** The screen is left: what ends meanwhile is in its list. */
  leave(): void {
    this.#before = null;
  }

  async keep(one: LeftEpisode): Promise<void> {
    await this.#ask(one.key, true);
  }

  async throwAway(one: LeftEpisode): Promise<void> {
    if (!(await this.#ask(one.key, false))) return;
    this.app.undo.add({
      undo: () => this.offerAgain(one.key),
      redo: () => this.#ask(one.key, false),
    });
  }

  async offerAgain(key: string): Promise<void> {
    const result = await this.app.ask({ do: "undo_discard", with: { key } });
    if (result.ok) this.app.speaker.polite(t("recovery.offered"));
  }

  async #ask(key: string, keep: boolean): Promise<boolean> {
    if (this.asked !== null) return false;
    this.asked = key;
    const result = await this.app.ask({ do: "recover", with: { key, keep } });
    this.asked = null;
    return result.ok;
  }
}

/** How something ended, in a sentence. */
export function doneWords(done: RecoveryDone): string {
  const { episode, dataset } = done;
  if (episode !== null) return t("recovery.kept", { number: episode, dataset });
  return t("recovery.thrown", { length: span(secondsOf(done)), dataset });
}

const desks = new WeakMap<App, RecoveryDesk>();

export function recoveryDesk(app: App): RecoveryDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, (desk = new RecoveryDesk(app)));
  return desk;
}
