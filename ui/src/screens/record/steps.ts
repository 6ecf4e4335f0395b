// What a person says to a running session, by button or key.

import type { App } from "../../lib/app.svelte";
import type { RecordStep } from "../../lib/protocol";
import { between, discardable, live, running } from "../../lib/record/session";
import { t } from "../../lib/words";

export function step(app: App, what: RecordStep): void {
  void app.ask({ do: "record_step", with: what });
}

/** Why “Record again” does nothing now; empty when it does. */
export function whyNotAgain(app: App): string {
  const state = app.topics.record;
  if (!live(state)) return t("record.again.none");
  if ((running(state) && state.rows > 0) || discardable(state)) return "";
  return t(between(state) ? "record.again.why" : "record.again.none");
}

export function next(app: App): void {
  const state = app.topics.record;
  if (!live(state) || state.phase === "preparing") return;
  step(app, "next");
}

export function again(app: App): void {
  if (whyNotAgain(app) === "") step(app, "again");
}

export function pauseOrResume(app: App): void {
  const phase = app.topics.record?.phase;
  if (phase === "paused") step(app, "resume");
  else if (phase === "recording" || phase === "resetting") step(app, "pause");
}

/** What was discarded can be brought back until the session ends: ending it asks then, and only then. */
export async function finish(app: App): Promise<void> {
  const state = app.topics.record;
  if (!live(state)) return;
  if (state.undoable > 0) {
    const go = await app.dialogs.ask({
      title: t("record.end.title"),
      body: t("record.end.body", { count: state.undoable }),
      go: t("record.end.go"),
      keep: t("record.end.keep"),
      danger: true,
    });
    if (!go) return;
  }
  step(app, "finish");
}
