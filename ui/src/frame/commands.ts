// What the command search offers: screens, the keys' actions, looks. Found by any part of the words, in any order.

import type { App } from "../lib/app.svelte";
import { SECTIONS } from "../lib/settings/catalogue";
import type { Shortcut } from "../lib/shortcuts";
import { type WordKey, named, t } from "../lib/words";
import { spoken } from "../lib/words/spoken.svelte";
import { SCREENS, railChord } from "../screens";

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
      chord: railChord(screen),
      run: () => app.route.go(screen.id),
    })),
    ...SECTIONS.map((section) => ({
      word: t("set.command", { section: named("setting.section", section) }),
      run: () => app.route.go("settings", section),
    })),
    ...(["cameras", "diagnostics", "recovery"] as const).map((id) => ({
      word: t("command.go", { screen: t(`screen.${id}`) }),
      run: () => app.route.go(id),
    })),
    ...table
      .filter((row) => !screens.has(row.word) && !NOT_HERE.has(row.word) && !row.off?.())
      .map((row) => ({ word: t(row.word), chord: row.chord, run: row.run })),
    ...(["system", "light", "dark"] as const).map((theme) => ({
      word: t(`command.theme.${theme}`),
      run: () => void app.settings.set([["look.theme", theme]]),
    })),
    {
      word: t(app.theme.letters ? "command.letters.off" : "command.letters.on"),
      run: () => void app.settings.set([["look.letters", !app.theme.letters]]),
    },
    ...(["100", "110", "125"] as const).map((text) => ({
      word: t(`command.text.${text}`),
      run: () => void app.settings.set([["look.text", text]]),
    })),
  ];
}

/** As a person types it: hyphens that only show where a word may break are not part of it. */
const typable = (text: string): string => text.replaceAll("\u00ad", "").toLocaleLowerCase(spoken().locale);

export function find(all: Command[], typed: string): Command[] {
  const parts = typable(typed).split(/\s+/).filter(Boolean);
  return all.filter((command) => {
    const word = typable(command.word);
    return parts.every((part) => word.includes(part));
  });
}
