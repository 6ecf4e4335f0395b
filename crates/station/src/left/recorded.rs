//! Which folders outside LeRobot's were recorded into lately, so that what a session leaves there is found.
//!
//! `recorded-into.toml` in the state folder. It is a help and no record: what cannot be read or written is done without.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::settings;
use crate::{kept, paths};

/// Version of the file's shape.
const VERSION: i64 = 1;
/// Folders that are remembered; the oldest give way.
const MOST: usize = 32;
const HEAD: &str = "\
# Folders outside LeRobot's that were recorded into lately. Tendon looks there for what an interrupted session left.
";

fn file() -> PathBuf {
    settings::state_folder().join("recorded-into.toml")
}

/// The folders, newest first.
pub(crate) fn folders() -> Vec<PathBuf> {
    read(&file())
}

fn read(file: &Path) -> Vec<PathBuf> {
    let table = kept::table(file, VERSION, "it was remembered").unwrap_or_default();
    let folders = table.get("folders").and_then(Value::as_array);
    folders
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .take(MOST)
        .collect()
}

/// Remembers that a folder is recorded into, unless it lies where is looked anyway. Whoever begins a session says so: the verb
/// itself keeps nothing but the dataset.
pub fn note_recording(root: &Path) {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    if !super::is_near(&[paths::lerobot_home()], &root) {
        note(&file(), &root);
    }
}

fn note(file: &Path, root: &Path) {
    let mut folders = read(file);
    if folders.first().is_some_and(|first| first == root) {
        return;
    }
    folders.retain(|folder| folder != root);
    folders.insert(0, root.to_owned());
    folders.truncate(MOST);
    // A name that is no text cannot stand in the file.
    let names = folders.iter().filter_map(|folder| folder.to_str());
    let names = names.map(|name| Value::String(name.to_owned())).collect();
    let table = Table::from_iter([
        ("version".to_owned(), Value::Integer(VERSION)),
        ("folders".to_owned(), Value::Array(names)),
    ]);
    if let Err(failure) = kept::write(file, &format!("{HEAD}{table}")) {
        tracing::info!(
            "it is not remembered where is recorded: {}",
            failure.message
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_folders_are_remembered_once_each() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recorded-into.toml");
        for number in 0..MOST + 3 {
            note(&file, Path::new(&format!("/data/{number}")));
        }
        note(&file, Path::new("/data/30"));
        note(&file, Path::new("/data/30"));
        let read = read(&file);
        assert_eq!(read.len(), MOST);
        assert_eq!(
            read[..2],
            [
                PathBuf::from("/data/30"),
                PathBuf::from(format!("/data/{}", MOST + 2))
            ]
        );
        assert!(!read[1..].contains(&read[0]));
    }

    #[test]
    fn a_file_that_makes_no_sense_is_done_without() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recorded-into.toml");
        assert!(read(&file).is_empty());
        for text in [
            "version = 1\nfolders = 7",
            "version = 1\nfolders = [7, \"here\"]",
            "?",
        ] {
            std::fs::write(&file, text).unwrap();
            assert!(read(&file).is_empty(), "{text}");
        }
    }
}
