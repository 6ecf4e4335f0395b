// Waiting for the key that a person means. Stop comes first: while torque is on Space and Esc never come here
// (`stopkeys.ts` hears them before), and what holds Ctrl, Alt or Cmd is a shortcut and goes its own way.

import { isModifier, isReserved } from "./bindings";

export type Caught =
  /** Left as it was. */
  | { kind: "left" }
  /** No key from now on. */
  | { kind: "off" }
  /** It means the same everywhere. */
  | { kind: "reserved"; code: string }
  /** The keyboard gives it no name. */
  | { kind: "nameless" }
  | { kind: "key"; code: string };

type Press = Pick<KeyboardEvent, "code" | "key" | "ctrlKey" | "altKey" | "metaKey" | "repeat">;

/** What a key press says to who waits; none when it is not for them. */
export function caught(event: Press): Caught | null {
  // What is still held from pressing the row is no answer to it.
  if (event.repeat) return null;
  if (event.code === "Escape" || event.key === "Escape") return { kind: "left" };
  // Out by keyboard: Tab goes on as always.
  if (event.code === "Tab") return null;
  if (isModifier(event.code)) return null;
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  if (event.code === "Delete" || event.code === "Backspace") return { kind: "off" };
  if (event.code === "" || event.code === "Unidentified") return { kind: "nameless" };
  if (isReserved(event.code)) return { kind: "reserved", code: event.code };
  return { kind: "key", code: event.code };
}
