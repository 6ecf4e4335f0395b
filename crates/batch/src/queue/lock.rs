//! One program per queue: an advisory lock on a file beside it. The system drops it when the program ends, however it ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::with_suffix;
use crate::error::BatchError;

/// Held for as long as this program may change the queue.
#[derive(Debug)]
pub(super) struct Lock(
    #[expect(
        dead_code,
        reason = "held, never read: closing the file drops the lock"
    )]
    File,
);

pub(super) fn path(queue: &Path) -> PathBuf {
    with_suffix(queue, ".lock")
}

impl Lock {
    pub(super) fn take(queue: &Path) -> Result<Self, BatchError> {
        const DOING: &str = "locking the queue";
        let path = path(queue);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(BatchError::file(DOING, &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(BatchError::InUse {
                path: queue.to_owned(),
            }),
            // A disk without locks: the database's own are left, or the person keeps programs apart.
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
                tracing::warn!(path = %path.display(), "this disk has no locks; do not run the batch in two programs");
                Ok(Self(file))
            }
            Err(TryLockError::Error(error)) => Err(BatchError::file(DOING, &path)(error)),
        }
    }
}
