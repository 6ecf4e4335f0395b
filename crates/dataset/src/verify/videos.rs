//! Cameras kept as video: every film that episodes refer to is looked at, and every picture in it is decoded.
//!
//! What a film must be so that LeRobot finds each picture (a constant rate, the first picture at 0, a picture for each
//! row) was observed by breaking films on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use video::{PictureStats, Reader, VideoError, mp4};

use super::description::Known;
use super::{Defect, Report, pictures};
use crate::episodes::{Episode, VideoSpan};
use crate::info::{Feature, Kind};
use crate::progress::{Progress, Stage};
use crate::reel;

/// Seconds into one video file from which float32 times are coarser than LeRobot's tolerance of 1e-4 s.
const FAR: f64 = 1024.0;
/// Episodes up to this many seconds were never seen to fail there, longer ones were.
const LONG: f64 = 120.0;
/// Seconds by which a picture may be off: LeRobot's own `tolerance_s`.
const TOLERANCE: f64 = 1e-4;
/// One episode's part of a film.
struct Part<'a> {
    /// Place among the counted episodes.
    at: usize,
    episode: &'a Episode,
    span: &'a VideoSpan,
    /// The film's picture that is the episode's first.
    first: u64,
}

impl Part<'_> {
    fn place(&self) -> String {
        format!(
            "meta/episodes, episode {}, {}",
            self.episode.episode_index, self.span.key
        )
    }

    fn end(&self) -> u64 {
        self.first.saturating_add(self.episode.length)
    }
}

/// A film, and the episodes in it.
struct Referred<'a> {
    feature: &'a Feature,
    parts: Vec<Part<'a>>,
}

/// Every camera's films and spans. `progress` counts pictures.
pub(super) fn check(report: &mut Report, known: &Known, progress: &Progress) {
    let Some(template) = &known.info.video_path else {
        return;
    };
    let root = report.root.clone();
    let mut films: BTreeMap<PathBuf, Referred<'_>> = BTreeMap::new();
    for (at, episode) in known.counted().iter().enumerate() {
        for span in &episode.videos {
            let path = root.join(template.path(span.place.chunk, span.place.file, &span.key));
            let Some(feature) = known.info.feature(&span.key) else {
                continue;
            };
            let film = films.entry(path).or_insert_with(|| Referred {
                feature,
                parts: Vec::new(),
            });
            if let Some(first) = check_span(report, known, episode, span) {
                film.parts.push(Part {
                    at,
                    episode,
                    span,
                    first,
                });
            }
        }
    }
    check_order(report, known);
    let pictures =
        |film: &Referred<'_>| -> u64 { film.parts.iter().map(|part| part.episode.length).sum() };
    progress.begin(Stage::Decoding, films.values().map(pictures).sum());
    report.files += films.len() as u64;
    for (path, film) in &films {
        if progress.cancelled() {
            return;
        }
        check_film(report, known, path, film, progress);
    }
    let referred: BTreeSet<&PathBuf> = films.keys().collect();
    for feature in &known.info.features {
        if feature.kind == Kind::Video {
            let folder = root.join("videos").join(&feature.name);
            for path in mp4_files(&folder) {
                if !referred.contains(&path) {
                    let place = report.place(&path);
                    let what = "no episode refers to this video";
                    report.add(Defect::VideoUnreferenced, place, what);
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

/// One film: what its container says, then each of its pictures.
fn check_film(
    report: &mut Report,
    known: &Known,
    path: &Path,
    referred: &Referred<'_>,
    progress: &Progress,
) {
    let place = report.place(path);
    let film = match mp4::inspect(path) {
        Ok(film) => film,
        Err(error) => return unreadable(report, place, &error),
    };
    check_form(report, known, &place, &film, referred.feature);
    check_length(report, &place, &film, referred);
    let reader = match Reader::open(path) {
        Ok(reader) => reader,
        Err(VideoError::Unsupported { what, .. }) => {
            report
                .not_checked
                .push(format!("the pictures of {place}: {what}"));
            return;
        }
        Err(error) => return unreadable(report, place, &error),
    };
    let mut parts: Vec<&Part<'_>> = referred.parts.iter().collect();
    parts.sort_by_key(|part| part.first);
    let mut stats: Vec<PictureStats> = Vec::new();
    stats.resize_with(parts.len(), PictureStats::default);
    let mut at = 0;
    let decoded = reel::each(reader, film.samples, &mut |index, picture| {
        while parts.get(at).is_some_and(|part| part.end() <= index) {
            at += 1;
        }
        if let (Some(part), Some(stats)) = (parts.get(at), stats.get_mut(at))
            && part.first <= index
        {
            stats.add_yuv420(picture);
            progress.advance(1);
        }
        !progress.cancelled()
    });
    if let Err((index, error)) = decoded {
        let whose = parts
            .iter()
            .find(|part| (part.first..part.end()).contains(&index));
        let whose = whose.map_or_else(String::new, |part| {
            let (episode, row) = (part.episode.episode_index, index - part.first);
            format!(" (episode {episode}, row {row})")
        });
        let line = error.to_string();
        let line = line.lines().next().unwrap_or_default();
        let what = format!("picture {index}{whose}: {line}");
        report.add(Defect::VideoPicture, place, what);
        return;
    }
    for (part, stats) in parts.iter().zip(&stats) {
        let written = known.episode_stats.get(part.at);
        let written = written.and_then(|of_episode| of_episode.get(&part.span.key));
        pictures::check_colours(report, &part.place(), written, stats);
    }
}

fn unreadable(report: &mut Report, place: String, error: &VideoError) {
    let line = error.to_string();
    let line = line.lines().next().unwrap_or_default();
    match error {
        VideoError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            report.add(Defect::VideoMissing, place, "the file is missing");
        }
        VideoError::Io { .. } => report.add(Defect::Unreadable, place, line),
        _ => report.add(Defect::VideoFile, place, line),
    }
}

/// Rate, times, size and codec against what `info.json` says.
fn check_form(
    report: &mut Report,
    known: &Known,
    place: &str,
    film: &mp4::Film,
    feature: &Feature,
) {
    if !film.finished {
        let what = "it was never finished, or its end is missing";
        report.add(Defect::VideoFile, place, what);
    }
    if film.start.abs() > TOLERANCE {
        let what = format!(
            "its first picture is shown at {} s instead of 0 s",
            film.start
        );
        report.add(Defect::VideoTimes, place, what);
    }
    let fps = known.info.fps;
    let last = film.samples.saturating_sub(1) as f64;
    if !film.steady || (last / film.fps - last / fps).abs() > TOLERANCE {
        let what = if film.steady {
            format!("it has {} pictures a second, the dataset {fps}", film.fps)
        } else {
            "its pictures do not all last the same".to_owned()
        };
        report.add(Defect::VideoTimes, place, what);
    }
    let (width, height) = (film.size.width() as usize, film.size.height() as usize);
    if feature.picture_size() != Some((width, height)) {
        let what = format!(
            "it is {}, the feature's shape is {:?}",
            film.size, feature.shape
        );
        report.add(Defect::VideoSize, place, what);
    }
    let codec = known.info.said_of_film(&feature.name, "video.codec");
    if let Some(codec) = codec.filter(|codec| *codec != film.codec_name) {
        let what = format!("it is {}, meta/info.json says {codec}", film.codec_name);
        report.add(Defect::VideoCodec, place, what);
    }
}

/// Whether each row has its picture, and each picture its row.
fn check_length(report: &mut Report, place: &str, film: &mp4::Film, referred: &Referred<'_>) {
    for part in &referred.parts {
        if part.end() > film.samples {
            let what = format!(
                "it needs the pictures {} to {}, the film {place} has {}",
                part.first,
                part.end().saturating_sub(1),
                film.samples
            );
            report.add(Defect::VideoSpan, part.place(), what);
        }
    }
    let needed: u64 = referred.parts.iter().map(|part| part.episode.length).sum();
    if film.samples > needed && referred.parts.iter().all(|part| part.end() <= film.samples) {
        let what = format!("it has {} pictures for {needed} rows", film.samples);
        report.add(Defect::VideoLonger, place, what);
    }
}

/// Gives the film's picture that is the episode's first, if it can be told.
fn check_span(
    report: &mut Report,
    known: &Known,
    episode: &Episode,
    span: &VideoSpan,
) -> Option<u64> {
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
        return None;
    }
    let first = (span.from_timestamp * known.info.fps).round();
    if (first / known.info.fps - span.from_timestamp).abs() > TOLERANCE {
        let what = format!(
            "it begins at {} s, between two pictures",
            span.from_timestamp
        );
        report.add(Defect::VideoSpan, place.clone(), what);
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
    Some(first as u64)
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
