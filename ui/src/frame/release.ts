// Letting an arm down asks first: it moves by itself, and torque goes off at its end.

import type { App } from "../lib/app.svelte";
import { t } from "../lib/words";

/** The question is open: the deck's own button, pressed again beside it, changes nothing. */
let asking = false;

export async function releaseGently(app: App): Promise<void> {
  if (asking || !app.topics.deck.can_release) return;
  asking = true;
  try {
    const go = await app.dialogs.ask({
      title: t("release.title"),
      body: t("release.body"),
      go: t("release.go"),
      keep: t("release.keep"),
    });
    if (go) await app.ask({ do: "release" });
  } finally {
    asking = false;
  }
}
