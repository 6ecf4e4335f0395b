// A log to read, pretended: the same at every start, as long as it takes to scroll.

import type { LogEntry, LogLevel, LogPage, LogQuery } from "../protocol";
import { LEVELS } from "../diagnostics/log";

/** Text of one page, in characters. */
const PAGE = 6000;
const BEGAN_MS = 1_795_357_800_000;

type Line = [level: LogLevel, target: string, thread: string, message: string, request?: boolean];

const LINES: Line[] = [
  ["info", "tendon_window", "main", "tendon 0.6.0 begins"],
  ["debug", "desk::look", "desk-look", "ports: 3"],
  ["info", "desk::desk", "desk", "refused: an arm is in use\nArm: Bench follower", true],
  ["debug", "teleop::cycle", "teleop", "cycle 120 on time"],
  ["info", "station::drive", "teleop", "Bench follower is driven at 120 Hz", true],
  ["warn", "cameras::capture", "cam:wrist", "24 pictures a second, 30 are wanted"],
  ["debug", "recorder::worker", "recorder", "journal synced in 4 ms"],
  ["trace", "motors::bus", "teleop", "read of 6 motors took 0.81 ms"],
  ["info", "recorder::session", "recorder", "episode 6 is saved: 594 rows, 19.8 s", true],
  ["error", "recorder::process", "recorder", "wrist camera was silent for 2.0 s: the episode ends, 12.1 s are kept", true],
  ["warn", "motors::bus", "teleop", "motor 4 did not answer once and was asked again"],
  ["info", "desk::desk", "desk", "refused: the name is taken\nName: Bench leader", true],
];

/** Oldest first; a few a second, over two days. */
export function madeLog(count: number): LogEntry[] {
  return Array.from({ length: count }, (_, at) => {
    const [level, target, thread, message, request] = LINES[(at * 7 + Math.floor(at / 9)) % LINES.length] as Line;
    const at_ms = BEGAN_MS + at * 41_317 + ((at * 7919) % 977);
    return { at_ms, level, target, thread, message, request: request ? `q1x7-${Math.floor(at / 3) + 1}` : "" };
  });
}

const fits = (entry: LogEntry, { level, request, text }: LogQuery): boolean =>
  LEVELS.indexOf(entry.level) <= LEVELS.indexOf(level) &&
  (request === "" || entry.request === request) &&
  (text === "" || entry.message.toLowerCase().includes(text.toLowerCase()));

/** A place in it is the number of entries before. */
export function pageOf(log: readonly LogEntry[], query: LogQuery, lost: number): LogPage {
  const entries: LogEntry[] = [];
  let room = PAGE;
  let at = query.before ?? log.length;
  while (at > 0) {
    const entry = log[at - 1];
    if (entry && fits(entry, query)) {
      room -= entry.message.length + 60;
      if (room < 0) break;
      entries.push(entry);
    }
    at--;
  }
  const more = log.slice(0, at).some((entry) => fits(entry, query));
  return { entries, older: more ? at : null, file: "/home/user/.local/state/tendon/log/tendon.log", lost };
}
