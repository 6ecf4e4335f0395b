import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BEAT_MS, Pulse, SILENCE_MS } from "./pulse";

let answer: () => Promise<void>;
let beats: number;
let silences: number;
let pulse: Pulse;

beforeEach(() => {
  vi.useFakeTimers();
  beats = silences = 0;
  answer = async () => {};
  pulse = new Pulse(
    () => (beats++, answer()),
    () => silences++,
  );
  pulse.start();
});
afterEach(() => {
  pulse.stop();
  vi.useRealTimers();
});
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("signs of life", () => {
  it("are given at once and every second, until they end", async () => {
    await later(BEAT_MS * 3);
    expect(beats).toBe(4);
    pulse.stop();
    await later(BEAT_MS * 5);
    expect([beats, silences]).toEqual([4, 0]);
  });

  it("that nobody answers for three seconds count as silence, once", async () => {
    await later(BEAT_MS);
    answer = () => new Promise(() => {});
    await later(SILENCE_MS);
    expect(silences).toBe(0);
    await later(BEAT_MS);
    expect(silences).toBe(1);
    await later(BEAT_MS * 10);
    expect(silences).toBe(1);
  });

  it("that are answered again can fall silent again", async () => {
    answer = () => new Promise(() => {});
    await later(SILENCE_MS);
    answer = async () => {};
    await later(BEAT_MS);
    answer = () => new Promise(() => {});
    await later(SILENCE_MS + BEAT_MS);
    expect(silences).toBe(2);
  });

  it("that are refused are answered", async () => {
    answer = () => Promise.reject(new Error("not now"));
    await later(BEAT_MS * 10);
    expect(silences).toBe(0);
  });
});
