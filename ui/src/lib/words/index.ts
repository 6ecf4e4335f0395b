// Words by key, from one catalogue per language. Plurals and named values are ICU; no sentence is glued from parts.
//
// Not here: which language it is (`language.ts`).

import { IntlMessageFormat } from "intl-messageformat";
import { grouped, numberFormat } from "../numbers";
import { type Catalogue, speak, spoken, type WordKey } from "./spoken.svelte";

export type { Catalogue, WordKey };
export type Values = Record<string, string | number>;

interface Made {
  format: IntlMessageFormat;
  /** Values that stand in the sentence as they are, and choose no plural. */
  plain: ReadonlySet<string>;
}

let madeOf: Catalogue | null = null;
const made = new Map<WordKey, Made>();

export function setLanguage(locale: string, words: Catalogue): void {
  speak({ locale, words });
}

/** The elements of a parsed message, those of its plurals' cases too. */
type Element = ReturnType<IntlMessageFormat["getAst"]>[number];
/** As the parser numbers an argument that is shown as it is. */
const ARGUMENT = 1;

function elements(all: Element[]): Element[] {
  return all.flatMap((one) => [
    one,
    ...("options" in one ? Object.values(one.options).flatMap((option) => elements(option.value)) : []),
    ...("children" in one ? elements(one.children) : []),
  ]);
}

function make(key: WordKey): Made {
  const { locale, words } = spoken();
  if (madeOf !== words) made.clear();
  madeOf = words;
  let found = made.get(key);
  if (!found) {
    const format = new IntlMessageFormat(words[key], locale, undefined, {
      // A plural's number is written as every other number of the page.
      formatters: {
        getNumberFormat: () => numberFormat(0, 3),
        getDateTimeFormat: (locales, options) => new Intl.DateTimeFormat(locales, options),
        getPluralRules: (locales, options) => new Intl.PluralRules(locales, options),
      },
    });
    const all = elements(format.getAst());
    const choosing = new Set(all.flatMap((one) => ("options" in one ? [one.value] : [])));
    const plain = all.flatMap((one) => ("value" in one && one.type === ARGUMENT && !choosing.has(one.value) ? [one.value] : []));
    found = { format, plain: new Set(plain) };
    made.set(key, found);
  }
  return found;
}

export function t(key: WordKey, values?: Values): string {
  if (!values) return spoken().words[key];
  const { format, plain } = make(key);
  const shown = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "number" && plain.has(name) ? grouped(value) : value,
  ]);
  return format.format(Object.fromEntries(shown)) as string;
}

/** For keys that are made from a word of the protocol: `session.` and `driving`. */
export function named<P extends string>(prefix: P, word: string): string {
  const key = `${prefix}.${word}` as WordKey;
  return spoken().words[key] ?? word;
}
