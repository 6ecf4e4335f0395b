// A computer that was set to no language calls it "C", which `Intl` refuses: libraries that ask for the browser's language as
// they are loaded would take the whole page with them. To be imported before them.

/** The first of the languages that `Intl` knows; English when there is none. */
export function knownLanguage(languages: readonly string[]): string {
  const known = languages.find((language) => {
    try {
      return Intl.getCanonicalLocales(language).length > 0;
    } catch {
      return false;
    }
  });
  return known ?? "en";
}

/** Lets the browser name a language that `Intl` knows. */
export function nameKnownLanguage(navigator: Navigator): void {
  const known = knownLanguage([navigator.language, ...navigator.languages]);
  if (known === navigator.language) return;
  Object.defineProperty(navigator, "language", { value: known, configurable: true });
  Object.defineProperty(navigator, "languages", { value: [known], configurable: true });
}

nameKnownLanguage(navigator);
