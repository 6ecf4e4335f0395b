import { afterEach, describe, expect, it, vi } from "vitest";
import { headOf } from "./fake/raw";
import { Measures } from "./measures";
import { LOST_MS, OLD_MS, PICTURE_HEAD, PictureView, type ViewTools, readPicture } from "./pictures";

const JPEG = new Uint8Array([1, 2, 3, 4]);
afterEach(() => void vi.useRealTimers());
const picture = (sequence: number, arrivedMs = 0) => headOf(sequence, arrivedMs, 640, 480, JPEG);

describe("a picture", () => {
  it("is read as it is laid out", () => {
    expect(readPicture(picture(7, 5))).toMatchObject({ sequence: 7, arrivedMs: 5, width: 640, height: 480, jpeg: JPEG });
  });

  it.each([new ArrayBuffer(0), picture(1).slice(0, PICTURE_HEAD + 2), headOf(1, 0, 1, 1, new Uint8Array())])(
    "that is not whole is none",
    (bytes) => expect(readPicture(bytes)).toBeNull(),
  );
});

/** A view whose every step is in the test's hands. */
function bench() {
  const asked: { after: number; answer: (bytes: ArrayBuffer) => void; fail: () => void }[] = [];
  const drawn: number[] = [];
  const waits: { ms: number; go: () => void }[] = [];
  let clock = 0;
  let closed = 0;
  let hidden = false;
  let sequence = 0;
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({ drawImage: () => drawn.push(sequence) }),
  };
  const tools: ViewTools = {
    decode: async () => {
      clock += 4;
      return { width: 640, height: 480, close: () => closed++ } as unknown as ImageBitmap;
    },
    now: () => clock,
    time: () => 1000 + clock,
    wait: (ms) => new Promise((go) => waits.push({ ms, go: () => ((clock += ms), go()) })),
    hidden: () => hidden,
  };
  const backend = {
    picture: (_: string, after: number) =>
      new Promise<ArrayBuffer>((answer, reject) => asked.push({ after, answer, fail: () => reject(new Error("gone")) })),
  };
  const measures = new Measures();
  const olds: (number | null)[] = [];
  const seen = (shown: { sequence: number }) => void (sequence = shown.sequence);
  const view = new PictureView(backend, "front", canvas as never, measures, seen, tools, (old) => olds.push(old));
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return { view, asked, drawn, waits, canvas, measures, settle, olds, closed: () => closed, hide: (now: boolean) => (hidden = now) };
}

describe("a view", () => {
  it("has one request outstanding, draws the answer, and asks for what is newer", async () => {
    const { view, asked, drawn, canvas, settle, closed } = bench();
    view.start();
    view.start();
    await settle();
    expect(asked.map((one) => one.after)).toEqual([0]);
    asked[0]?.answer(picture(12));
    await settle();
    expect(drawn).toHaveLength(1);
    expect([canvas.width, canvas.height]).toEqual([640, 480]);
    expect(closed()).toBe(1);
    expect(asked.map((one) => one.after)).toEqual([0, 12]);
  });

  it("measures from the picture's arrival at this computer to its being drawn", async () => {
    const { view, asked, measures, settle } = bench();
    view.start();
    await settle();
    asked[0]?.answer(picture(1, 995));
    await settle();
    expect(measures.pictures.quantile(0.5)).toBe(9);
  });

  it("waits after an answer without a picture, and longer after a failure", async () => {
    const { view, asked, waits, settle } = bench();
    view.start();
    await settle();
    asked[0]?.answer(new ArrayBuffer(0));
    await settle();
    expect(asked).toHaveLength(1);
    waits[0]?.go();
    await settle();
    asked[1]?.fail();
    await settle();
    expect(waits.map((wait) => wait.ms)).toEqual([6, 500]);
  });

  it("rests between pictures as long as the camera takes: it seldom asks in vain, and is seldom late", async () => {
    const PERIOD = 33;
    let clock = 0;
    let asked = 0;
    const late: number[] = [];
    let view: PictureView | null = null;
    const tools: ViewTools = {
      decode: async () => ((clock += 2), { width: 1, height: 1, close: () => {} }) as unknown as ImageBitmap,
      now: () => clock,
      time: () => clock,
      wait: async (ms) => {
        clock += ms;
        if (clock > 20_000) view?.stop();
      },
      hidden: () => false,
    };
    const backend = {
      picture: async (_: string, after: number) => {
        asked++;
        clock += 1;
        const sequence = Math.floor(clock / PERIOD);
        return sequence > after ? picture(sequence, sequence * PERIOD) : new ArrayBuffer(0);
      },
    };
    const measures = new Measures();
    view = new PictureView(backend, "front", { width: 1, height: 1, getContext: () => null } as never, measures, (shown) => late.push(shown.sequence), tools);
    view.start();
    while (clock <= 20_000) await Promise.resolve();
    expect(late.length).toBeGreaterThan((20_000 / PERIOD) * 0.99);
    expect(asked / late.length).toBeLessThan(3.2);
    expect(measures.pictures.quantile(0.95)).toBeLessThanOrEqual(12);
  });

  it("asks from the beginning again when a camera was silent for long, as one that was opened anew counts anew", async () => {
    const { view, asked, waits, settle } = bench();
    view.start();
    await settle();
    asked[0]?.answer(picture(900));
    await settle();
    for (let turn = 1; turn < 290; turn++) {
      asked[turn]?.answer(new ArrayBuffer(0));
      await settle();
      waits[turn - 1]?.go();
      await settle();
    }
    expect(asked.map((one) => one.after)).toContain(0);
    expect(asked[1]?.after).toBe(900);
    expect(asked.at(-1)?.after).toBe(0);
  });

  it("draws nothing once it was stopped, though an answer comes", async () => {
    const { view, asked, drawn, settle } = bench();
    view.start();
    await settle();
    view.stop();
    asked[0]?.answer(picture(1));
    await settle();
    expect(drawn).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it("asks again when a reply is lost, and takes no notice of it when it comes after all", async () => {
    vi.useFakeTimers();
    const { view, asked, waits, drawn, settle } = bench();
    view.start();
    await vi.advanceTimersByTimeAsync(LOST_MS);
    waits[0]?.go();
    await settle();
    expect(asked.map((one) => one.after)).toEqual([0, 0]);
    asked[0]?.answer(picture(1));
    await settle();
    expect(drawn).toEqual([]);
    asked[1]?.answer(picture(2));
    await settle();
    expect(drawn).toHaveLength(1);
    view.stop();
  });

  it("says since when its picture is there once that is old, and when a new one is there", async () => {
    vi.useFakeTimers();
    const { view, asked, settle, olds } = bench();
    view.start();
    await settle();
    asked[0]?.answer(picture(1, 904));
    await settle();
    await vi.advanceTimersByTimeAsync(OLD_MS - 101);
    expect(olds).toEqual([null]);
    await vi.advanceTimersByTimeAsync(1);
    expect(olds).toEqual([null, -96]);
    asked[1]?.answer(picture(2, 1000));
    await settle();
    expect(olds).toEqual([null, -96, null]);
    view.stop();
  });

  it("asks for nothing while the page is hidden", async () => {
    const { view, asked, waits, settle, hide } = bench();
    hide(true);
    view.start();
    await settle();
    expect(asked).toHaveLength(0);
    hide(false);
    waits[0]?.go();
    await settle();
    expect(asked).toHaveLength(1);
  });
});
