import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { STOP_PATIENCE_MS, Stopping } from "./stopping";

let sent: { take: () => void; refuse: () => void }[];
let said: string[];
let stopping: Stopping;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  said = [];
  stopping = new Stopping({
    send: () => new Promise((take, fail) => sent.push({ take, refuse: () => fail(new Error("gone")) })),
    unconfirmed: () => said.push("unconfirmed"),
    confirmed: () => said.push("confirmed"),
  });
});
afterEach(() => {
  stopping.end();
  vi.useRealTimers();
});
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("an emergency stop", () => {
  it("that is confirmed in time says nothing and is sent once", async () => {
    stopping.press();
    await later(STOP_PATIENCE_MS - 1);
    sent[0]?.take();
    await later(5000);
    expect([sent.length, said]).toEqual([1, []]);
  });

  it("without a reply is said, once, and is sent until it is confirmed", async () => {
    stopping.press();
    await later(STOP_PATIENCE_MS);
    expect(said).toEqual(["unconfirmed"]);
    await later(STOP_PATIENCE_MS * 3);
    expect([sent.length, said]).toEqual([5, ["unconfirmed"]]);
    sent[4]?.take();
    await later(5000);
    expect([sent.length, said]).toEqual([5, ["unconfirmed", "confirmed"]]);
  });

  it("that cannot be handed over is said at once, and sent again", async () => {
    stopping.press();
    sent[0]?.refuse();
    await later(0);
    expect(said).toEqual(["unconfirmed"]);
    await later(STOP_PATIENCE_MS);
    sent[1]?.take();
    await later(5000);
    expect([sent.length, said]).toEqual([2, ["unconfirmed", "confirmed"]]);
  });

  it("is not put off by being pressed again and again", async () => {
    for (let press = 0; press < 5; press++) {
      stopping.press();
      await later(STOP_PATIENCE_MS / 2);
    }
    expect(said).toEqual(["unconfirmed"]);
  });

  it("is not confirmed by the answer to an older one", async () => {
    stopping.press();
    stopping.press();
    sent[0]?.take();
    await later(STOP_PATIENCE_MS);
    expect(said).toEqual(["unconfirmed"]);
  });
});
