// The door through Tauri: its commands and events. Requests and replies travel as raw bytes, so that nothing large is
// parsed on the window's main thread; a large event is only announced, and fetched from here.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import type { Request } from "./protocol";
import { within } from "./within";

const EVENT = "tendon";
const CLOSING = "tendon-closing";

/** A large event that could not be had for so long is lost. */
export const FETCH_PATIENCE_MS = 2000;
/** With more events behind one that is fetched the line is given up, not made longer. */
export const MOST_WAITING = 128;

/** A large event's announcement. */
interface Announced {
  v: number;
  seq: number;
  fetch: string;
}

const announced = (event: unknown): event is Announced =>
  typeof event === "object" && event !== null && "fetch" in event && typeof event.fetch === "string";

const parsed = (bytes: ArrayBuffer): unknown => JSON.parse(new TextDecoder().decode(bytes));

export class TauriBackend implements Backend {
  async request(request: Request): Promise<unknown> {
    return parsed(await invoke<ArrayBuffer>("request", new TextEncoder().encode(JSON.stringify(request))));
  }

  #words = 0;

  keys(held: string[], on: boolean): Promise<void> {
    return invoke("keys", { held, on, number: ++this.#words });
  }

  stop(): Promise<void> {
    return invoke("stop");
  }

  picture(camera: string, after: number): Promise<ArrayBuffer> {
    return invoke("picture", { camera, after });
  }

  curves(after: number): Promise<ArrayBuffer> {
    return invoke("curves", { after });
  }

  leftPicture(key: string, camera: string, share: number): Promise<ArrayBuffer> {
    return invoke("left_picture", { key, camera, share });
  }

  listen(hear: (event: unknown) => void, lost: () => void): Promise<() => void> {
    // One after the other: what is fetched keeps its place in the stream.
    let line: Promise<void> = Promise.resolve();
    let waiting = 0;
    let losses = 0;
    this.#lost = lost;
    const lose = () => {
      losses++;
      lost();
    };
    return listen(EVENT, ({ payload }) => {
      if (!announced(payload) && waiting === 0) return hear(payload);
      if (++waiting > MOST_WAITING) lose();
      const known = losses;
      line = line
        .then(async () => {
          if (!announced(payload)) return hear(payload);
          const { v, seq } = payload;
          // What was announced before a loss is in the welcome that follows the loss.
          hear(losses > known ? { v, seq } : await within(FETCH_PATIENCE_MS, this.#fetch(payload)));
        })
        .catch(lose)
        .finally(() => waiting--);
    });
  }

  onClosing(hear: (why: string) => void): Promise<() => void> {
    return listen<string>(CLOSING, ({ payload }) => hear(payload));
  }

  #lost: () => void = () => {};

  /** The answer says whether events were kept back while this page was silent. */
  async lives(): Promise<void> {
    if (await invoke<boolean>("page_lives")) this.#lost();
  }

  /** The event that was announced; without its value when a newer one took its place, which is announced too. */
  async #fetch({ v, seq, fetch }: Announced): Promise<unknown> {
    const bytes = await invoke<ArrayBuffer>("topic", { name: fetch });
    if (bytes.byteLength === 0) return { v, seq };
    const { tell } = parsed(bytes) as { tell: unknown };
    return { v, seq, tell };
  }
}
