import { describe, expect, it } from "vitest";
import { FakeBackend } from "./fake/backend";
import { arm, camera, emptyTopics, notice, simArm, simCamera } from "./fake/things";
import { band, camerasFor, concerns, driveWith, nameTrouble, present, ready, rowState, shut } from "./home";
import type { ArmCard, Bench } from "./protocol";

const bench = (arms: ArmCard[], more: Partial<Bench> = {}): Bench => ({ ...emptyTopics().bench, arms, ...more });
const follower = arm("Follower", "follower", "1");
const leader = arm("Leader", "leader", "2");

describe("the band", () => {
  it("is about the pair that is ready", () => {
    expect(band(bench([follower, leader, simArm()]))).toMatchObject({ kind: "ready", follower, leader, both: [] });
  });

  it("takes a follower alone", () => {
    expect(band(bench([follower]))).toMatchObject({ kind: "ready", leader: null });
  });

  it("offers both arms, left first, with both leaders or none", () => {
    const right = arm("Right follower", "follower", "3");
    const left = arm("Left follower", "follower", "4");
    const both = (arms: ArmCard[]) => {
      const found = band(bench(arms));
      return found.kind === "ready" ? found.both.map((one) => one.name) : [];
    };
    expect(both([right, left])).toEqual(["Left follower", "Right follower"]);
    expect(both([right, left, leader])).toEqual(["Left follower", "Right follower"]);
    const leaders = [arm("Right leader", "leader", "5"), arm("Left leader", "leader", "6")];
    expect(both([right, left, ...leaders])).toEqual(["Left follower", "Right follower", "Left leader", "Right leader"]);
  });

  it("says what is missing, then what is looked for, then what to plug in", () => {
    const raw = { ...follower, calibration: null };
    expect(band(bench([raw]))).toMatchObject({ kind: "almost", calibrate: true });
    const told = { ...raw, notice: notice("warning", "“Follower” has no calibration yet.", "Calibrate it before it is driven.") };
    expect(band(bench([told]))).toMatchObject({ kind: "almost", calibrate: true });
    const ill = { ...follower, notice: notice("fault", "The port may not be opened.") };
    expect(band(bench([ill]))).toMatchObject({ kind: "almost", calibrate: false });
    expect(band(bench([{ ...follower, online: "looking" }]))).toEqual({ kind: "looking", known: 1 });
    expect(band(bench([{ ...follower, online: "offline" }, simArm()]))).toEqual({ kind: "none" });
  });

  it("leads back to what is going on", () => {
    expect(band(bench([follower, leader], { activity: "driving", busy: [follower.key] }))).toEqual({ kind: "busy", names: ["Follower"] });
  });
});

describe("an arm is ready", () => {
  it("only with a role, a calibration and no fault", () => {
    expect(ready(follower)).toBe(true);
    expect(ready({ ...follower, role: null })).toBe(false);
    expect(ready({ ...follower, notice: notice("warning", "warm") })).toBe(true);
    expect(ready({ ...follower, notice: notice("fault", "gone") })).toBe(false);
  });
});

describe("what is driven", () => {
  const cameras = [camera("front"), camera("off", { online: "offline" }), camera("new", { setup: null }), simCamera("wrist")];

  it("takes the cameras that are set up and there, of the same world", () => {
    expect(camerasFor([follower], cameras)).toEqual(["front"]);
    expect(camerasFor([simArm()], cameras)).toEqual(["sim:wrist"]);
  });

  it("begins with the leader where there is one", () => {
    expect(driveWith([follower, leader], cameras)).toMatchObject({ input: "leader", rate_hz: 120 });
    expect(driveWith([follower], cameras).input).toBe("keys");
  });
});

describe("what is said of arms", () => {
  const port = (one: ArmCard, at: string) =>
    ({ ...one, notice: notice("fault", `The port may not be opened.\nPort: ${at}`, "Join the group.", "usermod") });

  it("is said once where cause and remedy are the same", () => {
    const [first, second] = [port(follower, "/dev/ttyACM0"), port(leader, "/dev/ttyACM1")];
    const warm = { ...arm("Third", "follower", "3"), notice: notice("warning", "Third: motor 4 is warm.", "Wait.") };
    expect(concerns([first, warm, second, simArm()])).toEqual([
      { notice: first.notice, cause: "The port may not be opened.", arms: [first, second] },
      { notice: warm.notice, cause: "Motor 4 is warm.", arms: [warm] },
    ]);
  });

  it("is said apart where the remedy is another", () => {
    const other = { ...leader, notice: notice("fault", "The port may not be opened.", "Plug it in again.") };
    expect(concerns([port(follower, "/dev/ttyACM0"), other])).toHaveLength(2);
  });

  it("goes without the arm's name in front of it, also behind a Chinese colon", () => {
    for (const message of [`${leader.name}: motor 4 is warm.`, `${leader.name}：motor 4 is warm.\nPort: x`]) {
      expect(concerns([{ ...leader, notice: notice("warning", message) }])[0]?.cause).toBe("Motor 4 is warm.");
    }
  });

  it("shuts an arm whose port cannot be opened, and no other", () => {
    expect(shut(port(follower, "/dev/ttyACM0"))).toBe("The port may not be opened.");
    expect(shut({ ...follower, notice: notice("warning", "It is warm.") })).toBe("");
    expect(shut(follower)).toBe("");
  });
});

it("arms to plug in are counted with those that have no name yet, and without the simulated one", () => {
  const gone = { ...leader, online: "offline" as const };
  expect(present([follower, gone, arm("", null, "9"), simArm()])).toEqual({ count: 2, all: 3 });
});

it("a row says in use before all else, and trouble before online", () => {
  const none = { busy: [] };
  expect(rowState(follower, { busy: [follower.key] })).toBe("use");
  expect(rowState({ ...follower, notice: notice("warning", "w") }, none)).toBe("trouble");
  expect(rowState({ ...follower, notice: notice("note", "n") }, none)).toBe("online");
  expect(rowState({ ...follower, online: "offline", notice: notice("fault", "f") }, none)).toBe("offline");
});

it("a name that is empty, long or taken cannot be given", () => {
  const arms = [follower, leader];
  expect(nameTrouble("", follower, arms)).toBe("home.name.why.empty");
  expect(nameTrouble("x".repeat(41), follower, arms)).toBe("home.name.why.long");
  expect(nameTrouble("leader", follower, arms)).toBe("home.name.why.taken");
  expect(nameTrouble("Follower", follower, arms)).toBeNull();
});

describe("the pretended bench", () => {
  it.each(["first", "empty", "simulated", "looking", "ready", "degraded", "permission", "holding", "opening", "driving", "bimanual", "warnings", "stopped", "faulted", "unplugged", "camera_lost"])(
    "%s begins and says hello",
    async (scenario) => {
      const backend = new FakeBackend(scenario);
      const reply = await backend.request({ v: 1, id: "1", ask: { do: "hello" } });
      expect(reply).toMatchObject({ v: 1, id: "1", outcome: { done: { is: "welcome" } } });
    },
  );

  it("moves the joint whose key is held, and stops with the key", async () => {
    const backend = new FakeBackend("driving");
    const elbow = () => backend.world.arms.get("known:Bench follower")?.position[2] ?? 0;
    const before = elbow();
    await backend.keys(["KeyW"], true);
    for (let at = 0; at < 10; at++) backend.world.tick(0.05);
    expect(elbow()).toBeGreaterThan(before + 10);
    await backend.keys([], true);
    for (let at = 0; at < 20; at++) backend.world.tick(0.05);
    const after = elbow();
    for (let at = 0; at < 20; at++) backend.world.tick(0.05);
    expect(elbow()).toBeCloseTo(after, 3);
  });

  it("stands still when it was stopped, keys or not", async () => {
    const backend = new FakeBackend("driving");
    await backend.keys(["KeyW"], true);
    await backend.stop();
    const elbow = () => backend.world.arms.get("known:Bench follower")?.goal[2];
    const before = elbow();
    backend.world.tick(0.5);
    expect(elbow()).toBe(before);
    expect(backend.world.topics.deck).toMatchObject({ session: "stopped", torque: "on", can_resume: true });
  });
});
