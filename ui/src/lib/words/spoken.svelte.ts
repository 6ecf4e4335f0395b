// What the page speaks now. Whoever reads it in a template, a derived value or an effect follows a change of language:
// words and numbers change in place, and no part of the page is made anew.

import { en } from "./en";

export type WordKey = keyof typeof en;
export type Catalogue = Record<WordKey, string>;

export interface Spoken {
  /** As `Intl` and the page's `lang` name it. */
  locale: string;
  words: Catalogue;
}

let now = $state.raw<Spoken>({ locale: "en", words: en });

export const spoken = (): Spoken => now;

export function speak(next: Spoken): void {
  now = next;
}
