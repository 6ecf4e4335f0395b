//! The archive while it is written: a locked file beside the target that becomes the target or vanishes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::ExportError;
use crate::files::free_bytes;

/// `NAME.zip.tmp` beside the target. Removed when dropped, unless it was committed.
#[derive(Debug)]
pub(super) struct Aside {
    file: File,
    path: PathBuf,
    target: PathBuf,
    folder: PathBuf,
    replace: bool,
    wanted: std::cell::Cell<u64>,
    committed: bool,
}

impl Aside {
    pub fn open(root: &Path, target: &Path, replace: bool) -> Result<Self, ExportError> {
        let Some(name) = target.file_name() else {
            return Err(ExportError::Unpackable {
                path: target.to_owned(),
                why: "the target has no file name",
            });
        };
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let folder = folder.canonicalize().map_err(|source| ExportError::Write {
            path: folder.to_owned(),
            source,
        })?;
        if folder.starts_with(root) {
            return Err(ExportError::TargetInside {
                target: target.to_owned(),
            });
        }
        let target = folder.join(name);
        check_free(&target, replace)?;
        let mut path = target.clone().into_os_string();
        path.push(".tmp");
        let path = PathBuf::from(path);
        let file = lock(&path, &target)?;
        Ok(Self {
            file,
            path,
            target,
            folder,
            replace,
            wanted: std::cell::Cell::new(0),
            committed: false,
        })
    }

    /// Refuses early when the disk cannot hold `bytes` and the archive's own headers.
    pub fn check_room(&self, bytes: u64) -> Result<(), ExportError> {
        self.wanted.set(bytes);
        match free_bytes(&self.folder) {
            Some(free) if free < bytes => Err(self.full(free)),
            _ => Ok(()),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Another handle of the same open file.
    pub fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// What a failed write means to the person.
    pub fn write_error(&self, source: io::Error) -> ExportError {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        if matches!(source.kind(), StorageFull | QuotaExceeded) {
            return self.full(free_bytes(&self.folder).unwrap_or(0));
        }
        ExportError::Write {
            path: self.target.clone(),
            source,
        }
    }

    /// Gives the finished, synced archive its name, durably. Returns its size in bytes.
    pub fn commit(mut self) -> Result<u64, ExportError> {
        check_free(&self.target, self.replace)?;
        let bytes = self
            .file
            .metadata()
            .and_then(|metadata| fs::rename(&self.path, &self.target).map(|()| metadata.len()))
            .map_err(|source| self.write_error(source))?;
        self.committed = true;
        // The name itself is on disk once its folder is. Systems without a sync of folders do it at the rename.
        #[cfg(unix)]
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| self.write_error(source))?;
        Ok(bytes)
    }

    fn full(&self, free: u64) -> ExportError {
        ExportError::DiskFull {
            needed: self.wanted.get(),
            free,
            folder: self.folder.clone(),
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.committed
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, file = %self.path.display(), "an unfinished archive was left behind");
        }
    }
}

fn check_free(target: &Path, replace: bool) -> Result<(), ExportError> {
    match fs::symlink_metadata(target) {
        Ok(found) if found.is_dir() || !replace => Err(ExportError::TargetExists {
            target: target.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Opens and locks `path`, and empties it. A file left by a killed export is simply taken over.
fn lock(path: &Path, target: &Path) -> Result<File, ExportError> {
    let failed = |source| ExportError::Write {
        path: path.to_owned(),
        source,
    };
    let busy = || ExportError::Busy {
        target: target.to_owned(),
    };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(busy()),
        // A file system without locks: the name alone has to do.
        Err(TryLockError::Error(error)) => tracing::debug!(%error, "no lock on the archive"),
    }
    // Between opening and locking, another export may have finished and renamed this very file.
    if !same_file(&file, path).map_err(failed)? {
        return Err(busy());
    }
    file.set_len(0).map_err(failed)?;
    Ok(file)
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok(named.dev() == opened.dev() && named.ino() == opened.ino()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn same_file(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true) // An open file cannot be renamed away there.
}
