// What stands on the pretended bench: arms, cameras, and their sentences, as the core words them.

import type { ArmCard, CameraCard, CameraSetup, Notice, SettingCard, SettingsState } from "../protocol";
import table from "./settings.json";
import { workers } from "./workers";
import type { TopicValues } from "./world";

export const JOINTS = [
  "shoulder_pan",
  "shoulder_lift",
  "elbow_flex",
  "wrist_flex",
  "wrist_roll",
  "gripper",
] as const;

/** Where datasets go. */
export const FOLDER = "/home/user/tendon/datasets";

export function emptyTopics(): TopicValues {
  return {
    bench: {
      version: "0.6.0",
      first_start: false,
      arms: [simArm()],
      notices: [],
      activity: "nothing",
      busy: [],
      datasets: FOLDER,
      lately: [],
    },
    deck: {
      torque: "none",
      session: "idle",
      arms: [],
      trouble: null,
      can_resume: false,
      can_release: false,
      unsaved: false,
    },
    cameras: [simCamera("front"), simCamera("wrist")],
    drive: null,
    record: null,
    setup: null,
    scan: null,
    identify: null,
    calibration: null,
    settings: settings(),
    recovery: { looking: false, folders: [FOLDER], left: [], work: null, done: [], trouble: [] },
    workers: workers(),
  };
}

/** Every setting as usual. */
export function settings(): SettingsState {
  return {
    path: "/home/user/.config/tendon/settings.toml",
    settings: structuredClone(table) as SettingCard[],
    unknown: [],
    problem: null,
  };
}

export function notice(level: Notice["level"], message: string, remedy = "", command = ""): Notice {
  return { number: 1, level, message, remedy, command };
}

export function simArm(): ArmCard {
  return {
    key: "sim",
    name: "Simulated arm",
    role: "follower",
    serial: null,
    port: null,
    adapter: "",
    online: "online",
    simulated: true,
    calibration: null,
    calibrated_at: null,
    notice: null,
  };
}

export function arm(name: string, role: ArmCard["role"], serial: string, more: Partial<ArmCard> = {}): ArmCard {
  return {
    key: `known:${name}`,
    name,
    role,
    serial,
    port: "/dev/ttyACM0",
    adapter: "CH343 adapter",
    online: "online",
    simulated: false,
    calibration: name.toLowerCase().replaceAll(" ", "_"),
    calibrated_at: 1_794_700_800,
    notice: null,
    ...more,
  };
}

export function cameraSetup(name: string, more: Partial<CameraSetup> = {}): CameraSetup {
  return {
    name,
    place: { kind: "device", at: `usb-046d_${name}` },
    width: 640,
    height: 480,
    fps: 30,
    format: "MJPG",
    rotation: 0,
    controls: [],
    ...more,
  };
}

export function camera(name: string, more: Partial<CameraCard> = {}): CameraCard {
  const setup = cameraSetup(name);
  return {
    key: name,
    setup,
    place: setup.place,
    label: "HD Pro Webcam C920",
    online: "online",
    modes: [
      { format: "MJPG", width: 640, height: 480, fps: 30 },
      { format: "MJPG", width: 1280, height: 720, fps: 30 },
      { format: "YUYV", width: 640, height: 480, fps: 30 },
    ],
    controls: [],
    cost: { bus_bits: 27_600_000, bus_share: 0.11, disk_bytes_a_minute: 25_400_000 },
    live: {
      word: "closed",
      fps: null,
      pictures: 0,
      bad: 0,
      missed: 0,
      reconnects: 0,
      warmed_in_ms: null,
      trouble: null,
    },
    notice: null,
    ...more,
  };
}

/** A simulated camera needs no set-up. */
export function simCamera(name: "front" | "wrist"): CameraCard {
  const place = { kind: "sim", at: name } as const;
  return camera(name, { key: `sim:${name}`, setup: null, place, label: `Simulated ${name} camera` });
}
