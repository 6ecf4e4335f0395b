// What the page measures of itself: the time between two animation frames, and from a picture's arrival at this
// computer to its being drawn. Kept in rings, read by the bench through `globalThis.tendonMeasures`.

const KEPT = 2048;

export class Ring {
  #values = new Float64Array(KEPT);
  #count = 0;

  put(value: number): void {
    this.#values[this.#count % KEPT] = value;
    this.#count++;
  }

  clear(): void {
    this.#count = 0;
  }

  get count(): number {
    return this.#count;
  }

  /** Of what is kept. */
  quantile(share: number): number | null {
    const kept = Math.min(this.#count, KEPT);
    if (kept === 0) return null;
    const sorted = this.#values.slice(0, kept).sort();
    return sorted[Math.min(kept - 1, Math.ceil(share * kept) - 1)] ?? null;
  }
}

export class Measures {
  frames = new Ring();
  pictures = new Ring();
  #last: number | null = null;
  /** The page was hidden since the last frame. */
  #wasHidden = false;
  #handle = 0;
  #watchers = 0;

  /** One tick of the page's animation frame. A hidden page has none: that gap is not counted, any other is. */
  frame(now: number): void {
    if (this.#last !== null && !this.#wasHidden) this.frames.put(now - this.#last);
    this.#last = now;
    this.#wasHidden = false;
  }

  /** The page is not seen, or was not until now. */
  hidden(): void {
    this.#wasHidden = true;
  }

  /** Measures animation frames while somebody watches moving pictures; a page at rest does nothing sixty times a second. */
  watch(page: Window): () => void {
    const seen = () => this.hidden();
    page.document.addEventListener("visibilitychange", seen);
    if (this.#watchers++ === 0) {
      this.#wasHidden = page.document.hidden;
      const tick = (now: number) => {
        this.frame(now);
        this.#handle = page.requestAnimationFrame(tick);
      };
      this.#handle = page.requestAnimationFrame(tick);
    }
    return () => {
      page.document.removeEventListener("visibilitychange", seen);
      if (--this.#watchers > 0) return;
      page.cancelAnimationFrame(this.#handle);
      this.#last = null;
    };
  }

  clear(): void {
    this.frames.clear();
    this.pictures.clear();
    this.#last = null;
  }

  report(): Record<string, number | null> {
    const of = (ring: Ring, name: string) => ({
      [`${name}_count`]: ring.count,
      [`${name}_p50`]: ring.quantile(0.5),
      [`${name}_p95`]: ring.quantile(0.95),
      [`${name}_p99`]: ring.quantile(0.99),
    });
    return { ...of(this.frames, "frame"), ...of(this.pictures, "picture") };
  }
}
