//! An interrupted episode that a person threw away and may want back: it is set aside like one that was discarded while
//! recording, and stays for as long as its owner lives.
//!
//! The owner holds a lock on the journal. Whoever writes to the dataset next leaves it alone while that lock is held, in this
//! program or in another; a program that ended, however it did, holds none, and then it is cleared away.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::dataset;
use crate::error::DatasetError;
use crate::files;
use crate::footage::{self, ASIDE};
use crate::left::Left;

/// An episode that was thrown away and can be offered again. Dropping it leaves its files to whoever writes to the dataset
/// next, who removes them.
#[derive(Debug)]
pub struct Thrown {
    root: PathBuf,
    journal: PathBuf,
    aside: PathBuf,
    _held: File,
}

/// Sets aside an interrupted episode that [`crate::left::look`] found.
///
/// # Errors
/// [`DatasetError::InUse`], [`DatasetError::Changed`] when its journal is of another episode by now, or when it cannot be
/// renamed; it is then still on offer.
pub fn throw_away(root: impl AsRef<Path>, left: &Left) -> Result<Thrown, DatasetError> {
    let root = root.as_ref();
    let journal = left.journal.as_path();
    let mut store = dataset::open_to_write(root)?;
    super::still(left)?;
    super::settle(&mut store)?;
    let held = File::open(journal).map_err(DatasetError::io("opening a journal", journal))?;
    // A disk without locks cannot hold it for anybody: it is then gone with the next recording.
    if let Err(TryLockError::Error(error)) = held.try_lock() {
        tracing::info!(%error, "an episode that was thrown away cannot be held");
    }
    let aside = journal.with_extension(ASIDE);
    rename(journal, &aside)?;
    Ok(Thrown {
        root: root.to_owned(),
        journal: journal.to_owned(),
        aside,
        _held: held,
    })
}

impl Thrown {
    /// Offers it again, under the journal's old name.
    ///
    /// # Errors
    /// [`DatasetError::InUse`], or when the journal cannot be renamed, or is gone.
    pub fn bring_back(&self) -> Result<(), DatasetError> {
        let _store = dataset::open_to_write(&self.root)?;
        rename(&self.aside, &self.journal)
    }
}

impl Thrown {
    /// Removes it for good.
    ///
    /// # Errors
    /// When a file cannot be removed; whoever writes to the dataset next tries again.
    pub fn remove(self) -> Result<(), DatasetError> {
        files::remove(&self.aside)?;
        footage::remove_all(&self.aside)
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), DatasetError> {
    std::fs::rename(from, to).map_err(DatasetError::io("renaming a journal", from))?;
    files::sync_folder_of(to)
}
