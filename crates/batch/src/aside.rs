//! Files that appear whole or not at all: written beside under a name of ours, synced, then given their name.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::TempPath;

/// What tells the file that was made from any other: its length, and a hash (FNV-1a, 64 bits) of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Print {
    pub(crate) bytes: u64,
    pub(crate) hash: u64,
}

impl Print {
    const EMPTY: Self = Self {
        bytes: 0,
        hash: 0xcbf2_9ce4_8422_2325,
    };

    fn add(mut self, bytes: &[u8]) -> Self {
        self.bytes += bytes.len() as u64;
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }

    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self::EMPTY.add(bytes)
    }

    pub(crate) fn of_file(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut part = vec![0; 64 << 10];
        let mut print = Self::EMPTY;
        loop {
            match file.read(&mut part) {
                Ok(0) => return Ok(print),
                Ok(read) => print = print.add(part.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Writes a file that nobody knows yet, durably. What was left under the name by an earlier attempt is replaced.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    remove(path)?;
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all())
}

/// Gives a file its name, durably. With `replace` in the place of whatever has it; else a file that has it stays, and
/// that is an error of the kind [`io::ErrorKind::AlreadyExists`]. Where it fails nothing is left.
pub(crate) fn place(from: &Path, to: &Path, replace: bool) -> io::Result<()> {
    if replace {
        fs::rename(from, to).inspect_err(|_| {
            fs::remove_file(from).ok();
        })?;
    } else {
        // Dropped with its error, it removes the file.
        TempPath::try_from_path(from)?
            .persist_noclobber(to)
            .map_err(|error| error.error)?;
    }
    sync_folder_of(to)
}

/// Removes a file if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// Makes a folder and those above it, durably.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folder(above)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => sync_folder_of(folder),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// A name that no other batch has, so that nobody clears away another's files.
pub(crate) fn fresh_mark() -> String {
    // The standard library's hashers are keyed from the system's randomness.
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match File::open(folder)?.sync_all() {
        // Some network and user-space file systems cannot sync a folder; a rename is then as durable as they make it.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// Windows cannot open a folder to sync it; NTFS journals renames itself.
#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_exists_stays_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (new, to) = (folder.path().join("new"), folder.path().join("to"));
        fs::write(&to, "old").unwrap();
        write(&new, b"new").unwrap();
        let error = place(&new, &to, false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&to).unwrap(), b"old");
        assert!(!new.exists(), "what found no place is not left");
        write(&new, b"new").unwrap();
        place(&new, &to, true).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"new");
        assert!(!new.exists());
    }

    #[test]
    fn a_print_is_of_the_bytes_wherever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..200_000_u32).map(|at| (at % 251) as u8).collect();
        let path = folder.path().join("sub/file");
        write(&path, &bytes).unwrap();
        assert_eq!(Print::of_file(&path).unwrap(), Print::of(&bytes));
        assert_ne!(Print::of(&bytes), Print::of(bytes.get(1..).unwrap()));
        // The published value of FNV-1a for one letter.
        assert_eq!(Print::of(b"a").hash, 0xaf63_dc4c_8601_ec8c);
    }
}
