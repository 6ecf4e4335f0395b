// Recording, pretended: rows at the set rate, resets that count down, a camera that is late now and then.

import { bytes } from "../numbers";
import type { CheckLine, EpisodeCard, PicturesOf, RecordState, StartRecord } from "../protocol";
import { releaseAll, startDrive } from "./drive";
import * as things from "./things";
import type { Handlers, World } from "./world";

const SETTLE_S = 1.6;

/** As the recorder reckons it, with films of 640 by 480. */
const needed = ({ drive, episodes, episode_s, fps }: StartRecord): number =>
  episodes * (episode_s * fps * (12 * 16 + 200 + drive.cameras.length * 640 * 480 * 0.046) + 65_536);

export function checksOf(world: World, start: StartRecord): CheckLine[] {
  const there = world.topics.bench.lately.includes(start.dataset);
  const fine = (name: string, found: string): CheckLine => ({ name, grade: "fine", found, remedy: "" });
  const root = `${world.topics.bench.datasets}/${start.dataset}`;
  const lines = [
    fine("task", start.task),
    fine("cameras", start.drive.cameras.map((name) => `${name} 640x480`).join(", ") || "none"),
    fine("rate", `${start.drive.rate_hz} Hz control, ${start.fps} rows a second`),
    fine("units", "joints in degrees, gripper in percent"),
    there && !start.resume
      ? {
          name: "dataset",
          grade: "refused" as const,
          found: `there is something already\n${root}`,
          remedy: "Choose another dataset name, or resume this dataset.",
        }
      : fine("folder", `can be written\n${root}`),
    fine("arm", "Bench follower is calibrated"),
    fine("space", `212 GB free, at most ${bytes(needed(start))} needed`),
  ];
  if (there && start.resume) lines.splice(4, 0, fine("dataset", "goes on after 12 episodes"));
  return lines;
}

const fresh = (camera: string): PicturesOf => ({
  camera,
  fresh: 0,
  repeated: 0,
  skipped: 0,
  late: 0,
  squeezed: 0,
  late_at: [],
});

export function recordState(world: World, start: StartRecord): RecordState {
  return {
    root: `${world.topics.bench.datasets}/${start.dataset}`,
    dataset: start.dataset,
    task: start.task,
    fps: start.fps,
    episode_s: start.episode_s,
    reset_s: start.reset_s,
    phase: "preparing",
    checks: checksOf(world, start),
    left_over: null,
    episode: 0,
    saved: 0,
    wanted: start.episodes,
    rows: 0,
    waiting: false,
    rows_wanted: Math.round(start.fps * start.episode_s),
    left_s: start.episode_s,
    true_fps: null,
    cameras: start.drive.cameras.map((name) => fresh(name.replace(/^sim:/, ""))),
    repeated_rows: 0,
    episodes: [],
    undoable: 0,
    disk_free: 212_000_000_000,
    disk_minutes: 3660,
    film_words: "",
    failure: null,
  };
}

const session = (world: World, word: "recording" | "paused" | "resetting" | "holding" | "driving"): void =>
  world.patch("deck", { session: word, can_resume: false, unsaved: word !== "holding" && word !== "driving", trouble: null });

export function startRecord(world: World, start: StartRecord): void {
  startDrive(world, start.drive);
  world.set("record", recordState(world, start));
  world.patch("bench", { activity: "recording" });
  world.set(
    "cameras",
    world.topics.cameras.map((camera) =>
      start.drive.cameras.includes(camera.setup?.name ?? camera.key)
        ? { ...camera, live: { ...camera.live, word: "warming", fps: 28.1 } }
        : camera,
    ),
  );
  readyAt.set(world, world.now + SETTLE_S);
}
const readyAt = new WeakMap<World, number>();

export function makeReady(world: World): void {
  world.set(
    "cameras",
    world.topics.cameras.map((camera) =>
      camera.live.word === "warming" ? { ...camera, live: { ...camera.live, word: "streaming", fps: 30, warmed_in_ms: 1180 } } : camera,
    ),
  );
  world.patch("record", { phase: "ready" });
  session(world, "driving");
}

export function begin(world: World): void {
  const state = world.topics.record;
  if (!state) return;
  world.patch("record", {
    phase: "recording",
    rows: 0,
    waiting: false,
    left_s: state.episode_s,
    true_fps: null,
    cameras: state.cameras.map(({ camera }) => fresh(camera)),
    repeated_rows: 0,
  });
  session(world, "recording");
}

const cardOf = (state: RecordState, ended: EpisodeCard["ended"], index: number | null): EpisodeCard => ({
  index,
  rows: state.rows,
  seconds: state.rows / state.fps,
  true_fps: state.true_fps,
  ended,
  repeated_rows: state.repeated_rows,
  stale_rows: 0,
  cameras: state.cameras,
  discarded: index === null,
});

const endings = new WeakMap<World, EpisodeCard["ended"]>();

/** The running episode is over: it waits for what becomes of it. */
export function end(world: World, ended: EpisodeCard["ended"]): void {
  const state = world.topics.record;
  if (!state) return;
  endings.set(world, ended);
  world.patch("record", { phase: "resetting", waiting: true, left_s: state.reset_s });
  session(world, "resetting");
}

export function discard(world: World): void {
  const state = world.topics.record;
  if (!state?.waiting) return;
  world.patch("record", {
    waiting: false,
    rows: 0,
    episodes: [...state.episodes, cardOf(state, "asked", null)],
    undoable: state.undoable + 1,
  });
}

/** Saves the episode that waits; ends the session when there are enough. */
export function settle(world: World): boolean {
  const state = world.topics.record;
  if (!state) return false;
  if (state.waiting) {
    world.patch("record", {
      waiting: false,
      rows: 0,
      episodes: [...state.episodes, cardOf(state, endings.get(world) ?? "time", state.episode)],
      saved: state.saved + 1,
      episode: state.episode + 1,
    });
  }
  if ((world.topics.record?.saved ?? 0) < state.wanted) return false;
  over(world);
  return true;
}

export function over(world: World): void {
  world.patch("record", { phase: "over", undoable: 0, rows: 0 });
  releaseAll(world);
  world.set("cameras", world.topics.cameras.map((camera) => ({ ...camera, live: things.camera(camera.key).live })));
}

/** Of a row that is due. */
const part = new WeakMap<World, number>();

export function moveRecord(world: World, seconds: number): void {
  const state = world.topics.record;
  if (!state) return;
  if (state.phase === "preparing" && !state.left_over && world.now >= (readyAt.get(world) ?? 0)) return makeReady(world);
  if (state.phase === "recording") {
    const exact = (part.get(world) ?? 0) + seconds * state.fps;
    part.set(world, exact % 1);
    const rows = Math.min(state.rows_wanted, state.rows + Math.floor(exact));
    const share = rows / state.rows_wanted;
    const cameras = state.cameras.map((pictures, at) => {
      const late = at === 1 && rows > state.rows && rows % 97 < 2 && rows > 40;
      return {
        ...pictures,
        fresh: rows - pictures.repeated,
        repeated: pictures.repeated + (late ? 1 : 0),
        late: pictures.late + (late ? 1 : 0),
        late_at: late ? [...pictures.late_at, share].slice(-64) : pictures.late_at,
      };
    });
    world.patch("record", {
      rows,
      left_s: Math.max(0, state.episode_s - rows / state.fps),
      true_fps: rows > 10 ? state.fps - 0.01 : null,
      cameras,
    });
    if (rows >= state.rows_wanted) end(world, "time");
  } else if (state.phase === "resetting") {
    const left = state.left_s - seconds;
    world.patch("record", { left_s: Math.max(0, left) });
    if (left <= 1) settle(world);
    if (left <= 0 && world.topics.record?.phase === "resetting") begin(world);
  }
}

export const recordHandlers: Handlers = {
  preflight: (world, start) => ({ is: "checks", what: checksOf(world, start) }),
  start_record: (world, start) => {
    const left = world.topics.record?.left_over;
    if (left && start.keep_left_over === null) return { is: "done" };
    startRecord(world, start);
    if (left && start.keep_left_over) world.notice("note", "The episode was kept.", "");
    return { is: "done" };
  },
  record_step: (world, step) => {
    const state = world.topics.record;
    if (!state) return { code: "not_while", message: "Nothing is recorded.", remedy: "Start a session." };
    if (step === "next") {
      if (state.phase === "recording") end(world, "asked");
      else if (state.phase === "ready" || !settle(world)) begin(world);
    }
    if (step === "again") {
      if (!state.waiting && state.rows > 0) end(world, "asked");
      discard(world);
    }
    if (step === "undo") {
      const at = state.episodes.map((card) => card.discarded).lastIndexOf(true);
      world.patch("record", {
        episodes: state.episodes.map((card, place) => (place === at ? { ...card, discarded: false, index: state.episode } : card)),
        undoable: Math.max(0, state.undoable - 1),
        saved: state.saved + 1,
        episode: state.episode + 1,
      });
    }
    if (step === "pause") {
      world.patch("record", { phase: "paused" });
      session(world, "paused");
    }
    if (step === "resume") {
      const phase = state.rows > 0 && !state.waiting ? "recording" : "resetting";
      world.patch("record", { phase });
      session(world, phase);
    }
    if (step === "finish") {
      if (!state.waiting && state.rows > 0) end(world, "stop");
      settle(world);
      if (world.topics.record?.phase !== "over") over(world);
    }
    return { is: "done" };
  },
};
