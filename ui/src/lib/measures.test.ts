import { describe, expect, it, vi } from "vitest";
import { Measures, Ring } from "./measures";

describe("a ring", () => {
  it("tells quantiles of what it keeps", () => {
    const ring = new Ring();
    expect(ring.quantile(0.5)).toBeNull();
    for (let value = 1; value <= 100; value++) ring.put(value);
    expect([ring.quantile(0.5), ring.quantile(0.95), ring.quantile(0.99), ring.quantile(1)]).toEqual([50, 95, 99, 100]);
  });

  it("forgets the oldest", () => {
    const ring = new Ring();
    for (let value = 0; value < 5000; value++) ring.put(value < 100 ? 1e9 : 16);
    expect(ring.quantile(1)).toBe(16);
    expect(ring.count).toBe(5000);
  });
});

describe("animation frames", () => {
  it("that a page in sight did not draw are counted, however long it froze", () => {
    const measures = new Measures();
    for (const now of [0, 16, 4016]) measures.frame(now);
    expect([measures.frames.count, measures.frames.quantile(1)]).toEqual([2, 4000]);
  });

  it("are measured from one to the next, without the time a page was hidden", () => {
    const measures = new Measures();
    for (const now of [0, 16, 33]) measures.frame(now);
    measures.hidden();
    for (const now of [60_000, 60_017]) measures.frame(now);
    expect(measures.frames.count).toBe(3);
    expect(measures.report()).toMatchObject({ frame_count: 3, frame_p50: 17, picture_count: 0, picture_p95: null });
  });
});

it("frames are asked for only while somebody watches, once for all who do", () => {
  const asked: { next?: ((now: number) => void) | undefined } = {};
  const page = {
    requestAnimationFrame: vi.fn((next: (now: number) => void) => ((asked.next = next), 1)),
    cancelAnimationFrame: vi.fn(() => (asked.next = undefined)),
    document,
  } as unknown as Window;
  const measures = new Measures();
  const [one, two] = [measures.watch(page), measures.watch(page)];
  expect(page.requestAnimationFrame).toHaveBeenCalledTimes(1);
  asked.next?.(0);
  asked.next?.(16);
  expect(measures.frames.count).toBe(1);
  one();
  expect(page.cancelAnimationFrame).not.toHaveBeenCalled();
  two();
  expect(asked.next).toBeUndefined();
});
