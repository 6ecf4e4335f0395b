// One arm as three.js objects: a chain of groups with meshes, posed from a row of joint angles.

import {
  BoxGeometry,
  type BufferGeometry,
  EdgesGeometry,
  Group,
  LineSegments,
  type Material,
  Mesh,
  Object3D,
  Quaternion,
  Vector3,
} from "three";
import { ConvexGeometry } from "three/examples/jsm/geometries/ConvexGeometry.js";
import { LINKS, TIP, radians } from "./chain";
import { PARTS, type Part, type Stuff } from "./parts";

export interface Looks {
  print: Material;
  motor: Material;
  marked: Material;
  edge: Material;
}

const MM = 1000;
const Z = new Vector3(0, 0, 1);

function place(object: Object3D, { xyz, rpy }: { xyz: readonly [number, number, number]; rpy: readonly [number, number, number] }): void {
  object.position.set(...xyz);
  // three's "ZYX" turns about z, then y, then x of the turned body: Rz Ry Rx.
  object.rotation.set(...rpy, "ZYX");
}

export class ArmModel {
  readonly root = new Group();
  readonly tip = new Object3D();
  #frames: Group[] = [];
  #rest: Quaternion[] = [];
  #meshes: { mesh: Mesh; link: number; stuff: Stuff }[] = [];
  #geometries: BufferGeometry[] = [];

  constructor(private looks: Looks | null = null) {
    for (const link of LINKS) {
      const frame = new Group();
      place(frame, link);
      (this.#frames[link.parent] ?? this.root).add(frame);
      this.#frames.push(frame);
      this.#rest.push(frame.quaternion.clone());
    }
    place(this.tip, TIP);
    this.#frames[5]?.add(this.tip);
    if (looks) for (const part of PARTS) this.#add(part, looks);
  }

  /** Degrees, percent for the gripper; what is not known stays at its middle. */
  pose(row: readonly (number | null)[]): void {
    radians(row).forEach((angle, joint) => {
      const frame = this.#frames[joint + 1];
      const rest = this.#rest[joint + 1];
      if (frame && rest) frame.quaternion.copy(rest).multiply(new Quaternion().setFromAxisAngle(Z, angle));
    });
    this.root.updateMatrixWorld(true);
  }

  /** Marks the links that these joints move. */
  mark(joints: ReadonlySet<number>): void {
    if (!this.looks) return;
    for (const { mesh, link, stuff } of this.#meshes) {
      mesh.material = joints.has(link - 1) && stuff === "print" ? this.looks.marked : this.looks[stuff];
    }
  }

  /** Where a joint's axis is, in the world. */
  joint(index: number): Vector3 {
    return (this.#frames[index + 1] ?? this.root).getWorldPosition(new Vector3());
  }

  dispose(): void {
    for (const geometry of this.#geometries) geometry.dispose();
  }

  #add(part: Part, looks: Looks): void {
    const geometry = shape(part);
    const edges = new EdgesGeometry(geometry, 20);
    const mesh = new Mesh(geometry, looks[part.stuff]);
    mesh.add(new LineSegments(edges, looks.edge));
    this.#frames[part.link]?.add(mesh);
    this.#meshes.push({ mesh, link: part.link, stuff: part.stuff });
    this.#geometries.push(geometry, edges);
  }
}

function shape(part: Part): BufferGeometry {
  if ("hull" in part) return new ConvexGeometry(part.hull.map((point) => new Vector3(...point).divideScalar(MM)));
  const [x, y, z] = part.box;
  const geometry = new BoxGeometry((x[1] - x[0]) / MM, (y[1] - y[0]) / MM, (z[1] - z[0]) / MM);
  geometry.translate((x[0] + x[1]) / 2 / MM, (y[0] + y[1]) / 2 / MM, (z[0] + z[1]) / 2 / MM);
  return geometry;
}
