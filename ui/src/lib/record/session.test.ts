import { describe, expect, it } from "vitest";
import type { EpisodeCard, PicturesOf, RecordState } from "../protocol";
import {
  between,
  cells,
  clockOf,
  diskLow,
  discardable,
  discardedOf,
  lastEpisode,
  live,
  marks,
  numberOf,
  placesIn,
  sum,
} from "./session";

const pictures = (camera: string, late = 0): PicturesOf => ({
  camera,
  fresh: 600 - late,
  repeated: late,
  skipped: 0,
  late,
  squeezed: 0,
  late_at: [],
});
const card = (index: number | null, more: Partial<EpisodeCard> = {}): EpisodeCard => ({
  index,
  rows: 600,
  seconds: 20,
  true_fps: 30,
  ended: "time",
  repeated_rows: 0,
  stale_rows: 0,
  cameras: [pictures("front")],
  discarded: false,
  ...more,
});
const state = (more: Partial<RecordState> = {}): RecordState => ({
  root: "/sets/cups",
  dataset: "cups",
  task: "Stack",
  fps: 30,
  episode_s: 20,
  reset_s: 10,
  phase: "recording",
  checks: [],
  left_over: null,
  episode: 2,
  saved: 2,
  wanted: 5,
  rows: 150,
  waiting: false,
  rows_wanted: 600,
  left_s: 15,
  true_fps: 30,
  cameras: [pictures("front"), pictures("wrist", 2)],
  repeated_rows: 0,
  episodes: [card(0), card(1)],
  undoable: 0,
  disk_free: 2e11,
  disk_minutes: 3660,
  film_words: "",
  failure: null,
  ...more,
});
const words = (of: RecordState) => cells(of).map((cell) => cell.word);

describe("the session's grid", () => {
  it("shows what is saved, what runs and what is to come", () => {
    expect(words(state())).toEqual(["saved", "saved", "now", "todo", "todo"]);
    expect(words(state({ phase: "paused" }))).toEqual(["saved", "saved", "now", "todo", "todo"]);
    expect(words(state({ phase: "ready", rows: 0, episodes: [] }))).toEqual(["todo", "todo", "todo", "todo", "todo"]);
  });

  it("marks an episode with late pictures, repeated rows or joints that did not answer", () => {
    const episodes = [card(0, { cameras: [pictures("front", 1)] }), card(1, { stale_rows: 1 }), card(2, { repeated_rows: 1 })];
    expect(words(state({ episodes })).slice(0, 3)).toEqual(["late", "late", "late"]);
  });

  it("shows the episode that waits, and leaves discarded ones out", () => {
    const episodes = [card(0), card(null, { discarded: true })];
    const resetting = state({ phase: "resetting", waiting: true, saved: 1, episodes });
    expect(words(resetting)).toEqual(["saved", "waiting", "todo", "todo", "todo"]);
    expect(discardedOf(resetting)).toBe(1);
    expect(numberOf(resetting)).toBe(3);
  });

  it("grows when more is saved than was wanted", () => {
    expect(cells(state({ wanted: 2 }))).toHaveLength(3);
  });
});

describe("the last episode", () => {
  it("can be thrown away while it waits, and not any more once it is saved", () => {
    expect(discardable(state({ phase: "resetting", waiting: true }))).toBe(true);
    expect(discardable(state({ phase: "paused", waiting: true }))).toBe(true);
    expect(discardable(state({ phase: "resetting", rows: 0 }))).toBe(false);
    expect(discardable(state())).toBe(false);
  });

  it("is the one that waits, with what was counted of it", () => {
    expect(lastEpisode(state({ phase: "resetting", waiting: true, rows: 300 }))).toEqual({
      word: "waiting",
      number: 3,
      rows: 300,
      seconds: 10,
      trueFps: 30,
      late: 4,
      ended: null,
    });
  });

  it("is else the last that was saved or thrown away", () => {
    expect(lastEpisode(state({ episodes: [] }))).toBeNull();
    expect(lastEpisode(state())).toMatchObject({ word: "saved", number: 2, ended: "time" });
    const discarded = [card(0), card(null, { discarded: true, ended: "asked" })];
    expect(lastEpisode(state({ episodes: discarded }))).toMatchObject({ word: "discarded", number: 2 });
  });
});

describe("the clock", () => {
  it("counts up in an episode", () => {
    expect(clockOf(state())).toEqual({ seconds: 5, of: 20, share: 25, left: 15, counts: "up" });
  });

  it("counts down in a reset, paused or not", () => {
    const reset = state({ phase: "resetting", waiting: true, left_s: 4 });
    expect(clockOf(reset)).toMatchObject({ seconds: 4, of: 10, share: 60, counts: "down" });
    for (const more of [{ waiting: true }, { rows: 0 }]) {
      const paused = state({ phase: "paused", left_s: 4, ...more });
      expect(between(paused)).toBe(true);
      expect(clockOf(paused).counts).toBe("down");
    }
    expect(clockOf(state({ phase: "paused" })).counts).toBe("up");
  });

  it("tells what was recorded when a failure paused it: nothing begins by itself", () => {
    const failure = { number: 1, level: "fault" as const, message: "A camera is silent.", remedy: "", command: "" };
    const failed = state({ phase: "paused", waiting: true, left_s: 10, failure });
    expect(clockOf(failed)).toEqual({ seconds: 5, of: 20, share: 25, left: 0, counts: "not" });
    expect(clockOf({ ...failed, failure: null }).counts).toBe("down");
    expect(clockOf({ ...failed, waiting: false, rows: 0, episodes: [] }).counts).toBe("down");
  });

  it("stays within its bar, whatever the length", () => {
    expect(clockOf(state({ rows: 700 })).share).toBe(100);
    expect(clockOf(state({ rows_wanted: 0 })).share).toBe(0);
    expect(clockOf(state({ phase: "resetting", reset_s: 0, left_s: 0 })).share).toBe(100);
  });
});

describe("where pictures were late", () => {
  it("is a mark each, and one mark where they stand close", () => {
    expect(marks([])).toEqual([]);
    const [one] = marks([0.5]);
    expect(one?.from).toBeCloseTo(49.65);
    expect(one?.to).toBeCloseTo(50.35);
    expect(marks([0.205, 0.21, 0.212, 0.6])).toHaveLength(2);
  });

  it("is in order and within the lane, and skips what is no number", () => {
    const all = marks([1, 0, Number.NaN, 0.4]);
    expect(all).toHaveLength(3);
    expect(all[0]?.from).toBe(0);
    expect(all[2]?.to).toBe(100);
  });

  it("is said in seconds, the first few", () => {
    const places = placesIn([0.1, 0.3, 0.5, 0.7, 0.9], 20);
    expect(places).toHaveLength(4);
    expect(places[1]).toBeCloseTo(6, 1);
  });
});

it("counts over all cameras", () => {
  expect(sum(state().cameras, "late")).toBe(2);
});

it("warns of the disk when half an hour is left, and not while nothing is known", () => {
  expect(diskLow(state({ disk_minutes: 29 }))).toBe(true);
  expect(diskLow(state({ disk_minutes: 31 }))).toBe(false);
  expect(diskLow(state({ disk_minutes: null }))).toBe(false);
});

it("is locked from opening to end", () => {
  expect(live(null)).toBe(false);
  expect(live(state({ phase: "over" }))).toBe(false);
  for (const phase of ["preparing", "ready", "recording", "paused", "resetting"] as const) {
    expect(live(state({ phase }))).toBe(true);
  }
});
