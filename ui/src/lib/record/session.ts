// What a recording session shows: its cells, its numbers, what can still be taken back.

import type { EpisodeEnd, PicturesOf, RecordPhase, RecordState } from "../protocol";

export const LIVE: ReadonlySet<RecordPhase> = new Set(["preparing", "ready", "recording", "paused", "resetting"]);

/** Whether a session goes on, so that settings are locked. */
export const live = (state: RecordState | null): state is RecordState => state !== null && LIVE.has(state.phase);

export const troubledOf = (pictures: PicturesOf): number => pictures.late + pictures.repeated + pictures.squeezed;

export function sum(cameras: PicturesOf[], what: "late" | "repeated" | "skipped" | "squeezed"): number {
  return cameras.reduce((all, camera) => all + camera[what], 0);
}

/** Rows are being written, or stand still within an episode. */
export const running = (state: RecordState): boolean =>
  state.phase === "recording" || (state.phase === "paused" && state.rows > 0 && !state.waiting);

/** Between two episodes, counting down or paused. */
export const between = (state: RecordState): boolean =>
  state.phase === "resetting" || (state.phase === "paused" && !running(state));

/** The last episode can still be thrown away: it waits while the reset runs. */
export const discardable = (state: RecordState): boolean => state.waiting && between(state);

/** Number in this session, from 1, of the episode that runs or comes next. */
export const numberOf = (state: RecordState): number => state.saved + (state.waiting ? 1 : 0) + 1;

export const discardedOf = (state: RecordState): number => state.episodes.filter((card) => card.discarded).length;

export interface LastEpisode {
  word: "waiting" | "saved" | "discarded";
  /** In this session, from 1. */
  number: number;
  rows: number;
  seconds: number;
  trueFps: number | null;
  /** Late, repeated and squeezed pictures. */
  late: number;
  /** Why it ended; not known while it waits. */
  ended: EpisodeEnd | null;
}

const troubled = (cameras: PicturesOf[]): number => cameras.reduce((all, pictures) => all + troubledOf(pictures), 0);

/** The episode that ended last: the one that waits, or the last of those that were saved or thrown away. */
export function lastEpisode(state: RecordState): LastEpisode | null {
  if (state.waiting) {
    return {
      word: "waiting",
      number: state.saved + 1,
      rows: state.rows,
      seconds: state.fps > 0 ? state.rows / state.fps : 0,
      trueFps: state.true_fps,
      late: troubled(state.cameras),
      ended: null,
    };
  }
  const card = state.episodes[state.episodes.length - 1];
  if (!card) return null;
  const kept = state.episodes.filter((one) => !one.discarded).length;
  return {
    word: card.discarded ? "discarded" : "saved",
    number: card.discarded ? kept + 1 : kept,
    rows: card.rows,
    seconds: card.seconds,
    trueFps: card.true_fps,
    late: troubled(card.cameras),
    ended: card.ended,
  };
}

/** The episode that ended last was thrown away, and none runs: what was counted of it says nothing any more. */
export const discardedLast = (state: RecordState): boolean =>
  state.rows === 0 && between(state) && lastEpisode(state)?.word === "discarded";

export type CellWord = "saved" | "late" | "waiting" | "now" | "todo";
export interface Cell {
  number: number;
  word: CellWord;
}

/** One cell per episode that is wanted; more when more were saved. */
export function cells(state: RecordState): Cell[] {
  const kept = state.episodes.filter((card) => !card.discarded);
  const next: CellWord = state.waiting ? "waiting" : running(state) ? "now" : "todo";
  const count = Math.max(state.wanted, kept.length + (next === "todo" ? 0 : 1));
  return Array.from({ length: count }, (_, at): Cell => {
    const card = kept[at];
    if (!card) return { number: at + 1, word: at === kept.length ? next : "todo" };
    const late = troubled(card.cameras) > 0 || card.repeated_rows + card.stale_rows > 0;
    return { number: at + 1, word: late ? "late" : "saved" };
  });
}

/** Seconds of the running episode. */
export const elapsed = (state: RecordState): number => (state.fps > 0 ? state.rows / state.fps : 0);

/** The big number: what is left of the reset, or how long the episode runs or ran. */
export interface Clock {
  seconds: number;
  of: number;
  /** Percent of the bar. */
  share: number;
  left: number;
  counts: "up" | "down" | "not";
}

export function clockOf(state: RecordState): Clock {
  // What failed does not go on by itself: then it counts how much was recorded.
  const last = state.phase === "paused" && state.failure && between(state) ? lastEpisode(state) : null;
  if (last) {
    const share = state.episode_s > 0 ? (100 * last.seconds) / state.episode_s : 0;
    return { seconds: last.seconds, of: state.episode_s, share: clamp(share), left: 0, counts: "not" };
  }
  if (between(state)) {
    const of = state.reset_s;
    const share = of > 0 ? 100 * (1 - state.left_s / of) : 100;
    return { seconds: state.left_s, of, share: clamp(share), left: state.left_s, counts: "down" };
  }
  const share = state.rows_wanted > 0 ? (100 * state.rows) / state.rows_wanted : 0;
  return { seconds: elapsed(state), of: state.episode_s, share: clamp(share), left: state.left_s, counts: "up" };
}

const clamp = (percent: number): number => Math.max(0, Math.min(100, percent));

export interface Mark {
  /** Percent of the lane. */
  from: number;
  to: number;
}

/** Least width of a mark, percent: thinner ones would not be seen. */
const THIN = 0.7;

/** Where rows were late or repeated: shares of the episode's length as marks on a lane; near ones join. */
export function marks(shares: number[]): Mark[] {
  const found: Mark[] = [];
  for (const share of [...shares].filter(Number.isFinite).sort((a, b) => a - b)) {
    const from = clamp(share * 100 - THIN / 2);
    const to = Math.min(100, from + THIN);
    const last = found[found.length - 1];
    if (last && from <= last.to + THIN / 2) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}

/** The same places in seconds, few enough to be said. */
export const placesIn = (shares: number[], seconds: number, most = 4): number[] =>
  marks(shares)
    .slice(0, most)
    .map((mark) => ((mark.from + mark.to) / 200) * seconds);

/** Below so many minutes the disk is worth a look; below a quarter of an hour it is urgent. */
export const DISK_SOON_MIN = 30;
export const diskLow = (state: RecordState): boolean =>
  state.disk_minutes !== null && state.disk_minutes < DISK_SOON_MIN;
