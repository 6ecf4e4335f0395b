// Theme and text size: attributes on <html>, and whether a bare letter or digit is a shortcut: who dictates, or hits keys by
// chance, switches that off (WCAG 2.1.4). The core's settings say what they are; the page keeps a copy, so that its first
// paint, before the core was heard, has the right colours.

import { olderLook } from "./settings/older";

export type Theme = "system" | "light" | "dark";
export type TextSize = "100" | "110" | "125";

export interface Looks {
  theme: Theme;
  text: TextSize;
  letters: boolean;
}

const COPY = "tendon.look";

const isTheme = (value: unknown): value is Theme => value === "system" || value === "light" || value === "dark";
const isText = (value: unknown): value is TextSize => value === "100" || value === "110" || value === "125";

export class Look {
  theme: Theme = "system";
  text: TextSize = "100";
  letters = true;
  #dark: MediaQueryList;
  /** What the address asks for, for photographs: it holds until a setting is changed. */
  #asked: { theme?: Theme; text?: TextSize } = {};
  #told: { theme: string; text: string } | null = null;

  constructor(
    private page: Window,
    private changed: () => void = () => {},
  ) {
    this.#dark = page.matchMedia("(prefers-color-scheme: dark)");
    this.#dark.addEventListener("change", () => this.#apply());
    const address = new URLSearchParams(page.location.search);
    const theme = address.get("theme");
    const text = address.get("text");
    if (isTheme(theme)) this.#asked.theme = theme;
    if (isText(text)) this.#asked.text = text;
    const copy = this.#copy();
    if (isTheme(copy.theme)) this.theme = copy.theme;
    if (isText(copy.text)) this.text = copy.text;
    this.#ask();
    this.#apply();
  }

  get dark(): boolean {
    return this.theme === "system" ? this.#dark.matches : this.theme === "dark";
  }

  /** As the core says now. A word that this page does not know changes nothing. */
  follow({ theme, text, letters }: { theme: string; text: string; letters: boolean }): void {
    if (this.#told && this.#told.theme !== theme) delete this.#asked.theme;
    if (this.#told && this.#told.text !== text) delete this.#asked.text;
    this.#told = { theme, text };
    if (isTheme(theme)) this.theme = theme;
    if (isText(text)) this.text = text;
    this.letters = letters;
    this.#keep();
    this.#ask();
    this.#apply();
  }

  #ask(): void {
    this.theme = this.#asked.theme ?? this.theme;
    this.text = this.#asked.text ?? this.text;
  }

  #apply(): void {
    const { dataset } = this.page.document.documentElement;
    dataset.theme = this.dark ? "dark" : "light";
    dataset.text = this.text;
    this.changed();
  }

  #copy(): { theme?: unknown; text?: unknown } {
    try {
      const copy: unknown = JSON.parse(this.page.localStorage.getItem(COPY) ?? "null");
      return typeof copy === "object" && copy !== null ? copy : olderLook(this.page);
    } catch {
      return {};
    }
  }

  #keep(): void {
    try {
      this.page.localStorage.setItem(COPY, JSON.stringify({ theme: this.theme, text: this.text }));
    } catch {
      // Without storage the next first paint is as the system has it.
    }
  }
}
