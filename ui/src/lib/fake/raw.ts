// Pictures and curves of the pretended bench, in the layout of raw.rs. Pictures are drawn by the page's own canvas; a
// place without one (tests) gets the head and a few bytes.

import { CURVE_HEAD } from "../curves";
import { PICTURE_HEAD } from "../pictures";
import { JOINTS } from "./things";
import type { World } from "./world";

const EMPTY = new ArrayBuffer(0);
const RATE_HZ = 30;

export function headOf(sequence: number, ageMs: number, width: number, height: number, jpeg: Uint8Array): ArrayBuffer {
  const bytes = new ArrayBuffer(PICTURE_HEAD + jpeg.length);
  const view = new DataView(bytes);
  view.setBigUint64(0, BigInt(sequence), true);
  view.setFloat64(8, ageMs, true);
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
  const jpeg = await drawn(world, key);
  return headOf(sequence, 3, 640, 480, jpeg);
}

async function drawn(world: World, key: string): Promise<Uint8Array> {
  if (typeof OffscreenCanvas === "undefined") return new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext("2d");
  if (!context) return new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
  paint(context, world, key);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  return new Uint8Array(await blob.arrayBuffer());
}

/** A table seen from the front, or from the wrist; the arm as strokes that follow its joints. */
function paint(context: OffscreenCanvasRenderingContext2D, world: World, key: string): void {
  const wrist = key.includes("wrist");
  const fill = (colour: string, points: [number, number][]) => {
    context.fillStyle = colour;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.fill();
  };
  context.fillStyle = wrist ? "#3c5a55" : "#b9b0a3";
  context.fillRect(0, 0, 640, 480);
  if (!wrist) fill("#c7a57a", [[0, 220], [640, 190], [640, 480], [0, 480]]);
  if (!wrist) fill("#3f6b62", [[110, 320], [480, 290], [620, 430], [160, 478]]);
  const arm = world.arms.values().next().value;
  const [pan = 0, lift = 0, elbow = 0, flex = 0, , grip = 40] = arm?.position ?? [];
  const box = (x: number, y: number, size: number, colour: string) => {
    context.fillStyle = colour;
    context.fillRect(x - size / 2, y - size / 2, size, size);
  };
  if (wrist) {
    box(320 - pan * 2, 160 + lift, 70, "#b3352c");
    const open = 40 + grip * 1.4;
    fill("#d18b2c", [[320 - open - 60, 480], [320 - open, 220], [320 - open + 40, 200], [300 - open / 2, 480]]);
    fill("#c07f24", [[320 + open + 90, 480], [320 + open, 230], [320 + open - 36, 214], [340 + open / 2, 480]]);
    return;
  }
  box(420, 400, 44, "#b3352c");
  box(210, 400, 34, "#2c5aa8");
  const reach = (angle: number, from: [number, number], length: number): [number, number] => {
    const way = ((angle - 90) * Math.PI) / 180;
    return [from[0] + Math.cos(way) * length * (1 - Math.abs(pan) / 250) + pan * 0.3, from[1] + Math.sin(way) * length];
  };
  const foot: [number, number] = [270, 340];
  const shoulder = reach(lift, foot, 120);
  const fore = reach(lift + elbow + 90, shoulder, 130);
  const tip = reach(lift + elbow + flex + 90, fore, 80);
  context.lineCap = "round";
  for (const [a, b, width, colour] of [
    [[270, 380], foot, 70, "#20242a"],
    [foot, shoulder, 40, "#e0a52f"],
    [shoulder, fore, 34, "#d89b25"],
    [fore, tip, 26, "#c98c1b"],
  ] as [[number, number], [number, number], number, string][]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(...a);
    context.lineTo(...b);
    context.stroke();
  }
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
