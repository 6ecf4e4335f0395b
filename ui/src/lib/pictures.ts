// Pulls pictures of one camera onto one canvas: ask, decode, draw, ask again. One outstanding per view, so that a page
// that hangs costs nobody anything, and the newest wins because only the newest is ever handed out.

import type { Backend } from "./backend";
import type { Measures } from "./measures";
import { within } from "./within";

/** Bytes before the JPEG; raw.rs. */
export const PICTURE_HEAD = 24;

/** Wait after an answer without a picture, or after a failure. */
const EMPTY_MS = 6;
/** Share of the time between two pictures in which no newer one is asked for. */
const RESTS = 0.7;
/** A camera slower than this is asked as if it were so fast. */
const LONGEST_MS = 100;
const FAILED_MS = 500;
/** A reply that is missing for so long is lost: then it is asked again. */
export const LOST_MS = 2000;
/** A picture that is older is shown dimmed. */
export const OLD_MS = 1000;
/** After so long without a picture the number of the last one may mean nothing any more. */
const SILENT_MS = 1500;

export interface PictureHead {
  sequence: number;
  /** Milliseconds from 1970 to its arrival at this computer. */
  arrivedMs: number;
  width: number;
  height: number;
  jpeg: Uint8Array<ArrayBuffer>;
}

/** None when it is not a whole picture. */
export function readPicture(bytes: ArrayBuffer): PictureHead | null {
  if (bytes.byteLength < PICTURE_HEAD) return null;
  const view = new DataView(bytes);
  const size = view.getUint32(20, true);
  if (size === 0 || bytes.byteLength < PICTURE_HEAD + size) return null;
  return {
    sequence: Number(view.getBigUint64(0, true)),
    arrivedMs: view.getFloat64(8, true),
    width: view.getUint16(16, true),
    height: view.getUint16(18, true),
    jpeg: new Uint8Array(bytes, PICTURE_HEAD, size),
  };
}

export interface ViewTools {
  decode(jpeg: Blob): Promise<ImageBitmap>;
  now(): number;
  /** Milliseconds since 1970. */
  time(): number;
  wait(ms: number): Promise<void>;
  hidden(): boolean;
}

export const browserTools: ViewTools = {
  decode: (jpeg) => createImageBitmap(jpeg),
  now: () => performance.now(),
  time: () => performance.timeOrigin + performance.now(),
  wait: (ms) => new Promise((go) => setTimeout(go, ms)),
  hidden: () => document.visibilityState === "hidden",
};

export interface Shown {
  sequence: number;
  width: number;
  height: number;
}

export class PictureView {
  #running = 0;
  #after = 0;
  #ages: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private backend: Pick<Backend, "picture">,
    private camera: string,
    private canvas: Pick<HTMLCanvasElement, "getContext"> & { width: number; height: number },
    private measures: Measures | null = null,
    private shown: (picture: Shown) => void = () => {},
    private tools: ViewTools = browserTools,
    /** Since when (by `now`) the picture on the canvas is there; none while it is not old. */
    private old: (since: number | null) => void = () => {},
  ) {}

  start(): void {
    if (this.#running !== 0) return;
    this.#running = ++starts;
    void this.#pull(this.#running);
  }

  stop(): void {
    this.#running = 0;
    clearTimeout(this.#ages);
  }

  async #pull(run: number): Promise<void> {
    let last = this.tools.now();
    let period = 0;
    while (this.#running === run) {
      if (this.tools.hidden()) {
        await this.tools.wait(FAILED_MS / 2);
        continue;
      }
      let pause = EMPTY_MS;
      try {
        const bytes = await within(LOST_MS, this.backend.picture(this.camera, this.#after));
        const arrived = this.tools.now();
        if (this.#running !== run) return;
        const picture = readPicture(bytes);
        if (picture) {
          const newer = picture.sequence - this.#after;
          if (this.#after > 0 && newer > 0) period += ((arrived - last) / newer - period) / (period > 0 ? 8 : 1);
          last = arrived;
          await this.#draw(run, picture);
          pause = Math.min(period, LONGEST_MS) * RESTS - (this.tools.now() - arrived);
        } else if (arrived - last > SILENT_MS) {
          // A camera that was opened anew counts from the beginning.
          this.#after = 0;
          last = arrived;
        }
      } catch {
        pause = FAILED_MS;
      }
      if (pause > 0) await this.tools.wait(pause);
    }
  }

  #grow(age: number): void {
    clearTimeout(this.#ages);
    const since = this.tools.now() - age;
    this.old(age >= OLD_MS ? since : null);
    if (age < OLD_MS) this.#ages = setTimeout(() => this.old(since), OLD_MS - age);
  }

  async #draw(run: number, picture: PictureHead): Promise<void> {
    this.#after = picture.sequence;
    const bitmap = await this.tools.decode(new Blob([picture.jpeg], { type: "image/jpeg" }));
    try {
      if (this.#running !== run) return;
      const { canvas } = this;
      if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
      if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
      const context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D | null;
      context?.drawImage(bitmap, 0, 0);
    } finally {
      bitmap.close();
    }
    const age = this.tools.time() - picture.arrivedMs;
    this.measures?.pictures.put(age);
    this.#grow(age);
    this.shown({ sequence: picture.sequence, width: picture.width, height: picture.height });
  }
}

let starts = 0;
