// What Drive works out from the loop's state: when drive keys are live, what moves, what is hot, what a histogram shows.

import type { ArmLive, CameraCard, DriveState, Histogram, InputKind, JointLive, SessionWord } from "./protocol";

export const INPUTS: InputKind[] = ["keys", "leader", "gamepad", "sliders", "tip"];

const KEYS_DRIVE: ReadonlySet<SessionWord> = new Set(["driving", "recording", "resetting"]);

export interface KeysContext {
  /** The switch, F9. */
  wanted: boolean;
  /** The screen is one that drives. */
  here: boolean;
  /** A dialog is open. */
  asking: boolean;
  /** The window has the focus. */
  focused: boolean;
  session: SessionWord;
  input: InputKind | null;
  /** The core is heard. */
  heard: boolean;
}

export function keysLive(context: KeysContext): boolean {
  const { wanted, here, asking, focused, session, input, heard } = context;
  return heard && wanted && here && !asking && focused && KEYS_DRIVE.has(session) && (input === "keys" || input === "tip");
}

/** What is shown of this arm is not news any more: its line is gone, or none of its motors answers. */
export function unheard({ lost, joints }: Pick<ArmLive, "lost" | "joints">): boolean {
  return lost || (joints.length > 0 && joints.every((joint) => joint.stale));
}

/** A joint moves while a key of its is held, or its goal is further away than it could be by noise. */
export function moving(joint: JointLive, heldAxes: ReadonlySet<string>): boolean {
  if (heldAxes.has(joint.joint)) return true;
  return joint.position !== null && joint.goal !== null && Math.abs(joint.goal - joint.position) > 1.5;
}

export function heldAxes(state: Pick<DriveState, "keys">, held: ReadonlySet<string>): Set<string> {
  return new Set(state.keys.filter((cap) => held.has(cap.code) || cap.held).map((cap) => cap.axis));
}

export interface Hottest {
  joint: JointLive;
  temperature: number;
}

export function hottest(arms: ArmLive[]): Hottest | null {
  let worst: Hottest | null = null;
  for (const joint of arms.flatMap((arm) => arm.joints)) {
    const { temperature } = joint;
    if (temperature !== null && (worst === null || temperature > worst.temperature)) worst = { joint, temperature };
  }
  return worst;
}

/** The follower's own limit is 65 °C; ten below is worth a look. */
export const WARM_C = 55;
/** Below this supply motors get lost. */
export const LOW_V = 10.5;

export const lostReplies = (arms: ArmLive[]): number =>
  arms.flatMap((arm) => arm.joints).reduce((sum, joint) => sum + joint.lost, 0);

/** A simulated camera that nobody set up is known by its view, and in a session by the view's name alone. */
const simKey = (name: string): string => (name.startsWith("sim:") ? name : `sim:${name}`);

/** Cameras of the session, in its order. A simulated bench has simulated cameras, whatever others are called. */
export function sessionCameras(state: Pick<DriveState, "cameras" | "followers">, cameras: CameraCard[]): CameraCard[] {
  const simulated = state.followers.some((arm) => arm.key === "sim");
  const find = (key: string) => cameras.find((camera) => camera.key === key);
  return state.cameras.flatMap((name) => {
    const card = simulated ? (find(simKey(name)) ?? find(name)) : (find(name) ?? find(simKey(name)));
    return card ? [card] : [];
  });
}

/** Share of a slider's track, 0 to 1; a place beyond the limits stays at the end. */
export function share(value: number | null, least: number, most: number): number | null {
  if (value === null || !(most > least)) return null;
  return Math.max(0, Math.min(1, (value - least) / (most - least)));
}

export const SPEEDS = [0.25, 0.5, 0.75, 1, 1.5, 2] as const;

/** The next speed up or down; a speed between two steps goes to the nearer end of its gap. */
export function nextSpeed(now: number, step: 1 | -1): number {
  if (step > 0) return SPEEDS.find((speed) => speed > now + 1e-6) ?? Math.max(now, SPEEDS[SPEEDS.length - 1] ?? now);
  return [...SPEEDS].reverse().find((speed) => speed < now - 1e-6) ?? Math.min(now, SPEEDS[0]);
}

export interface Bar {
  endUs: number;
  count: number;
  /** 0 to 1 of the highest, on a log scale. */
  height: number;
  /** Beyond what a quiet loop shows: more than a twentieth of its period. */
  beyond: boolean;
}

export interface Bars {
  bars: Bar[];
  /** Places of marks, 0 to 1 across. */
  at(us: number): number;
  /** Ends of decades within the bars, in microseconds. */
  ticks: number[];
}

const FEWEST_BARS = 12;

/** Bars from the first to the last that holds something; their ends grow by a factor, so the scale is that of a log. */
export function bars(histogram: Histogram, periodUs: number): Bars | null {
  const { ends_us: ends, counts } = histogram;
  const used = counts.flatMap((count, at) => (count > 0 ? [at] : []));
  const first = used[0];
  const last = used[used.length - 1];
  if (first === undefined || last === undefined) return null;
  const from = Math.max(0, first - 1);
  const to = Math.min(ends.length, Math.max(last + 2, from + FEWEST_BARS));
  const most = Math.log1p(Math.max(...counts));
  const list = ends.slice(from, to).map((endUs, at): Bar => {
    const count = counts[from + at] ?? 0;
    return { endUs, count, height: Math.log1p(count) / most, beyond: endUs > periodUs / 20 };
  });
  const edges = [from > 0 ? (ends[from - 1] ?? 0) : 0, ...list.map((bar) => bar.endUs)];
  const at = (us: number) => placeOf(us, edges);
  const highest = edges[edges.length - 1] ?? 0;
  const ticks = [1, 10, 100, 1000, 10_000, 100_000].filter((us) => us > (edges[0] ?? 0) && us < highest);
  return { bars: list, at, ticks };
}

/** Every bar is equally wide; within one, by the log of its ends. */
function placeOf(us: number, edges: number[]): number {
  const count = edges.length - 1;
  for (let bar = 0; bar < count; bar++) {
    const low = edges[bar] ?? 0;
    const high = edges[bar + 1] ?? 0;
    if (us > high) continue;
    const within = low > 0 ? Math.log(us / low) / Math.log(high / low) : us / high;
    return (bar + Math.max(0, Math.min(1, within))) / count;
  }
  return 1;
}
