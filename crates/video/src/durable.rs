//! Making the entry of a new file in its folder durable: syncing a file does not promise its name.
//!
//! Not here: the file's own bytes, which whoever writes it syncs.

use std::io;
use std::path::Path;

/// Makes what was made, renamed or removed in the folder of `path` outlast a loss of power.
///
/// # Errors
/// When the system cannot promise that, though it can sync folders.
#[cfg(unix)]
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    stdx::failpoint::error("video.folder")?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match std::fs::File::open(folder)?.sync_all() {
        // Some network and user-space file systems cannot sync a folder; a name is then as durable as they make it.
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

/// Windows cannot open a folder to sync it; NTFS journals names itself.
#[cfg(not(unix))]
pub(crate) fn sync_folder_of(_: &Path) -> io::Result<()> {
    stdx::failpoint::error("video.folder")
}
