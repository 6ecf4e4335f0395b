// What is printed on a physical key of this user's keyboard: asked of the browser where it knows, else learned from
// what the key typed last, else as on a US keyboard.
//
// Not here: the names of keys that carry a word (`NAMED` in `app.svelte.ts` and the catalogue).

const US: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Minus: "−",
  Equal: "=",
  Comma: ",",
  Period: ".",
  Slash: "/",
  Semicolon: ";",
  Quote: "'",
  BracketLeft: "[",
  BracketRight: "]",
  Backquote: "`",
  Backslash: "\\",
  IntlBackslash: "<",
  NumpadAdd: "Num +",
  NumpadSubtract: "Num −",
  NumpadMultiply: "Num ×",
  NumpadDivide: "Num ÷",
  NumpadDecimal: "Num .",
};

/** These carry signs, not letters: their cap is the same on every keyboard. */
const FIXED = /^(Arrow|Page|Escape|Space|Enter|Backspace|Tab|Home|End|Delete|Insert|Pause|ScrollLock|ContextMenu|Numpad|Media|Audio|Browser|Launch|F\d)/;

export function usCap(code: string): string {
  const fixed = US[code];
  if (fixed) return fixed;
  if (code.startsWith("Key")) return code.slice(3);
  if (code.startsWith("Digit")) return code.slice(5);
  if (/^Numpad\d$/.test(code)) return `Num ${code.slice(6)}`;
  return code;
}

interface LayoutKeyboard {
  getLayoutMap?: () => Promise<ReadonlyMap<string, string>>;
}

export class Caps {
  #known = new Map<string, string>();

  constructor(private changed: () => void = () => {}) {}

  cap(code: string): string {
    return this.#known.get(code) ?? usCap(code);
  }

  /** Asks the browser for the layout; most do not tell. */
  async ask(navigator: { keyboard?: LayoutKeyboard }): Promise<void> {
    try {
      const map = await navigator.keyboard?.getLayoutMap?.();
      if (!map) return;
      for (const [code, key] of map) this.#learn(code, key);
      this.changed();
    } catch {
      // Refused without a permission: what keys type tells it too.
    }
  }

  /** A key typed something. Shift, AltGr and dead keys say nothing about what the cap shows. */
  seen(event: Pick<KeyboardEvent, "code" | "key" | "shiftKey" | "ctrlKey" | "altKey" | "metaKey" | "isComposing">): void {
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (this.#learn(event.code, event.key)) this.changed();
  }

  #learn(code: string, key: string): boolean {
    if (FIXED.test(code) || [...key].length !== 1 || key.trim() === "") return false;
    const cap = key.length === 1 && key !== "ß" ? key.toUpperCase() : key;
    if (this.cap(code) === cap) return false;
    this.#known.set(code, cap);
    return true;
  }
}
