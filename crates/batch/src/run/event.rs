//! What a batch tells: events as they happen, how far it is, how it ended.

use std::path::PathBuf;

use serde::Serialize;

use crate::error::ItemError;
use crate::queue::{Counts, ItemId, Recovered};
use crate::report::Report;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// Work on a file began.
    Began {
        /// Which item.
        item: ItemId,
        /// Its input.
        input: PathBuf,
    },
    /// An output is there, whole and durable.
    Done {
        /// Which item.
        item: ItemId,
        /// Its input.
        input: PathBuf,
        /// Its output; absolute.
        output: PathBuf,
        /// What is to be known about it.
        notes: Vec<String>,
        /// How long it took, in milliseconds.
        took_ms: u64,
    },
    /// A file was not made. The others go on.
    Failed {
        /// Which item.
        item: ItemId,
        /// Its input.
        input: PathBuf,
        /// Why.
        message: String,
        /// What the person can do.
        remedy: String,
    },
    /// A file is not worked on after all.
    Passed {
        /// Which item.
        item: ItemId,
        /// Its input.
        input: PathBuf,
        /// Why.
        why: String,
    },
    /// Files came into a folder that is watched.
    Found {
        /// How many.
        files: u64,
    },
    /// The folders that are watched cannot be looked through now; it is tried again.
    Blind {
        /// Why.
        message: String,
    },
    /// Nothing new is begun from now on.
    Paused,
    /// It goes on.
    Resumed,
}

/// How far a batch has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Progress {
    /// How many items stand where.
    pub counts: Counts,
    /// What is being worked on.
    pub running: Vec<Underway>,
    /// Bytes of memory that this takes, as estimated.
    pub memory: u64,
}

/// An item that is being worked on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Underway {
    /// Which.
    pub item: ItemId,
    /// Its input.
    pub input: PathBuf,
    /// How far, from 0 to 1.
    pub done: f32,
}

/// How a batch ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Whether everything was done that could be; else it was stopped, and can be resumed.
    pub finished: bool,
    /// What had to be put in order when its queue was opened.
    pub recovered: Recovered,
    /// Every failure, and how many items stand where.
    pub report: Report,
}

/// What a failure says, for an event.
pub(crate) fn failed(item: ItemId, input: PathBuf, error: ItemError) -> Event {
    Event::Failed {
        item,
        input,
        message: error.message,
        remedy: error.remedy,
    }
}
