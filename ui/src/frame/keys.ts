// Keys that are the same on every screen.

import type { App } from "../lib/app.svelte";
import { besides } from "../lib/deck";
import { list } from "../lib/numbers";
import { torqueSpoken } from "../lib/say";
import { nextRegion } from "../lib/regions";
import type { Shortcut } from "../lib/shortcuts";
import { named, t } from "../lib/words";
import { SCREENS, railChord, screenOf } from "../screens";
import { releaseGently } from "./release";

export function frameKeys(app: App): Shortcut[] {
  const region = (step: 1 | -1) => () => nextRegion(document, document.activeElement, step)?.focus();
  return [
    ...SCREENS.filter((screen) => screen.rail !== undefined).map((screen) => ({
      chord: railChord(screen),
      word: screen.word,
      run: () => app.route.go(screen.id),
    })),
    { chord: "Ctrl+K", word: "keys.commands", run: () => app.dialogs.show("commands"), inDialog: true },
    { chord: "F1", word: "keys.sheet", run: () => app.dialogs.show("keys"), inDialog: true },
    { chord: "F6", word: "keys.region.next", run: region(1), inDialog: true },
    { chord: "Shift+F6", word: "keys.region.back", run: region(-1), inDialog: true },
    { chord: "F11", word: "keys.full", run: () => fullScreen(app.page.document), inDialog: true },
    { chord: "Ctrl+I", word: "keys.speak", run: () => sayState(app), inDialog: true },
    { chord: "Ctrl+Z", word: "keys.undo", run: () => app.undo.undo(), inText: false, off: () => !app.undo.canUndo },
    { chord: "Ctrl+Shift+Z", word: "keys.redo", run: () => app.undo.redo(), inText: false, off: () => !app.undo.canRedo },
    {
      chord: "Ctrl+Shift+T",
      word: "keys.release",
      run: () => void releaseGently(app),
      off: () => !app.topics.deck.can_release,
    },
  ];
}

/** Torque, session with its clock, faults, then the figures of this screen. What is not heard any more is not told on. */
export function stateOf(app: App): string {
  const torque = torqueSpoken(app.torque);
  if (!app.reached) {
    const why = app.unreachable?.message ?? t("core.noReply.message");
    return t("say.state.lost", { torque, why, remedy: t("core.lost") });
  }
  const { deck, bench, drive, record, calibration, setup } = app.topics;
  const figures = screenOf(app.route.screen).figures?.(app) ?? [];
  return t("say.state", {
    torque,
    session: named("session", deck.session),
    beside: besides({ deck, activity: bench?.activity ?? "nothing", drive, record, calibration, setup }) || "none",
    trouble: deck.trouble ? `${deck.trouble.message} ${deck.trouble.remedy}` : t("say.state.fine"),
    count: figures.length,
    figures: list(figures.map(({ name, value }) => t("say.figure", { name, value }))),
  });
}

function sayState(app: App): void {
  app.speaker.assertive(stateOf(app));
}

function fullScreen(page: Document): void {
  const done = page.fullscreenElement ? page.exitFullscreen() : page.documentElement.requestFullscreen();
  done.catch(() => {
    // Refused by the system: nothing changes, and everything works without.
  });
}
