import { describe, expect, it } from "vitest";
import { type Shortcut, ariaOf, capsOf, shortcutFor } from "./shortcuts";

const press = (more: Partial<KeyboardEvent>) => ({
  code: "",
  key: "",
  ctrlKey: false,
  shiftKey: false,
  altKey: false,
  metaKey: false,
  target: null as EventTarget | null,
  ...more,
});
const row = (chord: string, more: Partial<Shortcut> = {}): Shortcut => ({ chord, word: "keys.commands", run: () => {}, ...more });
const found = (event: Partial<KeyboardEvent>, table: Shortcut[], mac = false) => shortcutFor(press(event), table, mac)?.chord;

describe("a shortcut", () => {
  it("with Ctrl goes by what is typed", () => {
    const table = [row("Ctrl+K"), row("Ctrl+Z"), row("Ctrl+Shift+Z"), row("Ctrl+1"), row("Ctrl+,")];
    expect(found({ ctrlKey: true, code: "KeyK", key: "k" }, table)).toBe("Ctrl+K");
    // QWERTZ: Z lies where Y is on a US keyboard.
    expect(found({ ctrlKey: true, code: "KeyY", key: "z" }, table)).toBe("Ctrl+Z");
    expect(found({ ctrlKey: true, shiftKey: true, code: "KeyZ", key: "Z" }, table)).toBe("Ctrl+Shift+Z");
    // AZERTY: digits need Shift; the key counts.
    expect(found({ ctrlKey: true, code: "Digit1", key: "&" }, table)).toBe("Ctrl+1");
    // Without Latin letters: the place.
    expect(found({ ctrlKey: true, code: "KeyK", key: "л" }, table)).toBe("Ctrl+K");
    expect(found({ ctrlKey: true, code: "Comma", key: "," }, table)).toBe("Ctrl+,");
  });

  it("without Ctrl goes by the key's place", () => {
    const table = [row("KeyN"), row("Digit2"), row("PageUp"), row("F1"), row("F6"), row("Shift+F6")];
    expect(found({ code: "KeyN", key: "т" }, table)).toBe("KeyN");
    expect(found({ code: "Digit2", key: "é" }, table)).toBe("Digit2");
    expect(found({ code: "F6", key: "F6" }, table)).toBe("F6");
    expect(found({ code: "F6", key: "F6", shiftKey: true }, table)).toBe("Shift+F6");
    expect(found({ code: "KeyN", key: "N", shiftKey: true }, table)).toBeUndefined();
    expect(found({ code: "KeyN", key: "n", altKey: true }, table)).toBeUndefined();
  });

  it("reads Ctrl as Cmd on macOS, and only that", () => {
    const table = [row("Ctrl+K")];
    expect(found({ metaKey: true, code: "KeyK", key: "k" }, table, true)).toBe("Ctrl+K");
    expect(found({ ctrlKey: true, code: "KeyK", key: "k" }, table, true)).toBeUndefined();
    expect(found({ metaKey: true, code: "KeyK", key: "k" }, table, false)).toBeUndefined();
  });

  it("of a single key does not work in a text field; with Ctrl and F keys it does, unless it says not", () => {
    const target = document.createElement("input");
    const table = [row("KeyN"), row("Ctrl+K"), row("F1"), row("Ctrl+Z", { inText: false })];
    expect(found({ target, code: "KeyN", key: "n" }, table)).toBeUndefined();
    expect(found({ target, ctrlKey: true, code: "KeyK", key: "k" }, table)).toBe("Ctrl+K");
    expect(found({ target, code: "F1", key: "F1" }, table)).toBe("F1");
    expect(found({ target, ctrlKey: true, code: "KeyZ", key: "z" }, table)).toBeUndefined();
  });

  it("of a letter or digit alone can be switched off, and only that", () => {
    const table = [row("KeyN"), row("Digit2"), row("PageUp"), row("F9"), row("Ctrl+K")];
    const off = (event: Partial<KeyboardEvent>) => shortcutFor(press(event), table, false, false)?.chord;
    expect([off({ code: "KeyN", key: "n" }), off({ code: "Digit2", key: "2" })]).toEqual([undefined, undefined]);
    expect(off({ code: "F9", key: "F9" })).toBe("F9");
    expect(off({ code: "PageUp", key: "PageUp" })).toBe("PageUp");
    expect(off({ ctrlKey: true, code: "KeyK", key: "k" })).toBe("Ctrl+K");
  });

  it("that types a sign, wherever it was bound to, is switched off with the letters", () => {
    const table = [row("Period"), row("Numpad5"), row("F13")];
    const off = (event: Partial<KeyboardEvent>) => shortcutFor(press(event), table, false, false)?.chord;
    expect([off({ code: "Period", key: "." }), off({ code: "Numpad5", key: "5" })]).toEqual([undefined, undefined]);
    expect(off({ code: "F13", key: "F13" })).toBe("F13");
    expect(found({ code: "Period", key: "." }, table)).toBe("Period");
  });

  it("without a key is heard by none, not even by one that has no name, and shows no cap", () => {
    const table = [row("")];
    expect(found({ code: "", key: "" }, table)).toBeUndefined();
    expect(found({ code: "KeyN", key: "n" }, table)).toBeUndefined();
    expect(capsOf("", (code) => code, false)).toEqual([]);
    expect(ariaOf("")).toBeUndefined();
  });

  it("that is off lets the next row have the key", () => {
    const table = [row("F1", { off: () => true }), row("F1", { word: "keys.sheet" })];
    expect(shortcutFor(press({ code: "F1", key: "F1" }), table, false)?.word).toBe("keys.sheet");
  });

  it("is shown with the caps of this keyboard", () => {
    const cap = (code: string) => (code === "KeyN" ? "Т" : code);
    expect(capsOf("Ctrl+Shift+Z", cap, false)).toEqual(["Control", "Shift", "Z"]);
    expect(capsOf("Ctrl+Shift+Z", cap, true)).toEqual(["⌘", "⇧", "Z"]);
    expect(capsOf("KeyN", cap, false)).toEqual(["Т"]);
    expect(ariaOf("Ctrl+K")).toBe("Control+K");
    expect(ariaOf("KeyN")).toBe("N");
    expect([ariaOf("Period"), ariaOf("Ctrl+,"), ariaOf("PageUp")]).toEqual([".", "Control+,", "PageUp"]);
  });
});
