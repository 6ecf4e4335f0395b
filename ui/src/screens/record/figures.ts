import type { App } from "../../lib/app.svelte";
import { lostReplies } from "../../lib/drive";
import { bytes, count, hertz } from "../../lib/numbers";
import { diskLow, live, sum } from "../../lib/record/session";
import { t } from "../../lib/words";
import type { Figure } from "..";

export function recordFigures(app: App): Figure[] {
  const { record, drive } = app.topics;
  const warnIf = (bad: boolean): Pick<Figure, "level"> => (bad ? { level: "warn" } : {});
  const loop: Figure[] = [];
  if (drive) {
    const { figures } = drive;
    const lost = lostReplies([...drive.followers, ...drive.leaders]);
    loop.push(
      { name: t("figure.loop"), value: hertz(figures.cycles > 0 ? figures.rate_hz : null) },
      { name: t("figure.missed"), value: count(figures.missed), ...warnIf(figures.missed > 0) },
      { name: t("figure.lost"), value: count(lost), ...warnIf(lost > 0) },
    );
  }
  if (!live(record)) return loop;
  const late = sum(record.cameras, "late");
  return [
    ...loop,
    { name: t("figure.late"), value: count(late), ...warnIf(late > 0) },
    { name: t("figure.disk"), value: bytes(record.disk_free), ...warnIf(diskLow(record)) },
  ];
}
