// Ten minutes of the program's figures: pages put together, columns for plots, sums. What is missing is a gap.

import type { HealthPage, HealthSample } from "../protocol";

/** Seconds that are kept, as the core keeps them. */
export const KEPT_S = 600;
/** A sample that comes later than this after the one before leaves a gap. */
const GAP_MS = 2500;

export class History {
  samples: HealthSample[] = [];

  /** Number of the newest that is known. */
  get number(): number {
    return this.samples.at(-1)?.number ?? 0;
  }

  /** Takes a page; whether there is more to be had at once. */
  put(page: HealthPage): boolean {
    if (page.newest < this.number) {
      // The program began anew and counts from one.
      this.samples = [];
      return page.newest > 0;
    }
    const fresh = page.samples.filter((sample) => sample.number > this.number);
    if (fresh.length === 0) return false;
    this.samples = [...this.samples, ...fresh].slice(-KEPT_S);
    return this.number < page.newest;
  }
}

/** A sample, or a gap between two. */
export interface Slot {
  /** Seconds, not positive: before the newest sample. */
  at: number;
  sample: HealthSample | null;
}

/** The samples along time, with an empty slot where some are missing. */
export function slots(samples: readonly HealthSample[]): Slot[] {
  const newest = samples.at(-1)?.at_ms ?? 0;
  const found: Slot[] = [];
  let before: HealthSample | null = null;
  for (const sample of samples) {
    const at = (sample.at_ms - newest) / 1000;
    if (before && sample.at_ms - before.at_ms > GAP_MS) found.push({ at: (found.at(-1)?.at ?? at) + 0.5, sample: null });
    found.push({ at, sample });
    before = sample;
  }
  return found;
}

export const column = (
  rows: readonly Slot[],
  pick: (sample: HealthSample) => number | null | undefined,
): (number | null)[] => rows.map(({ sample }) => (sample ? (pick(sample) ?? null) : null));

/** Names of all cameras that were open, in the order in which they came. */
export const cameraNames = (samples: readonly HealthSample[]): string[] => [
  ...new Set(samples.flatMap((sample) => sample.cameras.map((camera) => camera.name))),
];

export const cameraOf = (sample: Pick<HealthSample, "cameras">, name: string) => sample.cameras.find((camera) => camera.name === name);

export const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((all, value) => all + (value ?? 0), 0);

/** Least and most of what is known; none when nothing is. */
export function range(values: readonly (number | null)[]): { least: number; most: number } | null {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value === null) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least <= most ? { least, most } : null;
}
