// Requests with ids and time-outs, and the event stream kept whole: what is unreadable, of another version, late or
// addressed to nobody is dropped and counted; a gap makes the page say hello again.
//
// Not here: what a topic means (`topics.svelte.ts`), how bytes travel (`backend.ts`).

import type { Backend } from "./backend";
import { readEvent, readReply } from "./envelope";
import { type Answer, type Ask, type Failure, type Tell, VERSION } from "./protocol";

/** Milliseconds until a request without a reply is given up, by what it asks. */
export const PATIENCE_MS: Partial<Record<Ask["do"], number>> = {
  hello: 3000,
  start_drive: 30000,
  start_record: 60000,
  preflight: 30000,
  release: 20000,
  calibrate: 15000,
  set_up: 15000,
  transfer_calibration: 20000,
  roll_back_calibration: 20000,
  compare_calibration: 15000,
  open_camera: 15000,
  doctor: 30000,
  read_log: 15000,
  prepare_bundle: 30000,
  save_bundle: 30000,
  look_for_left: 20000,
  recover: 20000,
  finish: 20000,
};
export const USUAL_PATIENCE_MS = 5000;

/** Delay before a hello that got no answer is said again, and the least time between two gaps' hellos. */
const HELLO_AGAIN_MS = 1000;
/** Events that are kept while a hello is under way. */
const EARLY_KEPT = 256;

/** Sentences for what goes wrong on this side of the window, from the catalogue. */
export interface ClientWords {
  noReply(): Failure;
  notHandedOver(): Failure;
  otherVersion(theirs: number): Failure;
  unreadable(): Failure;
}

export type Result = { ok: true; answer: Answer } | { ok: false; failure: Failure };

interface Pending {
  settle(result: Result): void;
  timer: ReturnType<typeof setTimeout>;
}

export interface Dropped {
  /** Replies that came after their time-out, or that nobody waits for. */
  replies: number;
  /** Events that could not be read or whose topic is unknown here. */
  events: number;
  /** Times a gap in the stream made the page say hello again. */
  gaps: number;
}

export interface ClientHooks {
  /** A topic's newest value. */
  tell(tell: Tell): void;
  /** Whether the core is heard: it answered hello and speaks this version. */
  reached(reached: boolean, failure: Failure | null): void;
}

export class Client {
  readonly dropped: Dropped = { replies: 0, events: 0, gaps: 0 };

  #pending = new Map<string, Pending>();
  #next = 1;
  #session = Math.random().toString(36).slice(2, 8);
  #seq: number | null = null;
  #early: { seq: number; tell: Tell }[] = [];
  /** Numbers of the notices that were told: each is told once, in the stream or after a hello. */
  #noticed = new Set<number>();
  /** Before this no other gap says hello. */
  #rests = -Infinity;
  #greeting = false;
  #missed = false;
  #alive = false;
  #generation = 0;
  #unlisten: (() => void) | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private backend: Backend,
    private words: ClientWords,
    private hooks: ClientHooks,
  ) {}

  /** Begins to listen and says hello. Can be called after `stop`, and a `stop` may come before it is done. */
  async start(): Promise<void> {
    if (this.#alive) return;
    this.#alive = true;
    const generation = ++this.#generation;
    const current = () => this.#alive && generation === this.#generation;
    try {
      const unlisten = await this.backend.listen((event) => {
        if (current()) this.#hear(event);
      }, () => {
        if (current()) this.#gap();
      });
      if (!current()) return unlisten();
      this.#unlisten = unlisten;
    } catch {
      if (!current()) return;
      this.hooks.reached(false, this.words.notHandedOver());
    }
    await this.#hello();
  }

  /** Ends listening; requests that wait fail at once. */
  stop(): void {
    this.#alive = false;
    this.#generation++;
    clearTimeout(this.#again);
    this.#unlisten?.();
    this.#unlisten = null;
    this.#seq = null;
    this.#early = [];
    this.#greeting = false;
    for (const id of [...this.#pending.keys()]) this.#settle(id, { ok: false, failure: this.words.noReply() });
  }

  /** The core gave no sign for too long: it is not heard until it answers hello again. */
  silent(): void {
    if (!this.#alive) return;
    this.hooks.reached(false, this.words.noReply());
    this.#begin();
  }

  /** Asks, and always gets a result: an answer, or a failure in words. */
  ask(ask: Ask): Promise<Result> {
    const id = `${this.#session}-${this.#next++}`;
    const patience = PATIENCE_MS[ask.do] ?? USUAL_PATIENCE_MS;
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#settle(id, { ok: false, failure: this.words.noReply() }), patience);
      this.#pending.set(id, { settle, timer });
      this.backend.request({ v: VERSION, id, ask }).then(
        (reply) => this.#receive(id, reply),
        () => this.#settle(id, { ok: false, failure: this.words.notHandedOver() }),
      );
    });
  }

  #receive(asked: string, raw: unknown): void {
    const read = readReply(raw);
    if (read.kind === "unreadable") return this.#settle(asked, { ok: false, failure: this.words.unreadable() });
    if (read.kind === "version") {
      return this.#settle(asked, { ok: false, failure: this.words.otherVersion(read.theirs) });
    }
    const { id, outcome } = read.reply;
    // A core that could not read the request has no id to repeat: the failure belongs to who asked on this line.
    const owner = id === "" ? asked : id;
    this.#settle(
      owner,
      "done" in outcome ? { ok: true, answer: outcome.done } : { ok: false, failure: outcome.failed },
    );
  }

  #settle(id: string, result: Result): void {
    const pending = this.#pending.get(id);
    if (!pending) {
      this.dropped.replies++;
      return;
    }
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.settle(result);
  }

  #hear(raw: unknown): void {
    const read = readEvent(raw);
    if (read.kind === "version") {
      this.dropped.events++;
      return this.hooks.reached(false, this.words.otherVersion(read.theirs));
    }
    if (read.kind === "unreadable") {
      this.dropped.events++;
      // Its number is unknown too: the next readable one shows the gap.
      return;
    }
    const { seq, tell } = read;
    if (this.#seq === null) {
      if (tell) this.#keep(seq, tell);
      return;
    }
    if (seq <= this.#seq) {
      // The welcome holds every topic, but no notice: one that came before it is told all the same.
      if (tell?.topic === "notice") this.#tell(tell);
      return;
    }
    if (seq !== this.#seq + 1) {
      this.#gap();
      if (tell) this.#keep(seq, tell);
      return;
    }
    this.#seq = seq;
    if (tell) this.#tell(tell);
    else this.dropped.events++;
  }

  #keep(seq: number, tell: Tell): void {
    this.#early.push({ seq, tell });
    if (this.#early.length <= EARLY_KEPT) return;
    // A page that is greeted late needs only the newest; older ones are in the welcome, but for notices.
    const oldest = this.#early.findIndex((event) => event.tell.topic !== "notice");
    this.#early.splice(Math.max(0, oldest), 1);
  }

  #tell(tell: Tell): void {
    if (tell.topic === "notice") {
      if (this.#noticed.has(tell.value.number)) return;
      this.#noticed.add(tell.value.number);
    }
    this.hooks.tell(tell);
  }

  #gap(): void {
    if (this.#seq === null) {
      // A hello is under way or waits its turn: what was lost may be newer than its answer, so another follows.
      this.#missed = true;
      return;
    }
    this.dropped.gaps++;
    const now = performance.now();
    const wait = Math.max(0, this.#rests - now);
    this.#rests = now + wait + HELLO_AGAIN_MS;
    this.#begin(wait);
  }

  /** From here on what comes is kept until hello was answered. */
  #begin(wait = 0): void {
    this.#seq = null;
    clearTimeout(this.#again);
    if (wait > 0) this.#again = setTimeout(() => void this.#hello(), wait);
    else void this.#hello();
  }

  async #hello(): Promise<void> {
    if (this.#greeting || !this.#alive) return;
    this.#greeting = true;
    this.#missed = false;
    const generation = this.#generation;
    const result = await this.ask({ do: "hello" });
    if (generation !== this.#generation) return;
    this.#greeting = false;
    if (result.ok && result.answer.is === "welcome") {
      const { seq, topics } = result.answer.what;
      for (const tell of topics) this.#tell(tell);
      this.hooks.reached(true, null);
      this.#seq = seq;
      const early = this.#early;
      this.#early = [];
      for (const event of early) this.#hear({ v: VERSION, ...event });
      if (this.#missed) this.#gap();
      return;
    }
    this.hooks.reached(false, result.ok ? this.words.unreadable() : result.failure);
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.#hello(), HELLO_AGAIN_MS);
  }
}
