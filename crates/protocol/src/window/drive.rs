//! The arms while they are driven.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::bench::Notice;
use crate::Spread;

/// What moves the arm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum InputKind {
    /// Keys, joint by joint.
    #[default]
    Keys,
    /// A leader arm.
    Leader,
    /// A gamepad.
    Gamepad,
    /// Sliders, joint by joint.
    Sliders,
    /// Keys, the tip along its axes.
    Tip,
}

/// One way to move the arm, and why it cannot be chosen now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct InputChoice {
    /// Which.
    pub kind: InputKind,
    /// Why not; empty when it can be chosen.
    pub why_not: String,
}

/// A key and what it moves: the one table that window and loop go by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct KeyCap {
    /// The physical key, as a page's `KeyboardEvent.code` names it: `KeyW`, `ArrowUp`.
    pub code: String,
    /// The joint, `gripper`, or the axis of the tip: `forward`, `left`, `up`, `pitch`, `roll`.
    pub axis: String,
    /// Whether it moves towards larger values.
    pub positive: bool,
    /// Whether it is held now, as the loop sees it.
    pub held: bool,
}

/// One joint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct JointLive {
    /// Its name, as in datasets: `shoulder_pan`.
    pub joint: String,
    /// Its motor.
    pub id: u8,
    /// Where it is: degrees, percent for the gripper. Not a number before the first answer.
    pub position: Option<f64>,
    /// The goal that was sent.
    pub goal: Option<f64>,
    /// Whether `position` is older than this cycle.
    pub stale: bool,
    /// Least that it may go to.
    pub least: f64,
    /// Most that it may go to.
    pub most: f64,
    /// Degrees Celsius.
    pub temperature: Option<f64>,
    /// Volts.
    pub voltage: Option<f64>,
    /// Ampere.
    pub current: Option<f64>,
    /// Percent of its force.
    pub load: Option<f64>,
    /// Answers that did not come or were damaged, since the session began.
    #[ts(type = "number")]
    pub lost: u64,
    /// What is wrong with it, in a few words; empty when nothing is.
    pub trouble: String,
}

/// One arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct ArmLive {
    /// Its key, as in [`super::ArmCard`].
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether its line is gone.
    pub lost: bool,
    /// Its joints, in dataset order.
    pub joints: Vec<JointLive>,
}

/// The tip, where it is driven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct JogState {
    /// Millimetres before, to the left of and above the base.
    pub place_mm: [f64; 3],
    /// Degrees: the tip's pitch and roll.
    pub angles: [f64; 2],
    /// Why it does not go on; empty when it does.
    pub why_not: String,
}

/// Counts of a spread on a log scale, for a histogram.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Histogram {
    /// Upper end of each bar, in microseconds.
    pub ends_us: Vec<f64>,
    /// How many fell into it.
    #[ts(type = "number[]")]
    pub counts: Vec<u64>,
}

/// What the loop measured of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct LoopFigures {
    /// Asked for, in Hz.
    pub wanted_hz: f64,
    /// Measured, in Hz.
    pub rate_hz: f64,
    /// Cycles so far.
    #[ts(type = "number")]
    pub cycles: u64,
    /// Slots without a goal so far.
    #[ts(type = "number")]
    pub missed: u64,
    /// Distance of the time between two goal writes from the period, since the arms were opened.
    pub period_error_us: Spread,
    /// Time an observation took, since the arms were opened.
    pub bus_us: Spread,
    /// The period errors, bar by bar.
    pub histogram: Histogram,
    /// The priority the loop runs with, in words.
    pub priority: String,
}

/// A pose that was given a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct SavedPoseCard {
    /// Its name.
    pub name: String,
}

/// The arms while they are driven, at most 20 times a second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct DriveState {
    /// What the loop does, in one word: `idle`, `holding`, `driving`, `stopped`, `releasing`, `faulted`, or
    /// `opening` before the first cycle.
    pub word: String,
    /// Followers.
    pub followers: Vec<ArmLive>,
    /// Leaders.
    pub leaders: Vec<ArmLive>,
    /// What moves the arm.
    pub input: InputKind,
    /// All ways, in the order of their keys.
    pub inputs: Vec<InputChoice>,
    /// Whether keys drive: the window has the focus and drive keys are on.
    pub keys_on: bool,
    /// The table of keys, with what is held.
    pub keys: Vec<KeyCap>,
    /// The arm that keys drive: 0 the only or left one.
    pub arm: u8,
    /// Speed, as a factor of the usual one.
    pub speed: f64,
    /// Degrees a second that a key moves a joint by, at this speed.
    pub degrees_per_second: f64,
    /// Whether the bounded first move is under way.
    pub first_move: bool,
    /// Whether a leader's clutch is open; `None` without one.
    pub clutch_open: Option<bool>,
    /// The tip, where it is driven.
    pub jog: Option<JogState>,
    /// Poses of this arm.
    pub poses: Vec<SavedPoseCard>,
    /// What the loop measured.
    pub figures: LoopFigures,
    /// What somebody should look at soon.
    pub warnings: Vec<Notice>,
    /// The gamepad that is there, in its own words; empty without one.
    pub gamepad: String,
    /// Cameras of this session, by key.
    pub cameras: Vec<String>,
}
