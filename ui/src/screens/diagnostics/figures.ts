import type { App } from "../../lib/app.svelte";
import { bytes, count, hertz, percent } from "../../lib/numbers";
import { t } from "../../lib/words";
import type { Figure } from "..";
import { diagnosticsDesk } from "./store.svelte";

/** As they were in the newest second that was read. */
export function diagnosticsFigures(app: App): Figure[] {
  const now = diagnosticsDesk(app).health.samples.at(-1);
  if (!now) return [];
  const { cycle, bus, cpu, memory } = now;
  return [
    ...(cycle
      ? [
          { name: t("figure.loop"), value: hertz(cycle.hz) },
          { name: t("figure.missed"), value: count(cycle.missed), ...(cycle.missed > 0 ? { level: "warn" as const } : {}) },
        ]
      : []),
    ...(bus ? [{ name: t("figure.lost"), value: count(bus.lost), ...(bus.lost > 0 ? { level: "warn" as const } : {}) }] : []),
    { name: t("diag.figure.cpu"), value: percent(cpu === null ? null : cpu * 100) },
    { name: t("diag.figure.memory"), value: bytes(memory) },
  ];
}
