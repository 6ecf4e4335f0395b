// The arm as flat polygons for a still picture: parts projected, far ones first. For instructions, where a drawing says
// more than a turning model and costs nothing while it stands.
//
// Not here: the model that turns (`scene.ts`), what is marked and why (the screens).

import { LINKS, radians } from "./chain";
import { PARTS, type Part, type Stuff } from "./parts";

type Vec = readonly [number, number, number];
/** Rotation row by row, then the place in millimetres. */
interface Frame {
  turn: readonly [Vec, Vec, Vec];
  at: Vec;
}

/** Where one looks from: degrees around the arm, 0 from its right side with forward to the right, and degrees up. */
export interface Eye {
  around: number;
  up: number;
}

export interface Face {
  link: number;
  stuff: Stuff;
  points: [number, number][];
  /** 0 lit to 1 in shade. */
  shade: number;
}

const dot = (a: Vec, b: Vec): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Vec, b: Vec): Vec => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vec, b: Vec): Vec => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const unit = (a: Vec): Vec => {
  const long = Math.sqrt(dot(a, a)) || 1;
  return [a[0] / long, a[1] / long, a[2] / long];
};
const apply = ({ turn, at }: Frame, p: Vec): Vec => [
  dot(turn[0], p) + at[0],
  dot(turn[1], p) + at[1],
  dot(turn[2], p) + at[2],
];

function times(a: Frame["turn"], b: Frame["turn"]): Frame["turn"] {
  const column = (at: 0 | 1 | 2): Vec => [b[0][at], b[1][at], b[2][at]];
  const row = (r: Vec): Vec => [dot(r, column(0)), dot(r, column(1)), dot(r, column(2))];
  return [row(a[0]), row(a[1]), row(a[2])];
}

/** Rz(yaw) Ry(pitch) Rx(roll). */
function turned([roll, pitch, yaw]: Vec): Frame["turn"] {
  const [cr, sr, cp, sp, cy, sy] = [
    Math.cos(roll),
    Math.sin(roll),
    Math.cos(pitch),
    Math.sin(pitch),
    Math.cos(yaw),
    Math.sin(yaw),
  ];
  return [
    [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
    [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
    [-sp, cp * sr, cp * cr],
  ];
}

/** Frames of all links for a row of degrees (percent for the gripper). */
export function framesOf(row: readonly (number | null)[]): Frame[] {
  const angles = radians(row);
  const frames: Frame[] = [];
  for (const link of LINKS) {
    const parent = frames[link.parent];
    const own = times(turned(link.rpy), turned([0, 0, link.joint < 0 ? 0 : (angles[link.joint] ?? 0)]));
    const at: Vec = [link.xyz[0] * 1000, link.xyz[1] * 1000, link.xyz[2] * 1000];
    frames.push(parent ? { turn: times(parent.turn, own), at: apply(parent, at) } : { turn: own, at });
  }
  return frames;
}

interface Axes {
  right: Vec;
  up: Vec;
  /** Towards the eye. */
  near: Vec;
}

function axesOf({ around, up }: Eye): Axes {
  const a = (around * Math.PI) / 180;
  const e = (up * Math.PI) / 180;
  const near: Vec = [Math.sin(a) * Math.cos(e), -Math.cos(a) * Math.cos(e), Math.sin(e)];
  const right: Vec = [Math.cos(a), Math.sin(a), 0];
  return { right, up: cross(near, right), near };
}

const flat = (axes: Axes, p: Vec): [number, number] => [dot(axes.right, p), -dot(axes.up, p)];

const LIGHT = unit([0.35, -0.55, 0.85]);
/** Corners of a box by bits x, y, z; its faces wound outwards. */
const FACES = [
  [0, 4, 6, 2],
  [1, 3, 7, 5],
  [0, 1, 5, 4],
  [2, 6, 7, 3],
  [0, 2, 3, 1],
  [4, 5, 7, 6],
] as const;

function corners(part: Part): Vec[] {
  if ("hull" in part) return [...part.hull];
  const [x, y, z] = part.box;
  return Array.from({ length: 8 }, (_, bits): Vec => [x[bits & 1 ? 1 : 0], y[bits & 2 ? 1 : 0], z[bits & 4 ? 1 : 0]]);
}

/** The arm's faces that are seen, far parts first. Only links from `from` on. */
export function sketch(row: readonly (number | null)[], eye: Eye, from = 0): Face[] {
  const axes = axesOf(eye);
  const frames = framesOf(row);
  const solids = PARTS.filter((part) => part.link >= from).map((part): Solid => {
    const frame = frames[part.link] as Frame;
    const points = corners(part).map((point) => apply(frame, point));
    const column = (at: 0 | 1 | 2): Vec => [frame.turn[0][at], frame.turn[1][at], frame.turn[2][at]];
    return {
      part,
      points,
      flat: extentOf(points.map((point) => flat(axes, point))),
      sides: [column(0), column(1), column(2)],
      depth: points.reduce((sum, point) => sum + dot(axes.near, point), 0) / points.length,
    };
  });
  return farFirst(solids, axes.near).flatMap(({ part, points }) => facesOf(part, points, axes));
}

/** A convex part where it stands. */
interface Solid {
  part: Part;
  points: Vec[];
  /** Left, right, top, bottom in the drawing. */
  flat: [number, number, number, number];
  /** Its own three directions. */
  sides: [Vec, Vec, Vec];
  /** Of its middle, towards the eye. */
  depth: number;
}

function extentOf(points: [number, number][]): Solid["flat"] {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}

/** What lies behind another is painted before it; where parts go round in a ring the one furthest away is first. */
function farFirst(solids: Solid[], near: Vec): Solid[] {
  const behind = solids.map(() => new Set<number>());
  for (let a = 0; a < solids.length; a++) {
    for (let b = a + 1; b < solids.length; b++) {
      const order = before(solids[a] as Solid, solids[b] as Solid, near);
      if (order > 0) behind[a]?.add(b);
      else if (order < 0) behind[b]?.add(a);
    }
  }
  const left = new Set(solids.map((_, at) => at));
  const painted: Solid[] = [];
  while (left.size > 0) {
    const byDepth = [...left].sort((a, b) => (solids[a] as Solid).depth - (solids[b] as Solid).depth);
    const next = byDepth.find((at) => ![...(behind[at] ?? [])].some((other) => left.has(other))) ?? (byDepth[0] as number);
    left.delete(next);
    painted.push(solids[next] as Solid);
  }
  return painted;
}

/** So much of a plane's direction towards the eye says nothing of what lies before what. */
const SIDEWAYS = 0.02;

/**
 * Positive when `a` lies before `b`, negative when behind, 0 when neither covers the other: by the plane that parts
 * them best. Printed parts reach into one another a little; then it is the plane that cuts least.
 */
function before(a: Solid, b: Solid, near: Vec): number {
  if (a.flat[0] > b.flat[1] || b.flat[0] > a.flat[1] || a.flat[2] > b.flat[3] || b.flat[2] > a.flat[3]) return 0;
  const crossed = a.sides.flatMap((one) => b.sides.map((other) => cross(one, other)));
  let best = Number.NEGATIVE_INFINITY;
  let order = 0;
  for (const direction of [...a.sides, ...b.sides, ...crossed]) {
    if (dot(direction, direction) < 1e-3) continue;
    const way = unit(direction);
    const towards = dot(way, near);
    const [lowA, highA] = along(a.points, way);
    const [lowB, highB] = along(b.points, way);
    for (const [gap, sign] of [
      [lowA - highB, towards],
      [lowB - highA, -towards],
    ] as const) {
      const sideways = Math.abs(sign) < SIDEWAYS;
      if (gap <= best || (sideways && gap < 0)) continue;
      best = gap;
      order = sideways ? 0 : sign;
    }
  }
  return order;
}

function along(points: Vec[], way: Vec): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    const at = dot(way, point);
    if (at < low) low = at;
    if (at > high) high = at;
  }
  return [low, high];
}

function facesOf(part: Part, points: Vec[], axes: Axes): Face[] {
  const { link, stuff } = part;
  if ("hull" in part) {
    return [{ link, stuff, points: outline(points.map((point) => flat(axes, point))), shade: 0.35 }];
  }
  const middle: Vec = [0, 1, 2].map((at) => points.reduce((sum, p) => sum + (p[at] ?? 0), 0) / points.length) as unknown as Vec;
  return FACES.flatMap((face): Face[] => {
    const [a, b, c, d] = face.map((at) => points[at] as Vec) as [Vec, Vec, Vec, Vec];
    let normal = unit(cross(minus(b, a), minus(c, a)));
    if (dot(normal, minus(a, middle)) < 0) normal = [-normal[0], -normal[1], -normal[2]];
    if (dot(normal, axes.near) <= 1e-6) return [];
    const shade = Math.max(0, Math.min(1, 0.55 - 0.55 * dot(normal, LIGHT)));
    return [{ link, stuff, points: [a, b, c, d].map((point) => flat(axes, point)), shade }];
  });
}

/** The convex outline of points in the plane. */
export function outline(points: [number, number][]): [number, number][] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (o: [number, number], a: [number, number], b: [number, number]) =>
    (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (from: [number, number][]) => {
    const chain: [number, number][] = [];
    for (const point of from) {
      while (chain.length > 1 && turn(chain[chain.length - 2]!, chain[chain.length - 1]!, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** What the end of each joint's own link is drawn by: the next axis, or the finger's end. Millimetres in its frame. */
const FAR: readonly Vec[] = [
  [-30.4, -18.3, -54.2],
  [-112.57, -28, 18],
  [-134.9, 5.2, 18],
  [0, -95, 18],
  [-24, 0, -104],
  [-9, -80, 19],
];

/** The way of a joint's far end from one of its values to another, as points in the plane. */
export function sweep(row: readonly (number | null)[], joint: number, from: number, to: number, eye: Eye): [number, number][] {
  const axes = axesOf(eye);
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const pose = [...row];
    pose[joint] = from + ((to - from) * step) / steps;
    const frames = framesOf(pose);
    // The pan axis is best shown by where the whole arm goes.
    const far: [Frame | undefined, Vec] = joint === 0 ? [frames[5], [0, 0, -98]] : [frames[joint + 1], FAR[joint] ?? [0, 0, 0]];
    return flat(axes, far[0] ? apply(far[0], far[1]) : [0, 0, 0]);
  });
}

/** The view that shows a joint's movement best. */
export const EYES: readonly Eye[] = [
  { around: -25, up: 58 },
  { around: 14, up: 10 },
  { around: 14, up: 10 },
  { around: 14, up: 10 },
  { around: 58, up: 18 },
  { around: 40, up: 48 },
];
export const SIDE: Eye = { around: 14, up: 10 };
export const ABOVE: Eye = { around: 0, up: 90 };

export interface Span {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What holds both. */
export function both(a: Span, b: Span): Span {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const width = Math.max(a.x + a.width, b.x + b.width) - x;
  return { x, y, width, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

/** From higher up the table's edge is no line that one could draw. */
const FLAT_UP = 16;
/** From further around it would seem to run through the base. */
const FLAT_AROUND = 30;

/** Where the table begins: at the front edge of the plate that stands on it. None where one looks down at it. */
export function floorOf(eye: Eye): number | null {
  if (eye.up > FLAT_UP || Math.abs(eye.around) > FLAT_AROUND) return null;
  const plate = sketch([0, 0, 0, 0, 0, 50], eye).filter((face) => face.link === 0);
  return Math.max(...plate.flatMap((face) => face.points.map(([, y]) => y)));
}

/** What holds all these points, with a margin. */
export function spanOf(groups: [number, number][][], margin: number): Span {
  const all = groups.flat();
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  const x = Math.min(...xs) - margin;
  const y = Math.min(...ys) - margin;
  return { x, y, width: Math.max(...xs) + margin - x, height: Math.max(...ys) + margin - y };
}
