// The Settings screen as a person meets it, on the pretended bench.

import { mount, tick, unmount } from "svelte";
import type { Component } from "svelte";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { FakeBackend } from "../../lib/fake/backend";

let Root: Component<{ backend: FakeBackend }>;
let page: Record<string, unknown> | null = null;
let backend: FakeBackend;

beforeAll(async () => {
  window.matchMedia = ((media: string) => ({
    media,
    matches: false,
    addEventListener() {},
    removeEventListener() {},
  })) as unknown as typeof window.matchMedia;
  window.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  } as unknown as typeof ResizeObserver;
  HTMLCanvasElement.prototype.getContext = () => null;
  Element.prototype.hasPointerCapture = () => false;
  Root = (await import("../../Root.svelte")).default as unknown as typeof Root;
}, 120_000);

afterEach(() => {
  if (page) void unmount(page);
  page = null;
  document.body.innerHTML = "";
  localStorage.clear();
  vi.useRealTimers();
});

async function settle(ms = 20): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await tick();
}

async function open(scenario: string, section: string): Promise<void> {
  vi.useFakeTimers();
  location.hash = `#settings/${section}`;
  backend = new FakeBackend(scenario);
  page = mount(Root, { target: document.body, props: { backend } });
  await settle();
}

const asked = () => backend.asked.flatMap(({ ask }) => (ask.do === "set_settings" ? [ask.with] : []));
const text = () => document.querySelector("main")?.textContent?.replace(/\s+/g, " ") ?? "";

function one<E extends Element = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}
const row = (name: string) => `[data-test=setting][data-value="${name}"]`;
const cap = (name: string) => one(`[data-binding="keys.${name}"]`);

function button(name: string): HTMLElement {
  const found = [...document.querySelectorAll<HTMLElement>("button")].find(
    (it) => (it.getAttribute("aria-label") ?? it.textContent ?? "").trim().startsWith(name),
  );
  if (!found) throw new Error(`no button ${name}`);
  return found;
}

function type(selector: string, value: string): HTMLInputElement {
  const field = one<HTMLInputElement>(selector);
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return field;
}

const press = (code: string, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent("keydown", { code, key: code, bubbles: true, cancelable: true, ...more });
  (document.activeElement ?? document.body).dispatchEvent(event);
  return event;
};

async function capture(name: string, code: string): Promise<void> {
  cap(name).focus();
  cap(name).click();
  await settle();
  press(code);
  await settle();
}

describe("Settings", () => {
  it("opens by Ctrl and comma, and the rail marks it", async () => {
    await open("ready", "sound");
    location.hash = "#home";
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    await settle();
    press("Comma", { key: ",", ctrlKey: true });
    await settle();
    expect(one("[aria-current=page]").textContent).toContain("Settings");
    expect(one("[aria-current=page]").getAttribute("aria-keyshortcuts")).toBe("Control+,");
  });

  it("shows one section, and all that a search finds", async () => {
    await open("settings", "record");
    expect(document.querySelectorAll("[data-test=setting]")).toHaveLength(4);
    type("#settings-search", "temperature");
    await settle();
    expect([...document.querySelectorAll("[data-test=setting]")].map((it) => it.getAttribute("data-value"))).toEqual([
      "limits.temperature_warn",
      "limits.temperature_stop",
    ]);
    type("#settings-search", "zebra");
    await settle();
    expect(text()).toContain("No setting fits “zebra”.");
    one("#settings-search").focus();
    press("Escape");
    await settle();
    expect(document.querySelectorAll("[data-test=setting]")).toHaveLength(4);
  });

  it("goes from section to section by arrows, with one tab stop", async () => {
    await open("ready", "look");
    one("[data-section=look]").focus();
    press("ArrowDown");
    await settle();
    expect(document.activeElement?.getAttribute("data-section")).toBe("sound");
    press("End");
    await settle();
    expect(one("[data-test=settings]").getAttribute("data-value")).toBe("window");
    expect(document.querySelectorAll("[data-section][tabindex='0']")).toHaveLength(1);
  });

  it("takes a number when it stands still or on Enter, and not while it is typed", async () => {
    await open("ready", "record");
    const field = type(`${row("record.episode_s")} input`, "4");
    await settle(300);
    type(`${row("record.episode_s")} input`, "45");
    await settle(300);
    expect(asked()).toEqual([]);
    await settle(1000);
    expect(asked()).toEqual([[["record.episode_s", 45]]]);
    type(`${row("record.episode_s")} input`, "60");
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    await settle();
    expect(asked().at(-1)).toEqual([["record.episode_s", 60]]);
    expect(field.value).toBe("60");
  });

  it("does not ask for a number that cannot be, says what can, and shows what holds when it is left", async () => {
    await open("ready", "limits");
    const field = type(`${row("limits.joint_speed")} input`, "400");
    await settle(1500);
    expect(asked()).toEqual([]);
    expect(one(row("limits.joint_speed")).textContent).toContain("It must be from 5 to 180.");
    field.dispatchEvent(new FocusEvent("blur"));
    await settle();
    expect(field.value).toBe("180");
  });

  it("says at its row what the core refuses, and the old value is back", async () => {
    await open("ready", "limits");
    const field = type(`${row("limits.temperature_stop")} input`, "50");
    await settle(1500);
    expect(one(`${row("limits.temperature_stop")} [data-test=refused]`).textContent).toContain("would stop before it warns");
    expect(field.value).toBe("65");
    expect(document.querySelectorAll(".toast")).toHaveLength(0);
  });

  it("says where a value comes from, and what the environment sets cannot be changed", async () => {
    await open("settings", "drive");
    expect(one(row("drive.rate_hz")).textContent).toContain("from the file");
    const speed = one<HTMLInputElement>(`${row("drive.speed")} input`);
    expect(one(row("drive.speed")).textContent).toContain("Set by the environment variable TENDON_DRIVE_SPEED");
    expect(speed.readOnly).toBe(true);
    expect(document.getElementById(speed.getAttribute("aria-describedby")?.split(" ").at(-1) ?? "")?.textContent).toContain("TENDON_DRIVE_SPEED");
  });

  it("brings a value back to the usual one, and undo brings it back from there", async () => {
    await open("settings", "drive");
    button("Back to the usual value: 120\u00a0Hz").click();
    await settle();
    expect(asked()).toEqual([[["drive.rate_hz", null]]]);
    expect(one(row("drive.rate_hz")).textContent).not.toContain("from the file");
    document.body.focus();
    press("KeyZ", { key: "z", ctrlKey: true });
    await settle();
    expect(one<HTMLInputElement>(`${row("drive.rate_hz")} input`).value).toBe("100");
  });

  it("wants the whole path of a folder, and says when it cannot be used", async () => {
    await open("ready", "storage");
    const field = type(`${row("storage.datasets")} input`, "sets");
    field.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    expect(asked()).toEqual([]);
    expect(one(row("storage.datasets")).textContent).toContain("Give the whole path");
    type(`${row("storage.datasets")} input`, "/mnt/stick").dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    expect(one(`${row("storage.datasets")} [data-test=refused]`).textContent).toContain("cannot be written to");
    expect(field.value).toBe("");
  });

  it("says what takes effect only at the next start", async () => {
    await open("ready", "log");
    expect(one(row("log.files")).textContent).toContain("Takes effect at the next start.");
    expect(one(row("log.level")).textContent).not.toContain("next start");
  });
});

describe("a settings file", () => {
  it("that is not used is named here and on Home; begun anew, it says where the old one stays", async () => {
    await open("settings_broken", "look");
    expect(one("[data-test=settings-problem]").textContent).toContain("line 7");
    button("Begin anew").click();
    await settle();
    expect(one("[role=dialog]").textContent).toContain("The old file is not deleted");
    expect(backend.asked.some(({ ask }) => ask.do === "begin_settings_anew")).toBe(false);
    [...document.querySelectorAll<HTMLElement>("[role=dialog] button")].find((it) => it.textContent?.trim() === "Begin anew")?.click();
    await settle();
    expect(backend.asked.some(({ ask }) => ask.do === "begin_settings_anew")).toBe(true);
    expect(document.querySelector("[data-test=settings-problem]")).toBeNull();
    expect(document.body.textContent).toContain("settings.toml.broken");
  });

  it("that is not used is named on Home, with the way here", async () => {
    await open("settings_broken", "look");
    location.hash = "#home";
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    await settle();
    expect(one("[data-test=home]").textContent).toContain("The settings file is wrong");
    button("Open Settings").click();
    await settle();
    expect(location.hash).toBe("#settings");
  });

  it("is not begun anew for a variable of the environment", async () => {
    await open("settings_variable", "look");
    expect(one("[data-test=settings-problem]").textContent).toContain("TENDON_RECORD_FPS");
    expect(one("[data-test=settings-problem]").querySelector("button")).toBeNull();
  });

  it("has its path, and the keys that nobody knows with their lines", async () => {
    await open("settings", "look");
    expect(one("[data-test=settings-file]").textContent).toContain("/home/user/.config/tendon/settings.toml");
    expect(one("[data-test=settings-file]").textContent).toContain("drive.elbow_room, line 14");
  });
});

describe("a key", () => {
  it("is bound by pressing its row and then the key", async () => {
    await open("ready", "keys");
    await capture("next", "KeyB");
    expect(asked()).toEqual([[["keys.next", "KeyB"]]]);
    expect(cap("next").textContent).toContain("B");
    expect(document.activeElement).toBe(cap("next"));
  });

  it("is left by Esc and switched off by Delete", async () => {
    await open("ready", "keys");
    await capture("next", "Escape");
    expect(asked()).toEqual([]);
    expect(cap("next").textContent).toContain("N");
    await capture("next", "Delete");
    expect(asked()).toEqual([[["keys.next", ""]]]);
    expect(cap("next").textContent).toContain("off");
  });

  it("that is reserved is not taken, and another is waited for", async () => {
    await open("ready", "keys");
    await capture("next", "F6");
    expect(one("[data-test=key-remark]").textContent).toContain("F6 means the same everywhere");
    press("KeyB");
    await settle();
    expect(asked()).toEqual([[["keys.next", "KeyB"]]]);
    expect(document.querySelector("[data-test=key-remark]")).toBeNull();
  });

  it("that another has is named with it, and swapped in one request", async () => {
    await open("ready", "keys");
    await capture("next", "KeyR");
    expect(asked()).toEqual([]);
    expect(one("[data-test=key-remark]").textContent).toContain("R belongs to Record again (Record).");
    expect(document.activeElement?.textContent?.trim()).toBe("Swap");
    button("Swap").click();
    await settle();
    expect(asked()).toEqual([[["keys.next", "KeyR"], ["keys.again", "KeyN"]]]);
    expect(document.activeElement).toBe(cap("next"));
  });

  it("that another has is taken away from it, or left", async () => {
    await open("ready", "keys");
    await capture("next", "KeyR");
    button("Leave it").click();
    await settle();
    expect(asked()).toEqual([]);
    await capture("next", "KeyR");
    button("Take it").click();
    await settle();
    expect(asked()).toEqual([[["keys.next", "KeyR"], ["keys.again", ""]]]);
  });

  it("that stops still stops while another is waited for, and is not swallowed", async () => {
    await open("driving", "keys");
    cap("next").focus();
    cap("next").click();
    await settle();
    press("Space");
    await settle();
    expect(backend.world.stops).toBe(1);
    expect(cap("next").textContent).toContain("Press the key");
    press("Escape");
    await settle();
    expect(backend.world.stops).toBe(2);
    expect(asked()).toEqual([]);
  });

  it("that is waited for is left with the focus, and shortcuts go their way", async () => {
    await open("ready", "keys");
    cap("next").focus();
    cap("next").click();
    await settle();
    expect(press("KeyQ", { ctrlKey: true }).defaultPrevented).toBe(false);
    cap("next").blur();
    await settle();
    expect(cap("next").textContent).toContain("N");
    expect(asked()).toEqual([]);
  });

  it("that the environment sets cannot be bound, and says so", async () => {
    await open("settings", "keys");
    cap("faster").click();
    await settle();
    expect(cap("faster").textContent).not.toContain("Press the key");
    expect(text()).toContain("Set by TENDON_KEYS_FASTER");
  });

  it("is as usual again when all are reset", async () => {
    await open("settings", "keys");
    button("Reset all keys").click();
    await settle();
    expect(asked()).toEqual([[["keys.stop_also", null], ["keys.next", null], ["keys.by_leader", null]]]);
    expect(cap("next").textContent).toContain("N");
    expect(button("Reset all keys").getAttribute("aria-disabled")).toBe("true");
  });

  it("shows on what it presses, and in the sheet of keys; one that is off shows nowhere", async () => {
    await open("settings", "keys");
    location.hash = "#drive";
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    await settle();
    press("F1");
    await settle();
    const sheet = one("[role=dialog]");
    const line = (word: string) => [...sheet.querySelectorAll("dl div")].find((it) => it.textContent?.includes(word));
    expect(line("Stop, while torque")?.textContent).toContain("F13");
    expect(line("Faster")?.textContent).toContain("F8");
    expect(line("leader")?.querySelector("kbd")).toBeNull();
  });
});
