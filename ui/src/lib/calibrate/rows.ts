// What the calibration wizard works out: where a joint's travel lies on its bar, what is to be said of it, the steps,
// the pose from ticks, old numbers beside new ones.

import type { CalibrationPhase, CalibrationState, CalibrationValues, JointTravel } from "../protocol";

/** Ticks at both ends of every bar: a whole turn, and room on both sides for a joint that crosses the seam. */
export const BAR_FROM = -650;
export const BAR_TO = 4746;
/** The encoder's seam: below 0 and above 4095. */
export const SEAMS = [0, 4096] as const;
/** Where a joint stands in its middle after homing. */
export const MIDDLE = 2047;
const TURN = 4096;

export const degreesOf = (ticks: number): number => (ticks * 360) / TURN;
export const ticksOf = (degrees: number): number => (degrees * TURN) / 360;

/** Percent of the bar; what lies beyond stays at its end. */
export function at(ticks: number): number {
  return Math.max(0, Math.min(100, ((ticks - BAR_FROM) * 100) / (BAR_TO - BAR_FROM)));
}

export interface Stretch {
  from: number;
  to: number;
}

export interface Bar {
  /** What this joint usually has, percent of the bar; none where it is not recorded. */
  usual: Stretch | null;
  reached: Stretch | null;
  now: number | null;
  low: { at: number; inside: boolean } | null;
  high: { at: number; inside: boolean } | null;
}

/** So far from a bar's end a number beside the reached range has no room. */
const ROOM = 11;
/** So few ticks are no movement. */
const STILL = 20;
/** So wide a reached range has room for numbers within. */
const WIDE = 24;

export function bar(joint: JointTravel): Bar {
  const now = joint.now === null ? null : at(joint.now);
  if (joint.tag === "not_needed") {
    return { usual: null, reached: { from: at(0), to: at(4095) }, now, low: null, high: null };
  }
  if (joint.min === null || joint.max === null) return { usual: usual(joint), reached: null, now, low: null, high: null };
  const reached = { from: at(joint.min), to: at(joint.max) };
  const moved = joint.max - joint.min > STILL;
  const within = reached.to - reached.from > WIDE;
  return {
    usual: usual(joint),
    reached: moved ? reached : null,
    now,
    low: moved ? { at: reached.from, inside: within && reached.from < ROOM } : null,
    high: moved ? { at: reached.to, inside: within && reached.to > 100 - ROOM } : null,
  };
}

/** The usual range, laid at the end that is proven, else around the middle, always holding what was reached. */
function usual(joint: JointTravel): Stretch | null {
  const [least, most] = joint.usual;
  const width = ticksOf((least + most) / 2);
  if (!(width > 0)) return null;
  let from = MIDDLE - width / 2;
  const { min, max } = joint;
  if (joint.low_proven && min !== null) from = min;
  else if (joint.high_proven && max !== null) from = max - width;
  else {
    if (min !== null && min < from) from = min;
    if (max !== null && max > from + width) from = max - width;
  }
  return { from: at(from), to: at(from + width) };
}

export type RowKind = "done" | "seam" | "moving" | "full" | "todo" | "bad" | "going" | "blind";

/** How a row looks: the joint that moves comes before all that is fine about it. */
export function kindOf(joint: JointTravel, moving: string | null): RowKind {
  if (joint.tag === "not_needed") return "full";
  if (joint.now === null && joint.min === null) return "blind";
  if (joint.tag === "unusable") return "bad";
  if (joint.tag === "enough") return joint.crossed ? "seam" : "done";
  if (joint.joint === moving) return "moving";
  return joint.tag === "not_moved" ? "todo" : "going";
}

/** Degrees until the least that this joint usually has. */
export const toGo = (joint: JointTravel): number => Math.max(0, joint.usual[0] - joint.swing);

/** What is said below a joint's bar: a key below `cal.say.`, and which end is missing when it is one. */
export interface Saying {
  word: "done" | "seam" | "full" | "todo" | "end" | "narrow" | "odd" | "going" | "ends";
  end: "low" | "high" | null;
}

export function sayingOf(joint: JointTravel, kind: RowKind): Saying {
  const say = (word: Saying["word"], end: Saying["end"] = null) => ({ word, end });
  if (kind === "done" || kind === "seam" || kind === "full") return say(kind);
  if (kind === "todo" || kind === "blind" || joint.tag === "not_moved") return say("todo");
  const left = toGo(joint) >= 1;
  if (joint.low_proven && joint.high_proven) return say(left ? "narrow" : "odd");
  if (joint.low_proven || joint.high_proven) return say("end", joint.low_proven ? "high" : "low");
  return say(left ? "going" : "ends");
}

export interface Measured {
  joint: JointTravel;
  /** Whether there are numbers; else a key below `cal.tag.`: the whole turn is taken, or nobody has moved it. */
  range: "known" | "full" | "todo";
  /** It did not answer any more, or is not usable as it is. */
  trouble: "silent" | "unusable" | null;
}

/** What had been found of a joint when a calibration ended early. */
export function measuredOf(joint: JointTravel): Measured {
  const still = joint.min === null || joint.max === null || joint.max - joint.min <= STILL;
  return {
    joint,
    range: joint.tag === "not_needed" ? "full" : still ? "todo" : "known",
    trouble: joint.now === null ? "silent" : joint.tag === "unusable" ? "unusable" : null,
  };
}

/** Joints that have more to go. */
export const unfinished = (joints: JointTravel[]): JointTravel[] =>
  joints.filter((joint) => joint.tag !== "enough" && joint.tag !== "not_needed");

export type StepId = "prepare" | "middle" | "travel" | "review" | "power" | "done";
export interface Step {
  id: StepId;
  number: number;
  state: "done" | "now" | "todo";
}

const STEP_OF: Partial<Record<CalibrationPhase, StepId>> = {
  preparing: "prepare",
  middle: "middle",
  recording: "travel",
  review: "review",
  power: "power",
  done: "done",
};

/** The steps of the wizard. What failed stays at the step where it did. */
export function steps(phase: CalibrationPhase, withPower: boolean, lastStep: StepId = "prepare"): Step[] {
  const ids: StepId[] = ["prepare", "middle", "travel", "review", ...(withPower ? (["power"] as const) : []), "done"];
  const now = ids.indexOf(STEP_OF[phase] ?? lastStep);
  return ids.map((id, index) => ({
    id,
    number: index + 1,
    state: phase === "done" || index < now ? "done" : index === now ? "now" : "todo",
  }));
}

export const stepOf = (phase: CalibrationPhase): StepId | null => STEP_OF[phase] ?? null;

/** Percent of the gripper that its middle stands for. */
const GRIPPER_MIDDLE = 50;
const GRIPPER_DEGREES_A_PERCENT = 1.265;

/** A joint's place for a drawing, from its ticks after homing. */
export function placeOf(index: number, ticks: number): number {
  const degrees = degreesOf(ticks - MIDDLE);
  return index === 5 ? GRIPPER_MIDDLE + degrees / GRIPPER_DEGREES_A_PERCENT : degrees;
}

/** The pose that is drawn; before homing ticks say nothing, and the middle stands for it. */
export function poseOf(state: Pick<CalibrationState, "joints" | "phase">): number[] {
  const known = state.phase === "recording" || state.phase === "review";
  return Array.from({ length: 6 }, (_, index) => {
    const now = state.joints[index]?.now;
    const middle = index === 5 ? GRIPPER_MIDDLE : 0;
    return known && now !== null && now !== undefined ? placeOf(index, now) : middle;
  });
}

/** Both ends of a joint's usual travel, for a drawing. */
export function travelOf(index: number, joint: JointTravel): [number, number] {
  const half = ticksOf((joint.usual[0] + joint.usual[1]) / 4);
  return [placeOf(index, MIDDLE - half), placeOf(index, MIDDLE + half)];
}

export interface Change {
  joint: string;
  id: number;
  before: CalibrationValues | null;
  after: CalibrationValues;
  /** Degrees of the range. */
  swingBefore: number | null;
  swingAfter: number;
  /** Whether any of the three numbers differs. */
  changed: boolean;
}

const NUMBERS = ["homing_offset", "range_min", "range_max"] as const;

export const same = (a: CalibrationValues, b: CalibrationValues): boolean => NUMBERS.every((name) => a[name] === b[name]);

export function changes(before: CalibrationValues[], after: CalibrationValues[]): Change[] {
  const swing = (values: CalibrationValues) => degreesOf(values.range_max - values.range_min);
  return after.map((values) => {
    const old = before.find((one) => one.joint === values.joint) ?? null;
    return {
      joint: values.joint,
      id: values.id,
      before: old,
      after: values,
      swingBefore: old && swing(old),
      swingAfter: swing(values),
      changed: old === null || !same(old, values),
    };
  });
}

export interface Check {
  grade: "done" | "open" | "warn" | "note";
  /** Key below `cal.check.`. */
  word: "low.proven" | "high.proven" | "low.open" | "high.open" | "seam" | "lost";
}

/** What is known of the joint that moves. */
export function checks(joint: JointTravel): Check[] {
  if (joint.tag === "not_needed") return [];
  return [
    joint.low_proven ? { grade: "done", word: "low.proven" } : { grade: "open", word: "low.open" },
    joint.high_proven ? { grade: "done", word: "high.proven" } : { grade: "open", word: "high.open" },
    ...(joint.crossed ? [{ grade: "note", word: "seam" } as const] : []),
    ...(joint.lost > 0 ? [{ grade: "warn", word: "lost" } as const] : []),
  ];
}
