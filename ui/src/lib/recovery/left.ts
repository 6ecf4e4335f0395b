// What the Recovery screen works out of what was left: what can be kept, what each thing means, what was news.

import type { LeftEpisode, RecoveryDone, RecoveryState } from "../protocol";
import type { WordKey } from "../words";

/** What can be kept or thrown away. */
export const keepable = (state: RecoveryState | null): LeftEpisode[] =>
  (state?.left ?? []).filter((one) => one.kind === "episode");

/** How long it lasts; none where its journal could not be read. */
export const secondsOf = ({ rows, fps }: { rows: number; fps: number }): number | null => (fps > 0 ? rows / fps : null);

/** What has just ended, oldest first: what was not there before. The state from before nobody has seen is no news. */
export function news(before: RecoveryState | null, now: RecoveryState): RecoveryDone[] {
  if (!before) return [];
  const known = new Set(before.done.map(nameOf));
  return now.done.filter((one) => !known.has(nameOf(one))).reverse();
}

const nameOf = (done: RecoveryDone): string => JSON.stringify([done.key, done.episode]);

/** What a thing that was left means, in a sentence. */
export const meaning = ({ kind }: LeftEpisode): WordKey => `recovery.means.${kind}`;

/** Why nothing can be done with it now; none when it can. */
export function blocked(state: RecoveryState, one: LeftEpisode): "recovery.wait" | "recovery.looking.wait" | null {
  if (state.work && state.work.key !== one.key) return "recovery.wait";
  return state.looking ? "recovery.looking.wait" : null;
}
