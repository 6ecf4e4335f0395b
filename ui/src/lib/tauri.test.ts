import { beforeEach, describe, expect, it, vi } from "vitest";

const invoke = vi.hoisted(() => vi.fn());
const listen = vi.hoisted(() => vi.fn());
vi.mock("@tauri-apps/api/core", () => ({ invoke }));
vi.mock("@tauri-apps/api/event", () => ({ listen }));

import { TauriBackend } from "./tauri";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).buffer;
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

let emit: (payload: unknown) => void;
beforeEach(() => {
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

  it("hands small events on at once", async () => {
    const heard: unknown[] = [];
    await new TauriBackend().listen((event) => heard.push(event));
    emit({ v: 1, seq: 1, tell: {} });
    expect(heard).toEqual([{ v: 1, seq: 1, tell: {} }]);
  });

  it("fetches a large event in its place: what comes after waits", async () => {
    let give: (answer: ArrayBuffer) => void = () => {};
    invoke.mockReturnValue(new Promise((answer) => (give = answer)));
    const heard: unknown[] = [];
    await new TauriBackend().listen((event) => heard.push(event));
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
    ["that could not be had", () => Promise.reject(new Error("gone")), { v: 1, seq: 4 }],
  ])("leaves no gap for a large event %s", async (_, answer, expected) => {
    invoke.mockImplementation(answer);
    const heard: unknown[] = [];
    await new TauriBackend().listen((event) => heard.push(event));
    emit({ v: 1, seq: 4, fetch: "drive" });
    await settle();
    expect(heard).toEqual([expected]);
  });
});
