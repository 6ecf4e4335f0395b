import { describe, expect, it } from "vitest";
import * as things from "../fake/things";
import type { SettingCard } from "../protocol";
import { axesOf, conflicts, groupOf, isReserved, resetting, sound, swapping, taking, wholeWordOf, wordOf } from "./bindings";
import type { Change } from "./catalogue";

/** All settings, some of them with other values. */
function cards(values: Record<string, string> = {}, fixed: string[] = []): SettingCard[] {
  return things.settings().settings.map((card) => ({
    ...card,
    value: values[card.name] ?? card.value,
    source: fixed.includes(card.name) ? "environment" : card.name in values ? "file" : card.source,
  }));
}
const names = (all: SettingCard[]) => all.map((card) => card.name);

describe("bindings", () => {
  it("all have a group and a word, and nothing else has", () => {
    for (const card of cards()) expect(groupOf(card.name) !== null, card.name).toBe(card.kind.kind === "key");
    expect(wordOf("keys.shoulder_pan_minus")).toBe("Pan left");
    expect(wordOf("keys.tip_x_plus")).toBe("Forward");
    expect(wholeWordOf("keys.next")).toBe("Save, next (Record)");
    expect(wordOf("keys.of_tomorrow")).toBe("keys.of_tomorrow");
  });

  it("of joints and of the tip are rows of two ways, in the core's order", () => {
    const joints = axesOf(cards(), "joints");
    expect(joints.map((row) => row.axis)).toEqual(["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]);
    expect([joints[0]?.less?.value, joints[0]?.more?.value]).toEqual(["ArrowLeft", "ArrowRight"]);
    expect(axesOf(cards(), "tip").map((row) => row.axis)).toEqual(["forward", "left", "up", "pitch", "roll", "gripper"]);
  });

  it.each(["Space", "Escape", "Enter", "Tab", "Backspace", "F1", "F6", "F11", "ShiftLeft", "ControlRight", "AltLeft", "MetaLeft"])(
    "leave %s alone",
    (code) => expect(isReserved(code)).toBe(true),
  );

  it("are without conflict as they are usually", () => {
    expect(sound(cards(), [])).toBe(true);
  });
});

describe("a conflict", () => {
  it("is between whatever can be live together: joint and tip keys never are", () => {
    expect(names(conflicts(cards(), "keys.next", "KeyW"))).toEqual(["keys.elbow_flex_plus", "keys.tip_z_plus"]);
    expect(names(conflicts(cards(), "keys.shoulder_pan_minus", "KeyW"))).toEqual(["keys.elbow_flex_plus"]);
    expect(names(conflicts(cards(), "keys.tip_x_minus", "KeyN"))).toEqual(["keys.next"]);
    expect(names(conflicts(cards(), "keys.stop_also", "Digit1"))).toEqual(["keys.by_keys"]);
    expect(conflicts(cards(), "keys.next", "KeyN")).toEqual([]);
    expect(conflicts(cards({ "keys.again": "" }), "keys.next", "")).toEqual([]);
  });

  it("is settled by taking: the others are switched off", () => {
    const changes = taking(cards(), "keys.next", "KeyW");
    expect(changes).toEqual([
      ["keys.next", "KeyW"],
      ["keys.elbow_flex_plus", ""],
      ["keys.tip_z_plus", ""],
    ]);
    expect(sound(cards(), changes ?? [])).toBe(true);
  });

  it("is settled by swapping two keys in one request", () => {
    expect(swapping(cards(), "keys.next", "KeyR")).toEqual([
      ["keys.next", "KeyR"],
      ["keys.again", "KeyN"],
    ]);
    expect(swapping(cards(), "keys.shoulder_pan_minus", "ArrowRight")).toEqual([
      ["keys.shoulder_pan_minus", "ArrowRight"],
      ["keys.shoulder_pan_plus", "ArrowLeft"],
    ]);
  });

  it("that a swap would only move elsewhere draws the third one in", () => {
    // W is a joint key and a tip key: what N gets from the one, the other may not keep.
    const changes = swapping(cards(), "keys.elbow_flex_plus", "KeyN") as Change[];
    expect(Object.fromEntries(changes)).toEqual({
      "keys.elbow_flex_plus": "KeyN",
      "keys.next": "KeyW",
      "keys.tip_z_plus": "KeyN",
    });
    expect(sound(cards(), changes)).toBe(true);
  });

  it("of any two keys can be swapped without another", () => {
    const all = cards().filter((card) => card.kind.kind === "key");
    for (const one of all) {
      for (const other of all) {
        if (one.value === "" || other.value === "" || one.value === other.value) continue;
        const changes = swapping(cards(), one.name, String(other.value));
        expect(changes && sound(cards(), changes), `${one.name} and ${other.name}`).toBe(true);
      }
    }
  });

  it("cannot be swapped when there is nothing to give, nor settled when the environment sets the other", () => {
    expect(swapping(cards(), "keys.stop_also", "KeyN")).toBeNull();
    expect(taking(cards(), "keys.stop_also", "KeyN")).toHaveLength(2);
    const fixed = cards({}, ["keys.again"]);
    expect(swapping(fixed, "keys.next", "KeyR")).toBeNull();
    expect(taking(fixed, "keys.next", "KeyR")).toBeNull();
  });
});

it("resetting brings back what the file changed, and only keys", () => {
  const all = cards({ "keys.next": "Period", "keys.by_tip": "", "look.theme": "dark" }, ["keys.by_tip"]);
  expect(resetting(all)).toEqual([["keys.next", null]]);
});
