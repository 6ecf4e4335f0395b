// What interrupted sessions left, pretended: kept with progress, thrown away and wanted back.

import type { Failure, LeftEpisode, RecoveryState } from "../protocol";
import { FOLDER, notice } from "./things";
import type { Handlers, World } from "./world";

/** Share of an episode that is checked in a second. */
const A_SECOND = 0.25;
const LOOKS_S = 1.2;

interface Pretended {
  thrown: Map<string, LeftEpisode>;
  looksUntil: number;
}

const worlds = new WeakMap<World, Pretended>();

function of(world: World): Pretended {
  let made = worlds.get(world);
  if (!made) worlds.set(world, (made = { thrown: new Map(), looksUntil: 0 }));
  return made;
}

const refused = (message: string, remedy: string): Failure => ({ code: "not_while", message, remedy });

export function leftEpisode(more: Partial<LeftEpisode> = {}): LeftEpisode {
  return {
    key: "stack_cups/journal-24",
    kind: "episode",
    dataset: "stack_cups",
    path: `${FOLDER}/stack_cups`,
    task: "Stack the two cups on the plate",
    rows: 336,
    fps: 30,
    at: 1_795_370_460,
    bytes: 8_412_000,
    cameras: ["front", "wrist"],
    episodes: 24,
    discardable: true,
    notice: null,
    ...more,
  };
}

const ALL: LeftEpisode[] = [
  leftEpisode(),
  leftEpisode({
    key: "place_block/journal-48",
    dataset: "place_block",
    path: `${FOLDER}/place_block`,
    task: "Put the red block into the bin",
    rows: 573,
    at: 1_795_284_120,
    bytes: 412_300,
    cameras: ["front"],
    episodes: 48,
    discardable: false,
    notice: notice("note", "It was being saved when Tendon ended.", "Keep it: that finishes the save. It cannot be thrown away any more."),
  }),
  leftEpisode({
    key: "wipe_table/attic-1",
    kind: "put_away",
    dataset: "wipe_table",
    path: `${FOLDER}/wipe_table/meta/tendon/attic/1795198000-0`,
    task: "Wipe the table",
    rows: 204,
    at: 1_795_197_720,
    bytes: 2_140_000,
    cameras: ["front"],
    episodes: 9,
    notice: notice("warning", "There is no whole picture of wrist.", ""),
  }),
  leftEpisode({
    key: "sort_cups/journal-3",
    kind: "in_use",
    dataset: "sort_cups",
    path: `${FOLDER}/sort_cups`,
    task: "Put the cups into the crate",
    rows: 88,
    at: 1_795_459_300,
    bytes: 1_310_000,
    cameras: [],
    episodes: 3,
    notice: notice("note", "Another program records into sort_cups: tendon record, process 4711.", "Wait until it has ended, then press Look again."),
  }),
];

function without(state: RecoveryState, key: string): LeftEpisode[] {
  return state.left.filter((one) => one.key !== key);
}

export const recoveryHandlers: Handlers = {
  look_for_left: (world) => {
    of(world).looksUntil = world.now + LOOKS_S;
    world.patch("recovery", { looking: true, trouble: [] });
    return undefined;
  },
  recover: (world, { key, keep }) => {
    const state = world.topics.recovery;
    const one = state.left.find((left) => left.key === key);
    if (!one) return refused("It is not there any more.", "Press Look again.");
    if (state.work) return refused("Another episode is being kept.", "Wait until it is done.");
    if (!keep && !one.discardable)
      return refused("It was being saved when Tendon ended.", "Keep it: that finishes the save. It cannot be thrown away any more.");
    if (keep) world.patch("recovery", { work: { key, share: null }, trouble: [] });
    else {
      of(world).thrown.set(key, one);
      const { dataset, task, rows, fps } = one;
      world.patch("recovery", {
        left: without(state, key),
        done: [{ key, dataset, task, rows, fps, episode: null, undoable: true }, ...state.done],
      });
    }
    return undefined;
  },
  undo_discard: (world, { key }) => {
    const one = of(world).thrown.get(key);
    if (!one) return refused("It is not on disk any more.", "Nothing can be done.");
    of(world).thrown.delete(key);
    const state = world.topics.recovery;
    world.patch("recovery", {
      left: [...state.left, one].sort((a, b) => b.at - a.at),
      done: state.done.filter((done) => done.key !== key),
    });
    return undefined;
  },
};

export function moveRecovery(world: World, seconds: number): void {
  const state = world.topics.recovery;
  if (state.looking && of(world).looksUntil > 0 && world.now >= of(world).looksUntil) world.patch("recovery", { looking: false });
  const { work } = world.topics.recovery;
  const one = state.left.find((left) => left.key === work?.key);
  if (!work || !one) return;
  const share = (work.share ?? 0) + A_SECOND * seconds;
  if (share < 1) return world.patch("recovery", { work: { ...work, share } });
  const { key, dataset, task, rows, fps, episodes } = one;
  world.patch("recovery", {
    work: null,
    left: without(state, key),
    done: [{ key, dataset, task, rows, fps, episode: episodes, undoable: false }, ...state.done],
  });
}

export const recoveryScenarios: Record<string, (world: World) => void> = {
  /** One of each kind. */
  left: (world) => world.patch("recovery", { left: ALL }),
  left_one: (world) => world.patch("recovery", { left: ALL.slice(0, 1) }),
  left_looking: (world) => world.patch("recovery", { looking: true }),
  left_keeping: (world) => {
    world.patch("recovery", { left: ALL.slice(0, 2), work: { key: "stack_cups/journal-24", share: 0.42 } });
    world.movers.splice(world.movers.indexOf(moveRecovery), 1);
  },
  left_done: (world) => {
    const { key, dataset, task, rows, fps } = leftEpisode();
    of(world).thrown.set("place_block/journal-47", leftEpisode({ key: "place_block/journal-47", dataset: "place_block" }));
    world.patch("recovery", {
      done: [
        { key: "place_block/journal-47", dataset: "place_block", task: "Put the red block into the bin", rows: 573, fps, episode: null, undoable: true },
        { key, dataset, task, rows, fps, episode: 24, undoable: false },
      ],
    });
  },
  left_trouble: (world) =>
    world.patch("recovery", {
      left: ALL.slice(0, 1),
      trouble: [
        notice("fault", "Keeping the episode failed: no space is left on the disk.\nDataset: /home/user/tendon/datasets/stack_cups", "Free some space, then press Keep it again. Nothing was lost."),
        notice("warning", "A folder of datasets could not be looked through: permission denied.\nFolder: /mnt/lab/datasets", "Check the folder's owner and permissions, then press Look again."),
      ],
    }),
};
