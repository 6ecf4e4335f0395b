import { afterEach, describe, expect, it } from "vitest";
import * as things from "../fake/things";
import type { SettingCard, SettingKind } from "../protocol";
import { setLanguage } from "../words";
import { de } from "../words/de";
import { en } from "../words/en";
import { settingsWords as german } from "../words/de/settings";
import { settingsWords as english } from "../words/en/settings";
import { settingsWords as chinese } from "../words/zh/settings";
import { wordOf } from "./bindings";
import { SECTIONS, bySection, changed, find, fixed, hintOf, labelOf, numberIn, optionOf, sectionOf, switchIn, textIn, troubleOf, wayBack, wholeAddress, wholePath } from "./catalogue";

afterEach(() => setLanguage("en", en));

const cards = things.settings().settings;
const found = (typed: string) => find(cards, typed).map((card) => card.name);
const card = (more: Partial<SettingCard>): SettingCard => ({ ...(cards[0] as SettingCard), ...more });

describe("the settings of the core", () => {
  it("all have a section, a name, a sentence and words for what can be chosen", () => {
    for (const { name, kind } of cards) {
      expect(sectionOf(name), name).not.toBeNull();
      expect(labelOf(name), name).not.toBe(name);
      if (kind.kind !== "key") expect(hintOf(name), name).toMatch(/\.$/);
      if (kind.kind === "choice") for (const option of kind.options) expect(optionOf(name, option), name).not.toBe(option);
    }
  });

  it("fill every section of the page", () => {
    expect(bySection(cards).map((one) => one.section)).toEqual([...SECTIONS]);
    expect(bySection(cards).flatMap((one) => one.cards)).toHaveLength(cards.length);
  });

  it("that this page has no place for are left out, without harm", () => {
    expect(bySection([card({ name: "kitchen.sink" }), card({ name: "nonsense" })])).toEqual([]);
    expect(labelOf("kitchen.sink")).toBe("kitchen.sink");
    expect(hintOf("kitchen.sink")).toBe("");
  });

  it("have the same words in every language, with the same values", () => {
    const values = (message: string) => [...new Set(message.match(/\{[a-z]+/g) ?? [])].sort();
    for (const other of [german, chinese] as Record<string, string>[]) {
      expect(Object.keys(other)).toEqual(Object.keys(english));
      for (const [key, message] of Object.entries(english)) expect(values(other[key] ?? ""), key).toEqual(values(message));
    }
  });
});

describe("the search", () => {
  it("finds by words, by names and by variables, whatever their case, in any order", () => {
    expect(found("text SIZE")).toEqual(["look.text"]);
    expect(found("record.fps")).toEqual(["record.fps"]);
    expect(found("TENDON_GRAPHICS")).toEqual(["window.graphics"]);
    expect(found("chinese")).toEqual([]);
    expect(found("deutsch")).toEqual(["look.language"]);
    expect(found("left pan")).toContain("keys.shoulder_pan_minus");
    expect(found("limits temperature warm")).toEqual(["limits.temperature_warn"]);
  });

  it("does not know the hyphens that only show where a German word may break", () => {
    setLanguage("de", de);
    expect(wordOf("keys.shoulder_lift_minus")).toContain("\u00ad");
    for (const typed of ["zurücklehnen", "ZURUCKLEHNEN", "Zurück\u00adlehnen"]) {
      expect(found(typed)).toContain("keys.shoulder_lift_minus");
    }
  });

  it("finds everything while nothing is typed, and nothing where nothing fits", () => {
    expect(found("  ")).toHaveLength(cards.length);
    expect(found("zebra")).toEqual([]);
  });
});

describe("a value", () => {
  it("says where it comes from, and what brings it back", () => {
    expect(wayBack(card({ source: "usual" }))[1]).toBeNull();
    expect(wayBack(card({ source: "file", value: "de" }))[1]).toBe("de");
    expect([changed(card({ source: "usual" })), changed(card({ source: "file" }))]).toEqual([false, true]);
    expect(fixed(card({ source: "environment" }))).toContain("TENDON_LOOK_LANGUAGE");
    expect(fixed(card({ source: "file" }))).toBe("");
  });

  it("is the usual one before the core was heard, and where it makes no sense", () => {
    expect(numberIn(null, "record.fps", 30)).toBe(30);
    expect(switchIn(null, "sound.on", true)).toBe(true);
    const state = { ...things.settings(), settings: [card({ name: "record.fps", value: "many" })] };
    expect(numberIn(state, "record.fps", 30)).toBe(30);
    expect(textIn(state, "record.fps", "")).toBe("many");
    expect(textIn(state, "keys.next", "")).toBe("");
  });
});

describe("a number", () => {
  const kind = { kind: "number", least: 5, most: 180, step: 1, unit: "°/s" } satisfies SettingKind;
  it("must be one, and within its limits", () => {
    expect(troubleOf(kind, Number.NaN)).toBe("set.why.number");
    expect([troubleOf(kind, 4), troubleOf(kind, 181)]).toEqual(["set.why.range", "set.why.range"]);
    expect([5, 7.5, 180].map((value) => troubleOf(kind, value))).toEqual([null, null, null]);
  });
});

it.each([
  ["", true],
  ["http://192.168.1.20:7000", true],
  ["https://models.example/files", true],
  ["192.168.1.20:7000", false],
  ["http://", false],
  ["http://me:word@host", false],
])("an address may be %s: %s", (address, good) => expect(wholeAddress(address)).toBe(good));

it.each([
  ["", true],
  ["/data/sets", true],
  ["~/sets", true],
  ["C:\\sets", true],
  ["\\\\server\\sets", true],
  ["sets", false],
  ["./sets", false],
])("a folder may be %s: %s", (path, good) => expect(wholePath(path)).toBe(good));
