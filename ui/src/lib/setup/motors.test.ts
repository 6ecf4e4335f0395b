import { describe, expect, it } from "vitest";
import { FakeBackend } from "../fake/backend";
import { motor, setupState } from "../fake/setup";
import type { ScanState } from "../protocol";
import { allFine, canUndo, current, doneCount, rows, running, skippedCount } from "./motors";

const scan = (more: Partial<ScanState> = {}): ScanState => ({
  arm: "a",
  running: false,
  done: 1,
  baud: null,
  motors: [1, 2, 3, 4, 5, 6].map((id) => motor(id)),
  findings: [],
  failure: null,
  ...more,
});

describe("the wizard", () => {
  it("knows whose turn it is and what was done", () => {
    const state = setupState("a", 2);
    expect(current(state)?.joint).toBe("wrist_flex");
    expect(doneCount(state.motors)).toBe(2);
    expect(canUndo(state.motors)).toBe(false);
    expect(running(state)).toBe(true);
    expect(running({ ...state, phase: "ended" })).toBe(false);
    expect(running(null)).toBe(false);
  });

  it("goes through on the pretended bus: a refusal holds it up, leaving out goes on", () => {
    const { world } = new FakeBackend("setup_connect");
    const press = () => {
      world.handlers.set_up_step?.(world, "next");
      for (let tick = 0; tick < 40; tick++) world.tick(0.05);
    };
    press();
    press();
    press();
    expect(world.topics.setup?.refused?.message).toMatch(/two motors/i);
    press();
    world.handlers.set_up_step?.(world, "skip");
    expect(world.topics.setup?.phase).toBe("done");
    expect(skippedCount(world.topics.setup?.motors ?? [])).toBe(1);
    expect(doneCount(world.topics.setup?.motors ?? [])).toBe(5);
  });
});

describe("what answers on the bus", () => {
  it("stands joint by joint, with silent motors in their places", () => {
    const found = rows(scan({ motors: [motor(1), motor(3)] }));
    expect(found.map((row) => row.motor?.id ?? null)).toEqual([1, null, 3, null, null, null]);
    expect(found[1]?.joint).toBe("shoulder_lift");
  });

  it("shows only what has answered while it runs", () => {
    expect(rows(scan({ running: true, motors: [motor(2)] }))).toHaveLength(1);
  });

  it("shows two motors with one number, and numbers beyond the arm's", () => {
    const found = rows(scan({ motors: [motor(1), motor(1, { baud: 500_000 }), motor(14)] }));
    expect(found.filter((row) => row.id === 1)).toHaveLength(2);
    expect(found.at(-1)).toMatchObject({ id: 14, joint: null });
  });

  it("marks what is not as it should be", () => {
    const [row] = rows(scan({ motors: [motor(1, { baud: 500_000, voltage: 9.8, temperature: 60, complaint: "hot", torque: true })] }));
    expect([...(row?.odd ?? [])].sort()).toEqual(["baud", "complaint", "temperature", "torque", "voltage"]);
    expect(rows(scan())[0]?.odd.size).toBe(0);
  });

  it("is fine only when all six answered and nothing was found", () => {
    expect(allFine(scan())).toBe(true);
    expect(allFine(scan({ running: true }))).toBe(false);
    expect(allFine(scan({ motors: [motor(1)] }))).toBe(false);
  });
});
