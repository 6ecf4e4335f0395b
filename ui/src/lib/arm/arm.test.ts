import { Quaternion, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { tipOf } from "./chain";
import { ArmModel } from "./model";
import { PARTS } from "./parts";

// Joint angles in degrees and the tip's place in metres and turn (w x y z) of SO-101's own description, as written there.
const ROWS: [number[], number[], number[]][] = [
  [[0, 0, 0, 0, 0], [0.39136147, -0.000009212, 0.22646971], [0.70690047, 0.01720647, 0.70689416, 0.01721361]],
  [[4, -2, -6.5, -1, 3], [0.383414317, -0.024519474, 0.273651156], [0.76272028, 0.02135855, 0.64576744, -0.02803567]],
  [[0, 90, -90, 0, 0], [0.475931987, -0.000008304, 0.085900021], [0.70690047, 0.01720647, 0.70689416, 0.01721361]],
  [[0, -103, 96, 75, 0], [0.13883425, -0.000010181, -0.010432051], [0.19075688, 0.02388699, 0.98133563, 0.00464754]],
  [[0, 20, 10, 60, 0], [0.245573115, -0.000009509, -0.009369246], [0.0000045, 0.02433418, 0.99970388, 0.00000321]],
  [[0, -14, -73.8, -2.2, 0], [0.07705188, -0.000011998, 0.526827638], [0.99970373, -0.00000055, -0.00000457, 0.02434051]],
  [[-110, -100, -96.8, -95, -157.2], [0.08654934, -0.139074434, -0.064453246], [0.13370131, -0.41490587, -0.88999709, -0.13372455]],
  [[110, 100, 96.8, 95, 162.8], [0.016513806, -0.053513706, 0.254115807], [0.69441319, 0.07993411, -0.17136902, 0.69428634]],
  [[-37.25, 12.5, 41.75, -18.6, 63.4], [0.275903093, 0.171268073, 0.018200691], [0.44725738, -0.67069321, 0.58445098, -0.09245813]],
  [[58.13, -47.9, 22.36, 71.05, -101.7], [0.149752832, -0.164149014, 0.163346675], [0.34800885, 0.91494604, 0.13985301, 0.14901245]],
  [[-81.6, 63.27, -55.48, 33.9, 137.25], [0.102953415, 0.395457235, 0.027440256], [0.36643916, -0.86763117, -0.28242423, -0.18214018]],
  [[23.45, 35.6, 78.12, -64.4, -12.8], [0.192885177, -0.06492993, -0.059514008], [0.3467768, 0.31329128, 0.88375727, -0.0238223]],
];

const away = (a: number[], b: number[]) => Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)));

describe("the tip", () => {
  it.each(ROWS)("of %j is where the arm's description has it", (degrees, place) => {
    const tip = tipOf(degrees).map((mm) => mm / 1000);
    // The description writes pi with five digits, which moves the tip by up to 4 micrometres.
    expect(away(tip, place)).toBeLessThan(4e-6);
  });

  it.each(ROWS)("of %j is drawn there too, and turned the same way", (degrees, place, turn) => {
    const model = new ArmModel();
    model.pose([...degrees, 50]);
    const tip = model.tip.getWorldPosition(new Vector3()).toArray();
    expect(away(tip, place)).toBeLessThan(4e-6);
    const [w = 0, x, y, z] = turn;
    const wanted = new Quaternion(x, y, z, w);
    expect(model.tip.getWorldQuaternion(new Quaternion()).angleTo(wanted)).toBeLessThan(5e-4);
  });

  it("agrees between closed form and chain to a nanometre", () => {
    const model = new ArmModel();
    for (const [degrees] of ROWS) {
      model.pose([...degrees, 0]);
      expect(away(model.tip.getWorldPosition(new Vector3()).toArray(), tipOf(degrees).map((mm) => mm / 1000))).toBeLessThan(1e-8);
    }
  });

  it("does not move with the gripper", () => {
    expect(tipOf([10, 20, 30, 40, 50, 0])).toEqual(tipOf([10, 20, 30, 40, 50, 100]));
  });

  it("of joints that are not known yet is the middle's", () => {
    expect(tipOf([null, null, null, null, null, null])).toEqual(tipOf([0, 0, 0, 0, 0, 0]));
  });
});

describe("the shape", () => {
  it("has seventeen boxes and three hulls", () => {
    expect(PARTS.filter((part) => "box" in part)).toHaveLength(17);
    expect(PARTS.filter((part) => "hull" in part)).toHaveLength(3);
  });

  it("has no box inside out", () => {
    for (const part of PARTS) if ("box" in part) for (const [least, most] of part.box) expect(least).toBeLessThan(most);
  });
});
