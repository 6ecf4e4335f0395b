// Theme and text size: attributes on <html>, resolved before the first paint, kept on this computer. So is whether a
// bare letter or digit is a shortcut: who dictates, or hits keys by chance, switches that off (WCAG 2.1.4).

export type Theme = "system" | "light" | "dark";
export type TextSize = "100" | "110" | "125";

const THEME = "tendon.theme";
const TEXT = "tendon.text";
const LETTERS = "tendon.letters";

const isTheme = (value: string | null): value is Theme => value === "system" || value === "light" || value === "dark";
const isText = (value: string | null): value is TextSize => value === "100" || value === "110" || value === "125";

export class Look {
  theme: Theme = "system";
  text: TextSize = "100";
  letters = true;
  #dark: MediaQueryList;

  constructor(
    private page: Window,
    private changed: () => void = () => {},
  ) {
    this.#dark = page.matchMedia("(prefers-color-scheme: dark)");
    this.#dark.addEventListener("change", () => this.#apply());
    const asked = new URLSearchParams(page.location.search);
    const theme = asked.get("theme") ?? this.#kept(THEME);
    const text = asked.get("text") ?? this.#kept(TEXT);
    if (isTheme(theme)) this.theme = theme;
    if (isText(text)) this.text = text;
    this.letters = this.#kept(LETTERS) !== "off";
    this.#apply();
  }

  get dark(): boolean {
    return this.theme === "system" ? this.#dark.matches : this.theme === "dark";
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#keep(THEME, theme);
    this.#apply();
  }

  setText(text: TextSize): void {
    this.text = text;
    this.#keep(TEXT, text);
    this.#apply();
  }

  setLetters(on: boolean): void {
    this.letters = on;
    this.#keep(LETTERS, on ? "on" : "off");
    this.#apply();
  }

  #apply(): void {
    const { dataset } = this.page.document.documentElement;
    dataset.theme = this.dark ? "dark" : "light";
    dataset.text = this.text;
    this.changed();
  }

  #kept(key: string): string | null {
    try {
      return this.page.localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  #keep(key: string, value: string): void {
    try {
      this.page.localStorage.setItem(key, value);
    } catch {
      // Without storage it lasts until the window closes.
    }
  }
}
