import type { App } from "../../lib/app.svelte";
import { t } from "../../lib/words";
import type { Figure } from "..";

export function homeFigures(app: App): Figure[] {
  const arms = (app.topics.bench?.arms ?? []).filter((arm) => !arm.simulated);
  const cameras = app.topics.cameras.filter((camera) => camera.place.kind !== "sim");
  const of = (name: string, all: { online: string }[]): Figure[] =>
    all.length === 0
      ? []
      : [
          {
            name,
            value: t("home.figure.of", { count: all.filter((one) => one.online === "online").length, all: all.length }),
          },
        ];
  return [...of(t("home.figure.arms"), arms), ...of(t("home.figure.cameras"), cameras)];
}
