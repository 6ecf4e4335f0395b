// Forward and back through the wizard, by button or key.

import type { App } from "../../lib/app.svelte";
import { unfinished } from "../../lib/calibrate/rows";
import type { CalibrationState, CalibrationStep } from "../../lib/protocol";
import { list } from "../../lib/numbers";
import { named, t } from "../../lib/words";

export const step = (app: App, what: CalibrationStep): void => void app.ask({ do: "calibrate_step", with: what });

/** Why the next step cannot be taken; empty when it can. */
export function whyNotNext(state: CalibrationState): string {
  if (state.phase !== "recording") return "";
  const left = unfinished(state.joints);
  if (left.length === 0) return "";
  const names = list(left.map((joint) => named("joint.in", joint.joint)));
  return t("cal.left", { count: left.length, joints: names });
}

export function forward(app: App): void {
  const state = app.topics.calibration;
  if (!state || whyNotNext(state) !== "") return;
  if (state.phase === "middle") step(app, "home_here");
  else if (state.phase === "recording") step(app, "review");
  else if (state.phase === "review") step(app, "write");
}

export function back(app: App): void {
  if (app.topics.calibration?.phase === "review") step(app, "back");
}

export const cancel = (app: App): void => void app.ask({ do: "finish" });
