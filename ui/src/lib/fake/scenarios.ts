// Benches to begin with: `?fake=NAME` in a plain browser, `new FakeBackend(NAME)` in a test.

import type { StartDrive } from "../protocol";
import { startDrive } from "./drive";
import { calibrateScenarios } from "./calibrate_scenarios";
import { cameraScenarios } from "./cameras";
import { diagnosticsScenarios } from "./diagnostics";
import { recordScenarios } from "./record_scenarios";
import { recoveryScenarios } from "./recovery";
import { settingsScenarios } from "./settings";
import { setupScenarios } from "./setup";
import * as things from "./things";
import type { World } from "./world";

type Scenario = (world: World) => void;

const DRIVE: StartDrive = {
  arms: [{ key: "known:Bench follower", role: "follower" }],
  cameras: ["front", "wrist"],
  rate_hz: 120,
  input: "keys",
};

const SIM_CAMERAS = [things.simCamera("front"), things.simCamera("wrist")];

function bench(world: World): void {
  world.patch("bench", {
    arms: [
      things.arm("Bench follower", "follower", "5A68 0113"),
      things.arm("Bench leader", "leader", "5A68 0127", { port: "/dev/ttyACM1" }),
      things.arm("Travel follower", "follower", "5A46 0766", { online: "offline", port: null }),
      things.simArm(),
    ],
    lately: ["place_block", "stack_cups", "wipe_table"],
  });
  world.set("cameras", [things.camera("front"), things.camera("wrist"), ...SIM_CAMERAS]);
}

function driving(world: World): void {
  bench(world);
  startDrive(world, DRIVE);
  world.patch("deck", { session: "driving", can_resume: false });
  for (let at = 0; at < 40; at++) world.tick(0.05);
}

/** On the bench with two arms and two cameras. */
const onBench = (all: Record<string, Scenario>): Record<string, Scenario> =>
  Object.fromEntries(
    Object.entries(all).map(([name, make]) => [
      name,
      (world: World) => {
        bench(world);
        make(world);
      },
    ]),
  );

export const scenarios: Record<string, Scenario> = {
  ...onBench({
    ...recordScenarios,
    ...calibrateScenarios,
    ...setupScenarios,
    ...cameraScenarios,
    ...settingsScenarios,
    ...recoveryScenarios,
    ...diagnosticsScenarios,
  }),
  /** Nothing plugged in, first start. */
  first: (world) => world.patch("bench", { first_start: true }),
  /** Nothing plugged in. */
  empty: () => {},
  /** The simulated arm only, calibrated, with its cameras. */
  simulated: (world) => {
    world.patch("bench", { arms: [{ ...things.simArm(), calibration: "simulated_arm", calibrated_at: 1_794_700_800 }] });
  },
  /** Known arms are looked for. */
  looking: (world) => {
    bench(world);
    world.patch("bench", {
      arms: world.topics.bench.arms.map((arm) => (arm.simulated ? arm : { ...arm, online: "looking", port: null })),
    });
  },
  /** Two arms and two cameras, ready. */
  ready: bench,
  /** Arms with something to be said of them. */
  degraded: (world) => {
    bench(world);
    world.patch("bench", {
      arms: [
        ...world.topics.bench.arms.slice(0, 2),
        things.arm("Second follower", "follower", "5A46 0841", {
          port: "/dev/ttyACM2",
          notice: things.notice(
            "warning",
            "Second follower: wrist flex (motor 4) does not answer.",
            "Check the cable between motors 3 and 4, then press Scan.",
          ),
        }),
        { ...things.arm("", null, "5A68 0202"), key: "port:/dev/ttyACM3", port: "/dev/ttyACM3", calibration: null, calibrated_at: null },
        ...world.topics.bench.arms.slice(2),
      ],
    });
    world.set("cameras", [
      things.camera("front"),
      things.camera("wrist"),
      things.camera("overhead", { online: "offline" }),
    ]);
  },
  /** The port may not be opened. */
  permission: (world) => {
    bench(world);
    const why = (port: string | null) =>
      things.notice(
        "fault",
        `The port may not be opened.\nPort: ${port}`,
        "Your user is not in group dialout. Copy the command, run it, log in again.",
        "sudo usermod -aG dialout user",
      );
    world.patch("bench", {
      arms: world.topics.bench.arms.map((arm) =>
        arm.online === "online" && !arm.simulated ? { ...arm, notice: why(arm.port) } : arm,
      ),
    });
  },
  /** The arm holds, torque on, nothing drives yet. */
  holding: (world) => {
    bench(world);
    startDrive(world, DRIVE);
    for (let at = 0; at < 40; at++) world.tick(0.05);
  },
  opening: (world) => {
    bench(world);
    startDrive(world, DRIVE);
    for (const arm of world.arms.values()) arm.silent = true;
    world.patch("drive", { word: "opening" });
    world.patch("deck", { torque: "off", session: "ready", can_resume: false });
  },
  driving,
  /** Two pairs: twelve joints, two leaders, three cameras. */
  bimanual: (world) => {
    const left = things.arm("Left follower", "follower", "5A68 0301");
    const right = things.arm("Right follower", "follower", "5A68 0302", { port: "/dev/ttyACM1" });
    world.patch("bench", { arms: [left, right, things.simArm()] });
    world.set("cameras", [things.camera("front"), things.camera("wrist_left"), things.camera("wrist_right"), ...SIM_CAMERAS]);
    startDrive(world, {
      ...DRIVE,
      arms: [left, right].map((arm) => ({ key: arm.key, role: "follower" })),
      cameras: ["front", "wrist_left", "wrist_right"],
    });
    world.patch("deck", { session: "driving", can_resume: false });
    for (let at = 0; at < 40; at++) world.tick(0.05);
  },
  /** Driving with a hot motor and late pictures. */
  warnings: (world) => {
    driving(world);
    const arm = world.arms.get("known:Bench follower");
    if (arm) {
      arm.heat[2] = 57;
      arm.trouble[2] = "hot";
      arm.lost[3] = 3;
    }
    world.patch("drive", {
      warnings: [
        things.notice("warning", "Elbow flex is at 57 °C.", "It stops at 65 °C. Let the arm rest, or lower the speed."),
      ],
    });
    world.set(
      "cameras",
      world.topics.cameras.map((camera) =>
        camera.key === "wrist" ? { ...camera, live: { ...camera.live, fps: 24.3, missed: 2, bad: 1 } } : camera,
      ),
    );
  },
  /** The program never answers. */
  unreachable: (world) => {
    world.silent = true;
  },
  /** The program was heard, and then no more, while the arm was driven. */
  silent: (world) => {
    driving(world);
    const until = world.now + 0.5;
    world.movers.push(() => {
      if (world.silent || world.now < until) return;
      world.silent = world.loses = true;
    });
  },
  /** A gamepad drives. */
  gamepad: (world) => {
    driving(world);
    world.handlers.choose_input?.(world, "gamepad");
    world.patch("drive", {
      gamepad: "8BitDo Pro 2",
      inputs: (world.topics.drive?.inputs ?? []).map((choice) => ({ ...choice, why_not: choice.kind === "leader" ? choice.why_not : "" })),
    });
  },
  /** A leader drives, its clutch closed. */
  leader: (world) => {
    bench(world);
    const leader = { key: "known:Bench leader", role: "leader" } as const;
    startDrive(world, { ...DRIVE, arms: [...DRIVE.arms, leader], input: "leader" });
    world.patch("deck", { session: "driving", can_resume: false });
    for (let at = 0; at < 40; at++) world.tick(0.05);
  },
  sliders: (world) => {
    driving(world);
    world.handlers.choose_input?.(world, "sliders");
  },
  tip: (world) => {
    driving(world);
    world.handlers.choose_input?.(world, "tip");
  },
  /** Driving without a camera. */
  blind: (world) => {
    bench(world);
    startDrive(world, { ...DRIVE, cameras: [] });
    world.patch("deck", { session: "driving", can_resume: false });
    for (let at = 0; at < 40; at++) world.tick(0.05);
  },
  stopped: (world) => {
    driving(world);
    world.set("deck", {
      ...world.topics.deck,
      session: "stopped",
      can_resume: true,
      can_release: true,
      trouble: null,
    });
  },
  /** A motor reports overload. */
  faulted: (world) => {
    driving(world);
    const arm = world.arms.get("known:Bench follower");
    if (arm) arm.trouble[5] = "overload";
    world.set("deck", {
      ...world.topics.deck,
      session: "faulted",
      can_resume: true,
      can_release: true,
      trouble: things.notice(
        "fault",
        "Gripper (motor 6) reports overload.",
        "Open the jaws by hand, then clear the fault.",
      ),
    });
  },
  /** The adapter was unplugged while driving. */
  unplugged: (world) => {
    driving(world);
    for (const arm of world.arms.values()) arm.gone = true;
    world.set("deck", {
      ...world.topics.deck,
      torque: "unknown",
      session: "faulted",
      can_resume: false,
      can_release: false,
      trouble: things.notice(
        "fault",
        "Bench follower: the adapter was unplugged.",
        "Hold the arm: torque may still be on. Plug it back in; driving goes on after a check.",
      ),
    });
  },
  /** A camera went while driving. */
  camera_lost: (world) => {
    driving(world);
    const trouble = things.notice("warning", "Wrist camera was unplugged.", "Plug it back in; it comes back by itself.");
    world.set(
      "cameras",
      world.topics.cameras.map((camera) =>
        camera.key === "wrist"
          ? { ...camera, online: "offline", live: { ...camera.live, word: "lost", fps: null, trouble } }
          : camera,
      ),
    );
    world.patch("drive", { warnings: [trouble] });
  },
};
