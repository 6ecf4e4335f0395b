// What every catalogue has to be: whole, well-formed, in its own words. Not here: how screens follow a change (`live.test.ts`).

import { IntlMessageFormat } from "intl-messageformat";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { de } from "./de";
import { en } from "./en";
import { zh } from "./zh";
import { LANGUAGES } from "./language";
import { type Catalogue, named, setLanguage, t, type WordKey } from ".";

const loaded: Record<string, Catalogue> = {};
const languages = Object.keys(LANGUAGES);
const keys = Object.keys(en) as WordKey[];

beforeAll(async () => {
  for (const [language, { load }] of Object.entries(LANGUAGES)) loaded[language] = await load();
});
afterEach(() => setLanguage("en", en));

interface Element {
  type: number;
  value?: string;
  options?: Record<string, { value: Element[] }>;
}
const LITERAL = 0;
const PLURAL = 6;
/** The number within a plural. */
const POUND = 7;

/** Every element of a message, those of its cases too. */
function elementsOf(message: string, locale = "en"): Element[] {
  const walk = (all: Element[]): Element[] =>
    all.flatMap((one) => [one, ...Object.values(one.options ?? {}).flatMap((option) => walk(option.value))]);
  return walk(new IntlMessageFormat(message, locale).getAst() as Element[]);
}

/** What stands in a message besides its values. */
const bare = (message: string): string =>
  elementsOf(message).map(({ type, value }) => (type === LITERAL ? (value ?? "") : "")).join(" ").trim();

const argumentsOf = (message: string, locale: string): string[] => {
  const all = elementsOf(message, locale).filter(({ type }) => type !== LITERAL && type !== POUND);
  return [...new Set(all.map(({ value }) => value ?? ""))].sort();
};

describe.each(languages)("the catalogue %s", (language) => {
  const words = (): [WordKey, string][] => Object.entries(loaded[language] as Catalogue) as [WordKey, string][];
  const { locale } = LANGUAGES[language] as { locale: string };

  it("has the keys of English, no more and no fewer, and no empty word", () => {
    expect(words().map(([key]) => key).sort()).toEqual([...keys].sort());
    for (const [key, message] of words()) expect(message.trim(), key).not.toBe("");
  });

  it("is well-formed, and asks for the same values as English", () => {
    for (const [key, message] of words()) {
      expect(argumentsOf(message, locale), key).toEqual(argumentsOf(en[key], "en"));
    }
  });

  it("has a case for every plural of its language", () => {
    const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const [key, message] of words()) {
      for (const { type, options } of elementsOf(message, locale)) {
        if (type !== PLURAL) continue;
        const cases = Object.keys(options ?? {});
        const [first, ...rest] = cases.filter((one) => !one.startsWith("="));
        // A number that stands alone needs no second case: “missed 0”, “2 late”.
        if (rest.length > 0 || first !== "other") expect(cases, key).toEqual(expect.arrayContaining(wanted));
      }
    }
  });

  it("has nothing around a word but what leads on, and no-break spaces before units", () => {
    for (const [key, message] of words()) {
      expect(message, key).toBe(message.startsWith(",") ? `,${message.slice(1).trimEnd()}` : message.trim());
      expect(message, key).not.toMatch(/[\d}] (ms|s|min|h|mm|Hz|V|°C|%|[kMG]B|bit\/s)(?![\p{L}\p{N}])/u);
      expect(message, key).not.toMatch(/^ | $|[^ ] {2,}[^ yz]|\t|\n/);
    }
  });

  it("calls the levels of the log and the switch of the letter keys the same in Settings as where they are met", () => {
    const said = loaded[language] as Catalogue;
    for (const level of ["error", "warn", "info", "debug", "trace"] as const) {
      expect(said[`setting.option.log.level.${level}`], level).toBe(said[`diag.level.${level}`]);
    }
    expect(said["setting.look.letters"]).toBe(said["keys.letters"]);
  });

  it("uses no exclamation marks and no straight quotes", () => {
    for (const [key, message] of words()) expect(message, key).not.toMatch(/[!！"]/);
  });
});

describe("English", () => {
  it("says no please, and heads nothing with error", () => {
    for (const key of keys) expect(en[key], key).not.toMatch(/\bplease\b|^error\b|are you sure/i);
  });

  it("holds no word that nobody uses", () => {
    const sources = import.meta.glob<string>(["../../**/*.{ts,svelte,json}", "!../../**/*.test.ts", "!./**"], {
      query: "?raw",
      import: "default",
      eager: true,
    });
    const text = Object.values(sources).join("\n");
    // Strings of the code and of the protocol; the pretended bench says words that the core says.
    const said = new Set(Array.from(text.matchAll(/"([^"\n]*)"/g), ([, one]) => one ?? ""));
    const made = [
      ...Array.from(text.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g), ([, one]) => one ?? ""),
      ...Array.from(text.matchAll(/\bnamed\(\s*["`]([^"`]+)["`]/g), ([, one]) => `${one}.\${}`),
    ];
    const patterns = [...new Set(made)]
      .map((one) => one.split(/\$\{[^}]*\}/))
      .filter((parts) => parts.some((part) => part.includes(".")))
      .map((parts) => new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+)")}$`));
    const used = (key: string): boolean =>
      said.has(key) ||
      patterns.some((pattern) => {
        const found = pattern.exec(key);
        return found !== null && found.slice(1).every((part) => said.has(part) || /^\d+$/.test(part));
      });
    expect(said.size).toBeGreaterThan(1000);
    expect(keys.filter((key) => !used(key))).toEqual([]);
    expect(used("record.nobody.says.this")).toBe(false);
  });
});

/** The same in every language: names, units, signs and the caps of keys. */
const SAME: WordKey[] = [
  "app.title",
  "cams.name.hint",
  "cams.net.place",
  "cap.Alt",
  "cap.Escape",
  "cams.live.ms",
  "doctor.modemmanager",
  "doctor.tendon",
  "loop.p50",
  "loop.p99",
  "loop.table.ms",
  "record.cam.rec",
  "record.disk.minutes",
  "record.form.hertz",
  "record.form.seconds",
  "setting.option.look.language.de",
  "setting.option.look.language.en",
  "setting.option.look.language.zh",
  "setting.option.storage.codec.av1",
  "setting.option.storage.codec.h264",
  "setup.picture.usb",
  "tip.place",
];

/** Words that are the English ones, and why they stay. */
const SAME_IN_GERMAN: Record<string, WordKey[]> = {
  "the word is German too": [
    "arm.title",
    "cal.compare.motor",
    "cams.format",
    "cams.live.rate",
    "check.arm",
    "check.rate",
    "diag.health.bus",
    "doctor.adapter",
    "doctor.arm",
    "doctor.motor",
    "doctor.system",
    "doctor.video",
    "home.col.name",
    "home.name.label",
    "home.sets.where",
    "record.curves.arm",
    "record.film",
    "record.last",
    "record.over.where",
    "record.pause",
  ],
  "a name of a figure, or a unit": ["chart.minutes", "diag.health.p99", "diag.table.bus50", "diag.table.bus99"],
  "the trade says it in English": ["input.gamepad", "pad.title", "scan.col.firmware"],
};

/** Chinese keyboards bear English caps. */
const SAME_IN_CHINESE: WordKey[] = [
  "cap.Control",
  "cap.Delete",
  "cap.End",
  "cap.Enter",
  "cap.Home",
  "cap.Insert",
  "cap.PageDown",
  "cap.PageUp",
  "cap.Shift",
];

const untranslated = (words: Catalogue): WordKey[] =>
  keys.filter((key) => words[key] === en[key] && /\p{L}/u.test(bare(en[key]))).sort();

/** As the core's sentences: `crates/xtask/src/house/sentences/rules.rs`. */
const REJECTED_IN_GERMAN = /speichern\b|gespeichert|Kurzbefehl|Laufwerk|\bPorts?\b|Computer/;
const REJECTED_IN_CHINESE = /控制循环|摄像[头机]|图像|图片|照片|校准|仿真|零点偏移|[台只部]相机|[个台只](机械臂|[主从]臂)|[你您]/;

describe("Chinese", () => {
  it("has one word for one thing, and addresses nobody", () => {
    for (const key of keys) expect(zh[key], key).not.toMatch(REJECTED_IN_CHINESE);
  });

  it("is translated, but for the words that are the same", () => {
    expect(untranslated(zh)).toEqual([...SAME, ...SAME_IN_CHINESE].sort());
  });
});

describe("German", () => {
  it("is translated, but for the words that are the same", () => {
    expect(untranslated(de)).toEqual([...SAME, ...Object.values(SAME_IN_GERMAN).flat()].sort());
  });

  it("has one word for one thing", () => {
    for (const key of keys) expect(de[key], key).not.toMatch(REJECTED_IN_GERMAN);
  });

  it("uses its own quotation marks, orders without “Sie” and “bitte”, and heads nothing with Fehler", () => {
    for (const key of keys) {
      expect(de[key], key).not.toMatch(/[”’'‘]|\bbitte\b|\bSie sicher\b|^Fehler\b/i);
      const quotes = de[key].replace(/[^„“]/g, "");
      expect(quotes, key).toBe("„“".repeat(quotes.length / 2));
      // The form of address; a sentence about “sie” begins with a capital too.
      expect(de[key], key).not.toMatch(/[\p{L},] (Sie|Ihnen|Ihr|Ihre[mnrs]?)\b/u);
    }
  });

  it("is not so much longer than English that what was laid out for two fifths more is too small", () => {
    const lengths = keys.map((key) => ({ key, german: bare(de[key]).length, english: bare(en[key]).length }));
    const sum = (of: "german" | "english") => lengths.reduce((all, one) => all + one[of], 0);
    expect(sum("german") / sum("english")).toBeLessThan(1.4);
    // Short words may have ten letters more: “On” is a fifth of what stands around it.
    const long = lengths.filter(({ german, english }) => german > english * 1.4 + 10);
    expect(long).toEqual([]);
  });

  it("chooses plurals, and writes numbers of sentences as all its numbers", () => {
    setLanguage("de", de);
    expect(t("loop.lost", { count: 1 })).toBe("1 Antwort verloren");
    expect(t("loop.lost", { count: 12345 })).toBe("12.345 Antworten verloren");
    expect(t("loop.lost", { count: 1234 })).toBe("1234 Antworten verloren");
    expect(t("home.ready.cameras", { count: 2, names: "front und wrist" })).toBe("2 Kameras sind bereit: front und wrist.");
    expect(named("session", "faulted")).toBe("Störung");
  });
});

describe("words", () => {
  it("choose plurals and name values", () => {
    expect(t("keys.held", { count: 2 })).toBe("2 held");
    expect(t("home.ready.cameras", { count: 1, names: "front" })).toBe("One camera is ready: front.");
    expect(t("home.ready.cameras", { count: 0, names: "" })).toBe("No camera is set up.");
  });

  it("write their numbers as numbers are written everywhere", () => {
    expect(t("joints.lost", { count: 1234 })).toBe("1234 replies lost");
    expect(t("joints.lost", { count: 12345 })).toBe("12,345 replies lost");
    expect(t("record.why.number", { least: 1, most: 10000 })).toBe("Between 1 and 10,000.");
    expect(t("home.find.found", { name: "10000", joint: "elbow flex" })).toBe("10000 moved its elbow flex.");
  });

  it("are found by words of the protocol, and an unknown one is shown as it is", () => {
    expect(named("session", "driving")).toBe("Driving");
    expect(named("session", "dancing")).toBe("dancing");
  });
});
