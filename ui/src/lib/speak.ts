// What a screen reader is told: one polite region and one assertive region for the whole app.
// Polite takes state words, one every two seconds at most, the newest wins; assertive speaks at once, and what is urgent
// in the same moment is joined to it in order: a region that changes twice says only what it holds last.

export const POLITE_EVERY_MS = 2000;
/** Urgent texts that come so soon after one another are one. */
export const MOMENT_MS = 250;

export class Speaker {
  #last = -Infinity;
  #waiting: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #urgent = "";
  /** What is urgent in this moment, and when the moment began. */
  #moment: string[] = [];
  #began = -Infinity;

  constructor(
    private show: (region: "polite" | "assertive", text: string) => void,
    private now: () => number = () => performance.now(),
  ) {}

  polite(text: string): void {
    this.#waiting = text;
    if (this.#timer !== undefined) return;
    const wait = this.#last + POLITE_EVERY_MS - this.now();
    if (wait <= 0) this.#say();
    else this.#timer = setTimeout(() => this.#say(), wait);
  }

  /** Said at once. The same words again are said again: a second stop is news. */
  assertive(text: string): void {
    if (this.now() - this.#began >= MOMENT_MS) {
      this.#began = this.now();
      this.#moment = [];
    }
    if (this.#moment.includes(text)) return;
    this.#moment.push(text);
    this.#show(this.#moment.join(" "));
  }

  #show(text: string): void {
    // A region whose text does not change is not read out; a trailing no-break space is silent.
    this.#urgent = text === this.#urgent ? `${text}\u00a0` : text;
    this.show("assertive", this.#urgent);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #say(): void {
    this.#timer = undefined;
    this.#last = this.now();
    if (this.#waiting !== null) this.show("polite", this.#waiting);
    this.#waiting = null;
  }
}
