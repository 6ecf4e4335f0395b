//! One writer per dataset: an advisory lock on `meta/tendon/lock`.
//!
//! The system drops the lock when its process ends, however it ends, so a lock file that is left over locks nobody out.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::DatasetError;
use crate::files;

/// Held for as long as this program may write to the dataset.
#[derive(Debug)]
pub(crate) struct Lock(
    #[expect(
        dead_code,
        reason = "held, never read: closing the file drops the lock"
    )]
    File,
);

/// Where the lock of a dataset is.
pub(crate) fn path(root: &Path) -> PathBuf {
    root.join("meta/tendon/lock")
}

impl Lock {
    /// Takes the lock, without waiting for it.
    pub(crate) fn take(root: &Path) -> Result<Self, DatasetError> {
        let path = path(root);
        files::create_folder(&root.join("meta/tendon"))?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(DatasetError::io("opening the dataset's lock", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(DatasetError::InUse {
                path: root.to_owned(),
            }),
            // A network disk without locks still takes datasets; there the person has to keep writers apart.
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
                tracing::warn!(path = %path.display(), "this disk has no locks; do not write to the dataset from two programs");
                Ok(Self(file))
            }
            Err(TryLockError::Error(error)) => {
                Err(DatasetError::io("locking the dataset", &path)(error))
            }
        }
    }
}
