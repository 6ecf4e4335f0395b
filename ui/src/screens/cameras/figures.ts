import type { App } from "../../lib/app.svelte";
import { BUS_FULL, stateOf } from "../../lib/cameras/setup";
import { count, percent } from "../../lib/numbers";
import { t } from "../../lib/words";
import type { Figure } from "..";

export function cameraFigures(app: App): Figure[] {
  const { cameras } = app.topics;
  const open = cameras.filter((card) => stateOf(card) === "streaming").length;
  const fullest = Math.max(-1, ...cameras.map((card) => card.cost?.bus_share ?? -1));
  return [
    { name: t("figure.cams"), value: count(open) },
    ...(fullest >= 0
      ? [{ name: t("figure.bus"), value: percent(fullest * 100), ...(fullest > BUS_FULL ? { level: "warn" as const } : {}) }]
      : []),
  ];
}
