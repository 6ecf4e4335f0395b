// A value that people read: it follows its source at most five times a second, and the last one always arrives.
// Numbers that change faster cannot be read, and cost the page layout for nothing.

export const READABLE_MS = 200;

export class Steady<T> {
  value = $state.raw() as T;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = -Infinity;
  #next: T;

  constructor(
    first: T,
    private every = READABLE_MS,
    private now: () => number = () => performance.now(),
  ) {
    this.value = first;
    this.#next = first;
  }

  put(next: T): void {
    this.#next = next;
    if (this.#timer !== undefined) return;
    const wait = this.#last + this.every - this.now();
    if (wait <= 0) this.#show();
    else this.#timer = setTimeout(() => this.#show(), wait);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #show(): void {
    this.#timer = undefined;
    this.#last = this.now();
    this.value = this.#next;
  }
}

/** Within a component: `source` as it was at most a fifth of a second ago. */
export function steady<T>(source: () => T, every = READABLE_MS): { readonly value: T } {
  const held = new Steady(source(), every);
  $effect(() => {
    held.put(source());
  });
  $effect(() => () => held.end());
  return held;
}
