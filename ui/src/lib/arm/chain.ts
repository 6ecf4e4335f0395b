// The arm's chain of joints: SO-101, new calibration, angles as LeRobot gives them; pi where the file rounds it. The
// SO-100 is the same mechanism within half a millimetre and is drawn with the same parts.
//
// Base frame: x forward, y left, z up, metres; the table lies at z = -0.0024.
// Not here: the meshes (`parts.ts`), what is drawn (`scene.ts`).

const { PI } = Math;

export interface Link {
  /** The joint that moves it, in dataset order; -1 for the base. */
  joint: number;
  parent: number;
  xyz: readonly [number, number, number];
  /** R = Rz(yaw) Ry(pitch) Rx(roll). */
  rpy: readonly [number, number, number];
}

export const TABLE_Z = -0.0024;

/** Base, then the six links that joints 0 to 5 move about their own z. */
export const LINKS: readonly Link[] = [
  { joint: -1, parent: -1, xyz: [0, 0, 0], rpy: [0, 0, 0] },
  { joint: 0, parent: 0, xyz: [0.0388353, -8.97657e-9, 0.0624], rpy: [PI, 0, -PI] },
  { joint: 1, parent: 1, xyz: [-0.0303992, -0.0182778, -0.0542], rpy: [-PI / 2, -PI / 2, 0] },
  { joint: 2, parent: 2, xyz: [-0.11257, -0.028, 0], rpy: [0, 0, PI / 2] },
  { joint: 3, parent: 3, xyz: [-0.1349, 0.0052, 0], rpy: [0, 0, -PI / 2] },
  { joint: 4, parent: 4, xyz: [0, -0.0611, 0.0181], rpy: [PI / 2, 0.0486795, PI] },
  { joint: 5, parent: 5, xyz: [0.0202, 0.0188, -0.0234], rpy: [PI / 2, 0, 0] },
];

/** The tip in the gripper's frame (link 5). */
export const TIP: Pick<Link, "xyz" | "rpy"> = { xyz: [-0.0079, -0.000218121, -0.0981274], rpy: [0, PI, 0] };

/** Radians of the six joints from a row of a dataset: degrees, and percent for the gripper (0 closed, 100 open). */
export function radians(row: readonly (number | null)[]): number[] {
  return Array.from({ length: 6 }, (_, joint) => {
    const value = row[joint] ?? 0;
    const degrees = joint === 5 ? -11.5 + 1.265 * value : value;
    return (degrees * PI) / 180;
  });
}

// Lengths in millimetres of the closed form: the three pitch axes are parallel, so the arm is planar behind the pan axis.
const X0 = 38.8353;
const Y0 = -9e-6;
const A = 30.3992;
const Z0 = 116.6;
const L1 = Math.hypot(112.57, 28);
const ALPHA1 = Math.atan2(112.57, 28);
const L2 = Math.hypot(134.9, 5.2);
const ALPHA2 = Math.atan2(5.2, 134.9);
const D = 61.1 + 98.1274;
const TX = -7.9;
const TY = -0.218121;
const DELTA = 0.0486795;
const S0 = 18.1 - 18.2778;

/** Where the tip is, in millimetres of the base frame, by the closed form. */
export function tipOf(row: readonly (number | null)[]): [number, number, number] {
  const [q1 = 0, q2 = 0, q3 = 0, q4 = 0, q5 = 0] = radians(row);
  const { sin, cos } = Math;
  const theta = q2 + q3 + q4;
  const a = ALPHA1 - q2;
  const b = ALPHA2 - q2 - q3;
  const psi = q5 - DELTA;
  const h = TX * cos(psi) - TY * sin(psi);
  const s = S0 + TX * sin(psi) + TY * cos(psi);
  const r = A + L1 * cos(a) + L2 * cos(b) + D * cos(theta) + h * sin(theta);
  const z = Z0 + L1 * sin(a) + L2 * sin(b) - D * sin(theta) + h * cos(theta);
  return [X0 + r * cos(q1) + s * sin(q1), Y0 - r * sin(q1) + s * cos(q1), z];
}
