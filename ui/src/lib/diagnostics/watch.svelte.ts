// Asks for the program's figures once a second while somebody looks, and at once while it is behind.

import type { Failure, HealthPage, HealthSample } from "../protocol";
import { History } from "./health";

export const EVERY_MS = 1000;

export type HealthResult = { page: HealthPage } | { failure: Failure };

export class HealthWatch {
  /** Oldest first. */
  samples = $state.raw<HealthSample[]>([]);
  failure = $state.raw<Failure | null>(null);
  /** Something was read: an empty history is one. */
  heard = $state(false);
  /** All that there is was read. */
  whole = $state(false);

  #history = new History();
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private read: (after: number) => Promise<HealthResult>,
    /** Nobody can see the page. */
    private hidden: () => boolean,
  ) {}

  /** Begins to look; the function that is returned ends it. */
  start(): () => void {
    const run = ++this.#run;
    void this.#look(run);
    return () => {
      if (this.#run !== run) return;
      this.#run++;
      clearTimeout(this.#timer);
    };
  }

  async #look(run: number): Promise<void> {
    let more = !this.hidden();
    while (more) {
      const result = await this.read(this.#history.number);
      if (run !== this.#run) return;
      this.failure = "failure" in result ? result.failure : null;
      more = "page" in result && this.#history.put(result.page);
      if ("failure" in result) break;
      this.heard = true;
      // What is still behind is shown when it is whole: curves that run through ten minutes tell nothing.
      if (more && !this.whole) continue;
      this.whole = true;
      this.samples = this.#history.samples;
    }
    this.#timer = setTimeout(() => void this.#look(run), EVERY_MS);
  }
}
