//! What a crash leaves behind, and what becomes of it.
//!
//! A commit that was cut short is finished, because the person had already said "save". An episode that was still being
//! recorded is offered: [`find`] lists it, [`keep`] appends it to the dataset, [`discard`] removes it. One of which nothing
//! can be kept, because the film of a camera is missing or its journal is damaged, is put away, and who asked is told.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::attic;
use crate::camera::PREFIX;
use crate::dataset;
use crate::draft::EpisodeSaved;
use crate::error::DatasetError;
use crate::files;
use crate::footage;
use crate::journal::{self, Camera, Journal, Seal, Writer};
use crate::left::Left;
use crate::progress::{Progress, Stage};
use crate::spec::DatasetSpec;
use crate::store::{Recorded, Store};

mod thrown;

pub use thrown::{Thrown, throw_away};

/// Journals up to this long may have been cut off while their header was written.
pub(crate) const BEGINNING: u64 = 4 << 10;

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

/// What a crash left behind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Episodes that can be kept, oldest first.
    pub interrupted: Vec<Interrupted>,
    /// Episodes that were put away just now.
    pub put_away: Vec<PutAway>,
}

/// What became of an interrupted episode.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// The episode in the dataset; `None` when nothing of it could be kept after all.
    pub saved: Option<EpisodeSaved>,
    /// Episodes that were put away meanwhile.
    pub put_away: Vec<PutAway>,
}

/// An episode of which nothing can be kept. What there is of it lies in a folder of its own; nothing was deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct PutAway {
    /// Its task; empty where the journal could not be read.
    pub task: String,
    /// Its rows, as far as they are known.
    pub rows: u64,
    /// Rows per second.
    pub fps: u32,
    /// Features of the cameras without a whole picture of it; none where it is the journal that is damaged.
    pub lacking: Vec<String>,
    /// The folder.
    pub attic: PathBuf,
}

impl std::fmt::Display for PutAway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.lacking.is_empty() {
            f.write_str("an episode cannot be kept, because its journal is damaged")?;
        } else {
            let seconds = self.rows as f64 / f64::from(self.fps.max(1));
            let name = |key: &String| key.strip_prefix(PREFIX).unwrap_or(key).to_owned();
            let cameras: Vec<String> = self.lacking.iter().map(name).collect();
            let (task, cameras) = (&self.task, cameras.join(", "));
            write!(
                f,
                "{seconds:.1} s of “{task}” cannot be kept, because there is no whole picture of {cameras}"
            )?;
        }
        write!(
            f,
            "; nothing was deleted: what there is was put away\nFolder: {}",
            self.attic.display()
        )
    }
}

/// Finishes commits that a crash cut short, then lists the episodes that were still being recorded, oldest first.
/// A folder without journals and films is not touched.
///
/// # Errors
/// [`DatasetError::InUse`] while another program (or this one) writes to the dataset: its journal is not interrupted.
pub fn find(root: impl AsRef<Path>) -> Result<Found, DatasetError> {
    let root = root.as_ref();
    if journal::files(root)?.is_empty() && footage::swept(root, &|_| false)?.is_empty() {
        return Ok(Found::default());
    }
    let mut store = dataset::open_to_write(root)?;
    let put_away = settle(&mut store)?;
    Ok(Found {
        interrupted: list(root)?,
        put_away,
    })
}

/// Appends an interrupted episode to the dataset as its next episode. Every picture is decoded, which takes about a
/// thousandth of a second for each; `progress` counts them.
///
/// # Errors
/// [`DatasetError::Differs`] when the dataset has changed since, [`DatasetError::InUse`],
/// [`DatasetError::Cancelled`], or what writing can meet. The episode is then still on offer.
pub fn keep(
    root: impl AsRef<Path>,
    interrupted: &Interrupted,
    progress: &Progress,
) -> Result<Kept, DatasetError> {
    let mut store = dataset::open_to_write(root.as_ref())?;
    keep_in(&mut store, &interrupted.journal, progress)
}

/// The same for whoever found the episode with [`crate::left::look`], which settles nothing: one whose save was cut short is
/// then finished.
///
/// # Errors
/// As [`keep`]; [`DatasetError::Changed`] when its journal is of another episode by now.
pub fn keep_left(
    root: impl AsRef<Path>,
    left: &Left,
    progress: &Progress,
) -> Result<Kept, DatasetError> {
    let mut store = dataset::open_to_write(root.as_ref())?;
    still(left)?;
    keep_in(&mut store, &left.journal, progress)
}

/// Whether a journal is still that of the episode that was shown: its number is free again for the next one as soon as somebody
/// else dealt with it. Asked under the lock.
pub(crate) fn still(left: &Left) -> Result<(), DatasetError> {
    let now = journal::read(&left.journal)?.map(|journal| {
        let started = SystemTime::UNIX_EPOCH + Duration::from_secs(journal.header.started_unix_s);
        (started, journal.header.task)
    });
    match now {
        Some((started, task)) if started == left.started && task == left.task => Ok(()),
        _ => Err(DatasetError::Changed {
            path: left.journal.clone(),
        }),
    }
}

fn keep_in(store: &mut Store, path: &Path, progress: &Progress) -> Result<Kept, DatasetError> {
    let seal = journal::read(path)?.and_then(|journal| journal.seal);
    let mut put_away = settle(store)?;
    let saved = if path.exists() {
        append(store, path, Value::Null, progress, &mut put_away)?
    } else {
        seal.map(|seal| EpisodeSaved {
            episode_index: seal.episode_index,
            rows: seal.rows,
            total_rows: store.info.total_frames,
        })
    };
    Ok(Kept { saved, put_away })
}

/// Finishes what was cut short and appends every interrupted episode. Needs the lock.
pub(crate) fn keep_all(store: &mut Store, report: &Value) -> Result<Vec<PutAway>, DatasetError> {
    let mut put_away = settle(store)?;
    for interrupted in list(&store.root)? {
        let report = report.clone();
        let path = &interrupted.journal;
        append(store, path, report, &Progress::new(), &mut put_away)?;
    }
    Ok(put_away)
}

/// The episode in the dataset; `None` when it was put away.
fn append(
    store: &mut Store,
    path: &Path,
    report: Value,
    progress: &Progress,
    put_away: &mut Vec<PutAway>,
) -> Result<Option<EpisodeSaved>, DatasetError> {
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
    let closed = footage::close(path, &journal, progress)?;
    if closed.rows == 0 {
        put_away.extend(give_up(&store.root, path, &journal, closed.lacking)?);
        return Ok(None);
    }
    progress.begin(Stage::Writing, 0);
    let mut writer = Writer::reopen(path, &journal, store.clock.clone())?;
    let cameras = journal.header.cameras.len();
    journal.rows.truncate(closed.rows, cameras);
    let (header, rows) = (&journal.header, &journal.rows);
    store
        .commit_as(header, rows, &mut writer, report, &closed.footage, true)
        .map(Some)
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

/// Finishes commits that were cut short and removes what nobody can ask for any more; says which episodes were put away.
/// Needs the lock.
pub(crate) fn settle(store: &mut Store) -> Result<Vec<PutAway>, DatasetError> {
    let mut put_away = Vec::new();
    for path in journal::files(&store.root)? {
        let mut journal = match journal::read(&path)? {
            Some(journal) if !journal.rows.is_empty() => journal,
            Some(_) => {
                files::remove(&path)?;
                continue;
            }
            None if journal::is_newer(&path)? => continue,
            None => {
                put_away.extend(give_up_unread(&store.root, &path)?);
                continue;
            }
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
            let lacking = footage::lacking(&path, &journal)?;
            put_away.extend(give_up(&store.root, &path, &journal, lacking)?);
        }
    }
    for path in footage::swept(&store.root, &|number| store.asides.contains(&number))? {
        files::remove(&path)?;
    }
    Ok(put_away)
}

/// Clears away an episode of which nothing can be kept, because cameras have no whole picture of it. Up to a second of
/// rows is what a kill may cost; more is kept in the attic, for whoever finds the film.
fn give_up(
    root: &Path,
    path: &Path,
    journal: &Journal,
    lacking: Vec<String>,
) -> Result<Option<PutAway>, DatasetError> {
    let rows = journal.rows.len() as u64;
    if rows <= u64::from(journal.header.fps) {
        files::remove(path)?;
        footage::remove_all(path)?;
        return Ok(None);
    }
    let put_away = PutAway {
        task: journal.header.task.clone(),
        rows,
        fps: journal.header.fps,
        lacking,
        attic: put_away(root, path)?,
    };
    // Without the task, which may name people: it is in the journal.
    tracing::warn!(
        rows,
        attic = %put_away.attic.display(),
        "an episode cannot be kept, because there is no whole picture of {}; it was put away",
        put_away.lacking.join(", ")
    );
    Ok(Some(put_away))
}

/// Clears away a journal that cannot be read. One that was cut off while it was begun holds nothing; with films, or with
/// more bytes than a beginning has, it is kept in the attic.
fn give_up_unread(root: &Path, path: &Path) -> Result<Option<PutAway>, DatasetError> {
    let bytes = std::fs::metadata(path)
        .map_err(DatasetError::io("looking at a journal", path))?
        .len();
    if bytes <= BEGINNING && footage::beside(path)?.is_empty() {
        files::remove(path)?;
        return Ok(None);
    }
    let put_away = PutAway {
        task: String::new(),
        rows: 0,
        fps: 0,
        lacking: Vec::new(),
        attic: put_away(root, path)?,
    };
    tracing::warn!("{put_away}");
    Ok(Some(put_away))
}

/// Moves a journal, last of all, and its films to the attic; says where that is.
fn put_away(root: &Path, path: &Path) -> Result<PathBuf, DatasetError> {
    let attic = attic::folder(root);
    for file in footage::beside(path)?.into_iter().chain([path.to_owned()]) {
        attic::set_aside(root, &attic, file.strip_prefix(root).unwrap_or(&file))?;
    }
    Ok(attic)
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
