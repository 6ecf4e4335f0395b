// What a window of an earlier version kept in the page's storage. The core takes it over once; then it is forgotten here.

import type { SettingsState } from "../protocol";
import { type Change, cardOf } from "./catalogue";

const KEPT: { key: string; name: string; read(text: string): string | boolean | null }[] = [
  { key: "tendon.theme", name: "look.theme", read: word(["system", "light", "dark"]) },
  { key: "tendon.text", name: "look.text", read: word(["100", "110", "125"]) },
  { key: "tendon.letters", name: "look.letters", read: onOff },
  { key: "tendon.sounds", name: "sound.on", read: onOff },
];

function word(words: string[]): (text: string) => string | null {
  return (text) => (words.includes(text) ? text : null);
}

function onOff(text: string): boolean | null {
  return text === "on" ? true : text === "off" ? false : null;
}

/** What is still to be taken over: what somebody set since in the file or the environment wins. */
export function older(page: Window, state: SettingsState): Change[] {
  return KEPT.flatMap(({ key, name, read }): Change[] => {
    const text = kept(page, key);
    const value = text === null ? null : read(text);
    const card = cardOf(state, name);
    return value === null || card?.source !== "usual" || card.value === value ? [] : [[name, value]];
  });
}

/** An earlier window's word; none when it kept none. */
export function olderLook(page: Window): { theme: string | null; text: string | null } {
  return { theme: kept(page, "tendon.theme"), text: kept(page, "tendon.text") };
}

export function forgetOlder(page: Window): void {
  try {
    for (const { key } of KEPT) page.localStorage.removeItem(key);
  } catch {
    // Without storage there is nothing to forget.
  }
}

function kept(page: Window, key: string): string | null {
  try {
    return page.localStorage.getItem(key);
  } catch {
    return null;
  }
}
