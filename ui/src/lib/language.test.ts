import { expect, test } from "vitest";
import { knownLanguage, nameKnownLanguage } from "./language";

test("a computer that was set to no language is taken to speak English", () => {
  expect(knownLanguage(["C"])).toBe("en");
  expect(knownLanguage(["C", "de-DE"])).toBe("de-DE");
  expect(knownLanguage(["zh-CN", "en"])).toBe("zh-CN");
  expect(knownLanguage([])).toBe("en");
});

test("libraries that ask the browser for its language are told one that Intl knows", () => {
  const mute = { language: "C", languages: ["C"] } as unknown as Navigator;
  nameKnownLanguage(mute);
  expect(() => new Intl.NumberFormat(mute.language)).not.toThrow();
  expect(mute.languages).toEqual(["en"]);
});
