// Physical keys for the loop: the whole set of what is held, on every change and every 80 ms while drive keys are on.
//
// Invariant: nothing stays held that nobody holds. Blur, a hidden page, a text field, Ctrl, Alt or Meta let all go, and
// the loop lets go by itself when the set stops coming.
// Not here: what a key moves (the core's table), which keys stop (`shortcuts.ts`).

import { typesText } from "./textfield";

export const HEARTBEAT_MS = 80;

export interface KeysOut {
  keys(held: string[], on: boolean): Promise<void>;
}

export class DriveKeys {
  #out: KeysOut;
  #changed: () => void;
  /** Held on the keyboard. */
  #down = new Set<string>();
  /** Held with a pointer: pointer id to code. */
  #pressed = new Map<number, string>();
  #codes: ReadonlySet<string> = new Set();
  #on = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #detach: (() => void) | null = null;

  constructor(out: KeysOut, changed: () => void = () => {}) {
    this.#out = out;
    this.#changed = changed;
  }

  get on(): boolean {
    return this.#on;
  }

  /** What is held now, by keyboard or pointer, in a fixed order. */
  get held(): string[] {
    return [...new Set([...this.#down, ...this.#pressed.values()])].sort();
  }

  /** The codes that move something in this mode. */
  table(codes: Iterable<string>): void {
    const next = new Set(codes);
    if (next.size === this.#codes.size && [...next].every((code) => this.#codes.has(code))) return;
    this.#codes = next;
    this.releaseAll();
  }

  /** Drive keys on or off. Off tells the loop once more that nothing is held. */
  switch(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#forget();
    clearInterval(this.#timer);
    this.#timer = on ? setInterval(() => this.#send(), HEARTBEAT_MS) : undefined;
    this.#send();
    this.#changed();
  }

  attach(page: Window): void {
    this.detach();
    const down = (event: KeyboardEvent) => this.#keyDown(event);
    const up = (event: KeyboardEvent) => this.#keyUp(event);
    // A key on screen may be gone before the finger is: the page hears that it is up, the key does not.
    const lifted = (event: PointerEvent) => this.release(event.pointerId);
    const gone = () => this.releaseAll();
    const hidden = () => {
      if (page.document.visibilityState === "hidden") this.releaseAll();
    };
    const focus = (event: FocusEvent) => {
      if (typesText(event.target)) this.releaseAll();
    };
    page.addEventListener("keydown", down, true);
    page.addEventListener("keyup", up, true);
    page.addEventListener("pointerup", lifted, true);
    page.addEventListener("pointercancel", lifted, true);
    page.addEventListener("blur", gone);
    page.addEventListener("pagehide", gone);
    page.document.addEventListener("visibilitychange", hidden);
    page.document.addEventListener("focusin", focus);
    this.#detach = () => {
      page.removeEventListener("keydown", down, true);
      page.removeEventListener("keyup", up, true);
      page.removeEventListener("pointerup", lifted, true);
      page.removeEventListener("pointercancel", lifted, true);
      page.removeEventListener("blur", gone);
      page.removeEventListener("pagehide", gone);
      page.document.removeEventListener("visibilitychange", hidden);
      page.document.removeEventListener("focusin", focus);
    };
  }

  detach(): void {
    this.#detach?.();
    this.#detach = null;
    this.switch(false);
  }

  /** A key on screen goes down under a pointer. */
  press(pointer: number, code: string): void {
    if (!this.#on || !this.#codes.has(code)) return;
    this.#pressed.set(pointer, code);
    this.#tell();
  }

  /** The pointer is up, was taken away, or left the key. */
  release(pointer: number): void {
    if (this.#pressed.delete(pointer)) this.#tell();
  }

  /** The keys on screen are left, with whatever pointer is still down. */
  releasePad(): void {
    if (this.#pressed.size === 0) return;
    this.#pressed.clear();
    this.#tell();
  }

  releaseAll(): void {
    if (this.#down.size === 0 && this.#pressed.size === 0) return;
    this.#forget();
    this.#tell();
  }

  #keyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return this.releaseAll();
    if (!this.#on || !this.#codes.has(event.code) || typesText(event.target)) return;
    event.preventDefault();
    if (event.repeat || this.#down.has(event.code)) return;
    this.#down.add(event.code);
    this.#tell();
  }

  #keyUp(event: KeyboardEvent): void {
    if (this.#down.delete(event.code)) this.#tell();
  }

  #forget(): void {
    this.#down.clear();
    this.#pressed.clear();
  }

  #tell(): void {
    if (this.#on) this.#send();
    this.#changed();
  }

  #send(): void {
    // A lost message is made good by the next heartbeat; a lost window by the loop itself.
    this.#out.keys(this.#on ? this.held : [], this.#on).catch(() => {});
  }
}
