// What the Calibrate screen keeps while the window is open: the options that were chosen, an end that was read.

import type { App } from "../../lib/app.svelte";
import type { StepId } from "../../lib/calibrate/rows";
import type { ArmCard, ArmChoice } from "../../lib/protocol";
import { t } from "../../lib/words";

export class CalibrateDesk {
  wristRoll = $state(false);
  power = $state(false);
  /** The end of a run that this person has read and left. */
  left = $state<string | null>(null);
  /** The last step that was reached, for a run that failed. */
  reached = $state<StepId>("prepare");
  starting = $state(false);
  /** Counts what was brought back: a comparison from before holds no more. */
  broughtBack = $state(0);

  constructor(private app: App) {}

  async begin(arm: ArmCard): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    this.reached = "prepare";
    const result = await this.app.ask({
      do: "calibrate",
      with: { arm: choiceOf(arm), wrist_roll: this.wristRoll, verify_power: this.power },
    });
    this.starting = false;
    if (result.ok) this.left = null;
  }
}

export const choiceOf = (arm: ArmCard): ArmChoice => ({ key: arm.key, role: arm.role ?? "follower" });

/** Why the arm cannot be calibrated now; empty when it can. */
export function whyNot(app: App, arm: ArmCard): string {
  if (arm.online !== "online") return t("cal.why.offline");
  const activity = app.topics.bench?.activity ?? "nothing";
  return activity === "nothing" ? "" : t("cal.why.busy");
}

const desks = new WeakMap<App, CalibrateDesk>();

export function calibrateDesk(app: App): CalibrateDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, (desk = new CalibrateDesk(app)));
  return desk;
}

/** The arm that the screen was opened for. */
export const armOf = (app: App): ArmCard | null =>
  app.topics.bench?.arms.find((arm) => arm.key === app.route.place.arm) ?? null;
