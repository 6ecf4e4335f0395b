// The loop's figures, pretended: a shape like that of a quiet machine.

import type { Histogram, Spread } from "../protocol";

export function spread(count: number, middle = 20): Spread {
  if (count === 0) return { count: 0, p50: 0, p95: 0, p99: 0, p999: 0, max: 0 };
  return { count, p50: middle, p95: middle + 48, p99: middle + 90, p999: middle + 180, max: middle + 361 };
}

/** Bars of a log-scaled spread, as the core cuts them: each about a fifth wider than the one before. */
export function histogram(count: number): Histogram {
  const ends: number[] = [];
  for (let end = 2; end < 1000; end *= 1.21) ends.push(end);
  const counts = ends.map((end) => {
    const share = Math.exp(-(((Math.log(end) - Math.log(18)) / 0.75) ** 2));
    return Math.round(count * share * 0.1);
  });
  const stray = ends.findIndex((end) => end > 380);
  if (count > 200 && stray > 0) counts[stray] = 1;
  return { ends_us: ends, counts };
}
