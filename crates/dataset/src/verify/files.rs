//! Files by their names: what does not belong in the folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Defect, Report};
use crate::footage;
use crate::leftovers::{self, Leftover};

/// Deeper than any dataset; a folder that goes on has a loop in it.
const DEEPEST: usize = 16;

/// Names everything in the folder that is not part of the dataset.
pub(super) fn leftovers(report: &mut Report) {
    let found = find_leftovers(&report.root);
    for (path, kind) in &found {
        let place = path.display().to_string();
        // The film of an episode that waits in its journal is named with it.
        let waits = || {
            found.iter().any(|(other, kind)| {
                *kind == Leftover::Journal && footage::number(other) == footage::number(path)
            })
        };
        match kind {
            Leftover::Journal => report.add(Defect::Journal, place, kind.to_string()),
            Leftover::Footage if waits() => {}
            // An attic is where a repair keeps things; a lock is there whenever the dataset is open.
            Leftover::Attic | Leftover::Lock => {}
            _ => report.add(Defect::Leftover, place, kind.to_string()),
        }
    }
}

/// Everything that is not part of the dataset, by its path from the root, in order. Folders that cannot be listed
/// are passed over: whoever needs them says so.
pub(crate) fn find_leftovers(root: &Path) -> Vec<(PathBuf, Leftover)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let relative = folder.join(entry.file_name());
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if let Some(kind) = leftovers::kind(&relative, is_folder) {
                found.push((relative, kind));
            } else if is_folder && relative.iter().count() < DEEPEST {
                folders.push(relative);
            }
        }
    }
    found.sort();
    found
}
