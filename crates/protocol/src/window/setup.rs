//! Motors one at a time, the search on a bus, and an arm found by moving it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::bench::{Notice, Signature};

/// A motor that answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct FoundMotor {
    /// Its id.
    pub id: u8,
    /// The rate it answers at.
    pub baud: u32,
    /// Its model, in words.
    pub model: String,
    /// Its firmware: major and minor.
    pub firmware: String,
    /// Volts.
    pub voltage: Option<f64>,
    /// Degrees Celsius.
    pub temperature: Option<f64>,
    /// Where it is, in ticks.
    pub position: Option<i32>,
    /// Whether it pushes.
    pub torque: Option<bool>,
    /// What it complains about; empty when it does not.
    pub complaint: String,
}

/// The search on a bus.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct ScanState {
    /// The arm, by key.
    pub arm: String,
    /// Whether it goes on.
    pub running: bool,
    /// Share that is done, 0 to 1.
    pub done: f64,
    /// The rate that is tried now.
    pub baud: Option<u32>,
    /// What was found.
    pub motors: Vec<FoundMotor>,
    /// What that means, in sentences with remedies.
    pub findings: Vec<Notice>,
    /// Why it could not be done.
    pub failure: Option<Notice>,
}

/// What became of a motor in the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum SetupMotorWord {
    /// Its turn is to come.
    ToCome,
    /// It is its turn.
    Now,
    /// Its number and rate are written and read back.
    Done,
    /// It was done in an earlier run of the wizard.
    DoneEarlier,
    /// It was left out.
    Skipped,
}

/// A motor of the wizard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct SetupMotor {
    /// Its joint.
    pub joint: String,
    /// The id it gets.
    pub id: u8,
    /// What became of it.
    pub word: SetupMotorWord,
    /// What was changed, in words; empty before.
    pub changed: String,
}

/// Where the wizard stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum SetupPhase {
    /// It opens the port.
    #[default]
    Opening,
    /// It waits for one motor to be connected, and for Next.
    Connect,
    /// It looks for the motor and writes it.
    Working,
    /// Every motor is done or left out.
    Done,
    /// It was ended early.
    Ended,
}

/// The set-up wizard.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct SetupState {
    /// The arm, by key.
    pub arm: String,
    /// Where it stands.
    pub phase: SetupPhase,
    /// The motors, in the order of the wizard: gripper first.
    pub motors: Vec<SetupMotor>,
    /// The rate that is tried now.
    pub looking_baud: Option<u32>,
    /// Why the last step was refused; it can be tried again.
    pub refused: Option<Notice>,
    /// Whether the person may go on in spite of that.
    pub can_go_on_anyway: bool,
    /// Why it ended.
    pub failure: Option<Notice>,
}

/// An arm found by moving it by hand.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct IdentifyState {
    /// Whether it goes on.
    pub running: bool,
    /// Ports that are watched.
    pub ports: Vec<String>,
    /// Ports whose arm pushes, so that it cannot be moved by hand.
    pub stiff: Vec<String>,
    /// Ports that could not be watched, and why.
    pub not_watched: Vec<(String, Notice)>,
    /// The port of the arm that moved.
    pub found: Option<String>,
    /// The joint that moved.
    pub moved: Option<String>,
    /// Whether it is an arm that is known.
    pub known: Option<String>,
    /// How it compares with what was remembered.
    pub signature: Option<Signature>,
    /// Why it could not be done.
    pub failure: Option<Notice>,
}
