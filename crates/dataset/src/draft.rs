//! An episode in progress: rows in memory and in its journal, until it is saved whole or discarded.
//!
//! Dropping a draft leaves its journal and its films, so what was recorded is offered again on the next start.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use units::MonoTime;

use crate::camera::{Footage, PictureNote};
use crate::error::DatasetError;
use crate::footage;
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
    /// What is known about its picture of each camera, in the order of the spec; empty without cameras.
    pub pictures: &'a [PictureNote],
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
    pub(crate) open: Open,
    pub(crate) header: Header,
    pub(crate) journal: Writer,
    pub(crate) rows: JournalRows,
}

/// The right to have an episode open; the next one may begin when it is gone.
#[derive(Debug)]
pub(crate) struct Open(pub(crate) Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.lock().draft_open = false;
    }
}

impl Draft {
    /// Appends a row.
    ///
    /// # Errors
    /// [`DatasetError::BadInput`] when the row has the wrong number of values or pictures, or a value that is not a
    /// number, [`DatasetError::TooLong`] when the films would get longer than LeRobot can look up,
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
        if row.pictures.len() != self.header.cameras.len() {
            let (got, wanted) = (row.pictures.len(), self.header.cameras.len());
            let problem = format!("a row has the notes of {got} pictures, not {wanted}");
            return Err(DatasetError::BadInput { problem });
        }
        if self.rows_left() == Some(0) {
            return Err(DatasetError::TooLong {
                rows: self.rows.len() as u64,
            });
        }
        self.journal.row(&row)?;
        self.rows.push(&row);
        Ok(())
    }

    /// How many rows the episode can still take; `None` where there is no limit. Films end at
    /// [`crate::camera::LONGEST_FILM`].
    pub fn rows_left(&self) -> Option<u64> {
        let films = self
            .header
            .cameras
            .iter()
            .any(|camera| camera.film.is_some());
        let longest = crate::camera::LONGEST_FILM.as_secs() * u64::from(self.header.fps);
        films.then(|| longest.saturating_sub(self.rows.len() as u64))
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

    /// Where the film of a camera has to be made: beside the journal, on the dataset's own file system, where LeRobot
    /// does not look. The file does not exist yet. It must be finished before [`Draft::save`] or [`Draft::set_aside`],
    /// and closed before [`Draft::discard`].
    pub fn footage_path(&self, key: &str) -> PathBuf {
        let films = self
            .header
            .cameras
            .iter()
            .any(|camera| camera.key == key && camera.film.is_some());
        footage::path(self.journal.path(), key, films)
    }

    /// Puts the episode into the dataset, whole: rows, and the finished film of each camera with as many pictures.
    /// `report` goes to its sidecar as it is.
    ///
    /// # Errors
    /// When it has no rows, a film is missing or has another number of pictures, or a file could not be written. The
    /// journal and the films then stay, and the episode is offered again by [`crate::recovery`].
    pub fn save(
        mut self,
        report: Value,
        footage: &[Footage],
    ) -> Result<EpisodeSaved, DatasetError> {
        let shared = Arc::clone(&self.open.0);
        shared
            .lock()
            .commit(&self.header, &self.rows, &mut self.journal, report, footage)
    }

    /// Throws the episode away, journal, films and all.
    ///
    /// # Errors
    /// When a file could not be removed.
    pub fn discard(self) -> Result<(), DatasetError> {
        // What is left when this is cut short are films without a journal, which the next start clears away.
        crate::files::remove(self.journal.path())?;
        footage::remove_all(self.journal.path())
    }

    /// Puts the episode aside: discarded as far as the dataset and the next start are concerned, but
    /// [`crate::Dataset::restore`] can bring it back while this program runs. Its films must be finished.
    ///
    /// # Errors
    /// When the journal cannot be renamed; the episode is then offered again by [`crate::recovery`].
    pub fn set_aside(self) -> Result<Aside, DatasetError> {
        let Self {
            open,
            header,
            mut journal,
            rows,
        } = self;
        journal.rename(footage::ASIDE)?;
        if let Some(number) = footage::number(journal.path()) {
            open.0.lock().asides.insert(number);
        }
        Ok(Aside {
            shared: Arc::clone(&open.0),
            kept: Some((header, journal, rows)),
        })
    }
}

/// An episode that was discarded and can be brought back. Dropping it removes its files.
#[derive(Debug)]
pub struct Aside {
    pub(crate) shared: Arc<Shared>,
    /// `None` once it was brought back.
    pub(crate) kept: Option<(Header, Writer, JournalRows)>,
}

impl Aside {
    /// Its rows.
    pub fn rows(&self) -> u64 {
        self.kept
            .as_ref()
            .map_or(0, |(_, _, rows)| rows.len() as u64)
    }

    /// Leaves its files to the next start, where [`crate::recovery`] offers it: for an episode that was asked back and
    /// cannot be brought back now. Where its journal cannot be renamed it stays as it is until then, and is gone after.
    pub fn leave(mut self) {
        let Some((_, mut journal, _)) = self.kept.take() else {
            return;
        };
        if let Err(error) = journal.rename("journal") {
            tracing::error!(%error, "an episode that was asked back is left set aside");
            return;
        }
        if let Some(number) = footage::number(journal.path()) {
            self.shared.lock().asides.remove(&number);
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let Some((_, journal, _)) = self.kept.take() else {
            return;
        };
        let path = journal.path().to_owned();
        drop(journal);
        let removed = crate::files::remove(&path).and_then(|()| footage::remove_all(&path));
        if let Err(error) = removed {
            tracing::warn!(%error, "an episode that was set aside could not be removed");
        }
        if let Some(number) = footage::number(&path) {
            self.shared.lock().asides.remove(&number);
        }
    }
}
