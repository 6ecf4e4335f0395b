// Pictures of a running episode, spread evenly over it however long it gets: twice as many as are shown at most, and
// when there are more every other one goes and the distance doubles.

export interface Still<T> {
  /** Seconds of the episode. */
  at: number;
  picture: T;
}

export class Film<T> {
  #stills: Still<T>[] = [];
  #step: number;

  constructor(
    private most = 16,
    private first = 0.5,
    private drop: (picture: T) => void = () => {},
  ) {
    this.#step = first;
  }

  get stills(): readonly Still<T>[] {
    return this.#stills;
  }

  /** Whether a picture of this moment is missing. */
  wants(at: number): boolean {
    const last = this.#stills[this.#stills.length - 1];
    return last === undefined || at >= last.at + this.#step - 1e-6;
  }

  put(at: number, picture: T): void {
    if (!this.wants(at)) return this.drop(picture);
    this.#stills.push({ at, picture });
    if (this.#stills.length <= this.most) return;
    this.#step *= 2;
    const keep = (_: Still<T>, index: number) => index % 2 === 0;
    for (const still of this.#stills.filter((still, index) => !keep(still, index))) this.drop(still.picture);
    this.#stills = this.#stills.filter(keep);
  }

  /** So many of them, evenly, first and last included. */
  strip(count: number): Still<T>[] {
    const all = this.#stills;
    if (all.length <= count) return [...all];
    if (count < 2) return all.slice(0, count);
    return Array.from({ length: count }, (_, at) => all[Math.round((at * (all.length - 1)) / (count - 1))] as Still<T>);
  }

  /** Gives the pictures away and begins anew. */
  take(): Still<T>[] {
    const all = this.#stills;
    this.#stills = [];
    this.#step = this.first;
    return all;
  }

  clear(): void {
    for (const still of this.take()) this.drop(still.picture);
  }
}
