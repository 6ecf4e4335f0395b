// Calibration, pretended: a hand that takes joint after joint through its travel.

import type {
  CalibrationCopy,
  CalibrationDiff,
  CalibrationState,
  CalibrationValues,
  JointTravel,
} from "../protocol";
import { JOINTS } from "./things";
import type { Handlers, World } from "./world";

/** Least, most and usual width of each joint, as on an arm that is in order; the wrist's crosses the seam. */
const TRAVEL: { low: number; high: number; usual: [number, number] }[] = [
  { low: 742, high: 3352, usual: [170, 275] },
  { low: 823, high: 3226, usual: [185, 245] },
  { low: 960, high: 3180, usual: [172, 225] },
  { low: 1690, high: 4207, usual: [182, 250] },
  { low: 0, high: 4095, usual: [290, 355] },
  { low: 1330, high: 2780, usual: [95, 155] },
];
/** Seconds that the hand stays with one joint. */
const EACH_S = 4;
const MIDDLE = 2047;
const FOLDER = "/home/user/.cache/huggingface/lerobot/calibration/robots/so_follower";

const degrees = (ticks: number): number => (ticks * 360) / 4096;

function fresh(at: number): JointTravel {
  return {
    joint: JOINTS[at] ?? "",
    id: at + 1,
    now: null,
    min: null,
    max: null,
    swing: 0,
    usual: TRAVEL[at]?.usual ?? [0, 0],
    low_proven: false,
    high_proven: false,
    crossed: false,
    lost: 0,
    tag: at === 4 ? "not_needed" : "not_moved",
    sentence: "",
    remedy: "",
  };
}

const values = (shift: number): CalibrationValues[] =>
  TRAVEL.map(({ low, high }, at) => ({
    joint: JOINTS[at] ?? "",
    id: at + 1,
    homing_offset: [-112, 640, -1034, 871, 55, -408][at]! + (at === 4 ? 0 : shift),
    range_min: at === 3 ? low - 160 : low + (at === 4 ? 0 : shift),
    range_max: at === 3 ? high - 160 : high - (at === 4 ? 0 : shift),
  }));

export function calibrationState(world: World, key: string): CalibrationState {
  const arm = world.topics.bench.arms.find((one) => one.key === key);
  const file = (arm?.name ?? "arm").toLowerCase().replaceAll(" ", "_");
  return {
    arm: key,
    name: arm?.name ?? "",
    simulated: arm?.simulated ?? false,
    power: false,
    phase: "preparing",
    joints: JOINTS.map((_, at) => fresh(at)),
    moving: null,
    refused: [],
    result: [],
    before: values(9),
    path: `${FOLDER}/${file}.json`,
    backup: arm?.calibration ? `${FOLDER}/history/${file}.2026-11-14T09-12-40.json` : null,
    moved: [],
    failure: null,
  };
}

const begun = new WeakMap<World, number>();

export function openCalibration(world: World, key: string, verifyPower = false): void {
  world.set("calibration", { ...calibrationState(world, key), power: verifyPower });
  begun.set(world, world.now);
  world.patch("bench", { activity: "calibrating", busy: [key] });
  world.patch("deck", {
    torque: "off",
    session: "calibrating",
    arms: [world.topics.calibration?.name ?? ""],
    can_resume: false,
    can_release: false,
  });
}

export function closeCalibration(world: World): void {
  world.patch("bench", { activity: "nothing", busy: [] });
  world.patch("deck", { torque: "none", session: "idle", arms: [] });
}

/** Moves one joint's row to where a hand would have brought it after so long. */
export function travelled(joint: JointTravel, at: number, seconds: number): JointTravel {
  const way = TRAVEL[at];
  if (!way || joint.tag === "not_needed") return { ...joint, now: MIDDLE - 59 };
  const turn = (seconds / EACH_S) * 4;
  if (turn <= 0) return { ...joint, now: MIDDLE, min: MIDDLE, max: MIDDLE };
  // Out, back over the middle, the other end, twice.
  const swing = Math.sin(turn * Math.PI);
  const now = Math.round(swing >= 0 ? MIDDLE + (way.high - MIDDLE) * swing : MIDDLE + (MIDDLE - way.low) * swing);
  const min = Math.min(joint.min ?? MIDDLE, now, turn >= 1.5 ? way.low : MIDDLE);
  const max = Math.max(joint.max ?? MIDDLE, now, turn >= 0.5 ? way.high : MIDDLE);
  const done = turn >= 4;
  return {
    ...joint,
    now: done ? MIDDLE + ((at * 331) % 700) - 300 : now,
    min,
    max,
    swing: degrees(max - min),
    crossed: max > 4095,
    low_proven: turn >= 3.5,
    high_proven: turn >= 2.5,
    tag: done ? "enough" : "keep_going",
  };
}

export function moveCalibration(world: World): void {
  const state = world.topics.calibration;
  if (!state) return;
  const since = world.now - (begun.get(world) ?? 0);
  if (state.phase === "preparing" && since > 1.2) {
    world.patch("calibration", {
      phase: "middle",
      joints: state.joints.map((joint, at) => ({ ...joint, now: 1900 + at * 57 })),
    });
  }
  if (state.phase === "power" && since > 4) finish(world);
  if (state.phase !== "recording") return;
  // The wrist roll's range is not recorded: the hand leaves it out.
  const order = [0, 1, 2, 3, 5];
  const turn = Math.floor(since / EACH_S);
  world.patch("calibration", {
    moving: turn < order.length ? (JOINTS[order[turn] ?? 0] ?? null) : null,
    joints: state.joints.map((joint, at) => {
      const mine = order.indexOf(at);
      return mine < 0 ? travelled(joint, at, 0) : travelled(joint, at, Math.max(0, Math.min(EACH_S, since - mine * EACH_S)));
    }),
  });
}

export function startTravel(world: World): void {
  begun.set(world, world.now);
  world.patch("calibration", {
    phase: "recording",
    refused: [],
    joints: JOINTS.map((_, at) => fresh(at)),
    result: [],
  });
}

export function toReview(world: World): void {
  world.patch("calibration", { phase: "review", moving: null, result: values(0), moved: ["wrist_flex"] });
}

export function finish(world: World): void {
  const state = world.topics.calibration;
  if (!state) return;
  world.patch("calibration", { phase: "done" });
  const file = state.path.split("/").pop()?.replace(".json", "") ?? "";
  world.patch("bench", {
    arms: world.topics.bench.arms.map((arm) =>
      arm.key === state.arm ? { ...arm, calibration: file, calibrated_at: 1_795_300_000 } : arm,
    ),
  });
  closeCalibration(world);
}

const differing = new WeakMap<World, boolean>();

const diff = (world: World, key: string): CalibrationDiff => {
  const agrees = differing.get(world) === false;
  const state = calibrationState(world, key);
  return {
    path: state.path,
    joints: values(0).map((file, at) => {
      const apart = !agrees && (at === 1 || at === 3);
      return {
        joint: file.joint,
        file,
        motor: apart ? { ...file, homing_offset: file.homing_offset + 22, range_min: file.range_min - 14 } : file,
        agrees: !apart,
      };
    }),
  };
};

const history: CalibrationCopy[] = [1_794_661_960, 1_793_107_620].map((at, index) => ({
  path: `${FOLDER}/history/bench_follower.${index === 0 ? "2026-11-14T09-12-40" : "2026-10-27T13-27-00"}.json`,
  at,
  values: values(index * 7 + 5),
}));

export const calibrateHandlers: Handlers = {
  calibrate: (world, { arm, verify_power }) => {
    const card = world.topics.bench.arms.find((one) => one.key === arm.key);
    if (card?.online !== "online") {
      return { code: "port", message: `${card?.name ?? arm.key}: no adapter.`, remedy: "Plug it in, then try again." };
    }
    openCalibration(world, arm.key, verify_power);
    return { is: "done" };
  },
  calibrate_step: (world, step) => {
    const state = world.topics.calibration;
    if (!state) return { code: "not_while", message: "Nothing is being calibrated.", remedy: "Start from Home." };
    if (step === "home_here") startTravel(world);
    else if (step === "review") toReview(world);
    else if (step === "back") world.patch("calibration", { phase: "recording" });
    else if (state.power) {
      begun.set(world, world.now);
      world.patch("calibration", { phase: "power" });
    } else finish(world);
    return { is: "done" };
  },
  compare_calibration: (world, { key }) => ({ is: "diff", what: diff(world, key) }),
  transfer_calibration: (world) => {
    differing.set(world, false);
    return { is: "done" };
  },
  calibration_history: (world, { key }) => {
    const calibrated = world.topics.bench.arms.find((arm) => arm.key === key)?.calibration;
    return { is: "history", what: calibrated ? history : [] };
  },
  roll_back_calibration: () => ({ is: "done" }),
};
