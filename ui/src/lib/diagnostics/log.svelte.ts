// The log as the page shows it: a filter, pages from the newest on, older ones on demand, and newer ones while it is
// followed.
//
// Not here: reading the file, which is the core's.

import type { Failure, LogEntry, LogLevel, LogPage, LogQuery } from "../protocol";
import { newer } from "./log";

/** Time without a key after which a typed filter counts. */
export const TYPED_MS = 300;
export const FOLLOW_MS = 2000;
/** More are not shown: a narrower filter finds what is older. */
export const MOST_ROWS = 2000;
/** Pages that are read at once to meet what is shown; with more between, the list begins anew. */
const CATCH_UP = 6;

export interface LogRow {
  /** Its own, as long as it is shown. */
  id: number;
  entry: LogEntry;
}

export type Filter = Pick<LogQuery, "level" | "request" | "text">;
export type PageResult = { page: LogPage } | { failure: Failure };

export class LogView {
  level = $state<LogLevel>("info");
  request = $state("");
  text = $state("");
  rows = $state.raw<LogRow[]>([]);
  /** Where older ones begin; none when all are shown. */
  older = $state.raw<number | null>(null);
  file = $state("");
  lost = $state(0);
  /** The list is being read anew, or its next page is. */
  loading = $state(false);
  failure = $state.raw<Failure | null>(null);
  follow = $state(false);
  /** Something was read: an empty list is one. */
  heard = $state(false);

  #turn = 0;
  #next = 1;
  #typed: ReturnType<typeof setTimeout> | undefined;
  #following = false;

  constructor(private read: (query: LogQuery) => Promise<PageResult>) {}

  get full(): boolean {
    return this.rows.length >= MOST_ROWS;
  }

  get filtered(): boolean {
    return this.request !== "" || this.text !== "" || this.level !== "info";
  }

  /** Another filter, at once. */
  filter(fields: Partial<Filter>): void {
    Object.assign(this, fields);
    void this.load();
  }

  /** A filter that is being typed. */
  type(fields: Partial<Pick<Filter, "request" | "text">>): void {
    Object.assign(this, fields);
    clearTimeout(this.#typed);
    this.#typed = setTimeout(() => void this.load(), TYPED_MS);
  }

  /** Reads the list from the newest on. */
  async load(): Promise<void> {
    clearTimeout(this.#typed);
    const turn = ++this.#turn;
    this.loading = true;
    const result = await this.#read(null);
    if (turn !== this.#turn) return;
    this.loading = false;
    if (!this.#heed(result)) return;
    this.rows = this.#rows(result.page.entries);
    this.older = result.page.older;
  }

  /** The next older page. */
  async more(): Promise<void> {
    if (this.loading || this.older === null || this.full) return;
    const turn = ++this.#turn;
    this.loading = true;
    const result = await this.#read(this.older);
    if (turn !== this.#turn) return;
    this.loading = false;
    if (!this.#heed(result)) return;
    this.rows = [...this.rows, ...this.#rows(result.page.entries)];
    this.older = result.page.older;
  }

  /** Puts what is newer before what is shown. */
  async refresh(): Promise<void> {
    if (this.loading || this.#following) return;
    this.#following = true;
    try {
      await this.#catchUp(this.#turn);
    } finally {
      this.#following = false;
    }
  }

  async #catchUp(turn: number): Promise<void> {
    const held = this.rows.map((row) => row.entry);
    const found: LogEntry[] = [];
    let from: number | null = null;
    for (let pages = 0; pages < CATCH_UP; pages++) {
      const result = await this.#read(from);
      if (turn !== this.#turn || !this.#heed(result)) return;
      found.push(...result.page.entries);
      from = result.page.older;
      const count = newer(found, held);
      if (count === 0) return;
      if (count !== null && this.rows.length + count <= MOST_ROWS) {
        this.rows = [...this.#rows(found.slice(0, count)), ...this.rows];
        return;
      }
      if (count !== null || from === null) break;
    }
    this.rows = this.#rows(found);
    this.older = from;
  }

  #read(before: number | null): Promise<PageResult> {
    const { level, request, text } = this;
    return this.read({ level, request: request.trim(), text, before });
  }

  #heed(result: PageResult): result is { page: LogPage } {
    this.failure = "failure" in result ? result.failure : null;
    if ("failure" in result) return false;
    this.heard = true;
    this.file = result.page.file;
    this.lost = result.page.lost;
    return true;
  }

  #rows(entries: readonly LogEntry[]): LogRow[] {
    return entries.map((entry) => ({ id: this.#next++, entry }));
  }
}
