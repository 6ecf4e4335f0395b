import { describe, expect, it, vi } from "vitest";
import { leftEpisode } from "../fake/recovery";
import type { RecoveryDone, RecoveryState } from "../protocol";
import { blocked, keepable, news, secondsOf } from "./left";
import { type StillAt, Stills } from "./stills";

const state = (more: Partial<RecoveryState> = {}): RecoveryState => ({
  looking: false,
  folders: [],
  left: [],
  work: null,
  done: [],
  trouble: [],
  ...more,
});
const done = (key: string, episode: number | null = null): RecoveryDone => ({
  key,
  dataset: "cups",
  task: "",
  episode,
  rows: 30,
  fps: 30,
  undoable: episode === null,
});

describe("what was left", () => {
  it("can be kept when it is an episode that nobody records", () => {
    const left = (["episode", "put_away", "in_use"] as const).map((kind) => leftEpisode({ key: kind, kind }));
    expect(keepable(state({ left })).map((one) => one.key)).toEqual(["episode"]);
    expect(keepable(null)).toEqual([]);
  });

  it("has no length that is not known", () => {
    expect(secondsOf({ rows: 336, fps: 30 })).toBeCloseTo(11.2);
    expect(secondsOf({ rows: 0, fps: 0 })).toBeNull();
  });

  it("waits while another is worked on or folders are looked through", () => {
    const one = leftEpisode();
    expect(blocked(state({ work: { key: "other", share: null } }), one)).toBe("recovery.wait");
    expect(blocked(state({ looking: true }), one)).toBe("recovery.looking.wait");
    expect(blocked(state({ work: { key: one.key, share: 0.5 } }), one)).toBeNull();
  });

  it("makes news once, oldest first, and none of what was done before anybody looked", () => {
    const before = state({ done: [done("a")] });
    const now = state({ done: [done("c", 7), done("b"), done("a")] });
    expect(news(before, now).map((one) => one.key)).toEqual(["b", "c"]);
    expect(news(null, now)).toEqual([]);
    // Thrown away, offered again, then kept.
    expect(news(state({ done: [done("a")] }), state({ done: [done("a", 3)] }))).toHaveLength(1);
  });
});

describe("small pictures", () => {
  const at = (key: string, share = 0.5): StillAt => ({ key, camera: "front", share });
  const bytes = (...values: number[]) => new Uint8Array(values).buffer;

  function made(fetch: (at: StillAt) => Promise<ArrayBuffer>) {
    const closed: string[] = [];
    const stills = new Stills<string>(
      fetch,
      async (jpeg) => `picture ${new Uint8Array(jpeg)[0]}`,
      (picture) => closed.push(picture),
      () => {},
    );
    return { stills, closed };
  }

  it("are asked for one after the other, and once", async () => {
    let out = 0;
    let most = 0;
    let asked = 0;
    const { stills } = made(async () => {
      asked++;
      most = Math.max(most, ++out);
      await new Promise((go) => setTimeout(go));
      out--;
      return bytes(asked);
    });
    for (const key of ["a", "b", "c"]) stills.want(at(key));
    stills.want(at("a"));
    await vi.waitFor(() => expect(stills.get(at("c"))).toBe("picture 3"));
    stills.want(at("a"));
    expect([most, asked]).toEqual([1, 3]);
    expect(stills.get(at("a"))).toBe("picture 1");
  });

  it("are not asked for any more once their place is out of sight", async () => {
    const asked: string[] = [];
    const { stills } = made(async ({ key }) => {
      asked.push(key);
      return bytes(1);
    });
    for (const key of ["a", "b", "c"]) stills.want(at(key));
    await Promise.resolve();
    stills.unwant(at("a"));
    stills.unwant(at("b"));
    await vi.waitFor(() => expect(stills.get(at("c"))).toBeDefined());
    expect(asked).toEqual(["a", "c"]);
    expect(stills.get(at("a"))).toBe("picture 1");
    expect(stills.get(at("b"))).toBeUndefined();
  });

  it("that stand further up come first", async () => {
    const asked: string[] = [];
    const stills = new Stills<string>(
      async ({ key }) => {
        asked.push(key);
        return bytes(1);
      },
      async () => "picture",
      () => {},
      () => {},
      ({ key }) => "abc".indexOf(key),
    );
    for (const key of ["c", "b", "a"]) stills.want(at(key));
    await vi.waitFor(() => expect(asked).toEqual(["a", "b", "c"]));
  });

  it("that cannot be had are none, and keep nobody waiting", async () => {
    const { stills } = made(async ({ key }) => {
      if (key === "a") throw new Error("gone");
      return key === "b" ? bytes() : bytes(9);
    });
    for (const key of ["a", "b", "c"]) stills.want(at(key));
    await vi.waitFor(() => expect(stills.get(at("c"))).toBe("picture 9"));
    expect([stills.get(at("a")), stills.get(at("b"))]).toEqual([null, null]);
  });

  it("are let go with what they belong to, also those that come too late", async () => {
    let give: (jpeg: ArrayBuffer) => void = () => {};
    const { stills, closed } = made(({ key }) => (key === "late" ? new Promise((settle) => (give = settle)) : Promise.resolve(bytes(1))));
    stills.want(at("a"));
    await vi.waitFor(() => expect(stills.get(at("a"))).toBeDefined());
    stills.want(at("late"));
    await Promise.resolve();
    stills.keepOnly(new Set());
    give(bytes(2));
    await vi.waitFor(() => expect(closed).toEqual(["picture 1", "picture 2"]));
    expect([stills.get(at("a")), stills.get(at("late"))]).toEqual([undefined, undefined]);
  });
});
