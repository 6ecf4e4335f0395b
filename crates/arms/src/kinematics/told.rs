//! Why a pose cannot be taken, in words.
//!
//! Small and copied, because it is told from inside a cycle; the words are made by whoever shows them.

use crate::joint::Joint;

/// Why there are no joint angles for a target.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Unsolved {
    /// A part of the target is no number, or its orientation is none.
    #[error("the target is no pose")]
    NoPose,
    /// The wrist would have to be farther away than both links are long, or nearer than their difference.
    #[error("the target is {:.0} mm out of reach", .beyond * 1000.0)]
    OutOfReach {
        /// By how much, metres.
        beyond: f64,
    },
    /// The tip stands off the arm's plane, which cannot pass nearer to the pan axis.
    #[error("the target lies on the pan axis")]
    OnPanAxis,
    /// Near the pan axis a small step of the tip turns the whole arm.
    #[error("the tip would be {:.0} mm from the pan axis, where a small step turns the whole arm", .radius * 1000.0)]
    NearPanAxis {
        /// Distance from the pan axis, metres.
        radius: f64,
    },
    /// A stretched arm cannot go on in the direction of its reach, and may fold either way.
    #[error("the arm would be stretched, its elbow bent by only {bend:.0} degrees")]
    Stretched {
        /// Bend of the elbow, degrees.
        bend: f64,
    },
    /// The forearm would lie on the upper arm.
    #[error("the arm would be folded, its elbow bent by {bend:.0} degrees")]
    Folded {
        /// Bend of the elbow, degrees.
        bend: f64,
    },
    /// A joint would leave its range.
    #[error("{} would pass its {}", joint_words(.joint), end(.wanted, .least, .most))]
    BeyondRange {
        /// The joint.
        joint: Joint,
        /// The angle it would have, degrees.
        wanted: f64,
        /// The lowest angle of its range, degrees.
        least: f64,
        /// The highest angle of its range, degrees.
        most: f64,
    },
}

impl Unsolved {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoPose => "Give a place in metres and angles in degrees.",
            Self::OutOfReach { .. } => "Move the tip nearer to the arm, or tip the gripper.",
            Self::OnPanAxis | Self::NearPanAxis { .. } => "Move the tip away from the arm's foot.",
            Self::Stretched { .. } => "Move the tip back towards the arm.",
            Self::Folded { .. } => "Move the tip away from the arm.",
            Self::BeyondRange { .. } => "Go back, or drive this joint by itself.",
        }
    }
}

fn joint_words(joint: &Joint) -> String {
    joint.name().replace('_', " ")
}

fn end(wanted: &f64, least: &f64, most: &f64) -> String {
    if wanted < least {
        format!("lowest angle, {least:.0} degrees")
    } else {
        format!("highest angle, {most:.0} degrees")
    }
}
