// What a setting changes in the page: at once, by the core's word, and taken over once from an earlier window.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { driveKeys } from "../../screens/drive/keys";
import { recordKeys } from "../../screens/record/keys";
import { App } from "../app.svelte";
import { FakeBackend } from "../fake/backend";
import type { SettingValue } from "../protocol";
import { setLanguage } from "../words";
import { de } from "../words/de";
import { en } from "../words/en";
import type { Change } from "./catalogue";

let backend: FakeBackend;
let app: App;
let end: () => void = () => {};
const root = () => document.documentElement.dataset;

async function begin(scenario: string, before: (backend: FakeBackend) => void = () => {}) {
  backend = new FakeBackend(scenario);
  before(backend);
  app = new App(backend, window);
  end = app.start();
  await vi.advanceTimersByTimeAsync(50);
}

/** As if somebody had changed the core's settings: from this page or not. */
async function set(...changes: Change[]) {
  const done = await app.settings.set(changes);
  await vi.advanceTimersByTimeAsync(10);
  return done;
}

const asked = () => backend.asked.flatMap(({ ask }) => (ask.do === "set_settings" ? [ask.with] : []));
const value = (name: string): SettingValue | undefined => app.settings.card(name)?.value;
const press = (code: string) =>
  document.body.dispatchEvent(new KeyboardEvent("keydown", { code, key: code, bubbles: true, cancelable: true }));

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  window.matchMedia = vi.fn().mockReturnValue({ matches: false, addEventListener: vi.fn() });
  window.location.hash = "";
});
afterEach(() => {
  end();
  setLanguage("en", en);
  vi.useRealTimers();
});

describe("the look", () => {
  it("is what the core says, from the first word on, and changes live", async () => {
    await begin("settings");
    expect(root().text).toBe("110");
    await set(["look.theme", "dark"], ["look.text", "125"]);
    expect([root().theme, root().text, app.theme.dark]).toEqual(["dark", "125", true]);
    backend.world.handlers.set_settings?.(backend.world, [["look.theme", "light"]]);
    expect(root().theme).toBe("light");
  });

  it("switches letters off as shortcuts, with their caps", async () => {
    await begin("driving");
    expect(app.bound("next")).toBe("KeyN");
    await set(["look.letters", false]);
    expect([app.theme.letters, app.bound("next"), app.bound("drive_keys")]).toEqual([false, "", "F9"]);
  });
});

describe("what an earlier window kept", () => {
  const kept = { "tendon.theme": "dark", "tendon.text": "125", "tendon.letters": "off", "tendon.sounds": "off" };
  beforeEach(() => Object.entries(kept).forEach(([key, text]) => localStorage.setItem(key, text)));

  it("is taken over once into the core, and forgotten here", async () => {
    await begin("ready");
    expect(asked()).toEqual([[["look.theme", "dark"], ["look.text", "125"], ["look.letters", false], ["sound.on", false]]]);
    expect(Object.keys(kept).filter((key) => localStorage.getItem(key) !== null)).toEqual([]);
    expect(root().theme).toBe("dark");
    expect(app.sounds.on).toBe(false);
    end();
    await begin("ready");
    expect(asked()).toEqual([]);
  });

  it("does not win over what somebody has set since", async () => {
    await begin("settings");
    expect(asked().flat().map(([name]) => name)).not.toContain("look.text");
    expect(value("look.text")).toBe("110");
  });

  it("waits while the settings file is not used", async () => {
    await begin("settings_broken");
    expect(asked()).toEqual([]);
    expect(localStorage.getItem("tendon.theme")).toBe("dark");
  });

  it("that makes no sense is left out", async () => {
    localStorage.clear();
    localStorage.setItem("tendon.theme", "mauve");
    await begin("ready");
    expect(asked()).toEqual([]);
    expect(localStorage.getItem("tendon.theme")).toBeNull();
  });
});

describe("keys that were bound anew", () => {
  const chords = (rows: { word: string; chord: string }[]) => Object.fromEntries(rows.map((row) => [row.word, row.chord]));

  it("are what the shortcuts of Record and Drive hear", async () => {
    await begin("driving");
    await set(["keys.next", "Period"], ["keys.by_leader", ""], ["keys.faster", "F8"]);
    expect(chords(recordKeys(app))).toMatchObject({ "record.next": "Period", "record.again": "KeyR", "drive.by.leader": "", "drive.faster": "F8" });
    expect(chords(driveKeys(app))).toMatchObject({ "drive.by.keys": "Digit1" });
  });

  it("stop too, where one was bound to that, and no more once it is not", async () => {
    await begin("driving");
    press("F13");
    expect(backend.world.stops).toBe(0);
    await set(["keys.stop_also", "F13"]);
    press("F13");
    expect(backend.world.stops).toBe(1);
    await set(["keys.stop_also", null]);
    press("F13");
    expect(backend.world.stops).toBe(1);
  });

  it("drive, and the old ones do not", async () => {
    await begin("driving");
    await set(["keys.shoulder_pan_plus", "KeyJ"]);
    const codes = app.topics.drive?.keys.map((cap) => cap.code);
    expect(codes).toContain("KeyJ");
    expect(codes).not.toContain("ArrowRight");
  });
});

describe("setting", () => {
  it("goes back with undo, also to what nobody had set, and on again with redo", async () => {
    await begin("ready");
    await set(["record.fps", 60]);
    expect(app.settings.card("record.fps")).toMatchObject({ value: 60, source: "file" });
    app.undo.undo();
    await vi.advanceTimersByTimeAsync(10);
    expect(app.settings.card("record.fps")).toMatchObject({ value: 30, source: "usual" });
    app.undo.redo();
    await vi.advanceTimersByTimeAsync(10);
    expect(value("record.fps")).toBe(60);
  });

  it("that is refused changes nothing, cannot be undone, and is said where no row is", async () => {
    await begin("ready");
    expect(await set(["limits.temperature_stop", 50])).toBe(false);
    expect(value("limits.temperature_stop")).toBe(65);
    expect(app.undo.canUndo).toBe(false);
    expect(app.toasts.list).toMatchObject([{ level: "fault", message: "The arm would stop before it warns." }]);
  });

  it("that is refused at its row is said there, until it is set after all", async () => {
    await begin("ready");
    await app.settings.set([["limits.temperature_stop", 50]], "row");
    expect(app.toasts.list).toEqual([]);
    expect(app.urgent).toContain("The arm would stop before it warns.");
    expect(app.settings.refused.get("limits.temperature_stop")?.remedy).toContain("above");
    await app.settings.set([["limits.temperature_stop", 60]], "row");
    expect(app.settings.refused.size).toBe(0);
  });

  it("that was refused at its row is forgotten when the page speaks another language", async () => {
    await begin("ready");
    await app.settings.set([["limits.temperature_stop", 50]], "row");
    expect(app.settings.refused.size).toBe(1);
    setLanguage("de", de);
    expect(app.settings.refused.size).toBe(0);
    await app.settings.set([["drive.rate_hz", 9999]], "row");
    expect([...app.settings.refused.keys()]).toEqual(["drive.rate_hz"]);
    setLanguage("en", en);
    expect(app.settings.refused.size).toBe(0);
  });

  it("comes in the order in which it was asked for, however slow the first is", async () => {
    await begin("ready");
    let open: (go: unknown) => void = () => {};
    backend.intercept = (request, reply) =>
      request.ask.do === "set_settings" && JSON.stringify(request.ask).includes("dark") ? new Promise((go) => (open = () => go(reply))) : reply;
    const first = app.settings.set([["look.theme", "dark"]]);
    const second = app.settings.set([["look.theme", "light"]]);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked()).toHaveLength(1);
    open(null);
    expect([await first, await second]).toEqual([true, true]);
    expect(value("look.theme")).toBe("light");
  });
});

it("a session begins with the rate that is set", async () => {
  await begin("settings");
  const { trySimulated } = await import("../../screens/home/start");
  await trySimulated(app);
  const start = backend.asked.map(({ ask }) => ask).find((ask) => ask.do === "start_drive");
  expect(start).toMatchObject({ with: { rate_hz: 100 } });
});
