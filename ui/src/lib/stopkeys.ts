// Space and Esc stop while torque is on or unknown. Where they are heard first, nothing else hears them.
//
// Space then never clicks, not even on its way up. In a text field Space types; Esc still stops. The first Esc stops,
// the next one closes what is open (and stops again: more stopping harms nobody). With torque off both keep their
// usual meaning. A further key can be bound to stop, as Space does; it types only where it types anything.

import type { SessionWord, TorqueWord } from "./protocol";
import { types } from "./shortcuts";
import { typesText } from "./textfield";

export interface StopContext {
  torque(): TorqueWord;
  session(): SessionWord;
  /** The physical key of a further stop key, a foot pedal's mostly; empty for none. */
  also(): string;
  stop(): void;
}

const MOVES: ReadonlySet<SessionWord> = new Set(["driving", "recording", "paused", "resetting", "releasing"]);

export function mayPush(torque: TorqueWord): boolean {
  return torque === "on" || torque === "unknown";
}

export class StopKeys {
  #escStopped = false;
  #wasLive = false;
  #swallowSpaceUp = false;

  constructor(private context: StopContext) {}

  /** To be called when the session's word changes: a session that moves again arms Esc again. */
  session(word: SessionWord): void {
    const live = MOVES.has(word);
    if (live && !this.#wasLive) this.#escStopped = false;
    this.#wasLive = live;
  }

  /** True when the key was taken. */
  down(event: KeyboardEvent): boolean {
    if (!mayPush(this.context.torque())) {
      this.#escStopped = false;
      return false;
    }
    if (event.code === "Space") {
      if (typesText(event.target)) return false;
      this.#take(event);
      this.#swallowSpaceUp = true;
      if (!event.repeat) this.context.stop();
      return true;
    }
    if (event.code !== "" && event.code === this.context.also()) {
      if (types(event.code) && typesText(event.target)) return false;
      this.#take(event);
      if (!event.repeat) this.context.stop();
      return true;
    }
    if (event.code === "Escape" || event.key === "Escape") {
      if (event.repeat) {
        this.#take(event);
        return true;
      }
      this.context.stop();
      if (this.#escStopped) return false;
      this.#escStopped = true;
      this.#take(event);
      return true;
    }
    return false;
  }

  /** A button clicks when Space comes up: not the one that has just stopped the arm. */
  up(event: KeyboardEvent): boolean {
    if (event.code !== "Space" || !this.#swallowSpaceUp) return false;
    this.#swallowSpaceUp = false;
    this.#take(event);
    return true;
  }

  attach(page: Window): () => void {
    const down = (event: KeyboardEvent) => void this.down(event);
    const up = (event: KeyboardEvent) => void this.up(event);
    page.addEventListener("keydown", down, true);
    page.addEventListener("keyup", up, true);
    return () => {
      page.removeEventListener("keydown", down, true);
      page.removeEventListener("keyup", up, true);
    };
  }

  #take(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
