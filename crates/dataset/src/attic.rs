//! `meta/tendon/attic`: what was taken out of a dataset and is kept, each time in a folder of its own.
//!
//! Not here: what is taken out and why ([`crate::repair`], [`crate::recovery`]).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::DatasetError;
use crate::files;

/// The folder that all of them are in.
pub(crate) fn all(root: &Path) -> PathBuf {
    root.join("meta/tendon/attic")
}

/// A new folder's name, so that two repairs do not mix what they set aside.
pub(crate) fn folder(root: &Path) -> PathBuf {
    let seconds = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let all = all(root);
    (0..)
        .map(|number| all.join(format!("{seconds}-{number}")))
        .find(|folder| !folder.exists())
        .unwrap_or(all)
}

/// Moves a file or folder, given by its path from the root, to the attic.
pub(crate) fn set_aside(root: &Path, attic: &Path, relative: &Path) -> Result<(), DatasetError> {
    let (from, to) = (root.join(relative), free_name(attic, relative));
    if let Some(folder) = to.parent() {
        files::create_folder(folder)?;
    }
    fs::rename(&from, &to).map_err(DatasetError::io("setting a file aside", &from))?;
    files::sync_folder_of(&to)?;
    files::sync_folder_of(&from)
}

/// A second round of the same repair may set aside a file of the same name again.
fn free_name(attic: &Path, relative: &Path) -> PathBuf {
    let mut to = attic.join(relative);
    while to.exists() {
        let mut name = to.file_name().map(ToOwned::to_owned).unwrap_or_default();
        name.push("-again");
        to.set_file_name(name);
    }
    to
}

/// Keeps what is about to be replaced.
pub(crate) fn keep_copy(root: &Path, attic: &Path, path: &Path) -> Result<(), DatasetError> {
    if !path.exists() {
        return Ok(());
    }
    let to = free_name(attic, path.strip_prefix(root).unwrap_or(path));
    if let Some(folder) = to.parent() {
        files::create_folder(folder)?;
    }
    fs::copy(path, &to).map_err(DatasetError::io("keeping a copy of a file", path))?;
    Ok(())
}
