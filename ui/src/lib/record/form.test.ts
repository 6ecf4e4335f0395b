import { describe, expect, it } from "vitest";
import * as things from "../fake/things";
import type { Bench } from "../protocol";
import {
  USUAL,
  type RecordForm,
  armsFor,
  chosenArms,
  chosenCameras,
  followNumbers,
  formFrom,
  formText,
  known,
  loopRate,
  refused,
  resumes,
  startOf,
  toggleArm,
  troubles,
  usualNumbers,
} from "./form";

const follower = things.arm("Bench follower", "follower", "1");
const leader = things.arm("Bench leader", "leader", "2");
const sim = { ...things.simArm(), calibration: "simulated_arm" };
const bench = (more: Partial<Bench> = {}): Bench => ({
  ...things.emptyTopics().bench,
  arms: [sim, leader, follower],
  lately: ["place_block"],
  ...more,
});
const form = (more: Partial<RecordForm> = {}): RecordForm => ({ ...USUAL, dataset: "cups", task: "Stack the cups", ...more });
const cameras = [things.camera("front"), things.camera("wrist"), things.simCamera("front")];

describe("the arms of a recording", () => {
  it("are the first follower with the first leader, and the simulated arm only when there is nothing else", () => {
    expect(armsFor(bench()).map((arm) => arm.key)).toEqual([follower.key, leader.key, "sim"]);
    expect(chosenArms(form(), bench())).toEqual([follower, leader]);
    expect(chosenArms(form(), bench({ arms: [sim] }))).toEqual([sim]);
    expect(chosenArms(form(), bench({ arms: [{ ...follower, calibration: null }] }))).toEqual([]);
  });

  it("are those that are open while an arm is driven", () => {
    expect(chosenArms(form(), bench({ activity: "driving", busy: ["sim"] }))).toEqual([sim]);
  });

  it("follow what was chosen, as long as it is there", () => {
    expect(chosenArms(form({ arms: ["sim"] }), bench())).toEqual([sim]);
    expect(chosenArms(form({ arms: ["known:gone"] }), bench())).toEqual([follower, leader]);
  });

  it("go together when they are real, and alone when simulated", () => {
    expect(toggleArm(sim, [follower, leader])).toEqual(["sim"]);
    expect(toggleArm(leader, [sim])).toEqual([leader.key]);
    expect(toggleArm(leader, [follower, leader])).toEqual([follower.key]);
  });
});

describe("the form", () => {
  it("says field by field why it cannot be sent", () => {
    expect(troubles(form(), [follower])).toEqual({});
    expect(troubles(form({ dataset: " ", task: "" }), [follower])).toEqual({
      dataset: "record.why.dataset.empty",
      task: "record.why.task",
    });
    expect(troubles(form({ fps: Number.NaN, episodes: 2.5, episodeS: 0, resetS: -1 }), [follower])).toEqual({
      fps: "record.why.number",
      episodes: "record.why.number",
      episodeS: "record.why.number",
      resetS: "record.why.number",
    });
  });

  it.each([
    ["cups", true],
    ["me/stack_cups-2", true],
    ["Würfel", true],
    ["方块", true],
    ["/data/sets/cups", true],
    ["C:\\sets\\cups", true],
    [".cups", false],
    ["a/../b", false],
    ["two words", false],
    ["a/b/c", false],
  ])("takes %s as a dataset's name: %s", (dataset, good) => {
    expect(troubles(form({ dataset }), [follower]).dataset === undefined).toBe(good);
  });

  it("wants a follower, and as many leaders as followers or none", () => {
    expect(troubles(form(), []).arms).toBe("record.why.arms");
    expect(troubles(form(), [leader]).arms).toBe("record.why.follower");
    expect(troubles(form(), [follower, leader, leader]).arms).toBe("record.why.leaders");
    expect(troubles(form(), [follower, follower, leader, leader]).arms).toBeUndefined();
  });

  it("goes on with a dataset that is known, unless the person says otherwise", () => {
    expect(known("place_block ", bench())).toBe(true);
    expect(resumes(form({ dataset: "place_block" }), bench())).toBe(true);
    expect(resumes(form({ dataset: "place_block", resume: false }), bench())).toBe(false);
    expect(resumes(form({ dataset: "cups", resume: true }), bench())).toBe(true);
  });

  it("becomes a request: a leader drives when there is one, left-out cameras stay out", () => {
    const start = startOf(form({ without: ["wrist"] }), bench(), cameras);
    expect(start).toMatchObject({ dataset: "cups", resume: false, fps: 30, episode_s: 20, keep_left_over: null });
    expect(start.drive).toEqual({
      arms: [
        { key: follower.key, role: "follower" },
        { key: leader.key, role: "leader" },
      ],
      cameras: ["front"],
      rate_hz: 120,
      input: "leader",
    });
    expect(startOf(form(), bench({ arms: [sim] }), cameras, true)).toMatchObject({
      keep_left_over: true,
      drive: { cameras: ["sim:front"], input: "keys" },
    });
  });

  it("gives simulated cameras to the simulated arm only", () => {
    const unset = { ...things.simCamera("wrist"), key: "sim:wrist", setup: null };
    expect(chosenCameras(form(), [sim], [...cameras.slice(2), unset])).toEqual(["sim:front", "sim:wrist"]);
    expect(chosenCameras(form(), [follower], [unset])).toEqual([]);
    expect(chosenCameras(form(), [follower], cameras)).toEqual(["front", "wrist"]);
  });

  it("runs the loop at a whole multiple of the rows", () => {
    expect([30, 25, 50, 60, 120, 7].map((fps) => loopRate(fps))).toEqual([120, 125, 100, 120, 120, 119]);
  });

  it("runs the loop near the rate that is set, and never faster than a loop may", () => {
    expect([30, 25, 100].map((fps) => loopRate(fps, 250))).toEqual([240, 250, 200]);
    expect(loopRate(30, 60)).toBe(60);
    expect(loopRate(120, 10)).toBe(120);
    expect(startOf(form(), bench(), cameras, null, 60).drive.rate_hz).toBe(60);
  });

  it("begins with the numbers of the settings, and follows one that is changed; what was typed beside it stays", () => {
    const settings = things.settings();
    const before = usualNumbers(settings);
    expect(before).toEqual({ fps: 30, episodeS: 20, resetS: 10, episodes: 20 });
    const typed = form({ episodes: 3 });
    for (const card of settings.settings) if (card.name === "record.fps") card.value = 60;
    followNumbers(typed, before, usualNumbers(settings));
    expect(typed).toMatchObject({ fps: 60, episodes: 3 });
    expect(usualNumbers(null)).toEqual(before);
  });

  it("knows what was usual when it was kept, so that only a setting changed since wins over it", () => {
    const then = { ...usualNumbers(null), fps: 50 };
    const { form: back, usual } = formFrom(formText(form({ fps: 15, episodeS: 45 }), then));
    expect(usual).toEqual(then);
    followNumbers(back, usual, { ...then, episodeS: 30 });
    expect(back).toMatchObject({ fps: 15, episodeS: 30 });
  });

  it("comes back as it was kept, and as usual when that cannot be read", () => {
    const kept = JSON.stringify({ ...form({ fps: 15 }), arms: ["sim"], resume: true, more: 1 });
    expect(formFrom(kept).form).toEqual({ ...USUAL, dataset: "cups", task: "Stack the cups", fps: 15 });
    for (const text of [null, "", "{", "7"]) expect(formFrom(text).form).toEqual(USUAL);
  });
});

it("the first refused check is the reason", () => {
  const line = (grade: "fine" | "notice" | "refused", name: string) => ({ name, grade, found: "", remedy: "" });
  expect(refused([line("fine", "a"), line("notice", "b"), line("refused", "c"), line("refused", "d")])?.name).toBe("c");
  expect(refused([line("notice", "b")])).toBeNull();
});
