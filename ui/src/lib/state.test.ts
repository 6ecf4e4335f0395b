// The small stores: topics, steady values, toasts, dialogs, undo, route, regions, the arm's view.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { USUAL_VIEW, dragged, eye, nearer, turned } from "./arm/view";
import { Dialogs } from "./dialogs.svelte";
import { keepFocus, nextRegion, rememberFocus } from "./regions";
import { readPlace, writePlace } from "./route.svelte";
import { Steady } from "./steady.svelte";
import { TOAST_MS, Toasts } from "./toasts.svelte";
import { Topics } from "./topics.svelte";
import { Undo } from "./undo.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("topics", () => {
  it("hold the newest and know when the loop spoke last", () => {
    const topics = new Topics();
    topics.apply({ topic: "drive", value: null }, () => 42);
    expect([topics.drive, topics.driveAt]).toEqual([null, 42]);
  });

  it("keep a notice once, newest first, and not for ever", () => {
    const topics = new Topics();
    const tell = (number: number) =>
      topics.apply({ topic: "notice", value: { number, level: "note", message: `${number}`, remedy: "", command: "" } });
    for (let number = 1; number <= 30; number++) tell(number);
    tell(30);
    expect(topics.notices).toHaveLength(20);
    expect(topics.notices[0]?.notice.number).toBe(30);
  });
});

describe("a steady value", () => {
  it("follows at once, then at most five times a second, and ends with the last", () => {
    const held = new Steady(0, 200, () => Date.now());
    const shown: number[] = [];
    for (let at = 1; at <= 20; at++) {
      held.put(at);
      if (shown.at(-1) !== held.value) shown.push(held.value);
      vi.advanceTimersByTime(50);
    }
    vi.advanceTimersByTime(200);
    expect(shown.length).toBeLessThanOrEqual(6);
    expect(shown[0]).toBe(1);
    expect(held.value).toBe(20);
  });
});

describe("toasts", () => {
  const note = { level: "note", message: "m", remedy: "" } as const;

  it("go away by themselves, unless somebody holds them or must read them", () => {
    const toasts = new Toasts();
    const held = toasts.show(note);
    toasts.show(note);
    toasts.show({ ...note, level: "fault" });
    toasts.hold(held);
    vi.advanceTimersByTime(TOAST_MS * 10);
    expect(toasts.list.map((toast) => toast.level)).toEqual(["note", "fault"]);
    toasts.unhold(held);
    vi.advanceTimersByTime(TOAST_MS);
    expect(toasts.list.map((toast) => toast.level)).toEqual(["fault"]);
  });

  it("are three at most", () => {
    const toasts = new Toasts();
    for (let at = 0; at < 5; at++) toasts.show(note);
    expect(toasts.list).toHaveLength(3);
  });
});

describe("dialogs", () => {
  const question = { title: "t", body: "b", go: "go", keep: "keep" };

  it("answer what was asked", async () => {
    const dialogs = new Dialogs();
    const go = dialogs.ask(question);
    dialogs.answer(true);
    expect(await go).toBe(true);
    const closed = dialogs.ask(question);
    dialogs.close();
    expect(await closed).toBe(false);
  });

  it("are one at a time: a newer question keeps the older one safe", async () => {
    const dialogs = new Dialogs();
    const older = dialogs.ask(question);
    const newer = dialogs.ask(question);
    expect(await older).toBe(false);
    dialogs.show("commands");
    expect(dialogs.open?.kind).toBe("ask");
    dialogs.answer(true);
    expect(await newer).toBe(true);
  });
});

describe("undo", () => {
  it("takes back and does again, in order, and forgets what was undone when something new is done", () => {
    const undo = new Undo();
    const did: string[] = [];
    const step = (name: string) => ({ undo: () => void did.push(`-${name}`), redo: () => void did.push(`+${name}`) });
    undo.add(step("a"));
    undo.add(step("b"));
    undo.undo();
    undo.undo();
    undo.undo();
    undo.redo();
    expect(did).toEqual(["-b", "-a", "+a"]);
    undo.add(step("c"));
    expect([undo.canUndo, undo.canRedo]).toEqual([true, false]);
  });
});

describe("the address", () => {
  it.each([
    ["", { screen: "home", arm: "" }],
    ["#drive", { screen: "drive", arm: "" }],
    ["#calibrate/known%3ABench%20follower", { screen: "calibrate", arm: "known:Bench follower" }],
    ["#nowhere", { screen: "home", arm: "" }],
    ["#setup/%E0%A4%A", { screen: "setup", arm: "" }],
  ])("%s is read", (hash, place) => expect(readPlace(hash)).toEqual(place));

  it("is written so that it is read again", () => {
    const place = { screen: "setup", arm: "port:/dev/ttyACM0" } as const;
    expect(readPlace(writePlace(place))).toEqual(place);
  });
});

describe("regions", () => {
  beforeEach(() => {
    document.body.innerHTML = `
      <section data-region id="a"><button id="a1"></button><button id="a2"></button></section>
      <section data-region id="empty"></section>
      <section data-region id="shut" inert><button id="s1"></button></section>
      <section data-region id="b"><button tabindex="-1"></button><button id="b1"></button></section>`;
  });
  const at = (id: string) => document.getElementById(id);
  const next = (from: string | null, step: 1 | -1 = 1) => nextRegion(document, from ? at(from) : null, step)?.id;

  it("follow one another round, skipping what is empty or shut", () => {
    expect([next(null), next("a1"), next("b1"), next("a1", -1)]).toEqual(["a1", "b1", "a1", "b1"]);
  });

  it("are found again where they were left", () => {
    rememberFocus(document, at("a2"));
    expect(next("b1")).toBe("a2");
  });
});

it("the focus goes to the screen when what had it is gone, and stays where it is otherwise", () => {
  document.body.innerHTML = `<button></button><main tabindex="-1"></main>`;
  const [button, main] = [document.querySelector("button"), document.querySelector("main")];
  button?.focus();
  keepFocus(document);
  expect(document.activeElement).toBe(button);
  button?.remove();
  keepFocus(document);
  expect(document.activeElement).toBe(main);
});

describe("the view of the arm", () => {
  it("turns by drag and by buttons, never upside down, never too near", () => {
    expect(turned(USUAL_VIEW, 360)).toEqual(USUAL_VIEW);
    expect(dragged(USUAL_VIEW, 0, 10_000).above).toBe(88);
    expect(dragged(USUAL_VIEW, 0, -10_000).above).toBe(-5);
    expect(nearer(USUAL_VIEW, 0.001).distance).toBe(0.4);
  });

  it("looks from its distance", () => {
    expect(Math.hypot(...eye(USUAL_VIEW))).toBeCloseTo(USUAL_VIEW.distance);
    // From behind: the eye is where the arm does not reach.
    expect(eye({ around: 0, above: 0, distance: 1 })[0]).toBeCloseTo(-1);
  });
});
