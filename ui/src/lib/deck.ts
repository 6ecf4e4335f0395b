// What the deck says beside the session's word, and of the arm's line.

import { clock, plain } from "./numbers";
import type { Activity, Deck, DriveState, RecordState, TorqueWord } from "./protocol";
import { named, t } from "./words";

const QUIET: ReadonlySet<Activity> = new Set(["scanning", "setting_up", "identifying"]);

/** In a few words: by what it is driven, how far an episode is, what goes on that has no session word of its own. */
export function besides(deck: Deck, drive: DriveState | null, record: RecordState | null, activity: Activity): string {
  if (deck.session === "driving" && drive) return named("input", drive.input);
  if (record && (deck.session === "recording" || deck.session === "paused")) {
    return t("deck.episode", { number: record.saved + 1, time: seconds(record.rows / Math.max(1, record.fps)) });
  }
  if (record && deck.session === "resetting") return t("deck.reset", { time: seconds(record.left_s) });
  return QUIET.has(activity) ? named("activity", activity) : "";
}

const seconds = (time: number): string => (time < 60 ? `${plain(time, 1)}\u00a0s` : clock(time));

/** Whether every open arm is heard. */
export function lineState(torque: TorqueWord, drive: DriveState | null): "on" | "warn" {
  const lost = drive && [...drive.followers, ...drive.leaders].some((arm) => arm.lost);
  return lost || torque === "unknown" ? "warn" : "on";
}
