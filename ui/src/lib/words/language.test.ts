import { afterEach, describe, expect, it, vi } from "vitest";
import { settings } from "../fake/things";
import type { SettingsState } from "../protocol";
import { hertz, list } from "../numbers";
import { de } from "./de";
import { en } from "./en";
import { languageFor, PageLanguage } from "./language";
import { setLanguage, t } from ".";

afterEach(() => setLanguage("en", en));

function page(languages: string[], search = "", kept: Record<string, string> = {}) {
  const heard = new Map<string, () => void>();
  const root = { lang: "en" };
  const storage = { getItem: (key: string) => kept[key] ?? null, setItem: (key: string, value: string) => void (kept[key] = value) };
  const navigator = { languages };
  const made = {
    navigator,
    location: { search },
    localStorage: storage,
    document: { documentElement: root },
    addEventListener: (name: string, hear: () => void) => void heard.set(name, hear),
  };
  return { root, kept, heard, navigator, window: made as unknown as Window, made };
}

function set(wish: string): SettingsState {
  const all = settings();
  return { ...all, settings: all.settings.map((one) => (one.name === "look.language" ? { ...one, value: wish } : one)) };
}

describe("the language of the page", () => {
  it.each([
    ["system", ["de-AT", "en"], "de"],
    ["system", ["fr", "en-GB", "de"], "en"],
    ["system", ["fr"], "en"],
    ["system", [], "en"],
    ["system", ["DE_CH"], "de"],
    ["en", ["de"], "en"],
    ["de", ["en"], "de"],
    ["klingon", ["de"], "de"],
    ["constructor", ["toString"], "en"],
  ])("for %s on a computer of %s is %s", (wish, computers, wanted) => expect(languageFor(wish, computers)).toBe(wanted));

  it("is the computer's at first, and follows it", async () => {
    const here = page(["de-DE", "en"]);
    await new PageLanguage(here.window).start();
    expect([here.root.lang, t("deck.stop")]).toEqual(["de", "Stopp"]);
    here.navigator.languages = ["en-US"];
    here.heard.get("languagechange")?.();
    await vi.waitFor(() => expect([here.root.lang, t("deck.stop")]).toEqual(["en", "Stop"]));
  });

  it("is the one that was set, at the next start before the core was heard", async () => {
    const here = page(["en"]);
    const first = new PageLanguage(here.window);
    await first.start();
    await first.follow(set("de"));
    expect([here.root.lang, t("deck.stop"), hertz(12.5)]).toEqual(["de", "Stopp", "12,5\u00a0Hz"]);
    setLanguage("en", en);
    await new PageLanguage(page(["en"], "", here.kept).window).start();
    expect([t("deck.stop"), list(["a", "b"])]).toEqual(["Stopp", "a und b"]);
  });

  it("is the newest that was set, whichever catalogue comes first", async () => {
    const here = page(["en"]);
    const language = new PageLanguage(here.window);
    await language.start();
    await Promise.all([language.follow(set("de")), language.follow(set("en"))]);
    expect([here.root.lang, t("deck.stop")]).toEqual(["en", "Stop"]);
  });

  it("is what a photograph asks for until the setting is changed", async () => {
    const here = page(["en"], "?lang=de");
    const language = new PageLanguage(here.window);
    await language.start();
    await language.follow(set("system"));
    expect(t("deck.stop")).toBe("Stopp");
    await language.follow(set("en"));
    expect(t("deck.stop")).toBe("Stop");
  });

  it("needs no storage", async () => {
    const here = page(["de"]);
    const bare = { ...here.made, localStorage: undefined } as unknown as Window;
    const language = new PageLanguage(bare);
    await language.start();
    await language.follow(set("en"));
    expect(t("deck.stop")).toBe("Stop");
  });

  it("may dress its words", async () => {
    const here = page(["de"]);
    await new PageLanguage(here.window, (words) => ({ ...words, "deck.stop": `${words["deck.stop"]} und so` })).start();
    expect([t("deck.stop"), de["deck.stop"]]).toEqual(["Stopp und so", "Stopp"]);
  });
});
