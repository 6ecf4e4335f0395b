// Diagnostics, pretended: ten minutes of figures, checks, a log and a bundle.

import type { BundleFile, CheckLine, HealthSample, LogEntry } from "../protocol";
import { linesOf } from "../diagnostics/log";
import { madeLog, pageOf } from "./log";
import type { Handlers, World } from "./world";

interface Pretended {
  log: LogEntry[];
  lost: number;
  checks: CheckLine[];
  /** The bundle cannot be saved. */
  diskFull: boolean;
  /** Seconds before now in which no arm was open. */
  closed: [number, number];
}

const worlds = new WeakMap<World, Pretended>();

function of(world: World): Pretended {
  let made = worlds.get(world);
  if (!made) {
    made = { log: madeLog(2600), lost: 0, checks: CHECKS, diskFull: false, closed: [330, 250] };
    worlds.set(world, made);
  }
  return made;
}

const BEGAN_MS = 1_795_460_000_000;
/** Samples that were taken before the window was opened. */
const BEFORE = 600;

/** The same number every time for the same second: 0 to 1. */
const chance = (number: number, what: number): number => {
  const wave = Math.sin(number * 12.9898 + what * 78.233) * 43758.5453;
  return wave - Math.floor(wave);
};

export function sampleOf(world: World, number: number): HealthSample {
  const { closed } = of(world);
  const back = BEFORE - number;
  const open = world.topics.drive !== null && !(back < closed[0] && back > closed[1]);
  const any = (what: number) => chance(number, what);
  const stall = any(9) > 0.992;
  const warm = 1 - Math.exp(-number / 400);
  const names = world.topics.cameras.filter((one) => one.live.word === "streaming").map((one) => one.setup?.name ?? one.label);
  return {
    number,
    at_ms: BEGAN_MS + number * 1000,
    cycle: open
      ? {
          hz: stall ? 117 : 119.95 + 0.1 * any(1),
          error_p50_ms: 0.02 + 0.01 * any(2),
          error_p99_ms: stall ? 0.82 : 0.1 + 0.05 * any(3),
          missed: stall ? 3 : 0,
        }
      : null,
    bus: open
      ? {
          time_p50_ms: 0.78 + 0.04 * any(4),
          time_p99_ms: stall ? 1.9 : 0.92 + 0.1 * any(5),
          lost: any(6) > 0.994 ? 1 : 0,
          volts: 12 - 0.3 * any(7),
          celsius: Math.round(29 + 14 * warm),
        }
      : null,
    cameras: open
      ? names.map((name, at) => ({
          name,
          fps: at === 1 && back < 200 && back > 150 ? 24.2 : 29.9 + 0.15 * any(10 + at),
          bad: 0,
          missed: at === 1 && back < 200 && back > 150 && any(20) > 0.5 ? 2 : 0,
        }))
      : [],
    cpu: 0.34 + 0.12 * any(8) + (open ? 0.3 : 0),
    memory: 214e6 + 60e6 * warm + 2e6 * any(11),
  };
}

const CHECKS: CheckLine[] = [
  { name: "tendon", grade: "fine", found: "version 0.6.0", remedy: "" },
  { name: "system", grade: "fine", found: "Linux, 6.12.48-amd64", remedy: "" },
  { name: "processor", grade: "fine", found: "AMD Ryzen 7 5700U (x86_64), 16 cores", remedy: "" },
  {
    name: "real time",
    grade: "notice",
    found: "neither RealtimeKit nor the process's limits allow a real-time class",
    remedy:
      "Install rtkit, or put `@users - rtprio 20` into /etc/security/limits.d/tendon.conf and log in again; without it a busy machine makes cycles late.",
  },
  { name: "video", grade: "fine", found: "H.264 encoder with its assembly", remedy: "" },
  { name: "port", grade: "fine", found: "/dev/ttyACM0 1a86:55d3 USB Single Serial, looks like an arm's", remedy: "" },
  {
    name: "port",
    grade: "refused",
    found: "/dev/ttyACM1 1a86:55d3 USB Single Serial, looks like an arm's: no permission",
    remedy: "Your user is not in group dialout. Run: sudo usermod -aG dialout user, then log in again.",
  },
  { name: "known arms", grade: "fine", found: "“Bench follower” (follower), “Bench leader” (leader)", remedy: "" },
  { name: "calibration", grade: "fine", found: "/home/user/.cache/huggingface/lerobot/calibration/robots/so_follower/bench_follower.json", remedy: "" },
  { name: "settings", grade: "fine", found: "/home/user/.config/tendon/settings.toml", remedy: "" },
  { name: "log", grade: "fine", found: "/home/user/.local/state/tendon/log/tendon.log", remedy: "" },
  { name: "disk", grade: "notice", found: "datasets: 8.4 GB free, /home/user/tendon/datasets", remedy: "Make room soon: a long recording may fill the disk." },
  { name: "dataset", grade: "fine", found: "nothing is left unfinished in /home/user/tendon/datasets/place_block", remedy: "" },
  { name: "environment", grade: "fine", found: "HF_HOME=/home/user/hf", remedy: "" },
];

const ABOUT = `Tendon 0.6.0, built 2026-11-20
Linux 6.12.48-amd64, x86_64, 16 cores, 15.5 GB
Window: WebKitGTK 2.50.6, drawn plainly
Settings: 3 changed
User: <user>, home: <home>
`;
const SETTINGS = `# <home>/.config/tendon/settings.toml
[look]
language = "de"

[record]
fps = 30
`;
const FIGURES = "second hz error_p50_ms error_p99_ms missed bus_p99_ms lost\n";
const DATASETS = "place_block: v3.0, 48 episodes, 30 fps, front 640x480, wrist 640x480\nstack_cups: v3.0, 24 episodes, 30 fps\n";

function texts(world: World): Record<string, [holds: string, text: string]> {
  const { checks, log } = of(world);
  const figures = Array.from({ length: 300 }, (_, at) => {
    const { number, cycle, bus } = sampleOf(world, at + 300);
    return `${number} ${cycle?.hz.toFixed(1) ?? "-"} ${cycle?.error_p50_ms.toFixed(3) ?? "-"} ${cycle?.error_p99_ms.toFixed(3) ?? "-"} ${cycle?.missed ?? "-"} ${bus?.time_p99_ms.toFixed(2) ?? "-"} ${bus?.lost ?? "-"}`;
  }).join("\n");
  return {
    "about.txt": ["about", ABOUT],
    "checks.txt": ["checks", checks.map((line) => `${line.grade} ${line.name}: ${line.found}\n`).join("").replaceAll("/home/user", "<home>")],
    "settings.toml": ["settings", SETTINGS],
    "log.txt": ["log", linesOf([...log].reverse().slice(0, 900)).replaceAll("Bench leader", "<name>")],
    "figures.txt": ["figures", `${FIGURES}${figures}\n`],
    "datasets.txt": ["datasets", DATASETS],
  };
}

const linesIn = (text: string): string[] => text.split(/(?<=\n)/);
const PAGE = 8000;

export const diagnosticsHandlers: Handlers = {
  read_log: (world, query) => {
    const { log, lost } = of(world);
    return { is: "log", what: pageOf(log, query, lost) };
  },
  read_health: (world, { after }) => {
    const newest = BEFORE + Math.floor(world.now);
    const first = Math.max(after + 1, newest - 599);
    const count = Math.max(0, Math.min(40, newest - first + 1));
    const samples = Array.from({ length: count }, (_, at) => sampleOf(world, first + at));
    return { is: "health", what: { samples, newest } };
  },
  doctor: (world) => ({ is: "doctor", what: of(world).checks }),
  prepare_bundle: (world) => {
    const files = Object.entries(texts(world)).map(([name, [holds, text]]): BundleFile => ({
      name,
      holds,
      bytes: new TextEncoder().encode(text).length,
      lines: linesIn(text).length,
    }));
    const taken_out: [string, number][] = [
      ["user", 14],
      ["home", 61],
      ["host", 3],
      ["serial", 4],
      ["token", 1],
      ["network", 2],
    ];
    return { is: "bundle", what: { files, taken_out, path: "/home/user/Downloads/tendon-report-2026-11-22.zip" } };
  },
  read_bundle: (world, { name, from }) => {
    const found = texts(world)[name];
    if (!found) return { code: "bad_request", message: "The bundle has no such file.", remedy: "Gather it again." };
    const lines = linesIn(found[1]);
    let text = "";
    let at = from;
    for (let line = lines[at]; line !== undefined && (text === "" || text.length + line.length <= PAGE); line = lines[++at]) text += line;
    return { is: "bundle_text", what: { text, next: at < lines.length ? at : null } };
  },
  save_bundle: (world) =>
    of(world).diskFull
      ? { code: "disk", message: "The bundle cannot be saved: no space is left.\nFile: /home/user/Downloads/tendon-report-2026-11-22.zip", remedy: "Free some space, then save it again." }
      : { is: "saved", what: { path: "/home/user/Downloads/tendon-report-2026-11-22.zip", bytes: 48_212 } },
};

/** For tests: something is written to the log. */
export function logged(world: World, entries: LogEntry[]): void {
  of(world).log.push(...entries);
}

export const diagnosticsScenarios: Record<string, (world: World) => void> = {
  /** Nothing needs a hand. */
  doctor_fine: (world) => {
    of(world).checks = CHECKS.filter((line) => line.grade === "fine");
  },
  /** Some entries of the log could not be kept. */
  log_lost: (world) => {
    of(world).lost = 212;
  },
  /** A log without entries. */
  log_empty: (world) => {
    of(world).log = [];
  },
  /** The disk is full when the bundle is saved. */
  report_fails: (world) => {
    of(world).diskFull = true;
  },
};
