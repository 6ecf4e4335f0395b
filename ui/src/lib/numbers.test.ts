import { afterEach, describe, expect, it } from "vitest";
import * as n from "./numbers";
import { setLanguage } from "./words";
import { de } from "./words/de";
import { en } from "./words/en";

afterEach(() => setLanguage("en", en));

const N = "\u00a0";

describe("numbers", () => {
  it.each([
    [n.angle(23.4), "23.4°"],
    [n.angle(-22.14), "−22.1°"],
    [n.angle(-0.04), "0.0°"],
    [n.swing(228.6), "229°"],
    [n.place("gripper", 77.6), `78${N}%`],
    [n.place("elbow_flex", -83.8), "−83.8°"],
    [n.percent(-0.3), `0${N}%`],
    [n.ticks(2731.4), "2731"],
    [n.count(1234), "1234"],
    [n.count(28311), "28,311"],
    [n.millimetres(-62.7), `−63${N}mm`],
    [n.degreesPerSecond(42), `42${N}°/s`],
    [n.hertz(120), `120.0${N}Hz`],
    [n.trueRate(29.98), `29.98${N}Hz`],
    [n.milliseconds(0.114), `0.11${N}ms`],
    [n.fromMicroseconds(110), `0.11${N}ms`],
    [n.fromMicroseconds(2), `<${N}0.01${N}ms`],
    [n.fromMicroseconds(0), `0.00${N}ms`],
    [n.significant(0.003906, 3), "0.00391"],
    [n.significant(0.00441, 3), "0.00441"],
    [n.significant(0.0473, 3), "0.0473"],
    [n.significant(380.4, 3), "380"],
    [n.significant(12345, 3), "12,345"],
    [n.significant(0, 3), "0"],
    [n.significant(null, 3), "–"],
    [n.celsius(56.7), `57${N}°C`],
    [n.volts(12), `12.0${N}V`],
    [n.span(12.44), `12.4${N}s`],
    [n.span(252), "4:12"],
    [n.span(942), `15.7${N}min`],
    [n.span(61 * 3600), `61${N}h`],
    [n.clock(59.99), "0:59"],
    [n.bytes(212e9), `212${N}GB`],
    [n.bytes(9.214e9), `9.21${N}GB`],
    [n.bytes(21.4e9), `21.4${N}GB`],
    [n.bytes(1.5e12), `1.50${N}TB`],
    [n.bytes(412e6), `412${N}MB`],
    [n.bytes(300), `<${N}1${N}MB`],
    [n.bytes(0), `0${N}MB`],
    [n.bitRate(27_600_000), `27.6${N}Mbit/s`],
    [n.plain(-0.001, 2), `>${N}−0.01`],
  ])("%s", (shown, wanted) => expect(shown).toBe(wanted));

  it.each([null, undefined, Number.NaN, Number.POSITIVE_INFINITY])("that are %s are a dash", (nothing) => {
    for (const show of [n.angle, n.percent, n.hertz, n.celsius, n.span, n.bytes, n.count, n.day]) expect(show(nothing)).toBe("–");
  });

  it("never have a plain hyphen or a plain space", () => {
    const all = [n.angle(-1), n.millimetres(-5), n.percent(-7), n.volts(12), n.span(3), n.bytes(5e9), n.plain(-12345.6, 1)];
    for (const shown of all) expect(shown).not.toMatch(/[- ]/);
  });

  it("are lists and days of the language", () => {
    expect(n.list(["front", "wrist"])).toBe("front and wrist");
    expect(n.day(1_794_700_800)).toMatch(/^\d{1,2} Nov 2026$/);
  });

  it("follow the language, and so do lists, days and times of day", () => {
    const noon = new Date(2026, 10, 15, 14, 5).getTime();
    expect([n.count(28311), n.hertz(120), n.day(noon / 1000)]).toEqual(["28,311", `120.0${N}Hz`, "15 Nov 2026"]);
    setLanguage("de", de);
    expect([n.count(28311), n.count(1234), n.hertz(120), n.angle(-22.14), n.fromMicroseconds(2)]).toEqual([
      "28.311",
      "1234",
      `120,0${N}Hz`,
      "−22,1°",
      `<${N}0,01${N}ms`,
    ]);
    expect([n.day(noon / 1000), n.timeOfDay(noon)]).toEqual(["15. Nov. 2026", "14:05"]);
    expect(n.list(["front", "wrist", "top"])).toBe("front, wrist und top");
    setLanguage("zh-CN", en);
    expect([n.count(28311), n.day(noon / 1000), n.list(["前", "后"])]).toEqual(["28,311", "2026年11月15日", "前和后"]);
    setLanguage("en", en);
    expect([n.count(28311), n.timeOfDay(noon)]).toEqual(["28,311", "14:05"]);
  });
});
