//! Films of episodes that are not saved yet: where they lie, how they get into the dataset, and how they leave it.
//!
//! They lie beside the journal, `meta/tendon/journal/NNNN.NAME.mp4` (`.pngs` for pictures that will stand in the table),
//! with the journal's number and the camera's own name: the same file system as the dataset, and nothing there is read
//! by LeRobot. An episode that was set aside has its journal named `NNNN.aside`.
//!
//! Not here: the container and the codecs (`video`).

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::attic;
use crate::camera::{CameraKind, Footage, PREFIX};
use crate::data::Source;
use crate::error::DatasetError;
use crate::files::{self, CommitStep, Part, StopAt};
use crate::journal::{self, Camera, Journal, SealedFilm};
use crate::progress::{Progress, Stage};
use crate::reel;
use crate::stats::{Stats, Weight};
use crate::store::Recorded;

/// The extension of an episode's journal while it is set aside.
pub(crate) const ASIDE: &str = "aside";
/// The extension of a film.
pub(crate) const FILM: &str = "mp4";
/// The extension of a file of PNGs.
pub(crate) const PICTURES: &str = "pngs";
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

/// Every film of a journal's number.
pub(crate) fn beside(journal: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let mut files = match journal.parent() {
        Some(folder) => crate::episodes::list(folder)?,
        None => Vec::new(),
    };
    files.retain(|path| is_footage(path) && number(path) == number(journal));
    Ok(files)
}

/// Removes every film of a journal's number.
pub(crate) fn remove_all(journal: &Path) -> Result<(), DatasetError> {
    for path in beside(journal)? {
        files::remove(&path)?;
    }
    Ok(())
}

/// Whether somebody can still ask for an episode that was set aside: he holds a lock on its journal, which the system
/// drops however his program ends.
fn is_held(aside: &Path) -> bool {
    File::open(aside).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Episodes that were set aside, and films without a journal: what nobody can ask for any more, unless `kept` says so.
pub(crate) fn swept(root: &Path, kept: &dyn Fn(u64) -> bool) -> Result<Vec<PathBuf>, DatasetError> {
    let all = crate::episodes::list(&journal::folder(root))?;
    let journals: Vec<u64> = journal::files(root)?
        .iter()
        .filter_map(|path| number(path))
        .collect();
    let aside = |path: &Path| path.extension().is_some_and(|extension| extension == ASIDE);
    let held: Vec<u64> = all
        .iter()
        .filter(|path| aside(path) && is_held(path))
        .filter_map(|path| number(path))
        .collect();
    Ok(all
        .into_iter()
        .filter(|path| {
            number(path).is_some_and(|number| {
                (aside(path) || (is_footage(path) && !journals.contains(&number)))
                    && !kept(number)
                    && !held.contains(&number)
            })
        })
        .collect())
}

/// Gives a finished film its name in the dataset, durably. One that has it already stays. What else has the name is kept in
/// the attic, unless it is `used` by an episode.
///
/// # Errors
/// [`DatasetError::Film`] when the name is used, or the film is not the one that was sealed.
pub(crate) fn place(
    root: &Path,
    journal: &Path,
    to: &Path,
    key: &str,
    (film, used): (&SealedFilm, bool),
    stop: StopAt,
) -> Result<(), DatasetError> {
    let from = &path(journal, key, true);
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
    if to.exists() {
        if used {
            return Err(DatasetError::Film {
                camera: key.to_owned(),
                problem: "the film of an earlier episode has the name that it was to get"
                    .to_owned(),
                path: to.to_owned(),
            });
        }
        attic::set_aside(
            root,
            &attic::folder(root),
            to.strip_prefix(root).unwrap_or(to),
        )?;
    }
    files::pass(CommitStep::Staged(Part::Film), stop)?;
    std::fs::rename(from, to).map_err(DatasetError::io("putting a film in place", to))?;
    files::sync_folder_of(to)?;
    files::sync_folder_of(from)?;
    files::pass(CommitStep::Placed(Part::Film), stop)
}

/// Whether the film of a commit that was cut short is still beside its journal, or has its name already.
pub(crate) fn is_there(journal: &Path, to: &Path, key: &str, film: &SealedFilm) -> bool {
    let known = (film.bytes, film.tail_crc);
    [path(journal, key, true).as_path(), to]
        .into_iter()
        .any(|path| fingerprint(path).is_ok_and(|found| found == known))
}

/// Whether the pictures of a commit that was cut short are still beside its journal.
pub(crate) fn pngs_are_there(journal: &Path, key: &str, rows: u64) -> bool {
    reel::whole_pngs(&path(journal, key, false)).is_ok_and(|samples| samples == rows)
}

/// Brings a film back beside its journal, if what has the name is that film.
pub(crate) fn take_back(
    journal: &Path,
    placed: &Path,
    key: &str,
    film: &SealedFilm,
) -> Result<(), DatasetError> {
    let to = path(journal, key, true);
    let known = (film.bytes, film.tail_crc);
    if to.exists() || fingerprint(placed).ok() != Some(known) {
        return Ok(());
    }
    std::fs::rename(placed, &to).map_err(DatasetError::io("bringing a film back", placed))?;
    files::sync_folder_of(&to)?;
    files::sync_folder_of(placed)
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

/// Whether there is exactly the footage that the episode needs: one film of each camera, of its kind, with a picture for
/// each row. Makes it durable.
pub(crate) fn check(recorded: &Recorded<'_>, footage: &[Footage]) -> Result<(), DatasetError> {
    let Recorded { header, rows, .. } = *recorded;
    let rows = rows.len() as u64;
    for camera in &header.cameras {
        let path = path(recorded.journal, &camera.key, camera.film.is_some());
        let mut of_camera = footage.iter().filter(|footage| footage.key == camera.key);
        let problem = match (of_camera.next(), of_camera.next()) {
            (Some(footage), None) => problem(camera, header.fps, rows, footage, &path)?,
            (None, _) => Some("there is none".to_owned()),
            (Some(_), Some(_)) => Some("there are two".to_owned()),
        };
        if let Some(problem) = problem {
            return Err(DatasetError::Film {
                camera: camera.key.clone(),
                problem,
                path,
            });
        }
        let sync = File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.sync_all());
        sync.map_err(DatasetError::io("making a film durable", &path))?;
    }
    let known = |footage: &&Footage| {
        let mut cameras = header.cameras.iter();
        cameras.all(|camera| camera.key != footage.key)
    };
    match footage.iter().find(known) {
        Some(extra) => Err(DatasetError::BadInput {
            problem: format!("the dataset has no camera {:?}", extra.key),
        }),
        None => Ok(()),
    }
}

/// What is wrong with the footage of one camera, if anything is.
fn problem(
    camera: &Camera,
    fps: u32,
    rows: u64,
    footage: &Footage,
    path: &Path,
) -> Result<Option<String>, DatasetError> {
    let pictures = |samples: u64| format!("it has {samples} pictures for {rows} rows");
    if footage.samples != rows {
        return Ok(Some(pictures(footage.samples)));
    }
    if footage.stats.shape != [3, 1, 1] || footage.stats.count.len() != 1 {
        let shape = &footage.stats.shape;
        return Ok(Some(format!("its statistics have the shape {shape:?}")));
    }
    let Some(spec) = camera.spec() else {
        return Ok(Some("its size makes no sense".to_owned()));
    };
    let CameraKind::Video(wanted) = spec.kind else {
        let samples = reel::whole_pngs(path)?;
        return Ok((samples != rows).then(|| pictures(samples)));
    };
    let film = video::mp4::inspect(path)?;
    Ok(if film.samples != rows {
        Some(pictures(film.samples))
    } else if !film.finished {
        Some("it was not finished".to_owned())
    } else if film.size != spec.size {
        Some(format!("it is {} instead of {}", film.size, spec.size))
    } else if film.codec != Some(wanted.codec) {
        Some(format!(
            "it is {} instead of {}",
            film.codec_name, wanted.codec
        ))
    } else if film.start != 0.0 || !film.steady || film.reordered || film.fps != f64::from(fps) {
        Some(format!(
            "its pictures are not {fps} a second, one after the other, from 0 on"
        ))
    } else {
        None
    })
}

/// The statistics of all cameras of an episode, counted as the dataset counts, which has `rows` rows and the statistics
/// `so_far`.
pub(crate) fn stats(footage: &[Footage], so_far: Option<&Stats>, rows: u64) -> Stats {
    let mut stats = Stats::default();
    for footage in footage {
        let mut of_camera = footage.stats.clone();
        Weight::of(so_far, &footage.key, rows).fit(&mut of_camera, footage.samples);
        *stats.entry(&footage.key) = of_camera;
    }
    stats
}

/// The pictures that go into the table, by feature.
pub(crate) fn sources<'a>(
    recorded: &Recorded<'_>,
) -> Result<Vec<(String, Source<'a>)>, DatasetError> {
    let cameras = recorded.header.cameras.iter();
    cameras
        .filter(|camera| camera.film.is_none())
        .map(|camera| {
            let path = path(recorded.journal, &camera.key, false);
            Ok((camera.key.clone(), reel::pngs(&path)?))
        })
        .collect()
}

/// How many rows of an episode that was cut short can be kept: as many as every camera has whole pictures. Nothing is
/// changed.
pub(crate) fn common(journal: &Path, found: &Journal) -> Result<u64, DatasetError> {
    let mut rows = found.rows.len() as u64;
    for camera in &found.header.cameras {
        rows = rows.min(samples(journal, camera)?);
    }
    Ok(rows)
}

/// What is left of the footage of an episode that was cut short.
pub(crate) struct Closed {
    /// Rows of which every camera has a picture.
    pub(crate) rows: u64,
    /// The footage, with as many pictures.
    pub(crate) footage: Vec<Footage>,
    /// Cameras without any picture, because of which there is no such row.
    pub(crate) lacking: Vec<String>,
}

/// Closes the footage of an episode that was cut short and cuts it to the length that all have in common. Statistics are
/// taken from the pictures themselves, so each of them was decoded; a film ends before the first that does not.
///
/// # Errors
/// [`DatasetError::Cancelled`] before anything was cut, or what reading and writing can meet.
pub(crate) fn close(
    journal: &Path,
    found: &Journal,
    progress: &Progress,
) -> Result<Closed, DatasetError> {
    let cameras = &found.header.cameras;
    let file = |camera: &Camera| path(journal, &camera.key, camera.film.is_some());
    let files: Vec<(&Camera, PathBuf)> = cameras.iter().map(|it| (it, file(it))).collect();
    let mut rows = found.rows.len() as u64;
    let mut lacking = Vec::new();
    for (camera, path) in &files {
        let samples = match camera.film {
            Some(_) => reel::close(path)?,
            None => reel::whole_pngs(path)?,
        };
        if samples == 0 {
            lacking.push(camera.key.clone());
        }
        rows = rows.min(samples);
    }
    loop {
        progress.begin(Stage::Decoding, rows * files.len() as u64);
        let mut footage = Vec::new();
        let mut decoded = rows;
        for (camera, path) in &files {
            let size = camera.spec().map(|spec| spec.size);
            let (samples, stats) = match camera.film {
                Some(_) => reel::film_stats(path, decoded, progress)?,
                None => reel::png_stats(path, size, decoded, progress)?,
            };
            if samples == 0 && decoded > 0 {
                lacking.push(camera.key.clone());
            }
            decoded = decoded.min(samples);
            footage.push(Footage {
                key: camera.key.clone(),
                samples,
                stats,
                squeezed: None,
            });
        }
        if decoded < rows {
            // A picture does not decode: everything ends before it.
            rows = decoded;
            continue;
        }
        if rows > 0 {
            for (camera, path) in &files {
                match camera.film {
                    Some(_) => reel::cut(path, rows)?,
                    None => reel::cut_pngs(path, rows)?,
                }
            }
        }
        return Ok(Closed {
            rows,
            footage,
            lacking,
        });
    }
}

/// Cameras of an episode that was cut short without any whole picture. Nothing is changed.
pub(crate) fn lacking(journal: &Path, found: &Journal) -> Result<Vec<String>, DatasetError> {
    let mut lacking = Vec::new();
    for camera in &found.header.cameras {
        if samples(journal, camera)? == 0 {
            lacking.push(camera.key.clone());
        }
    }
    Ok(lacking)
}

fn samples(journal: &Path, camera: &Camera) -> Result<u64, DatasetError> {
    let path = path(journal, &camera.key, camera.film.is_some());
    match camera.film {
        Some(_) => reel::samples(&path),
        None => reel::whole_pngs(&path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_that_an_episode_has_is_never_moved_out_of_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (journal, to) = (root.join("0000.journal"), root.join("videos/file-000.mp4"));
        let from = path(&journal, "front", true);
        std::fs::create_dir(root.join("videos")).unwrap();
        std::fs::write(&from, "new").unwrap();
        std::fs::write(&to, "of an episode").unwrap();
        let (bytes, tail_crc) = fingerprint(&from).unwrap();
        let film = SealedFilm {
            place: (0, 0),
            bytes,
            tail_crc,
        };
        let put = |used| place(root, &journal, &to, "front", (&film, used), None);
        let error = put(true).unwrap_err();
        assert!(matches!(error, DatasetError::Film { .. }), "{error}");
        assert_eq!(std::fs::read(&to).unwrap(), b"of an episode");
        assert_eq!(std::fs::read(&from).unwrap(), b"new");
        put(false).unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"new");
    }
}
