//! What the program tells about itself: its log, its figures over time, and what may be sent with a report.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How grave an entry of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum LogLevel {
    /// Data lost or work not done.
    Error,
    /// Done differently.
    Warn,
    /// Rare, and for the person.
    Info,
    /// For who looks for a defect.
    Debug,
    /// Every step.
    Trace,
}

/// Which entries of the log are wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct LogQuery {
    /// The least grave that is wanted.
    pub level: LogLevel,
    /// Only those of this request; empty for all.
    pub request: String,
    /// Only those that hold this text, whatever its case; empty for all.
    pub text: String,
    /// Only those before this place, as told with an earlier page; none for the newest.
    #[ts(type = "number | null")]
    pub before: Option<u64>,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct LogEntry {
    /// When, in milliseconds since 1970.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// How grave.
    pub level: LogLevel,
    /// The part of the program that wrote it.
    pub target: String,
    /// The thread.
    pub thread: String,
    /// The request on whose behalf; empty when there was none.
    pub request: String,
    /// What it says.
    pub message: String,
}

/// A page of the log, newest first; at most 8 KB of text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct LogPage {
    /// The entries.
    pub entries: Vec<LogEntry>,
    /// Where older ones that fit may begin; none when there are none. A page without entries may have it, because so much is read
    /// at once and no more.
    #[ts(type = "number | null")]
    pub older: Option<u64>,
    /// The file that is written now.
    pub file: String,
    /// Entries that could not be kept since the program began.
    #[ts(type = "number")]
    pub lost: u64,
}

/// The loop in one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct LoopSample {
    /// Cycles.
    pub hz: f64,
    /// Half of the cycles came closer to their time than this, in milliseconds.
    pub error_p50_ms: f64,
    /// All but one in a hundred.
    pub error_p99_ms: f64,
    /// Cycles that were missed.
    pub missed: u32,
}

/// The bus in one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct BusSample {
    /// Median time on the bus in one cycle, in milliseconds.
    pub time_p50_ms: f64,
    /// All but one in a hundred.
    pub time_p99_ms: f64,
    /// Answers that did not come.
    pub lost: u32,
    /// Supply of the arm whose supply is lowest, in volts; none while it was not read.
    pub volts: Option<f64>,
    /// The hottest motor, in degrees Celsius; none while it was not read.
    pub celsius: Option<f64>,
}

/// A camera in one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CameraSample {
    /// Its name.
    pub name: String,
    /// Pictures a second; none while it is not measured.
    pub fps: Option<f64>,
    /// Pictures that were damaged.
    pub bad: u32,
    /// Pictures that never arrived, where the device tells.
    pub missed: u32,
}

/// What the program was like in one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct HealthSample {
    /// Its number, from 1, one more each second.
    #[ts(type = "number")]
    pub number: u64,
    /// When, in milliseconds since 1970.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// The loop; none while no arm is open, or when it told nothing in this second.
    pub cycle: Option<LoopSample>,
    /// The bus; none while no arm is open, or when nothing was told of it.
    pub bus: Option<BusSample>,
    /// Cameras that are open.
    pub cameras: Vec<CameraSample>,
    /// Share of one processor that the program used, 1 is all of it; none where the system does not tell.
    pub cpu: Option<f64>,
    /// Memory that the program holds, in bytes; none where the system does not tell.
    #[ts(type = "number | null")]
    pub memory: Option<u64>,
}

/// Part of the history: at most 40 samples at once, oldest first; ten minutes are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct HealthPage {
    /// The samples.
    pub samples: Vec<HealthSample>,
    /// Number of the newest that there is.
    #[ts(type = "number")]
    pub newest: u64,
}

/// A file of a report's bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct BundleFile {
    /// Its name in the bundle.
    pub name: String,
    /// What it holds, as a key of the page's words: `about`, `checks`, `settings`, `log`, `figures`, `datasets`.
    pub holds: String,
    /// Its length in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Its lines.
    #[ts(type = "number")]
    pub lines: u64,
}

/// A bundle for a report, as it would be saved: nothing was written yet, and nothing is ever sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct BundlePreview {
    /// The files.
    pub files: Vec<BundleFile>,
    /// What was taken out and how often, by a word: `user`, `home`, `host`, `serial`, `token`, `network`.
    pub taken_out: Vec<(String, u32)>,
    /// Where it would be saved.
    pub path: String,
}

/// Lines of a file of the prepared bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct BundleText {
    /// The text, at most 8 KB.
    pub text: String,
    /// Number of the next line; none at the end.
    #[ts(type = "number | null")]
    pub next: Option<u64>,
}
