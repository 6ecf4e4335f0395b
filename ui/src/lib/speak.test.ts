import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MOMENT_MS, POLITE_EVERY_MS, Speaker } from "./speak";

let said: string[];
let speaker: Speaker;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  speaker = new Speaker((region, text) => said.push(`${region}: ${text}`), () => Date.now());
});
afterEach(() => {
  speaker.end();
  vi.useRealTimers();
});

describe("the polite region", () => {
  it("speaks at once, then once every two seconds at most, the newest", () => {
    speaker.polite("driving");
    speaker.polite("holding");
    speaker.polite("recording");
    expect(said).toEqual(["polite: driving"]);
    vi.advanceTimersByTime(POLITE_EVERY_MS - 1);
    expect(said).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(["polite: driving", "polite: recording"]);
  });

  it("says nothing again by itself", () => {
    speaker.polite("saved");
    vi.advanceTimersByTime(10_000);
    expect(said).toHaveLength(1);
  });
});

describe("the assertive region", () => {
  it("waits for nothing", () => {
    speaker.polite("driving");
    speaker.assertive("Stopped.");
    speaker.assertive("Torque unknown.");
    expect(said).toEqual(["polite: driving", "assertive: Stopped.", "assertive: Stopped. Torque unknown."]);
  });

  it("joins what is urgent in one moment, each once, and no more than that", () => {
    speaker.assertive("Stopped.");
    speaker.assertive("The disk is full.");
    speaker.assertive("Stopped.");
    expect(said.at(-1)).toBe("assertive: Stopped. The disk is full.");
    vi.advanceTimersByTime(MOMENT_MS);
    speaker.assertive("Torque unknown.");
    expect(said.at(-1)).toBe("assertive: Torque unknown.");
  });

  it("says the same words again as news", () => {
    speaker.assertive("Stopped.");
    vi.advanceTimersByTime(MOMENT_MS);
    speaker.assertive("Stopped.");
    expect(said[0]).not.toBe(said[1]);
    expect(said[1]?.trim()).toBe("assertive: Stopped.");
  });
});
