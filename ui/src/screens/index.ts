// The screens there are: the rail, the bar, the deck's figures, the keys and the commands all go by this table.
// A screen that does not exist yet is not in it.

import CameraIcon from "@lucide/svelte/icons/camera";
import CircleDot from "@lucide/svelte/icons/circle-dot";
import Gamepad2 from "@lucide/svelte/icons/gamepad-2";
import House from "@lucide/svelte/icons/house";
import Ruler from "@lucide/svelte/icons/ruler";
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
  /** Its place in the rail, which is also its digit with Ctrl; none for what opens from elsewhere. */
  rail?: number;
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
];

export const screenOf = (id: ScreenId): Screen => SCREENS.find((screen) => screen.id === id) ?? (SCREENS[0] as Screen);
