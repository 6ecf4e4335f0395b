// Every label two fifths longer, for looking at screens as a longer language would fill them. Only while developing.

import type { Catalogue, WordKey } from ".";

const MORE = "und wieder so ";

export function longer(words: Catalogue): Catalogue {
  const grown = Object.entries(words).map(([key, message]): [string, string] => {
    const letters = message.replace(/\{[^}]*\}?/g, "").length;
    const more = MORE.repeat(20).slice(0, Math.ceil(letters * 0.4)).trim();
    return [key, letters < 2 ? message : `${message} ${more}`];
  });
  return Object.fromEntries(grown) as Record<WordKey, string>;
}
