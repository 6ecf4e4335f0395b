import { beforeEach, describe, expect, it } from "vitest";
import { Look } from "./theme";

let dark: { matches: boolean; addEventListener: (_: string, heard: () => void) => void };
let flip: () => void;

function page(search = "", kept: Record<string, string> = {}) {
  const root = { dataset: {} as Record<string, string> };
  const storage = { getItem: (key: string) => kept[key] ?? null, setItem: (key: string, value: string) => void (kept[key] = value) };
  return { matchMedia: () => dark, location: { search }, localStorage: storage, document: { documentElement: root }, root, kept };
}
const look = (from: ReturnType<typeof page>) => new Look(from as unknown as Window);

beforeEach(() => {
  dark = { matches: true, addEventListener: (_, heard) => (flip = heard) };
});

describe("the look", () => {
  it("follows the system until somebody chooses", () => {
    const here = page();
    look(here);
    expect(here.root.dataset).toEqual({ theme: "dark", text: "100" });
    dark.matches = false;
    flip();
    expect(here.root.dataset.theme).toBe("light");
  });

  it("is what the core says, and the next first paint has it before the core was heard", () => {
    const here = page();
    const chosen = look(here);
    chosen.follow({ theme: "light", text: "125", letters: false });
    flip();
    expect(here.root.dataset).toEqual({ theme: "light", text: "125" });
    expect(chosen.letters).toBe(false);
    const again = page("", here.kept);
    look(again);
    expect(again.root.dataset).toEqual({ theme: "light", text: "125" });
  });

  it("paints first as an earlier window kept it", () => {
    const here = page("", { "tendon.theme": "light", "tendon.text": "110" });
    look(here);
    expect(here.root.dataset).toEqual({ theme: "light", text: "110" });
  });

  it("is as the address asks until a setting is changed", () => {
    const here = page("?theme=light&text=125");
    const asked = look(here);
    asked.follow({ theme: "system", text: "100", letters: true });
    expect(here.root.dataset).toEqual({ theme: "light", text: "125" });
    asked.follow({ theme: "dark", text: "100", letters: true });
    expect(here.root.dataset).toEqual({ theme: "dark", text: "125" });
  });

  it("takes no nonsense from the address, from storage or from the core, and needs no storage", () => {
    for (const kept of ["{", "7", "null", '{"theme":"blue","text":7}']) {
      const here = page("?theme=pink&text=900", { "tendon.look": kept });
      look(here).follow({ theme: "mauve", text: "3", letters: true });
      expect(here.root.dataset).toEqual({ theme: "dark", text: "100" });
    }
    const bare = { ...page("?theme=light"), localStorage: undefined };
    const chosen = new Look(bare as unknown as Window);
    chosen.follow({ theme: "system", text: "100", letters: true });
    chosen.follow({ theme: "dark", text: "100", letters: true });
    expect(bare.root.dataset.theme).toBe("dark");
  });
});
