// The pretended session goes the core's way: what screens and their tests rely on.

import { describe, expect, it } from "vitest";
import { cells, discardable, numberOf } from "../record/session";
import { FakeBackend } from "./backend";
import type { World } from "./world";

function run(world: World, seconds: number): void {
  for (let tick = 0; tick < seconds * 20; tick++) world.tick(0.05);
}
const state = (world: World) => {
  const { record } = world.topics;
  if (!record) throw new Error("no session");
  return record;
};

describe("a pretended session", () => {
  it("records, resets, records again and ends when there are enough", () => {
    const { world } = new FakeBackend("record_ready");
    const say = (step: "next" | "again" | "pause" | "resume" | "undo" | "finish") => world.handlers.record_step?.(world, step);
    say("next");
    expect(state(world).phase).toBe("recording");
    run(world, 5);
    say("pause");
    const rows = state(world).rows;
    run(world, 2);
    expect(state(world).rows).toBe(rows);
    say("resume");
    say("next");
    expect(state(world)).toMatchObject({ phase: "resetting", saved: 0 });
    expect(discardable(state(world))).toBe(true);
    expect(numberOf(state(world))).toBe(2);
    say("next");
    expect(state(world)).toMatchObject({ phase: "recording", saved: 1 });
    run(world, 2);
    say("again");
    expect(state(world)).toMatchObject({ undoable: 1, saved: 1 });
    say("undo");
    expect(state(world)).toMatchObject({ undoable: 0, saved: 2 });
    expect(cells(state(world)).slice(0, 2).map((cell) => cell.word)).not.toContain("todo");
    say("finish");
    expect(state(world).phase).toBe("over");
    expect(world.topics.bench.activity).toBe("nothing");
  });

  it("saves what waits when the reset has run out", () => {
    const { world } = new FakeBackend("record_ready");
    world.handlers.record_step?.(world, "next");
    run(world, 21);
    expect(state(world).phase).toBe("resetting");
    run(world, 11);
    expect(state(world)).toMatchObject({ phase: "recording", saved: 1 });
  });
});
