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

  it("stays as it was chosen, and is found again", () => {
    const here = page();
    const chosen = look(here);
    chosen.setTheme("light");
    chosen.setText("125");
    flip();
    expect(here.root.dataset).toEqual({ theme: "light", text: "125" });
    const again = page("", here.kept);
    look(again);
    expect(again.root.dataset).toEqual({ theme: "light", text: "125" });
  });

  it("keeps whether letters alone are shortcuts: on at first", () => {
    const here = page();
    const chosen = look(here);
    expect(chosen.letters).toBe(true);
    chosen.setLetters(false);
    expect(look(page("", here.kept)).letters).toBe(false);
  });

  it("takes no nonsense from the address or from storage, and needs no storage", () => {
    const here = page("?theme=pink&text=900", { "tendon.theme": "blue" });
    look(here);
    expect(here.root.dataset).toEqual({ theme: "dark", text: "100" });
    const bare = { ...page("?theme=light"), localStorage: undefined };
    const chosen = new Look(bare as unknown as Window);
    chosen.setTheme("dark");
    expect(bare.root.dataset.theme).toBe("dark");
  });
});
