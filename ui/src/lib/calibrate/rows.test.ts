import { describe, expect, it } from "vitest";
import { FakeBackend } from "../fake/backend";
import type { CalibrationValues, JointTravel } from "../protocol";
import {
  BAR_FROM,
  BAR_TO,
  MIDDLE,
  at,
  bar,
  changes,
  checks,
  degreesOf,
  kindOf,
  measuredOf,
  placeOf,
  poseOf,
  sayingOf,
  steps,
  ticksOf,
  toGo,
  travelOf,
  unfinished,
} from "./rows";

const joint = (more: Partial<JointTravel> = {}): JointTravel => ({
  joint: "elbow_flex",
  id: 3,
  now: 2902,
  min: 1436,
  max: 2958,
  swing: 134,
  usual: [172, 225],
  low_proven: false,
  high_proven: false,
  crossed: false,
  lost: 0,
  tag: "keep_going",
  sentence: "",
  remedy: "",
  ...more,
});

describe("a joint's bar", () => {
  it("spans a whole turn with room beyond both seams", () => {
    expect(at(BAR_FROM)).toBe(0);
    expect(at(BAR_TO)).toBe(100);
    expect(at(0)).toBeCloseTo(12.05, 1);
    expect(at(4096)).toBeCloseTo(87.95, 1);
    expect(at(-9000)).toBe(0);
  });

  it("shows what was reached, where the joint is, and both ends in ticks", () => {
    const drawn = bar(joint());
    expect(drawn.reached?.from).toBeCloseTo(38.66, 1);
    expect(drawn.reached?.to).toBeCloseTo(66.86, 1);
    expect(drawn.now).toBeCloseTo(65.83, 1);
    expect(drawn.low).toMatchObject({ inside: false });
    expect(drawn.high).toMatchObject({ inside: false });
  });

  it("writes an end's number inside where there is no room beside it", () => {
    expect(bar(joint({ min: 1690, max: 4450 })).high?.inside).toBe(true);
    expect(bar(joint({ min: -500, max: 2958 })).low?.inside).toBe(true);
    expect(bar(joint({ min: 4100, max: 4450 })).high?.inside).toBe(false);
  });

  it("lays the usual range around the middle, at a proven end, and always around what was reached", () => {
    const width = at(ticksOf(198.5)) - at(0);
    const middle = bar(joint({ min: MIDDLE, max: MIDDLE })).usual!;
    expect(middle.to - middle.from).toBeCloseTo(width, 5);
    expect((middle.from + middle.to) / 2).toBeCloseTo(at(MIDDLE), 5);
    const low = bar(joint({ min: 900, max: 1500, low_proven: true })).usual!;
    expect(low.from).toBeCloseTo(at(900), 5);
    const high = bar(joint({ min: 3000, max: 3600, high_proven: true })).usual!;
    expect(high.to).toBeCloseTo(at(3600), 5);
    const beyond = bar(joint({ min: 500, max: 2000 })).usual!;
    expect(beyond.from).toBeCloseTo(at(500), 5);
  });

  it("is a whole turn, hatched, where no range is recorded", () => {
    const drawn = bar(joint({ tag: "not_needed", usual: [290, 355] }));
    expect(drawn).toMatchObject({ usual: null, reached: { from: at(0), to: at(4095) }, low: null, high: null });
  });

  it("shows nothing reached before the joint moved, and no mark before the first reading", () => {
    expect(bar(joint({ now: null, min: null, max: null }))).toMatchObject({ reached: null, now: null });
    expect(bar(joint({ min: MIDDLE, max: MIDDLE + 4 })).reached).toBeNull();
  });
});

describe("a joint's word", () => {
  it.each([
    [{ tag: "not_needed" }, "full"],
    [{ now: null, min: null, max: null, tag: "not_moved" }, "blind"],
    [{ tag: "unusable" }, "bad"],
    [{ tag: "enough" }, "done"],
    [{ tag: "enough", crossed: true }, "seam"],
    [{ tag: "keep_going" }, "moving"],
    [{ tag: "not_moved", joint: "gripper" }, "todo"],
    [{ tag: "keep_going", joint: "gripper" }, "going"],
  ] as const)("%o is %s while the elbow moves", (more, kind) => {
    expect(kindOf(joint(more), "elbow_flex")).toBe(kind);
  });

  it("says how far there is to go, and what is known of its ends", () => {
    expect(toGo(joint())).toBe(38);
    expect(toGo(joint({ swing: 190 }))).toBe(0);
    expect(checks(joint({ low_proven: true, lost: 2, crossed: true })).map((check) => check.word)).toEqual([
      "low.proven",
      "high.open",
      "seam",
      "lost",
    ]);
    expect(checks(joint({ tag: "not_needed" }))).toEqual([]);
  });

  it("holds the next step back until every joint that is recorded is known", () => {
    const all = [joint({ tag: "enough" }), joint({ tag: "not_needed" }), joint({ tag: "unusable" }), joint()];
    expect(unfinished(all)).toHaveLength(2);
    expect(unfinished(all.slice(0, 2))).toEqual([]);
  });
});

describe("the steps", () => {
  it("go one by one; the power check only where it was asked for", () => {
    expect(steps("recording", false).map((step) => `${step.id} ${step.state}`)).toEqual([
      "prepare done",
      "middle done",
      "travel now",
      "review todo",
      "done todo",
    ]);
    expect(steps("power", true).map((step) => step.id)).toContain("power");
    expect(steps("done", false).every((step) => step.state === "done")).toBe(true);
  });

  it("stay where it failed", () => {
    expect(steps("failed", false, "travel").find((step) => step.state === "now")?.id).toBe("travel");
  });
});

describe("the picture", () => {
  it("shows the middle before homing, and the readings after it", () => {
    const joints = Array.from({ length: 6 }, () => joint({ now: MIDDLE + 1024 }));
    expect(poseOf({ phase: "middle", joints })).toEqual([0, 0, 0, 0, 0, 50]);
    expect(poseOf({ phase: "recording", joints }).slice(0, 5)).toEqual([90, 90, 90, 90, 90]);
    expect(poseOf({ phase: "recording", joints: [] })).toEqual([0, 0, 0, 0, 0, 50]);
  });

  it("opens the gripper in percent", () => {
    expect(placeOf(5, MIDDLE)).toBe(50);
    expect(placeOf(5, MIDDLE + ticksOf(63.25))).toBeCloseTo(100, 5);
    const [closed, open] = travelOf(5, joint({ usual: [95, 155] }));
    expect(closed).toBeLessThan(5);
    expect(open).toBeGreaterThan(95);
  });
});

describe("the review", () => {
  const values = (more: Partial<CalibrationValues> = {}): CalibrationValues => ({
    joint: "elbow_flex",
    id: 3,
    homing_offset: -1034,
    range_min: 960,
    range_max: 3180,
    ...more,
  });

  it("lays old numbers beside new ones", () => {
    const [change] = changes([values({ range_min: 940 })], [values()]);
    expect(change).toMatchObject({ changed: true, before: { range_min: 940 } });
    expect(change?.swingAfter).toBeCloseTo(degreesOf(2220));
    expect(changes([values()], [values()])[0]?.changed).toBe(false);
    expect(changes([], [values()])[0]).toMatchObject({ changed: true, before: null, swingBefore: null });
  });
});

it("the wizard runs through on the pretended arm, and every joint gets there", () => {
  const { world } = new FakeBackend("cal_middle");
  expect(world.topics.calibration?.phase).toBe("middle");
  world.handlers.calibrate_step?.(world, "home_here");
  expect(unfinished(world.topics.calibration?.joints ?? []).length).toBe(5);
  for (let tick = 0; tick < 30 * 20; tick++) world.tick(0.05);
  expect(unfinished(world.topics.calibration?.joints ?? [])).toEqual([]);
  world.handlers.calibrate_step?.(world, "review");
  world.handlers.calibrate_step?.(world, "write");
  expect(world.topics.calibration?.phase).toBe("done");
  expect(world.topics.bench.activity).toBe("nothing");
});

describe("what is said below a joint's bar", () => {
  it.each<[Partial<JointTravel>, string, "low" | "high" | null]>([
    [{ tag: "enough" }, "done", null],
    [{ tag: "not_moved", min: 2047, max: 2047, swing: 0 }, "todo", null],
    [{ tag: "keep_going" }, "going", null],
    [{ tag: "keep_going", swing: 180 }, "ends", null],
    [{ tag: "keep_going", swing: 180, low_proven: true }, "end", "high"],
    [{ tag: "keep_going", swing: 180, high_proven: true }, "end", "low"],
    [{ tag: "keep_going", high_proven: true }, "end", "low"],
    [{ tag: "keep_going", low_proven: true, high_proven: true }, "narrow", null],
    [{ tag: "keep_going", swing: 300, low_proven: true, high_proven: true }, "odd", null],
  ])("agrees with the ends that are ticked: %o", (more, word, end) => {
    const row = joint({ low_proven: false, high_proven: false, crossed: false, ...more });
    for (const moving of [null, "elbow_flex"]) expect(sayingOf(row, kindOf(row, moving))).toEqual({ word, end });
  });
});

describe("what had been measured when it ended early", () => {
  it.each<[Partial<JointTravel>, string, string | null]>([
    [{}, "known", null],
    [{ min: 2047, max: 2047 }, "todo", null],
    [{ min: null, max: null }, "todo", null],
    [{ tag: "not_needed" }, "full", null],
    [{ now: null }, "known", "silent"],
    [{ tag: "unusable" }, "known", "unusable"],
  ])("is told of every joint: %o", (more, range, trouble) => {
    expect(measuredOf(joint(more))).toMatchObject({ range, trouble });
  });
});
