//! The calibration wizard, and the calibrations that there are.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::bench::Notice;

/// Where the wizard stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum CalibrationPhase {
    /// The motors are looked at and let go of.
    #[default]
    Preparing,
    /// The person brings every joint to its middle.
    Middle,
    /// The person moves every joint through its travel.
    Recording,
    /// Every joint is known; nothing is written yet.
    Review,
    /// The motors are written; the person switches their power off and on.
    Power,
    /// Motors and file have it.
    Done,
    /// Given up; the motors hold what they held before.
    Cancelled,
    /// It failed.
    Failed,
}

/// What is to be said of a joint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum TravelTag {
    /// It has not moved.
    NotMoved,
    /// It has more to go.
    KeepGoing,
    /// Its range is known.
    Enough,
    /// Its range is not recorded.
    NotNeeded,
    /// Its recording cannot be used.
    Unusable,
}

/// One joint, in ticks with whole turns: beyond the encoder's seam it goes on below 0 or above 4095.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct JointTravel {
    /// Its name.
    pub joint: String,
    /// Its motor.
    pub id: u8,
    /// Now; `None` before the first answer.
    pub now: Option<i32>,
    /// Lowest so far.
    pub min: Option<i32>,
    /// Highest so far.
    pub max: Option<i32>,
    /// Swing so far, in degrees.
    pub swing: f64,
    /// Least and most that this joint usually has, in degrees.
    pub usual: (f64, f64),
    /// Whether the low end is proven to be a stop.
    pub low_proven: bool,
    /// Whether the high end is.
    pub high_proven: bool,
    /// Whether it crossed the encoder's seam.
    pub crossed: bool,
    /// Answers that did not come since its recording was begun.
    pub lost: u32,
    /// What is to be said of it.
    pub tag: TravelTag,
    /// The same in a sentence; empty when there is nothing to say.
    pub sentence: String,
    /// What to do; empty when nothing is to be done.
    pub remedy: String,
}

/// One joint's numbers, as in LeRobot's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CalibrationValues {
    /// Its name.
    pub joint: String,
    /// Motor id.
    pub id: u8,
    /// Ticks that the motor adds.
    pub homing_offset: i32,
    /// Lowest tick.
    pub range_min: i32,
    /// Highest tick.
    pub range_max: i32,
}

/// One joint where file and motor are laid side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct JointDiff {
    /// Its name.
    pub joint: String,
    /// What the file says; `None` without a file.
    pub file: Option<CalibrationValues>,
    /// What the motor holds; `None` when it did not answer.
    pub motor: Option<CalibrationValues>,
    /// Whether they agree.
    pub agrees: bool,
}

/// File and motors side by side.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CalibrationDiff {
    /// The file.
    pub path: String,
    /// Joint by joint.
    pub joints: Vec<JointDiff>,
}

/// A calibration that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CalibrationCopy {
    /// The file.
    pub path: String,
    /// When it was written, in seconds since 1970.
    #[ts(type = "number")]
    pub at: u64,
    /// Its numbers.
    pub values: Vec<CalibrationValues>,
}

/// The wizard, at most 20 times a second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CalibrationState {
    /// The arm, by key.
    pub arm: String,
    /// Its name.
    pub name: String,
    /// Whether it is the simulated one, whose joints move by themselves.
    pub simulated: bool,
    /// Whether the power is switched off and on before it is done.
    pub power: bool,
    /// Where it stands.
    pub phase: CalibrationPhase,
    /// The joints.
    pub joints: Vec<JointTravel>,
    /// The joint that moves now.
    pub moving: Option<String>,
    /// Why the last step was refused, joint by joint or as a whole; it can be tried again.
    pub refused: Vec<Notice>,
    /// What would be written, in review, or was.
    pub result: Vec<CalibrationValues>,
    /// What the motors held before.
    pub before: Vec<CalibrationValues>,
    /// Where the file is or will be.
    pub path: String,
    /// Copy of the file that was there before.
    pub backup: Option<String>,
    /// Joints whose homing was moved so that the seam lies outside their range.
    pub moved: Vec<String>,
    /// Why it ended.
    pub failure: Option<Notice>,
}
