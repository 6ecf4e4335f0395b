// Opens arms and goes to Drive. What the core refuses is said in a toast; a missing calibration leads to the wizard.

import type { App } from "../../lib/app.svelte";
import { driveWith, simulatedSetups } from "../../lib/home";
import type { ArmCard } from "../../lib/protocol";
import { t } from "../../lib/words";

export async function drive(app: App, arms: ArmCard[]): Promise<void> {
  if (arms.some((arm) => arm.simulated)) {
    for (const setup of simulatedSetups(app.topics.cameras)) await app.ask({ do: "save_camera", with: setup });
  }
  app.route.go("drive");
  const result = await app.client.ask({ do: "start_drive", with: driveWith(arms, app.topics.cameras) });
  if (result.ok) return;
  app.route.go("home");
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
