// Set-up and the search on a bus, pretended: motors that come in one by one, and now and then a wrong one.

import type { FoundMotor, ScanState, SetupMotor, SetupState } from "../protocol";
import * as things from "./things";
import { JOINTS } from "./things";
import type { Handlers, World } from "./world";

const BAUDS = [1_000_000, 500_000, 250_000, 128_000, 115_200, 76_800, 57_600, 38_400];
const LOOK_S = 1.5;
const SCAN_S = 2.5;

export function setupState(key: string, earlier = 0): SetupState {
  const motors: SetupMotor[] = [...JOINTS].reverse().map((joint, at) => ({
    joint,
    id: JOINTS.length - at,
    word: at < earlier ? "done_earlier" : at === earlier ? "now" : "to_come",
    changed: "",
  }));
  return {
    arm: key,
    phase: "connect",
    motors,
    looking_baud: null,
    refused: null,
    can_go_on_anyway: false,
    failure: null,
  };
}

export function motor(id: number, more: Partial<FoundMotor> = {}): FoundMotor {
  return {
    id,
    baud: 1_000_000,
    model: "STS3215",
    firmware: "3.10",
    voltage: 12,
    temperature: 29 + id,
    position: 1800 + id * 91,
    torque: false,
    complaint: "",
    ...more,
  };
}

const since = new WeakMap<World, number>();
const attempts = new WeakMap<World, number>();

export function openSetup(world: World, key: string, earlier = 0): void {
  world.set("setup", setupState(key, earlier));
  world.patch("bench", { activity: "setting_up", busy: [key] });
}

function close(world: World, phase: SetupState["phase"]): void {
  world.patch("setup", { phase });
  world.patch("bench", { activity: "nothing", busy: [] });
}

/** The motor whose turn it is gets a word; the next one's turn comes. */
export function settleMotor(world: World, word: SetupMotor["word"], changed = ""): void {
  const state = world.topics.setup;
  if (!state) return;
  const here = state.motors.findIndex((one) => one.word === "now");
  const motors = state.motors.map((one, at): SetupMotor => {
    if (at === here) return { ...one, word, changed };
    return at === here + 1 && one.word === "to_come" ? { ...one, word: "now" } : one;
  });
  world.patch("setup", { motors, phase: "connect", refused: null, can_go_on_anyway: false, looking_baud: null });
  if (!motors.some((one) => one.word === "now")) close(world, "done");
}

export function startScan(world: World, key: string, thorough: boolean): void {
  since.set(world, world.now);
  const scan: ScanState = {
    arm: key,
    running: true,
    done: 0,
    baud: BAUDS[0] ?? null,
    motors: [],
    findings: [],
    failure: null,
  };
  world.set("scan", scan);
  world.patch("bench", { activity: "scanning", busy: [key] });
  slow.set(world, thorough);
}
const slow = new WeakMap<World, boolean>();

export function moveSetup(world: World): void {
  const { setup, scan } = world.topics;
  const gone = world.now - (since.get(world) ?? 0);
  if (setup?.phase === "working") {
    world.patch("setup", { looking_baud: BAUDS[Math.min(BAUDS.length - 1, Math.floor((gone / LOOK_S) * 3))] ?? null });
    if (gone >= LOOK_S) {
      const tries = (attempts.get(world) ?? 0) + 1;
      attempts.set(world, tries);
      // The third press meets two motors on the line, so that the refusal can be seen.
      if (tries === 3) {
        world.patch("setup", {
          phase: "connect",
          looking_baud: null,
          refused: things.notice("warning", "Two motors answer as id 1.", "Unplug all but one motor, then press Next."),
        });
      } else settleMotor(world, "done", "id 1 became this joint's, 1,000,000 bit/s");
    }
  }
  if (scan?.running) {
    const whole = slow.get(world) ? SCAN_S * 4 : SCAN_S;
    const done = Math.min(1, gone / whole);
    const found = Math.floor(done * 6.99);
    world.patch("scan", {
      done,
      baud: BAUDS[Math.min(BAUDS.length - 1, Math.floor(done * BAUDS.length))] ?? null,
      motors: Array.from({ length: found }, (_, at) => motor(at + 1)),
    });
    if (done >= 1) {
      world.patch("scan", { running: false, baud: null });
      world.patch("bench", { activity: "nothing", busy: [] });
    }
  }
}

export const setupHandlers: Handlers = {
  scan: (world, { key, thorough }) => {
    startScan(world, key, thorough);
    return { is: "done" };
  },
  set_up: (world, { key, fresh }) => {
    openSetup(world, key, fresh ? 0 : 2);
    return { is: "done" };
  },
  set_up_step: (world, step) => {
    const state = world.topics.setup;
    if (!state) return { code: "not_while", message: "No motor is being set up.", remedy: "Start from Home." };
    if (step === "skip") settleMotor(world, "skipped");
    else if (step === "undo") {
      const done = state.motors.map((one) => one.word).lastIndexOf("done");
      if (done < 0) {
        return { code: "not_while", message: "No motor was set up on this adapter.", remedy: "Go on with the next one." };
      }
      world.patch("setup", {
        motors: state.motors.map((one, at) => ({
          ...one,
          word: at === done ? "now" : at > done && one.word !== "skipped" ? "to_come" : one.word,
          changed: at === done ? "" : one.changed,
        })),
      });
    } else if (step === "anyway") settleMotor(world, "done", "taken over from another joint");
    else {
      since.set(world, world.now);
      world.patch("setup", { phase: "working", refused: null });
    }
    return { is: "done" };
  },
};

const KEY = "port:/dev/ttyACM3";

function newAdapter(world: World): void {
  const arm = { ...things.arm("", null, "5A68 0202"), key: KEY, port: "/dev/ttyACM3", calibration: null, calibrated_at: null };
  world.patch("bench", { arms: [...world.topics.bench.arms, arm] });
}

export const setupScenarios: Record<string, (world: World) => void> = {
  setup_begin: newAdapter,
  setup_connect: (world) => {
    newAdapter(world);
    openSetup(world, KEY, 2);
  },
  setup_working: (world) => {
    newAdapter(world);
    openSetup(world, KEY, 0);
    settleMotor(world, "done", "id 1 became 6, 1,000,000 bit/s");
    world.movers = [];
    world.patch("setup", { phase: "working", looking_baud: 500_000 });
  },
  setup_refused: (world) => {
    newAdapter(world);
    openSetup(world, KEY, 0);
    settleMotor(world, "done", "id 1 became 6, 1,000,000 bit/s");
    settleMotor(world, "skipped");
    world.patch("setup", {
      refused: things.notice(
        "warning",
        "This is motor 6, which was set up as gripper of this arm.",
        "Connect the motor that is to be set up now, or go on with this one anyway.",
      ),
      can_go_on_anyway: true,
    });
  },
  setup_done: (world) => {
    newAdapter(world);
    openSetup(world, KEY, 4);
    settleMotor(world, "done", "id 1 became 2, 1,000,000 bit/s");
    settleMotor(world, "done", "was right already");
  },
  /** The adapter went while motors were set up. */
  setup_failed: (world) => {
    newAdapter(world);
    openSetup(world, KEY, 0);
    settleMotor(world, "done", "id 1 became 6, 1,000,000 bit/s");
    close(world, "ended");
    world.patch("setup", {
      failure: things.notice(
        "fault",
        "The adapter was unplugged while the wrist roll's motor was set up.",
        "Plug it back in and start again: what is done is remembered.",
      ),
    });
  },
  scanning: (world) => {
    startScan(world, "known:Bench follower", true);
    for (let at = 0; at < 90; at++) world.tick(0.05);
    world.movers = [];
  },
  scanned: (world) => {
    world.set("scan", {
      arm: "known:Bench follower",
      running: false,
      done: 1,
      baud: null,
      motors: [
        motor(1),
        motor(2),
        motor(3, { temperature: 57, complaint: "hot" }),
        motor(5, { baud: 500_000 }),
        motor(6, { voltage: 9.8, complaint: "low voltage" }),
      ],
      findings: [
        things.notice(
          "fault",
          "Wrist flex (motor 4) does not answer.",
          "Check the cable between motors 3 and 4, then scan again.",
        ),
        things.notice("warning", "Motor 5 answers at 500,000 bit/s, not at 1,000,000.", "Set this motor up again."),
        things.notice(
          "warning",
          "Supply at the gripper is 9.8 V.",
          "Check plug and power supply; weak power looks like lost motors.",
        ),
      ],
      failure: null,
    });
  },
};
