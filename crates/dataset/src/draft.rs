//! An episode in progress: rows in memory and in its journal, until it is saved whole or discarded.
//!
//! Dropping a draft leaves its journal, so what was recorded is offered again on the next start.

use std::sync::Arc;

use serde_json::Value;
use units::MonoTime;

use crate::error::DatasetError;
use crate::journal::{Header, JournalRows, Writer};
use crate::store::Shared;

/// One dataset row as it comes in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// What was measured; degrees, grippers in percent. As many values as the spec names.
    pub state: &'a [f32],
    /// What was sent.
    pub action: &'a [f32],
    /// When the observation was complete.
    pub observed_at: MonoTime,
    /// What is unusual about it.
    pub flags: RowFlags,
}

/// What is unusual about a row. Goes to the sidecar, never into LeRobot's columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowFlags {
    /// 1: its cycle was missed and it repeats the row before; 2: some value is stale; 4: first after a pause.
    pub bits: u8,
    /// Bit i: value i of the state is older than the row.
    pub stale: u16,
}

impl RowFlags {
    /// Bit of a row that repeats the one before it.
    pub const REPEATED: u8 = 1;
    /// Bit of a row with stale values.
    pub const STALE: u8 = 2;
    /// Bit of the first row after a pause.
    pub const RESUMED: u8 = 4;
}

/// An episode that is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpisodeSaved {
    /// Its number.
    pub episode_index: u64,
    /// Its rows.
    pub rows: u64,
    /// Rows of the whole dataset now.
    pub total_rows: u64,
}

/// An episode in progress. Belongs to one thread; every [`Draft::push`] writes to the journal.
#[derive(Debug)]
pub struct Draft {
    pub(crate) shared: Arc<Shared>,
    pub(crate) header: Header,
    pub(crate) journal: Writer,
    pub(crate) rows: JournalRows,
}

impl Draft {
    /// Appends a row.
    ///
    /// # Errors
    /// [`DatasetError::BadInput`] when the row has the wrong number of values or one that is not a number,
    /// [`DatasetError::Io`] when the journal cannot take it. The rows before it stay.
    pub fn push(&mut self, row: Row<'_>) -> Result<(), DatasetError> {
        for (feature, values, names) in [
            ("observation.state", row.state, &self.header.state),
            ("action", row.action, &self.header.action),
        ] {
            if values.len() != names.len() {
                let problem = format!("{feature} has {} values, not {}", values.len(), names.len());
                return Err(DatasetError::BadInput { problem });
            }
            if let Some((value, name)) = values
                .iter()
                .zip(names)
                .find(|(value, _)| !value.is_finite())
            {
                let problem = format!("{name} of {feature} is {value} in row {}", self.rows.len());
                return Err(DatasetError::BadInput { problem });
            }
        }
        self.journal.row(&row)?;
        self.rows.push(&row);
        Ok(())
    }

    /// The number the episode will have.
    pub fn episode_index(&self) -> u64 {
        self.header.episode_index
    }

    /// Its task.
    pub fn task(&self) -> &str {
        &self.header.task
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows yet.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Puts the episode into the dataset, whole. `report` goes to its sidecar as it is.
    ///
    /// # Errors
    /// When it has no rows, or a file could not be written. The journal then stays, and the episode is offered again by
    /// [`crate::recovery`].
    pub fn save(mut self, report: Value) -> Result<EpisodeSaved, DatasetError> {
        let shared = Arc::clone(&self.shared);
        shared
            .lock()
            .commit(&self.header, &self.rows, &mut self.journal, report)
    }

    /// Throws the episode away, journal and all.
    ///
    /// # Errors
    /// When the journal could not be removed.
    pub fn discard(self) -> Result<(), DatasetError> {
        crate::files::remove(self.journal.path())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.shared.lock().draft_open = false;
    }
}
