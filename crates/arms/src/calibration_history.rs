//! Every calibration that was ever saved for an arm, with its time and reason, so that an older one can come back.
//!
//! An entry is a file of LeRobot's own text, so it can be copied back by hand; time and reason stand in its name. The
//! folder is ours, never LeRobot's. Touches the disk, so nothing that runs inside a control cycle may call it.
//! Not here: the calibration file itself (`calibration_file`), and the motors.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::calibration::Calibration;
use crate::calibration_file::{self, CalibrationFileError, write_new};

/// Why a calibration was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The arm was calibrated.
    Calibrated,
    /// What the motors held became the file.
    FromMotors,
    /// It came from another file.
    Imported,
    /// It is an older one that came back.
    RolledBack,
    /// Somebody else, such as LeRobot, had left it in the file's place.
    Found,
}

impl Reason {
    const ALL: [Reason; 5] = [
        Self::Calibrated,
        Self::FromMotors,
        Self::Imported,
        Self::RolledBack,
        Self::Found,
    ];

    /// As in the entry's file name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calibrated => "calibrated",
            Self::FromMotors => "from-motors",
            Self::Imported => "imported",
            Self::RolledBack => "rolled-back",
            Self::Found => "found",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calibrated => "calibrated",
            Self::FromMotors => "read from the motors",
            Self::Imported => "imported",
            Self::RolledBack => "brought back",
            Self::Found => "made by another program",
        })
    }
}

/// One saved calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// When it was saved.
    pub at: SystemTime,
    /// Why.
    pub reason: Reason,
    /// Its file.
    pub path: PathBuf,
    /// What stands in it; none when it is no calibration that can be used.
    pub calibration: Option<Calibration>,
}

/// The saved calibrations of one arm.
#[derive(Debug, Clone)]
pub struct History {
    path: PathBuf,
    folder: Option<PathBuf>,
}

impl History {
    /// Of the arm whose calibration file is at `path`; entries lie below `root`, and without it none are kept.
    pub fn of(path: PathBuf, root: Option<PathBuf>) -> Self {
        let folder = root.map(|root| root.join(folder_name(&path)));
        Self { path, folder }
    }

    /// The calibration file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes `calibration` the arm's file and keeps it here. What stood there before, if it is not the newest entry,
    /// is kept first. Returns the entry that holds the former file.
    ///
    /// # Errors
    /// When the disk refuses; the former file then still stands.
    pub fn save(
        &self,
        calibration: &Calibration,
        reason: Reason,
    ) -> Result<Option<PathBuf>, CalibrationFileError> {
        let Some(folder) = &self.folder else {
            calibration_file::save(&self.path, calibration)?;
            return Ok(None);
        };
        let text = calibration.to_json();
        fs::create_dir_all(folder).map_err(disk("written", folder))?;
        let former = match fs::read(&self.path) {
            Ok(bytes) if bytes != text.as_bytes() => Some(self.keep_former(folder, &bytes)?),
            Ok(_) => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(disk("read", &self.path)(error)),
        };
        let entry = keep(folder, reason, text.as_bytes())?;
        calibration_file::save(&self.path, calibration).inspect_err(|_| {
            // It never became the arm's calibration. An entry too many harms nobody.
            fs::remove_file(&entry).ok();
        })?;
        Ok(former)
    }

    /// All of them, newest first.
    ///
    /// # Errors
    /// When the folder cannot be read. One that is not there is an empty history.
    pub fn entries(&self) -> Result<Vec<HistoryEntry>, CalibrationFileError> {
        let Some(folder) = &self.folder else {
            return Ok(Vec::new());
        };
        let mut entries: Vec<_> = names(folder)?
            .into_iter()
            .filter_map(|name| {
                let (at, reason) = from_name(&name)?;
                let path = folder.join(name);
                Some(HistoryEntry {
                    at,
                    reason,
                    calibration: calibration_file::load(&path).ok(),
                    path,
                })
            })
            .collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        Ok(entries)
    }

    fn keep_former(&self, folder: &Path, bytes: &[u8]) -> Result<PathBuf, CalibrationFileError> {
        let newest = names(folder)?.into_iter().max();
        if let Some(newest) = newest.map(|name| folder.join(name))
            && fs::read(&newest).is_ok_and(|kept| kept == bytes)
        {
            return Ok(newest);
        }
        keep(folder, Reason::Found, bytes)
    }
}

/// Writes an entry whose name is later than that of every other.
fn keep(folder: &Path, reason: Reason, bytes: &[u8]) -> Result<PathBuf, CalibrationFileError> {
    let newest = names(folder)?
        .iter()
        .filter_map(|name| Some(from_name(name)?.0))
        .max();
    let now = SystemTime::now();
    // Two entries within a nanosecond, or a clock that was set back.
    let at = newest.map_or(now, |newest| now.max(newest + Duration::from_nanos(1)));
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let path = folder.join(format!("{:020}-{}.json", since.as_nanos(), reason.name()));
    write_new(&path, bytes).map_err(disk("written", &path))?;
    Ok(path)
}

fn from_name(name: &str) -> Option<(SystemTime, Reason)> {
    let (at, reason) = name.strip_suffix(".json")?.split_once('-')?;
    let nanoseconds = at.parse().ok()?;
    let reason = Reason::ALL
        .into_iter()
        .find(|known| known.name() == reason)?;
    Some((UNIX_EPOCH + Duration::from_nanos(nanoseconds), reason))
}

/// Names of the entries, in no order.
fn names(folder: &Path) -> Result<Vec<String>, CalibrationFileError> {
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(disk("read", folder)(error)),
    };
    let mut names = Vec::new();
    for entry in listed {
        let entry = entry.map_err(disk("read", folder))?;
        if let Ok(name) = entry.file_name().into_string()
            && from_name(&name).is_some()
        {
            names.push(name);
        }
    }
    Ok(names)
}

/// `<LeRobot's folder>-<id>-<digest of the whole path>`: two arms of one name in two folders are two arms.
fn folder_name(path: &Path) -> String {
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // FNV-1a: short, and the same in every release of ours.
    let digest = whole
        .to_string_lossy()
        .bytes()
        .fold(0x811c_9dc5_u32, |digest, byte| {
            (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
    format!(
        "{}-{}-{digest:08x}",
        part(whole.parent().and_then(Path::file_name)),
        part(whole.file_stem())
    )
}

fn disk(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> CalibrationFileError + use<> {
    let path = path.to_owned();
    move |source| CalibrationFileError::Disk {
        doing,
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(homing_offset: i32) -> Calibration {
        let mut joints = *Calibration::full_turn().joints();
        joints[0].homing_offset = homing_offset;
        Calibration::new(joints).expect("a calibration")
    }

    #[test]
    fn every_saved_calibration_is_kept_with_its_reason_newest_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("so_follower/blue.json");
        let history = History::of(path.clone(), Some(folder.path().join("kept")));
        assert!(history.entries().expect("read").is_empty());
        for (offset, reason) in [
            (1, Reason::Calibrated),
            (2, Reason::Imported),
            (2, Reason::RolledBack),
        ] {
            let former = history.save(&ours(offset), reason).expect("saved");
            assert_eq!(former.is_some(), offset == 2 && reason == Reason::Imported);
            assert_eq!(calibration_file::load(&path).expect("loaded"), ours(offset));
        }
        let kept: Vec<_> = history
            .entries()
            .expect("read")
            .into_iter()
            .map(|entry| (entry.reason, entry.calibration))
            .collect();
        assert_eq!(
            kept,
            [
                (Reason::RolledBack, Some(ours(2))),
                (Reason::Imported, Some(ours(2))),
                (Reason::Calibrated, Some(ours(1))),
            ]
        );
    }

    #[test]
    fn a_file_that_another_program_left_is_kept_before_it_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("blue.json");
        let history = History::of(path.clone(), Some(folder.path().join("kept")));
        history.save(&ours(1), Reason::Calibrated).expect("saved");
        for text in [ours(5).to_json(), "no calibration at all".to_owned()] {
            fs::write(&path, &text).expect("written");
            let former = history
                .save(&ours(2), Reason::Calibrated)
                .expect("saved")
                .expect("the former file is kept");
            assert_eq!(fs::read_to_string(&former).expect("read"), text);
        }
        let unusable = history
            .entries()
            .expect("read")
            .into_iter()
            .filter(|entry| entry.calibration.is_none())
            .count();
        assert_eq!(unusable, 1);
    }

    #[test]
    fn arms_of_one_name_in_two_folders_have_two_histories() {
        assert_ne!(
            folder_name(Path::new("/a/so_follower/x.json")),
            folder_name(Path::new("/b/so_follower/x.json"))
        );
        let disk = tempfile::tempdir().expect("a folder");
        let blocked = disk.path().join("file");
        fs::write(&blocked, "").expect("written");
        let history = History::of(disk.path().join("x.json"), Some(blocked));
        let error = history
            .save(&ours(1), Reason::Calibrated)
            .expect_err("no folder can be made there");
        assert!(matches!(error, CalibrationFileError::Disk { .. }));
        assert!(!history.path().exists());
    }
}
