// What floats for a while: a sentence, and at most one button (undo, mostly). Nothing that needs an answer.

import type { Level } from "./protocol";

export const TOAST_MS = 8000;
/** With a button there is something to decide. */
export const TOAST_WITH_BUTTON_MS = 20000;
const MOST = 3;

export interface Toast {
  id: number;
  level: Level;
  message: string;
  remedy: string;
  command: string;
  button?: { word: string; press: () => void };
}

export class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(toast: Omit<Toast, "id" | "command"> & { command?: string }): number {
    const id = this.#next++;
    this.list = [...this.list, { command: "", ...toast, id }].slice(-MOST);
    this.#wait(id);
    return id;
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Nothing goes away under a pointer or while it has the focus. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  unhold(id: number): void {
    if (this.list.some((toast) => toast.id === id)) this.#wait(id);
  }

  #wait(id: number): void {
    this.hold(id);
    const toast = this.list.find((one) => one.id === id);
    // Faults and what asks for a remedy stay until somebody has read them.
    if (!toast || toast.level === "fault" || toast.command !== "") return;
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), toast.button ? TOAST_WITH_BUTTON_MS : TOAST_MS),
    );
  }
}
