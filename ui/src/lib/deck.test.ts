import { describe, expect, it } from "vitest";
import { type Goings, besides, deckOffers, lineState } from "./deck";
import { FakeBackend } from "./fake/backend";
import type { Deck, RecordState } from "./protocol";

const record = { phase: "recording", saved: 6, wanted: 10, fps: 30, rows: 372, left_s: 71 } as RecordState;
const { drive } = new FakeBackend("driving").world.topics;

const words = (session: Deck["session"], more: Partial<Goings> = {}) =>
  besides({ deck: { session }, activity: "nothing", drive: null, record: null, calibration: null, setup: null, ...more });

const told = (scenario: string) => {
  const { deck, bench, ...topics } = new FakeBackend(scenario).world.topics;
  return besides({ deck, activity: bench.activity, ...topics });
};

describe("beside the session's word", () => {
  it("stands by what the arm is driven", () => expect(words("driving", { drive })).toBe("Keyboard"));
  it("stands which episode of how many, and how far it is", () => {
    expect(words("recording", { record })).toBe("episode 7 of 10 · 12.4\u00a0s");
    expect(words("paused", { record: { ...record, phase: "paused", saved: 10 } })).toBe("episode 10 of 10 · 12.4\u00a0s");
    expect(words("paused", { record: { ...record, phase: "paused", waiting: true } })).toBe("next: episode 8 of 10");
    expect(words("resetting", { record })).toBe("1:11 left");
  });
  it("stands which step of a wizard it is", () => {
    expect(told("cal_middle")).toBe("step 2 of 5");
    expect(told("cal_travel")).toBe("step 3 of 5");
    expect(told("cal_power")).toBe("step 5 of 6");
    expect(told("setup_connect")).toBe("set-up, motor 3 of 6");
  });
  it("stands what goes on without a word of its own", () => {
    expect(words("idle", { activity: "scanning" })).toBe("searching the bus");
    expect(words("idle")).toBe("");
    expect(words("holding", { drive, record, activity: "driving" })).toBe("");
  });
});

describe("beside what is wrong", () => {
  const still = { session: "stopped", trouble: null, can_resume: true, can_release: true } as const;
  const trouble = (command: string) => ({ number: 1, level: "fault", message: "m", remedy: "r", command }) as const;

  it("are the ways on from a stop or a fault", () => {
    expect(deckOffers(still, true)).toEqual({ resume: true, release: true });
    expect(deckOffers({ ...still, session: "faulted", trouble: trouble("") }, true)).toEqual({ resume: true, release: true });
    expect(deckOffers({ ...still, can_resume: false, can_release: false }, true)).toEqual({ resume: false, release: false });
  });
  it("is one button less where there is a command to copy", () =>
    expect(deckOffers({ ...still, trouble: trouble("ls") }, true)).toEqual({ resume: false, release: true }));
  it("is nothing while the arm is driven, while nothing is wrong, and while the core is not heard", () => {
    const none = { resume: false, release: false };
    expect(deckOffers({ ...still, session: "driving", trouble: trouble("") }, true)).toEqual(none);
    expect(deckOffers({ ...still, session: "holding" }, true)).toEqual(none);
    expect(deckOffers(still, false)).toEqual(none);
  });
});

it("an arm that is not heard has no green dot", () => {
  expect(lineState("on", drive)).toBe("on");
  expect(lineState("unknown", drive)).toBe("warn");
  expect(lineState("on", new FakeBackend("unplugged").world.topics.drive)).toBe("on");
  const lost = drive && { ...drive, leaders: drive.followers.map((arm) => ({ ...arm, lost: true })) };
  expect(lineState("on", lost)).toBe("warn");
});
