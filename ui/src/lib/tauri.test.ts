import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const invoke = vi.hoisted(() => vi.fn());
const listen = vi.hoisted(() => vi.fn());
vi.mock("@tauri-apps/api/core", () => ({ invoke }));
vi.mock("@tauri-apps/api/event", () => ({ listen }));

import { FETCH_PATIENCE_MS, MOST_WAITING, TauriBackend } from "./tauri";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).buffer;
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

let emit: (payload: unknown) => void;
let lost: number;
const lose = () => void lost++;
beforeEach(() => {
  lost = 0;
  invoke.mockReset();
  listen.mockReset();
  listen.mockImplementation(async (_: string, heard: (event: { payload: unknown }) => void) => {
    emit = (payload) => heard({ payload });
    return () => {};
  });
});

describe("the door through Tauri", () => {
  it("sends a request as raw bytes and reads the reply", async () => {
    invoke.mockResolvedValue(bytes({ v: 1, id: "7" }));
    const reply = await new TauriBackend().request({ v: 1, id: "7", ask: { do: "hello" } });
    expect(reply).toEqual({ v: 1, id: "7" });
    const [command, body] = invoke.mock.calls[0] as [string, Uint8Array];
    expect(command).toBe("request");
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({ v: 1, id: "7", ask: { do: "hello" } });
  });

  it("says that events were lost when the core kept them back from a page that was silent", async () => {
    const backend = new TauriBackend();
    await backend.listen(() => {}, lose);
    invoke.mockResolvedValueOnce(false).mockResolvedValueOnce(true);
    await backend.lives();
    expect(lost).toBe(0);
    await backend.lives();
    expect(lost).toBe(1);
  });

  it("numbers its words about keys", async () => {
    invoke.mockResolvedValue(undefined);
    const backend = new TauriBackend();
    await backend.keys(["KeyW"], true);
    await backend.keys([], true);
    expect(invoke.mock.calls.map(([, word]) => (word as { number: number }).number)).toEqual([1, 2]);
  });

  it("hands small events on at once", async () => {
    const heard: unknown[] = [];
    await new TauriBackend().listen((event) => heard.push(event), lose);
    emit({ v: 1, seq: 1, tell: {} });
    expect(heard).toEqual([{ v: 1, seq: 1, tell: {} }]);
  });

  it("fetches a large event in its place: what comes after waits", async () => {
    let give: (answer: ArrayBuffer) => void = () => {};
    invoke.mockReturnValue(new Promise((answer) => (give = answer)));
    const heard: unknown[] = [];
    await new TauriBackend().listen((event) => heard.push(event), lose);
    emit({ v: 1, seq: 1, fetch: "drive" });
    emit({ v: 1, seq: 2, tell: "deck" });
    await settle();
    expect(heard).toEqual([]);
    expect(invoke).toHaveBeenCalledWith("topic", { name: "drive" });
    give(bytes({ v: 1, seq: 1, tell: "drive" }));
    await settle();
    expect(heard).toEqual([
      { v: 1, seq: 1, tell: "drive" },
      { v: 1, seq: 2, tell: "deck" },
    ]);
    emit({ v: 1, seq: 3, tell: "deck" });
    expect(heard).toHaveLength(3);
  });

  it.each([
    ["whose newer one took its place", () => Promise.resolve(new ArrayBuffer(0)), { v: 1, seq: 4 }],
    ["that came newer than announced", () => Promise.resolve(bytes({ v: 1, seq: 6, tell: "newer" })), { v: 1, seq: 4, tell: "newer" }],
  ])("leaves no gap for a large event %s", async (_, answer, expected) => {
    invoke.mockImplementation(answer);
    const heard: unknown[] = [];
    await new TauriBackend().listen((event) => heard.push(event), lose);
    emit({ v: 1, seq: 4, fetch: "drive" });
    await settle();
    expect(heard).toEqual([expected]);
  });

  describe("with a large event that cannot be had", () => {
    let heard: unknown[];
    beforeEach(async () => {
      vi.useFakeTimers();
      heard = [];
      await new TauriBackend().listen((event) => heard.push(event), lose);
    });
    afterEach(() => vi.useRealTimers());

    it("says that something is lost, and goes on", async () => {
      invoke.mockRejectedValueOnce(new Error("gone"));
      emit({ v: 1, seq: 4, fetch: "drive" });
      emit({ v: 1, seq: 5, tell: "deck" });
      await settle();
      expect(lost).toBe(1);
      expect(heard).toEqual([{ v: 1, seq: 5, tell: "deck" }]);
    });

    it("does not wait for it for ever, nor for what was announced behind it", async () => {
      invoke.mockReturnValue(new Promise(() => {}));
      emit({ v: 1, seq: 4, fetch: "drive" });
      emit({ v: 1, seq: 5, fetch: "record" });
      emit({ v: 1, seq: 6, tell: "deck" });
      await vi.advanceTimersByTimeAsync(FETCH_PATIENCE_MS - 1);
      expect([lost, heard]).toEqual([0, []]);
      await vi.advanceTimersByTimeAsync(1);
      expect(lost).toBe(1);
      expect(heard).toEqual([
        { v: 1, seq: 5 },
        { v: 1, seq: 6, tell: "deck" },
      ]);
      invoke.mockResolvedValue(bytes({ tell: "drive" }));
      emit({ v: 1, seq: 7, fetch: "drive" });
      await settle();
      expect(heard.at(-1)).toEqual({ v: 1, seq: 7, tell: "drive" });
    });

    it("gives the line up rather than making it longer and longer", async () => {
      invoke.mockImplementation(() => new Promise((later) => setTimeout(() => later(bytes({ tell: "drive" })), 1000)));
      for (let seq = 1; seq <= MOST_WAITING + 1; seq++) emit({ v: 1, seq, fetch: "drive" });
      expect(lost).toBe(1);
      await vi.advanceTimersByTimeAsync(FETCH_PATIENCE_MS);
      expect(heard).toHaveLength(MOST_WAITING + 1);
      expect(invoke).toHaveBeenCalledTimes(1);
    });

    it("is not stopped by a listener that throws", async () => {
      invoke.mockResolvedValue(bytes({ tell: "drive" }));
      const hear = vi.fn().mockImplementationOnce(() => {
        throw new Error("a screen");
      });
      await new TauriBackend().listen(hear, lose);
      emit({ v: 1, seq: 1, fetch: "drive" });
      await settle();
      emit({ v: 1, seq: 2, fetch: "drive" });
      await settle();
      expect(lost).toBe(1);
      expect(hear).toHaveBeenLastCalledWith({ v: 1, seq: 2, tell: "drive" });
    });
  });
});
