// The page's side of an emergency stop: it is sent until the core has confirmed it, and a person hears when it was not.
//
// Invariant: a stop that was pressed is never given up in silence. Sending it again harms nobody: stopping is idempotent.

/** A stop that has no reply after so long was not confirmed; then it is sent again, and so often. */
export const STOP_PATIENCE_MS = 500;

export interface StoppingHooks {
  /** Hands the stop over; resolves when the core has taken it. */
  send(): Promise<void>;
  /** Nobody confirmed it in time, or it could not even be handed over. Once until it is confirmed. */
  unconfirmed(): void;
  /** Confirmed after all. */
  confirmed(): void;
}

export class Stopping {
  #sent = 0;
  /** The first sending that counts for the newest press; none while nothing waits. */
  #from: number | null = null;
  #told = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private hooks: StoppingHooks) {}

  press(): void {
    this.#from = this.#sent + 1;
    this.#timer ??= setInterval(() => {
      this.#unconfirmed();
      this.#send();
    }, STOP_PATIENCE_MS);
    this.#send();
  }

  end(): void {
    this.#from = null;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #send(): void {
    const number = ++this.#sent;
    this.hooks.send().then(
      () => this.#confirmed(number),
      // The clock goes on: it is sent again when its time is up.
      () => this.#unconfirmed(),
    );
  }

  #unconfirmed(): void {
    if (this.#from === null || this.#told) return;
    this.#told = true;
    this.hooks.unconfirmed();
  }

  #confirmed(number: number): void {
    // What was sent before the newest press may have been done before it.
    if (this.#from === null || number < this.#from) return;
    this.end();
    if (!this.#told) return;
    this.#told = false;
    this.hooks.confirmed();
  }
}
