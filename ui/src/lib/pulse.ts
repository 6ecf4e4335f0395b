// Signs of life, both ways: the page gives one every second, and whoever takes it answers. A page whose sign is not
// answered is not heard any more, however quiet the stream of events may be for good reasons.

export const BEAT_MS = 1000;
/** An answer that is missing for so long counts as lost. */
export const SILENCE_MS = 3000;

export class Pulse {
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Signs in a row that nobody has answered. */
  #unanswered = 0;
  #told = false;

  constructor(
    private beat: () => Promise<void>,
    private silent: () => void,
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), BEAT_MS);
    this.#beat();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#unanswered = 0;
    this.#told = false;
  }

  #tick(): void {
    // Counted in ticks, not by the clock: a computer that slept has not been silent for as long as it slept.
    if (this.#unanswered * BEAT_MS >= SILENCE_MS && !this.#told) {
      this.#told = true;
      this.silent();
    }
    this.#beat();
  }

  #beat(): void {
    this.#unanswered++;
    // A refusal is an answer too: the door is open.
    const answered = () => {
      if (this.#timer === undefined) return;
      this.#unanswered = 0;
      this.#told = false;
    };
    this.beat().then(answered, answered);
  }
}
