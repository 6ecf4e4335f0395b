// The one door to the core. The window has two: Tauri's commands (`tauri.ts`) and a pretended workbench (`fake/`).
// Nothing behind it is trusted to be well-formed: `client.ts` reads what comes.

import type { Request } from "./protocol";

export interface Backend {
  /** Sends a request and waits for its reply, as it came. Rejects when it could not be handed over. */
  request(request: Request): Promise<unknown>;

  /** The whole set of physical keys that are held, and whether drive keys are on. */
  keys(held: string[], on: boolean): Promise<void>;

  /** Emergency stop: its own way in, behind nothing. */
  stop(): Promise<void>;

  /** The newest picture of a camera that is newer than `after`; empty when there is none. Layout: raw.rs. */
  picture(camera: string, after: number): Promise<ArrayBuffer>;

  /** The rows of curves from `after` on. Layout: raw.rs. */
  curves(after: number): Promise<ArrayBuffer>;

  /**
   * A picture of an episode that was left: at this share of its length, 0 to 1. The bytes of a JPEG, empty when there is
   * none. The key is the episode's.
   */
  leftPicture(key: string, camera: string, share: number): Promise<ArrayBuffer>;

  /** Every event from now on; `lost` says that one could not be had. The promised function ends it. */
  listen(hear: (event: unknown) => void, lost: () => void): Promise<() => void>;

  /** Somebody wants to close the window while something is at stake: `why` says what. */
  onClosing(hear: (why: string) => void): Promise<() => void>;

  /** A sign of life, answered by one: a page that gives none for three seconds cannot keep the window open. */
  lives(): Promise<void>;
}
