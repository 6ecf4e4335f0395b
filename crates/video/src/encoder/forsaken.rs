//! A film that a thread which hangs may still be writing to: it gets a file of its own, so that whatever that thread
//! writes when it comes back is written to a file that nobody reads any more.
//!
//! Asking whether a thread still owns its film is not enough: a write that hangs inside the system has asked already.
//! Not here: noticing that a thread hangs (its owner), closing the film (`mp4::recover`).

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::VideoError;

/// Read and written at a time, with a sign of life between.
const PIECE: usize = 1 << 20;

/// Puts a copy in the place of the film `path`; nothing where there is none. Both have the same bytes, all that were
/// written so far.
///
/// # Errors
/// When it cannot be copied; the film is then as it was.
pub(super) fn part(path: &Path) -> Result<(), VideoError> {
    let from = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(VideoError::io("reading the film", path)(error)),
    };
    let beside = beside(path);
    let copied = copy(from, &beside).and_then(|()| fs::rename(&beside, path));
    copied.map_err(|error| {
        // What is there of it is of no use, and may be in the way of a full disk.
        fs::remove_file(&beside).ok();
        VideoError::io("copying a film that its thread may still write to", path)(error)
    })
}

fn copy(mut from: File, to: &Path) -> io::Result<()> {
    let mut to = File::options().write(true).create_new(true).open(to)?;
    let mut piece = vec![0; PIECE];
    loop {
        stdx::watchdog::alive();
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok(());
        }
        to.write_all(&piece[..read])?;
    }
}

/// Of the same kind, so that whoever clears up films after a crash takes it for one.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push("~");
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use super::*;

    #[test]
    fn what_is_written_to_the_old_file_afterwards_is_in_nobodys_film() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0000.front.mp4");
        part(&path).unwrap();
        assert!(!path.exists(), "nothing to part from");
        let bytes: Vec<u8> = (0..PIECE as u32 * 5 / 2).map(|at| at as u8).collect();
        let mut old = File::create(&path).unwrap();
        old.write_all(&bytes).unwrap();
        part(&path).unwrap();
        old.rewind().unwrap();
        old.write_all(b"late").unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        // No copy can be made: the film is as it was.
        fs::create_dir(folder.path().join("0000.front~.mp4")).unwrap();
        assert!(part(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}
