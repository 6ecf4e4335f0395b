// Benches in the middle of calibrating.

import { openCalibration, finish, startTravel, toReview } from "./calibrate";
import * as things from "./things";
import type { World } from "./world";

const ARM = "known:Bench follower";

function run(world: World, seconds: number): void {
  for (let at = 0; at < seconds * 20; at++) world.tick(0.05);
}

function travel(world: World, seconds: number, key = ARM): void {
  openCalibration(world, key);
  run(world, 1.4);
  startTravel(world);
  run(world, seconds);
}

export const calibrateScenarios: Record<string, (world: World) => void> = {
  cal_preparing: (world) => openCalibration(world, ARM),
  cal_middle: (world) => {
    openCalibration(world, ARM);
    run(world, 1.4);
  },
  cal_travel: (world) => travel(world, 9.4),
  cal_travel_sim: (world) => travel(world, 9.4, "sim"),
  cal_complete: (world) => travel(world, 21),
  /** A joint that cannot be used, and replies that were lost. */
  cal_refused: (world) => {
    travel(world, 9.4);
    const state = world.topics.calibration;
    if (!state) return;
    world.movers = [];
    world.patch("calibration", {
      moving: null,
      refused: [
        things.notice(
          "warning",
          "Shoulder lift moved only 41° of about 215°.",
          "Move it to both ends; if it stops early, look for a caught cable.",
        ),
      ],
      joints: state.joints.map((joint, at) =>
        at === 1
          ? {
              ...joint,
              max: (joint.min ?? 0) + 466,
              swing: 41,
              tag: "unusable",
              low_proven: false,
              high_proven: false,
              sentence: "It moved only 41°; this joint turns at least 185°.",
              remedy: "Move it slowly to both of its stops, twice.",
            }
          : at === 2
            ? { ...joint, lost: 7 }
            : joint,
      ),
    });
  },
  cal_review: (world) => {
    travel(world, 21);
    toReview(world);
  },
  cal_power: (world) => {
    travel(world, 21);
    toReview(world);
    world.movers = [];
    world.patch("calibration", { phase: "power", power: true });
  },
  cal_done: (world) => {
    travel(world, 21);
    toReview(world);
    finish(world);
  },
  cal_failed: (world) => {
    travel(world, 9.4);
    const joints = (world.topics.calibration?.joints ?? []).map((joint, at) => (at === 3 ? { ...joint, now: null, lost: 12 } : joint));
    world.patch("calibration", {
      joints,
      phase: "failed",
      moving: null,
      failure: things.notice(
        "fault",
        "Wrist flex (motor 4) stopped answering while the arm was calibrated; the motors hold what they held before.",
        "Check the cable between motors 3 and 4, which may be pulled when the joint turns, and calibrate again.",
      ),
    });
    world.patch("bench", { activity: "nothing", busy: [] });
    world.patch("deck", { torque: "none", session: "idle", arms: [] });
  },
};
