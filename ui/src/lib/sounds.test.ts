import { afterEach, describe, expect, it, vi } from "vitest";
import type { Deck, EpisodeCard, RecordState } from "./protocol";
import { type Sound, Sounds, TONES, soundFor } from "./sounds";

type Heard = Pick<RecordState, "phase" | "saved" | "left_s" | "episodes" | "failure">;
const calm: Pick<Deck, "session"> = { session: "recording" };
const card = (discarded: boolean) => ({ discarded }) as EpisodeCard;
const state = (more: Partial<Heard> = {}): Heard => ({
  phase: "recording",
  saved: 1,
  left_s: 10,
  episodes: [],
  failure: null,
  ...more,
});
const between = (before: Partial<Heard>, now: Partial<Heard>): Sound | null =>
  soundFor(state(before), state(now), calm, calm);

describe("sounds", () => {
  it("are each over within 300 ms, and start, saved, discarded and stop differ", () => {
    for (const tones of Object.values(TONES)) {
      for (const tone of tones) expect(tone.at + tone.length).toBeLessThanOrEqual(0.3);
    }
    expect(TONES.start[0]!.hz).toBeGreaterThan(TONES.discarded[0]!.hz);
    expect(TONES.saved[1]!.hz).toBeGreaterThan(TONES.saved[0]!.hz);
    expect(TONES.stop).toHaveLength(3);
  });

  it("tell that an episode starts, but not that one goes on", () => {
    expect(between({ phase: "ready" }, {})).toBe("start");
    expect(between({ phase: "resetting" }, {})).toBe("start");
    expect(between({ phase: "paused" }, {})).toBeNull();
    expect(between({}, {})).toBeNull();
  });

  it("tell saved and discarded; discarded is the graver", () => {
    expect(between({ phase: "resetting" }, { phase: "resetting", saved: 2 })).toBe("saved");
    expect(between({ episodes: [card(false)] }, { episodes: [card(true)] })).toBe("discarded");
    expect(between({ saved: 1, episodes: [] }, { saved: 2, episodes: [card(true)] })).toBe("discarded");
    expect(between({ episodes: [card(true)] }, { episodes: [card(false)], saved: 2 })).toBe("saved");
  });

  it("tick once in each of the last three seconds, of an episode and of a reset", () => {
    for (const phase of ["recording", "resetting"] as const) {
      const heard: number[] = [];
      for (let at = 5; at > 0; at -= 0.05) {
        if (between({ phase, left_s: at }, { phase, left_s: at - 0.05 }) === "tick") heard.push(at - 0.05);
      }
      expect(heard.map((at) => Math.ceil(at))).toEqual([3, 2, 1]);
    }
    expect(between({ phase: "paused", left_s: 2.01 }, { phase: "paused", left_s: 1.99 })).toBeNull();
    // A page that slept through the countdown is not caught up with.
    expect(between({ left_s: 9 }, { left_s: 1.5 })).toBeNull();
  });

  it("tell a stop or a fault before anything else", () => {
    const failure = { number: 1, level: "fault", message: "", remedy: "", command: "" } as const;
    expect(between({}, { failure, saved: 2 })).toBe("stop");
    expect(soundFor(null, null, { session: "driving" }, { session: "stopped" })).toBe("stop");
    expect(soundFor(null, null, { session: "driving" }, { session: "faulted" })).toBe("stop");
    expect(soundFor(null, null, { session: "faulted" }, { session: "faulted" })).toBeNull();
  });

  it("are silent for a page that has just been loaded", () => {
    expect(soundFor(null, state({ saved: 6 }), calm, calm)).toBeNull();
  });
});

describe("how loud sounds are", () => {
  /** The loudest that anything was played, as the computer's sound hears it. */
  let loudest: number;
  class Context {
    currentTime = 0;
    destination = {};
    resume = () => Promise.resolve();
    createOscillator = () => ({ frequency: {}, connect: (next: unknown) => next, start() {}, stop() {} });
    createGain = () => ({
      gain: {
        setValueAtTime: () => {},
        linearRampToValueAtTime: (value: number) => (loudest = Math.max(loudest, value)),
      },
      connect: () => {},
    });
  }
  const begin = () => {
    loudest = 0;
    vi.stubGlobal("AudioContext", Context);
    return new Sounds();
  };
  afterEach(() => vi.unstubAllGlobals());

  it("follows the setting, and a change is heard at once, but not the first word", () => {
    const sounds = begin();
    sounds.follow({ on: true, volume: 50 });
    expect(loudest).toBe(0);
    sounds.play("stop");
    const half = loudest;
    expect(half).toBeGreaterThan(0);
    loudest = 0;
    sounds.follow({ on: true, volume: 100 });
    expect(loudest).toBeGreaterThan(0);
    loudest = 0;
    sounds.play("stop");
    expect(loudest).toBeCloseTo(2 * half);
  });

  it("is silence when they are off, or at no volume", () => {
    const sounds = begin();
    sounds.follow({ on: true, volume: 100 });
    sounds.follow({ on: false, volume: 100 });
    sounds.play("stop");
    sounds.follow({ on: true, volume: 0 });
    sounds.play("stop");
    expect(loudest).toBe(0);
  });
});
