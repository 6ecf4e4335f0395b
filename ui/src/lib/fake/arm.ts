// A pretended arm: six joints that follow their goals with a lag, warm up under load, and never leave their limits.

import type { ArmLive, JointLive } from "../protocol";
import { JOINTS } from "./things";

const LIMITS: [number, number][] = [
  [-113, 116],
  [-104, 106],
  [-98, 97],
  [-97, 104],
  [-162, 164],
  [0, 100],
];
const REST = [-4, -60, 50, 60, 0, 20];
const HEAT = [34, 44, 49, 39, 35, 38];

export class FakeArm {
  position: number[];
  goal: number[];
  heat = [...HEAT];
  lost = JOINTS.map(() => 0);
  trouble = JOINTS.map(() => "");
  stale = JOINTS.map(() => false);
  gone = false;
  silent = false;

  constructor(
    readonly key: string,
    readonly name: string,
    pose: number[] = REST,
  ) {
    this.position = [...pose];
    this.goal = [...pose];
  }

  limits(joint: number): [number, number] {
    return LIMITS[joint] ?? [0, 0];
  }

  move(joint: number, to: number): void {
    const [least, most] = this.limits(joint);
    this.goal[joint] = Math.max(least, Math.min(most, to));
  }

  hold(): void {
    this.goal = [...this.position];
  }

  /** The joint lags 60 ms behind its goal. */
  tick(seconds: number): void {
    if (this.gone) return;
    const share = 1 - Math.exp(-seconds / 0.06);
    for (let joint = 0; joint < JOINTS.length; joint++) {
      const now = this.position[joint] ?? 0;
      const goal = this.goal[joint] ?? 0;
      this.position[joint] = now + (goal - now) * share;
    }
  }

  live(): ArmLive {
    return { key: this.key, name: this.name, lost: this.gone, joints: JOINTS.map((joint, at) => this.#joint(joint, at)) };
  }

  #joint(joint: string, at: number): JointLive {
    const [least, most] = this.limits(at);
    const position = this.position[at] ?? 0;
    const goal = this.goal[at] ?? 0;
    // The upper arm bears the rest: more, the further it leans.
    const weight = [3, 26, 30, 12, 3, 10][at] ?? 0;
    const load = weight * (0.6 + 0.4 * Math.abs(Math.cos((position * Math.PI) / 180))) + Math.abs(goal - position) * 4;
    return {
      joint,
      id: at + 1,
      position: this.silent ? null : position,
      goal: this.silent ? null : goal,
      stale: this.gone || (this.stale[at] ?? false),
      least,
      most,
      temperature: this.silent ? null : (this.heat[at] ?? null),
      voltage: this.silent ? null : 12 - load / 400,
      current: this.silent ? null : 0.06 + load / 90,
      load: this.silent ? null : Math.min(100, load),
      lost: this.lost[at] ?? 0,
      trouble: this.trouble[at] ?? "",
    };
  }
}
