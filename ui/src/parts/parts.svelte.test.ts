// Parts under a hand: what a pointer and a key do to them when they come and go beneath it.

import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import JointSlider from "./JointSlider.svelte";

let moves: number[];
let page: Record<string, unknown> | null = null;

beforeEach(() => {
  moves = [];
  Element.prototype.setPointerCapture = () => {};
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue({ left: 0, width: 100 } as DOMRect);
});
afterEach(() => {
  if (page) void unmount(page);
  page = null;
  document.body.innerHTML = "";
  vi.restoreAllMocks();
});

const pointer = (type: string, clientX: number, buttons: number) => {
  const more = { clientX, buttons, button: 0, pointerId: 1, bubbles: true, cancelable: true };
  document.querySelector("[role=slider]")?.dispatchEvent(new PointerEvent(type, more));
  flushSync();
};
const slider = () => document.querySelector("[role=slider]");

function open(more: { position?: number | null; goal?: number | null } = {}) {
  const props = $state({
    label: "Elbow flex",
    position: 20 as number | null,
    goal: null as number | null,
    least: -50,
    most: 50,
    moving: false,
    text: (value: number) => `${value} degrees`,
    move: ((value: number) => moves.push(value)) as ((value: number) => void) | undefined,
    ...more,
  });
  page = mount(JointSlider, { target: document.body, props });
  flushSync();
  return props;
}

describe("a joint's slider", () => {
  it("moves the joint while it is dragged, and no more once the pointer is up", () => {
    open();
    pointer("pointerdown", 60, 1);
    pointer("pointermove", 70, 1);
    pointer("pointerup", 70, 0);
    pointer("pointermove", 90, 0);
    expect(moves).toEqual([10, 20]);
  });

  it("that was stopped under a drag is not dragged on by the bare pointer, nor by the button that is still down", () => {
    const props = open();
    const { move } = props;
    pointer("pointerdown", 60, 1);
    props.move = undefined;
    flushSync();
    expect(slider()).toBeNull();
    props.move = move;
    flushSync();
    pointer("pointermove", 80, 0);
    pointer("pointermove", 90, 1);
    expect(moves).toEqual([10]);
  });

  it.each(["pointermove", "lostpointercapture", "pointercancel"])("ends its drag on a %s without a button", (type) => {
    open();
    pointer("pointerdown", 60, 1);
    pointer(type, 80, 0);
    pointer("pointermove", 90, 1);
    expect(moves).toEqual([10]);
  });

  it("says where the joint is before it has the focus, and does not follow the arm's own way", () => {
    const props = open({ goal: 12 });
    expect(slider()?.getAttribute("aria-valuenow")).toBe("12");
    expect(slider()?.getAttribute("aria-valuetext")).toBe("12 degrees");
    props.goal = 30;
    flushSync();
    expect(slider()?.getAttribute("aria-valuenow")).toBe("12");
  });

  it("neither claims nor moves from a place that is not known", () => {
    open({ position: null });
    expect(slider()?.hasAttribute("aria-valuenow")).toBe(false);
    expect(slider()?.getAttribute("aria-valuetext")).toBe("place unknown");
    slider()?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    expect(moves).toEqual([]);
  });
});
