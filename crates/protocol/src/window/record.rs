//! A recording session.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::bench::Notice;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum CheckGrade {
    /// As it must be.
    Fine,
    /// Worth knowing.
    Notice,
    /// Recording is refused.
    Refused,
}

/// One thing that was looked at before recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CheckLine {
    /// What was looked at.
    pub name: String,
    /// How it went.
    pub grade: CheckGrade,
    /// What was found.
    pub found: String,
    /// What to do; empty when nothing is to be done.
    pub remedy: String,
}

/// What a session is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum RecordPhase {
    /// Arms and cameras are being opened, checks run.
    #[default]
    Preparing,
    /// It waits for the first start.
    Ready,
    /// Rows are written.
    Recording,
    /// It stands still.
    Paused,
    /// The time until the next episode.
    Resetting,
    /// It is over.
    Over,
}

/// How one camera's pictures met the rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct PicturesOf {
    /// The camera.
    pub camera: String,
    /// Rows with a picture of their own.
    #[ts(type = "number")]
    pub fresh: u64,
    /// Rows for which none newer had come.
    #[ts(type = "number")]
    pub repeated: u64,
    /// Pictures that a newer one overtook before a row.
    #[ts(type = "number")]
    pub skipped: u64,
    /// Rows whose picture was older than two frame times.
    #[ts(type = "number")]
    pub late: u64,
    /// Rows whose own picture is not in the film: no time for it, or damaged.
    #[ts(type = "number")]
    pub squeezed: u64,
    /// Where in the episode rows were late or repeated: shares of its length, at most 64.
    pub late_at: Vec<f64>,
}

/// Why an episode ended, as in [`EpisodeCard::ended`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum EpisodeEnd {
    /// Its time was up.
    Time,
    /// A person said next, or record again.
    Asked,
    /// The session ended.
    Stop,
    /// No cycle came for too long.
    Gap,
    /// The loop ended.
    LoopEnded,
    /// The disk refused.
    StoreFailed,
    /// The arm was stopped.
    Emergency,
    /// The recorder failed.
    RecorderFailed,
    /// A camera was silent for too long.
    CameraSilent,
    /// A film could not be made.
    FilmFailed,
}

/// An episode of this session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct EpisodeCard {
    /// Its index in the dataset; `None` while it is not in it.
    #[ts(type = "number | null")]
    pub index: Option<u64>,
    /// Rows.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows over fps.
    pub seconds: f64,
    /// Rows a second of wall time: what the dataset says, unless something was late.
    pub true_fps: Option<f64>,
    /// Why it ended.
    pub ended: EpisodeEnd,
    /// Rows that repeat the step before them because their cycle was missed.
    #[ts(type = "number")]
    pub repeated_rows: u64,
    /// Rows with a joint that did not answer.
    #[ts(type = "number")]
    pub stale_rows: u64,
    /// Its pictures.
    pub cameras: Vec<PicturesOf>,
    /// Whether it was thrown away, and can be brought back until the session ends.
    pub discarded: bool,
}

/// An episode that an earlier session left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct LeftOver {
    /// The dataset's folder.
    pub root: String,
    /// Its task.
    pub task: String,
    /// Seconds that are there.
    pub seconds: f64,
}

/// A session, at most 20 times a second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct RecordState {
    /// The dataset's folder.
    pub root: String,
    /// The dataset's name.
    pub dataset: String,
    /// What the arm is to do.
    pub task: String,
    /// Rows a second.
    pub fps: u32,
    /// Length of an episode in seconds.
    pub episode_s: f64,
    /// Time between two episodes in seconds.
    pub reset_s: f64,
    /// What it is doing.
    pub phase: RecordPhase,
    /// Checks before the start.
    pub checks: Vec<CheckLine>,
    /// An episode of an earlier session that waits for a decision.
    pub left_over: Option<LeftOver>,
    /// Index of the episode that is running, waiting, or next.
    #[ts(type = "number")]
    pub episode: u64,
    /// Episodes saved in this session.
    pub saved: u32,
    /// Episodes wanted.
    pub wanted: u32,
    /// Rows of the running or waiting episode.
    #[ts(type = "number")]
    pub rows: u64,
    /// Whether it has ended and is neither saved nor thrown away yet.
    pub waiting: bool,
    /// Rows of a whole one.
    #[ts(type = "number")]
    pub rows_wanted: u64,
    /// Seconds left of the episode or of the reset.
    pub left_s: f64,
    /// Rows a second of wall time, of the running episode.
    pub true_fps: Option<f64>,
    /// The running or waiting episode's pictures.
    pub cameras: Vec<PicturesOf>,
    /// Rows of the running episode that repeat the step before them.
    #[ts(type = "number")]
    pub repeated_rows: u64,
    /// Episodes of this session, in order.
    pub episodes: Vec<EpisodeCard>,
    /// Discarded episodes that can be brought back.
    pub undoable: u32,
    /// Free bytes on the disk.
    #[ts(type = "number | null")]
    pub disk_free: Option<u64>,
    /// Minutes of recording that this is enough for.
    pub disk_minutes: Option<f64>,
    /// How films are made at present, when that is not as asked.
    pub film_words: String,
    /// Why recording stopped by itself.
    pub failure: Option<Notice>,
}
