// For tests: the page as a person meets it, on the pretended bench.

import { mount, tick, unmount } from "svelte";
import { afterEach, beforeAll, vi } from "vitest";
import type { Component } from "svelte";
import { FakeBackend } from "../lib/fake/backend";
import type { Ask } from "../lib/protocol";
import { LANGUAGES } from "../lib/words/language";

let Root: Component<{ backend: FakeBackend }>;
let page: Record<string, unknown> | null = null;

/** To be called once by a file of tests. */
export function withPages(): void {
  beforeAll(async () => {
    // What jsdom has not: the page asks for the system's theme, and plots for the screen's pixels.
    window.matchMedia = ((media: string) => ({
      media,
      matches: false,
      addEventListener() {},
      removeEventListener() {},
    })) as unknown as typeof window.matchMedia;
    window.ResizeObserver ??= class {
      observe() {}
      unobserve() {}
      disconnect() {}
    } as unknown as typeof ResizeObserver;
    const paper = new Proxy({}, { get: (_, name) => (name === "canvas" ? null : () => ({ width: 0 })), set: () => true });
    HTMLCanvasElement.prototype.getContext = ((kind: string) => (kind === "2d" ? paper : null)) as never;
    globalThis.Path2D ??= class {
      moveTo() {}
      lineTo() {}
      rect() {}
      arc() {}
      addPath() {}
      closePath() {}
    } as unknown as typeof Path2D;
    Element.prototype.hasPointerCapture = () => false;
    // Catalogues are loaded when wanted, which a pretended clock does not wait for.
    await Promise.all(Object.values(LANGUAGES).map(({ load }) => load()));
    Root = (await import("../Root.svelte")).default as unknown as typeof Root;
  }, 120_000);

  afterEach(() => {
    if (page) void unmount(page);
    page = null;
    document.body.innerHTML = "";
    localStorage.clear();
    vi.useRealTimers();
  });
}

export async function settle(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await tick();
}

export async function open(scenario: string, hash: string): Promise<FakeBackend> {
  vi.useFakeTimers();
  location.hash = hash;
  const backend = new FakeBackend(scenario);
  page = mount(Root, { target: document.body, props: { backend } });
  await settle(20);
  return backend;
}

export const asks = <D extends Ask["do"]>(backend: FakeBackend, what: D): Ask[] =>
  backend.asked.map((request) => request.ask).filter((ask) => ask.do === what);

export const press = (code: string, key = code, more: KeyboardEventInit = {}) =>
  (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true, ...more }),
  );

export function button(name: RegExp, within: ParentNode = document): HTMLButtonElement {
  const named = (one: Element) => one.getAttribute("aria-label") ?? one.textContent ?? "";
  const found = [...within.querySelectorAll("button")].find((one) => name.test(named(one)));
  if (!found) throw new Error(`no button ${name}`);
  return found;
}

export function type(at: number, text: string): void {
  const field = document.querySelectorAll<HTMLInputElement>("main input[type=text]")[at];
  if (!field) throw new Error(`no field ${at}`);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
