//! From joint angles to where the tip is.
//!
//! Any finite angles are taken, also ones outside every range: a measured arm is where it is.

use super::geometry::Geometry;
use super::inverse::Branch;
use super::rotation::{Quaternion, Rotation, Vector};
use super::{ARM_JOINTS, Angles, Kinematics, half_turn};

/// What five joints can be asked for: a place, a pitch and a roll. The heading follows from the place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// The tip in the base frame, metres.
    pub position: Vector,
    /// How far the gripper tips down from level, degrees; 90 points straight down.
    pub pitch: f64,
    /// The wrist's roll, degrees: 0 with the fixed finger below, positive towards the right.
    pub roll: f64,
}

/// All about the tip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tip {
    /// The part that can be asked for.
    pub pose: Pose,
    /// The whole orientation.
    pub rotation: Rotation,
    /// Direction of the arm's plane in the base frame, degrees: 0 forward, positive to the right, as the pan turns.
    pub heading: f64,
    /// How far the elbow is bent from stretched, degrees: positive with the elbow up.
    pub bend: f64,
    /// The tip's distance from the pan axis within the arm's plane, metres; negative when it reaches over backwards.
    pub radius: f64,
    /// Which of the ways to be there this one is.
    pub branch: Branch,
}

impl Tip {
    /// The orientation as a quaternion.
    pub fn quaternion(&self) -> Quaternion {
        self.rotation.quaternion()
    }
}

impl Kinematics {
    /// Where the tip is at these angles (LeRobot's degrees).
    pub fn forward(&self, angles: &Angles) -> Tip {
        let q = self.radians(angles);
        let flat = Flat::of(&self.geometry, &q);
        let roll_trim = self.trims.degrees()[super::ROLL];
        let (sin, cos) = q[0].sin_cos();
        let (u, v) = ([cos, -sin, 0.0], [sin, cos, 0.0]);
        let (sin, cos) = flat.pitch.sin_cos();
        let f = [cos * u[0], cos * u[1], -sin];
        let w = [sin * u[0], sin * u[1], cos];
        let (sin, cos) = (q[4] - self.geometry.delta).sin_cos();
        let along = |a: f64, b: f64| std::array::from_fn(|place| a * v[place] + b * w[place]);
        let bend = (q[2] + self.geometry.alpha1 - self.geometry.alpha2).to_degrees();
        Tip {
            pose: Pose {
                position: [
                    self.geometry.x0 + flat.r * u[0] + flat.s * v[0],
                    self.geometry.y0 + flat.r * u[1] + flat.s * v[1],
                    flat.z,
                ],
                pitch: half_turn(flat.pitch.to_degrees()),
                roll: angles[super::ROLL] + roll_trim,
            },
            rotation: Rotation {
                x: along(-sin, -cos),
                y: along(cos, -sin),
                z: f,
            },
            heading: q[0].to_degrees(),
            bend,
            radius: flat.r,
            branch: Branch {
                front: flat.r >= 0.0,
                elbow_up: bend >= 0.0,
            },
        }
    }
}

/// The arm seen from its side: the tip at `r` from the pan axis, `s` beside the plane, `z` above the base.
struct Flat {
    r: f64,
    s: f64,
    z: f64,
    pitch: f64,
}

impl Flat {
    fn of(g: &Geometry, q: &[f64; ARM_JOINTS]) -> Self {
        let pitch = q[1] + q[2] + q[3];
        let (h, s) = g.beside(q[4]);
        let (sin_a, cos_a) = (g.alpha1 - q[1]).sin_cos();
        let (sin_b, cos_b) = (g.alpha2 - q[1] - q[2]).sin_cos();
        let (sin, cos) = pitch.sin_cos();
        Self {
            r: g.a + g.l1 * cos_a + g.l2 * cos_b + g.d * cos + h * sin,
            s,
            z: g.z0 + g.l1 * sin_a + g.l2 * sin_b - g.d * sin + h * cos,
            pitch,
        }
    }
}
