// The screens there are: the rail, the bar, the deck's figures, the keys and the commands all go by this table.
// A screen that does not exist yet is not in it.

import CameraIcon from "@lucide/svelte/icons/camera";
import CircleDot from "@lucide/svelte/icons/circle-dot";
import Gamepad2 from "@lucide/svelte/icons/gamepad-2";
import History from "@lucide/svelte/icons/history";
import House from "@lucide/svelte/icons/house";
import Ruler from "@lucide/svelte/icons/ruler";
import SettingsIcon from "@lucide/svelte/icons/settings";
import Stethoscope from "@lucide/svelte/icons/stethoscope";
import Wrench from "@lucide/svelte/icons/wrench";
import type { Component } from "svelte";
import type { App } from "../lib/app.svelte";
import type { ScreenId } from "../lib/route.svelte";
import type { Shortcut } from "../lib/shortcuts";
import type { WordKey } from "../lib/words";
import { calibrateFigures } from "./calibrate/figures";
import { calibrateKeys } from "./calibrate/keys";
import CalibrateBar from "./calibrate/Bar.svelte";
import Calibrate from "./calibrate/Calibrate.svelte";
import { cameraFigures } from "./cameras/figures";
import CamerasBar from "./cameras/Bar.svelte";
import Cameras from "./cameras/Cameras.svelte";
import { diagnosticsFigures } from "./diagnostics/figures";
import { diagnosticsKeys } from "./diagnostics/keys";
import DiagnosticsBar from "./diagnostics/Bar.svelte";
import Diagnostics from "./diagnostics/Diagnostics.svelte";
import { driveFigures } from "./drive/figures";
import { driveKeys } from "./drive/keys";
import DriveBar from "./drive/Bar.svelte";
import Drive from "./drive/Drive.svelte";
import { homeFigures } from "./home/figures";
import { homeKeys } from "./home/keys";
import HomeBar from "./home/Bar.svelte";
import Home from "./home/Home.svelte";
import { recordFigures } from "./record/figures";
import { recordKeys } from "./record/keys";
import RecordBar from "./record/Bar.svelte";
import Record from "./record/Record.svelte";
import { recoveryFigures } from "./recovery/figures";
import { recoveryKeys } from "./recovery/keys";
import RecoveryBar from "./recovery/Bar.svelte";
import Recovery from "./recovery/Recovery.svelte";
import SettingsBar from "./settings/Bar.svelte";
import Settings from "./settings/Settings.svelte";
import { settingsKeys } from "./settings/keys";
import { setupKeys } from "./setup/keys";
import SetupBar from "./setup/Bar.svelte";
import Setup from "./setup/Setup.svelte";

/** One figure of the deck: it drops out whole when there is no room. */
export interface Figure {
  name: string;
  value: string;
  level?: "warn" | "bad";
}

export interface Screen {
  id: ScreenId;
  word: WordKey;
  icon: Component<{ "aria-hidden"?: "true" }>;
  /** Its place in the rail, which is also its digit with Ctrl, or the rail's end; none for what opens from elsewhere. */
  rail?: number | "end";
  /** The screen that it opens from and that the rail marks meanwhile; Home when none is said. */
  belongs?: ScreenId;
  body: Component;
  /** Modes and actions in the bar, after the title. */
  bar?: Component;
  figures?: (app: App) => Figure[];
  keys?: (app: App) => Shortcut[];
  /** Whether drive keys may be live here. */
  drives?: boolean;
}

export const SCREENS: Screen[] = [
  {
    id: "home",
    word: "screen.home",
    icon: House,
    rail: 1,
    body: Home,
    bar: HomeBar,
    figures: homeFigures,
    keys: homeKeys,
  },
  {
    id: "drive",
    word: "screen.drive",
    icon: Gamepad2,
    rail: 2,
    body: Drive,
    bar: DriveBar,
    figures: driveFigures,
    keys: driveKeys,
    drives: true,
  },
  {
    id: "record",
    word: "screen.record",
    icon: CircleDot,
    rail: 3,
    body: Record,
    bar: RecordBar,
    figures: recordFigures,
    keys: recordKeys,
    drives: true,
  },
  { id: "setup", word: "screen.setup", icon: Wrench, body: Setup, bar: SetupBar, keys: setupKeys },
  {
    id: "calibrate",
    word: "screen.calibrate",
    icon: Ruler,
    body: Calibrate,
    bar: CalibrateBar,
    figures: calibrateFigures,
    keys: calibrateKeys,
  },
  {
    id: "cameras",
    word: "screen.cameras",
    icon: CameraIcon,
    body: Cameras,
    bar: CamerasBar,
    figures: cameraFigures,
    keys: homeKeys,
  },
  {
    id: "settings",
    word: "screen.settings",
    icon: SettingsIcon,
    rail: "end",
    body: Settings,
    bar: SettingsBar,
    keys: settingsKeys,
  },
  {
    id: "diagnostics",
    word: "screen.diagnostics",
    icon: Stethoscope,
    belongs: "settings",
    body: Diagnostics,
    bar: DiagnosticsBar,
    figures: diagnosticsFigures,
    keys: diagnosticsKeys,
  },
  {
    id: "recovery",
    word: "screen.recovery",
    icon: History,
    body: Recovery,
    bar: RecoveryBar,
    figures: recoveryFigures,
    keys: recoveryKeys,
  },
];

export const screenOf = (id: ScreenId): Screen => SCREENS.find((screen) => screen.id === id) ?? (SCREENS[0] as Screen);

/** What opens a screen of the rail. */
export const railChord = (screen: Screen): string => (screen.rail === "end" ? "Ctrl+," : `Ctrl+${screen.rail}`);

/** Where a screen without a place in the rail opens from. */
export const parentOf = (screen: Screen): Screen =>
  screenOf(screen.belongs ?? "home");
