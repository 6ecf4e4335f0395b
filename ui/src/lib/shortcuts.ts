// The keys that are no drive keys: one table for the frame and one of each screen, matched by physical position where a
// single letter is meant, by what is typed where Ctrl is held.
//
// Not here: Space and Esc (`stopkeys.ts`), drive keys (`keys.ts`).

import type { WordKey } from "./words";
import { typesText } from "./textfield";

export interface Shortcut {
  /** `Ctrl+K`, `Shift+F6`, `PageUp`, `KeyN`, `Digit1`; `Ctrl` is Cmd on macOS. Empty for what was switched off. */
  chord: string;
  word: WordKey;
  run: () => void;
  /** Also while a text field has the focus; chords with Ctrl and F keys always do. */
  inText?: boolean;
  /** Also while a dialog is open. */
  inDialog?: boolean;
  /** Again and again while it is held. */
  repeats?: boolean;
  /** Not now; the row stays in the sheet of keys. */
  off?: () => boolean;
}

export interface Chord {
  ctrl: boolean;
  shift: boolean;
  alt: boolean;
  key: string;
}

export function parseChord(chord: string): Chord {
  const parts = chord.split("+");
  const key = parts[parts.length - 1] ?? "";
  const mods = new Set(parts.slice(0, -1));
  return { ctrl: mods.has("Ctrl"), shift: mods.has("Shift"), alt: mods.has("Alt"), key };
}

type KeyPress = Pick<KeyboardEvent, "code" | "key" | "ctrlKey" | "shiftKey" | "altKey" | "metaKey" | "target">;

/** With Ctrl the letter that is typed counts, as everywhere else on this computer; without, the key's place. */
export function matches(chord: Chord, event: KeyPress, mac: boolean): boolean {
  if (chord.key === "") return false;
  const ctrl = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (other || ctrl !== chord.ctrl || event.altKey !== chord.alt || event.shiftKey !== chord.shift) return false;
  if (chord.ctrl) {
    if (/^\d$/.test(chord.key)) return event.code === `Digit${chord.key}` || event.key === chord.key;
    if (/^[A-Z]$/.test(chord.key)) {
      // A keyboard without Latin letters: the place then.
      return /^[a-z]$/i.test(event.key) ? event.key.toUpperCase() === chord.key : event.code === `Key${chord.key}`;
    }
    return event.key === chord.key || event.code === chord.key;
  }
  return event.code === chord.key || (event.code === "" && event.key === chord.key);
}

/** Keys that type something. */
const TYPES =
  /^(Key[A-Z]|Digit\d|Numpad(\d|Add|Subtract|Multiply|Divide|Decimal|Comma|Equal)|Minus|Equal|Bracket(Left|Right)|Semicolon|Quote|Backquote|Backslash|Comma|Period|Slash|Intl\w+)$/;

export const types = (code: string): boolean => TYPES.test(code);

/** What types, alone: what can be switched off. */
export const isLetter = ({ ctrl, alt, key }: Chord): boolean => !ctrl && !alt && types(key);

export function shortcutFor(event: KeyPress, table: Shortcut[], mac: boolean, letters = true): Shortcut | null {
  const typing = typesText(event.target);
  for (const shortcut of table) {
    const chord = parseChord(shortcut.chord);
    if (!matches(chord, event, mac)) continue;
    if (!letters && isLetter(chord)) continue;
    const always = chord.ctrl || /^F\d+$/.test(chord.key);
    if (typing && !(shortcut.inText ?? always)) continue;
    if (shortcut.off?.()) continue;
    return shortcut;
  }
  return null;
}

/** The chord as key caps: `["Ctrl", "K"]`. */
export function capsOf(chord: string, cap: (code: string) => string, mac: boolean): string[] {
  if (chord === "") return [];
  const { ctrl, shift, alt, key } = parseChord(chord);
  const mods: string[] = [];
  if (ctrl) mods.push(mac ? "⌘" : cap("Control"));
  if (alt) mods.push(mac ? "⌥" : cap("Alt"));
  if (shift) mods.push(mac ? "⇧" : cap("Shift"));
  return [...mods, ctrl && key.length === 1 ? key : cap(key)];
}

/** Keys that `aria-keyshortcuts` names by their sign. */
const SIGNS: Record<string, string> = {
  Minus: "-",
  Equal: "=",
  BracketLeft: "[",
  BracketRight: "]",
  Semicolon: ";",
  Quote: "'",
  Backquote: "`",
  Backslash: "\\",
  Comma: ",",
  Period: ".",
  Slash: "/",
};

/** As `aria-keyshortcuts` wants it; none for what was switched off. */
export function ariaOf(chord: string): string | undefined {
  if (chord === "") return undefined;
  const plain = chord.replace("Ctrl", "Control").replace(/Key(?=[A-Z]$)|Digit(?=\d$)/, "");
  return plain.replace(/[A-Z][A-Za-z]+$/, (key) => SIGNS[key] ?? key);
}
