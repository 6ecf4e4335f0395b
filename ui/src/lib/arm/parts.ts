// The arm's shape: seventeen boxes and three hulls, millimetres in the link frames of `chain.ts`, fitted by eye to the
// printed parts. Simple on purpose: it shows a pose, not a screw.

type Span = readonly [number, number];
type Point = readonly [number, number, number];

/** Printed plastic, or a motor. */
export type Stuff = "print" | "motor";

export type Part =
  | { link: number; stuff: Stuff; box: readonly [Span, Span, Span] }
  | { link: number; stuff: Stuff; hull: readonly Point[] };

const box = (link: number, stuff: Stuff, x: Span, y: Span, z: Span): Part => ({ link, stuff, box: [x, y, z] });

const foot: Point[] = (
  [
    [-22.4, 42],
    [16, 55.5],
    [22, 55.5],
    [64.6, 32],
  ] as const
).flatMap(([x, y]) => [-1, 1].flatMap((side): Point[] => [-2.4, 13].map((z) => [x, side * y, z] as const)));

const finger: Point[] = [
  ...([-35.1, -15] as const).flatMap((x): Point[] => [-12.4, 12.4].map((y) => [x, y, -43] as const)),
  ...([-13, -7.9] as const).flatMap((x): Point[] => [-2.2, 2.2].map((y) => [x, y, -104.4] as const)),
];

const jaw: Point[] = [
  ...([-8.3, 7.5] as const).flatMap((x): Point[] => [8.5, 29.3].map((z) => [x, -24, z] as const)),
  ...([-8.3, 3.8] as const).flatMap((x): Point[] => [11.4, 26.4].map((z) => [x, -58, z] as const)),
  ...(
    [
      [-12.3, -76],
      [-12.3, -82],
      [-7, -82],
    ] as const
  ).flatMap(([x, y]): Point[] => [15, 22.8].map((z) => [x, y, z] as const)),
];

export const PARTS: readonly Part[] = [
  box(0, "print", [-29, 8], [-22, 22], [13, 68]),
  box(0, "motor", [3.6, 51], [-18, 18], [24, 58]),
  { link: 0, stuff: "print", hull: foot },
  box(1, "print", [-48, 12], [-19.7, 19.7], [-9, 0]),
  box(1, "print", [-47, 12], [-18.5, 18.5], [37, 46]),
  box(1, "print", [-48, -20], [-23, 23], [-38, 38]),
  box(1, "motor", [-42.8, -18], [-19.8, 19.8], [-64, -38]),
  box(2, "print", [-130, 10], [-12, 12], [-11, 47]),
  box(2, "motor", [-125, -100.2], [-38, -12], [-1.5, 38]),
  box(3, "print", [-95, 9], [-12, 12], [-9, 45.5]),
  box(3, "print", [-118.7, -90.7], [-15, 20.6], [-8, 44.2]),
  box(3, "motor", [-145, -118], [-7.2, 17.6], [-1.5, 38]),
  box(4, "print", [-12, 12], [-24, 9], [-9, 45.5]),
  box(4, "print", [-15.3, 15.3], [-60, -24], [-2, 53]),
  box(5, "print", [-34, 28], [-16, 16], [-10.5, 1]),
  box(5, "print", [-35.2, -15], [-15.9, 15.9], [-43, -5]),
  box(5, "motor", [-16, 29], [-22, 22], [-35, -10]),
  { link: 5, stuff: "print", hull: finger },
  box(6, "print", [-10, 8.5], [-24, 7], [-4, 41.5]),
  { link: 6, stuff: "print", hull: jaw },
];
