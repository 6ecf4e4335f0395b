// Benches in the middle of recording.

import type { EpisodeCard, StartRecord } from "../protocol";
import { begin, end, makeReady, recordState, startRecord } from "./record";
import * as things from "./things";
import type { World } from "./world";

const START: StartRecord = {
  drive: {
    arms: [
      { key: "known:Bench follower", role: "follower" },
      { key: "known:Bench leader", role: "leader" },
    ],
    cameras: ["front", "wrist"],
    rate_hz: 120,
    input: "leader",
  },
  dataset: "place_block",
  resume: true,
  task: "Put the red block into the bin",
  fps: 30,
  episode_s: 20,
  reset_s: 10,
  episodes: 20,
  keep_left_over: null,
};

function saved(index: number, late = 0): EpisodeCard {
  const pictures = (camera: string, count: number) => ({
    camera,
    fresh: 594 - count,
    repeated: count,
    skipped: 0,
    late: count,
    squeezed: 0,
    late_at: count > 0 ? [0.21, 0.22] : [],
  });
  return {
    index,
    rows: 594,
    seconds: 19.8,
    true_fps: 30,
    ended: "time",
    repeated_rows: 0,
    stale_rows: 0,
    cameras: [pictures("front", 0), pictures("wrist", late)],
    discarded: false,
  };
}

function ready(world: World): void {
  startRecord(world, START);
  makeReady(world);
}

function withEpisodes(world: World): void {
  ready(world);
  world.patch("record", {
    episodes: [0, 1, 2, 3, 4, 5].map((index) => saved(index, index === 3 ? 2 : 0)),
    saved: 6,
    episode: 6,
  });
}

function run(world: World, seconds: number): void {
  for (let at = 0; at < seconds * 20; at++) world.tick(0.05);
}

function fails(world: World): void {
  const state = world.topics.record;
  if (!state) return;
  const seconds = (state.rows / state.fps).toFixed(1);
  const failure = things.notice(
    "fault",
    `Wrist camera was unplugged at ${seconds} s.`,
    `Recording stopped; ${seconds} s of episode ${state.saved + 1} are kept. Plug it in, then record again.`,
  );
  world.patch("record", { phase: "paused", failure, disk_minutes: 4, disk_free: 310_000_000 });
  world.patch("deck", { session: "paused", trouble: failure });
  world.set(
    "cameras",
    world.topics.cameras.map((camera) =>
      camera.key === "wrist"
        ? {
            ...camera,
            online: "offline",
            live: {
              ...camera.live,
              word: "lost",
              fps: null,
              trouble: things.notice("warning", "Wrist camera was unplugged.", "Plug it in; it comes back by itself."),
            },
          }
        : camera,
    ),
  );
}

export const recordScenarios: Record<string, (world: World) => void> = {
  record_preparing: (world) => startRecord(world, START),
  record_ready: ready,
  recording: (world) => {
    withEpisodes(world);
    begin(world);
    run(world, 9);
  },
  /** An episode's last seconds, so that a page sees it end, and the next one begin. */
  record_on: (world) => {
    withEpisodes(world);
    world.patch("record", { reset_s: 2 });
    begin(world);
    run(world, 15.5);
  },
  record_first: (world) => {
    ready(world);
    begin(world);
    run(world, 3);
  },
  /** A short episode, so that a page sees it from its beginning to its end. */
  record_short: (world) => {
    startRecord(world, { ...START, episode_s: 6, reset_s: 90 });
    makeReady(world);
    world.patch("record", { episodes: [0, 1].map((index) => saved(index)), saved: 2, episode: 2 });
    begin(world);
  },
  /** On the simulated arm. */
  record_sim: (world) => {
    const cameras = world.topics.cameras.filter((camera) => camera.place.kind === "sim").map((camera) => camera.key);
    const drive = { ...START.drive, arms: [{ key: "sim", role: "follower" as const }], cameras, input: "keys" as const };
    startRecord(world, { ...START, drive });
    makeReady(world);
    begin(world);
    run(world, 5);
  },
  /** Three cameras. */
  record_three: (world) => {
    world.set("cameras", ["front", "wrist", "top"].map((name) => things.camera(name)));
    startRecord(world, { ...START, drive: { ...START.drive, cameras: ["front", "wrist", "top"] } });
    makeReady(world);
    begin(world);
    run(world, 5);
  },
  resetting: (world) => {
    withEpisodes(world);
    world.patch("record", { reset_s: 60 });
    begin(world);
    run(world, 12);
    end(world, "asked");
    run(world, 2);
  },
  paused: (world) => {
    withEpisodes(world);
    begin(world);
    run(world, 7);
    world.handlers.record_step?.(world, "pause");
  },
  /** A camera went while recording: it stopped by itself. */
  record_failed: (world) => {
    withEpisodes(world);
    begin(world);
    run(world, 12);
    end(world, "camera_silent");
    fails(world);
  },
  /** The same, seen from before on. */
  record_fails: (world) => {
    withEpisodes(world);
    begin(world);
    run(world, 5);
    const until = world.now + 6;
    world.movers.push(() => {
      if (world.now < until || world.topics.record?.phase !== "recording") return;
      end(world, "camera_silent");
      fails(world);
    });
  },
  left_over: (world) => {
    world.set("record", {
      ...recordState(world, START),
      phase: "over",
      left_over: { root: `${world.topics.bench.datasets}/stack_cups`, task: "Stack the cups", seconds: 11.2 },
    });
  },
  record_over: (world) => {
    withEpisodes(world);
    world.handlers.record_step?.(world, "finish");
  },
};
