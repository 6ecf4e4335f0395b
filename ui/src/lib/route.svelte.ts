// Which screen is shown, and for which arm. It stands in the address, so that a reload finds it again.

const SCREENS = ["home", "drive", "record", "setup", "calibrate", "cameras", "settings", "diagnostics", "recovery"] as const;
export type ScreenId = (typeof SCREENS)[number];

export interface Place {
  screen: ScreenId;
  /** An arm's key, for the screens that belong to an arm; a section or a mode, for those that have one in their address. */
  arm: string;
}

export function readPlace(hash: string): Place {
  const [screen = "", ...rest] = hash.replace(/^#\/?/, "").split("/");
  const known = SCREENS.find((id) => id === screen);
  if (!known) return { screen: "home", arm: "" };
  try {
    return { screen: known, arm: decodeURIComponent(rest.join("/")) };
  } catch {
    return { screen: known, arm: "" };
  }
}

export function writePlace(place: Place): string {
  return place.arm === "" ? `#${place.screen}` : `#${place.screen}/${encodeURIComponent(place.arm)}`;
}

export class Route {
  place = $state.raw<Place>({ screen: "home", arm: "" });

  constructor(
    private page: Window,
    /** A place is left for another. */
    private left: () => void = () => {},
  ) {
    this.place = readPlace(page.location.hash);
    page.addEventListener("hashchange", () => this.#set(readPlace(page.location.hash)));
  }

  get screen(): ScreenId {
    return this.place.screen;
  }

  go(screen: ScreenId, arm = ""): void {
    this.#set({ screen, arm });
    this.page.location.hash = writePlace(this.place);
  }

  #set(place: Place): void {
    const other = place.screen !== this.place.screen || place.arm !== this.place.arm;
    this.place = place;
    if (other) this.left();
  }
}
