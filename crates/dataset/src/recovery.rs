//! What a crash leaves behind, and what becomes of it.
//!
//! A commit that was cut short is finished, because the person had already said "save". An episode that was still being
//! recorded is offered: [`find`] lists it, [`keep`] appends it to the dataset, [`discard`] removes it.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::dataset;
use crate::draft::EpisodeSaved;
use crate::error::DatasetError;
use crate::files;
use crate::footage;
use crate::journal::{self, Journal, Seal, Writer};
use crate::spec::DatasetSpec;
use crate::store::Store;

/// An episode whose recording was cut short.
#[derive(Debug, Clone, PartialEq)]
pub struct Interrupted {
    /// Its journal.
    pub journal: PathBuf,
    /// Its task.
    pub task: String,
    /// Rows that are whole.
    pub rows: u64,
    /// Rows per second.
    pub fps: u32,
    /// When the recording began.
    pub started: SystemTime,
}

impl Interrupted {
    /// How long the rows last, in seconds.
    pub fn seconds(&self) -> f64 {
        self.rows as f64 / f64::from(self.fps.max(1))
    }
}

/// Finishes commits that a crash cut short, then lists the episodes that were still being recorded, oldest first.
/// A folder without journals and films is not touched.
///
/// # Errors
/// [`DatasetError::InUse`] while another program (or this one) writes to the dataset: its journal is not interrupted.
pub fn find(root: impl AsRef<Path>) -> Result<Vec<Interrupted>, DatasetError> {
    let root = root.as_ref();
    if journal::files(root)?.is_empty() && footage::swept(root, &|_| false)?.is_empty() {
        return Ok(Vec::new());
    }
    let mut store = dataset::open_to_write(root)?;
    settle(&mut store)?;
    list(root)
}

/// Appends an interrupted episode to the dataset as its next episode.
///
/// # Errors
/// [`DatasetError::Differs`] when the dataset has changed since, [`DatasetError::InUse`], or what writing can meet.
pub fn keep(
    root: impl AsRef<Path>,
    interrupted: &Interrupted,
) -> Result<EpisodeSaved, DatasetError> {
    let root = root.as_ref();
    let mut store = dataset::open_to_write(root)?;
    settle(&mut store)?;
    append(&mut store, interrupted, Value::Null)
}

/// Appends every interrupted episode. Needs the lock.
pub(crate) fn keep_all(store: &mut Store, report: &Value) -> Result<(), DatasetError> {
    for interrupted in list(&store.root)? {
        append(store, &interrupted, report.clone())?;
    }
    Ok(())
}

fn append(
    store: &mut Store,
    interrupted: &Interrupted,
    report: Value,
) -> Result<EpisodeSaved, DatasetError> {
    let path = &interrupted.journal;
    let journal = journal::read(path)?
        .ok_or_else(|| DatasetError::malformed(path, "the journal holds no rows"))?;
    let header = &journal.header;
    let spec = DatasetSpec {
        fps: header.fps,
        robot_type: header.robot_type.clone(),
        state: header.state.clone(),
        action: header.action.clone(),
        cameras: header
            .cameras
            .iter()
            .filter_map(journal::Camera::spec)
            .collect(),
    };
    spec.check_resume(&store.info, &store.root)?;
    dataset::check_continues(store)?;
    let mut writer = Writer::reopen(path, &journal, store.clock.clone())?;
    store.commit_as(header, &journal.rows, &mut writer, report, &[], true)
}

/// Removes an interrupted episode for good.
///
/// # Errors
/// [`DatasetError::InUse`], or when the journal cannot be removed.
pub fn discard(root: impl AsRef<Path>, interrupted: &Interrupted) -> Result<(), DatasetError> {
    let mut store = dataset::open_to_write(root.as_ref())?;
    settle(&mut store)?;
    files::remove(&interrupted.journal)?;
    footage::remove_all(&interrupted.journal)
}

fn list(root: &Path) -> Result<Vec<Interrupted>, DatasetError> {
    let mut found = Vec::new();
    for path in journal::files(root)? {
        if let Some(journal) = journal::read(&path)?.filter(|journal| !journal.rows.is_empty()) {
            found.push(Interrupted {
                journal: path,
                rows: journal.rows.len() as u64,
                fps: journal.header.fps,
                started: SystemTime::UNIX_EPOCH
                    + Duration::from_secs(journal.header.started_unix_s),
                task: journal.header.task,
            });
        }
    }
    found.sort_by_key(|interrupted| interrupted.started);
    Ok(found)
}

/// Finishes commits that were cut short and removes journals that hold nothing any more. Needs the lock.
pub(crate) fn settle(store: &mut Store) -> Result<(), DatasetError> {
    for path in journal::files(&store.root)? {
        let Some(journal) = journal::read(&path)?.filter(|journal| !journal.rows.is_empty()) else {
            files::remove(&path)?;
            continue;
        };
        let Some(seal) = &journal.seal else {
            continue;
        };
        if counted(store, seal)? {
            files::remove(&path)?;
        } else if fits(store, &journal, seal) {
            let saved = store.redo(&journal.header, &journal.rows, &path, seal)?;
            tracing::info!(
                episode = saved.episode_index,
                rows = saved.rows,
                "finished saving an episode that a crash cut short"
            );
            files::remove(&path)?;
        }
        // Else the dataset went on without it; it is offered like one that was never saved.
    }
    for path in footage::swept(&store.root, &|number| store.asides.contains(&number))? {
        files::remove(&path)?;
    }
    Ok(())
}

/// Whether the sealed episode is already part of the dataset.
fn counted(store: &Store, seal: &Seal) -> Result<bool, DatasetError> {
    let there = usize::try_from(seal.episode_index)
        .ok()
        .and_then(|at| store.episodes.get(at));
    let Some(there) = there else {
        return Ok(false);
    };
    if (there.from_index, there.length, there.data)
        != (seal.from_index, seal.rows, seal.data_place())
    {
        return Ok(false);
    }
    let path = store
        .info
        .data_path
        .data_path(&store.root, there.data.chunk, there.data.file);
    let bytes =
        std::fs::read(&path).map_err(DatasetError::io("reading an episode's rows", &path))?;
    Ok(Some(crc32fast::hash(&bytes)) == seal.data_crc)
}

/// Whether the commit can be made as it was going to be: nobody else has written to the dataset since.
fn fits(store: &Store, journal: &Journal, seal: &Seal) -> bool {
    let info = &store.info;
    (info.total_episodes, info.total_frames) == (seal.episode_index, seal.from_index)
        && seal.rows == journal.rows.len() as u64
        && store.episodes.last().map_or(0, |last| last.to_index) == seal.from_index
}
