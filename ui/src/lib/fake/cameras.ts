// Cameras, pretended: they open, settle, take controls, and cost what such cameras cost.

import type { CameraCard, CameraControl, CameraCost, CameraMode, CameraSetup } from "../protocol";
import * as things from "./things";
import type { Handlers, World } from "./world";

const mode = (format: string, width: number, height: number, fps: number): CameraMode => ({ format, width, height, fps });

export const MODES: CameraMode[] = [
  mode("MJPG", 640, 480, 30),
  mode("MJPG", 640, 480, 15),
  mode("MJPG", 1280, 720, 30),
  mode("MJPG", 1920, 1080, 30),
  mode("YUYV", 640, 480, 30),
  mode("YUYV", 1280, 720, 10),
];

export const controls = (): CameraControl[] => [
  {
    name: "auto_exposure",
    label: "Auto exposure",
    kind: {
      kind: "choice",
      options: [
        [1, "Manual"],
        [3, "Aperture priority"],
      ],
    },
    value: 1,
    usual: 3,
    why_not: "",
  },
  {
    name: "exposure_time_absolute",
    label: "Exposure time",
    kind: { kind: "range", least: 3, most: 2047, step: 1 },
    value: 156,
    usual: 250,
    why_not: "",
  },
  { name: "gain", label: "Gain", kind: { kind: "range", least: 0, most: 255, step: 1 }, value: 64, usual: 0, why_not: "" },
  {
    name: "white_balance_automatic",
    label: "White balance, automatic",
    kind: { kind: "switch" },
    value: 1,
    usual: 1,
    why_not: "",
  },
  {
    name: "white_balance_temperature",
    label: "White balance temperature",
    kind: { kind: "range", least: 2000, most: 6500, step: 10 },
    value: 4000,
    usual: 4000,
    why_not: "Switch automatic white balance off first.",
  },
  { name: "brightness", label: "Brightness", kind: { kind: "range", least: 0, most: 255, step: 1 }, value: 128, usual: 128, why_not: "" },
  { name: "focus_automatic_continuous", label: "Focus, automatic", kind: { kind: "switch" }, value: 0, usual: 1, why_not: "" },
];

export function costOf(setup: CameraSetup, others = 0): CameraCost {
  const pixels = setup.width * setup.height * setup.fps;
  const raw = setup.format === "YUYV";
  const bits = pixels * (raw ? 16 : 3);
  const device = setup.place.kind === "device";
  return {
    bus_bits: bits,
    bus_share: device ? Math.min(1.6, bits / 280e6 + others) : null,
    disk_bytes_a_minute: pixels * 60 * 0.046,
  };
}

const change = (world: World, key: string, fields: (camera: CameraCard) => Partial<CameraCard>): void =>
  world.set(
    "cameras",
    world.topics.cameras.map((camera) => (camera.key === key ? { ...camera, ...fields(camera) } : camera)),
  );

export const cameraHandlers: Handlers = {
  open_camera: (world, { key }) => {
    const camera = world.topics.cameras.find((one) => one.key === key);
    if (!camera || camera.online !== "online") {
      return { code: "camera", message: `${camera?.setup?.name ?? key} is not plugged in.`, remedy: "Plug it in." };
    }
    change(world, key, (one) => ({
      controls: one.place.kind === "device" ? controls() : [],
      live: { ...one.live, word: "streaming", fps: 30, pictures: 812, warmed_in_ms: 1180 },
    }));
    return { is: "done" };
  },
  close_camera: (world, { key }) => {
    change(world, key, () => ({ controls: [], live: things.camera(key).live }));
    return { is: "done" };
  },
  set_control: (world, { key, control, value }) => {
    change(world, key, (camera) => ({
      controls: camera.controls.map((one) => {
        if (one.name === control) return { ...one, value };
        return control === "white_balance_automatic" && one.name === "white_balance_temperature"
          ? { ...one, why_not: value === 1 ? "Switch automatic white balance off first." : "" }
          : one;
      }),
    }));
    return { is: "done" };
  },
  save_camera: (world, setup) => {
    const same = (camera: CameraCard) => JSON.stringify(camera.place) === JSON.stringify(setup.place);
    const there = world.topics.cameras.find(same);
    const card: CameraCard = { ...(there ?? things.camera(setup.name)), key: setup.name, setup, place: setup.place, cost: costOf(setup) };
    if (!there) Object.assign(card, { label: setup.place.at, modes: [] });
    world.set("cameras", there ? world.topics.cameras.map((one) => (one === there ? card : one)) : [...world.topics.cameras, card]);
    return { is: "done" };
  },
  forget_camera: (world, { name }) => {
    world.set(
      "cameras",
      world.topics.cameras.flatMap((camera) => {
        if (camera.setup?.name !== name) return [camera];
        if (camera.place.kind === "network" || camera.online === "offline") return [];
        return [{ ...camera, key: camera.place.at, setup: null, cost: null }];
      }),
    );
    return { is: "done" };
  },
};

const set = (name: string, setup: Partial<CameraSetup> = {}, more: Partial<CameraCard> = {}): CameraCard => {
  const card = things.camera(name, { modes: MODES, ...more });
  const whole = { ...things.cameraSetup(name), ...setup };
  return { ...card, setup: whole, place: whole.place, cost: costOf(whole) };
};

const unset = (): CameraCard => ({
  ...things.camera("usb-32e4_9230_SN0002"),
  setup: null,
  place: { kind: "device", at: "usb-32e4_9230_SN0002" },
  label: "USB 2.0 Camera: HD USB Camera",
  modes: MODES,
  cost: null,
});

const sims = (): CameraCard[] =>
  (["front", "wrist"] as const).map((name) => ({ ...things.simCamera(name), key: `sim:${name}`, setup: null, cost: null }));

export const cameraScenarios: Record<string, (world: World) => void> = {
  cameras: (world) => world.set("cameras", [set("front"), set("wrist"), unset(), ...sims()]),
  cameras_empty: (world) => world.set("cameras", sims()),
  cameras_open: (world) => {
    world.set("cameras", [set("front"), set("wrist"), unset(), ...sims()]);
    world.handlers.open_camera?.(world, { key: "front" });
  },
  /** A bus that is too full, one camera lost, one refused, one in the network. */
  cameras_trouble: (world) => {
    const lost = things.notice("warning", "Wrist camera was unplugged.", "Plug it in; it comes back by itself.");
    const refused = things.notice(
      "fault",
      "Overhead camera does not give 1920 × 1080 at 30 pictures a second.",
      "Choose a size and rate that it offers.",
    );
    const front = set("front", { width: 1280, height: 720, format: "YUYV" });
    const wrist = set("wrist");
    const overhead = set("overhead", { width: 1920, height: 1080 });
    const phone = set("phone", { place: { kind: "network", at: "http://192.168.1.20:8080/video" }, format: null });
    world.set("cameras", [
      {
        ...front,
        cost: { ...costOf(front.setup ?? things.cameraSetup("front")), bus_share: 1.58 },
        notice: things.notice(
          "warning",
          "The bus of front and overhead is too full.",
          "Choose MJPG, a smaller size or a lower rate, or plug one camera into another port.",
        ),
        live: { ...front.live, word: "streaming", fps: 11.2, pictures: 412, bad: 3, missed: 96, warmed_in_ms: 2210 },
        controls: controls(),
      },
      { ...wrist, online: "offline", live: { ...wrist.live, word: "lost", reconnects: 2, trouble: lost } },
      { ...overhead, live: { ...overhead.live, word: "refused", trouble: refused } },
      { ...phone, label: "192.168.1.20", modes: [] },
      ...sims(),
    ]);
  },
};
