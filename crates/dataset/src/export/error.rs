//! What can stop an export, and what the person can do about it.

use std::io;
use std::path::PathBuf;

use crate::progress::Cancelled;

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Somebody asked for it to stop.
    #[error("the export was cancelled")]
    Cancelled(#[from] Cancelled),
    /// The folder has no `meta/info.json`.
    #[error("this folder holds no dataset: meta/info.json is missing\nFolder: {root}", root = root.display())]
    NotADataset {
        /// The folder that was to be exported.
        root: PathBuf,
    },
    /// A file of that name exists.
    #[error("a file of that name exists already\nFile: {target}", target = target.display())]
    TargetExists {
        /// The name that is taken.
        target: PathBuf,
    },
    /// The archive would lie inside what it archives.
    #[error("the archive would lie inside the dataset itself\nFile: {target}", target = target.display())]
    TargetInside {
        /// The name that was asked for.
        target: PathBuf,
    },
    /// Another export writes the same file.
    #[error("another export is writing this file\nFile: {target}", target = target.display())]
    Busy {
        /// The name that was asked for.
        target: PathBuf,
    },
    /// The disk is too small for the archive, before or during writing.
    #[error("the disk has no room for the archive: {needed} bytes wanted, {free} free\nFolder: {folder}", folder = folder.display())]
    DiskFull {
        /// Bytes the archive may need.
        needed: u64,
        /// Bytes the disk has left for this user.
        free: u64,
        /// The folder the archive goes to.
        folder: PathBuf,
    },
    /// A file was changed, added or removed during the export.
    #[error("the dataset changed while it was being exported\nFile: {path}", path = path.display())]
    Changed {
        /// The file that is not as it was.
        path: PathBuf,
    },
    /// Something a ZIP cannot hold.
    #[error("this cannot be put into an archive: {why}\nFile: {path}", path = path.display())]
    Unpackable {
        /// What it is about.
        path: PathBuf,
        /// The reason, as half a sentence.
        why: &'static str,
    },
    /// A file of the dataset could not be read.
    #[error("a file of the dataset could not be read: {source}\nFile: {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The archive could not be written.
    #[error("the archive could not be written: {source}\nFile: {path}", path = path.display())]
    Write {
        /// The archive, or its folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What was read back is not what was written.
    #[error("the archive does not read back as it was written: {why}\nEntry: {entry}")]
    NotFaithful {
        /// The entry's name in the archive.
        entry: String,
        /// What differs.
        why: String,
    },
}

impl ExportError {
    /// What the person at the bench can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Cancelled(_) => "Nothing was left behind. Export again when you like.",
            Self::NotADataset { .. } => "Choose the folder that contains `meta` and `data`.",
            Self::TargetExists { .. } => "Choose another name, or allow the file to be replaced.",
            Self::TargetInside { .. } => "Choose a place outside the dataset's folder.",
            Self::Busy { .. } => "Wait for the other export, or choose another name.",
            Self::DiskFull { .. } => {
                "Make room on that disk, or choose a place on another one. The dataset itself is untouched."
            }
            Self::Changed { .. } => {
                "Export again once nothing is being recorded into this dataset."
            }
            Self::Unpackable { .. } => {
                "Rename it or move it out of the dataset's folder, then export again."
            }
            Self::Read { .. } => {
                "Check the file's permissions and the disk it lies on, then export again."
            }
            Self::Write { .. } => {
                "Check that the folder exists and may be written to, then export again."
            }
            Self::NotFaithful { .. } => {
                "The disk or the memory changes data. Check the machine before trusting it with a recording."
            }
        }
    }
}
