// Joint curves for a plot: several values over one common time axis, thinned by least and most, with gaps as gaps; and
// the ends of curves pushed apart so that their numbers can be read.

import type { Curves } from "../curves";

export interface Aligned {
  /** Seconds: before now and so not positive, or from an episode's beginning. */
  x: number[];
  /** One list per value asked for. */
  y: (number | null)[][];
}

/**
 * The last `seconds` of some values up to row `next`. Two points a pixel at most: the extremes of its rows, in their
 * order.
 */
export function aligned(
  curves: Curves,
  values: number[],
  seconds: number,
  pixels: number,
  next = curves.next,
): Aligned {
  const kept = next - curves.first;
  const rows = Math.min(kept, seconds === Infinity ? kept : Math.round(seconds * curves.rateHz));
  const x: number[] = [];
  const y: (number | null)[][] = values.map(() => []);
  if (rows <= 0 || curves.rateHz <= 0 || pixels < 1) return { x, y };
  const from = next - rows;
  const time = (row: number) => (row + 1 - next) / curves.rateHz;
  const read = (row: number, value: number) => {
    const at = curves.at(row, value);
    return Number.isNaN(at) ? null : at;
  };
  if (rows <= pixels * 2) {
    for (let row = from; row < next; row++) {
      x.push(time(row));
      values.forEach((value, at) => y[at]?.push(read(row, value)));
    }
    return { x, y };
  }
  // Boxes stand on whole multiples of their width, so that a curve does not shimmer as it moves on.
  const each = Math.ceil(rows / pixels);
  for (let box = Math.floor(from / each) * each; box < next; box += each) {
    const begin = Math.max(from, box);
    const end = Math.min(next, box + each);
    x.push(time(begin), time(begin + (end - begin) / 2));
    values.forEach((value, at) => y[at]?.push(...extremes(begin, end, (row) => read(row, value))));
  }
  return { x, y };
}

/** Least and most in the order in which they came; a hole among the rows is a gap. */
function extremes(begin: number, end: number, read: (row: number) => number | null): [number | null, number | null] {
  let least: [number, number] | null = null;
  let most: [number, number] | null = null;
  for (let row = begin; row < end; row++) {
    const now = read(row);
    if (now === null) return [null, null];
    if (!least || now < least[1]) least = [row, now];
    if (!most || now > most[1]) most = [row, now];
  }
  if (!least || !most) return [null, null];
  return least[0] <= most[0] ? [least[1], most[1]] : [most[1], least[1]];
}

/** Places moved apart to at least `gap`, in order, within 0 and `height`; as near to where they were as that allows. */
export function pushApart(places: number[], gap: number, height: number): number[] {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place);
  let last = -Infinity;
  for (const one of order) last = one.place = Math.max(one.place, last + gap);
  last = height + gap;
  for (const one of [...order].reverse()) last = one.place = Math.min(one.place, last - gap);
  const moved = new Array<number>(places.length);
  for (const { place, index } of order) moved[index] = place;
  return moved;
}

/** Least and most of a scale of degrees: whole twenties, as far below zero as above, so that it seldom changes. */
export function spread(least: number | null, most: number | null): [number, number] {
  const far = least === null || most === null ? 96 : Math.max(Math.abs(least), Math.abs(most), 16);
  const end = Math.ceil((far + 4) / 20) * 20;
  return [-end, end];
}

/** Thin copies of all values of what is kept up to row `next`, for a picture of a whole episode; seconds from its begin. */
export function snapshot(curves: Curves, count: number, next = curves.next, points = 1200): Aligned {
  const values = Array.from({ length: count }, (_, value) => value);
  const { x, y } = aligned(curves, values, Infinity, Math.floor(points / 2), next);
  const first = x[0] ?? 0;
  return { x: x.map((time) => time - first), y };
}

/** One curve as the path of a drawing that is `width` by `height`: what is not known is a gap. */
export function pathOf(
  x: number[],
  y: (number | null)[],
  [least, most]: [number, number],
  width: number,
  height: number,
): string {
  const begin = x[0] ?? 0;
  const long = (x[x.length - 1] ?? 0) - begin || 1;
  let open = false;
  let path = "";
  y.forEach((value, at) => {
    if (value === null) return void (open = false);
    const right = (((x[at] ?? begin) - begin) / long) * width;
    const down = height - ((value - least) / (most - least)) * height;
    path += `${open ? "L" : "M"}${right.toFixed(1)} ${down.toFixed(1)}`;
    open = true;
  });
  return path;
}

/**
 * The rows of an episode of so many seconds that has ended, among those that its reset goes on to add; none while they
 * are not all here, or when its beginning is no longer kept. Rows are numbered from the episode's beginning.
 */
export function rowsOfEpisode(curves: Curves, seconds: number): number | null {
  const rows = Math.round(seconds * curves.rateHz);
  return rows > 0 && curves.first === 0 && curves.next >= rows ? rows : null;
}
