//! Films of a dataset made again in another codec, one by one, each in its old one's place once it was checked.
//!
//! A new film grows as `file-NNN.mp4.tmp` beside the old one, where LeRobot does not look. It is decoded and compared
//! picture by picture and made durable, then takes the old one's name in one step, and the folder is synced. So under every
//! name there is a whole film at any moment, with the same pictures at the same times; nothing that refers to it changes.
//! LeRobot opens each film by its own header, so a dataset whose films have two codecs for a while loads. `info.json` names the
//! new codec of a camera at the end, when all its films have it. Whatever was cut short is taken up by doing it again: films
//! that have the codec are passed by, and what was half-written is removed.
//!
//! Statistics stay those of the pictures that were recorded: they are nearer to what the camera saw than any film.
//! Not here: encoding and comparing (`video::reencode`), when it is done (`station`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use video::encode::Quantizer;

use crate::camera::{Codec, FilmSpec};
use crate::dataset;
use crate::episodes;
use crate::error::DatasetError;
use crate::files::{self, CommitStep, Part};
use crate::info::Info;
use crate::progress::{Progress, Stage};
use crate::recovery;

mod survey;
mod work;

use survey::{Found, Survey};

/// Room that stays free on the disk, for whatever else the computer does meanwhile.
const RESERVE: u64 = 64 << 20;

/// How films are made again, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reencode {
    /// What they are to be. Films that have the codec already stay as they are, whatever their quality.
    pub film: FilmSpec,
    /// Only films with pictures of this episode or a later one.
    pub from_episode: u64,
}

/// What making films again would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Films that would be made again, relative to the dataset.
    pub films: Vec<PathBuf>,
    /// Pictures in them.
    pub pictures: u64,
    /// Bytes that they have now.
    pub bytes: u64,
    /// Films that have the codec already.
    pub already: u64,
    /// Films that cannot be made again.
    pub left: Vec<Left>,
    /// Bytes that must be free: a new film lies beside the one that it replaces.
    pub needed: u64,
}

/// A film that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Relative to the dataset.
    pub path: PathBuf,
    /// Why, as half a sentence.
    pub why: String,
}

/// A film that was made again, checked, and has its old one's name.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Relative to the dataset.
    pub path: PathBuf,
    /// Pictures in it.
    pub pictures: u64,
    /// Bytes of the old one.
    pub bytes_before: u64,
    /// Bytes of the new one.
    pub bytes: u64,
    /// The worst picture's signal-to-noise ratio against the old film's, in dB; infinite when all are equal.
    pub worst_db: f64,
}

/// What became of all films.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reencoded {
    /// Films that were made again, by path.
    pub made: Vec<Made>,
    /// Films that had the codec already.
    pub already: u64,
    /// Films that stay as they are, by path.
    pub left: Vec<Left>,
    /// Films that were still waiting when somebody wanted it to stop.
    pub waiting: u64,
    /// Half-written films of an earlier time that were removed.
    pub swept: u64,
    /// Cameras of which `info.json` names the new codec from now on.
    pub described: Vec<String>,
}

/// Looks at every film; touches nothing.
///
/// # Errors
/// When the dataset's description or its episodes cannot be read.
pub fn plan(root: &Path, how: Reencode) -> Result<Plan, DatasetError> {
    let info = Info::read(root)?;
    let mut episodes = episodes::read(root, &info.video_keys())?;
    episodes.truncate(usize::try_from(info.total_episodes).unwrap_or(usize::MAX));
    let survey = Survey::of(root, &info, &episodes, how);
    Ok(Plan {
        films: survey.films().map(|film| film.relative.clone()).collect(),
        pictures: survey.films().map(|film| film.samples).sum(),
        bytes: survey.films().map(|film| film.bytes).sum(),
        already: survey.already,
        needed: survey.needed(),
        left: survey.left,
    })
}

/// Makes the films again, on as many threads as there are processors, in [`Stage::Encoding`], in which every picture counts
/// twice. Told to stop, it ends within a picture and leaves the film it was at as it was. Commits that a crash cut short
/// are finished first.
///
/// # Errors
/// [`DatasetError::InUse`] while somebody records into the dataset, [`DatasetError::NoRoom`], or what reading and writing
/// can meet. Films that were made before stay made; doing it again does the rest.
pub fn apply(root: &Path, how: Reencode, progress: &Progress) -> Result<Reencoded, DatasetError> {
    apply_until(root, how, progress, None)
}

/// As [`apply`]; stops at a step as a crash would, after so many films were made.
#[doc(hidden)]
pub fn apply_until(
    root: &Path,
    how: Reencode,
    progress: &Progress,
    stop: Option<(usize, CommitStep)>,
) -> Result<Reencoded, DatasetError> {
    progress.begin(Stage::Looking, 0);
    let quantizer = u8::try_from(how.film.quality).ok().and_then(Quantizer::new);
    let Some(quantizer) = quantizer else {
        return Err(DatasetError::BadInput {
            problem: format!("films have no quality of {}", how.film.quality),
        });
    };
    let mut store = dataset::open_to_write(root)?;
    recovery::settle(&mut store)?;
    let survey = Survey::of(root, &store.info, &store.episodes, how);
    let swept = sweep(&survey)?;
    let needed = survey.needed();
    match files::free_bytes(root) {
        Some(free) if free < needed => {
            return Err(DatasetError::NoRoom {
                needed,
                free,
                path: root.to_owned(),
            });
        }
        _ => {}
    }
    let pictures: u64 = survey.films().map(|film| film.samples).sum();
    progress.begin(Stage::Encoding, 2 * pictures);
    let done = work::all(
        survey.films().cloned().collect(),
        how.film,
        quantizer,
        progress,
        stop,
    )?;
    let mut report = Reencoded {
        already: survey.already,
        swept,
        made: done.made,
        waiting: done.waiting,
        left: survey.left.into_iter().chain(done.left).collect(),
        described: Vec::new(),
    };
    report.made.sort_by(|a, b| a.path.cmp(&b.path));
    report.left.sort_by(|a, b| a.path.cmp(&b.path));

    let made: BTreeSet<&Path> = report.made.iter().map(|made| &*made.path).collect();
    let alike = |film: &Found| film.codec == Some(how.film.codec) || made.contains(&*film.relative);
    let mut info = store.info.clone();
    for key in store.info.video_keys() {
        let mut films = survey.found.iter().filter(|film| film.key == key);
        let said = store.info.film_codec(key);
        let differs = said.is_some_and(|said| said != how.film.codec.name());
        if differs && survey.found.iter().any(|film| film.key == key) && films.all(alike) {
            info.redescribe_films(key, how.film);
            report.described.push(key.to_owned());
        }
    }
    if !report.described.is_empty() {
        let stop = stop.map(|(_, step)| step);
        let text = info.to_text();
        files::replace(&Info::path(root), text.as_bytes(), Part::Info, stop)?;
    }
    progress.begin(Stage::Done, 0);
    Ok(report)
}

/// Removes films that were half-written when a crash came. Nobody else gives a file such a name beside a film, and the
/// dataset is locked.
fn sweep(survey: &Survey) -> Result<u64, DatasetError> {
    let films = survey.found.iter().map(|film| &film.path);
    let folders: BTreeSet<&Path> = films.filter_map(|path| path.parent()).collect();
    let mut swept = 0;
    for folder in folders {
        for path in episodes::list(folder)? {
            let name = path.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| name.ends_with(".mp4.tmp")) && !path.is_dir() {
                files::remove(&path)?;
                swept += 1;
            }
        }
    }
    Ok(swept)
}

/// How many counted films have another codec, as far as they can be looked at; for telling a person.
///
/// # Errors
/// As [`plan`].
pub fn waiting(root: &Path, codec: Codec) -> Result<u64, DatasetError> {
    let film = FilmSpec {
        codec,
        gop: 1,
        quality: u32::from(Quantizer::DEFAULT.get()),
    };
    let how = Reencode {
        film,
        from_episode: 0,
    };
    Ok(plan(root, how)?.films.len() as u64)
}
