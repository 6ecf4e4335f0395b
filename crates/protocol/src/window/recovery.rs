//! What interrupted sessions left on disk.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::bench::Notice;

/// What something that was left can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum LeftKind {
    /// An episode that can be kept or thrown away.
    Episode,
    /// An episode of which nothing can be kept; what there is of it was put away.
    PutAway,
    /// An episode that is being recorded by another program now, or by this one.
    InUse,
}

/// Something that an interrupted session left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct LeftEpisode {
    /// What names it in requests.
    pub key: String,
    /// What it is.
    pub kind: LeftKind,
    /// The dataset's name, below the folder of datasets; else its whole path.
    pub dataset: String,
    /// The dataset's folder, or that which holds what was put away.
    pub path: String,
    /// What the arm was to do; empty where it is not known.
    pub task: String,
    /// Rows that are whole.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows a second.
    pub fps: u32,
    /// When it was begun, in seconds since 1970.
    #[ts(type = "number")]
    pub at: u64,
    /// Bytes on disk.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Cameras of which there are pictures.
    pub cameras: Vec<String>,
    /// Episodes that the dataset has without it.
    pub episodes: u32,
    /// Whether it can be thrown away: one whose saving was asked for cannot.
    pub discardable: bool,
    /// What keeps it from being kept, or what is worth knowing.
    pub notice: Option<Notice>,
}

/// What is being done with something that was left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct RecoveryWork {
    /// With which, by key.
    pub key: String,
    /// How far it is, 0 to 1; none while that is not known.
    pub share: Option<f64>,
}

/// How something that was left ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct RecoveryDone {
    /// Which, by key.
    pub key: String,
    /// The dataset.
    pub dataset: String,
    /// What the arm was to do.
    pub task: String,
    /// Its number in the dataset when it was kept; none when it was put aside.
    pub episode: Option<u32>,
    /// Rows.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows a second.
    pub fps: u32,
    /// Whether it can be offered again: it was thrown away, and is still on disk.
    pub undoable: bool,
}

/// The recovery page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct RecoveryState {
    /// Whether folders are being looked through.
    pub looking: bool,
    /// Folders that were looked through.
    pub folders: Vec<String>,
    /// What was found, newest first.
    pub left: Vec<LeftEpisode>,
    /// What is being done.
    pub work: Option<RecoveryWork>,
    /// What was done since the program began, newest first.
    pub done: Vec<RecoveryDone>,
    /// Why folders could not be looked through, or the last step failed.
    pub trouble: Vec<Notice>,
}
