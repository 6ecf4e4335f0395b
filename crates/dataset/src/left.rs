//! What interrupted sessions left in a dataset, for whoever only looks: nothing is settled, locked, cut or put away.
//!
//! Not here: what becomes of it ([`crate::recovery`]).

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pixels::Yuv420;

use crate::attic;
use crate::camera::PREFIX;
use crate::error::DatasetError;
use crate::footage;
use crate::info::Info;
use crate::journal::{self, Camera, Journal};
use crate::lock::Lock;
use crate::recovery::BEGINNING;
use crate::reel;

/// What something that was left can become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It can be kept, or thrown away.
    Whole,
    /// It was being saved: whoever writes to the dataset next finishes that.
    Saving,
    /// Nothing of it can be kept, because these cameras have no whole picture of it.
    Lacking(Vec<String>),
    /// Nothing of it can be kept, because its journal cannot be read.
    Damaged,
    /// A newer program recorded it.
    Newer,
    /// Nothing of it can be kept, and it was put away in this folder.
    PutAway(PathBuf),
}

/// Something that an interrupted session left, or an episode that is being recorded now.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// Its journal.
    pub journal: PathBuf,
    /// What it can become.
    pub condition: Condition,
    /// Its task; empty where the journal cannot be read.
    pub task: String,
    /// Rows that are whole: of one that can be kept those of which every camera has a picture.
    pub rows: u64,
    /// Rows per second; 0 where the journal cannot be read.
    pub fps: u32,
    /// When it was begun; where the journal cannot be read, when it was written last.
    pub started: SystemTime,
    /// Bytes of journal and films.
    pub bytes: u64,
    /// Names of cameras of which there is at least one whole picture.
    pub cameras: Vec<String>,
}

/// What a look at a dataset found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Looked {
    /// Somebody writes to the dataset now: what is found may be what is being recorded.
    pub in_use: bool,
    /// Episodes that the dataset has.
    pub episodes: u64,
    /// What was found, oldest first.
    pub left: Vec<Left>,
}

/// Whether somebody writes to the dataset now, this program included. Nothing is made or changed.
pub fn in_use(root: impl AsRef<Path>) -> bool {
    Lock::is_held(root.as_ref())
}

/// Looks what interrupted sessions left in a dataset. What would be cleared away without a word, because a kill may cost
/// that much, is not listed.
///
/// # Errors
/// When the system refuses to list or read something that is there. A damaged journal is no error but found.
pub fn look(root: impl AsRef<Path>) -> Result<Looked, DatasetError> {
    let root = root.as_ref();
    let mut left = Vec::new();
    for path in journal::files(root)? {
        left.extend(found(&path, None)?);
    }
    for folder in crate::episodes::list(&attic::all(root))? {
        if !folder.is_dir() {
            continue;
        }
        for path in journal::files(&folder)? {
            left.extend(found(&path, Some(&folder))?);
        }
    }
    if left.is_empty() {
        return Ok(Looked::default());
    }
    left.sort_by_key(|it| it.started);
    Ok(Looked {
        in_use: in_use(root),
        episodes: Info::read(root)?.total_episodes,
        left,
    })
}

/// The picture at a `share` (0 to 1) of the film of a camera, by its name; `None` where there is none. An unfinished film is
/// read as far as it is whole. Decodes at most what lies between two key pictures.
///
/// # Errors
/// When the system refuses to read something that is there.
pub fn picture(journal: &Path, camera: &str, share: f64) -> Result<Option<Yuv420>, DatasetError> {
    let Some(read) = journal::read(journal)? else {
        return Ok(None);
    };
    let share = if share.is_nan() {
        0.0
    } else {
        share.clamp(0.0, 1.0)
    };
    let mut cameras = read.header.cameras.iter();
    let Some(camera) = cameras.find(|it| name(it) == camera) else {
        return Ok(None);
    };
    let Some(size) = camera.spec().map(|spec| spec.size) else {
        return Ok(None);
    };
    let path = footage::path(journal, &camera.key, camera.film.is_some());
    match camera.film {
        Some(_) => reel::picture_at(&path, size, share),
        None => reel::png_at(&path, size, share),
    }
}

fn name(camera: &Camera) -> &str {
    camera.key.strip_prefix(PREFIX).unwrap_or(&camera.key)
}

/// What is known of a journal; `None` when nothing of it is worth a word, or it has just been taken away.
fn found(path: &Path, away: Option<&Path>) -> Result<Option<Left>, DatasetError> {
    match read(path, away) {
        // Whoever writes to the dataset has dealt with it meanwhile.
        Err(DatasetError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(None)
        }
        other => other,
    }
}

fn read(path: &Path, away: Option<&Path>) -> Result<Option<Left>, DatasetError> {
    let about = std::fs::metadata(path).map_err(DatasetError::io("looking at a journal", path))?;
    let mut bytes = about.len();
    let films = footage::beside(path)?;
    for film in &films {
        bytes += std::fs::metadata(film).map_or(0, |about| about.len());
    }
    let put_away = away.map(|folder| Condition::PutAway(folder.to_owned()));
    let Some(journal) = journal::read(path)? else {
        let newer = journal::is_newer(path)?;
        if !newer && about.len() <= BEGINNING && films.is_empty() {
            return Ok(None);
        }
        let condition = if newer {
            Condition::Newer
        } else {
            Condition::Damaged
        };
        return Ok(Some(Left {
            journal: path.to_owned(),
            condition: put_away.unwrap_or(condition),
            task: String::new(),
            rows: 0,
            fps: 0,
            started: about.modified().unwrap_or(UNIX_EPOCH),
            bytes,
            cameras: Vec::new(),
        }));
    };
    if journal.rows.is_empty() {
        return Ok(None);
    }
    let lacking = footage::lacking(path, &journal)?;
    let Some((condition, rows)) = condition(path, &journal, &lacking)? else {
        return Ok(None);
    };
    let header = &journal.header;
    let has = |camera: &&Camera| !lacking.contains(&camera.key);
    Ok(Some(Left {
        journal: path.to_owned(),
        condition: put_away.unwrap_or(condition),
        rows,
        fps: header.fps,
        started: UNIX_EPOCH + Duration::from_secs(header.started_unix_s),
        bytes,
        cameras: (header.cameras.iter().filter(has))
            .map(|camera| name(camera).to_owned())
            .collect(),
        task: journal.header.task,
    }))
}

/// What a journal that could be read can become, and how many of its rows.
fn condition(
    path: &Path,
    journal: &Journal,
    lacking: &[String],
) -> Result<Option<(Condition, u64)>, DatasetError> {
    let rows = journal.rows.len() as u64;
    if let Some(seal) = &journal.seal {
        // Some of its films may have their names in the dataset already.
        return Ok(Some((Condition::Saving, seal.rows.min(rows))));
    }
    let common = footage::common(path, journal)?;
    if common > 0 {
        return Ok(Some((Condition::Whole, common)));
    }
    let lacking: Vec<String> = lacking
        .iter()
        .map(|key| key.strip_prefix(PREFIX).unwrap_or(key).to_owned())
        .collect();
    Ok((rows > u64::from(journal.header.fps)).then_some((Condition::Lacking(lacking), rows)))
}
