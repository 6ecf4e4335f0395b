// What the Cameras screen works out: sizes, rates and formats that a camera really offers together, names that can be
// taken, what a camera will cost.

import type { CameraCard, CameraCost, CameraMode, CameraPlace, CameraSetup } from "../protocol";

/** A bus with more than this share is worth a warning: what is left is not enough for the rest that travels on it. */
export const BUS_FULL = 0.8;

const key = (mode: CameraMode): string => `${mode.width}x${mode.height}`;

/** Formats that are offered, in the camera's order. */
export const formats = (modes: CameraMode[]): string[] => [...new Set(modes.map((mode) => mode.format))];

const fits = (format: string | null) => (mode: CameraMode) => format === null || mode.format === format;

export interface Size {
  width: number;
  height: number;
}

/** Sizes in this format, small ones first. */
export function sizes(modes: CameraMode[], format: string | null): Size[] {
  const seen = new Map<string, Size>();
  for (const mode of modes.filter(fits(format))) seen.set(key(mode), { width: mode.width, height: mode.height });
  return [...seen.values()].sort((a, b) => a.width * a.height - b.width * b.height);
}

/** Rates at this size and in this format, fast ones first. */
export function rates(modes: CameraMode[], format: string | null, size: Size): number[] {
  const found = modes.filter((mode) => fits(format)(mode) && mode.width === size.width && mode.height === size.height);
  return [...new Set(found.map((mode) => mode.fps))].sort((a, b) => b - a);
}

/** What is nearest to the wish among what is offered: the format first, then the size, then the rate. */
export function nearest(modes: CameraMode[], wish: Pick<CameraSetup, "format" | "width" | "height" | "fps">): Pick<CameraSetup, "format" | "width" | "height" | "fps"> {
  if (modes.length === 0) return wish;
  const format = wish.format !== null && modes.some(fits(wish.format)) ? wish.format : null;
  const pixels = wish.width * wish.height;
  const near = (list: Size[]) =>
    [...list].sort((a, b) => Math.abs(a.width * a.height - pixels) - Math.abs(b.width * b.height - pixels))[0];
  const size = near(sizes(modes, format)) ?? { width: wish.width, height: wish.height };
  const offered = rates(modes, format, size);
  const fps = [...offered].sort((a, b) => Math.abs(a - wish.fps) - Math.abs(b - wish.fps))[0] ?? wish.fps;
  return { format, ...size, fps };
}

/** The setup of a camera that nobody has set up yet. */
export function firstSetup(card: Pick<CameraCard, "place" | "modes">, names: string[]): CameraSetup {
  const wish = { format: null, width: 640, height: 480, fps: 30 };
  return {
    name: freeName(card.place, names),
    place: card.place,
    ...nearest(card.modes, wish),
    rotation: 0,
    controls: [],
  };
}

const USUAL_NAMES = ["front", "wrist", "top", "side"];

function freeName(place: CameraPlace, names: string[]): string {
  const wished = place.kind === "sim" ? [place.at, ...USUAL_NAMES] : USUAL_NAMES;
  const free = wished.find((name) => !names.includes(name));
  if (free) return free;
  for (let number = 2; ; number++) if (!names.includes(`camera_${number}`)) return `camera_${number}`;
}

export type NameTrouble = "cams.why.name.empty" | "cams.why.name.letters" | "cams.why.name.taken";

/** `names` are those of the other cameras. */
export function nameTrouble(name: string, names: string[]): NameTrouble | null {
  if (name === "") return "cams.why.name.empty";
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) return "cams.why.name.letters";
  return names.includes(name) ? "cams.why.name.taken" : null;
}

export function addressTrouble(address: string): "cams.why.address" | null {
  try {
    const { protocol, hostname } = new URL(address);
    return (protocol === "http:" || protocol === "https:") && hostname !== "" ? null : "cams.why.address";
  } catch {
    return "cams.why.address";
  }
}

/** Its size in a dataset: turned by a quarter, width and height change places. */
export function turnedSize(setup: Pick<CameraSetup, "width" | "height" | "rotation">): Size {
  const { width, height } = setup;
  return setup.rotation % 180 === 0 ? { width, height } : { width: height, height: width };
}

export const busFull = (cost: CameraCost | null): boolean => (cost?.bus_share ?? 0) > BUS_FULL;

export type RowState = "streaming" | "lost" | "refused" | "online" | "offline" | "looking";

export function stateOf(card: CameraCard): RowState {
  const { word } = card.live;
  if (word === "lost" || word === "refused") return word;
  if (word === "streaming" || word === "warming") return "streaming";
  return card.online;
}

/** Set up first, then found, then simulated; each in its order. */
export function groups(cameras: CameraCard[]): { here: CameraCard[]; found: CameraCard[]; sims: CameraCard[] } {
  const sim = (card: CameraCard) => card.place.kind === "sim" && card.setup === null;
  return {
    here: cameras.filter((card) => card.setup !== null),
    found: cameras.filter((card) => card.setup === null && !sim(card)),
    sims: cameras.filter(sim),
  };
}

export function sameSetup(a: CameraSetup, b: CameraSetup): boolean {
  return JSON.stringify({ ...a, controls: [] }) === JSON.stringify({ ...b, controls: [] });
}
