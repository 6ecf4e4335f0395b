// Small pictures of what was left: asked for one after the other, those that are seen first, and each only once.

import { within } from "../within";

/** A picture that takes longer is left out: its film may lie on a disk that sleeps. */
const PATIENCE_MS = 8000;

/** Places of the three pictures in an episode's length, as shares. */
export const SHARES: readonly number[] = [1 / 6, 1 / 2, 5 / 6];

export interface StillAt {
  key: string;
  camera: string;
  share: number;
}

const nameOf = ({ key, camera, share }: StillAt): string => JSON.stringify([key, camera, share]);

export class Stills<P> {
  /** None: there is no such picture. */
  #had = new Map<string, { key: string; picture: P | null }>();
  #wanted = new Map<string, StillAt>();
  /** Name of the one that is asked for now. */
  #now: string | null = null;

  constructor(
    private fetch: (at: StillAt) => Promise<ArrayBuffer>,
    private decode: (jpeg: ArrayBuffer) => Promise<P>,
    private close: (picture: P) => void,
    private changed: () => void,
    /** Its place on the screen: those further up come first. */
    private rank: (at: StillAt) => number = () => 0,
  ) {}

  /** Undefined while it is not known, none when there is none. */
  get(at: StillAt): P | null | undefined {
    return this.#had.get(nameOf(at))?.picture;
  }

  /** Somebody sees its place. */
  want(at: StillAt): void {
    const name = nameOf(at);
    if (this.#had.has(name)) return;
    this.#wanted.set(name, at);
    void this.#work();
  }

  /** Its place is out of sight again. */
  unwant(at: StillAt): void {
    const name = nameOf(at);
    if (name !== this.#now) this.#wanted.delete(name);
  }

  /** Lets go of all that belongs to nothing any more. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const [name, { key, picture }] of this.#had) {
      if (keys.has(key)) continue;
      this.#had.delete(name);
      if (picture !== null) this.close(picture);
    }
    for (const [name, { key }] of this.#wanted) if (!keys.has(key)) this.#wanted.delete(name);
  }

  async #work(): Promise<void> {
    if (this.#now !== null) return;
    // Who comes into sight together is asked for in order.
    this.#now = "";
    await Promise.resolve();
    for (let next = this.#first(); next; next = this.#first()) {
      const [name, at] = next;
      this.#now = name;
      const picture = await this.#picture(at);
      // Its episode may be gone by now.
      if (!this.#wanted.delete(name) && picture !== null) this.close(picture);
      else this.#had.set(name, { key: at.key, picture });
      this.changed();
    }
    this.#now = null;
  }

  #first(): [string, StillAt] | undefined {
    return [...this.#wanted].sort(([, one], [, other]) => this.rank(one) - this.rank(other))[0];
  }

  async #picture(at: StillAt): Promise<P | null> {
    try {
      const jpeg = await within(PATIENCE_MS, this.fetch(at));
      return jpeg.byteLength > 0 ? await this.decode(jpeg) : null;
    } catch {
      return null;
    }
  }
}
