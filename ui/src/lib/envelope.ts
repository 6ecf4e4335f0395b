// Reads what crossed the door: is it a reply, is it an event, is it of this version? Only the envelope is looked at
// here; what a topic holds is the generated type's word.

import { type Reply, type Tell, VERSION } from "./protocol";

const TOPICS: ReadonlySet<string> = new Set<Tell["topic"]>([
  "bench",
  "deck",
  "cameras",
  "drive",
  "record",
  "setup",
  "scan",
  "identify",
  "calibration",
  "settings",
  "recovery",
  "workers",
  "notice",
]);

/** Topics that are always there: null is a malformed payload. */
const NEVER_NULL: ReadonlySet<string> = new Set<Tell["topic"]>(["bench", "deck", "cameras", "settings", "recovery", "workers", "notice"]);

type Thing = Record<string, unknown>;
const isThing = (value: unknown): value is Thing => typeof value === "object" && value !== null;

export type ReadReply =
  | { kind: "reply"; reply: Reply }
  | { kind: "version"; theirs: number }
  | { kind: "unreadable" };

export function readReply(raw: unknown): ReadReply {
  if (!isThing(raw) || typeof raw.v !== "number") return { kind: "unreadable" };
  if (raw.v !== VERSION) return { kind: "version", theirs: raw.v };
  if (typeof raw.id !== "string" || !isThing(raw.outcome)) return { kind: "unreadable" };
  const { done, failed } = raw.outcome;
  if (isThing(done) && typeof done.is === "string") return { kind: "reply", reply: raw as unknown as Reply };
  if (isThing(failed) && typeof failed.message === "string" && typeof failed.remedy === "string") {
    return { kind: "reply", reply: raw as unknown as Reply };
  }
  return { kind: "unreadable" };
}

export type ReadEvent =
  /** `tell` is null when the event is in order but tells of something that is unknown here. */
  | { kind: "event"; seq: number; tell: Tell | null }
  | { kind: "version"; theirs: number }
  | { kind: "unreadable" };

export function readEvent(raw: unknown): ReadEvent {
  if (!isThing(raw) || typeof raw.v !== "number") return { kind: "unreadable" };
  if (raw.v !== VERSION) return { kind: "version", theirs: raw.v };
  if (typeof raw.seq !== "number" || !Number.isSafeInteger(raw.seq)) return { kind: "unreadable" };
  return { kind: "event", seq: raw.seq, tell: readTell(raw.tell) };
}

function readTell(raw: unknown): Tell | null {
  if (!isThing(raw) || typeof raw.topic !== "string" || !TOPICS.has(raw.topic)) return null;
  const value = raw.value;
  if (value === undefined || (value === null && NEVER_NULL.has(raw.topic))) return null;
  if (value !== null && !isThing(value)) return null;
  if (raw.topic === "cameras" && !Array.isArray(value)) return null;
  return raw as unknown as Tell;
}
