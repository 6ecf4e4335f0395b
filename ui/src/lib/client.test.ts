import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client, type ClientWords, USUAL_PATIENCE_MS } from "./client";
import { FakeBackend } from "./fake/backend";
import { type Failure, type Reply, type Request, type Tell, VERSION } from "./protocol";

const said = (message: string): Failure => ({ code: "internal", message, remedy: "" });
const words: ClientWords = {
  noReply: () => said("no reply"),
  notHandedOver: () => said("not handed over"),
  otherVersion: (theirs) => said(`version ${theirs}`),
  unreadable: () => said("unreadable"),
};

function bench(scenario = "ready") {
  const backend = new FakeBackend(scenario);
  const told: Tell[] = [];
  const reached: [boolean, string][] = [];
  const client = new Client(backend, words, {
    tell: (tell) => told.push(tell),
    reached: (ok, why) => reached.push([ok, why?.message ?? ""]),
  });
  return { backend, client, told, reached };
}

const hellos = (backend: FakeBackend) => backend.asked.filter((request) => request.ask.do === "hello").length;
const deck = (session: string): Tell =>
  ({ topic: "deck", value: { torque: "off", session, arms: [], trouble: null, can_resume: false, can_release: false, unsaved: false } }) as Tell;

const notice = (number: number): Tell => ({
  topic: "notice",
  value: { number, level: "note", message: `${number}`, remedy: "", command: "" },
});

/** Replaces the outcome of what is not a hello. */
function tamper(backend: FakeBackend, with_: (request: Request, reply: Reply) => unknown) {
  backend.intercept = (request, reply) => (request.ask.do === "hello" ? reply : with_(request, reply));
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a request", () => {
  it("gets its answer, under an id of its own", async () => {
    const { backend, client } = bench();
    expect(await client.ask({ do: "look_again" })).toEqual({ ok: true, answer: { is: "done" } });
    await client.ask({ do: "look_again" });
    const ids = backend.asked.map((request) => request.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(backend.asked.every((request) => request.v === VERSION)).toBe(true);
  });

  it("that is refused says why in the core's words", async () => {
    const { client } = bench();
    const result = await client.ask({
      do: "start_drive",
      with: { arms: [{ key: "known:Travel follower", role: "follower" }], cameras: [], rate_hz: 120, input: "keys" },
    });
    expect(result).toMatchObject({ ok: false, failure: { code: "port", remedy: "Plug it in, then try again." } });
  });

  it("whose reply is lost fails in words when its time is up, and not before", async () => {
    const { backend, client } = bench();
    tamper(backend, () => new Promise(() => {}));
    const result = client.ask({ do: "understood" });
    let settled = false;
    void result.then(() => (settled = true));
    await vi.advanceTimersByTimeAsync(USUAL_PATIENCE_MS - 1);
    expect(settled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await result).toEqual({ ok: false, failure: said("no reply") });
  });

  it("has more time where the core needs more", async () => {
    const { backend, client } = bench();
    tamper(backend, () => new Promise(() => {}));
    let settled = false;
    void client
      .ask({ do: "start_drive", with: { arms: [], cameras: [], rate_hz: 120, input: "keys" } })
      .then(() => (settled = true));
    await vi.advanceTimersByTimeAsync(USUAL_PATIENCE_MS * 2);
    expect(settled).toBe(false);
  });

  it("whose reply is late has failed, and the late reply is dropped", async () => {
    const { backend, client } = bench();
    tamper(backend, (_, reply) => new Promise((late) => setTimeout(() => late(reply), USUAL_PATIENCE_MS + 500)));
    const result = client.ask({ do: "understood" });
    await vi.advanceTimersByTimeAsync(USUAL_PATIENCE_MS);
    expect((await result).ok).toBe(false);
    expect(client.dropped.replies).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(client.dropped.replies).toBe(1);
  });

  it("is not settled by a reply to nobody", async () => {
    const { backend, client } = bench();
    tamper(backend, (_, reply) => ({ ...reply, id: "somebody-else" }));
    const result = client.ask({ do: "understood" });
    await vi.advanceTimersByTimeAsync(10);
    expect(client.dropped.replies).toBe(1);
    await vi.advanceTimersByTimeAsync(USUAL_PATIENCE_MS);
    expect(await result).toEqual({ ok: false, failure: said("no reply") });
  });

  it("is settled by a reply that came on another's line, once", async () => {
    const { backend, client } = bench();
    const held: Reply[] = [];
    tamper(backend, (_, reply) => {
      held.push(reply);
      return held.length === 1 ? new Promise(() => {}) : held[0];
    });
    const first = client.ask({ do: "understood" });
    const second = client.ask({ do: "understood" });
    expect((await first).ok).toBe(true);
    await vi.advanceTimersByTimeAsync(USUAL_PATIENCE_MS);
    expect((await second).ok).toBe(false);
  });

  it.each([
    ["of an unknown version", (_: Request, reply: Reply) => ({ ...reply, v: 9 }), "version 9"],
    ["without an outcome", (request: Request) => ({ v: VERSION, id: request.id }), "unreadable"],
    ["of an unknown outcome", (request: Request) => ({ v: VERSION, id: request.id, outcome: { maybe: 1 } }), "unreadable"],
    ["that is text", () => "panic", "unreadable"],
    ["that is nothing", () => null, "unreadable"],
  ])("fails in words on a reply %s", async (_, broken, expected) => {
    const { backend, client } = bench();
    tamper(backend, broken);
    expect(await client.ask({ do: "understood" })).toEqual({ ok: false, failure: said(expected) });
  });

  it("that could not be handed over fails in words", async () => {
    const { backend, client } = bench();
    tamper(backend, () => Promise.reject(new Error("ipc")));
    expect(await client.ask({ do: "understood" })).toEqual({ ok: false, failure: said("not handed over") });
  });

  it("that the core could not even read gets that failure, though it carries no id", async () => {
    const { backend, client } = bench();
    tamper(backend, () => ({ v: VERSION, id: "", outcome: { failed: said("cannot read") } }));
    expect(await client.ask({ do: "understood" })).toEqual({ ok: false, failure: said("cannot read") });
  });
});

describe("the stream", () => {
  it("begins with every topic, then follows", async () => {
    const { backend, client, told, reached } = bench();
    await client.start();
    expect(new Set(told.map((tell) => tell.topic))).toContain("bench");
    expect(reached).toEqual([[true, ""]]);
    told.length = 0;
    backend.tell(deck("ready"));
    expect(told).toEqual([deck("ready")]);
  });

  it("says hello again after a gap, and loses nothing that came meanwhile", async () => {
    const { backend, client, told } = bench();
    await client.start();
    backend.tell(deck("ready"));
    backend.seq += 3;
    told.length = 0;
    backend.tell(deck("driving"));
    backend.tell(deck("holding"));
    await vi.advanceTimersByTimeAsync(20);
    expect(hellos(backend)).toBe(2);
    expect(client.dropped.gaps).toBe(1);
    backend.tell(deck("stopped"));
    expect(told.at(-1)).toEqual(deck("stopped"));
  });

  it("says hello again when an event could not be had, and again for one that was lost meanwhile", async () => {
    const { backend, client, told } = bench();
    await client.start();
    backend.intercept = async (_, reply) => {
      backend.intercept = (_, reply) => reply;
      backend.lose();
      return reply;
    };
    backend.lose();
    await vi.advanceTimersByTimeAsync(20);
    expect(hellos(backend)).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(hellos(backend)).toBe(3);
    backend.tell(deck("driving"));
    expect(told.at(-1)).toEqual(deck("driving"));
  });

  it("says hello once a second at most, however much is lost", async () => {
    const { backend, client } = bench();
    await client.start();
    for (let at = 0; at < 100; at++) {
      backend.lose();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(hellos(backend)).toBeLessThanOrEqual(13);
    expect(hellos(backend)).toBeGreaterThan(5);
  });

  it("that fell silent is not heard until hello is answered again", async () => {
    const { backend, client, reached, told } = bench();
    await client.start();
    client.silent();
    expect(reached.at(-1)).toEqual([false, "no reply"]);
    await vi.advanceTimersByTimeAsync(20);
    expect(reached.at(-1)).toEqual([true, ""]);
    backend.tell(deck("driving"));
    expect(told.at(-1)).toEqual(deck("driving"));
  });

  it("tells every notice once: one that overtook the welcome, one that revealed a gap, one that comes twice", async () => {
    const { backend, client, told } = bench();
    const numbers = () => told.flatMap((tell) => (tell.topic === "notice" ? [tell.value.number] : []));
    // Told after the page listens and before the core answers hello: the welcome is newer, and holds no notice.
    const request = backend.request.bind(backend);
    backend.request = (asked) => {
      backend.tell(notice(1));
      backend.request = request;
      return request(asked);
    };
    await client.start();
    expect(numbers()).toEqual([1]);
    backend.seq += 3;
    backend.tell(notice(2));
    backend.tell(notice(3));
    await vi.advanceTimersByTimeAsync(20);
    backend.tell(notice(3));
    expect(numbers()).toEqual([1, 2, 3]);
  });

  it("keeps notices while nobody answers hello, and of the rest the newest", async () => {
    const { backend, client, told } = bench();
    backend.intercept = () => Promise.reject(new Error("not yet"));
    await client.start();
    backend.tell(notice(1));
    for (let at = 0; at < 400; at++) backend.tell(deck("driving"));
    backend.intercept = (_, reply) => reply;
    await vi.advanceTimersByTimeAsync(1100);
    expect(told.filter((tell) => tell.topic === "notice")).toEqual([notice(1)]);
  });

  it("drops what is older than the welcome and keeps what is newer", async () => {
    const { backend, client, told } = bench();
    backend.intercept = async (_, reply) => {
      backend.tell(deck("driving"));
      return reply;
    };
    // The welcome carries number 0; the event that overtook it number 1.
    await client.start();
    expect(told.at(-1)).toEqual(deck("driving"));
  });

  it.each([
    ["of an unknown topic", { v: VERSION, seq: 1, tell: { topic: "weather", value: {} } }],
    ["whose payload is malformed", { v: VERSION, seq: 1, tell: { topic: "deck", value: null } }],
    ["without a payload", { v: VERSION, seq: 1 }],
  ])("goes on after an event %s, without a gap", async (_, broken) => {
    const { backend, client, told } = bench();
    await client.start();
    told.length = 0;
    backend.seq = 1;
    backend.raw(broken);
    expect(told).toEqual([]);
    expect(client.dropped.events).toBe(1);
    backend.tell(deck("ready"));
    expect(told).toHaveLength(1);
    expect(hellos(backend)).toBe(1);
  });

  it.each(["text", null, 7, { seq: 1 }, { v: VERSION, seq: "1", tell: {} }])("drops %j and finds the gap", async (broken) => {
    const { backend, client } = bench();
    await client.start();
    backend.seq = 1;
    backend.raw(broken);
    backend.tell(deck("ready"));
    await vi.advanceTimersByTimeAsync(20);
    expect(client.dropped).toMatchObject({ events: 1, gaps: 1 });
    expect(hellos(backend)).toBe(2);
  });

  it("refuses another version in words", async () => {
    const { backend, client, reached, told } = bench();
    await client.start();
    told.length = 0;
    backend.raw({ v: 2, seq: 1, tell: deck("driving") });
    expect(reached.at(-1)).toEqual([false, "version 2"]);
    expect(told).toEqual([]);
  });

  it("says hello until somebody answers", async () => {
    const { backend, client, reached } = bench();
    backend.intercept = () => Promise.reject(new Error("not yet"));
    await client.start();
    expect(reached.at(-1)).toEqual([false, "not handed over"]);
    backend.intercept = (_, reply) => reply;
    await vi.advanceTimersByTimeAsync(1100);
    expect(reached.at(-1)).toEqual([true, ""]);
  });
});

describe("ready and teardown", () => {
  it("hears nothing after it was ended", async () => {
    const { backend, client, told } = bench();
    await client.start();
    client.stop();
    told.length = 0;
    backend.tell(deck("driving"));
    expect(told).toEqual([]);
  });

  it("ended before the listener is there lets it go at once", async () => {
    const { backend, client, told, reached } = bench();
    const started = client.start();
    client.stop();
    await started;
    backend.tell(deck("driving"));
    expect(told).toEqual([]);
    expect(reached).toEqual([]);
  });

  it("ended while hello is on its way says nothing more", async () => {
    const { backend, client, reached } = bench();
    backend.intercept = (_, reply) => new Promise((late) => setTimeout(() => late(reply), 100));
    const started = client.start();
    await vi.advanceTimersByTimeAsync(10);
    client.stop();
    await vi.advanceTimersByTimeAsync(200);
    await started;
    expect(reached).toEqual([]);
  });

  it("begins again after it was ended, as a reloaded page does", async () => {
    const { backend, client, told } = bench();
    await client.start();
    client.stop();
    backend.tell(deck("recording"));
    await client.start();
    told.length = 0;
    backend.tell(deck("paused"));
    expect(told).toEqual([deck("paused")]);
    expect(hellos(backend)).toBe(2);
  });

  it("fails what still waits", async () => {
    const { backend, client } = bench();
    await client.start();
    tamper(backend, () => new Promise(() => {}));
    const result = client.ask({ do: "understood" });
    client.stop();
    expect((await result).ok).toBe(false);
  });

  it("started twice listens once", async () => {
    const { backend, client, told } = bench();
    await Promise.all([client.start(), client.start()]);
    told.length = 0;
    backend.tell(deck("ready"));
    expect(told).toHaveLength(1);
  });
});
