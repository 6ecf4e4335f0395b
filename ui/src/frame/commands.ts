// What the command search offers: screens, the keys' actions, looks. Found by any part of the words, in any order.

import type { App } from "../lib/app.svelte";
import type { Shortcut } from "../lib/shortcuts";
import { type WordKey, t } from "../lib/words";
import { SCREENS } from "../screens";

export interface Command {
  word: string;
  chord?: string;
  run: () => void;
}

/** Opening the search from the search leads nowhere. */
const NOT_HERE: ReadonlySet<WordKey> = new Set(["keys.commands", "keys.region.next", "keys.region.back"]);

export function commands(app: App, table: Shortcut[]): Command[] {
  const screens = new Set<WordKey>(SCREENS.map((screen) => screen.word));
  return [
    ...SCREENS.filter((screen) => screen.rail !== undefined).map((screen) => ({
      word: t("command.go", { screen: t(screen.word) }),
      chord: `Ctrl+${screen.rail}`,
      run: () => app.route.go(screen.id),
    })),
    { word: t("command.go", { screen: t("screen.cameras") }), run: () => app.route.go("cameras") },
    ...table
      .filter((row) => !screens.has(row.word) && !NOT_HERE.has(row.word) && !row.off?.())
      .map((row) => ({ word: t(row.word), chord: row.chord, run: row.run })),
    ...(["system", "light", "dark"] as const).map((theme) => ({
      word: t(`command.theme.${theme}`),
      run: () => app.look.setTheme(theme),
    })),
    {
      word: t(app.theme.letters ? "command.letters.off" : "command.letters.on"),
      run: () => app.look.setLetters(!app.look.letters),
    },
    ...(["100", "110", "125"] as const).map((text) => ({
      word: t(`command.text.${text}`),
      run: () => app.look.setText(text),
    })),
  ];
}

export function find(all: Command[], typed: string): Command[] {
  const parts = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((command) => {
    const word = command.word.toLocaleLowerCase();
    return parts.every((part) => word.includes(part));
  });
}
