//! What can go wrong with a film, in words for the person who recorded it.
//!
//! Paths come last in each text, so that the first half can be pasted elsewhere.

use std::io;
use std::path::{Path, PathBuf};

/// A film could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VideoError {
    /// The operating system refused.
    #[error("{doing} failed: {source}\nFile: {path}", path = path.display())]
    Io {
        /// What was being done, as a noun phrase: "writing a fragment of the film".
        doing: &'static str,
        /// The film.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file's bytes do not say what they must.
    #[error("{problem} (byte {offset})\nFile: {path}", path = path.display())]
    Malformed {
        /// What is wrong, with the box it is in.
        problem: String,
        /// Where in the file.
        offset: u64,
        /// The film.
        path: PathBuf,
    },
    /// A film that may be right, of a kind this program does not read.
    #[error("{what}, which this program does not read\nFile: {path}", path = path.display())]
    Unsupported {
        /// What it is: "the film is coded with HEVC".
        what: String,
        /// What to do about it.
        remedy: &'static str,
        /// The film.
        path: PathBuf,
    },
    /// There is no such picture in the film.
    #[error("there is no picture {asked}, the film has {samples}\nFile: {path}", path = path.display())]
    NoSuchPicture {
        /// What was asked for: "12" or "at 0.4 s".
        asked: String,
        /// Pictures in the film.
        samples: u64,
        /// The film.
        path: PathBuf,
    },
    /// A decoder refused a sample, or gave no picture for it.
    #[error("picture {index} does not decode: {problem}\nFile: {path}", path = path.display())]
    Undecodable {
        /// The sample, from 0.
        index: u64,
        /// What the decoder said.
        problem: String,
        /// The film.
        path: PathBuf,
    },
    /// An encoder could not be made, refused a picture, or gave no sample for it.
    #[error("encoding failed: {problem}")]
    Encoder {
        /// What the encoder said.
        problem: String,
    },
    /// The thread that encodes a camera's pictures failed.
    #[error("the encoder of camera {camera} is lost: {problem}")]
    EncoderLost {
        /// The camera.
        camera: String,
        /// What became of the thread.
        problem: String,
    },
    /// A film that was made again is not what the old one is.
    #[error("the film that was made again is not like the old one, which stays: {problem}\nFile: {path}", path = path.display())]
    Unlike {
        /// What differs.
        problem: String,
        /// The new film.
        path: PathBuf,
    },
    /// Somebody wanted it to stop.
    #[error("stopped before it was done; nothing was changed")]
    Cancelled,
    /// The values handed over cannot be a film.
    #[error("{problem}")]
    BadInput {
        /// What is wrong with them.
        problem: String,
    },
}

impl VideoError {
    /// What the person can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "Check the path, and that the dataset was copied whole.",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "Free some space on that disk; what was written before is kept."
                }
                io::ErrorKind::PermissionDenied => "Check the permissions of file and folder.",
                _ => "Check that the disk has space and can be written and read, then try again.",
            },
            Self::Malformed { .. } => {
                "Restore the file from a copy; if it was being recorded when the program ended, continue the dataset once, which recovers it."
            }
            Self::Unsupported { remedy, .. } => remedy,
            Self::NoSuchPicture { .. } => "Choose a picture within the film; they count from 0.",
            Self::Undecodable { .. } => {
                "Restore the file from a copy; `tendon dataset verify` finds what else is damaged."
            }
            Self::Encoder { .. } => "Choose another codec or a size that the encoder takes.",
            Self::EncoderLost { .. } => {
                "The episode is kept as far as its film goes; record it again, and start the program again if it happens often."
            }
            Self::Unlike { .. } => "Choose a finer quantizer, or leave the film as it is.",
            Self::Cancelled => "Begin again whenever you like.",
            Self::BadInput { .. } => {
                "This is a mistake in the settings or in the program; the text says where."
            }
        }
    }

    #[allow(dead_code, reason = "its users land next")]
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }

    #[allow(dead_code, reason = "its users land next")]
    pub(crate) fn malformed(path: &Path, offset: u64, problem: impl Into<String>) -> Self {
        Self::Malformed {
            problem: problem.into(),
            offset,
            path: path.to_owned(),
        }
    }
}
