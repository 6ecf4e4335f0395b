// F6 goes from region to region: Stop and deck, rail, bar, then the screen's own, in document order. A region is left
// and found again where it was left.

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex]:not([tabindex="-1"])';

const lastIn = new WeakMap<Element, HTMLElement>();

const usable = (element: Element): boolean =>
  element.closest("[inert]") === null && (element as HTMLElement).tabIndex >= 0;

export function rememberFocus(root: ParentNode, focused: Element | null): void {
  for (const region of root.querySelectorAll("[data-region]")) {
    if (focused instanceof HTMLElement && region.contains(focused)) lastIn.set(region, focused);
  }
}

export function nextRegion(root: ParentNode, focused: Element | null, step: 1 | -1): HTMLElement | null {
  const regions = [...root.querySelectorAll("[data-region]")].filter((region) => firstIn(region) !== null);
  if (regions.length === 0) return null;
  const here = regions.findIndex((region) => region.contains(focused));
  const from = here < 0 ? (step > 0 ? -1 : 0) : here;
  const region = regions[(from + step + regions.length) % regions.length];
  return region ? firstIn(region) : null;
}

/** What had the focus is gone: the screen itself has it then, so that Tab goes on from there and not from Stop. */
export function keepFocus(page: Document): void {
  if (page.activeElement !== null && page.activeElement !== page.body) return;
  page.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
}

/** A control that goes away under its own press hands the focus on within its region; without one, to the screen. */
export function watchFocus(page: Document): () => void {
  let last: HTMLElement | null = null;
  let region: Element | null = null;
  const seen = (event: FocusEvent) => {
    last = event.target instanceof HTMLElement ? event.target : null;
    region = last?.closest("[data-region]") ?? null;
  };
  const observer = new MutationObserver(() => {
    if (last === null || last.isConnected) return;
    last = null;
    if (page.activeElement !== null && page.activeElement !== page.body) return;
    const next = region?.isConnected ? firstIn(region) : null;
    if (next) next.focus({ preventScroll: true });
    else keepFocus(page);
  });
  page.addEventListener("focusin", seen);
  observer.observe(page.body, { childList: true, subtree: true });
  return () => {
    page.removeEventListener("focusin", seen);
    observer.disconnect();
  };
}

function firstIn(region: Element): HTMLElement | null {
  const last = lastIn.get(region);
  if (last && region.contains(last) && usable(last)) return last;
  if (region instanceof HTMLElement && region.matches(FOCUSABLE) && usable(region)) return region;
  for (const element of region.querySelectorAll<HTMLElement>(FOCUSABLE)) if (usable(element)) return element;
  return null;
}
