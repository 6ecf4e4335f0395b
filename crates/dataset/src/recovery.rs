//! What a crash leaves behind, and what becomes of it.
//!
//! A commit that was cut short is finished, because the person had already said "save". An episode that was still being
//! recorded is offered: [`find`] lists it, [`keep`] appends it to the dataset, [`discard`] removes it.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::attic;
use crate::dataset;
use crate::draft::EpisodeSaved;
use crate::error::DatasetError;
use crate::files;
use crate::footage;
use crate::journal::{self, Camera, Journal, Seal, Writer};
use crate::spec::DatasetSpec;
use crate::store::{Recorded, Store};

/// An episode whose recording was cut short.
#[derive(Debug, Clone, PartialEq)]
pub struct Interrupted {
    /// Its journal.
    pub journal: PathBuf,
    /// Its task.
    pub task: String,
    /// Rows that are whole and of which every camera has a picture.
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
    let mut journal = journal::read(path)?
        .ok_or_else(|| DatasetError::malformed(path, "the journal holds no rows"))?;
    let header = &journal.header;
    let spec = DatasetSpec {
        fps: header.fps,
        robot_type: header.robot_type.clone(),
        state: header.state.clone(),
        action: header.action.clone(),
        cameras: header.cameras.iter().filter_map(Camera::spec).collect(),
    };
    spec.check_resume(&store.info, &store.root)?;
    dataset::check_continues(store)?;
    let (rows, footage) = footage::close(path, &journal)?;
    if rows == 0 {
        let problem = "the episode has no row of which every camera has a picture";
        return Err(DatasetError::malformed(path, problem));
    }
    let mut writer = Writer::reopen(path, &journal, store.clock.clone())?;
    journal.rows.truncate(rows, journal.header.cameras.len());
    store.commit_as(
        &journal.header,
        &journal.rows,
        &mut writer,
        report,
        &footage,
        true,
    )
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
        let Some(journal) = journal::read(&path)? else {
            continue;
        };
        let rows = footage::common(&path, &journal)?;
        if rows > 0 {
            found.push(Interrupted {
                journal: path,
                rows,
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

/// Finishes commits that were cut short and removes what nobody can ask for any more. Needs the lock.
pub(crate) fn settle(store: &mut Store) -> Result<(), DatasetError> {
    for path in journal::files(&store.root)? {
        let Some(mut journal) = journal::read(&path)?.filter(|journal| !journal.rows.is_empty())
        else {
            if !journal::is_newer(&path)? {
                files::remove(&path)?;
            }
            continue;
        };
        let Some(seal) = journal.seal.take() else {
            continue;
        };
        // Of an episode that was kept after a crash, only as many rows as every film has pictures.
        let cameras = journal.header.cameras.len();
        journal.rows.truncate(seal.rows, cameras);
        let recorded = Recorded {
            header: &journal.header,
            rows: &journal.rows,
            journal: &path,
        };
        if counted(store, &recorded, &seal)? {
            files::remove(&path)?;
        } else if fits(store, &recorded, &seal) {
            let saved = store.redo(&recorded, &seal)?;
            tracing::info!(
                episode = saved.episode_index,
                rows = saved.rows,
                "finished saving an episode that a crash cut short"
            );
            files::remove(&path)?;
        } else {
            // The dataset went on without it; it is offered like one that was never saved.
            store.take_back(&recorded, &seal)?;
        }
    }
    for path in journal::files(&store.root)? {
        if let Some(journal) = journal::read(&path)?
            && footage::common(&path, &journal)? == 0
        {
            give_up(&store.root, &path, &journal)?;
        }
    }
    for path in footage::swept(&store.root, &|number| store.asides.contains(&number))? {
        files::remove(&path)?;
    }
    Ok(())
}

/// Clears away an episode of which nothing can be kept, because a camera has no whole picture of it. Up to a second of
/// rows is what a kill may cost; more is kept in the attic, for whoever finds the film.
fn give_up(root: &Path, path: &Path, journal: &Journal) -> Result<(), DatasetError> {
    if journal.rows.len() as u64 > u64::from(journal.header.fps) {
        let attic = attic::folder(root);
        for file in footage::beside(path)?.into_iter().chain([path.to_owned()]) {
            attic::set_aside(root, &attic, file.strip_prefix(root).unwrap_or(&file))?;
        }
        tracing::warn!(
            attic = %attic.display(),
            rows = journal.rows.len(),
            "an episode that was cut short lacks the film of a camera; its rows were put away"
        );
    }
    files::remove(path)?;
    footage::remove_all(path)
}

/// Whether the sealed episode is already part of the dataset.
fn counted(store: &Store, recorded: &Recorded<'_>, seal: &Seal) -> Result<bool, DatasetError> {
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
    store.wrote(recorded, seal, &path)
}

/// Whether the commit can be made as it was going to be: nobody else has written to the dataset since, and every film
/// is where it was or already where it was going.
fn fits(store: &Store, recorded: &Recorded<'_>, seal: &Seal) -> bool {
    let info = &store.info;
    (info.total_episodes, info.total_frames) == (seal.episode_index, seal.from_index)
        && seal.rows == recorded.rows.len() as u64
        && store.episodes.last().map_or(0, |last| last.to_index) == seal.from_index
        && seal.cameras.iter().all(|camera| {
            let Some(film) = &camera.film else {
                return footage::pngs_are_there(recorded.journal, &camera.key, seal.rows);
            };
            let to = store.film_path(&camera.key, film.place());
            to.is_ok_and(|to| footage::is_there(recorded.journal, &to, &camera.key, film))
        })
}
