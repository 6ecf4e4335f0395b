//! Which things inside a dataset's folder are not part of the dataset: staging, unfinished files, locks.
//!
//! One list for everybody who walks the folder: the ZIP leaves these out, the verifier names them, the repair
//! moves them aside. Not here: what to do about them.

use std::path::{Component, Path};

/// Something in the folder that is not part of the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leftover {
    /// `images/` in the root: pictures staged for an encoder; an image dataset keeps its pictures in Parquet.
    Staging,
    /// A name ending in `.tmp`: a file that was being written.
    Unfinished,
    /// A folder `tmp…` in the root: LeRobot's encoders work there, and a crash leaves it behind.
    EncoderFolder,
    /// The lock of the process that has the dataset open.
    Lock,
    /// The journal of an episode that was never finished.
    Journal,
    /// `meta/tendon/attic`: what a repair took out and kept.
    Attic,
    /// `.cache/`: bookkeeping of a download from the Hub.
    DownloadCache,
}

impl std::fmt::Display for Leftover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Staging => "pictures staged for an encoder",
            Self::Unfinished => "a file that was never finished",
            Self::EncoderFolder => "an encoder's working folder",
            Self::Lock => "the lock of an open dataset",
            Self::Journal => "the journal of an unfinished episode",
            Self::Attic => "what a repair took out",
            Self::DownloadCache => "bookkeeping of a download",
        })
    }
}

/// What kind of leftover `relative` (from the dataset's root) is, or `None` when it belongs to the dataset.
///
/// For a folder the answer holds for everything below it.
pub fn kind(relative: &Path, is_folder: bool) -> Option<Leftover> {
    let parts: Vec<&str> = relative
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let last = *parts.last()?;
    if let ["meta", "tendon", inside, ..] = parts[..] {
        match inside {
            "attic" => return Some(Leftover::Attic),
            "journal" => return Some(Leftover::Journal),
            "lock" => return Some(Leftover::Lock),
            _ => {}
        }
    }
    if last.ends_with(".tmp") {
        return Some(Leftover::Unfinished);
    }
    match (parts.len(), is_folder) {
        (1, true) if last == "images" => Some(Leftover::Staging),
        (1, true) if last.starts_with("tmp") => Some(Leftover::EncoderFolder),
        (1, true) if last == ".cache" => Some(Leftover::DownloadCache),
        (1, false) if last == ".lock" || last.ends_with(".lock") => Some(Leftover::Lock),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_known_by_name_and_place() {
        for (path, folder, expected) in [
            ("images", true, Some(Leftover::Staging)),
            ("images", false, None),
            ("videos/images", true, None),
            ("tmpab12cd", true, Some(Leftover::EncoderFolder)),
            ("tmp.txt", false, None),
            ("data/chunk-000/file-000.parquet", false, None),
            (
                "data/chunk-000/file-000.parquet.tmp",
                false,
                Some(Leftover::Unfinished),
            ),
            ("meta/info.json.tmp", false, Some(Leftover::Unfinished)),
            ("meta/tendon/attic", true, Some(Leftover::Attic)),
            ("meta/tendon/attic/a.parquet", false, Some(Leftover::Attic)),
            ("meta/tendon/journal", true, Some(Leftover::Journal)),
            (".cache", true, Some(Leftover::DownloadCache)),
            ("README.md", false, None),
            ("", true, None),
        ] {
            assert_eq!(kind(Path::new(path), folder), expected, "{path}");
        }
    }
}
