//! Which files a batch takes, what becomes of each, and which are passed over and why. Nothing is read but names and
//! first bytes, nothing is written.

mod names;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use imaging::{Existing, Format};

use crate::error::BatchError;
use crate::task::Task;

pub(crate) use names::Names;
pub(crate) use walk::Found;

/// Begins the name of every file that this program puts beside inputs and outputs for a while.
pub(crate) const OURS: &str = ".tendon-";

/// One input and its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The file that is read; absolute.
    pub input: PathBuf,
    /// The file that is written, relative to the task's folder for outputs. No other item has it, in any case of letters.
    pub output: PathBuf,
    /// Format of the input as far as its name or its first bytes tell.
    pub format: Format,
    /// Bytes of the input.
    pub bytes: u64,
    /// When the input was changed last, where the system knows.
    pub modified: Option<SystemTime>,
}

/// A file or folder that is not worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// What it is.
    pub path: PathBuf,
    /// Why.
    pub why: WhyPassed,
}

/// Why something is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyPassed {
    /// Its name begins with a dot.
    Hidden,
    /// Neither its name nor its first bytes are those of a picture that is read here.
    UnknownFormat,
    /// A pipe, a device or something else that is no file and no folder.
    NoFile,
    /// It cannot be looked at.
    Unreadable(String),
    /// It was met before, under another name or through a link.
    MetBefore,
    /// It is the folder for the outputs, or lies in it.
    Outputs,
    /// Its name is no text in UTF-8, so that the queue cannot keep it.
    Name,
    /// Its output exists and is kept.
    Exists(PathBuf),
    /// Its output would overwrite this input.
    OverInput(PathBuf),
}

impl fmt::Display for WhyPassed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hidden => f.write_str("hidden"),
            Self::UnknownFormat => f.write_str("no picture of a known format"),
            Self::NoFile => f.write_str("neither a file nor a folder"),
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::MetBefore => f.write_str("the same as one that was met before"),
            Self::Outputs => f.write_str("the folder for the outputs"),
            Self::Name => f.write_str("its name is no text in UTF-8"),
            Self::Exists(output) => {
                write!(f, "its output exists and is kept: {}", output.display())
            }
            Self::OverInput(input) => {
                write!(
                    f,
                    "its output would overwrite an input: {}",
                    input.display()
                )
            }
        }
    }
}

/// What a batch will do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Files to be worked on, in the order of their names.
    pub items: Vec<Planned>,
    /// Everything that was met and is not worked on.
    pub passed: Vec<Passed>,
}

impl Plan {
    /// Looks at the inputs.
    ///
    /// # Errors
    /// When the task cannot be run, an input that was named cannot be looked at, the outputs cannot go into a file, or
    /// an output would overwrite an input.
    pub fn of(task: &Task) -> Result<Self, BatchError> {
        check(task)?;
        let into = absolute(&task.into)?;
        let mut walked = walk::walk(task, &into)?;
        let inputs: BTreeMap<String, PathBuf> = walked
            .found
            .iter()
            .map(|found| (names::folded(&found.canonical), found.input.clone()))
            .collect();
        let mut names = Names::default();
        for found in &walked.found {
            names.reserve_folders(&found.relative);
        }
        let mut items = Vec::new();
        let mut folders = BTreeMap::new();
        for found in std::mem::take(&mut walked.found) {
            let output = names.output(&found.relative, ending(task, &found));
            let place = real_place(&into, &output, &mut folders);
            if let Some(lost) = inputs.get(&names::folded(&place)) {
                return Err(BatchError::OutputIsInput {
                    input: found.input,
                    output: lost.clone(),
                });
            }
            let place = into.join(&output);
            if task.existing == Existing::Keep && fs::symlink_metadata(&place).is_ok() {
                walked.passed.push(Passed {
                    path: found.input,
                    why: WhyPassed::Exists(place),
                });
                continue;
            }
            items.push(Planned {
                input: found.input,
                output,
                format: found.format,
                bytes: found.bytes,
                modified: found.modified,
            });
        }
        Ok(Self {
            items,
            passed: walked.passed,
        })
    }

    /// Nothing yet: for a folder that is watched, where every file waits until it has come to rest.
    ///
    /// # Errors
    /// When the task cannot be run.
    pub fn of_watched(task: &Task) -> Result<Self, BatchError> {
        check(task)?;
        Ok(Self::default())
    }

    /// Bytes of all inputs.
    pub fn bytes(&self) -> u64 {
        self.items.iter().map(|item| item.bytes).sum()
    }
}

/// Whether the task can be run at all, before any file is looked at.
///
/// # Errors
/// As [`Plan::of`].
pub(crate) fn check(task: &Task) -> Result<(), BatchError> {
    task.preset.pipeline.check()?;
    task.output.check()?;
    if fs::metadata(&task.into).is_ok_and(|found| !found.is_dir()) {
        return Err(BatchError::NoFolder {
            path: task.into.clone(),
        });
    }
    Ok(())
}

/// Files of the task's folders that are not among `known`, with outputs that nobody has: for a folder that is watched.
pub(crate) fn found_now(task: &Task) -> Result<Vec<Found>, BatchError> {
    Ok(walk::walk(task, &absolute(&task.into)?)?.found)
}

/// The ending of an output's name.
pub(crate) fn ending(task: &Task, found: &Found) -> String {
    let usual = |format: Format| format.endings().first().copied().unwrap_or_default();
    match task.output.format {
        Some(format) => usual(format).to_owned(),
        None if Format::from_path(&found.input) == Some(found.format) => found
            .input
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_else(|| usual(found.format))
            .to_owned(),
        None => usual(found.format).to_owned(),
    }
}

/// Where a file would really be written, through whatever links there are in the folder for the outputs.
fn real_place(into: &Path, output: &Path, folders: &mut BTreeMap<PathBuf, PathBuf>) -> PathBuf {
    let place = into.join(output);
    let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else {
        return place;
    };
    folders
        .entry(folder.to_owned())
        .or_insert_with(|| fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()))
        .join(name)
}

/// A path from the root, without links as far as it exists and without `.` and `..` behind that.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, BatchError> {
    let whole =
        std::path::absolute(path).map_err(BatchError::file("finding the output folder", path))?;
    let mut missing = Vec::new();
    let mut there = whole.as_path();
    loop {
        if let Ok(mut found) = fs::canonicalize(there) {
            for part in missing.into_iter().rev() {
                match part {
                    Component::ParentDir => {
                        found.pop();
                    }
                    Component::CurDir => {}
                    part => found.push(part),
                }
            }
            return Ok(found);
        }
        match (there.components().next_back(), there.parent()) {
            (Some(part), Some(above)) => {
                missing.push(part);
                there = above;
            }
            _ => return Ok(whole),
        }
    }
}

/// Canonical folders that were met, so that a link that leads back harms nobody.
pub(crate) type Met = BTreeSet<PathBuf>;
