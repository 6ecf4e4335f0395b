import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HealthSample } from "../protocol";
import { History, cameraNames, column, range, slots, sum } from "./health";
import { around, fromZero, roundUp } from "./scale";
import { EVERY_MS, HealthWatch } from "./watch.svelte";

const sample = (number: number, more: Partial<HealthSample> = {}): HealthSample => ({
  number,
  at_ms: 1_000_000 + number * 1000,
  cycle: { hz: 120, error_p50_ms: 0.02, error_p99_ms: 0.1, missed: 0 },
  bus: null,
  cameras: [],
  cpu: 0.5,
  memory: 2e8,
  ...more,
});
/** Pages of a program that has so many samples and keeps the last ten minutes. */
const pages = (newest: () => number) => async (after: number) => {
  const first = Math.max(after + 1, newest() - 599, 1);
  const count = Math.max(0, Math.min(40, newest() - first + 1));
  return { page: { samples: Array.from({ length: count }, (_, at) => sample(first + at)), newest: newest() } };
};

describe("the history", () => {
  it("puts pages together, once each, and keeps ten minutes", () => {
    const history = new History();
    expect(history.put({ samples: [sample(1), sample(2)], newest: 3 })).toBe(true);
    expect(history.put({ samples: [sample(2), sample(3)], newest: 3 })).toBe(false);
    expect(history.samples.map((one) => one.number)).toEqual([1, 2, 3]);
    history.put({ samples: Array.from({ length: 700 }, (_, at) => sample(4 + at)), newest: 703 });
    expect(history.samples).toHaveLength(600);
    expect(history.number).toBe(703);
  });

  it("asks no more when a page brings nothing", () => {
    const history = new History();
    expect(history.put({ samples: [], newest: 9 })).toBe(false);
  });

  it("begins anew with a program that began anew", () => {
    const history = new History();
    history.put({ samples: [sample(50)], newest: 50 });
    expect(history.put({ samples: [], newest: 2 })).toBe(true);
    expect(history.number).toBe(0);
  });
});

describe("columns", () => {
  it("have an empty place where seconds are missing, and where nothing was measured", () => {
    const rows = slots([sample(1), sample(2, { cycle: null }), sample(7)]);
    expect(rows.map((row) => row.at)).toEqual([-6, -5, -4.5, 0]);
    expect(column(rows, (one) => one.cycle?.hz)).toEqual([120, null, null, 120]);
  });

  it("know their cameras, sums and ends", () => {
    const cameras = (...names: string[]) => names.map((name) => ({ name, fps: 30, bad: 0, missed: 0 }));
    expect(cameraNames([sample(1, { cameras: cameras("front") }), sample(2, { cameras: cameras("wrist", "front") })])).toEqual([
      "front",
      "wrist",
    ]);
    expect(sum([1, null, 2])).toBe(3);
    expect(range([null, 3, -1])).toEqual({ least: -1, most: 3 });
    expect(range([null])).toBeNull();
  });
});

describe("scales", () => {
  it("end on round numbers that hold everything", () => {
    expect([roundUp(0.13), roundUp(126), roundUp(1), roundUp(9.1)]).toEqual([0.15, 150, 1, 10]);
    expect(fromZero(120, 10)).toEqual([0, 150]);
    expect(fromZero(null, 0.2)).toEqual([0, 0.2]);
  });

  it("lie around what never comes near zero", () => {
    for (const [least, most] of [[11.7, 12], [29, 43], [9.2, 12.6], [12, 12]] as const) {
      const [low, high] = around(least, most, 2);
      expect(low).toBeLessThanOrEqual(least);
      expect(high).toBeGreaterThanOrEqual(most);
      expect(high - low).toBeGreaterThanOrEqual(2);
    }
    expect(around(null, null, 2)).toEqual([0, 2]);
  });
});

describe("watching", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("catches up at once, shows the whole, then asks once a second until it ends", async () => {
    let newest = 600;
    const asked: number[] = [];
    const read = pages(() => newest);
    const watch = new HealthWatch((after) => {
      asked.push(after);
      return read(after);
    }, () => false);
    const end = watch.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toHaveLength(15);
    expect(watch.samples).toHaveLength(600);
    newest = 601;
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(asked).toHaveLength(16);
    expect(watch.samples.at(-1)?.number).toBe(601);
    end();
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(asked).toHaveLength(16);
  });

  it("asks nothing while nobody sees the page", async () => {
    let hidden = true;
    let asked = 0;
    const read = pages(() => 5);
    const watch = new HealthWatch((after) => {
      asked++;
      return read(after);
    }, () => hidden);
    watch.start();
    await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
    expect(asked).toBe(0);
    hidden = false;
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(watch.samples).toHaveLength(5);
  });

  it("says what went wrong and asks again a second later", async () => {
    let fails = true;
    const read = pages(() => 5);
    const failure = { code: "internal", message: "No figures.", remedy: "" } as const;
    const watch = new HealthWatch((after) => (fails ? Promise.resolve({ failure }) : read(after)), () => false);
    watch.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(watch.failure?.message).toBe("No figures.");
    fails = false;
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect([watch.failure, watch.samples.length]).toEqual([null, 5]);
  });

  it("reads once, though its screen was left and opened again meanwhile", async () => {
    let asked = 0;
    const read = pages(() => 3);
    const watch = new HealthWatch((after) => {
      asked++;
      return read(after);
    }, () => false);
    watch.start()();
    watch.start();
    await vi.advanceTimersByTimeAsync(3 * EVERY_MS - 1);
    expect(watch.samples.map((one) => one.number)).toEqual([1, 2, 3]);
    expect(asked).toBe(4);
  });
});
