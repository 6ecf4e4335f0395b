import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LogEntry, LogPage, LogQuery } from "../protocol";
import { pageOf } from "../fake/log";
import { lineOf, linesOf, newer } from "./log";
import { LogView, MOST_ROWS, type PageResult, TYPED_MS } from "./log.svelte";

const entry = (at: number, more: Partial<LogEntry> = {}): LogEntry => ({
  at_ms: 1_795_000_000_000 + at,
  level: "info",
  target: "desk",
  thread: "desk",
  request: "",
  message: `entry ${at}`,
  ...more,
});
/** Oldest first. */
const entries = (from: number, to: number): LogEntry[] => Array.from({ length: to - from }, (_, at) => entry(from + at));

let log: LogEntry[];
let asked: LogQuery[];
let answer: (query: LogQuery) => Promise<PageResult>;
const view = () => new LogView((query) => {
  asked.push(query);
  return answer(query);
});
const messages = (it: LogView) => it.rows.map((row) => row.entry.message);

beforeEach(() => {
  log = entries(0, 10);
  asked = [];
  answer = async (query) => ({ page: pageOf(log, query, 0) });
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe("pages of the log", () => {
  it("meet where the newest of the one that is held stands in the other", () => {
    const held = entries(0, 10).reverse();
    expect(newer(entries(0, 10).reverse(), held)).toBe(0);
    expect(newer(entries(3, 13).reverse(), held)).toBe(3);
    expect(newer(entries(12, 20).reverse(), held)).toBeNull();
    expect(newer(entries(0, 3).reverse(), [])).toBeNull();
  });

  it("tell two equal entries from one", () => {
    const [one, two] = [entry(1), entry(2)];
    expect(newer([two, two, one], [two, one])).toBe(1);
  });
});

describe("an entry as text", () => {
  it("is the line of the file, whatever its message holds", () => {
    const line = lineOf(entry(123, { level: "warn", request: "q-7", message: "one\ntwo" }));
    expect(line).toBe("2026-11-18T11:06:40.123Z WARN  q-7 desk [desk]: one | two");
    expect(lineOf(entry(0, { thread: "" }))).toBe("2026-11-18T11:06:40.000Z INFO  desk: entry 0");
  });

  it("stands after those before it", () => {
    expect(linesOf(entries(0, 2).reverse())).toMatch(/entry 0\n.*entry 1\n$/);
  });
});

describe("the log on the page", () => {
  it("is read from the newest on, and on demand further back", async () => {
    log = entries(0, 200);
    const it = view();
    await it.load();
    const first = it.rows.length;
    expect(it.rows[0]?.entry.message).toBe("entry 199");
    expect(first).toBeLessThan(200);
    while (it.older !== null) await it.more();
    expect(messages(it)).toEqual(entries(0, 200).reverse().map((one) => one.message));
    expect(new Set(it.rows.map((row) => row.id)).size).toBe(200);
  });

  it("goes by what a person typed once the typing rests", async () => {
    const it = view();
    it.type({ text: "ent" });
    it.type({ text: "entry 7" });
    await vi.advanceTimersByTimeAsync(TYPED_MS - 1);
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual([{ level: "info", request: "", text: "entry 7", before: null }]);
    expect(messages(it)).toEqual(["entry 7"]);
  });

  it("heeds the newest filter only, whatever comes first", async () => {
    let late: (result: PageResult) => void = () => {};
    answer = (query) =>
      query.text === "slow" ? new Promise((settle) => (late = settle)) : Promise.resolve({ page: pageOf(log, query, 0) });
    const it = view();
    it.filter({ text: "slow" });
    it.filter({ text: "entry 3" });
    await vi.advanceTimersByTimeAsync(0);
    late({ page: { entries: [entry(99)], older: null, file: "", lost: 0 } });
    await vi.advanceTimersByTimeAsync(0);
    expect(messages(it)).toEqual(["entry 3"]);
    expect(it.loading).toBe(false);
  });

  it("puts new entries before those that are shown and leaves these as they are", async () => {
    const it = view();
    await it.load();
    const ids = it.rows.map((row) => row.id);
    log.push(...entries(10, 13));
    await it.refresh();
    expect(messages(it).slice(0, 4)).toEqual(["entry 12", "entry 11", "entry 10", "entry 9"]);
    expect(it.rows.slice(3).map((row) => row.id)).toEqual(ids);
    await it.refresh();
    expect(it.rows).toHaveLength(13);
  });

  it("reads further back until it meets what is shown, and begins anew where that is too far", async () => {
    const it = view();
    await it.load();
    log.push(...entries(10, 210));
    await it.refresh();
    expect(messages(it)).toEqual([...log].reverse().map((one) => one.message));
    log.push(...entries(210, 4000));
    await it.refresh();
    expect(it.rows[0]?.entry.message).toBe("entry 3999");
    expect(it.rows.length).toBeLessThan(MOST_ROWS);
    expect(it.older).not.toBeNull();
    await it.more();
    const numbers = messages(it).map((message) => Number(message.slice(6)));
    expect(numbers).toEqual(numbers.map((_, at) => 3999 - at));
  });

  it("shows two thousand and no more", async () => {
    log = entries(0, 4000);
    const it = view();
    await it.load();
    while (!it.full) await it.more();
    const shown = it.rows.length;
    await it.more();
    expect(it.rows.length).toBe(shown);
    expect(shown).toBeLessThan(MOST_ROWS + 200);
    log.push(...entries(4000, 4003));
    await it.refresh();
    expect(it.rows[0]?.entry.message).toBe("entry 4002");
    expect(it.full).toBe(false);
  });

  it("says why it could not be read and keeps what it had", async () => {
    const it = view();
    await it.load();
    answer = async () => ({ failure: { code: "disk", message: "The log cannot be read.", remedy: "Look at the disk." } });
    await it.load();
    expect(it.failure?.message).toBe("The log cannot be read.");
    expect(it.rows).toHaveLength(10);
    answer = async (): Promise<{ page: LogPage }> => ({ page: { entries: [], older: null, file: "", lost: 2 } });
    await it.load();
    expect([it.failure, it.rows.length, it.lost]).toEqual([null, 0, 2]);
  });
});
