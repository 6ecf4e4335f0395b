// The machine's checks: what needs a hand first, and all of them as a text for others.

import type { CheckGrade, CheckLine } from "../protocol";
import { t, type WordKey } from "../words";

/** Gravest first. */
export const GRADES: readonly CheckGrade[] = ["refused", "notice", "fine"];

export interface Group {
  grade: CheckGrade;
  lines: CheckLine[];
}

/** What the checks of `tendon doctor` are called, by their names there. */
const NAMES: Readonly<Record<string, WordKey>> = {
  "tendon": "doctor.tendon",
  "system": "doctor.system",
  "processor": "doctor.processor",
  "real time": "doctor.real_time",
  "video": "doctor.video",
  "ports": "doctor.ports",
  "adapter": "doctor.adapter",
  "brltty": "doctor.brltty",
  "ModemManager": "doctor.modemmanager",
  "port": "doctor.port",
  "known arms": "doctor.known_arms",
  "calibration": "doctor.calibration",
  "settings": "doctor.settings",
  "log": "doctor.log",
  "disk": "doctor.disk",
  "dataset": "doctor.dataset",
  "environment": "doctor.environment",
  "workers": "doctor.workers",
  "arm": "doctor.arm",
  "motor": "doctor.motor",
};

/** One that is not known here is called as it calls itself. */
export function checkName({ name }: Pick<CheckLine, "name">): string {
  const key = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  return key ? t(key) : name;
}

/** Only groups that hold something. */
export const grouped = (checks: readonly CheckLine[]): Group[] =>
  GRADES.map((grade) => ({ grade, lines: checks.filter((line) => line.grade === grade) })).filter(
    (group) => group.lines.length > 0,
  );

const WORD: Record<CheckGrade, string> = { fine: "ok", notice: "warn", refused: "fail" };

/** Laid out as the command line lays them out, in the language of the page: what was found comes in that language too. */
export function checksText(checks: readonly CheckLine[], atMs: number): string {
  const lines = checks.flatMap(({ name, grade, found, remedy }) => [
    `${WORD[grade].padEnd(5)} ${checkName({ name })}: ${found.replaceAll("\n", " | ")}`,
    ...(remedy === "" ? [] : [`      ${remedy.replaceAll("\n", " | ")}`]),
  ]);
  return `${[`Tendon, ${new Date(atMs).toISOString()}`, ...lines].join("\n")}\n`;
}
