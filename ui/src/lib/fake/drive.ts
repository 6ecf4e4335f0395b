// Driving, pretended: keys and sliders move joints within limits, the loop counts its cycles.

import type { DriveState, InputKind, KeyCap, StartDrive } from "../protocol";
import { FakeArm } from "./arm";
import { spread, histogram } from "./figures";
import { JOINTS } from "./things";
import type { Handlers, World } from "./world";

const USUAL_DEG_S = 42;
/** The tip's axes as settings name them. */
const TIP: [axis: string, name: string][] = [
  ["forward", "tip_x"],
  ["left", "tip_y"],
  ["up", "tip_z"],
  ["pitch", "tip_pitch"],
  ["roll", "tip_roll"],
  ["gripper", "tip_gripper"],
];

export function keyTable(world: World, input: InputKind): KeyCap[] {
  if (input !== "keys" && input !== "tip") return [];
  const axes = input === "tip" ? TIP : JOINTS.map((joint): [string, string] => [joint, joint]);
  const code = (name: string) => String(world.topics.settings.settings.find((card) => card.name === `keys.${name}`)?.value ?? "");
  return axes
    .flatMap(([axis, name]) => [
      { code: code(`${name}_minus`), axis, positive: false, held: false },
      { code: code(`${name}_plus`), axis, positive: true, held: false },
    ])
    .filter((cap) => cap.code !== "");
}

/** Keys were bound anew. */
export function setKeys(world: World): void {
  const state = world.topics.drive;
  if (state) world.patch("drive", { keys: keyTable(world, state.input) });
}

export function startDrive(world: World, start: StartDrive): void {
  const cards = start.arms.map(({ key, role }) => ({
    role,
    card: world.topics.bench.arms.find((arm) => arm.key === key),
    key,
  }));
  const open = cards.map(({ card, key }) => new FakeArm(key, card?.name || key));
  world.arms = new Map(open.map((arm) => [arm.key, arm]));
  const of = (role: string) => open.filter((_, at) => cards[at]?.role === role);
  const leaders = of("leader");
  const state: DriveState = {
    word: "holding",
    followers: of("follower").map((arm) => arm.live()),
    leaders: leaders.map((arm) => arm.live()),
    input: start.input,
    inputs: [
      { kind: "keys", why_not: "" },
      { kind: "leader", why_not: leaders.length > 0 ? "" : "No leader is open. Start from Home with one." },
      { kind: "gamepad", why_not: "No gamepad is plugged in." },
      { kind: "sliders", why_not: "" },
      { kind: "tip", why_not: "" },
    ],
    keys_on: true,
    keys: keyTable(world, start.input),
    arm: 0,
    speed: 1,
    degrees_per_second: USUAL_DEG_S,
    first_move: false,
    clutch_open: start.input === "leader" ? false : null,
    jog: null,
    poses: [{ name: "Rest" }, { name: "Above the bin" }],
    figures: {
      wanted_hz: start.rate_hz,
      rate_hz: start.rate_hz,
      cycles: 0,
      missed: 0,
      period_error_us: spread(0),
      bus_us: spread(0),
      histogram: histogram(0),
      priority: "real-time",
    },
    warnings: [],
    gamepad: "",
    // A session knows a simulated camera by its view's name.
    cameras: start.cameras.map((name) => name.replace(/^sim:/, "")),
  };
  world.poses.set("Rest", [-4, -60, 50, 60, 0, 20]).set("Above the bin", [30, 10, 20, 55, 0, 80]);
  world.set("drive", state);
  world.patch("bench", { activity: "driving", busy: start.arms.map((arm) => arm.key) });
  const cameras = new Set(start.cameras);
  world.set(
    "cameras",
    world.topics.cameras.map((camera) =>
      cameras.has(camera.key) ? { ...camera, live: { ...camera.live, word: "streaming", fps: 30 } } : camera,
    ),
  );
  world.set("deck", {
    torque: "on",
    session: "holding",
    arms: open.map((arm) => arm.name),
    trouble: null,
    can_resume: true,
    can_release: true,
    unsaved: false,
  });
}

export function releaseAll(world: World): void {
  world.arms.clear();
  world.set("drive", null);
  world.patch("bench", { activity: "nothing", busy: [] });
  world.set("deck", {
    torque: "none",
    session: "idle",
    arms: [],
    trouble: null,
    can_resume: false,
    can_release: false,
    unsaved: false,
  });
}

function driven(world: World): FakeArm[] {
  const followers = world.topics.drive?.followers ?? [];
  return followers.flatMap((live) => world.arms.get(live.key) ?? []);
}

function chosen(world: World): FakeArm | undefined {
  return driven(world)[world.topics.drive?.arm ?? 0];
}

/** Sliders' joints count on over both arms. */
function jointAt(world: World, index: number): [FakeArm | undefined, number] {
  return [driven(world)[Math.floor(index / JOINTS.length)], index % JOINTS.length];
}

/** One tick: keys move goals, joints follow, the topic is told. */
export function moveDrive(world: World, seconds: number): void {
  const state = world.topics.drive;
  if (!state) return;
  const session = world.topics.deck.session;
  const driving = session === "driving" || session === "recording";
  const arm = chosen(world);
  if (driving && arm && world.keysOn) {
    for (const cap of state.keys) {
      const joint = JOINTS.indexOf(cap.axis as (typeof JOINTS)[number]);
      if (joint < 0 || !world.held.has(cap.code)) continue;
      const way = cap.positive ? 1 : -1;
      arm.move(joint, (arm.goal[joint] ?? 0) + way * state.degrees_per_second * seconds);
    }
  }
  for (const one of world.arms.values()) one.tick(seconds);
  const cycles = state.figures.cycles + Math.round(state.figures.wanted_hz * seconds);
  const live = (key: string) => world.arms.get(key)?.live();
  world.set("drive", {
    ...state,
    word: state.word === "opening" ? state.word : session,
    keys: state.keys.map((cap) => ({ ...cap, held: world.keysOn && world.held.has(cap.code) })),
    followers: state.followers.map((one) => live(one.key) ?? one),
    leaders: state.leaders.map((one) => live(one.key) ?? one),
    figures: {
      ...state.figures,
      cycles,
      rate_hz: state.figures.wanted_hz - 0.02 + 0.03 * Math.sin(world.now),
      period_error_us: spread(cycles),
      bus_us: spread(cycles, 2000),
      histogram: histogram(cycles),
    },
  });
}

const live = (world: World, session: "driving" | "holding"): void =>
  world.patch("deck", { session, trouble: null, can_resume: session === "holding" });

export const driveHandlers: Handlers = {
  resume: (world) => {
    live(world, "driving");
    return { is: "done" };
  },
  hold: (world) => {
    for (const arm of world.arms.values()) arm.hold();
    if (world.topics.deck.session === "driving") live(world, "holding");
    return { is: "done" };
  },
  release: (world) => {
    world.patch("deck", { session: "releasing", can_release: false, can_resume: false, trouble: null });
    setTimeout(() => releaseAll(world), 2500);
    return { is: "done" };
  },
  choose_input: (world, input) => {
    world.patch("drive", {
      input,
      keys: keyTable(world, input),
      clutch_open: input === "leader" ? false : null,
      jog: input === "tip" ? { place_mm: [221, -63, 96], angles: [38, 0], why_not: "" } : null,
    });
    return { is: "done" };
  },
  keys_on: (world, on) => {
    world.patch("drive", { keys_on: on });
    return { is: "done" };
  },
  set_speed: (world, speed) => {
    world.patch("drive", { speed, degrees_per_second: USUAL_DEG_S * speed });
    return { is: "done" };
  },
  select_arm: (world, arm) => {
    world.patch("drive", { arm });
    return { is: "done" };
  },
  move_joint: (world, { index, value }) => {
    const [arm, joint] = jointAt(world, index);
    arm?.move(joint, value);
    return { is: "done" };
  },
  step_joint: (world, { index, by }) => {
    const [arm, joint] = jointAt(world, index);
    arm?.move(joint, (arm.goal[joint] ?? 0) + by);
    return { is: "done" };
  },
  save_pose: (world, { name }) => {
    const arm = chosen(world);
    if (!arm || !world.topics.drive) return undefined;
    world.poses.set(name, [...arm.position]);
    const others = world.topics.drive.poses.filter((pose) => pose.name !== name);
    world.patch("drive", { poses: [...others, { name }] });
    return { is: "done" };
  },
  go_to_pose: (world, { name }) => {
    const pose = world.poses.get(name);
    const arm = chosen(world);
    if (!pose || !arm) return { code: "bad_request", message: `There is no pose ${name}.`, remedy: "Save it first." };
    pose.forEach((value, joint) => arm.move(joint, value));
    return { is: "done" };
  },
  delete_pose: (world, { name }) => {
    world.poses.delete(name);
    world.patch("drive", { poses: (world.topics.drive?.poses ?? []).filter((pose) => pose.name !== name) });
    return { is: "done" };
  },
  set_clutch: (world, { open }) => {
    world.patch("drive", { clutch_open: open });
    return { is: "done" };
  },
};
