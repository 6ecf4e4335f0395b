// Joint curves: rows pulled a few times a second, kept in columns, thinned out by least and most per pixel for a plot.

import type { Backend } from "./backend";
import { within } from "./within";

/** A reply that is missing for so long is lost: then it is asked again. */
export const LOST_MS = 2000;

/** Bytes before the rows; raw.rs. */
export const CURVE_HEAD = 24;

export interface CurvePiece {
  first: number;
  rows: number;
  values: number;
  rateHz: number;
  data: Float32Array<ArrayBuffer>;
}

export function readCurves(bytes: ArrayBuffer): CurvePiece | null {
  if (bytes.byteLength < CURVE_HEAD) return null;
  const view = new DataView(bytes);
  const rows = view.getUint32(8, true);
  const values = view.getUint32(12, true);
  if (bytes.byteLength < CURVE_HEAD + rows * values * 4) return null;
  return {
    first: Number(view.getBigUint64(0, true)),
    rows,
    values,
    rateHz: view.getFloat64(16, true),
    data: new Float32Array(bytes, CURVE_HEAD, rows * values),
  };
}

export class Curves {
  /** Number of the row that is asked for next. */
  next = 0;
  rateHz = 0;
  values = 0;
  /** Number of the oldest row kept. */
  first = 0;
  #columns: Float32Array<ArrayBuffer>[] = [];

  constructor(private keepRows = 120 * 60) {}

  get rows(): number {
    return this.next - this.first;
  }

  /** Adds a piece; a beginning (new drive, new episode) or another width starts over, a hole is a gap. */
  add(piece: CurvePiece): void {
    if (piece.first < this.next || piece.values !== this.values) this.#begin(piece);
    this.rateHz = piece.rateHz;
    const gap = Math.min(piece.first - this.next, this.keepRows);
    for (let hole = 0; hole < gap; hole++) this.#push(piece.first - gap + hole, () => Number.NaN);
    for (let row = 0; row < piece.rows; row++) {
      this.#push(piece.first + row, (value) => piece.data[row * piece.values + value] ?? Number.NaN);
    }
    this.next = piece.first + piece.rows;
    this.first = Math.max(this.first, this.next - this.keepRows);
  }

  at(row: number, value: number): number {
    if (row < this.first || row >= this.next) return Number.NaN;
    return this.#columns[value]?.[row % this.keepRows] ?? Number.NaN;
  }

  clear(): void {
    this.next = this.first = this.values = 0;
    this.#columns = [];
  }

  /**
   * The last `seconds` of one value as x (seconds before now, so negative) and y, at most two points a pixel: where
   * several rows fall on one pixel its least and its most stay, in their order, and nothing is averaged.
   */
  thin(value: number, seconds: number, pixels: number): { x: number[]; y: (number | null)[] } {
    const x: number[] = [];
    const y: (number | null)[] = [];
    if (this.rateHz <= 0 || pixels < 1) return { x, y };
    const wanted = Math.round(seconds * this.rateHz);
    const from = Math.max(this.first, this.next - wanted);
    const each = Math.max(1, wanted / pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const begin = Math.ceil(this.next - wanted + pixel * each);
      const end = Math.min(this.next, Math.ceil(this.next - wanted + (pixel + 1) * each));
      if (end <= from) continue;
      this.#extremes(value, Math.max(begin, from), end, x, y);
    }
    return { x, y };
  }

  #extremes(value: number, begin: number, end: number, x: number[], y: (number | null)[]): void {
    let least = -1;
    let most = -1;
    let hole = -1;
    for (let row = begin; row < end; row++) {
      const now = this.at(row, value);
      if (Number.isNaN(now)) {
        hole = row;
        continue;
      }
      if (least < 0 || now < this.at(least, value)) least = row;
      if (most < 0 || now > this.at(most, value)) most = row;
    }
    const put = (row: number, known: boolean) => {
      x.push((row + 1 - this.next) / this.rateHz);
      y.push(known ? this.at(row, value) : null);
    };
    const points = [...new Set([least, most])].filter((row) => row >= 0).map((row) => ({ row, known: true }));
    if (hole >= 0) points.push({ row: hole, known: false });
    for (const point of points.sort((a, b) => a.row - b.row)) put(point.row, point.known);
  }

  #begin(piece: CurvePiece): void {
    this.values = piece.values;
    this.#columns = Array.from({ length: piece.values }, () => new Float32Array(this.keepRows).fill(Number.NaN));
    this.first = this.next = piece.first;
  }

  #push(row: number, value: (column: number) => number): void {
    for (let column = 0; column < this.values; column++) {
      const kept = this.#columns[column];
      if (kept) kept[row % this.keepRows] = value(column);
    }
  }
}

/** Pulls curves a few times a second, one request outstanding. */
export class CurvePull {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  constructor(
    private backend: Pick<Backend, "curves">,
    readonly curves: Curves,
    private changed: () => void,
    private everyMs = 100,
  ) {}

  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#pull();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  async #pull(): Promise<void> {
    try {
      const piece = readCurves(await within(LOST_MS, this.backend.curves(this.curves.next)));
      if (!this.#running) return;
      if (piece && (piece.rows > 0 || piece.first < this.curves.next)) {
        this.curves.add(piece);
        this.changed();
      }
    } catch {
      // The next pull asks for the same rows.
    }
    if (this.#running) this.#timer = setTimeout(() => void this.#pull(), this.everyMs);
  }
}
