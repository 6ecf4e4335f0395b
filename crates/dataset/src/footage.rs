//! Films of episodes that are not saved yet: where they lie, how they get into the dataset, and how they leave it.
//!
//! They lie beside the journal, `meta/tendon/journal/NNNN.NAME.mp4` (`.pngs` for pictures that will stand in the table),
//! with the journal's number and the camera's own name: the same file system as the dataset, and nothing there is read
//! by LeRobot. An episode that was set aside has its journal named `NNNN.aside`.
//!
//! Not here: the container and the codecs (`video`).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::camera::{Footage, PREFIX};
use crate::error::DatasetError;
use crate::files::{self, CommitStep, Part, StopAt};
use crate::journal::{self, Header, SealedFilm};
use crate::stats::Stats;

/// The extension of an episode's journal while it is set aside.
pub(crate) const ASIDE: &str = "aside";
/// The extension of a film.
const FILM: &str = "mp4";
/// The extension of a file of PNGs.
const PICTURES: &str = "pngs";
/// As much of a film's end as tells it from any other: it holds the sizes of its pictures.
const TAIL: u64 = 64 << 10;

/// Where the film of a camera lies while its episode is recorded.
pub(crate) fn path(journal: &Path, key: &str, is_film: bool) -> PathBuf {
    let extension = if is_film { FILM } else { PICTURES };
    let name = key.strip_prefix(PREFIX).unwrap_or(key);
    let number = journal.file_stem().unwrap_or_default();
    let mut file = number.to_owned();
    file.push(format!(".{name}.{extension}"));
    journal.with_file_name(file)
}

/// The number of the journal that a file in the journals' folder belongs to.
pub(crate) fn number(path: &Path) -> Option<u64> {
    let (number, _) = path.file_name()?.to_str()?.split_once('.')?;
    number.parse().ok()
}

/// Whether a file in the journals' folder is a film.
fn is_footage(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == FILM || extension == PICTURES)
}

/// Removes every film of a journal's number.
pub(crate) fn remove_all(journal: &Path) -> Result<(), DatasetError> {
    let Some(folder) = journal.parent() else {
        return Ok(());
    };
    for path in crate::episodes::list(folder)? {
        if is_footage(&path) && number(&path) == number(journal) {
            files::remove(&path)?;
        }
    }
    Ok(())
}

/// Episodes that were set aside, and films without a journal: what nobody can ask for any more, unless `kept` says so.
pub(crate) fn swept(root: &Path, kept: &dyn Fn(u64) -> bool) -> Result<Vec<PathBuf>, DatasetError> {
    let all = crate::episodes::list(&journal::folder(root))?;
    let journals: Vec<u64> = journal::files(root)?
        .iter()
        .filter_map(|path| number(path))
        .collect();
    Ok(all
        .into_iter()
        .filter(|path| {
            let aside = path.extension().is_some_and(|extension| extension == ASIDE);
            number(path).is_some_and(|number| {
                (aside || (is_footage(path) && !journals.contains(&number))) && !kept(number)
            })
        })
        .collect())
}

/// Gives a finished film its name in the dataset, durably. One that has it already stays.
pub(crate) fn place(
    from: &Path,
    to: &Path,
    key: &str,
    film: &SealedFilm,
    stop: StopAt,
) -> Result<(), DatasetError> {
    let known = (film.bytes, film.tail_crc);
    if !from.exists() && fingerprint(to).is_ok_and(|found| found == known) {
        return Ok(());
    }
    if fingerprint(from)? != known {
        return Err(DatasetError::Film {
            camera: key.to_owned(),
            problem: "it has changed since it was finished".to_owned(),
            path: from.to_owned(),
        });
    }
    if let Some(folder) = to.parent() {
        files::create_folder(folder)?;
    }
    let sync = File::options()
        .write(true)
        .open(from)
        .and_then(|file| file.sync_all());
    sync.map_err(DatasetError::io("making a film durable", from))?;
    files::pass(CommitStep::Staged(Part::Film), stop)?;
    std::fs::rename(from, to).map_err(DatasetError::io("putting a film in place", to))?;
    files::sync_folder_of(to)?;
    files::sync_folder_of(from)?;
    files::pass(CommitStep::Placed(Part::Film), stop)
}

/// Size and end of a file, which tell a film from every other.
pub(crate) fn fingerprint(path: &Path) -> Result<(u64, u32), DatasetError> {
    let read = || {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok((length, crc32fast::hash(&tail)))
    };
    read().map_err(DatasetError::io("reading a film", path))
}

/// Whether there is exactly the footage that the episode needs: one film of each camera, with a picture for each row.
pub(crate) fn check(
    header: &Header,
    journal: &Path,
    rows: u64,
    footage: &[Footage],
) -> Result<(), DatasetError> {
    for camera in &header.cameras {
        let path = path(journal, &camera.key, camera.film.is_some());
        let wrong = |problem: String| {
            Err(DatasetError::Film {
                camera: camera.key.clone(),
                problem,
                path: path.clone(),
            })
        };
        let mut of_camera = footage.iter().filter(|footage| footage.key == camera.key);
        let (Some(footage), None) = (of_camera.next(), of_camera.next()) else {
            return wrong("it was not handed over, or twice".to_owned());
        };
        if footage.samples != rows {
            return wrong(format!(
                "it has {} pictures for {rows} rows",
                footage.samples
            ));
        }
        if footage.stats.shape != [3, 1, 1] {
            return wrong(format!(
                "its statistics have the shape {:?}",
                footage.stats.shape
            ));
        }
    }
    match footage.iter().find(|footage| {
        header
            .cameras
            .iter()
            .all(|camera| camera.key != footage.key)
    }) {
        Some(extra) => Err(DatasetError::BadInput {
            problem: format!("the dataset has no camera {:?}", extra.key),
        }),
        None => Ok(()),
    }
}

/// The statistics of all cameras of an episode.
pub(crate) fn stats(footage: &[Footage]) -> Stats {
    let mut stats = Stats::default();
    for footage in footage {
        *stats.entry(&footage.key) = footage.stats.clone();
    }
    stats
}
