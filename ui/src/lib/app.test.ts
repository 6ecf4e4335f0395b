// The whole page without a page: what the app does when the core speaks, is silent, or wants to close.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "./app.svelte";
import { FakeBackend } from "./fake/backend";

let backend: FakeBackend;
let app: App;
let end: () => void;

async function begin(scenario: string) {
  backend = new FakeBackend(scenario);
  app = new App(backend, window);
  end = app.start();
  await vi.advanceTimersByTimeAsync(50);
}

beforeEach(() => {
  vi.useFakeTimers();
  window.matchMedia = vi.fn().mockReturnValue({ matches: false, addEventListener: vi.fn() });
  window.location.hash = "";
});
afterEach(() => {
  end();
  vi.useRealTimers();
});

const press = (code: string) =>
  document.body.dispatchEvent(new KeyboardEvent("keydown", { code, key: code === "Space" ? " " : code, bubbles: true, cancelable: true }));

describe("the app", () => {
  it("finds the running session, as a reloaded page does", async () => {
    await begin("driving");
    expect(app.topics.deck.session).toBe("driving");
    expect(app.topics.drive?.followers).toHaveLength(1);
  });

  it("stops on Space wherever it is, through the door of its own", async () => {
    await begin("driving");
    press("Space");
    await vi.advanceTimersByTimeAsync(10);
    expect(backend.world.stops).toBe(1);
    expect(app.topics.deck.session).toBe("stopped");
  });

  it("shows torque as unknown once the core is silent, and Space goes on stopping", async () => {
    await begin("ready");
    expect(app.torque).toBe("none");
    backend.raw({ v: 99, seq: 1, tell: {} });
    expect(app.torque).toBe("unknown");
    expect(app.unreachable?.message).toContain("different versions: 1 and 99");
    expect(app.session).toBeNull();
    expect(app.unheard).toBe(false);
    press("Space");
    expect(backend.world.stops).toBe(1);
  });

  it("knows nothing of a core that it never heard, says what to do, and finds it when it answers", async () => {
    await begin("unreachable");
    expect([app.unheard, app.session, app.torque]).toEqual([true, null, "unknown"]);
    expect(app.whyNot).toBe("Tendon does not answer.");
    expect(app.urgent).toContain("Torque may be on");
    backend.world.silent = false;
    await vi.advanceTimersByTimeAsync(1500);
    expect([app.unheard, app.session, app.torque, app.whyNot]).toEqual([false, "idle", "none", ""]);
  });

  it("stops on Space before the core was heard, as after a reload", async () => {
    backend = new FakeBackend("driving");
    backend.intercept = () => new Promise(() => {});
    app = new App(backend, window);
    end = app.start();
    expect(app.torque).toBe("unknown");
    press("Space");
    press("Escape");
    expect(backend.world.stops).toBe(2);
  });

  it.each([
    ["could not be handed over", () => Promise.reject<void>(new Error("gone"))],
    ["got no answer", () => new Promise<void>(() => {})],
  ])("says in words when Stop %s, sends it again, and says when it is confirmed after all", async (_, lost) => {
    await begin("driving");
    const stop = backend.stop.bind(backend);
    backend.stop = vi.fn(lost);
    app.stop();
    await vi.advanceTimersByTimeAsync(600);
    expect(app.toasts.list).toMatchObject([{ level: "fault", message: "Stop was not confirmed." }]);
    expect(app.urgent).toContain("Pull the power plug.");
    expect(backend.stop).toHaveBeenCalledTimes(2);
    backend.stop = stop;
    await vi.advanceTimersByTimeAsync(600);
    expect(app.topics.deck.session).toBe("stopped");
    expect(app.toasts.list).toEqual([]);
    expect(app.urgent).toContain("Stop is confirmed.");
  });

  it("says what was refused, once, with its remedy", async () => {
    await begin("ready");
    const start = { arms: [{ key: "known:Travel follower", role: "follower" as const }], cameras: [], rate_hz: 120, input: "keys" as const };
    await app.ask({ do: "start_drive", with: start });
    expect(app.toasts.list).toHaveLength(1);
    expect(app.toasts.list[0]?.remedy).toBe("Plug it in, then try again.");
  });

  it("gives a sign of life every second, and none once it is gone", async () => {
    await begin("ready");
    const lives = vi.spyOn(backend, "lives");
    await vi.advanceTimersByTimeAsync(3000);
    expect(lives).toHaveBeenCalledTimes(3);
    end();
    await vi.advanceTimersByTimeAsync(3000);
    expect(lives).toHaveBeenCalledTimes(3);
  });
});

describe("a core that answers no sign of life", () => {
  it("is not heard any more after three seconds, until it answers again", async () => {
    await begin("driving");
    const { lives, request } = backend;
    backend.lives = () => new Promise(() => {});
    backend.request = () => new Promise(() => {});
    await vi.advanceTimersByTimeAsync(4100);
    expect(app.torque).toBe("unknown");
    expect(app.lost).not.toBeNull();
    expect(app.urgent).toContain("Torque may be on");
    backend.lives = lives;
    backend.request = request;
    await vi.advanceTimersByTimeAsync(5000);
    expect(app.torque).toBe("on");
    expect(app.lost).toBeNull();
  });
});

describe("closing the window", () => {
  const quits = () => backend.asked.filter((request) => request.ask.do === "quit");

  it("asks first and says what is at stake", async () => {
    await begin("driving");
    backend.wishToClose("Bench follower is being driven.");
    expect(app.dialogs.open).toMatchObject({ kind: "ask", question: { body: "Bench follower is being driven.", danger: true } });
    app.dialogs.answer(false);
    await vi.advanceTimersByTimeAsync(10);
    expect(quits()).toEqual([]);
  });

  it("tells the core when the person has seen it and wants the end", async () => {
    await begin("driving");
    backend.wishToClose("An episode is not saved.");
    app.dialogs.answer(true);
    await vi.advanceTimersByTimeAsync(10);
    expect(quits().map((request) => request.ask)).toEqual([{ do: "quit", with: { confirmed: true } }]);
  });
});

describe("what is told once", () => {
  it("floats, is kept, and is spoken by how bad it is", async () => {
    await begin("ready");
    backend.world.notice("note", "Wrist camera is back after 2 s.");
    expect(app.toasts.list.at(-1)?.message).toBe("Wrist camera is back after 2 s.");
    expect(app.polite).toContain("Wrist camera is back");
    backend.world.notice("fault", "The disk is full.", "Free space.");
    expect(app.urgent).toContain("The disk is full. Free space.");
    expect(app.topics.notices.map((heard) => heard.notice.level)).toEqual(["fault", "note"]);
  });
});
