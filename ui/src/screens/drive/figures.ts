import type { App } from "../../lib/app.svelte";
import { WARM_C, hottest, lostReplies, sessionCameras } from "../../lib/drive";
import { celsius, count, hertz } from "../../lib/numbers";
import { t } from "../../lib/words";
import type { Figure } from "..";

export function driveFigures(app: App): Figure[] {
  const state = app.topics.drive;
  if (!state) return [];
  const arms = [...state.followers, ...state.leaders];
  const { figures } = state;
  const cameras = sessionCameras(state, app.topics.cameras);
  const pictures = cameras.reduce((sum, { live }) => sum + live.missed + live.bad, 0);
  const lost = lostReplies(arms);
  const hot = hottest(arms);
  const warnIf = (bad: boolean): Pick<Figure, "level"> => (bad ? { level: "warn" } : {});
  return [
    { name: t("figure.loop"), value: hertz(figures.cycles > 0 ? figures.rate_hz : null) },
    { name: t("figure.missed"), value: count(figures.missed), ...warnIf(figures.missed > 0) },
    ...(cameras.length > 0 ? [{ name: t("figure.pictures"), value: count(pictures), ...warnIf(pictures > 0) }] : []),
    { name: t("figure.lost"), value: count(lost), ...warnIf(lost > 0) },
    {
      name: t("figure.hottest"),
      value: celsius(hot?.temperature),
      ...warnIf((hot?.temperature ?? 0) >= WARM_C),
    },
  ];
}
