//! Checksums that were right once, kept beside the files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::digest::Sums;
use super::error::ModelError;
use super::part::file;

/// Most bytes of the list.
const LONGEST: u64 = 1 << 20;

/// A checksum that was right once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pin {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// Checksums by names of files.
pub(super) type Pinned = BTreeMap<String, Pin>;

/// The list in a folder.
pub(super) struct Pins {
    path: PathBuf,
    /// One thread at a time writes it.
    writing: Mutex<()>,
}

impl Pins {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            path: folder.join("checksums.json"),
            writing: Mutex::default(),
        }
    }

    /// A list that cannot be read is as an empty one: files are checked again.
    pub(super) fn read(&self) -> Pinned {
        let mut bytes = Vec::new();
        let read =
            File::open(&self.path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
        match read {
            Ok(_) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(_) => Pinned::default(),
        }
    }

    /// Keeps a checksum that is right, or compares it with the one that was kept.
    pub(super) fn keep(
        &self,
        file: &str,
        name: &str,
        bytes: u64,
        sums: &Sums,
    ) -> Result<(), ModelError> {
        if let Some(pin) = self.read().get(file) {
            return match pin.sha256 == sums.sha256 {
                true => Ok(()),
                false => Err(ModelError::Changed {
                    name: name.to_owned(),
                    pinned: pin.sha256.clone(),
                    found: sums.sha256.clone(),
                }),
            };
        }
        self.put(file, bytes, sums)
    }

    /// Keeps a checksum, whatever was kept before.
    pub(super) fn put(&self, file: &str, bytes: u64, sums: &Sums) -> Result<(), ModelError> {
        let sha256 = sums.sha256.clone();
        self.change(|pins| {
            pins.insert(file.to_owned(), Pin { bytes, sha256 });
        })
    }

    /// Forgets the checksum of a file.
    pub(super) fn forget(&self, file: &str) -> Result<(), ModelError> {
        match self.read().contains_key(file) {
            true => self.change(|pins| {
                pins.remove(file);
            }),
            false => Ok(()),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Pinned)) -> Result<(), ModelError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pins = self.read();
        change(&mut pins);
        let failed = || file("writing the list of checksums", &self.path);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let bytes = serde_json::to_vec_pretty(&pins)
            .map_err(std::io::Error::from)
            .map_err(failed())?;
        let mut copy = tempfile::Builder::new()
            .prefix(".tendon-")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(failed())?;
        copy.write_all(&bytes).map_err(failed())?;
        persist(copy, &self.path)
    }
}

/// Gives a finished file its name.
pub(super) fn persist(copy: tempfile::NamedTempFile, place: &Path) -> Result<(), ModelError> {
    copy.as_file()
        .sync_all()
        .map_err(file("writing the file", place))?;
    copy.persist(place)
        .map(drop)
        .map_err(|error| file("naming the file", place)(error.error))
}
