//! What can go wrong with a batch as a whole, and what the person can do. What goes wrong with one file is an
//! [`ItemError`], which stops nothing.

use std::io;
use std::path::{Path, PathBuf};

use imaging::ImagingError;

/// A batch that cannot be planned, kept or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// A file or folder that the person named cannot be looked at.
    #[error("the input cannot be read: {source}\nPath: {path}", path = path.display())]
    Input {
        /// What was named.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Where the outputs should go is no folder.
    #[error("the outputs cannot go there: it is a file and no folder\nPath: {path}", path = path.display())]
    NoFolder {
        /// What was named.
        path: PathBuf,
    },
    /// An output would take the place of an input.
    #[error("the output of {input} would overwrite the input {output}", input = input.display(), output = output.display())]
    OutputIsInput {
        /// The input whose output it is.
        input: PathBuf,
        /// The input that would be lost.
        output: PathBuf,
    },
    /// Outputs would be found as new files in the folder that is watched, for ever.
    #[error("the outputs cannot go into a folder that is watched\nPath: {path}", path = path.display())]
    IntoWatched {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{doing} failed: {source}\nPath: {path}", path = path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The preset or a setting is not one that can be run.
    #[error(transparent)]
    Imaging(#[from] ImagingError),
    /// The queue could not be read or written.
    #[error("{doing} failed: {source}\nQueue: {path}", path = path.display())]
    Queue {
        /// What was being done.
        doing: &'static str,
        /// The queue's file.
        path: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// The queue's file is damaged or no queue.
    #[error("the queue is damaged or no queue of this program: {what}\nQueue: {path}", path = path.display())]
    Broken {
        /// The queue's file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The queue was written by a newer program.
    #[error("the queue has version {found}, this program reads version {known}\nQueue: {path}", path = path.display())]
    Newer {
        /// The queue's file.
        path: PathBuf,
        /// Version of the file.
        found: i64,
        /// Version that is read.
        known: i64,
    },
    /// Another program works on the queue.
    #[error("another program is working on this batch\nQueue: {path}", path = path.display())]
    InUse {
        /// The queue's file.
        path: PathBuf,
    },
    /// A new batch was asked for where there is one.
    #[error("there is a batch already\nQueue: {path}", path = path.display())]
    Exists {
        /// The queue's file.
        path: PathBuf,
    },
    /// A batch was to be resumed where there is none.
    #[error("there is no batch to go on with\nQueue: {path}", path = path.display())]
    NoBatch {
        /// Where its queue would be.
        path: PathBuf,
    },
    /// The pool does not take work of this kind, now or ever.
    #[error("the worker pool does not take the batch: {what}")]
    Pool {
        /// Why.
        what: String,
    },
    /// A handle was used in a way it cannot be.
    #[error("the batch {what}")]
    NotWhile {
        /// `was started before`, `was never started`.
        what: &'static str,
    },
    /// The batch's own thread could not be had, or ended in a panic.
    #[error("the batch's thread is lost: {what}")]
    Thread {
        /// Why.
        what: String,
    },
}

impl BatchError {
    /// What the person can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Input { .. } => "Check that the path is right and may be read.",
            Self::NoFolder { .. } => "Choose a folder, or a name that nothing has yet.",
            Self::IntoWatched { .. } => {
                "Choose another folder for the outputs; it may lie inside this one."
            }
            Self::OutputIsInput { .. } => "Choose another output folder or another format.",
            Self::File { .. } => {
                "Check that the path is right and writable, and the disk not full; then resume the batch."
            }
            Self::Imaging(error) => error.remedy(),
            Self::Queue { .. } => {
                "Check that the disk is there, writable and not full; then resume the batch."
            }
            Self::Broken { .. } => {
                "Set the queue aside and start the batch anew, keeping outputs that exist: what is done is not done again."
            }
            Self::Newer { .. } => "Update this program, or start the batch anew with this one.",
            Self::InUse { .. } => "Wait until the other one has ended, or end it; then try again.",
            Self::Exists { .. } => "Resume it, or remove its queue first; outputs stay either way.",
            Self::NoBatch { .. } => "Start a new batch.",
            Self::Pool { .. } => "Change the worker settings, or wait until there is less to do.",
            Self::NotWhile { .. } => "Make a new handle.",
            Self::Thread { .. } => "Close other programs, then resume the batch.",
        }
    }

    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }
}

/// Why one file was not made. The others go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ItemError {
    /// What is wrong with it.
    pub message: String,
    /// What the person can do.
    pub remedy: String,
}

impl ItemError {
    pub(crate) fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    pub(crate) fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(
            format!("{doing} failed: {error}\nPath: {}", path.display()),
            "Check that the path is right and writable, and the disk not full.",
        )
    }
}

impl From<&ImagingError> for ItemError {
    fn from(error: &ImagingError) -> Self {
        Self::new(error.to_string(), error.remedy())
    }
}
