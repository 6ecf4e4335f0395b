//! Folders that Tendon writes to: whether it can, and where else things may lie that last only as long as the login.
//!
//! Not here: which folder holds what (`settings`, `paths`), what is done without one (each front end).

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use protocol::{ErrorCode, Failure};

use crate::failure::failure;
use crate::settings;

/// With less room than this a disk counts as full: Tendon's own small files would not find any.
const LEAST_ROOM: u64 = 256 << 10;

/// Why a folder cannot be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// Its disk, or this part of it, is mounted for reading only.
    ReadOnly,
    /// Its disk has no room left.
    Full,
    /// There is something else in its place.
    NoFolder,
    /// This user may not.
    Forbidden,
}

impl Cause {
    /// How the sentence goes on after the names of what cannot be written.
    fn words(self) -> &'static str {
        match self {
            Self::ReadOnly => "cannot be written: the disk is read-only.",
            Self::Full => "cannot be written: the disk is full.",
            Self::NoFolder => "cannot be written: there is a file where a folder must be.",
            Self::Forbidden => "cannot be written: this user may not.",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::ReadOnly => {
                "Make the disk writable. Until then everything works that writes nothing."
            }
            Self::Full => "Free space. Until then everything works that writes nothing.",
            Self::NoFolder => {
                "Move the file away. Until then everything works that writes nothing."
            }
            Self::Forbidden => {
                "Check the folder's owner and permissions. Until then everything works that writes nothing."
            }
        }
    }
}

/// What of Tendon's own cannot be written, and what to do: one failure for each cause, however many folders it is about. Nothing
/// is made or written to find out. `datasets` is the folder for new ones.
pub fn unwritable(datasets: &Path) -> Vec<Failure> {
    let settings = settings::settings_file();
    unwritable_of(&[
        (
            "Settings",
            settings.parent().unwrap_or(&settings).to_owned(),
        ),
        (
            "What Tendon remembers and its log",
            settings::state_folder(),
        ),
        ("Datasets", datasets.to_owned()),
    ])
}

fn unwritable_of(folders: &[(&str, PathBuf)]) -> Vec<Failure> {
    let found: Vec<(Cause, &str, &Path)> = folders
        .iter()
        .filter_map(|(what, folder)| Some((why_not(folder)?, *what, folder.as_path())))
        .collect();
    let mut causes: Vec<Cause> = found.iter().map(|(cause, ..)| *cause).collect();
    causes.sort();
    causes.dedup();
    causes
        .into_iter()
        .map(|cause| {
            let here = || found.iter().filter(move |(its, ..)| *its == cause);
            let names: Vec<&str> = here().map(|(_, what, _)| *what).collect();
            let paths: Vec<String> = here()
                .map(|(.., folder)| folder.display().to_string())
                .collect();
            failure(
                ErrorCode::Disk,
                format!(
                    "{} {}\nFolder: {}",
                    names.join(" · "),
                    cause.words(),
                    paths.join(", ")
                ),
                cause.remedy(),
            )
        })
        .collect()
}

/// Whether a folder can be written to, or made if it is not there. Nothing is made to find out.
pub fn writable(folder: &Path) -> bool {
    why_not(folder).is_none()
}

fn why_not(folder: &Path) -> Option<Cause> {
    // The first that is there decides: a folder that is not there yet will be made in it.
    let there = folder
        .ancestors()
        .find(|folder| fs::symlink_metadata(folder).is_ok())?;
    if !there.is_dir() {
        return Some(Cause::NoFolder);
    }
    refused(there)
}

#[cfg(unix)]
fn refused(folder: &Path) -> Option<Cause> {
    use rustix::fs::{Access, access, statvfs};
    use rustix::io::Errno;
    match access(folder, Access::WRITE_OK) {
        Err(Errno::ROFS) => return Some(Cause::ReadOnly),
        Err(_) => return Some(Cause::Forbidden),
        Ok(()) => {}
    }
    let disk = statvfs(folder).ok()?;
    let room = disk.f_bavail.saturating_mul(disk.f_frsize);
    // Some file systems do not say how large they are.
    (disk.f_blocks > 0 && room < LEAST_ROOM).then_some(Cause::Full)
}

#[cfg(not(unix))]
fn refused(folder: &Path) -> Option<Cause> {
    let readonly = fs::metadata(folder).is_ok_and(|it| it.permissions().readonly());
    readonly.then_some(Cause::Forbidden)
}

/// A folder that is this user's alone and lasts until the end of the login or the next start of the machine, for what cannot lie
/// where it belongs: the session's own, else one in the folder for temporary files. `None` where neither can be had.
pub fn for_this_login() -> Option<PathBuf> {
    let session = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let session = session.filter(|folder| folder.is_absolute());
    own_folder(session.as_deref(), &env::temp_dir())
}

fn own_folder(session: Option<&Path>, temporary: &Path) -> Option<PathBuf> {
    let below = session.map(|folder| folder.join("tendon"));
    below
        .into_iter()
        .chain([temporary.join(own_name())])
        .find(|folder| is_made(folder) && writable(folder))
}

/// A name that two users of one machine do not share.
fn own_name() -> String {
    #[cfg(unix)]
    {
        format!("tendon-{}", rustix::process::getuid().as_raw())
    }
    #[cfg(not(unix))]
    {
        "tendon".to_owned()
    }
}

/// Makes a folder for this user alone; whether it is one. In a folder that everybody may write to somebody else may have put
/// something of that name.
#[cfg(unix)]
fn is_made(folder: &Path) -> bool {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    // One that is there already is no reason to give up.
    let made = fs::DirBuilder::new().mode(0o700).create(folder);
    match fs::symlink_metadata(folder) {
        Ok(about) => {
            about.is_dir()
                && about.uid() == rustix::process::getuid().as_raw()
                && about.mode() & 0o077 == 0
        }
        Err(error) => {
            tracing::info!(%error, made = made.is_ok(), "a folder for this login cannot be had");
            false
        }
    }
}

#[cfg(not(unix))]
fn is_made(folder: &Path) -> bool {
    fs::create_dir_all(folder).is_ok()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn one_failure_names_all_that_one_cause_keeps_from_being_written() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("state");
        fs::write(&file, "").unwrap();
        let told = unwritable_of(&[
            ("Settings", home.path().join("config/tendon")),
            ("State", file.join("tendon")),
            ("Datasets", file.join("lerobot")),
        ]);
        let [failure] = &told[..] else {
            panic!("{told:?}");
        };
        assert!(
            failure
                .message
                .starts_with("State · Datasets cannot be written: there is a file"),
            "{failure}"
        );
        assert!(!failure.remedy.is_empty());
        assert!(!home.path().join("config").exists(), "something was made");
        assert!(writable(&home.path().join("config/tendon")));
        assert!(!writable(&file.join("tendon")));
    }

    #[test]
    fn a_folder_for_this_login_is_nobody_elses() {
        let (session, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let in_session = own_folder(Some(session.path()), temporary.path()).unwrap();
        assert_eq!(in_session, session.path().join("tendon"));
        let own = own_folder(None, temporary.path()).unwrap();
        assert_eq!(
            fs::metadata(&own).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert_eq!(
            own_folder(Some(Path::new("/nowhere")), temporary.path()),
            Some(own.clone())
        );
        // Others could read it, or lead it elsewhere.
        fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(own_folder(None, temporary.path()), None);
        fs::remove_dir(&own).unwrap();
        symlink(session.path(), &own).unwrap();
        assert_eq!(own_folder(None, temporary.path()), None);
    }
}
