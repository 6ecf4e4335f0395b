import { afterEach, beforeEach, expect, it, vi } from "vitest";

// Before the screens come in: plots ask for the screen's pixels as they are loaded.
vi.hoisted(() => {
  const media = { matches: false, addEventListener() {}, removeEventListener() {} };
  window.matchMedia = (() => media) as unknown as typeof window.matchMedia;
});

import { App } from "../lib/app.svelte";
import { FakeBackend } from "../lib/fake/backend";
import { stateOf } from "./keys";

let end: () => void = () => {};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  end();
  vi.useRealTimers();
});

async function begin(scenario: string, hash: string): Promise<{ app: App; backend: FakeBackend }> {
  window.location.hash = hash;
  const backend = new FakeBackend(scenario);
  const app = new App(backend, window);
  end = app.start();
  await vi.advanceTimersByTimeAsync(50);
  return { app, backend };
}

it("the state on demand tells session, what stands beside it, faults and the figures of the screen", async () => {
  const { app } = await begin("driving", "#drive");
  expect(stateOf(app)).toMatch(/^Torque On\. Session Driving, Keyboard\. .*Loop [\d.]+.*\.$/);
});

it("the state on demand does not tell old state as true", async () => {
  const { app, backend } = await begin("driving", "#drive");
  backend.raw({ v: 99, seq: 1, tell: {} });
  expect(stateOf(app)).toMatch(/^Torque Unknown\. .*different versions.*pull the power plug\.$/);
  expect(stateOf(app)).not.toContain("Driving");
});
