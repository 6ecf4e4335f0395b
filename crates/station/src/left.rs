//! What interrupted sessions left on this machine: found without changing anything, shown, kept, thrown away.
//!
//! Looked through are the folders of datasets and the folders elsewhere that were recorded into lately. Not here: what an episode on
//! disk is (`dataset`), who asks when (`desk`, `cli`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dataset::left::{Condition, Left};
use dataset::progress::Progress;
use dataset::recovery::{self, Kept, Thrown};
use dataset::{DatasetError, left};
use pixels::{Size, Yuv420, jpeg, shrink, times_smaller};
use protocol::{ErrorCode, Failure};

use crate::failure::failure;

mod recorded;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told;

pub(crate) use recorded::folders as recorded_folders;
pub use recorded::note_recording;

/// Most folders that are looked into; a look at one without anything left costs a few system calls.
const MOST_FOLDERS: usize = 2000;
/// Most things that are told of.
const MOST: usize = 200;
/// Room for a small picture of a film.
const ROOM: (u32, u32) = (320, 240);
/// Quality of its JPEG.
const QUALITY: u8 = 75;

/// Something that was left, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What names it: the dataset's name and the journal's number. The same at every look.
    pub key: String,
    /// The dataset's name below the folder for new ones, else its whole path.
    pub dataset: String,
    /// The dataset's folder.
    pub root: PathBuf,
    /// Episodes that the dataset has without it.
    pub episodes: u64,
    /// Somebody writes to the dataset now.
    pub in_use: bool,
    /// What it is.
    pub left: Left,
}

/// What a look found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Looked {
    /// Folders that were looked through, the one for new datasets first.
    pub folders: Vec<PathBuf>,
    /// What was found, newest first.
    pub found: Vec<Found>,
    /// Why something could not be looked at.
    pub trouble: Vec<Failure>,
}

/// Looks through the folders in which datasets may be ([`crate::settings::Settings::dataset_folders`]) and where was recorded
/// lately. Nothing is changed.
pub fn look(homes: &[PathBuf]) -> Looked {
    look_through(homes, &recorded::folders())
}

fn look_through(homes: &[PathBuf], elsewhere: &[PathBuf]) -> Looked {
    let mut looked = Looked::default();
    let mut roots = BTreeSet::new();
    for home in homes {
        looked.folders.push(home.to_owned());
        match folders(home) {
            Ok(users) => {
                for user in users {
                    // A dataset is not looked into for further ones.
                    if !is_dataset(&user) {
                        roots.extend(folders(&user).unwrap_or_default());
                    }
                    roots.insert(user);
                }
            }
            Err(failure) => looked.trouble.push(failure),
        }
    }
    for root in elsewhere.iter().filter(|root| !is_near(homes, root)) {
        looked.folders.push(root.clone());
        roots.insert(root.clone());
    }
    for root in roots.into_iter().take(MOST_FOLDERS) {
        match left::look(&root) {
            Ok(here) => {
                // Below the folder for new ones a name says it; elsewhere another dataset may have the same.
                let dataset = name(homes.first(), &root);
                looked.found.extend(here.left.into_iter().map(|left| Found {
                    key: key(&dataset, &root, &left),
                    dataset: dataset.clone(),
                    root: root.clone(),
                    episodes: here.episodes,
                    in_use: here.in_use,
                    left,
                }));
            }
            Err(error) => looked.trouble.push(data_failure(&error)),
        }
    }
    looked
        .found
        .sort_by(|a, b| (b.left.started, &a.key).cmp(&(a.left.started, &b.key)));
    looked.found.truncate(MOST);
    looked
}

/// Whether a folder is a dataset's that is found below one of `homes` anyway: `name` or `user/name`.
fn is_near(homes: &[PathBuf], root: &Path) -> bool {
    let below = |home: &PathBuf| root.strip_prefix(home).ok();
    let mut below = homes.iter().filter_map(below);
    below.any(|below| below.components().count() <= 2)
}

impl Found {
    /// Whether it can be kept now.
    pub fn can_be_kept(&self) -> bool {
        !self.in_use && matches!(self.left.condition, Condition::Whole | Condition::Saving)
    }

    /// Whether it can be thrown away now.
    pub fn can_be_thrown_away(&self) -> bool {
        !self.in_use && self.left.condition == Condition::Whole
    }

    /// What keeps it from being kept, or what is worth knowing, and what to do.
    pub fn word(&self) -> Option<Failure> {
        let (code, message, remedy) = if self.in_use {
            (
                ErrorCode::NotWhile,
                "The dataset is being written to now.".to_owned(),
                "Wait until its session has ended.",
            )
        } else {
            match &self.left.condition {
                Condition::Whole => return None,
                Condition::Saving => (
                    ErrorCode::Data,
                    "It was being saved when the program ended.".to_owned(),
                    "Keep it: that finishes the save. It cannot be thrown away any more.",
                ),
                Condition::Lacking(cameras) => (
                    ErrorCode::Data,
                    format!(
                        "Nothing of it can be kept: there is no whole picture of {}.",
                        cameras.join(", ")
                    ),
                    "Its rows are on disk, and are put away with the next recording into this dataset.",
                ),
                Condition::Damaged => (
                    ErrorCode::Data,
                    "Nothing of it can be kept: its journal is damaged.".to_owned(),
                    "Its films are on disk, and are put away with the next recording into this dataset.",
                ),
                Condition::Newer => (
                    ErrorCode::Data,
                    "A newer Tendon recorded it.".to_owned(),
                    "Keep it with the newer Tendon.",
                ),
                Condition::PutAway(_) => (
                    ErrorCode::Data,
                    "Nothing of it could be kept, and it was put away.".to_owned(),
                    "Take from its folder what you need, then delete the folder.",
                ),
            }
        };
        Some(failure(code, message, remedy))
    }

    /// Appends it to its dataset as the next episode; a save that was cut short is finished. `progress` counts pictures.
    ///
    /// # Errors
    /// When it cannot be kept, it was called off, or what the disk refuses. It is then still there.
    pub fn keep(&self, progress: &Progress) -> Result<Kept, Failure> {
        if !self.can_be_kept() {
            return Err(self.refusal());
        }
        recovery::keep_left(&self.root, &self.left, progress).map_err(|error| data_failure(&error))
    }

    /// Sets it aside so that it can be wanted back for as long as the result lives.
    ///
    /// # Errors
    /// When it cannot be thrown away, or what the disk refuses. It is then still there.
    pub fn throw_away(&self) -> Result<Thrown, Failure> {
        if !self.can_be_thrown_away() {
            return Err(self.refusal());
        }
        recovery::throw_away(&self.root, &self.left).map_err(|error| data_failure(&error))
    }

    /// Removes it for good.
    ///
    /// # Errors
    /// As [`Found::throw_away`].
    pub fn discard(&self) -> Result<(), Failure> {
        let thrown = self.throw_away()?;
        thrown.remove().map_err(|error| data_failure(&error))
    }

    fn refusal(&self) -> Failure {
        self.word().unwrap_or_else(|| {
            failure(
                ErrorCode::NotWhile,
                "It is not on offer any more.",
                "Look again.",
            )
        })
    }

    /// A small JPEG of the picture at a `share` (0 to 1) of a camera's film, as far as that is whole; `None` where there is
    /// none, and while the dataset is being written to.
    ///
    /// # Errors
    /// When the disk refuses to read.
    pub fn picture(&self, camera: &str, share: f64) -> Result<Option<Vec<u8>>, Failure> {
        if left::in_use(&self.root) {
            return Ok(None);
        }
        let picture = left::picture(&self.left.journal, camera, share)
            .map_err(|error| data_failure(&error))?;
        Ok(picture.and_then(|picture| small(&picture)))
    }
}

/// A picture as a JPEG that fits into a list.
fn small(picture: &Yuv420) -> Option<Vec<u8>> {
    let times = times_smaller(picture.size, Size::new(ROOM.0, ROOM.1)?);
    let mut smaller = Yuv420::black(Size::new(1, 1)?);
    let shown = if times > 1 {
        shrink(picture, times, &mut smaller).ok()?;
        &smaller
    } else {
        picture
    };
    jpeg::encode(shown, QUALITY).ok()
}

/// What a dataset's error is outside.
pub fn data_failure(error: &DatasetError) -> Failure {
    let code = match error {
        DatasetError::Cancelled(_) => ErrorCode::Stopped,
        DatasetError::InUse { .. } | DatasetError::Changed { .. } => ErrorCode::NotWhile,
        DatasetError::Io { .. } => ErrorCode::Disk,
        _ => ErrorCode::Data,
    };
    failure(code, error, error.remedy())
}

/// A dataset's name below `home`, else its whole path.
fn name(home: Option<&PathBuf>, root: &Path) -> String {
    let Some(below) = home.and_then(|home| root.strip_prefix(home).ok()) else {
        return root.display().to_string();
    };
    let parts: Vec<_> = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// `user/name:0003`; of something that was put away `user/name:attic/1700000000-0/0003`.
fn key(dataset: &str, root: &Path, left: &Left) -> String {
    let number = left
        .journal
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    match &left.condition {
        Condition::PutAway(folder) => {
            let attic = folder
                .strip_prefix(root.join("meta/tendon"))
                .unwrap_or(folder);
            let attic: Vec<_> = attic
                .components()
                .map(|part| part.as_os_str().to_string_lossy())
                .collect();
            format!("{dataset}:{}/{number}", attic.join("/"))
        }
        _ => format!("{dataset}:{number}"),
    }
}

fn is_dataset(folder: &Path) -> bool {
    folder.join("meta/info.json").is_file()
}

/// Folders in a folder; none where there is no such folder.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => return Ok(Vec::new()),
        Err(error) => {
            return Err(failure(
                ErrorCode::Disk,
                format!(
                    "the folder of datasets cannot be read: {error}\nFolder: {}",
                    folder.display()
                ),
                "Check the folder's owner and permissions.",
            ));
        }
    };
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect())
}
