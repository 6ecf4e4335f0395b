// The page as a person meets it, on the pretended bench: what is pressed becomes what is asked, and what is told shows.

import { afterEach, describe, expect, it, vi } from "vitest";
import { FakeBackend } from "../lib/fake/backend";
import { setLanguage } from "../lib/words";
import { de } from "../lib/words/de";
import { en } from "../lib/words/en";
import { LANGUAGES } from "../lib/words/language";
import { asks, button, open, press, settle, type, withPages } from "./testing";

withPages();
afterEach(() => setLanguage("en", en));

/** The same by a window that was started for the simulated arm. */
async function openForSimulated(scenario: string): Promise<FakeBackend> {
  history.replaceState(null, "", "?simulated");
  return open(scenario, "#home");
}

const ARM = encodeURIComponent("known:Bench follower");

describe("Record", () => {
  it("checks a form that is whole, adds to what is there, and opens what was chosen", async () => {
    const backend = await open("ready", "#record");
    await settle(1000);
    expect(asks(backend, "preflight")).toHaveLength(0);
    type(0, "place_block");
    type(1, "Put the red block into the bin");
    await settle(1000);
    expect(asks(backend, "preflight")).toHaveLength(1);
    expect(document.body.textContent).toContain("goes on after 12 episodes");
    button(/Open and get ready/).click();
    await settle(50);
    expect(asks(backend, "start_record")[0]).toMatchObject({
      with: { dataset: "place_block", resume: true, keep_left_over: null, drive: { input: "leader" } },
    });
  });

  it("checks a form once that news of the bench leave as it was while its question waits", async () => {
    const backend = await open("ready", "#record");
    type(0, "stack_cups");
    type(1, "Stack the cups");
    await settle(100);
    backend.world.set("bench", { ...backend.world.topics.bench! });
    await settle(1000);
    expect(asks(backend, "preflight")).toHaveLength(1);
    expect(document.body.textContent).not.toContain("Looking");
  });

  it("checks a form again when the page speaks another language, since what was found is said in the old one", async () => {
    const backend = await open("ready", "#record");
    type(0, "stack_cups");
    type(1, "Stack the cups");
    await settle(1000);
    expect(asks(backend, "preflight")).toHaveLength(1);
    setLanguage("de", de);
    await settle(1000);
    expect(asks(backend, "preflight")).toHaveLength(2);
    setLanguage("en", en);
    await settle(1000);
    expect(asks(backend, "preflight")).toHaveLength(3);
  });

  it("asks about an episode that was left before anything new begins", async () => {
    const backend = await open("left_over", "#record");
    type(0, "stack_cups");
    type(1, "Stack the cups");
    await settle(1000);
    button(/Open and get ready/).click();
    await settle(50);
    expect(asks(backend, "start_record")).toHaveLength(0);
    button(/Keep it/).click();
    await settle(50);
    expect(asks(backend, "start_record")[0]).toMatchObject({ with: { keep_left_over: true } });
  });
});

describe("Drive", () => {
  /** A finger on the first key of the pad. */
  async function hold(backend: FakeBackend) {
    const key = document.querySelector("[data-code]");
    key?.dispatchEvent(new PointerEvent("pointerdown", { pointerId: 5, button: 0, bubbles: true }));
    await settle(100);
    expect(backend.sent.at(-1)).toEqual({ held: [key?.getAttribute("data-code")], on: true });
  }

  it("lets a key on screen go when its screen is left for another that drives", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    const backend = await open("driving", "#drive");
    await hold(backend);
    location.hash = "#record";
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    await settle(100);
    expect(backend.sent.at(-1)?.held).toEqual([]);
  });

  it("lets a key on screen go when the pad makes way for another input", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    const backend = await open("driving", "#drive");
    await hold(backend);
    const { drive } = backend.world.topics;
    if (drive) backend.world.set("drive", { ...drive, input: "tip", keys: drive.keys.slice(1) });
    await settle(100);
    expect(backend.sent.at(-1)?.held).toEqual([]);
  });

  it("lets a held key go when the program falls silent, says how old all is, and keeps Release", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    const backend = await open("silent", "#drive");
    await hold(backend);
    await settle(2500);
    expect(backend.sent.at(-1)).toEqual({ held: [], on: false });
    expect(document.querySelector("[data-test=session]")?.getAttribute("data-value")).toBe("unknown");
    expect(document.querySelector("[aria-labelledby=h-joints]")?.textContent).toMatch(/\d\ss old/);
    expect(button(/^\s*Hold/).getAttribute("aria-disabled")).toBe("true");
    expect(button(/Release gently/).hasAttribute("aria-disabled")).toBe(false);
  });

  it("shows the keys that drive, with the focus on what does nothing", async () => {
    await open("driving", "#drive");
    press("F1");
    await settle(20);
    expect(document.querySelector("[role=dialog]")?.textContent).toContain("Pan left · Pan right");
    expect(document.activeElement?.textContent?.trim()).toBe("Close");
  });
});

describe("Calibrate", () => {
  it("goes on by Enter, and not while a joint is left", async () => {
    const backend = await open("cal_middle", `#calibrate/${ARM}`);
    press("Enter");
    await settle(200);
    expect(asks(backend, "calibrate_step")).toEqual([{ do: "calibrate_step", with: "home_here" }]);
    press("Enter");
    await settle(100);
    expect(asks(backend, "calibrate_step")).toHaveLength(1);
  });

  it("goes to the review when every joint is known, and back by Backspace", async () => {
    await open("cal_complete", `#calibrate/${ARM}`);
    press("Enter");
    await settle(100);
    expect(document.querySelector("[data-test=calibrate]")?.getAttribute("data-value")).toBe("review");
    press("Backspace");
    await settle(100);
    expect(document.querySelector("[data-test=calibrate]")?.getAttribute("data-value")).toBe("recording");
  });

  it("leaves Enter to the button that has the focus", async () => {
    const backend = await open("cal_middle", `#calibrate/${ARM}`);
    button(/Cancel/).focus();
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { code: "Enter", key: "Enter", bubbles: true, cancelable: true }),
    );
    await settle(100);
    expect(asks(backend, "calibrate_step")).toHaveLength(0);
  });
});

describe("Set-up", () => {
  it("says what was refused and goes on anyway when that is offered", async () => {
    const backend = await open("setup_refused", `#setup/${encodeURIComponent("port:/dev/ttyACM3")}`);
    expect(document.body.textContent).toContain("This is motor 6");
    button(/Go on anyway/).click();
    await settle(50);
    expect(asks(backend, "set_up_step")).toEqual([{ do: "set_up_step", with: "anyway" }]);
  });
});

describe("Cameras", () => {
  it("sets up a camera that was found, under a free name", async () => {
    const backend = await open("cameras", "#cameras");
    button(/HD USB Camera/).click();
    await settle(20);
    button(/^\s*Set up/).click();
    await settle(50);
    expect(asks(backend, "save_camera")[0]).toMatchObject({
      with: { name: "top", width: 640, height: 480, place: { kind: "device" } },
    });
  });

  it("opens a preview only when it is asked to, and closes it when the screen is left", async () => {
    const backend = await open("cameras", "#cameras");
    expect(asks(backend, "open_camera")).toHaveLength(0);
    button(/Show picture/).click();
    await settle(100);
    expect(asks(backend, "open_camera")).toEqual([{ do: "open_camera", with: { key: "front" } }]);
    location.hash = "#home";
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    await settle(100);
    expect(asks(backend, "close_camera")).toEqual([{ do: "close_camera", with: { key: "front" } }]);
  });
});

describe("a window that was started for the simulated arm", () => {
  it("opens it once, and not again after a reload", async () => {
    const backend = await openForSimulated("ready");
    expect(asks(backend, "start_drive")).toHaveLength(1);
    expect(location.search).toBe("");
    expect(location.hash).toBe("#drive");
  });

  it("waits until the note about Stop was read", async () => {
    const backend = await openForSimulated("first");
    expect(asks(backend, "start_drive")).toHaveLength(0);
    button(/understood/i).click();
    await settle(50);
    expect(asks(backend, "start_drive")).toHaveLength(1);
  });

  it("leaves a session alone that is going on", async () => {
    const backend = await openForSimulated("driving");
    expect(asks(backend, "start_drive")).toHaveLength(0);
  });
});

describe("The language", () => {
  const speak = async (backend: FakeBackend, wish: string, until: string) => {
    const { settings } = backend.world.topics.settings;
    const wished = settings.map((one) => (one.name === "look.language" ? { ...one, value: wish } : one));
    backend.world.patch("settings", { settings: wished });
    await vi.waitFor(() => expect(document.documentElement.lang).toBe(until));
    await settle(300);
  };
  const focused = () => document.activeElement as HTMLInputElement;

  it("changes in place: what is typed, what has the focus and what is held stay, and numbers follow", async () => {
    const backend = await open("ready", "#record");
    type(0, "stack_cups");
    const field = document.querySelectorAll<HTMLInputElement>("main input[type=text]")[1]!;
    field.focus();
    field.value = "Stack the c";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    expect(document.body.textContent).toContain("What the arm is to do");
    await speak(backend, "de", "de");
    expect(document.body.textContent).toContain("Was der Arm tun soll");
    expect(document.title).toBe("Aufnehmen – Tendon");
    expect(focused()).toBe(field);
    expect([field.value, document.querySelectorAll<HTMLInputElement>("main input[type=text]")[0]?.value]).toEqual([
      "Stack the c",
      "stack_cups",
    ]);
    await speak(backend, "en", "en");
    expect(document.body.textContent).toContain("What the arm is to do");
    expect(focused()).toBe(field);
  });

  it("changes while the arm is driven: held keys stay held, and the core hears of the language and of nothing else", async () => {
    const backend = await open("driving", "#drive");
    await settle(300);
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    window.dispatchEvent(new Event("focus"));
    await settle(50);
    document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyW", key: "w", bubbles: true, cancelable: true }));
    await settle(100);
    expect(backend.sent.at(-1)?.held).toEqual(["KeyW"]);
    const asked = backend.asked.length;
    const rows = [...document.querySelectorAll("main li")];
    expect(document.body.textContent).toContain("Shoulder lift");
    await speak(backend, "de", "de");
    expect(document.body.textContent).toContain("Schulterhub");
    // What was said is said; all that is written follows.
    expect(document.querySelector(".app")?.textContent).not.toMatch(/Shoulder lift|Missed cycles|Torque/);
    expect(document.body.textContent).toMatch(/\d,\d\u00a0Hz/);
    expect(backend.sent.at(-1)?.held).toEqual(["KeyW"]);
    expect(backend.sent.every(({ held }, at) => at < 5 || held.includes("KeyW"))).toBe(true);
    expect([...document.querySelectorAll("main li")].filter((row) => rows.includes(row)).length).toBe(rows.length);
    expect(backend.asked.length).toBe(asked + 1);
    await speak(backend, "en", "en");
    document.body.dispatchEvent(new KeyboardEvent("keyup", { code: "KeyW", key: "w", bubbles: true }));
  });

  it.each(Object.keys(LANGUAGES))("names every command and every figure once on a screen, in %s", async (name) => {
    const [{ App }, { SCREENS }, { commands }, { frameKeys }] = await Promise.all([
      import("../lib/app.svelte"),
      import("."),
      import("../frame/commands"),
      import("../frame/keys"),
    ]);
    vi.useFakeTimers();
    const app = new App(new FakeBackend("driving"), window);
    const end = app.start();
    await settle(50);
    const speech = LANGUAGES[name]!;
    setLanguage(speech.locale, await speech.load());
    const twice = (words: string[]) => words.filter((word, at) => words.indexOf(word) !== at);
    for (const screen of SCREENS) {
      const said = commands(app, [...frameKeys(app), ...(screen.keys?.(app) ?? [])]).map(({ word }) => word);
      expect(said.length).toBeGreaterThan(10);
      expect([screen.id, twice(said)]).toEqual([screen.id, []]);
      expect([screen.id, twice((screen.figures?.(app) ?? []).map((figure) => figure.name))]).toEqual([screen.id, []]);
    }
    end();
    const english = LANGUAGES.en!;
    setLanguage(english.locale, await english.load());
  });
});
