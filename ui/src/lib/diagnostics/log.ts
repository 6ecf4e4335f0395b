// Entries of the log without a page: how pages of it fit together, and an entry as a line of the file.

import type { LogEntry, LogLevel } from "../protocol";

/** Gravest first. */
export const LEVELS: readonly LogLevel[] = ["error", "warn", "info", "debug", "trace"];

const same = (a: LogEntry, b: LogEntry): boolean =>
  a.at_ms === b.at_ms &&
  a.message === b.message &&
  a.request === b.request &&
  a.level === b.level &&
  a.target === b.target &&
  a.thread === b.thread;

/**
 * How many of the newest entries are not among those that are held, both newest first; none when the two do not meet, so
 * that there may be others between them.
 */
export function newer(newest: readonly LogEntry[], held: readonly LogEntry[]): number | null {
  for (let count = 0; count < newest.length; count++) {
    const shared = Math.min(newest.length - count, held.length);
    let meets = shared > 0;
    for (let at = 0; meets && at < shared; at++) {
      const [one, other] = [newest[count + at], held[at]];
      meets = one !== undefined && other !== undefined && same(one, other);
    }
    if (meets) return count;
  }
  return null;
}

/** As the file has it: a copy of it is for a report, in whatever language the page is. */
export function lineOf({ at_ms, level, request, target, thread, message }: LogEntry): string {
  const who = `${request === "" ? "" : `${request} `}${target}${thread === "" ? "" : ` [${thread}]`}`;
  return `${new Date(at_ms).toISOString()} ${level.toUpperCase().padEnd(5)} ${who}: ${message.replaceAll("\n", " | ")}`;
}

/** Oldest first, as the file has them. */
export const linesOf = (entries: readonly LogEntry[]): string => `${entries.map(lineOf).reverse().join("\n")}\n`;
