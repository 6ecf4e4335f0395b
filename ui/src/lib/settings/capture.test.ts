import { describe, expect, it } from "vitest";
import { caught } from "./capture";

const press = (code: string, more: Partial<KeyboardEvent> = {}) =>
  caught({ code, key: code, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });

describe("a key that is waited for", () => {
  it("is taken by its place, with Shift or without", () => {
    expect(press("KeyY", { key: "z" })).toEqual({ kind: "key", code: "KeyY" });
    expect(press("F13")).toEqual({ kind: "key", code: "F13" });
    expect(press("NumpadAdd", { shiftKey: true })).toEqual({ kind: "key", code: "NumpadAdd" });
  });

  it("is left by Esc and switched off by Delete or Backspace", () => {
    expect(press("Escape")).toEqual({ kind: "left" });
    expect([press("Delete"), press("Backspace")]).toEqual([{ kind: "off" }, { kind: "off" }]);
  });

  it("is not one that means the same everywhere, nor one without a name", () => {
    for (const code of ["Space", "Enter", "F1", "F6", "F11"]) expect(press(code)).toEqual({ kind: "reserved", code });
    expect(press("", { key: "Unidentified" })).toEqual({ kind: "nameless" });
  });

  it("leaves shortcuts, modifiers, Tab and what is still held to others", () => {
    expect(press("KeyK", { ctrlKey: true })).toBeNull();
    expect(press("KeyK", { altKey: true })).toBeNull();
    expect(press("KeyK", { metaKey: true })).toBeNull();
    for (const code of ["ShiftLeft", "ControlLeft", "AltRight", "Tab"]) expect(press(code)).toBeNull();
    expect(press("Enter", { repeat: true })).toBeNull();
  });
});
