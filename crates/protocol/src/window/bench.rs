//! What stands on the bench and what the program is doing with it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum Level {
    /// Good to know.
    Note,
    /// Look at this soon.
    Warning,
    /// Something failed.
    Fault,
}

/// A sentence for a person: what and where, then what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Notice {
    /// Number of the notice, from 1.
    #[ts(type = "number")]
    pub number: u64,
    /// How bad.
    pub level: Level,
    /// What and where.
    pub message: String,
    /// What to do; empty when nothing is to be done.
    pub remedy: String,
    /// A command line that the remedy asks for, to be copied; empty when there is none.
    pub command: String,
}

/// What an arm is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum ArmRole {
    /// It is driven.
    Follower,
    /// It is moved by hand.
    Leader,
}

/// Whether an arm or a camera is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum Online {
    /// It is looked for.
    Looking,
    /// Its adapter is plugged in.
    Online,
    /// Its adapter is not there.
    Offline,
}

/// An arm that is known, or an adapter that may be one's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct ArmCard {
    /// What names it in requests, and stays the same: `sim`, `known:NAME`, or `port:PATH` for an adapter without a name.
    pub key: String,
    /// The person's name for it; empty while it has none.
    pub name: String,
    /// What it is used as, once somebody said.
    pub role: Option<ArmRole>,
    /// The adapter's USB serial number, where it has one.
    pub serial: Option<String>,
    /// The port, while it is there.
    pub port: Option<String>,
    /// What the adapter calls itself.
    pub adapter: String,
    /// Whether it is there.
    pub online: Online,
    /// Whether it is the simulated one.
    pub simulated: bool,
    /// Name of its calibration file, without the ending; `None` while there is no file.
    pub calibration: Option<String>,
    /// When that file was written, in seconds since 1970.
    #[ts(type = "number | null")]
    pub calibrated_at: Option<u64>,
    /// What keeps it from being used, worst first.
    pub notice: Option<Notice>,
}

/// What the program does with an arm at present.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum Activity {
    /// Nothing: no port is open.
    #[default]
    Nothing,
    /// It looks for motors.
    Scanning,
    /// It sets motors up.
    SettingUp,
    /// It waits for an arm to be moved.
    Identifying,
    /// It calibrates.
    Calibrating,
    /// It drives, or holds.
    Driving,
    /// It drives and records.
    Recording,
    /// It lets an arm down.
    Releasing,
}

/// Everything that Home shows, and what the program is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Bench {
    /// The program's version.
    pub version: String,
    /// Whether nobody has confirmed yet that Stop is not a safety-rated device.
    pub first_start: bool,
    /// Arms and adapters; places do not change while they are there.
    pub arms: Vec<ArmCard>,
    /// What is wrong with the machine's ports as a whole.
    pub notices: Vec<Notice>,
    /// What the program is doing.
    pub activity: Activity,
    /// The arms it does that with, by key.
    pub busy: Vec<String>,
    /// Where datasets go when nobody says otherwise.
    pub datasets: String,
    /// Datasets that were recorded into lately, newest first: folder names below `datasets`.
    pub lately: Vec<String>,
}

/// Whether motors push.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum TorqueWord {
    /// No arm is open.
    #[default]
    None,
    /// At least one motor pushes.
    On,
    /// No motor pushes.
    Off,
    /// Nobody knows; to be treated as on.
    Unknown,
}

/// The session's one word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum SessionWord {
    /// No session.
    #[default]
    Idle,
    /// An arm is open; nothing drives.
    Ready,
    /// A wizard calibrates.
    Calibrating,
    /// The teleoperator drives.
    Driving,
    /// The arm holds.
    Holding,
    /// Rows are written.
    Recording,
    /// Recording stands still.
    Paused,
    /// The time between two episodes.
    Resetting,
    /// The arm is let down.
    Releasing,
    /// Stopped by a person; the arm holds where it was.
    Stopped,
    /// Something failed.
    Faulted,
}

/// The deck: what a person must see on every screen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Deck {
    /// Whether motors push.
    pub torque: TorqueWord,
    /// What the session is doing.
    pub session: SessionWord,
    /// Names of the arms that are open.
    pub arms: Vec<String>,
    /// What is wrong; it takes the place of the figures.
    pub trouble: Option<Notice>,
    /// Whether “Resume” can be pressed.
    pub can_resume: bool,
    /// Whether “Release gently” can be pressed.
    pub can_release: bool,
    /// Whether an episode is in progress or not yet saved, so that closing would end it.
    pub unsaved: bool,
}

/// The numbers by which an arm is known again when its adapter has no serial number of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Signature {
    /// Joints whose motors differ from what was remembered.
    pub differing: Vec<String>,
    /// What that means, in words.
    pub verdict: String,
}
