import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DriveKeys, HEARTBEAT_MS } from "./keys";

const TABLE = ["KeyW", "KeyS", "ArrowUp", "ArrowDown"];

let sent: { held: string[]; on: boolean }[];
let keys: DriveKeys;
let field: HTMLInputElement;

const last = () => sent.at(-1);
const press = (code: string, more: KeyboardEventInit = {}, target: EventTarget = document.body) => {
  const event = new KeyboardEvent("keydown", { code, key: code, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
};
const lift = (code: string) => document.body.dispatchEvent(new KeyboardEvent("keyup", { code, bubbles: true }));

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  keys = new DriveKeys({ keys: async (held, on) => void sent.push({ held, on }) });
  keys.table(TABLE);
  keys.attach(window);
  field = document.body.appendChild(document.createElement("input"));
});
afterEach(() => {
  keys.detach();
  field.remove();
  vi.useRealTimers();
});

describe("drive keys", () => {
  it("are off at first, and then nothing is sent", () => {
    press("KeyW");
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([]);
  });

  it("send the whole set on every change", () => {
    keys.switch(true);
    press("KeyW");
    expect(last()).toEqual({ held: ["KeyW"], on: true });
    press("ArrowUp");
    expect(last()).toEqual({ held: ["ArrowUp", "KeyW"], on: true });
    lift("KeyW");
    expect(last()).toEqual({ held: ["ArrowUp"], on: true });
  });

  it("send it again every 80 ms while they are on, and not after", () => {
    keys.switch(true);
    press("KeyW");
    sent.length = 0;
    vi.advanceTimersByTime(HEARTBEAT_MS * 5);
    expect(sent).toEqual(Array(5).fill({ held: ["KeyW"], on: true }));
    keys.switch(false);
    expect(last()).toEqual({ held: [], on: false });
    sent.length = 0;
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([]);
  });

  it("switched on while a key is down begin with nothing held", () => {
    press("KeyW");
    keys.switch(true);
    expect(last()).toEqual({ held: [], on: true });
  });

  it("ignore the system's repeats", () => {
    keys.switch(true);
    press("KeyW");
    sent.length = 0;
    press("KeyW", { repeat: true });
    expect(sent).toEqual([]);
  });

  it("ignore what is not in the table, and let the page have it", () => {
    keys.switch(true);
    sent.length = 0;
    expect(press("KeyX").defaultPrevented).toBe(false);
    expect(sent).toEqual([]);
    expect(press("ArrowUp").defaultPrevented).toBe(true);
  });

  it.each([
    ["CapsLock", { key: "W" }],
    ["an AZERTY layout", { key: "z" }],
    ["a Cyrillic layout", { key: "ц" }],
    ["Shift", { key: "W", shiftKey: true }],
  ])("go by the key's place under %s", (_, more) => {
    keys.switch(true);
    press("KeyW", more);
    expect(last()).toEqual({ held: ["KeyW"], on: true });
  });

  it.each(["ctrlKey", "altKey", "metaKey"] as const)("are all let go when %s comes", (modifier) => {
    keys.switch(true);
    press("KeyW");
    press("ArrowUp");
    press("Modifier", { [modifier]: true });
    expect(last()).toEqual({ held: [], on: true });
    press("KeyS", { [modifier]: true });
    expect(last()).toEqual({ held: [], on: true });
  });

  it.each([
    ["blur", () => window.dispatchEvent(new Event("blur"))],
    ["pagehide", () => window.dispatchEvent(new Event("pagehide"))],
    ["focus in a text field", () => field.dispatchEvent(new FocusEvent("focusin", { bubbles: true }))],
    [
      "a hidden page",
      () => {
        const hidden = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
        document.dispatchEvent(new Event("visibilitychange"));
        hidden.mockRestore();
      },
    ],
  ])("are all let go on %s", (_, happen) => {
    keys.switch(true);
    press("KeyW");
    keys.press(1, "ArrowUp");
    happen();
    expect(last()).toEqual({ held: [], on: true });
  });

  it("type in a text field", () => {
    keys.switch(true);
    const event = press("KeyW", {}, field);
    expect(event.defaultPrevented).toBe(false);
    expect(last()).toEqual({ held: [], on: true });
  });

  it("still come up when the finger does, wherever the focus went", () => {
    keys.switch(true);
    press("KeyW");
    lift("KeyW");
    expect(last()).toEqual({ held: [], on: true });
  });

  it("on screen go the same way, one a pointer", () => {
    keys.switch(true);
    keys.press(1, "KeyW");
    keys.press(2, "ArrowUp");
    expect(last()).toEqual({ held: ["ArrowUp", "KeyW"], on: true });
    keys.release(1);
    expect(last()).toEqual({ held: ["ArrowUp"], on: true });
    keys.release(9);
    keys.release(2);
    expect(last()).toEqual({ held: [], on: true });
  });

  it.each(["pointerup", "pointercancel"])("on screen come up with a %s anywhere, though the key has gone", (type) => {
    keys.switch(true);
    keys.press(7, "KeyW");
    document.body.dispatchEvent(new PointerEvent(type, { pointerId: 3, bubbles: true }));
    expect(last()).toEqual({ held: ["KeyW"], on: true });
    document.body.dispatchEvent(new PointerEvent(type, { pointerId: 7, bubbles: true }));
    expect(last()).toEqual({ held: [], on: true });
  });

  it("on screen are left with their screen; the keyboard's stay held", () => {
    keys.switch(true);
    press("KeyW");
    keys.press(7, "ArrowUp");
    keys.releasePad();
    expect(last()).toEqual({ held: ["KeyW"], on: true });
  });

  it("stay held by the keyboard when a pointer leaves the same key", () => {
    keys.switch(true);
    press("KeyW");
    keys.press(1, "KeyW");
    keys.release(1);
    expect(keys.held).toEqual(["KeyW"]);
  });

  it("are let go when another table counts", () => {
    keys.switch(true);
    press("KeyW");
    keys.table(["KeyW"]);
    expect(last()).toEqual({ held: [], on: true });
  });

  it("stay held when the same table comes again", () => {
    keys.switch(true);
    press("KeyW");
    keys.table([...TABLE].reverse());
    expect(keys.held).toEqual(["KeyW"]);
  });

  it("go off for good when the page is left", () => {
    keys.switch(true);
    press("KeyW");
    keys.detach();
    expect(last()).toEqual({ held: [], on: false });
    sent.length = 0;
    press("KeyS");
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([]);
  });

  it("survive a door that refuses", async () => {
    const failing = new DriveKeys({ keys: () => Promise.reject(new Error("gone")) });
    failing.table(TABLE);
    failing.switch(true);
    failing.press(1, "KeyW");
    await vi.advanceTimersByTimeAsync(200);
    expect(failing.held).toEqual(["KeyW"]);
    failing.switch(false);
  });
});
