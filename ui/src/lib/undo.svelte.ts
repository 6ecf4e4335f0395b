// What this person did in the window and can take back: Ctrl+Z, Ctrl+Shift+Z. Only what really goes back goes in here.

export interface Step {
  undo(): void | Promise<unknown>;
  redo(): void | Promise<unknown>;
}

const KEPT = 50;

export class Undo {
  #done = $state.raw<Step[]>([]);
  #undone = $state.raw<Step[]>([]);

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  add(step: Step): void {
    this.#done = [...this.#done, step].slice(-KEPT);
    this.#undone = [];
  }

  undo(): void {
    const step = this.#done.at(-1);
    if (!step) return;
    this.#done = this.#done.slice(0, -1);
    this.#undone = [...this.#undone, step];
    void step.undo();
  }

  redo(): void {
    const step = this.#undone.at(-1);
    if (!step) return;
    this.#undone = this.#undone.slice(0, -1);
    this.#done = [...this.#done, step];
    void step.redo();
  }
}
