// A window that was started for the simulated arm opens it by itself, once: after the person has read about Stop, and only
// while nothing else is open. A reload must not do it again, so the wish goes out of the address first.

import type { App } from "../lib/app.svelte";
import { trySimulated } from "../screens/home/start";

const WISH = "simulated";

export class SimulatedWish {
  #open: boolean;

  constructor(private page: Window) {
    this.#open = new URLSearchParams(page.location.search).has(WISH);
  }

  /** To be called whenever what the core says has changed. */
  look(app: App): void {
    const { bench, deck } = app.topics;
    if (!this.#open || !app.reached || !bench || bench.first_start) return;
    this.#open = false;
    const address = new URL(this.page.location.href);
    address.searchParams.delete(WISH);
    this.page.history.replaceState(null, "", address);
    if (deck.session === "idle") void trySimulated(app);
  }
}
