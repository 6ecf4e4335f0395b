import { describe, expect, it } from "vitest";
import { tipOf } from "./chain";
import { ABOVE, EYES, SIDE, framesOf, outline, sketch, spanOf, sweep } from "./sketch";

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
