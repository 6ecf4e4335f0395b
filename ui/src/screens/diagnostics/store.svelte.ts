// What Diagnostics keeps while the window is open: the history that was read, the filter of the log, the last checks, the
// bundle that is looked at.

import type { App } from "../../lib/app.svelte";
import { LogView } from "../../lib/diagnostics/log.svelte";
import { ReportView } from "../../lib/diagnostics/report.svelte";
import { HealthWatch } from "../../lib/diagnostics/watch.svelte";
import type { Result } from "../../lib/client";
import type { Answer, CheckLine, Failure, HealthSample } from "../../lib/protocol";
import { t } from "../../lib/words";
import { spoken } from "../../lib/words/spoken.svelte";

export const MODES = ["health", "checks", "log", "report"] as const;
export type Mode = (typeof MODES)[number];

/** The mode that the address says. */
export const modeOf = (place: string): Mode => MODES.find((mode) => mode === place) ?? "health";

/** What was answered, or why not; an answer to another question is none that can be read. */
function answered<I extends Answer["is"]>(result: Result, is: I): Extract<Answer, { is: I }> | { failure: Failure } {
  if (!result.ok) return { failure: result.failure };
  if (result.answer.is === is) return result.answer as Extract<Answer, { is: I }>;
  const failure = { code: "internal", message: t("core.unreadable.message"), remedy: t("core.unreadable.remedy") } as const;
  return { failure };
}

export class DiagnosticsDesk {
  readonly health: HealthWatch;
  readonly log: LogView;
  readonly report: ReportView;

  checks = $state.raw<CheckLine[] | null>(null);
  checking = $state(false);
  /** When they were asked for, in milliseconds since 1970. */
  checkedAt = $state(0);
  checkFailure = $state.raw<Failure | null>(null);
  /** What the page spoke when they were asked for; none before. */
  checkedIn = $state("");

  /** The figures as a table hold still: as they were when it was opened; none while there are charts. */
  table = $state.raw<HealthSample[] | null>(null);
  /** The second that the pointer is at, as a row of the charts. */
  point = $state<number | null>(null);

  constructor(private app: App) {
    this.health = new HealthWatch(
      async (after) => {
        const got = answered(await app.client.ask({ do: "read_health", with: { after } }), "health");
        return "failure" in got ? got : { page: got.what };
      },
      () => app.page.document.visibilityState === "hidden",
    );
    this.log = new LogView(async (query) => {
      const got = answered(await app.client.ask({ do: "read_log", with: query }), "log");
      return "failure" in got ? got : { page: got.what };
    });
    this.report = new ReportView((ask) => app.client.ask(ask));
  }

  async check(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    this.checkedIn = spoken().locale;
    const got = answered(await this.app.client.ask({ do: "doctor" }), "doctor");
    this.checking = false;
    this.checkFailure = "failure" in got ? got.failure : null;
    if ("failure" in got) return;
    this.checks = got.what;
    this.checkedAt = Date.now();
    this.app.speaker.polite(t("diag.checks.done", { count: got.what.filter((line) => line.grade !== "fine").length }));
  }

  async save(): Promise<void> {
    await this.report.save();
    if (this.report.saved) this.app.speaker.polite(t("diag.report.saved"));
  }

  showTable(shown: boolean): void {
    this.table = shown ? this.health.samples : null;
  }
}

const desks = new WeakMap<App, DiagnosticsDesk>();

export function diagnosticsDesk(app: App): DiagnosticsDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, (desk = new DiagnosticsDesk(app)));
  return desk;
}

export function goToMode(app: App, mode: Mode): void {
  app.route.go("diagnostics", mode === "health" ? "" : mode);
}
