//! Files by their names: what does not belong in the folder, and the video files that episodes refer to.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::description::Known;
use super::{Defect, Report};
use crate::episodes::{Episode, VideoSpan};
use crate::info::Kind;
use crate::leftovers::{self, Leftover};

/// Seconds into one video file from which float32 times are coarser than LeRobot's tolerance of 1e-4 s.
const FAR: f64 = 1024.0;
/// Episodes up to this many seconds were never seen to fail there, longer ones were.
const LONG: f64 = 120.0;
/// Deeper than any dataset; a folder that goes on has a loop in it.
const DEEPEST: usize = 16;

/// Names everything in the folder that is not part of the dataset.
pub(super) fn leftovers(report: &mut Report) {
    for (path, kind) in find_leftovers(&report.root) {
        let place = path.display().to_string();
        match kind {
            // The folder stays when its last journal is gone.
            Leftover::Journal if empty_folder(&report.root.join(&path)) => {}
            Leftover::Journal => report.add(Defect::Journal, place, kind.to_string()),
            // An attic is where a repair keeps things; a lock is there whenever the dataset is open.
            Leftover::Attic | Leftover::Lock => {}
            _ => report.add(Defect::Leftover, place, kind.to_string()),
        }
    }
}

fn empty_folder(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
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

/// Every camera's files and spans.
pub(super) fn check_videos(report: &mut Report, known: &Known) {
    let Some(template) = &known.info.video_path else {
        return;
    };
    let root = report.root.clone();
    let path_of =
        |span: &VideoSpan| root.join(template.path(span.place.chunk, span.place.file, &span.key));
    let mut looked_at = BTreeSet::new();
    for episode in known.counted() {
        for span in &episode.videos {
            let path = path_of(span);
            if looked_at.insert(path.clone()) {
                check_file(report, &path);
            }
            check_span(report, known, episode, span);
        }
    }
    check_order(report, known);
    report.files += looked_at.len() as u64;
    for feature in &known.info.features {
        if feature.kind == Kind::Video {
            let folder = root.join("videos").join(&feature.name);
            for path in mp4_files(&folder) {
                if !looked_at.contains(&path) {
                    let place = report.place(&path);
                    report.add(
                        Defect::VideoUnreferenced,
                        place,
                        "no episode refers to this video",
                    );
                }
            }
        }
    }
}

fn mp4_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let list = |folder: &Path| {
        fs::read_dir(folder)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_else(|_| Vec::<PathBuf>::new())
    };
    for chunk in list(folder) {
        files.extend(
            list(&chunk)
                .into_iter()
                .filter(|path| path.extension().is_some_and(|suffix| suffix == "mp4")),
        );
    }
    files.sort();
    files
}

fn check_file(report: &mut Report, path: &Path) {
    let place = report.place(path);
    // An mp4 begins with a box of type `ftyp`: four bytes of length, four of type.
    let mut head = [0; 8];
    match File::open(path).and_then(|mut file| file.read_exact(&mut head)) {
        Ok(()) if &head[4..] == b"ftyp" => {}
        Ok(()) => report.add(
            Defect::VideoFile,
            place,
            "it does not begin like an mp4 file",
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            report.add(Defect::VideoMissing, place, "the file is missing");
        }
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            report.add(Defect::VideoFile, place, "it is cut off at its beginning");
        }
        Err(error) => report.add(Defect::Unreadable, place, error.to_string()),
    }
}

fn check_span(report: &mut Report, known: &Known, episode: &Episode, span: &VideoSpan) {
    let place = format!(
        "meta/episodes, episode {}, {}",
        episode.episode_index, span.key
    );
    if !(span.from_timestamp.is_finite() && span.from_timestamp >= 0.0) {
        report.add(
            Defect::VideoSpan,
            place,
            format!("it begins at {} s", span.from_timestamp),
        );
        return;
    }
    if let Some(to) = span.to_timestamp {
        let pictures = ((to - span.from_timestamp) * known.info.fps).round();
        if pictures != episode.length as f64 {
            report.add(
                Defect::VideoSpan,
                place.clone(),
                format!("it has {pictures} pictures for {} rows", episode.length),
            );
        }
    }
    let seconds = episode.length as f64 / known.info.fps;
    if seconds > LONG && span.from_timestamp + seconds > FAR {
        report.add(
            Defect::VideoFar,
            place,
            format!(
                "an episode of {seconds:.0} s begins {:.0} s into its file",
                span.from_timestamp
            ),
        );
    }
}

/// Spans of one camera in one file follow each other; an overlap shows another episode's pictures.
fn check_order(report: &mut Report, known: &Known) {
    let half_a_frame = 0.5 / known.info.fps;
    for pair in known.counted().windows(2) {
        let [before, after] = pair else { continue };
        for (first, second) in before.videos.iter().zip(&after.videos) {
            let end = first.to_timestamp.unwrap_or(first.from_timestamp);
            if first.key == second.key
                && first.place == second.place
                && second.from_timestamp < end - half_a_frame
            {
                report.add(
                    Defect::VideoSpan,
                    format!(
                        "meta/episodes, episode {}, {}",
                        after.episode_index, second.key
                    ),
                    format!(
                        "it begins at {} s, before episode {} ends at {end} s",
                        second.from_timestamp, before.episode_index
                    ),
                );
            }
        }
    }
}
