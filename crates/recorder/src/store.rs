//! Where episodes go: the seam between the recorder and a dataset on disk.
//!
//! One episode is open at a time. The recorder calls these from its own thread and nowhere else.

use protocol::{ErrorCode, Failure};

use crate::Row;

/// An episode that was made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Durable {
    /// Its index in the dataset.
    pub index: u64,
    /// Its rows.
    pub rows: u64,
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
    /// The index that the next saved episode will have.
    fn next_index(&self) -> u64;

    /// Opens an episode and its journal.
    ///
    /// # Errors
    /// When the journal cannot be made; no episode is open then.
    fn begin(&mut self, task: &str) -> Result<(), StoreError>;

    /// Appends a row to the open episode's journal.
    ///
    /// # Errors
    /// When the journal cannot take it; the rows before it stay.
    fn push(&mut self, row: &Row) -> Result<(), StoreError>;

    /// Moves the open episode into the dataset, whole, and closes it.
    ///
    /// # Errors
    /// When it could not; the journal stays for the next start and no episode is open any more.
    fn save(&mut self, account: serde_json::Value) -> Result<Durable, StoreError>;

    /// Begins again after a panic of the recorder: an episode that was open or being saved is kept as far as it
    /// reached the disk, marked and with `account`, and none is open any more. Returns the episodes of the dataset from
    /// index `from` on.
    ///
    /// # Errors
    /// When the dataset cannot be read or written; what was open then stays in its journal.
    fn begin_again(
        &mut self,
        from: u64,
        account: serde_json::Value,
    ) -> Result<Vec<Durable>, StoreError>;

    /// Throws the open episode away and leaves no trace of it.
    ///
    /// # Errors
    /// When something of it could not be removed.
    fn discard(&mut self) -> Result<(), StoreError>;
}
