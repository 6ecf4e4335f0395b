//! Which things inside a dataset's folder are not part of the dataset: staging, unfinished files, locks.
//!
//! One list for everybody who walks the folder: the ZIP leaves these out, the verifier names them, the repair
//! moves them aside. Not here: what to do about them.

use std::path::{Component, Path};

use crate::footage;

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
    /// The film of an episode that was never finished.
    Footage,
    /// The journal of an episode that was discarded and could have been brought back until its program ended.
    Discarded,
    /// `meta/tendon/attic`: what a repair took out and kept.
    Attic,
    /// `.cache/`: bookkeeping of a download from the Hub.
    DownloadCache,
}

impl Leftover {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Staging,
        Self::Unfinished,
        Self::EncoderFolder,
        Self::Lock,
        Self::Journal,
        Self::Footage,
        Self::Discarded,
        Self::Attic,
        Self::DownloadCache,
    ];
}

impl std::fmt::Display for Leftover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Staging => "pictures staged for an encoder",
            Self::Unfinished => "a file that was never finished",
            Self::EncoderFolder => "an encoder's working folder",
            Self::Lock => "the lock of an open dataset",
            Self::Journal => "the journal of an unfinished episode",
            Self::Footage => "the film of an unfinished episode",
            Self::Discarded => "the journal of a discarded episode",
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
            // The folder itself is ours, and empty between episodes.
            "journal" if parts.len() == 3 => return None,
            "journal" => return Some(in_journal(last)),
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

/// What a file in the journals' folder is.
fn in_journal(name: &str) -> Leftover {
    match name.rsplit_once('.') {
        Some((_, footage::FILM | footage::PICTURES)) => Leftover::Footage,
        Some((_, footage::ASIDE)) => Leftover::Discarded,
        _ => Leftover::Journal,
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
            ("meta/tendon/journal", true, None),
            (
                "meta/tendon/journal/0000.journal",
                false,
                Some(Leftover::Journal),
            ),
            (
                "meta/tendon/journal/0000.front.mp4",
                false,
                Some(Leftover::Footage),
            ),
            (
                "meta/tendon/journal/0000.front.pngs",
                false,
                Some(Leftover::Footage),
            ),
            (
                "meta/tendon/journal/0001.aside",
                false,
                Some(Leftover::Discarded),
            ),
            (".cache", true, Some(Leftover::DownloadCache)),
            ("README.md", false, None),
            ("", true, None),
        ] {
            assert_eq!(kind(Path::new(path), folder), expected, "{path}");
        }
    }
}
