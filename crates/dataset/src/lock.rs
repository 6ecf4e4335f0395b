//! One writer per dataset: an advisory lock on `meta/tendon/lock`.
//!
//! The system drops the lock when its process ends, however it ends, so a lock file that is left over locks nobody out.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use stdx::{Clock as _, SystemClock};

use crate::error::DatasetError;
use crate::files;

/// Who only looks whether the lock is held has it for an instant: whoever takes it tries so often.
const TRIES: u32 = 5;
/// Time between two tries.
const BETWEEN: Duration = Duration::from_millis(2);

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
    /// Takes the lock, without waiting for whoever writes.
    pub(crate) fn take(root: &Path) -> Result<Self, DatasetError> {
        let path = path(root);
        files::create_folder(&root.join("meta/tendon"))?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(DatasetError::io("opening the dataset's lock", &path))?;
        match try_lock(&file) {
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

    /// Whether somebody holds the lock, this program included. A dataset without a lock file gets none.
    pub(crate) fn is_held(root: &Path) -> bool {
        File::open(path(root))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

fn try_lock(file: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => SystemClock.sleep(BETWEEN),
            other => return other,
        }
    }
    file.try_lock()
}
