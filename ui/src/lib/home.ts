// What Home works out from the bench: which arms are ready, what can be driven, what a row says.

import type { ArmCard, ArmChoice, Bench, CameraCard, Notice, StartDrive } from "./protocol";

/** Cycles a second that driving begins with, where no setting says so. */
export const USUAL_RATE_HZ = 120;
/** The most that the setting allows. */
export const MOST_RATE_HZ = 250;

export function ready(arm: ArmCard): boolean {
  return arm.online === "online" && arm.calibration !== null && arm.role !== null && arm.notice?.level !== "fault";
}

export type Band =
  | { kind: "busy"; names: string[] }
  | { kind: "ready"; follower: ArmCard; leader: ArmCard | null; both: ArmCard[] }
  | { kind: "almost"; arm: ArmCard; calibrate: boolean }
  | { kind: "looking"; known: number }
  | { kind: "none" };

/** What the band at the top of Home is about: the best that the bench has. */
export function band(bench: Bench): Band {
  if (bench.busy.length > 0 && (bench.activity === "driving" || bench.activity === "recording")) {
    const names = bench.arms.filter((arm) => bench.busy.includes(arm.key)).map((arm) => arm.name);
    return { kind: "busy", names };
  }
  const real = bench.arms.filter((arm) => !arm.simulated);
  const followers = real.filter((arm) => ready(arm) && arm.role === "follower");
  const leaders = real.filter((arm) => ready(arm) && arm.role === "leader");
  const [follower] = followers;
  if (follower) return { kind: "ready", follower, leader: leaders[0] ?? null, both: bothArms(followers, leaders) };
  const almost = real.find((arm) => arm.online === "online" && arm.role !== null);
  if (almost) return { kind: "almost", arm: almost, calibrate: almost.calibration === null && shut(almost) === "" };
  const looked = real.filter((arm) => arm.online === "looking").length;
  return looked > 0 ? { kind: "looking", known: looked } : { kind: "none" };
}

/** What a notice of an arm says, without the arm's name before it and the port behind it. */
export function causeOf({ message }: Pick<Notice, "message">, { name }: Pick<ArmCard, "name">): string {
  const [first = ""] = message.split("\n");
  // Chinese has a colon of its own, without a space.
  const before = [`${name}: `, `${name}：`].find((start) => name !== "" && first.startsWith(start)) ?? "";
  const bare = first.slice(before.length);
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

export interface Concern {
  notice: Notice;
  cause: string;
  arms: ArmCard[];
}

/** What is to be said of arms: one cause with one remedy is said once, of all the arms it concerns. */
export function concerns(arms: ArmCard[]): Concern[] {
  const all = new Map<string, Concern>();
  for (const arm of arms) {
    const { notice } = arm;
    if (!notice) continue;
    const cause = causeOf(notice, arm);
    const key = JSON.stringify([notice.level, cause, notice.remedy, notice.command]);
    const same = all.get(key);
    if (same) same.arms.push(arm);
    else all.set(key, { notice, cause, arms: [arm] });
  }
  return [...all.values()];
}

/** Why nothing can be asked of this arm; empty when its port can be opened. */
export const shut = (arm: ArmCard): string => (arm.notice?.level === "fault" ? causeOf(arm.notice, arm) : "");

/** Arms to plug in: how many there are, and how many of them are there. */
export function present(arms: ArmCard[]): { count: number; all: number } {
  const real = arms.filter((arm) => !arm.simulated);
  return { count: real.filter((arm) => arm.online === "online").length, all: real.length };
}

const LEFT = /\b(left|links|左)/i;
const RIGHT = /\b(right|rechts|右)/i;
const leftFirst = (a: ArmCard, b: ArmCard): number =>
  Number(LEFT.test(b.name)) - Number(LEFT.test(a.name)) || Number(RIGHT.test(a.name)) - Number(RIGHT.test(b.name));

/** Two followers, left before right, with two leaders or none; empty when there are not two. */
function bothArms(followers: ArmCard[], leaders: ArmCard[]): ArmCard[] {
  if (followers.length < 2) return [];
  const two = followers.slice(0, 2).sort(leftFirst);
  return leaders.length < 2 ? two : [...two, ...leaders.slice(0, 2).sort(leftFirst)];
}

const choice = (arm: ArmCard): ArmChoice => ({ key: arm.key, role: arm.role ?? "follower" });

/** Cameras that a session takes: those that are set up and there; with the simulated arm the simulated ones, as they are. */
export function camerasFor(arms: ArmCard[], cameras: CameraCard[]): string[] {
  const simulated = arms.some((arm) => arm.simulated);
  return cameras
    .filter((camera) => camera.online === "online" && (camera.place.kind === "sim") === simulated)
    .flatMap((camera) => (camera.setup ? [camera.setup.name] : simulated ? [camera.key] : []));
}

export function driveWith(arms: ArmCard[], cameras: CameraCard[], rateHz = USUAL_RATE_HZ): StartDrive {
  return {
    arms: arms.map(choice),
    cameras: camerasFor(arms, cameras),
    rate_hz: rateHz,
    input: arms.some((arm) => arm.role === "leader") ? "leader" : "keys",
  };
}

export type RowState = "use" | "trouble" | "online" | "looking" | "offline";

export function rowState(arm: ArmCard, bench: Pick<Bench, "busy">): RowState {
  if (bench.busy.includes(arm.key)) return "use";
  if (arm.online === "online" && arm.notice && arm.notice.level !== "note") return "trouble";
  return arm.online;
}

/** Why a name cannot be taken, as a key of the catalogue; none when it can. */
export function nameTrouble(
  name: string,
  arm: ArmCard,
  arms: ArmCard[],
): "home.name.why.empty" | "home.name.why.long" | "home.name.why.taken" | null {
  if (name === "") return "home.name.why.empty";
  if ([...name].length > 40) return "home.name.why.long";
  const same = (other: ArmCard) => other.key !== arm.key && other.name.localeCompare(name, undefined, { sensitivity: "base" }) === 0;
  return arms.some(same) ? "home.name.why.taken" : null;
}
