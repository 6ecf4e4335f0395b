// What is asked before recording: a form with usual values, what is wrong with it, and the request it becomes.

import { MOST_RATE_HZ, USUAL_RATE_HZ, camerasFor, ready } from "../home";
import type { ArmCard, Bench, CameraCard, CheckLine, SettingsState, StartRecord } from "../protocol";
import { numberIn } from "../settings/catalogue";

export interface RecordForm {
  dataset: string;
  /** The person's own word on going on with what is there; none follows what is known to be there. */
  resume: boolean | null;
  task: string;
  fps: number;
  episodeS: number;
  resetS: number;
  episodes: number;
  /** Keys of arms; empty takes the best that the bench has. */
  arms: string[];
  /** Names of cameras that are left out. */
  without: string[];
}

export const USUAL: RecordForm = {
  dataset: "",
  resume: null,
  task: "",
  fps: 30,
  episodeS: 20,
  resetS: 10,
  episodes: 20,
  arms: [],
  without: [],
};

/** Least and most of each number. */
export const LIMITS = {
  fps: [1, 120],
  episodeS: [1, 3600],
  resetS: [0, 3600],
  episodes: [1, 10_000],
} as const;
export type NumberField = keyof typeof LIMITS;
export type Field = NumberField | "dataset" | "task" | "arms";

/** Arms that can record, followers first; the simulated one last. */
export function armsFor(bench: Bench): ArmCard[] {
  const order = (arm: ArmCard) => (arm.simulated ? 2 : arm.role === "leader" ? 1 : 0);
  return bench.arms
    .filter((arm) => ready(arm) || (arm.simulated && arm.online === "online"))
    .sort((a, b) => order(a) - order(b));
}

/** The arms of the form: as chosen, else those that are open, else the first follower with the first leader. */
export function chosenArms(form: RecordForm, bench: Bench): ArmCard[] {
  const all = armsFor(bench);
  const of = (keys: string[]) => all.filter((arm) => keys.includes(arm.key));
  const chosen = of(form.arms);
  if (chosen.length > 0) return chosen;
  if (bench.activity === "driving" && bench.busy.length > 0) return of(bench.busy);
  const real = all.filter((arm) => !arm.simulated);
  const follower = real.find((arm) => arm.role === "follower");
  if (!follower) return all.filter((arm) => arm.simulated);
  const leader = real.find((arm) => arm.role === "leader");
  return leader ? [follower, leader] : [follower];
}

/** One press on an arm: the simulated one goes alone, real ones go together. */
export function toggleArm(arm: ArmCard, chosen: ArmCard[]): string[] {
  if (chosen.some((one) => one.key === arm.key)) return chosen.filter((one) => one.key !== arm.key).map((one) => one.key);
  if (arm.simulated) return [arm.key];
  return [...chosen.filter((one) => !one.simulated), arm].map((one) => one.key);
}

/** What names a camera in a session: a simulated one needs no set-up. */
export const cameraName = (camera: CameraCard): string => camera.setup?.name ?? camera.key;

/** The cameras that are offered for these arms. */
export function offeredCameras(arms: ArmCard[], cameras: CameraCard[]): CameraCard[] {
  const names = camerasFor(arms, cameras);
  const simulated = arms.some((arm) => arm.simulated);
  return cameras.filter(
    (camera) =>
      (camera.place.kind === "sim") === simulated &&
      (names.includes(cameraName(camera)) || (simulated && camera.setup === null)),
  );
}

export const chosenCameras = (form: RecordForm, arms: ArmCard[], cameras: CameraCard[]): string[] =>
  offeredCameras(arms, cameras)
    .map(cameraName)
    .filter((name) => !form.without.includes(name));

/** Whether a dataset of this name was recorded into lately. */
export function known(dataset: string, bench: Pick<Bench, "lately">): boolean {
  return bench.lately.includes(dataset.trim());
}

export function resumes(form: RecordForm, bench: Pick<Bench, "lately">): boolean {
  return form.resume ?? known(form.dataset, bench);
}

export type Trouble =
  | "record.why.dataset.empty"
  | "record.why.dataset.letters"
  | "record.why.task"
  | "record.why.number"
  | "record.why.arms"
  | "record.why.follower"
  | "record.why.leaders";

/** One name below the usual folder, or `owner/name`, or a whole path. */
const NAME = /^(?!.*(^|\/)\.)[\p{L}\p{N}._-]+(\/[\p{L}\p{N}._-]+)?$/u;
const PATH = /^(\/|[A-Za-z]:[\\/])[^\0]+$/;

/** What keeps the form from being sent, field by field. */
export function troubles(form: RecordForm, arms: ArmCard[]): Partial<Record<Field, Trouble>> {
  const found: Partial<Record<Field, Trouble>> = {};
  const dataset = form.dataset.trim();
  if (dataset === "") found.dataset = "record.why.dataset.empty";
  else if (!NAME.test(dataset) && !PATH.test(dataset)) found.dataset = "record.why.dataset.letters";
  if (form.task.trim() === "") found.task = "record.why.task";
  for (const field of Object.keys(LIMITS) as NumberField[]) {
    const [least, most] = LIMITS[field];
    const value = form[field];
    const whole = field === "fps" || field === "episodes";
    if (!Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value))) {
      found[field] = "record.why.number";
    }
  }
  const followers = arms.filter((arm) => arm.role === "follower").length;
  const leaders = arms.length - followers;
  if (arms.length === 0) found.arms = "record.why.arms";
  else if (followers === 0 || followers > 2) found.arms = "record.why.follower";
  else if (leaders > 0 && leaders !== followers) found.arms = "record.why.leaders";
  return found;
}

export function startOf(
  form: RecordForm,
  bench: Bench,
  cameras: CameraCard[],
  keepLeftOver: boolean | null = null,
  rateHz = USUAL_RATE_HZ,
): StartRecord {
  const arms = chosenArms(form, bench);
  return {
    drive: {
      arms: arms.map((arm) => ({ key: arm.key, role: arm.role ?? "follower" })),
      cameras: chosenCameras(form, arms, cameras),
      rate_hz: loopRate(form.fps, rateHz),
      input: arms.some((arm) => arm.role === "leader") ? "leader" : "keys",
    },
    dataset: form.dataset.trim(),
    resume: resumes(form, bench),
    task: form.task.trim(),
    fps: form.fps,
    episode_s: form.episodeS,
    reset_s: form.resetS,
    episodes: form.episodes,
    keep_left_over: keepLeftOver,
  };
}

/** The loop's rate nearest to the usual one that is a whole multiple of the rows' rate, and not above what a loop may have. */
export function loopRate(fps: number, usual = USUAL_RATE_HZ): number {
  const most = Math.max(1, Math.floor(MOST_RATE_HZ / fps));
  return fps * Math.max(1, Math.min(most, Math.round(usual / fps)));
}

/** The first check that refuses; none when recording may begin. */
export const refused = (checks: CheckLine[]): CheckLine | null => checks.find((line) => line.grade === "refused") ?? null;

/** The numbers that a form begins with. */
export type Numbers = Pick<RecordForm, NumberField>;

const SETTINGS: Record<NumberField, string> = {
  fps: "record.fps",
  episodeS: "record.episode_s",
  resetS: "record.reset_s",
  episodes: "record.episodes",
};
const FIELDS = Object.keys(LIMITS) as NumberField[];

/** As the settings have them; before they are known, as usual. */
export function usualNumbers(state: SettingsState | null): Numbers {
  const { fps, episodeS, resetS, episodes } = USUAL;
  const numbers: Numbers = { fps, episodeS, resetS, episodes };
  for (const field of FIELDS) numbers[field] = numberIn(state, SETTINGS[field], numbers[field]);
  return numbers;
}

/** A setting that was changed since changes the form; other numbers stay as they were typed. */
export function followNumbers(form: RecordForm, before: Numbers, now: Numbers): void {
  for (const field of FIELDS) if (now[field] !== before[field]) form[field] = now[field];
}

/** What is kept of a form: also which numbers were the usual ones then. */
export const formText = (form: RecordForm, usual: Numbers): string => JSON.stringify({ ...form, usual });

export interface KeptForm {
  form: RecordForm;
  /** The usual numbers when it was kept. */
  usual: Numbers;
}

/** Reads what was kept of the last form; anything unreadable falls back to the usual value. */
export function formFrom(text: string | null): KeptForm {
  const form: RecordForm = { ...USUAL };
  const usual = usualNumbers(null);
  try {
    const kept = JSON.parse(text ?? "{}") as Record<string, unknown>;
    const then = (kept.usual ?? {}) as Record<string, unknown>;
    for (const field of FIELDS) {
      if (typeof kept[field] === "number") form[field] = kept[field];
      if (typeof then[field] === "number") usual[field] = then[field];
    }
    for (const field of ["dataset", "task"] as const) if (typeof kept[field] === "string") form[field] = kept[field];
    return { form, usual };
  } catch {
    return { form: { ...USUAL }, usual: usualNumbers(null) };
  }
}
