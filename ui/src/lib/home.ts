// What Home works out from the bench: which arms are ready, what can be driven, what a row says.

import type { ArmCard, ArmChoice, Bench, CameraCard, StartDrive } from "./protocol";

/** Cycles a second that driving begins with. */
export const USUAL_RATE_HZ = 120;

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
  if (almost) return { kind: "almost", arm: almost, calibrate: almost.calibration === null && almost.notice === null };
  const looked = real.filter((arm) => arm.online === "looking").length;
  return looked > 0 ? { kind: "looking", known: looked } : { kind: "none" };
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

export function driveWith(arms: ArmCard[], cameras: CameraCard[]): StartDrive {
  return {
    arms: arms.map(choice),
    cameras: camerasFor(arms, cameras),
    rate_hz: USUAL_RATE_HZ,
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
