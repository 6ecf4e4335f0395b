//! What can go wrong with frames of a dataset. One picture that cannot be made ends the work: an episode is whole or not
//! there, and one without its pictures is of no use to anybody.

use std::path::PathBuf;

use dataset::DatasetError;
use dataset::progress::Cancelled;
use imaging::ImagingError;
use pixels::Size;

use crate::error::ItemError;

/// Frames that could not be made. Episodes that were saved before stay; the same task goes on behind them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FramesError {
    /// A dataset cannot be read or written.
    #[error(transparent)]
    Dataset(DatasetError),
    /// The preset cannot be run on these pictures.
    #[error("{camera}: {source}")]
    Pipeline {
        /// The camera's feature.
        camera: String,
        /// Why.
        source: ImagingError,
    },
    /// The source has something that a new dataset of this program cannot hold.
    #[error("this dataset cannot be remade: {what}\nDataset: {path}", path = path.display())]
    Unsupported {
        /// What it has.
        what: String,
        /// Its folder.
        path: PathBuf,
    },
    /// A camera that the source does not have.
    #[error("the dataset has no camera {name:?}; it has {known}")]
    NoCamera {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// One folder lies in the other.
    #[error("the new dataset cannot lie in the old one, nor the old one in it\nFolder: {path}", path = path.display())]
    Nested {
        /// The folder for the new one.
        path: PathBuf,
    },
    /// The folder for the new dataset holds something that this task did not begin.
    #[error("the folder holds something else: {what}\nFolder: {path}", path = path.display())]
    Other {
        /// What differs.
        what: String,
        /// The folder.
        path: PathBuf,
    },
    /// A picture was not made.
    #[error("row {row} of episode {episode}, {camera}: {error}")]
    Picture {
        /// Episode of the source.
        episode: u64,
        /// Its row, from 0.
        row: u64,
        /// The camera's feature.
        camera: String,
        /// Why.
        error: ItemError,
    },
    /// A picture came out in another size than the first ones: a film has one size.
    #[error(
        "row {row} of episode {episode}, {camera}: the preset makes a picture of {got}, others are {expected}"
    )]
    Size {
        /// Episode of the source.
        episode: u64,
        /// Its row, from 0.
        row: u64,
        /// The camera's feature.
        camera: String,
        /// Size of the new camera.
        expected: Size,
        /// Size of this picture.
        got: Size,
    },
    /// The pool does not take the work.
    #[error("the worker pool does not take the frames: {what}")]
    Pool {
        /// Why.
        what: String,
    },
    /// Somebody wanted it to stop. Episodes that were saved stay.
    #[error("cancelled")]
    Cancelled,
}

impl FramesError {
    /// What the person can do. Shown under the message.
    pub fn remedy(&self) -> &str {
        match self {
            Self::Dataset(error) => error.remedy(),
            Self::Pipeline { source, .. } => source.remedy(),
            Self::Unsupported { .. } => {
                "Choose another dataset, or take out what is named with the tool that made it."
            }
            Self::NoCamera { .. } => "Choose one of those that there are.",
            Self::Nested { .. } => "Choose another folder.",
            Self::Other { .. } => {
                "Choose a folder that does not exist, or the task with which this one was begun."
            }
            Self::Picture { error, .. } => &error.remedy,
            Self::Size { .. } => {
                "Take out of the preset what makes the size depend on what a picture shows, or end it with a resize."
            }
            Self::Pool { .. } => "Change the worker settings, or wait until there is less to do.",
            Self::Cancelled => "Nothing is lost; begin again when you like.",
        }
    }
}

impl From<DatasetError> for FramesError {
    fn from(error: DatasetError) -> Self {
        match error {
            DatasetError::Cancelled(_) => Self::Cancelled,
            other => Self::Dataset(other),
        }
    }
}

impl From<video::VideoError> for FramesError {
    fn from(error: video::VideoError) -> Self {
        DatasetError::from(error).into()
    }
}

impl From<Cancelled> for FramesError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
