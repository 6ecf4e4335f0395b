import { describe, expect, it } from "vitest";
import { besides, lineState } from "./deck";
import { FakeBackend } from "./fake/backend";
import type { Deck, RecordState } from "./protocol";

const deck = (session: Deck["session"]): Deck => ({ ...new FakeBackend("empty").world.topics.deck, session });
const record = { saved: 6, fps: 30, rows: 372, left_s: 71 } as RecordState;
const drive = new FakeBackend("driving").world.topics.drive;

describe("beside the session's word", () => {
  it("stands by what the arm is driven", () => expect(besides(deck("driving"), drive, null, "driving")).toBe("Keyboard"));
  it("stands how far the episode is", () => {
    expect(besides(deck("recording"), drive, record, "recording")).toBe("episode 7 · 12.4\u00a0s");
    expect(besides(deck("resetting"), drive, record, "recording")).toBe("1:11 left");
  });
  it("stands what goes on without a word of its own", () => {
    expect(besides(deck("idle"), null, null, "scanning")).toBe("searching the bus");
    expect(besides(deck("idle"), null, null, "nothing")).toBe("");
    expect(besides(deck("holding"), drive, record, "driving")).toBe("");
  });
});

it("an arm that is not heard has no green dot", () => {
  expect(lineState("on", drive)).toBe("on");
  expect(lineState("unknown", drive)).toBe("warn");
  expect(lineState("on", new FakeBackend("unplugged").world.topics.drive)).toBe("on");
  const lost = drive && { ...drive, leaders: drive.followers.map((arm) => ({ ...arm, lost: true })) };
  expect(lineState("on", lost)).toBe("warn");
});
