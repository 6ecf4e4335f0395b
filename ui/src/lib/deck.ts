// What the deck says beside the session's word, and of the arm's line.

import { clock, plain } from "./numbers";
import { between, numberOf } from "./record/session";
import { current } from "./setup/motors";
import { steps } from "./calibrate/rows";
import type { Activity, CalibrationState, Deck, DriveState, RecordState, SessionWord, SetupState, TorqueWord } from "./protocol";
import { named, t } from "./words";

const QUIET: ReadonlySet<Activity> = new Set(["scanning", "setting_up", "identifying"]);

/** What the deck's words go by. */
export interface Goings {
  deck: Pick<Deck, "session">;
  activity: Activity;
  drive: DriveState | null;
  record: RecordState | null;
  calibration: CalibrationState | null;
  setup: SetupState | null;
}

/** In a few words: by what it is driven, how far an episode or a wizard is, what goes on that has no session word. */
export function besides({ deck, activity, drive, record, calibration, setup }: Goings): string {
  if (deck.session === "driving" && drive) return named("input", drive.input);
  if (record && (deck.session === "recording" || deck.session === "paused")) {
    const numbers = { number: Math.min(numberOf(record), Math.max(1, record.wanted)), wanted: record.wanted };
    if (between(record)) return t("deck.next", numbers);
    return t("deck.episode", { ...numbers, time: seconds(record.rows / Math.max(1, record.fps)) });
  }
  if (record && deck.session === "resetting") return t("deck.reset", { time: seconds(record.left_s) });
  if (deck.session === "calibrating" && calibration) {
    const all = steps(calibration.phase, calibration.power);
    const now = all.find((step) => step.state === "now");
    return now ? t("deck.step", { number: now.number, all: all.length }) : "";
  }
  if (activity === "setting_up" && setup) {
    const now = current(setup);
    if (now) return t("deck.motor", { number: setup.motors.indexOf(now) + 1, all: setup.motors.length });
  }
  return QUIET.has(activity) ? named("activity", activity) : "";
}

const STILL: ReadonlySet<SessionWord> = new Set(["stopped", "faulted", "holding", "ready", "paused"]);

/** The buttons beside what is wrong. While the arm is driven there are none: nothing under a thrown pointer lets it down. */
export function deckOffers(
  { session, trouble, can_resume, can_release }: Pick<Deck, "session" | "trouble" | "can_resume" | "can_release">,
  heard: boolean,
): { resume: boolean; release: boolean } {
  const said = heard && STILL.has(session) && (trouble !== null || session === "stopped");
  // A command to copy takes the place of one.
  return { resume: said && can_resume && !(trouble?.command && can_release), release: said && can_release };
}

const seconds = (time: number): string => (time < 60 ? `${plain(time, 1)}\u00a0s` : clock(time));

/** Whether every open arm is heard. */
export function lineState(torque: TorqueWord, drive: DriveState | null): "on" | "warn" {
  const lost = drive && [...drive.followers, ...drive.leaders].some((arm) => arm.lost);
  return lost || torque === "unknown" ? "warn" : "on";
}
