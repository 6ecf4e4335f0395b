//! Looking through folders: what is there, in the order of names, with links followed once and loops harmless.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use imaging::Format;

use super::{Met, OURS, Passed, WhyPassed};
use crate::error::BatchError;
use crate::task::Task;

/// As many bytes as tell every format.
const FIRST: u64 = 16;

/// A file that looks like a picture.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Absolute, as the person would name it.
    pub(crate) input: PathBuf,
    /// Without links.
    pub(crate) canonical: PathBuf,
    /// Where it lies below what the person named.
    pub(crate) relative: PathBuf,
    pub(crate) format: Format,
    pub(crate) bytes: u64,
    pub(crate) modified: Option<SystemTime>,
}

#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) found: Vec<Found>,
    pub(super) passed: Vec<Passed>,
}

struct Walk<'a> {
    recursive: bool,
    into: &'a Path,
    folders: Met,
    files: Met,
    walked: Walked,
}

/// All pictures of the task's inputs. Where several folders are named, the outputs of each go into one of its name.
pub(super) fn walk(task: &Task, into: &Path) -> Result<Walked, BatchError> {
    let mut walk = Walk {
        recursive: task.recursive,
        into,
        folders: BTreeSet::new(),
        files: BTreeSet::new(),
        walked: Walked::default(),
    };
    let mut folders = Vec::new();
    for input in &task.inputs {
        let failed = |source| BatchError::Input {
            path: input.clone(),
            source,
        };
        let input = std::path::absolute(input).map_err(failed)?;
        let found = fs::metadata(&input).map_err(failed)?;
        if found.is_dir() {
            folders.push(input);
        } else {
            let name = PathBuf::from(input.file_name().unwrap_or_default());
            walk.file(&input, name, &found);
        }
    }
    let several = folders.len() > 1;
    for folder in folders {
        let below = match folder.file_name() {
            Some(name) if several => PathBuf::from(name),
            _ => PathBuf::new(),
        };
        walk.tree(folder, below);
    }
    Ok(walk.walked)
}

impl Walk<'_> {
    fn pass(&mut self, path: PathBuf, why: WhyPassed) {
        self.walked.passed.push(Passed { path, why });
    }

    /// A folder and, where that is wanted, the folders in it. A list instead of recursion: folders may be nested deeply.
    fn tree(&mut self, folder: PathBuf, below: PathBuf) {
        // What the person names is looked at, even where the outputs go into the same folder.
        let mut named = true;
        let mut waiting = vec![(folder, below)];
        while let Some((folder, below)) = waiting.pop() {
            let canonical = match fs::canonicalize(&folder) {
                Ok(canonical) => canonical,
                Err(error) => {
                    self.pass(folder, WhyPassed::Unreadable(error.to_string()));
                    continue;
                }
            };
            if !std::mem::take(&mut named) && canonical == self.into {
                self.pass(folder, WhyPassed::Outputs);
                continue;
            }
            if !self.folders.insert(canonical) {
                self.pass(folder, WhyPassed::MetBefore);
                continue;
            }
            let mut entries: Vec<PathBuf> = match fs::read_dir(&folder) {
                Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
                Err(error) => {
                    self.pass(folder, WhyPassed::Unreadable(error.to_string()));
                    continue;
                }
            };
            entries.sort();
            let mut inner = Vec::new();
            for path in entries {
                let name = path.file_name().unwrap_or_default().to_owned();
                if name.as_encoded_bytes().starts_with(OURS.as_bytes()) {
                    continue;
                }
                if name.as_encoded_bytes().starts_with(b".") {
                    self.pass(path, WhyPassed::Hidden);
                    continue;
                }
                match fs::metadata(&path) {
                    Err(error) => self.pass(path, WhyPassed::Unreadable(error.to_string())),
                    Ok(found) if found.is_dir() => {
                        if self.recursive {
                            inner.push((path, below.join(name)));
                        }
                    }
                    Ok(found) => self.file(&path, below.join(name), &found),
                }
            }
            waiting.extend(inner.into_iter().rev());
        }
    }

    fn file(&mut self, path: &Path, relative: PathBuf, found: &fs::Metadata) {
        if !found.is_file() {
            return self.pass(path.to_owned(), WhyPassed::NoFile);
        }
        if path.to_str().is_none() {
            return self.pass(path.to_owned(), WhyPassed::Name);
        }
        let canonical = match fs::canonicalize(path) {
            Ok(canonical) => canonical,
            Err(error) => {
                return self.pass(path.to_owned(), WhyPassed::Unreadable(error.to_string()));
            }
        };
        let format = match Format::from_path(path) {
            // A name that promises a picture is believed: if it is none, that is a failure the person should hear of.
            Some(format) => format,
            None => match first_bytes(path) {
                Err(error) => {
                    return self.pass(path.to_owned(), WhyPassed::Unreadable(error.to_string()));
                }
                Ok(bytes) => match Format::from_bytes(&bytes) {
                    Some(format) => format,
                    None => return self.pass(path.to_owned(), WhyPassed::UnknownFormat),
                },
            },
        };
        if !self.files.insert(canonical.clone()) {
            return self.pass(path.to_owned(), WhyPassed::MetBefore);
        }
        self.walked.found.push(Found {
            input: path.to_owned(),
            canonical,
            relative,
            format,
            bytes: found.len(),
            modified: found.modified().ok(),
        });
    }
}

fn first_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FIRST).read_to_end(&mut bytes)?;
    Ok(bytes)
}
