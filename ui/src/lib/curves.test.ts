import { afterEach, describe, expect, it, vi } from "vitest";
import { CURVE_HEAD, LOST_MS, CurvePull, Curves, readCurves } from "./curves";

function piece(first: number, rows: number[][], rateHz = 10): ArrayBuffer {
  const values = rows[0]?.length ?? 1;
  const bytes = new ArrayBuffer(CURVE_HEAD + rows.length * values * 4);
  const view = new DataView(bytes);
  view.setBigUint64(0, BigInt(first), true);
  view.setUint32(8, rows.length, true);
  view.setUint32(12, values, true);
  view.setFloat64(16, rateHz, true);
  new Float32Array(bytes, CURVE_HEAD).set(rows.flat());
  return bytes;
}
const add = (curves: Curves, first: number, rows: number[][]) => {
  const read = readCurves(piece(first, rows));
  if (read) curves.add(read);
};
const ramp = (from: number, count: number) => Array.from({ length: count }, (_, at) => [from + at]);

afterEach(() => vi.useRealTimers());

describe("a piece of curve", () => {
  it("is read as it is laid out", () => {
    expect(readCurves(piece(7, [[1, 2], [3, 4]]))).toMatchObject({ first: 7, rows: 2, values: 2, rateHz: 10 });
  });

  it("that is cut short is none", () => {
    expect(readCurves(piece(0, [[1, 2]]).slice(0, -1))).toBeNull();
    expect(readCurves(new ArrayBuffer(3))).toBeNull();
  });
});

describe("curves", () => {
  it("go on where they were", () => {
    const curves = new Curves();
    add(curves, 0, ramp(0, 5));
    add(curves, 5, ramp(5, 5));
    expect([curves.first, curves.next, curves.at(9, 0)]).toEqual([0, 10, 9]);
  });

  it("forget what is too old", () => {
    const curves = new Curves(4);
    add(curves, 0, ramp(0, 10));
    expect([curves.first, curves.rows, curves.at(5, 0), curves.at(6, 0)]).toEqual([6, 4, Number.NaN, 6]);
  });

  it("begin again with a new drive", () => {
    const curves = new Curves();
    add(curves, 0, ramp(0, 10));
    add(curves, 0, ramp(100, 2));
    expect([curves.rows, curves.at(0, 0)]).toEqual([2, 100]);
  });

  it("keep a hole as a gap", () => {
    const curves = new Curves();
    add(curves, 0, ramp(0, 2));
    add(curves, 4, ramp(4, 1));
    expect([curves.at(1, 0), curves.at(2, 0), curves.at(3, 0), curves.at(4, 0)]).toEqual([1, Number.NaN, Number.NaN, 4]);
  });
});

describe("thinning out", () => {
  it("keeps every point while there is a pixel for each", () => {
    const curves = new Curves();
    add(curves, 0, ramp(0, 10));
    const { x, y } = curves.thin(0, 1, 100);
    expect(y).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(x.at(-1)).toBe(0);
    expect(x[0]).toBeCloseTo(-0.9);
  });

  it("keeps least and most of each pixel, in their order, and makes nothing up", () => {
    const curves = new Curves();
    const values = [5, 1, 9, 4, 2, 2, 8, 0];
    add(curves, 0, values.map((value) => [value]));
    const { y } = curves.thin(0, 0.8, 2);
    expect(y).toEqual([1, 9, 8, 0]);
  });

  it("lets a gap stay a gap", () => {
    const curves = new Curves();
    add(curves, 0, [[1], [Number.NaN], [3]]);
    expect(curves.thin(0, 0.3, 3).y).toEqual([1, null, 3]);
  });

  it("of nothing is nothing", () => {
    expect(new Curves().thin(0, 10, 100)).toEqual({ x: [], y: [] });
  });
});

describe("pulling", () => {
  it("asks again when a reply is lost", async () => {
    vi.useFakeTimers();
    const curves = vi.fn(() => new Promise<ArrayBuffer>(() => {}));
    const pull = new CurvePull({ curves }, new Curves(), () => {});
    pull.start();
    await vi.advanceTimersByTimeAsync(LOST_MS + 100);
    pull.stop();
    expect(curves).toHaveBeenCalledTimes(2);
  });

  it("has one request under way, asks on from the last row, and survives a failure", async () => {
    vi.useFakeTimers();
    const asked: number[] = [];
    let fail = true;
    const backend = {
      curves: async (after: number) => {
        asked.push(after);
        if (asked.length === 2 && fail) {
          fail = false;
          throw new Error("later");
        }
        return piece(after, ramp(after, 3));
      },
    };
    const changed = vi.fn();
    const pull = new CurvePull(backend, new Curves(), changed);
    pull.start();
    pull.start();
    await vi.advanceTimersByTimeAsync(250);
    pull.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual([0, 3, 3]);
    expect(changed).toHaveBeenCalledTimes(2);
  });
});
