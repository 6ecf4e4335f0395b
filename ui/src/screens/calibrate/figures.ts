import type { App } from "../../lib/app.svelte";
import { unfinished } from "../../lib/calibrate/rows";
import { count } from "../../lib/numbers";
import { t } from "../../lib/words";
import type { Figure } from "..";

export function calibrateFigures(app: App): Figure[] {
  const state = app.topics.calibration;
  if (!state || state.phase !== "recording") return [];
  const lost = state.joints.reduce((sum, joint) => sum + joint.lost, 0);
  const done = state.joints.length - unfinished(state.joints).length;
  return [
    { name: t("figure.joints"), value: t("home.figure.of", { count: done, all: state.joints.length }) },
    { name: t("figure.readings"), value: count(lost), ...(lost > 0 ? { level: "warn" as const } : {}) },
  ];
}
