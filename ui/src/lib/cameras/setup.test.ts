import { describe, expect, it } from "vitest";
import { MODES } from "../fake/cameras";
import * as things from "../fake/things";
import type { CameraCard } from "../protocol";
import {
  addressTrouble,
  busFull,
  firstSetup,
  formats,
  groups,
  nameTrouble,
  nearest,
  rates,
  sameSetup,
  sizes,
  stateOf,
  turnedSize,
} from "./setup";

describe("what a camera offers", () => {
  it("is told by format, then size, then rate, each only where the others have it", () => {
    expect(formats(MODES)).toEqual(["MJPG", "YUYV"]);
    expect(sizes(MODES, "YUYV").map((size) => size.width)).toEqual([640, 1280]);
    expect(sizes(MODES, null).map((size) => size.width)).toEqual([640, 1280, 1920]);
    expect(rates(MODES, "MJPG", { width: 640, height: 480 })).toEqual([30, 15]);
    expect(rates(MODES, "YUYV", { width: 1280, height: 720 })).toEqual([10]);
  });

  it("is kept to when something else is chosen", () => {
    const wish = { format: "MJPG", width: 1920, height: 1080, fps: 30 };
    expect(nearest(MODES, { ...wish, format: "YUYV" })).toEqual({ format: "YUYV", width: 1280, height: 720, fps: 10 });
    expect(nearest(MODES, wish)).toEqual(wish);
    expect(nearest(MODES, { ...wish, format: "H264" })).toMatchObject({ format: null });
    expect(nearest([], wish)).toEqual(wish);
  });

  it("begins with the usual size and a free name", () => {
    const card = { place: { kind: "device", at: "x" } as const, modes: MODES };
    expect(firstSetup(card, [])).toMatchObject({ name: "front", width: 640, height: 480, fps: 30, format: null });
    expect(firstSetup(card, ["front", "wrist", "top", "side"]).name).toBe("camera_2");
    expect(firstSetup({ place: { kind: "sim", at: "wrist" }, modes: MODES }, []).name).toBe("wrist");
  });
});

describe("a camera's name", () => {
  it.each([
    ["front", null],
    ["wrist_2", null],
    ["", "cams.why.name.empty"],
    ["Front", "cams.why.name.letters"],
    ["2nd", "cams.why.name.letters"],
    ["a b", "cams.why.name.letters"],
    ["top", "cams.why.name.taken"],
  ])("%o gives %o", (name, trouble) => {
    expect(nameTrouble(name, ["top"])).toBe(trouble);
  });
});

it.each([
  ["http://192.168.1.20:8080/video", true],
  ["https://cam.local/", true],
  ["192.168.1.20", false],
  ["ftp://cam/", false],
  ["", false],
])("takes %o as an address: %o", (address, good) => {
  expect(addressTrouble(address) === null).toBe(good);
});

it("a picture turned by a quarter changes width and height", () => {
  const size = { width: 640, height: 480 };
  expect(turnedSize({ ...size, rotation: 90 })).toEqual({ width: 480, height: 640 });
  expect(turnedSize({ ...size, rotation: 180 })).toEqual(size);
});

it("a bus is too full above four fifths", () => {
  expect(busFull({ bus_bits: 1, bus_share: 0.81, disk_bytes_a_minute: 1 })).toBe(true);
  expect(busFull({ bus_bits: 1, bus_share: null, disk_bytes_a_minute: 1 })).toBe(false);
  expect(busFull(null)).toBe(false);
});

it("what a camera is doing comes before whether it is there", () => {
  const card = (more: Partial<CameraCard>) => things.camera("front", more);
  const live = things.camera("front").live;
  expect(stateOf(card({ online: "offline", live: { ...live, word: "lost" } }))).toBe("lost");
  expect(stateOf(card({ live: { ...live, word: "warming" } }))).toBe("streaming");
  expect(stateOf(card({ online: "offline" }))).toBe("offline");
  expect(stateOf(card({}))).toBe("online");
});

it("cameras stand in three groups", () => {
  const sim = things.simCamera("front");
  const found = { ...things.camera("x"), setup: null };
  const wrist = { ...things.simCamera("wrist"), setup: things.cameraSetup("wrist") };
  const all = groups([sim, found, things.camera("front"), wrist]);
  expect([all.here.length, all.found.length, all.sims.length]).toEqual([2, 1, 1]);
});

it("controls do not make a setup a changed one", () => {
  const one = things.cameraSetup("front");
  expect(sameSetup(one, { ...one, controls: [["gain", 3]] })).toBe(true);
  expect(sameSetup(one, { ...one, fps: 15 })).toBe(false);
});
