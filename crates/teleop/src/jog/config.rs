//! How the tip may be driven, why it holds, and what a person sees of it.
//!
//! Not here: driving it.

use arms::kinematics::{ArmModel, Pose, Trims, Unsolved};

use crate::keymap::TipAxis;

/// How the tip may be driven: every number of our own choosing about it, in one place. Choices, to be confirmed on
/// hardware; section 7 of `so-arm-kinematics.md`. How near to singular poses it may go stands in
/// [`arms::kinematics::Guard`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JogLimits {
    /// Usual speed of the tip, metres per second.
    pub speed: f64,
    /// The tip is never faster, metres per second: 3 mm per cycle at 50 Hz.
    pub most_speed: f64,
    /// Change of the tip's speed, metres per second per second.
    pub acceleration: f64,
    /// Usual speed of pitch and roll, degrees per second.
    pub turn_speed: f64,
    /// Pitch and roll are never faster, degrees per second.
    pub most_turn_speed: f64,
    /// Change of that speed, degrees per second per second.
    pub turn_acceleration: f64,
    /// No joint is faster, degrees per second: 4 degrees per cycle at 50 Hz. Where the joint's own limit is lower, that one
    /// holds.
    pub most_joint_speed: f64,
    /// Where the tip may be, metres in the base frame: lowest and highest x, y and z.
    pub workspace: [(f64, f64); 3],
}

impl Default for JogLimits {
    fn default() -> Self {
        Self {
            speed: 0.05,
            most_speed: 0.15,
            acceleration: 1.0,
            turn_speed: 40.0,
            most_turn_speed: 120.0,
            turn_acceleration: 800.0,
            most_joint_speed: 200.0,
            workspace: [(0.10, 0.40), (-0.30, 0.30), (0.0, 0.40)],
        }
    }
}

/// Whose tip is driven, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JogConfig {
    /// Which arm; both of a pair are of one kind.
    pub model: ArmModel,
    /// Trims of the only or left arm, and of the right one.
    pub trims: [Trims; 2],
    /// How.
    pub limits: JogLimits,
}

impl JogConfig {
    /// The usual way, with LeRobot's numbers taken as the model's.
    pub fn new(model: ArmModel) -> Self {
        Self {
            model,
            trims: [Trims::NOMINAL; 2],
            limits: JogLimits::default(),
        }
    }
}

/// Why the tip does not go on.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Holds {
    /// There are no joint angles for the next step.
    #[error("{0}")]
    Pose(#[from] Unsolved),
    /// The next step leaves the workspace.
    #[error("the tip is at the end of the workspace: {} {:.0} mm", .axis.name(), .end * 1000.0)]
    Workspace {
        /// Along which axis.
        axis: TipAxis,
        /// The end it would pass, metres.
        end: f64,
    },
    /// Even a small step would need a joint faster than it may move.
    #[error("a small step of the tip would turn a joint faster than it may")]
    TooFast,
    /// The arm was kept from its goals (a stall, a limit, a silent motor), so driving goes on from where its goals are.
    #[error("the arm did not follow; driving goes on from its last goal")]
    DidNotFollow,
}

impl Holds {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Pose(why) => why.remedy(),
            Self::Workspace { .. } => "Go back; the joints can be driven beyond one by one.",
            Self::TooFast => "Go another way, or drive the joints one by one.",
            Self::DidNotFollow => "See what keeps the arm, then go on.",
        }
    }
}

/// What a person sees of a driven tip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JogStatus {
    /// The arm that is driven: 0 the only or left one.
    pub arm: u8,
    /// Where the tip is, by the positions measured in this cycle.
    pub pose: Pose,
    /// Where it is led.
    pub commanded: Pose,
    /// How far to its left the tip would have to turn to point where it did when driving began, degrees. No joint can.
    pub yaw_remainder: f64,
    /// Why the tip does not go on.
    pub holds: Option<Holds>,
}
