//! What a record session tells the outside: events that all count, a status of which only the newest does,
//! and the summary at its end.
//!
//! Plain values; `station` turns them into messages of `protocol`.

use std::sync::Arc;
use std::time::Duration;

use dataset::recovery::PutAway;
use protocol::Failure;
use units::MonoTime;

use crate::pictures::PictureCounts;

/// Why an episode ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ended {
    /// Its time was up: it is whole.
    Time,
    /// A person said next, or record again.
    Asked,
    /// The session was stopped.
    Stop,
    /// No cycle came for longer than a recording bridges.
    Gap {
        /// Time without a cycle as far as it is known; `None` when the loop's slots started again.
        seconds: Option<f64>,
    },
    /// The control loop ended.
    LoopEnded,
    /// The store refused a row: the disk is full or failing, or the row holds no numbers.
    StoreFailed,
    /// The arm was stopped in an emergency.
    Emergency,
    /// The recorder itself failed and was started again; the rows are those that had reached the disk.
    RecorderFailed,
    /// A camera gave no picture for longer than a recording bridges.
    CameraSilent,
    /// The film of a camera could not be written any more; the rows are those that every film has a picture for.
    FilmFailed,
}

impl Ended {
    /// The name in sidecar files and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Asked => "asked",
            Self::Stop => "stop",
            Self::Gap { .. } => "gap",
            Self::LoopEnded => "loop_ended",
            Self::StoreFailed => "store_failed",
            Self::Emergency => "emergency",
            Self::RecorderFailed => "recorder_failed",
            Self::CameraSilent => "camera_silent",
            Self::FilmFailed => "film_failed",
        }
    }

    /// Whether nobody wanted the episode to end here.
    pub fn by_fault(&self) -> bool {
        !matches!(self, Self::Time | Self::Asked | Self::Stop)
    }
}

/// How many rows of an episode are unusual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// Rows that repeat the step before them because their cycle was missed.
    pub repeated: u64,
    /// Rows with at least one joint that did not answer in its cycle.
    pub stale: u64,
    /// Rows that are the first after a pause.
    pub resumed: u64,
    /// Steps that found the recorder's queue full. Their rows are among the repeated ones.
    pub steps_lost: u64,
}

/// How the pictures of one camera met the rows of an episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraCounts {
    /// The camera's name.
    pub camera: Arc<str>,
    /// Its pictures.
    pub counts: PictureCounts,
}

/// An episode that is in the dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// Its index in the dataset.
    pub index: u64,
    /// Rows.
    pub rows: u64,
    /// Rows over fps.
    pub seconds: f64,
    /// Why it ended.
    pub ended: Ended,
    /// What is unusual about its rows.
    pub marks: Marks,
    /// Its pictures, camera by camera; empty when the recorder failed, which knows no more of them.
    pub cameras: Vec<CameraCounts>,
    /// From the wish to save it until it was on disk and the next could begin: its films are closed, its rows written,
    /// everything synced.
    pub took: Duration,
}

/// An episode that is not in the dataset and leaves nothing on disk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discarded {
    /// Rows it had.
    pub rows: u64,
    /// Rows over fps.
    pub seconds: f64,
    /// Whether [`crate::Command::Undo`] can bring it back until the session ends.
    pub undoable: bool,
}

/// Something that happened once.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The first row of an episode is in the journal.
    EpisodeStarted {
        /// The index it will have in the dataset when it is the next to be saved.
        index: u64,
    },
    /// The last row of an episode is in the journal. It is saved a second before the reset is over, so
    /// that it can still be recorded again; at once when it ended by fault, by stop or was the last one.
    EpisodeEnded {
        /// Rows.
        rows: u64,
        /// Rows over fps.
        seconds: f64,
        /// Why.
        ended: Ended,
        /// What is unusual.
        marks: Marks,
    },
    /// An episode is in the dataset, whole, and every loader can read it.
    EpisodeSaved(Saved),
    /// An episode that a film or the recorder failed in could not be kept; where what there is of it lies.
    EpisodePutAway(PutAway),
    /// An episode was thrown away.
    EpisodeDiscarded(Discarded),
    /// Health: the recorder did not keep up; the rows concerned are repeated and flagged.
    StepsLost {
        /// Steps lost since the last such event.
        count: u64,
    },
    /// Health: a camera's film is made in another way, because there is too little time, or enough again.
    FilmPace {
        /// The camera.
        camera: Arc<str>,
        /// What is done now, in words.
        words: String,
    },
    /// A camera's film could not be made any further. The episode is kept as far as every film has a picture; the loop
    /// is not disturbed.
    FilmFailed {
        /// The camera.
        camera: Arc<str>,
        /// What and why.
        failure: Failure,
        /// Whether the session ends because of it.
        for_good: bool,
    },
    /// A camera has given no picture for longer than a recording bridges: the session waits for it.
    CameraSilent {
        /// The camera.
        camera: Arc<str>,
    },
    /// Every camera gives pictures again, and the session goes on.
    CamerasSee,
    /// The disk refused. The session ends; the loop is not disturbed.
    StoreFailed {
        /// What and where.
        message: String,
        /// What the person can do.
        remedy: String,
        /// Rows of the running episode that stay in its journal, to be offered at the next start; 0 when
        /// there was none or it could still be saved.
        rows_in_journal: u64,
    },
    /// The session is over.
    SessionEnded(Summary),
}

/// What a session is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Waits for the first next.
    Ready,
    /// Takes rows.
    Recording,
    /// Stands still inside an episode or a reset, until resumed, or until the arm follows again.
    Paused,
    /// Counts down to the next episode.
    Resetting,
    /// Over.
    Done,
}

impl Phase {
    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Recording => "recording",
            Self::Paused => "paused",
            Self::Resetting => "resetting",
            Self::Done => "done",
        }
    }
}

/// The state of a session, at most 20 times a second; the newest wins.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// What it is doing.
    pub phase: Phase,
    /// Index in the dataset of the episode that is running, waiting to be saved, or next.
    pub episode: u64,
    /// Episodes saved in this session.
    pub saved: u32,
    /// Episodes wanted in this session.
    pub wanted: u32,
    /// Rows of the running or waiting episode that are in its journal.
    pub rows: u64,
    /// Rows of a whole episode.
    pub rows_wanted: u64,
    /// Time left of the episode or of the reset.
    pub left: Duration,
    /// What is unusual about the running or waiting episode.
    pub marks: Marks,
    /// When the newest row was observed.
    pub last_row_at: Option<MonoTime>,
    /// Discarded episodes that can be brought back.
    pub undoable: u32,
    /// The pictures of the running or waiting episode, camera by camera.
    pub cameras: Vec<CameraCounts>,
}

/// What a session came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Episodes in the dataset because of this session, in the order they were saved.
    pub episodes: Vec<Saved>,
    /// Episodes thrown away and not brought back.
    pub discarded: u32,
    /// Steps that found the queue full, in all phases.
    pub steps_lost: u64,
    /// Why the disk ended the session, if it did.
    pub failure: Option<Failure>,
}

impl Summary {
    /// Rows saved in all.
    pub fn rows(&self) -> u64 {
        self.episodes.iter().map(|saved| saved.rows).sum()
    }
}
