import { describe, expect, it } from "vitest";
import { Curves } from "../curves";
import { aligned, pathOf, pushApart, rowsOfEpisode, snapshot, spread } from "./trace";

function curves(rows: number, value: (row: number, column: number) => number, rateHz = 100): Curves {
  const made = new Curves(20_000);
  const data = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row++) for (let column = 0; column < 2; column++) data[row * 2 + column] = value(row, column);
  made.add({ first: 0, rows, values: 2, rateHz, data });
  return made;
}

describe("curves over one axis", () => {
  it("are the rows themselves while there is room, the newest at now", () => {
    const { x, y } = aligned(curves(50, (row) => row), [0], 10, 400);
    expect(x).toHaveLength(50);
    expect(x[49]).toBe(0);
    expect(y[0]?.[49]).toBe(49);
  });

  it("keep every peak when there are more rows than pixels", () => {
    const spike = curves(5000, (row, column) => (row === 2345 && column === 1 ? 99 : 0));
    const { x, y } = aligned(spike, [0, 1], 50, 100);
    expect(x.length).toBeLessThanOrEqual(202);
    expect(y[0]?.length).toBe(x.length);
    expect(Math.max(...(y[1] ?? []).map((value) => value ?? 0))).toBe(99);
    expect(Math.max(...(y[0] ?? []).map((value) => value ?? 0))).toBe(0);
    expect([...x].sort((a, b) => a - b)).toEqual(x);
  });

  it("leave a gap where a value is not known", () => {
    const holed = curves(50, (row) => (row === 20 ? Number.NaN : 1));
    expect(aligned(holed, [0], 10, 400).y[0]?.[20]).toBeNull();
    const long = curves(5000, (row) => (row === 2345 ? Number.NaN : 1));
    expect(aligned(long, [0], 50, 100).y[0]).toContain(null);
  });

  it("are nothing while nothing came", () => {
    expect(aligned(new Curves(), [0], 10, 100)).toEqual({ x: [], y: [[]] });
  });

  it("are taken whole for the picture of an episode", () => {
    const all = snapshot(curves(3000, (row) => row), 2, 3000, 160);
    expect(all.y).toHaveLength(2);
    expect(all.y[0]?.length).toBeLessThanOrEqual(162);
    expect(all.y[0]?.[0]).toBe(0);
    expect(all.x[0]).toBe(0);
    expect(all.x.at(-1)).toBeCloseTo(30, 0);
    const fine = snapshot(curves(3000, (row) => row), 2);
    expect(fine.y[0]?.length).toBeGreaterThanOrEqual(1000);
  });
});

describe("a scale of degrees", () => {
  it("is whole twenties, with zero in its middle", () => {
    expect(spread(-60, 72)).toEqual([-80, 80]);
    expect(spread(-61, 10)).toEqual([-80, 80]);
    expect(spread(5, 77)).toEqual([-100, 100]);
    expect(spread(0, 0)).toEqual([-20, 20]);
    expect(spread(null, null)).toEqual([-100, 100]);
  });
});

describe("a curve as a path", () => {
  it("goes by time, not by count, with gaps as gaps", () => {
    const path = pathOf([0, 1, 2, 3, 10], [0, 50, null, 100, 0], [0, 100], 200, 60);
    expect(path).toBe("M0.0 60.0L20.0 30.0M60.0 0.0L200.0 60.0");
  });
});

describe("numbers at the ends of curves", () => {
  it("stay where they are while there is room", () => {
    expect(pushApart([10, 40, 80], 12, 100)).toEqual([10, 40, 80]);
  });

  it("are pushed apart, keep their order and stay inside", () => {
    const moved = pushApart([50, 51, 49], 12, 100);
    const sorted = [...moved].sort((a, b) => a - b);
    expect(sorted[1]! - sorted[0]!).toBeGreaterThanOrEqual(12);
    expect(sorted[2]! - sorted[1]!).toBeGreaterThanOrEqual(12);
    expect(moved[2]).toBeLessThan(moved[0]!);
    expect(Math.max(...pushApart([98, 99, 100], 12, 100))).toBeLessThanOrEqual(100);
  });
});

describe("an episode that ended, when the page was loaded again", () => {
  it("is found among the rows that its reset added", () => {
    const kept = curves(500, (row) => row);
    expect(rowsOfEpisode(kept, 3)).toBe(300);
    const [first] = snapshot(kept, 1, 300).y;
    expect(Math.max(...(first ?? []).map((value) => value ?? 0))).toBe(299);
  });
  it("is not guessed while its rows are missing or when they are gone", () => {
    expect(rowsOfEpisode(curves(200, () => 1), 3)).toBeNull();
    expect(rowsOfEpisode(new Curves(), 3)).toBeNull();
    const late = new Curves(100);
    late.add({ first: 0, rows: 500, values: 1, rateHz: 100, data: new Float32Array(500) });
    expect(rowsOfEpisode(late, 3)).toBeNull();
  });
});
