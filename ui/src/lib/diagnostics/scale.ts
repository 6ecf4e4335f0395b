// Scales of plots: three lines on round numbers, which seldom change.

const ROUND = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The least round number that is not below. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const found = ROUND.find((round) => round * power >= value * (1 - 1e-9)) ?? 10;
  return Number((found * power).toPrecision(6));
}

/** From nothing to a round number with some room above. */
export function fromZero(most: number | null, usual: number): [number, number] {
  return [0, roundUp(Math.max((most ?? 0) * 1.05, usual))];
}

/** Around what is known, at least `span` wide: for what never comes near zero. */
export function around(least: number | null, most: number | null, span: number): [number, number] {
  if (least === null || most === null) return [0, span];
  let step = roundUp(Math.max(span, (most - least) * 1.1) / 2);
  for (let tries = 0; tries < 6; tries++) {
    const middle = Math.round((least + most) / 2 / step) * step;
    if (middle - step <= least && most <= middle + step) return [middle - step, middle + step];
    step = roundUp(step * 1.01);
  }
  return [least, most];
}
