//! What can go wrong with a dataset, in words for the person who owns it.
//!
//! Paths come last in each text, so that the first half can be pasted elsewhere.

use std::io;
use std::path::{Path, PathBuf};

/// A dataset could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The operating system refused.
    #[error("{doing} failed: {source}\nFile: {path}", path = path.display())]
    Io {
        /// What was being done, as a noun phrase: "writing the episode's rows".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that every dataset has is not there.
    #[error("{what} is missing\nFile: {path}", path = path.display())]
    Missing {
        /// What the file is.
        what: &'static str,
        /// Where it should be.
        path: PathBuf,
    },
    /// The dataset has another format version.
    #[error("the dataset has format {found:?}, this program reads v3.x\nFile: {path}", path = path.display())]
    Version {
        /// `codebase_version` as found.
        found: String,
        /// Its `info.json`.
        path: PathBuf,
    },
    /// A file's bytes do not say what they must.
    #[error("{problem}\nFile: {path}", path = path.display())]
    Malformed {
        /// What is wrong, with the place inside the file.
        problem: String,
        /// The file.
        path: PathBuf,
    },
    /// A Parquet file is compressed in a way this program was not built for.
    #[error("column {column:?} is compressed with {codec}, which this program cannot read\nFile: {path}", path = path.display())]
    Codec {
        /// The codec's name in the Parquet format.
        codec: String,
        /// The first column that uses it.
        column: String,
        /// The file.
        path: PathBuf,
    },
    /// The dataset that should be continued was recorded with something else.
    #[error("cannot continue the dataset: {what} differs (dataset: {theirs}, now: {ours})\nDataset: {path}", path = path.display())]
    Differs {
        /// `fps`, `robot_type` or the feature concerned.
        what: String,
        /// What the dataset says.
        theirs: String,
        /// What this session would record.
        ours: String,
        /// The dataset's folder.
        path: PathBuf,
    },
    /// The folder for a new dataset already holds something.
    #[error("the folder is not empty\nFolder: {path}", path = path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// What was to be done with an unfinished episode was decided of another one: its journal is somebody else's by now.
    #[error("this episode was dealt with meanwhile; another one may lie in its place\nFile: {path}", path = path.display())]
    Changed {
        /// Its journal.
        path: PathBuf,
    },
    /// Somebody else is writing to the dataset.
    #[error("another program is writing to the dataset\nDataset: {path}", path = path.display())]
    InUse {
        /// The dataset's folder.
        path: PathBuf,
    },
    /// Asked for at the wrong moment.
    #[error("not while {while_what}")]
    NotWhile {
        /// What stands in the way.
        while_what: &'static str,
    },
    /// The values handed over cannot be a row, an episode or a dataset.
    #[error("{problem}")]
    BadInput {
        /// What is wrong with them.
        problem: String,
    },
    /// The episode's films would get too long.
    #[error("an episode with cameras ends at {limit} s, that is after {rows} rows", limit = crate::camera::LONGEST_FILM.as_secs())]
    TooLong {
        /// Rows it has.
        rows: u64,
    },
    /// The film of a camera does not fit its episode.
    #[error("the film of {camera} does not fit its episode: {problem}\nFile: {path}", path = path.display())]
    Film {
        /// The camera's feature.
        camera: String,
        /// What does not fit.
        problem: String,
        /// The film.
        path: PathBuf,
    },
    /// The disk has no room for another film beside the one that it replaces.
    #[error("{needed} bytes are needed beside the films, {free} are free\nFolder: {path}", path = path.display())]
    NoRoom {
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
        /// The dataset's folder.
        path: PathBuf,
    },
    /// Another program wrote to a film while it was made again.
    #[error("the film has changed while it was made again; it stays as it is\nFile: {path}", path = path.display())]
    FilmChanged {
        /// The film.
        path: PathBuf,
    },
    /// A film cannot be used.
    #[error(transparent)]
    Video(video::VideoError),
    /// There is no such episode.
    #[error("there is no episode {episode}, the dataset has {total}")]
    NoSuchEpisode {
        /// The one asked for.
        episode: u64,
        /// How many there are.
        total: u64,
    },
    /// Data lies in the folder that the dataset does not mention; LeRobot would read it all the same.
    #[error("the dataset does not mention this file, but LeRobot would read it\nFile: {path}", path = path.display())]
    Unreferenced {
        /// The file.
        path: PathBuf,
    },
    /// Somebody asked for the work to stop; what it was about is as it was.
    #[error("cancelled")]
    Cancelled(#[from] crate::progress::Cancelled),
    /// A test asked the commit to stop here, as a crash would.
    #[doc(hidden)]
    #[error("stopped on purpose at {step}")]
    StoppedAt {
        /// The step.
        step: String,
    },
}

impl From<video::VideoError> for DatasetError {
    fn from(error: video::VideoError) -> Self {
        match error {
            video::VideoError::Io {
                doing,
                path,
                source,
            } => Self::Io {
                doing,
                path,
                source,
            },
            other => Self::Video(other),
        }
    }
}

impl DatasetError {
    /// What the person can do about it. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "The disk is full. Free some space; an episode that was not saved is offered again on the next start."
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "Check that you may write to this folder, or choose another one."
                }
                _ => "Check that the disk is there and healthy, then try again.",
            },
            Self::Missing { .. } => {
                "Check that this is the dataset's folder (the one that contains meta/info.json) and that it was copied whole."
            }
            Self::Version { .. } => {
                "Convert an older dataset with LeRobot's convert_dataset_v21_to_v30 script; for a newer one, update this program."
            }
            Self::Malformed { .. } => {
                "Run `tendon dataset verify` for all findings and `tendon dataset repair` for what can be mended; else restore the file from a copy."
            }
            Self::Codec { .. } => {
                "Rewrite the file with snappy compression, for instance with pyarrow: pq.write_table(pq.read_table(f), f)."
            }
            Self::Differs { .. } => {
                "Record with the same robot, rate, units and cameras as before, or choose a new dataset name."
            }
            Self::NotEmpty { .. } => {
                "Choose another dataset name, or continue the dataset that is there with --resume=true."
            }
            Self::InUse { .. } => "Close the other program, then try again.",
            Self::Changed { .. } => "Look again.",
            Self::NotWhile { .. } => "Wait until that has ended.",
            Self::BadInput { .. } => {
                "This is a mistake in the settings or in the program; the text says where."
            }
            Self::Video(error) => error.remedy(),
            Self::TooLong { .. } => "Choose a shorter episode time; what was recorded is kept.",
            Self::Film { .. } => {
                "The episode stays beside the dataset and is offered again on the next start."
            }
            Self::NoRoom { .. } => "Free some space on that disk, then try again.",
            Self::FilmChanged { .. } => {
                "Close whatever else writes to the dataset, then try again; nothing is lost."
            }
            Self::NoSuchEpisode { .. } => {
                "Choose one of the episodes that exist; they count from 0."
            }
            Self::Unreferenced { .. } => {
                "Run `tendon dataset repair`, or move the file out of the dataset."
            }
            Self::Cancelled(_) => "Nothing is lost; begin again when you like.",
            Self::StoppedAt { .. } => "Only tests ask for this.",
        }
    }

    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }

    pub(crate) fn malformed(path: &Path, problem: impl Into<String>) -> Self {
        Self::Malformed {
            problem: problem.into(),
            path: path.to_owned(),
        }
    }
}
