// What the Cameras screen keeps: which camera is chosen, and what was changed of it and not saved.

import type { App } from "../../lib/app.svelte";
import { firstSetup, sameSetup } from "../../lib/cameras/setup";
import type { CameraCard, CameraSetup } from "../../lib/protocol";

export class CamerasDesk {
  chosen = $state<string | null>(null);
  /** Adding a camera by its address. */
  network = $state(false);
  /** By the card's key; not saved yet. */
  #drafts = $state.raw<Record<string, CameraSetup>>({});

  constructor(private app: App) {}

  get card(): CameraCard | null {
    const { cameras } = this.app.topics;
    return cameras.find((card) => card.key === this.chosen) ?? null;
  }

  names(card: CameraCard | null): string[] {
    return this.app.topics.cameras.flatMap((one) => (one.setup && one.key !== card?.key ? [one.setup.name] : []));
  }

  draft(card: CameraCard): CameraSetup {
    return this.#drafts[card.key] ?? card.setup ?? firstSetup(card, this.names(card));
  }

  changed(card: CameraCard): boolean {
    return card.setup === null || !sameSetup(this.draft(card), card.setup);
  }

  change(card: CameraCard, fields: Partial<CameraSetup>): void {
    this.#drafts = { ...this.#drafts, [card.key]: { ...this.draft(card), ...fields } };
  }

  forgetDraft(key: string): void {
    const { [key]: _, ...rest } = this.#drafts;
    this.#drafts = rest;
  }
}

const desks = new WeakMap<App, CamerasDesk>();

export function camerasDesk(app: App): CamerasDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, (desk = new CamerasDesk(app)));
  return desk;
}
