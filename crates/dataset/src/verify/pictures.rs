//! Cameras kept as pictures inside the table: every PNG is decoded. And what pictures of either kind have in common:
//! colours that an episode's statistics should say.

use std::collections::BTreeMap;

use video::PictureStats;
use video::stats::Histogram;

use super::description::{Known, data_files};
use super::{Defect, Report};
use crate::data;
use crate::episodes::Episode;
use crate::info::{Feature, Kind};
use crate::progress::{Progress, Stage};
use crate::stats::FeatureStats;
use crate::table::Table;

/// How far mean and deviation of the colours may be from what is written down: they were taken before a film was encoded,
/// which moves them by less than a hundredth, and LeRobot looks at some of the pictures only. Another camera's pictures
/// are further off.
const COLOUR: f64 = 0.06;

/// Every picture of every data file that can be read; files that cannot were named with the rows.
pub(super) fn check(report: &mut Report, known: &Known, progress: &Progress) {
    let features: Vec<&Feature> = known
        .info
        .features
        .iter()
        .filter(|feature| feature.kind == Kind::Image)
        .collect();
    if features.is_empty() {
        return;
    }
    let tables: Vec<Table> = data_files(report)
        .iter()
        .filter_map(|path| Table::open(path).ok())
        .collect();
    let rows: u64 = tables.iter().map(Table::rows).sum();
    progress.begin(Stage::Decoding, rows * features.len() as u64);
    for table in &tables {
        for feature in features.iter().filter(|it| table.has_column(&it.name)) {
            check_column(report, known, table, feature, progress);
        }
    }
}

fn check_column(
    report: &mut Report,
    known: &Known,
    table: &Table,
    feature: &Feature,
    progress: &Progress,
) {
    let place = format!("{}, {}", report.place(table.path()), feature.name);
    let pictures = match data::pictures(table.path(), &feature.name, 0..table.rows()) {
        Ok(pictures) => pictures,
        Err(error) => return report.add_error(Defect::ColumnValues, place, &error),
    };
    let episodes = episodes_of(report, known, table);
    let mut colours: BTreeMap<usize, PictureStats> = BTreeMap::new();
    for (row, picture) in (0..).zip(pictures) {
        if progress.cancelled() {
            return;
        }
        let png = match picture {
            Ok(png) => png,
            Err(error) => return report.add_error(Defect::ColumnValues, place, &error),
        };
        progress.advance(1);
        // Depth is kept as TIFF, which is not looked into.
        if feature.shape.last() == Some(&1) {
            continue;
        }
        let problem = match pixels::png::decode(&png) {
            Ok((size, rgb)) => {
                let of_row = |(_, rows): &&(usize, std::ops::Range<u64>)| rows.contains(&row);
                if let Some((at, _)) = episodes.iter().find(of_row) {
                    let colours = colours.entry(*at).or_default();
                    colours.add(&Histogram::of_rgb(size, &rgb));
                }
                let found = (size.width() as usize, size.height() as usize);
                (feature.picture_size() != Some(found))
                    .then(|| format!("it is {size}, the feature's shape is {:?}", feature.shape))
            }
            Err(error) => Some(error.to_string()),
        };
        if let Some(problem) = problem {
            report.add(
                Defect::Picture,
                place.clone(),
                format!("row {row}: {problem}"),
            );
        }
    }
    for (at, found) in &colours {
        let number = known.episodes[*at].episode_index;
        let written = known.episode_stats.get(*at);
        let written = written.and_then(|of_episode| of_episode.get(&feature.name));
        let place = format!("meta/episodes, episode {number}, {}", feature.name);
        check_colours(report, &place, written, found);
    }
}

/// The counted episodes in a data file, each by its place among them, and which rows of the file they are.
fn episodes_of(
    report: &Report,
    known: &Known,
    table: &Table,
) -> Vec<(usize, std::ops::Range<u64>)> {
    let is_here = |episode: &Episode| {
        let place = episode.data;
        let path = known
            .info
            .data_path
            .data_path(&report.root, place.chunk, place.file);
        path == table.path()
    };
    let here: Vec<(usize, &Episode)> = known
        .counted()
        .iter()
        .enumerate()
        .filter(|(_, episode)| is_here(episode))
        .collect();
    let begin = here.iter().map(|(_, episode)| episode.from_index).min();
    let begin = begin.unwrap_or(0);
    here.into_iter()
        .map(|(at, it)| (at, it.from_index - begin..it.to_index.max(begin) - begin))
        .collect()
}

/// Colours of an episode's pictures against its statistics. A mean that is far off may mean pictures of something else; a
/// deviation alone is a wrong number, as LeRobot 0.4 writes it, which squares bytes as bytes.
pub(super) fn check_colours(
    report: &mut Report,
    place: &str,
    written: Option<&FeatureStats>,
    found: &PictureStats,
) {
    let (Some(written), Some(found)) = (written, found.colours()) else {
        return;
    };
    let (defect, stat, found) = {
        let far = |stat: &str, found: &[f64; 3]| {
            written.values.get(stat).is_some_and(|written| {
                let mut pairs = written.iter().zip(found);
                written.len() == 3 && pairs.any(|(said, found)| (said - found).abs() > COLOUR)
            })
        };
        if far("mean", &found.mean) {
            (Defect::VideoColours, "mean", found.mean)
        } else if far("std", &found.std) {
            (Defect::StatsValues, "std", found.std)
        } else {
            return;
        }
    };
    report.add(
        defect,
        format!("{place}, stats/{stat}"),
        format!(
            "it is {:.3?}, the pictures give {found:.3?}",
            written.values[stat]
        ),
    );
}
