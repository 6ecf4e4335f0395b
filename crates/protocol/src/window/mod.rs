//! What crosses the window: a request and its reply, and one stream of events. Every message carries the protocol's
//! version; every request an id that its reply repeats.
//!
//! Everything the window shows is a topic: a snapshot whose newest value counts, told when it changes, at most 20 times
//! a second, and told whole to whoever says hello, so that a page that was reloaded finds the running session again.
//! Pictures and curves do not come this way: they are raw bytes, pulled one at a time ([`raw`]).
//! Not here: what a request does (`desk`), how messages travel (the window).

mod ask;
mod bench;
mod calibration;
mod camera;
mod diagnostics;
mod drive;
pub mod raw;
mod record;
mod recovery;
mod settings;
mod setup;
mod workers;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Failure, RequestId};

pub use ask::{
    Answer, ArmChoice, Ask, CalibrationStep, RecordStep, SetupStep, StartDrive, StartRecord,
};
pub use bench::{
    Activity, ArmCard, ArmRole, Bench, Deck, Level, Notice, Online, SessionWord, Signature,
    TorqueWord,
};
pub use calibration::{
    CalibrationCopy, CalibrationDiff, CalibrationPhase, CalibrationState, CalibrationValues,
    JointDiff, JointTravel, TravelTag,
};
pub use camera::{
    CameraCard, CameraControl, CameraCost, CameraLive, CameraMode, CameraPlace, CameraSetup,
    CameraWord, ControlKind,
};
pub use diagnostics::{
    BundleFile, BundlePreview, BundleText, BusSample, CameraSample, HealthPage, HealthSample,
    LogEntry, LogLevel, LogPage, LogQuery, LoopSample,
};
pub use drive::{
    ArmLive, DriveState, Histogram, InputChoice, InputKind, JogState, JointLive, KeyCap,
    LoopFigures, SavedPoseCard,
};
pub use record::{
    CheckGrade, CheckLine, EpisodeCard, EpisodeEnd, LeftOver, PicturesOf, RecordPhase, RecordState,
};
pub use recovery::{LeftEpisode, LeftKind, RecoveryDone, RecoveryState, RecoveryWork};
pub use settings::{
    SettingCard, SettingKind, SettingSource, SettingValue, SettingsState, UnknownKey,
};
pub use setup::{
    FoundMotor, IdentifyState, ScanState, SetupMotor, SetupMotorWord, SetupPhase, SetupState,
};
pub use workers::{
    BufferState, InlineRuns, JobKind, JobPriority, OperationState, PoolSettings, ProductState,
    RunningJob, SaturationSettings, WorkerState, WorkersState,
};

/// A request as it arrives: the body is read only once the version fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Request {
    /// Version of the protocol that the asker speaks, [`crate::VERSION`].
    pub v: u32,
    /// Chosen by the asker, not used twice; the reply repeats it and the log names it.
    #[ts(type = "string")]
    pub id: RequestId,
    /// What is asked.
    pub ask: Ask,
}

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Reply {
    /// Version of the protocol.
    pub v: u32,
    /// The request's id; empty when the request was not even readable.
    #[ts(type = "string")]
    pub id: RequestId,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum Outcome {
    /// It was done, or begun.
    Done(Answer),
    /// It was not.
    Failed(Failure),
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Event {
    /// Version of the protocol.
    pub v: u32,
    /// Number of the event, from 1, without a gap: a reader that misses one says hello again.
    #[ts(type = "number")]
    pub seq: u64,
    /// What.
    pub tell: Tell,
}

/// A topic's newest value, or something that happened once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "topic", content = "value", rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum Tell {
    /// Arms, adapters and what the program is doing.
    Bench(Bench),
    /// Torque, session and what is wrong: the bottom edge of every screen.
    Deck(Deck),
    /// Cameras that are known or there, and what they are doing.
    Cameras(Vec<CameraCard>),
    /// The arms that are being driven; none when no arm is open.
    Drive(Option<Box<DriveState>>),
    /// The recording session; none before the first.
    Record(Option<Box<RecordState>>),
    /// The set-up wizard; none when it is not open.
    Setup(Option<Box<SetupState>>),
    /// The search on a bus; none before the first.
    Scan(Option<Box<ScanState>>),
    /// The search for an arm by moving it; none when there is none.
    Identify(Option<Box<IdentifyState>>),
    /// The calibration wizard; none when it is not open.
    Calibration(Option<Box<CalibrationState>>),
    /// Every setting, and what is wrong with their file.
    Settings(Box<SettingsState>),
    /// What interrupted sessions left.
    Recovery(Box<RecoveryState>),
    /// The worker pool: its settings, what it does, how it has been doing. Told at most twice a second.
    Workers(Box<WorkersState>),
    /// Something a person should know once.
    Notice(Notice),
}

#[cfg(test)]
mod tests;
