//! What came of a file so far, on disk: the part itself, its lock, and a note of which edition it is a part of.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ureq::http::{HeaderMap, header};

use super::digest::Digests;
use super::error::ModelError;

/// Most bytes of the note beside a part.
const LONGEST_NOTE: u64 = 16 * 1024;

/// Where a part came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) address: String,
    /// What the server calls this very edition of the file.
    pub(super) edition: String,
}

/// A part that is open and locked.
pub(super) struct Part {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) len: u64,
    pub(super) digests: Digests,
}

impl Part {
    /// Opens the part of a file and takes its lock.
    pub(super) fn open(place: &Path, name: &str) -> Result<Self, ModelError> {
        let path = part_of(place);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(file("opening the model's file", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(ModelError::Busy {
                    name: name.to_owned(),
                });
            }
            // A folder on a network may know no locks; one person fetches one model there.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => {
                return Err(self::file("locking the model's file", &path)(error));
            }
        }
        let found = file
            .metadata()
            .map_err(self::file("looking at the model's file", &path))?;
        if !is_still(&found, &path) {
            // Another one finished it between opening and locking: what is in hand here has its name already.
            return Err(ModelError::Busy {
                name: name.to_owned(),
            });
        }
        Ok(Self {
            path,
            file,
            len: found.len(),
            digests: Digests::default(),
        })
    }

    /// Drops what is there.
    pub(super) fn begin_anew(&mut self) -> Result<(), ModelError> {
        let failed = file("emptying the model's file", &self.path);
        self.file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .map_err(failed)?;
        self.len = 0;
        self.digests = Digests::default();
        std::fs::remove_file(note_of(&self.path)).ok();
        Ok(())
    }

    /// Nothing is missing.
    pub(super) fn whole(self) -> Whole {
        Whole {
            len: self.len,
            part: self.path,
            _lock: self.file,
        }
    }
}

/// Whether a file that was opened under a name still has it.
#[cfg(unix)]
fn is_still(opened: &Metadata, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path)
        .is_ok_and(|named| (named.ino(), named.dev()) == (opened.ino(), opened.dev()))
}

/// Here a file that somebody holds open keeps others from giving it another name.
#[cfg(not(unix))]
fn is_still(_opened: &Metadata, path: &Path) -> bool {
    path.exists()
}

/// A part that is whole and right. Its lock lasts until it has its name.
pub(super) struct Whole {
    /// Its bytes.
    pub(super) len: u64,
    part: PathBuf,
    _lock: File,
}

impl Whole {
    /// Gives the file its name.
    pub(super) fn finish(self, place: &Path) -> Result<(), ModelError> {
        std::fs::rename(&self.part, place).map_err(file("naming the model's file", place))?;
        std::fs::remove_file(note_of(&self.part)).ok();
        Ok(())
    }

    /// Drops it, because it is not wanted after all.
    pub(super) fn forget(self) {
        forget(&self.part);
    }
}

/// Removes a part and its note.
pub(super) fn forget(part: &Path) {
    std::fs::remove_file(part).ok();
    std::fs::remove_file(note_of(part)).ok();
}

/// Where the part of a file lies.
pub(super) fn part_of(place: &Path) -> PathBuf {
    with_ending(place, ".part")
}

fn note_of(part: &Path) -> PathBuf {
    with_ending(part, ".json")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

pub(super) fn file(
    doing: &'static str,
    path: &Path,
) -> impl FnOnce(std::io::Error) -> ModelError + use<> {
    let path = path.to_owned();
    move |source| ModelError::File {
        doing,
        path,
        source,
    }
}

/// The note beside a part. One that cannot be read is as none: the file is fetched anew.
pub(super) fn read_note(part: &Path) -> Option<Note> {
    let mut bytes = Vec::new();
    let file = File::open(note_of(part)).ok()?;
    file.take(LONGEST_NOTE).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Notes down which edition comes, where the server says so in a way that can be asked for again.
pub(super) fn write_note(
    part: &Path,
    address: &str,
    headers: &HeaderMap,
) -> Result<(), ModelError> {
    let text = |name| headers.get(name)?.to_str().ok();
    // A weak mark says that two editions mean the same, not that their bytes are the same.
    let mark = text(header::ETAG).filter(|mark| !mark.starts_with("W/"));
    let Some(edition) = mark.or_else(|| text(header::LAST_MODIFIED)) else {
        return Ok(());
    };
    let note = Note {
        address: address.to_owned(),
        edition: edition.to_owned(),
    };
    let path = note_of(part);
    serde_json::to_vec(&note)
        .map_err(std::io::Error::from)
        .and_then(|bytes| std::fs::write(&path, bytes))
        .map_err(file("writing a note of the model", &path))
}

/// Bytes of the whole file, by an answer that goes on at `from`: `bytes 100-199/200`.
pub(super) fn continued(headers: &HeaderMap, from: u64) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (span, total) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = span.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let total: u64 = total.parse().ok()?;
    (first == from && last.checked_add(1)? == total).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_goes_on_to_the_end_is_taken_as_the_rest() {
        let total = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_RANGE, text.parse().unwrap());
            continued(&headers, 100)
        };
        assert_eq!(total("bytes 100-199/200"), Some(200));
        for wrong in [
            "bytes 99-199/200",
            "bytes 100-150/200",
            "bytes 100-199/*",
            "bytes 100-18446744073709551615/0",
            "items 100-199/200",
            "",
        ] {
            assert_eq!(total(wrong), None, "{wrong}");
        }
        assert_eq!(continued(&HeaderMap::new(), 100), None);
    }
}
