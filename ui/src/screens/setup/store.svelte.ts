// Which of the two this screen shows: the wizard, or the search on the bus.

import type { App } from "../../lib/app.svelte";
import type { ArmRole } from "../../lib/protocol";

export type SetupMode = "motors" | "scan";

export class SetupDesk {
  mode = $state<SetupMode>("motors");
  role = $state<ArmRole>("follower");
  fresh = $state(false);
  thorough = $state(false);
  /** The end of a run that this person has read and left, by the arm's key. */
  left = $state<string | null>(null);
}

const desks = new WeakMap<App, SetupDesk>();

export function setupDesk(app: App): SetupDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, (desk = new SetupDesk()));
  return desk;
}

export function openSetup(app: App, key: string, mode: SetupMode): void {
  const desk = setupDesk(app);
  desk.mode = mode;
  desk.role = app.topics.bench?.arms.find((arm) => arm.key === key)?.role ?? "follower";
  app.route.go("setup", key);
}
