//! Where episodes go: the seam between the recorder and a dataset on disk.
//!
//! One episode is open at a time. The recorder calls these from its own thread and nowhere else.

use std::path::PathBuf;

use protocol::{ErrorCode, Failure};

use crate::Row;
use crate::film::Reel;
use dataset::PictureNote;
use dataset::recovery::PutAway;

/// An episode that was made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Durable {
    /// Its index in the dataset.
    pub index: u64,
    /// Its rows.
    pub rows: u64,
}

/// What was kept when the store began again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Again {
    /// Episodes of the dataset that the recorder does not know of yet.
    pub episodes: Vec<Durable>,
    /// Episodes of which nothing could be kept.
    pub put_away: Vec<PutAway>,
}

/// The store refused; the open episode stays in its journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// The kind, for programs.
    pub code: ErrorCode,
    /// What and where; paths last.
    pub message: String,
    /// What the person can do.
    pub remedy: String,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure {
            code: error.code,
            message: error.message,
            remedy: error.remedy,
        }
    }
}

/// A dataset as the recorder needs it.
pub trait EpisodeStore: Send {
    /// What a film's maker found out about its pictures.
    type Stats: Send + std::fmt::Debug;

    /// An episode that is out of the way.
    type Aside: Send + std::fmt::Debug;

    /// The index that the next saved episode will have.
    fn next_index(&self) -> u64;

    /// Opens an episode and its journal.
    ///
    /// # Errors
    /// When the journal cannot be made; no episode is open then.
    fn begin(&mut self, task: &str) -> Result<(), StoreError>;

    /// Where the film of the open episode's camera number `camera` is to be written.
    ///
    /// # Errors
    /// When no episode is open or there is no such camera.
    fn film_path(&self, camera: usize) -> Result<PathBuf, StoreError>;

    /// Appends a row to the open episode's journal, with what is known of each camera's picture.
    ///
    /// # Errors
    /// When the journal cannot take it; the rows before it stay.
    fn push(&mut self, row: &Row, pictures: &[PictureNote]) -> Result<(), StoreError>;

    /// Moves the open episode into the dataset, whole, with its closed films, one per camera, and closes it.
    ///
    /// # Errors
    /// When it could not; the journal stays for the next start and no episode is open any more.
    fn save(
        &mut self,
        account: serde_json::Value,
        reels: &[Reel<Self::Stats>],
    ) -> Result<Durable, StoreError>;

    /// Begins again after a failure of the recorder or of a film, whose files are closed: an episode that was open or being saved is kept as far as it
    /// reached the disk, marked and with `account`, and none is open any more. Returns the episodes of the dataset from
    /// index `from` on, and those that had to be put away.
    ///
    /// # Errors
    /// When the dataset cannot be read or written; what was open then stays in its journal.
    fn begin_again(&mut self, from: u64, account: serde_json::Value) -> Result<Again, StoreError>;

    /// Takes the open episode, whose films are closed, out of the way, to be brought back by
    /// [`EpisodeStore::restore`]. Dropping what is returned throws it away and leaves no trace of it.
    ///
    /// # Errors
    /// When something of it could not be moved.
    fn set_aside(&mut self) -> Result<Self::Aside, StoreError>;

    /// Opens an episode again that was set aside, with its rows and films; the aside is empty then.
    ///
    /// # Errors
    /// When it could not; it stays set aside then.
    fn restore(&mut self, aside: &mut Self::Aside) -> Result<(), StoreError>;

    /// Leaves an episode to the next start that was asked back and cannot be brought back now: it is offered then, as one
    /// that was cut short.
    fn leave(&mut self, aside: Self::Aside);
}
