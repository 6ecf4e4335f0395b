// Words by key, from one catalogue per language. Plurals and named values are ICU; no sentence is glued from parts.

import { IntlMessageFormat } from "intl-messageformat";
import { setNumberLocale } from "../numbers";
import { en } from "./en";

export type WordKey = keyof typeof en;
export type Catalogue = Record<WordKey, string>;
export type Values = Record<string, string | number>;

let locale = "en";
let catalogue: Catalogue = en;
const made = new Map<WordKey, IntlMessageFormat>();

export function setLanguage(next: string, words: Catalogue): void {
  locale = next;
  catalogue = words;
  made.clear();
  setNumberLocale(next);
}

export function t(key: WordKey, values?: Values): string {
  if (!values) return catalogue[key];
  let format = made.get(key);
  if (!format) {
    format = new IntlMessageFormat(catalogue[key], locale);
    made.set(key, format);
  }
  return format.format(values) as string;
}

/** For keys that are made from a word of the protocol: `session.` and `driving`. */
export function named<P extends string>(prefix: P, word: string): string {
  const key = `${prefix}.${word}` as WordKey;
  return catalogue[key] ?? word;
}
