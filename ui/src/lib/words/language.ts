// Which language the page speaks: the one that is set, or the computer's. The page keeps a copy of the setting, so that its
// first paint, before the core was heard, has the right words. Catalogues other than English are loaded when wanted.
//
// Not here: the words (`en.ts`, `de.ts`, `zh.ts`), and how those on the screen follow (`spoken.svelte.ts`).

import type { SettingsState } from "../protocol";
import { type Catalogue, setLanguage } from ".";
import { en } from "./en";

export interface Speech {
  /** As `Intl` and the page's `lang` name it. */
  locale: string;
  load: () => Promise<Catalogue>;
}

/** By the word of the setting. */
export const LANGUAGES: Readonly<Record<string, Speech>> = {
  en: { locale: "en", load: async () => en },
  de: { locale: "de", load: async () => (await import("./de")).de },
  // Simplified: of the tags that mean it this is the one that fonts are chosen by.
  zh: { locale: "zh-CN", load: async () => (await import("./zh")).zh },
};

export const SETTING = "look.language";
const COPY = "tendon.language";

/** The language for a wish; `system`, or a word that no catalogue bears, is the first of the computer's that there is. */
export function languageFor(wish: string, computers: readonly string[], all = LANGUAGES): string {
  const base = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? "";
  return [wish, ...computers.map(base)].find((word) => Object.hasOwn(all, word)) ?? "en";
}

export class PageLanguage {
  #wish: string;
  /** What the address asks for, for photographs: it holds until the setting is changed. */
  #asked: string | null;
  #told: string | null = null;
  #spoken = "";
  /** Told of another language, once its words are there. */
  heard: (language: string) => void = () => {};
  /** The newest wish wins, however long a catalogue takes. */
  #turn = 0;

  constructor(
    private page: Window,
    /** What becomes of a catalogue's words before they are shown. */
    private dress: (words: Catalogue) => Catalogue = (words) => words,
  ) {
    this.#asked = new URLSearchParams(page.location.search).get("lang");
    this.#wish = this.#copy() ?? "system";
  }

  /** The word of the language that is spoken; empty before the first. */
  get spoken(): string {
    return this.#spoken;
  }

  /** Speaks as the page did last, and from now on follows the computer's languages; to be awaited before the first paint. */
  start(): Promise<void> {
    this.page.addEventListener("languagechange", () => void this.#speak());
    return this.#speak();
  }

  /** As the core says now. */
  follow({ settings }: SettingsState): Promise<void> {
    const wish = settings.find(({ name }) => name === SETTING)?.value;
    if (typeof wish !== "string" || wish === this.#told) return Promise.resolve();
    if (this.#told !== null) this.#asked = null;
    this.#told = this.#wish = wish;
    this.#keep(wish);
    return this.#speak();
  }

  async #speak(): Promise<void> {
    const { languages } = this.page.navigator;
    const language = languageFor(this.#asked ?? this.#wish, languages);
    const turn = ++this.#turn;
    if (language === this.#spoken) return;
    const speech = LANGUAGES[language];
    if (!speech) return;
    try {
      const words = await speech.load();
      if (turn !== this.#turn) return;
      this.#spoken = language;
      setLanguage(speech.locale, this.dress(words));
      this.page.document.documentElement.lang = speech.locale;
      this.heard(language);
    } catch {
      // Words that cannot be had leave those that are there.
    }
  }

  #copy(): string | null {
    try {
      return this.page.localStorage.getItem(COPY);
    } catch {
      return null;
    }
  }

  #keep(wish: string): void {
    try {
      this.page.localStorage.setItem(COPY, wish);
    } catch {
      // Without storage the next first paint is as the system has it.
    }
  }
}
