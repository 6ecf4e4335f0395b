import { describe, expect, it } from "vitest";
import { type KeysContext, bars, hottest, keysLive, moving, nextSpeed, sessionCameras, share, unheard } from "./drive";
import { FakeArm } from "./fake/arm";
import { camera, simCamera } from "./fake/things";
import type { ArmLive, JointLive } from "./protocol";

const live: KeysContext = { wanted: true, here: true, asking: false, focused: true, session: "driving", input: "keys", heard: true };

describe("drive keys are live", () => {
  it("only when all of it holds", () => {
    expect(keysLive(live)).toBe(true);
    expect(keysLive({ ...live, input: "tip", session: "recording" })).toBe(true);
    for (const no of [
      { wanted: false },
      { here: false },
      { asking: true },
      { focused: false },
      { heard: false },
      { session: "holding" },
      { session: "stopped" },
      { session: "paused" },
      { input: "leader" },
      { input: null },
    ] as Partial<KeysContext>[]) {
      expect(keysLive({ ...live, ...no }), JSON.stringify(no)).toBe(false);
    }
  });
});

it("an arm is not heard when its line is gone or none of its motors answers", () => {
  const arm = new FakeArm("a", "A");
  expect(unheard(arm.live())).toBe(false);
  arm.stale[2] = true;
  expect(unheard(arm.live())).toBe(false);
  arm.stale.fill(true);
  expect(unheard(arm.live())).toBe(true);
  arm.stale.fill(false);
  arm.gone = true;
  expect(unheard(arm.live())).toBe(true);
  expect(unheard({ joints: [], lost: false })).toBe(false);
});

describe("a joint moves", () => {
  const joint = (position: number | null, goal: number | null) => ({ joint: "elbow_flex", position, goal }) as JointLive;
  it("while its key is held, or while its goal is away", () => {
    expect(moving(joint(0, 0), new Set(["elbow_flex"]))).toBe(true);
    expect(moving(joint(0, 5), new Set())).toBe(true);
    expect(moving(joint(0, 1), new Set(["wrist_flex"]))).toBe(false);
    expect(moving(joint(null, 5), new Set())).toBe(false);
  });
});

it("the hottest of both arms is found, and none while nothing was measured", () => {
  const [left, right] = [new FakeArm("a", "A"), new FakeArm("b", "B")];
  right.heat[4] = 71;
  expect(hottest([left.live(), right.live()])).toMatchObject({ temperature: 71, joint: { joint: "wrist_roll" } });
  left.silent = true;
  expect(hottest([left.live()])).toBeNull();
});

it("a place on a slider stays on it", () => {
  expect([share(0, -100, 100), share(150, -100, 100), share(null, 0, 1), share(1, 5, 5)]).toEqual([0.5, 1, null, null]);
});

it("speed goes from step to step and stays at the ends", () => {
  expect([nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(1.2, 1), nextSpeed(2, 1), nextSpeed(0.25, -1)]).toEqual([1.5, 0.75, 1.5, 2, 0.25]);
});

describe("the histogram", () => {
  const ends = Array.from({ length: 30 }, (_, at) => 2 * 1.25 ** at);
  const counts = ends.map((_, at) => (at === 8 ? 1000 : at === 10 ? 10 : at === 20 ? 1 : 0));

  it("shows from the first to the last bar that holds something, on a log scale", () => {
    const shown = bars({ ends_us: ends, counts }, 8333);
    expect(shown?.bars).toHaveLength(15);
    expect(shown?.bars[1]).toMatchObject({ count: 1000, height: 1 });
    expect(shown?.bars[3]?.height).toBeCloseTo(Math.log(11) / Math.log(1001));
    expect(shown?.bars.filter((bar) => bar.count === 1 && bar.height > 0.09)).toHaveLength(1);
  });

  it("puts a mark where its value falls", () => {
    const shown = bars({ ends_us: ends, counts }, 8333);
    expect(shown?.at(ends[8] ?? 0)).toBeCloseTo(2 / 15);
    expect(shown?.at(0)).toBe(0);
    expect(shown?.at(1e9)).toBe(1);
  });

  it("tints only what is beyond a twentieth of the period", () => {
    const shown = bars({ ends_us: ends, counts }, 2000);
    expect(shown?.bars.filter((bar) => bar.beyond).every((bar) => bar.endUs > 100)).toBe(true);
    expect(shown?.bars.some((bar) => bar.beyond)).toBe(true);
  });

  it("of nothing is none", () => {
    expect(bars({ ends_us: ends, counts: ends.map(() => 0) }, 8333)).toBeNull();
    expect(bars({ ends_us: [], counts: [] }, 8333)).toBeNull();
  });
});

describe("the cameras of a session", () => {
  const cards = [camera("front"), camera("wrist"), simCamera("front"), simCamera("wrist")];
  const keys = (arm: string, cameras: string[]) =>
    sessionCameras({ cameras, followers: [{ key: arm } as ArmLive] }, cards).map((card) => card.key);

  it("come in its order, and one that is not there is left out", () => {
    expect(keys("known:A", ["wrist", "gone", "front"])).toEqual(["wrist", "front"]);
  });

  it("are the simulated ones on the simulated bench, though others have the same names", () => {
    expect(keys("sim", ["front", "wrist"])).toEqual(["sim:front", "sim:wrist"]);
  });
});
