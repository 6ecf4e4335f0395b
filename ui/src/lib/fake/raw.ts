// Pictures and curves of the pretended bench, in the layout of raw.rs. Pictures are drawn by the page's own canvas; a
// place without one (tests) gets the head and a few bytes.

import { sketch } from "../arm/sketch";
import { CURVE_HEAD } from "../curves";
import { PICTURE_HEAD } from "../pictures";
import { JOINTS } from "./things";
import type { World } from "./world";

const EMPTY = new ArrayBuffer(0);
const AT_REST = [0, -60, 50, 60, 0, 20];
const RATE_HZ = 30;

export function headOf(sequence: number, arrivedMs: number, width: number, height: number, jpeg: Uint8Array): ArrayBuffer {
  const bytes = new ArrayBuffer(PICTURE_HEAD + jpeg.length);
  const view = new DataView(bytes);
  view.setBigUint64(0, BigInt(sequence), true);
  view.setFloat64(8, arrivedMs, true);
  view.setUint16(16, width, true);
  view.setUint16(18, height, true);
  view.setUint32(20, jpeg.length, true);
  new Uint8Array(bytes).set(jpeg, PICTURE_HEAD);
  return bytes;
}

export async function pictureOf(world: World, key: string, after: number): Promise<ArrayBuffer> {
  const camera = world.topics.cameras.find((one) => one.key === key);
  const running = camera?.live.word === "streaming" || camera?.live.word === "warming";
  const sequence = Math.floor(world.now * RATE_HZ) + 1;
  if (!camera || !running || sequence <= after) return EMPTY;
  const pose = world.arms.values().next().value?.position ?? AT_REST;
  const jpeg = await drawn(key, pose);
  return headOf(sequence, performance.timeOrigin + performance.now() - 3, 640, 480, jpeg);
}

async function drawn(key: string, pose: readonly number[]): Promise<Uint8Array> {
  if (typeof OffscreenCanvas === "undefined") return new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext("2d");
  if (!context) return new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
  paint(context, key, pose);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  return new Uint8Array(await blob.arrayBuffer());
}

type Paint = OffscreenCanvasRenderingContext2D;

function fill(context: Paint, colour: string, points: readonly (readonly [number, number])[]): void {
  context.fillStyle = colour;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
  context.fill();
}

/** A box on the table: its front, its right side and its top. */
function box(context: Paint, x: number, y: number, size: number, hue: number): void {
  const [dx, dy] = [size * 0.38, size * 0.3];
  const shade = (light: number) => `hsl(${hue} 58% ${light}%)`;
  fill(context, "rgb(0 0 0 / .18)", [[x, y + size], [x + size, y + size], [x + size + dx * 2.2, y + size - dy], [x + dx, y + size - dy * 2]]);
  fill(context, shade(44), [[x, y], [x + size, y], [x + size, y + size], [x, y + size]]);
  fill(context, shade(32), [[x + size, y], [x + size + dx, y - dy], [x + size + dx, y + size - dy], [x + size, y + size]]);
  fill(context, shade(55), [[x, y], [x + dx, y - dy], [x + size + dx, y - dy], [x + size, y]]);
}

/** A mat with its lines on a table, in light that falls from above left. */
function table(context: Paint, wrist: boolean): void {
  const light = context.createLinearGradient(0, 0, 640, 480);
  light.addColorStop(0, wrist ? "#4a7268" : "#cfc6ba");
  light.addColorStop(1, wrist ? "#2c4a44" : "#a39a8f");
  context.fillStyle = light;
  context.fillRect(0, 0, 640, 480);
  if (!wrist) {
    fill(context, "#cba877", [[0, 236], [640, 206], [640, 480], [0, 480]]);
    fill(context, "#3f6d63", [[70, 330], [500, 288], [640, 440], [640, 480], [110, 480]]);
  }
  context.strokeStyle = "rgb(255 255 255 / .13)";
  context.lineWidth = 1.5;
  for (let line = -3; line < 12; line++) {
    context.beginPath();
    if (wrist) {
      context.moveTo(line * 80 - 60, 0);
      context.lineTo(line * 80 + 90, 480);
      context.moveTo(0, line * 80 + 40);
      context.lineTo(640, line * 80 - 60);
    } else if (line >= 0 && line < 7) {
      context.moveTo(70 + line * 66, 330 - line * 6.4);
      context.lineTo(150 + line * 82, 480);
    }
    context.stroke();
  }
}

/** A table seen from the front with the arm in its pose, or what lies between the fingers. */
function paint(context: Paint, key: string, pose: readonly number[]): void {
  const wrist = key.includes("wrist");
  table(context, wrist);
  const [pan = 0, lift = 0, elbow = 0, flex = 0, , grip = 40] = pose;
  if (wrist) {
    box(context, 285 - pan * 2, 120 + lift + elbow * 0.4 + flex * 0.3, 74, 6);
    const open = 34 + grip * 1.3;
    for (const [side, light] of [[-1, 50], [1, 44]] as const) {
      const x = (from: number) => 320 + side * from;
      fill(context, `hsl(37 66% ${light}%)`, [[x(open + 96), 480], [x(open + 18), 232], [x(open - 8), 208], [x(open - 26), 226], [x(open / 2), 480]]);
      fill(context, `hsl(37 66% ${light - 14}%)`, [[x(open + 130), 480], [x(open + 26), 226], [x(open + 18), 232], [x(open + 96), 480]]);
    }
    fill(context, "#2a2e33", [[232, 480], [262, 424], [378, 424], [408, 480]]);
    return;
  }
  box(context, 130, 372, 36, 217);
  context.fillStyle = "rgb(0 0 0 / .22)";
  context.beginPath();
  context.ellipse(292, 400, 120, 26, -0.06, 0, 7);
  context.fill();
  for (const face of sketch(pose, { around: 32, up: 24 })) {
    const light = Math.round((face.stuff === "motor" ? 24 : 60) - face.shade * (face.stuff === "motor" ? 14 : 34));
    const colour = face.stuff === "motor" ? `hsl(215 9% ${light}%)` : `hsl(38 76% ${light}%)`;
    fill(context, colour, face.points.map(([x, y]) => [250 + x * 0.92, 390 + y * 0.92] as const));
  }
  box(context, 452, 384, 42, 6);
}

/** A picture of an episode that was left: the arm is further on its way the later it is. */
export async function leftPictureOf(world: World, key: string, camera: string, share: number): Promise<ArrayBuffer> {
  const left = world.topics.recovery.left.find((one) => one.key === key);
  if (!left?.cameras.includes(camera)) return EMPTY;
  const turn = left.at % 7;
  const pose = [-40 + 70 * share + 4 * turn, -50 + 60 * share, 55 - 30 * share, 60 - 20 * share, 0, 80 - 70 * share];
  return (await drawn(camera, pose)).slice().buffer as ArrayBuffer;
}

/** Rows are made up to now, a lazy sweep of each joint, the action a little ahead of the observation. */
export function curvesOf(world: World, after: number): ArrayBuffer {
  const joints = Math.max(1, world.topics.drive?.followers.length ?? 1) * JOINTS.length;
  const end = Math.floor(world.now * RATE_HZ);
  const first = Math.max(0, Math.min(after, end));
  const rows = world.topics.drive ? Math.min(600, end - first) : 0;
  const values = joints * 2;
  const bytes = new ArrayBuffer(CURVE_HEAD + rows * values * 4);
  const view = new DataView(bytes);
  view.setBigUint64(0, BigInt(first), true);
  view.setUint32(8, rows, true);
  view.setUint32(12, values, true);
  view.setFloat64(16, RATE_HZ, true);
  const data = new Float32Array(bytes, CURVE_HEAD);
  for (let row = 0; row < rows; row++) {
    const time = (first + row) / RATE_HZ;
    for (let joint = 0; joint < joints; joint++) {
      const at = (seconds: number) =>
        joint % 6 === 5 ? 50 + 45 * Math.sin(seconds / 3) : (70 - 8 * joint) * Math.sin(seconds / (1.4 + 0.4 * joint) + joint);
      data[row * values + joint] = at(time);
      data[row * values + joints + joint] = at(time + 0.06);
    }
  }
  return bytes;
}
