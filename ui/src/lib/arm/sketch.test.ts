import { describe, expect, it } from "vitest";
import { tipOf } from "./chain";
import { PARTS } from "./parts";
import { ABOVE, EYES, type Eye, SIDE, type Face, both, floorOf, framesOf, outline, sketch, spanOf, sweep } from "./sketch";

const MIDDLE = [0, 0, 0, 0, 0, 50];

describe("the drawn arm", () => {
  it.each([
    [MIDDLE],
    [[30, -40, 20, 60, 15, 10]],
    [[-80, 63, -55, 34, 137, 90]],
  ])("stands as the closed form says: %o", (pose) => {
    const { turn, at } = framesOf(pose)[5]!;
    const tip = [-7.9, -0.218121, -98.1274] as const;
    const placed = turn.map((row, axis) => row[0] * tip[0] + row[1] * tip[1] + row[2] * tip[2] + at[axis]!);
    tipOf(pose).forEach((value, axis) => expect(placed[axis]).toBeCloseTo(value, 1));
  });

  it("points to the right from the side, and lies below nothing: the table is its lowest", () => {
    const points = sketch(MIDDLE, SIDE).flatMap((face) => face.points);
    expect(Math.max(...points.map(([x]) => x))).toBeGreaterThan(300);
    expect(Math.min(...points.map(([, y]) => y))).toBeLessThan(-200);
  });

  it("can leave out what does not move", () => {
    const all = sketch(MIDDLE, SIDE);
    const hand = sketch(MIDDLE, SIDE, 5);
    expect(hand.length).toBeLessThan(all.length);
    expect(hand.every((face) => face.link >= 5)).toBe(true);
    expect(all.every((face) => face.shade >= 0 && face.shade <= 1)).toBe(true);
  });

  it("shows a way for every joint, seen so that it can be seen", () => {
    EYES.forEach((eye, joint) => {
      const [from, to] = joint === 5 ? [0, 100] : [-80, 80];
      const way = sweep(MIDDLE, joint, from!, to!, eye);
      const length = way.slice(1).reduce((sum, [x, y], at) => sum + Math.hypot(x - way[at]![0], y - way[at]![1]), 0);
      expect(length).toBeGreaterThan(40);
    });
  });

  it("turns the pan to the right from above when its angle grows", () => {
    const [begin, end] = [sweep(MIDDLE, 0, 0, 40, ABOVE)[0]!, sweep(MIDDLE, 0, 0, 40, ABOVE).at(-1)!];
    expect(end[1]).toBeGreaterThan(begin[1]);
  });
});

it("an outline leaves out what lies inside", () => {
  const corners: [number, number][] = [[0, 0], [4, 0], [4, 4], [0, 4]];
  const found = outline([...corners, [2, 2], [1, 3], [2, 0]]);
  expect(found).toHaveLength(4);
  for (const corner of corners) expect(found).toContainEqual(corner);
});

it("a frame holds all its points with a margin", () => {
  expect(spanOf([[[0, 0], [10, -5]]], 2)).toEqual({ x: -2, y: -7, width: 14, height: 9 });
});

it("a frame that grows holds what it held and what has come", () => {
  const [a, b] = [{ x: 0, y: 0, width: 10, height: 10 }, { x: -5, y: 4, width: 8, height: 20 }];
  expect(both(a, b)).toEqual({ x: -5, y: 0, width: 15, height: 24 });
});

it("the table's edge is where no part of the base lies below it, and is not drawn from above", () => {
  for (const eye of [SIDE, { around: 24, up: 16 }]) {
    const base = sketch(MIDDLE, eye).filter((face) => face.link === 0);
    const lowest = Math.max(...base.flatMap((face) => face.points.map(([, y]) => y)));
    expect(floorOf(eye)).toBeCloseTo(lowest);
  }
  expect([EYES[0]!, EYES[4]!, EYES[5]!, ABOVE].map(floorOf)).toEqual([null, null, null, null]);
});

/** The link of the box that a ray towards the arm meets first, by casting it at every box. */
function met(pose: number[], eye: Eye, u: number, v: number): number | null {
  const [a, e] = [(eye.around * Math.PI) / 180, (eye.up * Math.PI) / 180];
  const near = [Math.sin(a) * Math.cos(e), -Math.cos(a) * Math.cos(e), Math.sin(e)] as const;
  const right = [Math.cos(a), Math.sin(a), 0] as const;
  const up = [
    near[1] * right[2] - near[2] * right[1],
    near[2] * right[0] - near[0] * right[2],
    near[0] * right[1] - near[1] * right[0],
  ] as const;
  const from = [0, 1, 2].map((at) => right[at]! * u - up[at]! * v + near[at]! * 5000);
  const frames = framesOf(pose);
  let first: { link: number; way: number } | null = null;
  for (const part of PARTS) {
    if (!("box" in part)) continue;
    const { turn, at } = frames[part.link]!;
    let [enter, leave] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    part.box.forEach(([low, high], axis) => {
      const column = turn.map((row) => row[axis]!);
      const start = column.reduce((sum, value, k) => sum + value * (from[k]! - at[k]!), 0);
      const speed = -column.reduce((sum, value, k) => sum + value * near[k]!, 0);
      if (Math.abs(speed) < 1e-9) {
        if (start < low || start > high) leave = Number.NEGATIVE_INFINITY;
        return;
      }
      const [p, q] = [(low - start) / speed, (high - start) / speed];
      enter = Math.max(enter, Math.min(p, q));
      leave = Math.min(leave, Math.max(p, q));
    });
    if (enter <= leave && (!first || enter < first.way)) first = { link: part.link, way: enter };
  }
  return first?.link ?? null;
}

function within({ points }: Face, u: number, v: number): boolean {
  let inside = false;
  points.forEach(([x, y], at) => {
    const [px, py] = points[(at + points.length - 1) % points.length]!;
    if (y > v !== py > v && u < ((px - x) * (v - y)) / (py - y) + x) inside = !inside;
  });
  return inside;
}

describe("what is painted over what", () => {
  const POSES = [
    MIDDLE,
    [0, -95, 85, 60, 0, 10],
    [40, -40, 60, 30, 90, 80],
    [-70, 60, -50, 70, -120, 40],
    [90, 20, 40, -80, 45, 0],
    [-30, 90, -90, 90, 10, 100],
  ];
  const cases = POSES.flatMap((pose) => [...EYES, ABOVE, { around: 24, up: 16 }].map((eye) => ({ pose, eye })));
  it.each(cases)("is what lies before it: $pose from $eye", ({ pose, eye }) => {
    const faces = sketch(pose, eye);
    const span = spanOf(faces.map((face) => face.points), 0);
    let [seen, wrong] = [0, 0];
    for (let row = 1; row < 40; row++) {
      for (let column = 1; column < 40; column++) {
        const [u, v] = [span.x + (span.width * column) / 40, span.y + (span.height * row) / 40];
        const top = faces.filter((face) => within(face, u, v)).at(-1);
        // Hulls are drawn by their outline alone, and no rays are cast at them.
        if (!top || top.points.length !== 4) continue;
        const link = met(pose, eye, u, v);
        if (link === null) continue;
        seen++;
        if (link !== top.link) wrong++;
      }
    }
    expect(seen).toBeGreaterThan(50);
    // Parts reach into one another at the joints, where either may be on top.
    expect(wrong / seen).toBeLessThan(0.08);
  });
});
