import type { App } from "../../lib/app.svelte";
import { count } from "../../lib/numbers";
import { keepable } from "../../lib/recovery/left";
import { t } from "../../lib/words";
import type { Figure } from "..";

export function recoveryFigures(app: App): Figure[] {
  const state = app.topics.recovery;
  if (!state) return [];
  return [
    { name: t("recovery.figure.left"), value: count(keepable(state).length) },
    { name: t("recovery.figure.done"), value: count(state.done.length) },
  ];
}
