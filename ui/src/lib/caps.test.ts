import { describe, expect, it, vi } from "vitest";
import { Caps } from "./caps";

const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, isComposing: false };

describe("the cap of a key", () => {
  it("is that of a US keyboard while nothing else is known", () => {
    const caps = new Caps();
    expect(["KeyQ", "Digit3", "ArrowLeft", "Comma", "F9"].map((code) => caps.cap(code))).toEqual(["Q", "3", "←", ",", "F9"]);
  });

  it("is the layout's where the browser tells", async () => {
    const changed = vi.fn();
    const caps = new Caps(changed);
    await caps.ask({ keyboard: { getLayoutMap: async () => new Map([["KeyQ", "a"], ["KeyW", "z"], ["ArrowUp", "x"]]) } });
    expect([caps.cap("KeyQ"), caps.cap("KeyW"), caps.cap("ArrowUp")]).toEqual(["A", "Z", "↑"]);
    expect(changed).toHaveBeenCalledOnce();
  });

  it("stays when the browser does not tell or refuses", async () => {
    const caps = new Caps();
    await caps.ask({});
    await caps.ask({ keyboard: { getLayoutMap: () => Promise.reject(new Error("no")) } });
    expect(caps.cap("KeyQ")).toBe("Q");
  });

  it("is learned from what the key typed", () => {
    const changed = vi.fn();
    const caps = new Caps(changed);
    caps.seen({ ...none, code: "KeyQ", key: "a" });
    expect(caps.cap("KeyQ")).toBe("A");
    caps.seen({ ...none, code: "KeyQ", key: "A" });
    expect(changed).toHaveBeenCalledOnce();
  });

  it.each([
    { shiftKey: true, key: "?" },
    { altKey: true, key: "@" },
    { ctrlKey: true, key: "q" },
    { isComposing: true, key: "か" },
    { key: "Dead" },
    { key: " " },
  ])("is not learned from %j", (event) => {
    const caps = new Caps();
    caps.seen({ ...none, code: "KeyW", ...event });
    expect(caps.cap("KeyW")).toBe("W");
  });
});
