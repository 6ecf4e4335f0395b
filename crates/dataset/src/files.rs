//! Files that appear whole or not at all: written beside, made durable, renamed, and the folder made durable too.
//!
//! LeRobot's loader reads every `*.parquet` it finds, so nothing unfinished may have such a name; `*.tmp` is ignored.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::DatasetError;

/// What a commit writes, in the order in which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A camera's film, `videos/`. It is renamed as it is, so nothing of it is ever torn.
    Film,
    /// True times and the loop's report, `meta/tendon/episodes/`.
    Sidecar,
    /// `meta/tasks.parquet`, when the task is new.
    Tasks,
    /// The rows, `data/`.
    Data,
    /// The episode's row, `meta/episodes/`.
    Episode,
    /// `meta/stats.json`.
    Stats,
    /// `meta/info.json`; from here on the episode counts.
    Info,
}

/// Moments between which a crash makes a difference, for tests that crash there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitStep {
    /// The journal holds everything the commit is going to write.
    Sealed,
    /// Half of the temporary file is written.
    Torn(Part),
    /// The temporary file is whole and durable.
    Staged(Part),
    /// The file has its name.
    Placed(Part),
}

impl CommitStep {
    /// Every step of a commit of an episode with films, in order.
    pub fn all_with_films() -> Vec<Self> {
        let mut all = Self::all();
        all.splice(1..1, [Self::Staged(Part::Film), Self::Placed(Part::Film)]);
        all
    }

    /// Every step of a commit without films, in order.
    pub fn all() -> Vec<Self> {
        let parts = [
            Part::Sidecar,
            Part::Tasks,
            Part::Data,
            Part::Episode,
            Part::Stats,
            Part::Info,
        ];
        let of = |part| [Self::Torn(part), Self::Staged(part), Self::Placed(part)];
        std::iter::once(Self::Sealed)
            .chain(parts.into_iter().flat_map(of))
            .collect()
    }
}

/// Where a test wants the commit to stop as a crash would, without any tidying up.
pub(crate) type StopAt = Option<CommitStep>;

/// Stops when it is asked to stop here.
pub(crate) fn pass(step: CommitStep, stop: StopAt) -> Result<(), DatasetError> {
    stdx::failpoint::here("dataset.commit");
    if stop == Some(step) {
        Err(DatasetError::StoppedAt {
            step: format!("{step:?}"),
        })
    } else {
        Ok(())
    }
}

/// The name a file has while it is being written.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".tmp");
    path.with_file_name(name)
}

/// Puts a file in place, whole and durable, over whatever was there.
pub(crate) fn replace(
    path: &Path,
    bytes: &[u8],
    part: Part,
    stop: StopAt,
) -> Result<(), DatasetError> {
    replace_with(path, part, stop, |mut file| {
        file.write_all(bytes).map_err(DatasetError::io(
            "writing a part of the dataset",
            &unfinished(path),
        ))
    })
}

/// As [`replace`], with whatever `write` writes.
pub(crate) fn replace_with(
    path: &Path,
    part: Part,
    stop: StopAt,
    write: impl FnOnce(&File) -> Result<(), DatasetError>,
) -> Result<(), DatasetError> {
    const DOING: &str = "writing a part of the dataset";
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let unfinished = unfinished(path);
    let file = File::create(&unfinished).map_err(DatasetError::io(DOING, &unfinished))?;
    write(&file)?;
    if stop == Some(CommitStep::Torn(part)) {
        let half = file.metadata().map(|metadata| metadata.len() / 2);
        half.and_then(|half| file.set_len(half))
            .map_err(DatasetError::io(DOING, &unfinished))?;
    }
    pass(CommitStep::Torn(part), stop)?;
    file.sync_all()
        .map_err(DatasetError::io(DOING, &unfinished))?;
    drop(file);
    pass(CommitStep::Staged(part), stop)?;
    fs::rename(&unfinished, path).map_err(DatasetError::io(
        "putting a part of the dataset in place",
        path,
    ))?;
    sync_folder_of(path)?;
    pass(CommitStep::Placed(part), stop)
}

/// Removes a file if it is there, durably.
pub(crate) fn remove(path: &Path) -> Result<(), DatasetError> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder_of(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(DatasetError::io("removing a file", path)(error)),
    }
}

/// Makes a folder and those above it, durably.
pub(crate) fn create_folder(folder: &Path) -> Result<(), DatasetError> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder
        .parent()
        .filter(|above| !above.as_os_str().is_empty())
    {
        create_folder(above)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => sync_folder_of(folder),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && folder.is_dir() => {
            Ok(())
        }
        Err(error) => Err(DatasetError::io("making a folder", folder)(error)),
    }
}

/// Makes a rename, a new file or a removal in the folder of `path` durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), DatasetError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    sync_folder(folder).map_err(DatasetError::io("making a folder durable", folder))
}

/// Bytes an ordinary user may still write in `folder`'s file system; `None` where that cannot be asked.
#[cfg(unix)]
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
pub(crate) fn free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network and user-space file systems cannot sync a folder; a rename is then as durable as they make it.
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Windows cannot open a folder to sync it; NTFS journals renames itself.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
