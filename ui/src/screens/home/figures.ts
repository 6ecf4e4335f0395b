import type { App } from "../../lib/app.svelte";
import { present } from "../../lib/home";
import { t } from "../../lib/words";
import type { Figure } from "..";

export function homeFigures(app: App): Figure[] {
  const cameras = app.topics.cameras.filter((camera) => camera.place.kind !== "sim");
  const there = cameras.filter((camera) => camera.online === "online");
  const of = (name: string, numbers: { count: number; all: number }): Figure[] =>
    numbers.all === 0 ? [] : [{ name, value: t("home.figure.of", numbers) }];
  return [
    ...of(t("home.figure.arms"), present(app.topics.bench?.arms ?? [])),
    ...of(t("home.figure.cameras"), { count: there.length, all: cameras.length }),
  ];
}
