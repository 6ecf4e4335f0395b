// The arm in 3D on a canvas: drawn when a pose, the view, the size or the theme changes, never by itself.
//
// Not here: angles (`chain.ts`), shapes (`parts.ts`).

import {
  AmbientLight,
  BufferGeometry,
  Color,
  DirectionalLight,
  Float32BufferAttribute,
  LineBasicMaterial,
  LineSegments,
  MeshLambertMaterial,
  PerspectiveCamera,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";
import { TABLE_Z } from "./chain";
import { ArmModel } from "./model";
import { USUAL_VIEW, type View, eye } from "./view";

/** Pixels drawn for each pixel shown, along an edge: slanted edges are smooth then. */
const SMOOTH = 2;
/** A drawing that takes longer than this, in milliseconds, is one without a graphics card. */
const SLOW_MS = 3;
/** Drawings that are timed; the first has everything to prepare. */
const TIMED = 4;
/** So long after the last movement, in milliseconds, a slow drawing is made smooth. */
const REST_MS = 300;

/** Metres between the feet of two arms. */
const APART = 0.44;

export interface Pose {
  row: readonly (number | null)[];
  /** Joints that move now. */
  moving: ReadonlySet<number>;
}

export interface Label {
  /** Share of the canvas from its left and top. */
  x: number;
  y: number;
}

export class ArmScene {
  #renderer: WebGLRenderer;
  #scene = new Scene();
  #camera = new PerspectiveCamera(32, 1, 0.05, 10);
  #arms: ArmModel[] = [];
  #print = new MeshLambertMaterial({ flatShading: true });
  #motor = new MeshLambertMaterial({ flatShading: true });
  #marked = new MeshLambertMaterial({ flatShading: true });
  #edge = new LineBasicMaterial();
  #grid = new LineBasicMaterial();
  #axes = new LineBasicMaterial();
  #drawn: Pose[] = [];
  #asked = 0;
  /** Pixels of the screen for each of the page, and of the drawing for each of the screen. */
  #ratio = 1;
  #smooth = SMOOTH;
  /** What the timed drawings took, in milliseconds; the first is not among them. */
  #took: number[] = [];
  #timed = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  view: View = USUAL_VIEW;

  /** Throws where the page has no WebGL. */
  constructor(private canvas: HTMLCanvasElement) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: false, alpha: true, powerPreference: "low-power" });
    this.#scene.add(new AmbientLight(0xffffff, 1.5));
    const sun = new DirectionalLight(0xffffff, 2.1);
    sun.position.set(0.6, -0.9, 1.4);
    const back = new DirectionalLight(0xffffff, 0.5);
    back.position.set(-1, 0.6, 0.4);
    this.#scene.add(sun, back, new LineSegments(gridLines(0.5, 0.1), this.#grid), new LineSegments(axisLines(0.6), this.#axes));
    this.#camera.up.set(0, 0, 1);
    this.theme();
  }

  /** Colours as the style sheet has them now. */
  theme(): void {
    const style = getComputedStyle(this.canvas);
    const colour = (name: string) => new Color(style.getPropertyValue(name).trim());
    this.#print.color = colour("--mesh");
    this.#motor.color = colour("--mesh-dark");
    this.#marked.color = colour("--mesh-mark");
    this.#edge.color = colour("--mesh-edge");
    this.#grid.color = colour("--mesh-grid");
    this.#axes.color = colour("--line-control");
    this.draw();
  }

  size(width: number, height: number, ratio: number): void {
    if (width < 1 || height < 1) return;
    this.#ratio = Math.min(ratio, 2);
    this.#renderer.setPixelRatio(this.#ratio * this.#smooth);
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / height;
    this.draw();
  }

  turn(view: View): void {
    this.view = view;
    this.draw();
  }

  pose(poses: Pose[]): void {
    if (poses.length === this.#drawn.length && poses.every((pose, at) => same(pose, this.#drawn[at]))) return;
    this.#drawn = poses;
    this.#count(poses.length);
    poses.forEach(({ row, moving }, at) => {
      const arm = this.#arms[at];
      arm?.pose(row);
      arm?.mark(moving);
    });
    this.draw();
  }

  /** Where a joint is on the canvas. */
  label(arm: number, joint: number): Label | null {
    const model = this.#arms[arm];
    if (!model) return null;
    this.#aim();
    const at = model.joint(joint).project(this.#camera);
    return { x: (at.x + 1) / 2, y: (1 - at.y) / 2 };
  }

  draw(): void {
    if (this.#asked !== 0 || this.#ended) return;
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0;
      clearTimeout(this.#rest);
      const slow = this.#slow;
      this.#paint(slow ? 1 : SMOOTH);
      if (slow) this.#rest = setTimeout(() => this.#paint(SMOOTH), REST_MS);
    });
  }

  /** Whether smooth edges cost more than a moving page has; not known before a few drawings. */
  get #slow(): boolean {
    return this.#took.length > 0 && Math.min(...this.#took) > SLOW_MS;
  }

  #paint(smooth: number): void {
    if (smooth !== this.#smooth) {
      this.#smooth = smooth;
      this.#renderer.setPixelRatio(this.#ratio * smooth);
    }
    this.#aim();
    const began = performance.now();
    this.#renderer.render(this.#scene, this.#camera);
    if (smooth !== SMOOTH || this.#timed >= TIMED) return;
    // Only what is read back is known to be drawn.
    const gl = this.#renderer.getContext();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    if (this.#timed++ > 0) this.#took.push(performance.now() - began);
  }

  dispose(): void {
    this.#ended = true;
    cancelAnimationFrame(this.#asked);
    clearTimeout(this.#rest);
    for (const arm of this.#arms) arm.dispose();
    for (const material of [this.#print, this.#motor, this.#marked, this.#edge, this.#grid, this.#axes]) material.dispose();
    this.#renderer.dispose();
    // Pages may have few contexts: this one is given back now, not when somebody tidies up.
    this.#renderer.forceContextLoss();
  }

  #aim(): void {
    const two = this.#arms.length > 1;
    const target = new Vector3(0.15, 0, 0.13);
    // A narrow canvas looks from further away, so that the arm fits across.
    const far = this.view.distance * (two ? 1.5 : 1) * Math.max(1, 1 / this.#camera.aspect);
    this.#camera.position.copy(target).add(new Vector3(...eye({ ...this.view, distance: far })));
    this.#camera.lookAt(target);
    this.#camera.updateProjectionMatrix();
    this.#camera.updateMatrixWorld();
  }

  #count(wanted: number): void {
    while (this.#arms.length > wanted) {
      const arm = this.#arms.pop();
      if (arm) this.#scene.remove(arm.root);
      arm?.dispose();
    }
    while (this.#arms.length < wanted) {
      const arm = new ArmModel({ print: this.#print, motor: this.#motor, marked: this.#marked, edge: this.#edge });
      this.#arms.push(arm);
      this.#scene.add(arm.root);
    }
    // Left stands left, as seen from behind the arms.
    this.#arms.forEach((arm, at) => arm.root.position.setY(wanted > 1 ? APART / 2 - APART * at : 0));
  }
}

/** An encoder's last step is not worth a drawing. */
const STILL = 0.06;

function same(a: Pose, b: Pose | undefined): boolean {
  if (!b || a.row.length !== b.row.length || a.moving.size !== b.moving.size) return false;
  if ([...a.moving].some((joint) => !b.moving.has(joint))) return false;
  return a.row.every((value, at) => {
    const other = b.row[at] ?? null;
    return value === null || other === null ? value === other : Math.abs(value - other) < STILL;
  });
}

function lines(points: number[]): BufferGeometry {
  return new BufferGeometry().setAttribute("position", new Float32BufferAttribute(points, 3));
}

function gridLines(half: number, step: number): BufferGeometry {
  const points: number[] = [];
  for (let at = -half; at <= half + 1e-9; at += step) {
    points.push(-half + 0.15, at, TABLE_Z, half + 0.15, at, TABLE_Z, at + 0.15, -half, TABLE_Z, at + 0.15, half, TABLE_Z);
  }
  return lines(points);
}

function axisLines(half: number): BufferGeometry {
  return lines([-half + 0.2, 0, TABLE_Z, half + 0.2, 0, TABLE_Z, 0, -half, TABLE_Z, 0, half, TABLE_Z]);
}
