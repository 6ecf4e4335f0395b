import type { App } from "../../lib/app.svelte";
import type { Shortcut } from "../../lib/shortcuts";
import { diagnosticsDesk, modeOf } from "./store.svelte";

export function diagnosticsKeys(app: App): Shortcut[] {
  const desk = diagnosticsDesk(app);
  const again = {
    health: () => void desk.showTable(desk.table !== null),
    checks: () => void desk.check(),
    log: () => void desk.log.load(),
    report: () => void desk.report.prepare(),
  };
  return [{ chord: "Ctrl+R", word: "diag.again", run: () => again[modeOf(app.route.place.arm)]() }];
}
