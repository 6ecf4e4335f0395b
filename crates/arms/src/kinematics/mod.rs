//! Where the tip of an arm is, and which joint angles take it somewhere: SO-100 and SO-101, in closed form.
//!
//! Both arms are one mechanism: a pan axis, three parallel pitch axes and a roll axis in their plane, so five joints
//! give a position, a pitch and a roll; the heading follows from where the tip is. Lengths and rules are those of
//! `so-arm-kinematics.md` in exact pi, which differs from the published URDF files by at most 5.2 micrometres.
//!
//! Outside, angles are LeRobot's degrees and lengths are metres; radians exist only in this module. Base frame:
//! x forward, y left, z up, origin in the foot of the arm as in `so101_new_calib.urdf` (table top at z = -2.4 mm; for
//! the SO-100 at z = 0). Pure arithmetic, no allocation: it may be asked in every cycle.
//! Not here: how fast the tip may go and where it may be (`teleop::jog`), the gripper's jaw, drawing an arm.

mod choose;
mod forward;
mod geometry;
mod inverse;
mod model;
mod rotation;
mod told;

pub use forward::{Pose, Tip};
pub use inverse::{Branch, Residual, Solution};
pub use model::{ARM_JOINTS, ArmModel, Guard, Range, Trims, TrimsError};
pub use rotation::{Quaternion, Rotation, Vector};
pub use told::Unsolved;

use crate::joint::JOINTS;
use crate::limits::Limits;
use geometry::Geometry;

/// Angles of the five joints before the gripper, in bus order: LeRobot's degrees.
pub type Angles = [f64; ARM_JOINTS];

/// The kinematics of one arm: its model, its trims, the ranges of its joints, and how near to a singular pose it may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kinematics {
    model: ArmModel,
    geometry: Geometry,
    trims: Trims,
    ranges: [Range; ARM_JOINTS],
    guard: Guard,
}

impl Kinematics {
    /// An arm whose ranges are those of the published model and which keeps the usual distance from singular poses.
    pub fn new(model: ArmModel, trims: Trims) -> Self {
        let mut ranges = model.ranges();
        for (range, trim) in ranges.iter_mut().zip(trims.degrees()) {
            range.least -= trim;
            range.most -= trim;
        }
        Self {
            model,
            geometry: Geometry::of(model),
            trims,
            ranges,
            guard: Guard::default(),
        }
    }

    /// The same with the ranges that this arm's calibration recorded, which are wider than the model's where it matters:
    /// LeRobot's own rest pose lies beyond them.
    #[must_use]
    pub fn with_limits(mut self, limits: &Limits) -> Self {
        for (range, limits) in self.ranges.iter_mut().zip(limits) {
            *range = Range {
                least: limits.least,
                most: limits.most,
            };
        }
        self
    }

    /// The same with another distance from singular poses.
    #[must_use]
    pub fn with_guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// Which arm.
    pub fn model(&self) -> ArmModel {
        self.model
    }

    /// What is added to LeRobot's degrees.
    pub fn trims(&self) -> Trims {
        self.trims
    }

    /// What each joint may do, LeRobot's degrees.
    pub fn ranges(&self) -> &[Range; ARM_JOINTS] {
        &self.ranges
    }

    /// LeRobot's degrees as the model's own angles.
    fn radians(&self, angles: &Angles) -> [f64; ARM_JOINTS] {
        let trims = self.trims.degrees();
        std::array::from_fn(|joint| (angles[joint] + trims[joint]).to_radians())
    }

    /// The model's own angles as LeRobot's degrees. Only the roll keeps its turns; the others lie within half a turn.
    fn degrees(&self, q: &[f64; ARM_JOINTS]) -> Angles {
        let trims = self.trims.degrees();
        std::array::from_fn(|joint| {
            let degrees = q[joint].to_degrees() - trims[joint];
            if joint == ROLL {
                degrees
            } else {
                half_turn(degrees)
            }
        })
    }
}

/// Place of the wrist's roll among the five.
const ROLL: usize = 4;

/// The five joints before the gripper of a row of six values.
pub fn without_gripper(values: &[f64; JOINTS]) -> Angles {
    std::array::from_fn(|joint| values[joint])
}

/// The same direction within -180 to 180 degrees.
fn half_turn(degrees: f64) -> f64 {
    if degrees.abs() <= 180.0 {
        degrees
    } else {
        degrees - 360.0 * (degrees / 360.0).round()
    }
}
