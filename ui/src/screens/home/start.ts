// Opens arms and goes to Drive. What the core refuses is said in a toast; a missing calibration leads to the wizard.

import type { App } from "../../lib/app.svelte";
import { USUAL_RATE_HZ, driveWith } from "../../lib/home";
import type { ArmCard } from "../../lib/protocol";
import { t } from "../../lib/words";

export async function drive(app: App, arms: ArmCard[]): Promise<void> {
  const before = app.route.place;
  app.route.go("drive");
  const result = await app.client.ask({ do: "start_drive", with: driveWith(arms, app.topics.cameras, app.settings.number("drive.rate_hz", USUAL_RATE_HZ)) });
  if (result.ok) return;
  app.route.go(before.screen, before.arm);
  const [first] = arms;
  if (result.failure.code === "calibration" && first) {
    app.toasts.show({
      level: "warning",
      message: result.failure.message,
      remedy: result.failure.remedy,
      button: { word: t("home.calibrate"), press: () => app.route.go("calibrate", first.key) },
    });
  } else app.fail(result.failure);
}

export async function trySimulated(app: App): Promise<void> {
  const arm = app.topics.bench?.arms.find((one) => one.simulated);
  if (arm) await drive(app, [arm]);
}
