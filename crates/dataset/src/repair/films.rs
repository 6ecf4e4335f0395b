//! Cameras for metadata that is made again from the rows: where each episode's pictures are, and their statistics.
//!
//! Nothing in a film says which episode it belongs to. Films are taken in the order of their names and episodes in theirs,
//! and only when every film ends exactly where an episode does is that relied on; a picture too many or too few anywhere
//! leaves everything as it is.

use std::path::Path;

use video::{PictureStats, Reader, mp4, stats::Histogram};

use super::scan::place_of;
use crate::data;
use crate::episodes::{Episode, VideoSpan, list};
use crate::error::DatasetError;
use crate::info::{Info, Kind};
use crate::progress::{Progress, Stage};
use crate::reel;
use crate::stats::{Stats, Weight};

/// Where each episode's pictures are, one span per film camera in the order of `info.json`; `None` when the films do not
/// add up to the episodes.
pub(super) fn spans(
    root: &Path,
    info: &Info,
    episodes: &[Episode],
) -> Result<Option<Vec<Vec<VideoSpan>>>, DatasetError> {
    let mut all: Vec<Vec<VideoSpan>> = episodes.iter().map(|_| Vec::new()).collect();
    for key in info.video_keys() {
        let Some(spans) = spans_of(root, info, key, episodes)? else {
            return Ok(None);
        };
        for (videos, span) in all.iter_mut().zip(spans) {
            videos.push(span);
        }
    }
    Ok(Some(all))
}

fn spans_of(
    root: &Path,
    info: &Info,
    key: &str,
    episodes: &[Episode],
) -> Result<Option<Vec<VideoSpan>>, DatasetError> {
    let Some(template) = &info.video_path else {
        return Ok(None);
    };
    let at =
        |place: crate::episodes::FilePlace| root.join(template.path(place.chunk, place.file, key));
    let mut films = Vec::new();
    for chunk in list(&root.join("videos").join(key))? {
        if chunk.is_dir() {
            let paths = list(&chunk)?;
            films.extend(paths.iter().filter_map(|path| place_of(path, &at)));
        }
    }
    films.sort_unstable();
    let mut spans = Vec::new();
    for place in films {
        if spans.len() == episodes.len() {
            break; // Films behind the last episode belong to nobody.
        }
        let Ok(film) = mp4::inspect(&at(place)) else {
            return Ok(None);
        };
        if !film.finished || !film.steady || film.start != 0.0 || film.fps != info.fps {
            return Ok(None);
        }
        let mut first = 0;
        while first < film.samples {
            let Some(episode) = episodes.get(spans.len()) else {
                return Ok(None);
            };
            let end = first + episode.length;
            if end > film.samples {
                return Ok(None);
            }
            spans.push(VideoSpan {
                key: key.to_owned(),
                place,
                from_timestamp: first as f64 / info.fps,
                to_timestamp: Some(end as f64 / info.fps),
            });
            first = end;
        }
    }
    Ok((spans.len() == episodes.len()).then_some(spans))
}

/// Adds the statistics of every camera to those of each episode, by decoding its pictures, in the order of `info.json`.
///
/// # Errors
/// When a picture cannot be read or decoded: then there is nothing true to write.
pub(super) fn add_stats(
    root: &Path,
    info: &Info,
    episodes: &[Episode],
    of_episodes: &mut [Stats],
    progress: &Progress,
) -> Result<(), DatasetError> {
    let cameras = info.cameras().count() as u64;
    let rows: u64 = episodes.iter().map(|episode| episode.length).sum();
    progress.begin(Stage::Decoding, rows * cameras);
    // Counted as before; statistics that cannot be read do not say how.
    let before = Stats::read(root).ok().flatten();
    for (episode, stats) in episodes.iter().zip(of_episodes) {
        let mut ordered = Stats::default();
        for feature in &info.features {
            let found = match feature.kind {
                Kind::Video => of_film(root, info, episode, &feature.name)?,
                Kind::Image => of_table(root, info, episodes, episode, &feature.name)?,
                _ => match stats.get(&feature.name) {
                    Some(found) => {
                        *ordered.entry(&feature.name) = found.clone();
                        continue;
                    }
                    None => continue,
                },
            };
            progress.advance(episode.length);
            let mut of_camera = reel::feature_stats(&found);
            let weight = Weight::of(before.as_ref(), &feature.name, info.total_frames.max(rows));
            weight.fit(&mut of_camera, found.pictures());
            *ordered.entry(&feature.name) = of_camera;
        }
        *stats = ordered;
    }
    Ok(())
}

fn of_film(
    root: &Path,
    info: &Info,
    episode: &Episode,
    key: &str,
) -> Result<PictureStats, DatasetError> {
    let mut stats = PictureStats::default();
    let span = episode.videos.iter().find(|video| video.key == key);
    if let (Some(span), Some(template)) = (span, &info.video_path) {
        let path = root.join(template.path(span.place.chunk, span.place.file, key));
        let mut film = Reader::open(&path)?;
        let first = (span.from_timestamp * info.fps).round() as u64;
        let mut picture = pixels::Yuv420::black(film.film().size);
        let end = first.checked_add(episode.length).ok_or_else(|| {
            let problem = format!("episode {} begins at no time", episode.episode_index);
            DatasetError::malformed(&path, problem)
        })?;
        for index in first..end {
            film.frame_into(index, &mut picture)?;
            stats.add_yuv420(&picture);
        }
    }
    Ok(stats)
}

fn of_table(
    root: &Path,
    info: &Info,
    episodes: &[Episode],
    episode: &Episode,
    key: &str,
) -> Result<PictureStats, DatasetError> {
    let mut stats = PictureStats::default();
    let place = episode.data;
    let path = info.data_path.data_path(root, place.chunk, place.file);
    let of_file = episodes.iter().filter(|other| other.data == place);
    let begin = of_file.map(|other| other.from_index).min().unwrap_or(0);
    let rows = episode.from_index - begin..episode.to_index - begin;
    for png in data::pictures(&path, key, rows)? {
        let (size, rgb) = pixels::png::decode(&png?)
            .map_err(|error| DatasetError::malformed(&path, format!("{key}: {error}")))?;
        stats.add(&Histogram::of_rgb(size, &rgb));
    }
    Ok(stats)
}
