//! Where calibration files lie and how they are read and replaced: LeRobot's folders, LeRobot's names.
//!
//! Touches the disk, so nothing that runs inside a control cycle may call it.
//! Not here: what stands in the file (`calibration`).

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::calibration::{Calibration, CalibrationError};
use crate::config::{ArmConfig, ArmKind};

/// A calibration file is about 900 bytes; anything much larger is something else.
const LARGEST: u64 = 64 * 1024;

/// Why a calibration file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationFileError {
    /// There is none.
    #[error("this arm has no calibration file{}\nFile: {}", former_places(.older), path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// Files of the same name in folders of older LeRobot releases.
        older: Vec<PathBuf>,
    },
    /// Its text is not a calibration.
    #[error("{source}\nFile: {}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CalibrationError,
    },
    /// It is no small text file.
    #[error("the calibration file is larger than {LARGEST} bytes\nFile: {}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("the calibration file could not be {doing}: {source}\nFile: {}", path.display())]
    Disk {
        /// `read` or `written`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// An id that would lead out of the folder.
    #[error("the arm's id {id:?} cannot be a file name")]
    BadId {
        /// The id.
        id: String,
    },
    /// Neither a home folder nor one of the variables that replace it.
    #[error("no folder for calibration files: the home folder is unknown")]
    NoHome,
}

impl CalibrationFileError {
    /// What the person at the bench can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing { older, .. } if older.is_empty() => {
                "Calibrate the arm, or copy its file there."
            }
            Self::Missing { .. } => {
                "Import the older file with `tendon calibrate --import=older`, or calibrate the arm."
            }
            Self::Unusable { source, .. } => source.remedy(),
            Self::TooLarge { .. } => "Restore the file from a backup, or calibrate the arm again.",
            Self::Disk { .. } => {
                "Check that the folder exists, is yours, and that the disk is not full."
            }
            Self::BadId { .. } => "Use letters, digits, '-', '_' and '.' for the id.",
            Self::NoHome => "Set HF_LEROBOT_CALIBRATION to a folder.",
        }
    }
}

fn former_places(older: &[PathBuf]) -> String {
    match older.first() {
        Some(path) => format!(
            ", but an older LeRobot left one that can be imported\nOlder file: {}",
            path.display()
        ),
        None => String::new(),
    }
}

/// Folder of all calibration files, from the environment as LeRobot reads it. `variable` answers for the
/// environment, so that a test need not change it.
///
/// # Errors
/// When nothing is set and the home folder is unknown.
pub fn root(
    variable: impl Fn(&str) -> Option<OsString>,
    home: Option<PathBuf>,
) -> Result<PathBuf, CalibrationFileError> {
    let folder = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(|value| expanded(PathBuf::from(value), home.as_deref()))
    };
    if let Some(path) = folder("HF_LEROBOT_CALIBRATION") {
        return Ok(path);
    }
    if let Some(path) = folder("HF_LEROBOT_HOME") {
        return Ok(path.join("calibration"));
    }
    let hugging_face = match (folder("HF_HOME"), folder("XDG_CACHE_HOME"), &home) {
        (Some(path), _, _) => path,
        (None, Some(cache), _) => cache.join("huggingface"),
        (None, None, Some(home)) => home.join(".cache").join("huggingface"),
        (None, None, None) => return Err(CalibrationFileError::NoHome),
    };
    Ok(hugging_face.join("lerobot").join("calibration"))
}

/// `~` and what follows, as Python's `expanduser` reads it.
fn expanded(path: PathBuf, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

/// The file of an arm below `root`: `robots/so_follower/<id>.json` or `teleoperators/so_leader/<id>.json`.
/// LeRobot calls the file of an arm without id `None.json`.
///
/// # Errors
/// When the id is no file name.
pub fn path_below(
    root: &Path,
    kind: ArmKind,
    id: Option<&str>,
) -> Result<PathBuf, CalibrationFileError> {
    Ok(root
        .join(category(kind))
        .join(kind.lerobot_name())
        .join(file_name(id)?))
}

/// The file of the arm that `config` describes, by this process's environment.
///
/// # Errors
/// When the id is no file name or the home folder is unknown.
pub fn path_for(config: &ArmConfig) -> Result<PathBuf, CalibrationFileError> {
    let id = config.id.as_deref();
    match &config.calibration_dir {
        Some(folder) => {
            Ok(expanded(folder.clone(), std::env::home_dir().as_deref()).join(file_name(id)?))
        }
        None => path_below(
            &root(|name| std::env::var_os(name), std::env::home_dir())?,
            config.kind,
            id,
        ),
    }
}

fn category(kind: ArmKind) -> &'static str {
    match kind {
        ArmKind::Follower => "robots",
        ArmKind::Leader => "teleoperators",
    }
}

fn file_name(id: Option<&str>) -> Result<String, CalibrationFileError> {
    let id = id.unwrap_or("None");
    let plain = !id.is_empty()
        && id != "."
        && id != ".."
        && !id.contains(['/', '\\', ':', '\0'])
        && !id.chars().any(char::is_control);
    if plain {
        Ok(format!("{id}.json"))
    } else {
        Err(CalibrationFileError::BadId { id: id.to_owned() })
    }
}

/// Files of the same name where LeRobot releases before the merge of SO-100 and SO-101 kept them.
pub fn older_places(path: &Path) -> Vec<PathBuf> {
    let (Some(name), Some(folder)) = (path.file_name(), path.parent()) else {
        return Vec::new();
    };
    let (Some(category), Some(kind)) = (folder.parent(), folder.file_name()) else {
        return Vec::new();
    };
    let former: &[&str] = if kind == ArmKind::Follower.lerobot_name() {
        &["so101_follower", "so100_follower"]
    } else if kind == ArmKind::Leader.lerobot_name() {
        &["so101_leader", "so100_leader"]
    } else {
        &[]
    };
    former
        .iter()
        .map(|folder| category.join(folder).join(name))
        .filter(|path| path.is_file())
        .collect()
}

/// Reads the calibration at `path`.
///
/// # Errors
/// When there is none (naming older ones that can be imported), or when it is not as LeRobot would have it.
pub fn load(path: &Path) -> Result<Calibration, CalibrationFileError> {
    let disk = |source| CalibrationFileError::Disk {
        doing: "read",
        path: path.to_owned(),
        source,
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(CalibrationFileError::Missing {
                path: path.to_owned(),
                older: older_places(path),
            });
        }
        Err(error) => return Err(disk(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(disk)?;
    if bytes.len() as u64 > LARGEST {
        return Err(CalibrationFileError::TooLarge {
            path: path.to_owned(),
        });
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| disk(io::Error::new(io::ErrorKind::InvalidData, error)))?;
    Calibration::from_json(&text).map_err(|source| CalibrationFileError::Unusable {
        path: path.to_owned(),
        source,
    })
}

/// Writes `calibration` to `path`, whole or not at all: aside, synced, renamed. What stood there is gone; who wants it
/// kept saves through `calibration_history`.
///
/// # Errors
/// When the disk refuses; the former file then still stands, and only then.
pub fn save(path: &Path, calibration: &Calibration) -> Result<(), CalibrationFileError> {
    let text = calibration.to_json();
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |source| CalibrationFileError::Disk {
            doing: "written",
            path,
            source,
        }
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(disk(folder))?;

    let aside = folder.join(format!(
        ".{}.{}.tmp",
        path.file_name().unwrap_or_default().to_string_lossy(),
        std::process::id()
    ));
    // One that a crash of an earlier process with this id left behind is nobody's.
    fs::remove_file(&aside).ok();
    write_new(&aside, text.as_bytes())
        .and_then(|()| fs::rename(&aside, path))
        .map_err(|error| {
            fs::remove_file(&aside).ok();
            disk(path)(error)
        })?;
    // The file stands now. A folder that cannot be synced leaves it to a power cut which of the two files is found, each
    // of them whole; to call that a failure would have the motors give back what the file says.
    sync_folder(folder).ok();
    Ok(())
}

/// A new file, on the disk when this returns.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A rename is on the disk once its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> &'static str {
        include_str!("../tests/fixtures/calibration_by_python.json")
    }

    #[test]
    fn the_folder_is_where_lerobot_looks_for_it() {
        let home = Some(PathBuf::from("/home/ann"));
        let all = [
            ("HF_LEROBOT_CALIBRATION", "/cal"),
            ("HF_LEROBOT_HOME", "~/robots"),
            ("HF_HOME", "/hf"),
            ("XDG_CACHE_HOME", "/cache"),
        ];
        for (skip, root_wanted) in [
            (0, "/cal"),
            (1, "/home/ann/robots/calibration"),
            (2, "/hf/lerobot/calibration"),
            (3, "/cache/huggingface/lerobot/calibration"),
            (4, "/home/ann/.cache/huggingface/lerobot/calibration"),
        ] {
            let variable = |name: &str| {
                all[skip..]
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| OsString::from(value))
            };
            let root = root(variable, home.clone()).expect("a folder");
            assert_eq!(root, Path::new(root_wanted));
        }
        assert!(matches!(
            root(|_| None, None),
            Err(CalibrationFileError::NoHome)
        ));
    }

    #[test]
    fn the_file_is_called_as_in_lerobot() {
        for (kind, id, wanted) in [
            (
                ArmKind::Follower,
                Some("blue"),
                "r/robots/so_follower/blue.json",
            ),
            (
                ArmKind::Leader,
                Some("blue"),
                "r/teleoperators/so_leader/blue.json",
            ),
            (ArmKind::Follower, None, "r/robots/so_follower/None.json"),
        ] {
            let path = path_below(Path::new("r"), kind, id).expect("a path");
            assert_eq!(path, Path::new(wanted));
        }
        for id in ["", "..", "a/b", "a\\b", "c:x", "a\nb"] {
            let error = path_below(Path::new("r"), ArmKind::Leader, Some(id)).expect_err(id);
            assert!(matches!(error, CalibrationFileError::BadId { .. }), "{id}");
        }
    }

    #[test]
    fn a_config_may_name_the_whole_folder() {
        let mut config = ArmConfig::new(ArmKind::Leader, "/dev/null");
        config.id = Some("red".to_owned());
        config.calibration_dir = Some(PathBuf::from("/elsewhere"));
        assert_eq!(
            path_for(&config).expect("a path"),
            Path::new("/elsewhere/red.json")
        );
    }

    #[test]
    fn what_is_saved_is_lerobots_text_and_nothing_else_lies_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = path_below(folder.path(), ArmKind::Follower, Some("blue")).expect("a path");
        let calibration = Calibration::from_json(text()).expect("read");
        for _ in 0..2 {
            save(&path, &calibration).expect("saved");
            assert_eq!(fs::read_to_string(&path).expect("text"), text());
            assert_eq!(load(&path).expect("loaded"), calibration);
        }
        let left: Vec<_> = fs::read_dir(path.parent().expect("a folder"))
            .expect("listed")
            .collect();
        assert_eq!(left.len(), 1);
    }

    #[test]
    fn a_missing_file_names_an_older_one_that_can_be_imported() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = path_below(folder.path(), ArmKind::Follower, Some("blue")).expect("a path");
        let error = load(&path).expect_err("missing");
        assert_eq!(
            error.to_string(),
            format!("this arm has no calibration file\nFile: {}", path.display())
        );

        let older = folder.path().join("robots/so100_follower");
        fs::create_dir_all(&older).expect("made");
        fs::write(older.join("blue.json"), text()).expect("written");
        let error = load(&path).expect_err("missing");
        assert!(error.to_string().contains("can be imported"), "{error}");
        assert!(error.remedy().starts_with("Import the older file"));
    }

    #[test]
    fn a_file_that_is_no_calibration_is_refused_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.json");
        for (bytes, words) in [
            (b"{}".to_vec(), "no joint shoulder_pan"),
            (vec![0xff, 0xfe], "could not be read"),
            (vec![b' '; 100_000], "larger than"),
        ] {
            fs::write(&path, bytes).expect("written");
            let error = load(&path).expect_err(words);
            assert!(error.to_string().contains(words), "{error}");
            assert!(error.to_string().ends_with("x.json"), "{error}");
        }
    }
}
