// What the set-up wizard and the search on a bus work out: counts, the motor whose turn it is, motors by joint.

import { LOW_V } from "../drive";
import type { FoundMotor, ScanState, SetupMotor, SetupState } from "../protocol";

export const JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"] as const;

/** LeRobot's rate. */
export const USUAL_BAUD = 1_000_000;
const HOT_C = 55;

export const current = (state: SetupState): SetupMotor | null => state.motors.find((motor) => motor.word === "now") ?? null;

const finished = (motor: SetupMotor): boolean => motor.word === "done" || motor.word === "done_earlier";
export const doneCount = (motors: SetupMotor[]): number => motors.filter(finished).length;
export const skippedCount = (motors: SetupMotor[]): number => motors.filter((motor) => motor.word === "skipped").length;
/** Only what this run did can be taken back. */
export const canUndo = (motors: SetupMotor[]): boolean => motors.some((motor) => motor.word === "done");

export const running = (state: SetupState | null): state is SetupState =>
  state !== null && (state.phase === "opening" || state.phase === "connect" || state.phase === "working");

export interface ScanRow {
  id: number;
  /** Of the arm's six; none for a number beyond. */
  joint: string | null;
  motor: FoundMotor | null;
  /** Fields that are not as they should be. */
  odd: ReadonlySet<"baud" | "voltage" | "temperature" | "complaint" | "torque">;
}

/** The six joints in order with what answered, then what answered beyond. While it runs, only what has answered. */
export function rows(scan: ScanState): ScanRow[] {
  const six = JOINTS.map((joint, at): ScanRow[] => {
    const found = scan.motors.filter((motor) => motor.id === at + 1);
    if (found.length === 0) return scan.running ? [] : [{ id: at + 1, joint, motor: null, odd: new Set() }];
    return found.map((motor) => ({ id: at + 1, joint, motor, odd: oddOf(motor) }));
  });
  const more = scan.motors
    .filter((motor) => motor.id < 1 || motor.id > JOINTS.length)
    .map((motor): ScanRow => ({ id: motor.id, joint: null, motor, odd: oddOf(motor) }));
  return [...six.flat(), ...more];
}

function oddOf(motor: FoundMotor): ScanRow["odd"] {
  const odd = new Set<"baud" | "voltage" | "temperature" | "complaint" | "torque">();
  if (motor.baud !== USUAL_BAUD) odd.add("baud");
  if (motor.voltage !== null && motor.voltage < LOW_V) odd.add("voltage");
  if (motor.temperature !== null && motor.temperature >= HOT_C) odd.add("temperature");
  if (motor.complaint !== "") odd.add("complaint");
  if (motor.torque === true) odd.add("torque");
  return odd;
}

/** Nothing is left to be said of this bus. */
export function allFine(scan: ScanState): boolean {
  return (
    !scan.running &&
    scan.failure === null &&
    scan.findings.length === 0 &&
    JOINTS.every((_, at) => scan.motors.some((motor) => motor.id === at + 1))
  );
}
