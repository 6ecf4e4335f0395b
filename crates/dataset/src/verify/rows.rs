//! The rows: every column there, every index running, every number finite, every statistic true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::description::{Known, data_files, data_places};
use super::numbers::{Recomputed, check_camera};
use super::{Defect, Report};
use crate::data::{self, Block, Values};
use crate::error::DatasetError;
use crate::info::Feature;
use crate::progress::{Progress, Stage};
use crate::stats::Stats;
use crate::table::Table;

/// Seconds by which a timestamp may be off: LeRobot's own `tolerance_s`.
const TOLERANCE: f64 = 1e-4;

/// Checks all data files in LeRobot's order, and the statistics against them.
pub(super) fn check(report: &mut Report, known: &Known, progress: &Progress) {
    let root = report.root.clone();
    let path_of = |place: crate::episodes::FilePlace| {
        known
            .info
            .data_path
            .data_path(&root, place.chunk, place.file)
    };
    let counted: BTreeSet<PathBuf> = data_places(known).into_iter().map(path_of).collect();
    let uncommitted: BTreeSet<PathBuf> = known.episodes[known.counted().len()..]
        .iter()
        .map(|episode| path_of(episode.data))
        .collect();
    for path in &counted {
        if !path.exists() {
            let place = report.place(path);
            report.add(Defect::DataMissing, place, "the file is missing");
        }
    }
    let files = data_files(report);
    let tables: Vec<_> = files
        .into_iter()
        .map(|path| (Table::open(&path), path))
        .collect();
    let total = tables
        .iter()
        .filter_map(|(table, _)| table.as_ref().ok())
        .map(Table::rows)
        .fold(0, u64::saturating_add);
    progress.begin(Stage::Reading, total);

    let mut walk = Walk::new(known);
    let mut rows = 0u64;
    for (table, path) in &tables {
        let place = report.place(path);
        report.files += 1;
        let table = match table {
            Ok(table) => table,
            Err(error) => {
                report.add_error(Defect::DataFile, place, error);
                walk.position = None;
                continue;
            }
        };
        rows = rows.saturating_add(table.rows());
        if !counted.contains(path) {
            let behind = rows - table.rows() >= known.info.total_frames;
            if uncommitted.contains(path) && behind {
                continue; // Named with the episode metadata.
            }
            let defect = if behind {
                Defect::Uncommitted
            } else {
                Defect::DataUnreferenced
            };
            report.add(defect, place, "no counted episode refers to this file");
            walk.position = None;
            continue;
        }
        if walk.file(report, table, path, progress) == Walked::Cancelled {
            return;
        }
    }
    report.rows = rows;
    walk.finish_episode(report);
    let explained = [
        Defect::DataFile,
        Defect::EpisodesMissing,
        Defect::EpisodesFile,
    ];
    if walk.rows_seen < known.info.total_frames && !explained.iter().any(|it| report.has(*it)) {
        report.add(
            Defect::Counters,
            "meta/info.json",
            format!(
                "total_frames is {}, the data files have {} rows",
                known.info.total_frames, walk.rows_seen
            ),
        );
    }
    check_dataset_stats(report, known, &walk.dataset);
}

fn check_dataset_stats(report: &mut Report, known: &Known, rows: &Recomputed) {
    const PLACE: &str = "meta/stats.json";
    let stats = match Stats::read(&report.root) {
        Ok(Some(stats)) => stats,
        Ok(None) => {
            if known.info.total_episodes > 0 {
                report.add(Defect::StatsMissing, PLACE, "the file is missing");
            }
            return;
        }
        Err(error) => {
            report.add_error(Defect::StatsFile, PLACE, &error);
            return;
        }
    };
    rows.compare(report, PLACE, &stats);
    if known.info.total_episodes > 0 {
        for feature in known.info.cameras() {
            check_camera(
                report,
                &format!("{PLACE}, {}", feature.name),
                feature,
                &stats,
            );
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Walked {
    Through,
    Cancelled,
}

/// First occurrence and number of each defect in one file.
#[derive(Default)]
struct Tally(BTreeMap<Defect, (String, u64)>);

impl Tally {
    fn add(&mut self, defect: Defect, what: impl FnOnce() -> String) {
        self.0
            .entry(defect)
            .and_modify(|(_, count)| *count += 1)
            .or_insert_with(|| (what(), 1));
    }

    fn report(self, report: &mut Report, place: &str) {
        for (defect, (what, count)) in self.0 {
            let what = if count > 1 {
                format!("{what}; {count} times in this file")
            } else {
                what
            };
            report.add(defect, place, what);
        }
    }
}

/// The walk over all rows.
struct Walk<'a> {
    known: &'a Known,
    /// Rows before the present one, over all files; unknown after a damaged file until the next row says.
    position: Option<u64>,
    rows_seen: u64,
    /// Which of the counted episodes the last row belonged to.
    episode: Option<usize>,
    running: Recomputed,
    dataset: Recomputed,
}

impl<'a> Walk<'a> {
    fn new(known: &'a Known) -> Self {
        Self {
            known,
            position: Some(0),
            rows_seen: 0,
            episode: None,
            running: Recomputed::new(&known.info.features, true),
            dataset: Recomputed::new(&known.info.features, false),
        }
    }

    fn file(
        &mut self,
        report: &mut Report,
        table: &Table,
        path: &Path,
        progress: &Progress,
    ) -> Walked {
        let place = report.place(path);
        let present = check_columns(report, self.known, table, &place);
        let blocks = match data::read(path, &present, 0..table.rows()) {
            Ok(blocks) => blocks,
            Err(error) => {
                self.unreadable(report, table, &place, &error);
                return Walked::Through;
            }
        };
        let mut tally = Tally::default();
        let before = self.rows_seen;
        for block in blocks {
            if progress.cancelled() {
                return Walked::Cancelled;
            }
            match block {
                Ok(block) => {
                    self.block(report, &block, path, before, &mut tally);
                    progress.advance(block.rows as u64);
                }
                Err(error) => {
                    self.unreadable(report, table, &place, &error);
                    break;
                }
            }
        }
        tally.report(report, &place);
        Walked::Through
    }

    fn unreadable(
        &mut self,
        report: &mut Report,
        table: &Table,
        place: &str,
        error: &DatasetError,
    ) {
        let defect = if error.to_string().starts_with("column") {
            Defect::ColumnValues
        } else {
            Defect::DataFile
        };
        report.add_error(defect, place, error);
        self.rows_seen = self.rows_seen.saturating_add(table.rows());
        self.position = None;
    }

    fn block(
        &mut self,
        report: &mut Report,
        block: &Block,
        path: &Path,
        file_begin: u64,
        tally: &mut Tally,
    ) {
        let index = block.integers("index");
        let frame_index = block.integers("frame_index");
        let episode_index = block.integers("episode_index");
        let task_index = block.integers("task_index");
        let timestamp = block.floats("timestamp");
        for row in 0..block.rows {
            let in_file = self.rows_seen - file_begin;
            let said = index.and_then(|values| values.get(row)).copied();
            let position = match (
                self.position,
                said.and_then(|said| u64::try_from(said).ok()),
            ) {
                (Some(position), _) => position,
                (None, Some(said)) => said,
                (None, None) => self.rows_seen,
            };
            if said.is_some_and(|said| said != position.cast_signed()) {
                tally.add(Defect::Index, || {
                    format!(
                        "row {in_file}: index is {said:?} instead of {position}",
                        said = said.unwrap_or(0)
                    )
                });
            }
            self.position = position.checked_add(1);
            self.rows_seen += 1;
            let Some(at) = self.find(position) else {
                continue; // Beyond what is counted; the counters say so.
            };
            if self.episode != Some(at) {
                self.finish_episode(report);
                self.episode = Some(at);
                self.check_file_of(report, at, path);
            }
            let episode = &self.known.episodes[at];
            let frame = position.saturating_sub(episode.from_index).cast_signed();
            let value = |values: Option<&[i64]>| values.and_then(|values| values.get(row)).copied();
            if let Some(said) = value(frame_index).filter(|said| *said != frame) {
                tally.add(Defect::FrameIndex, || {
                    format!("row {in_file}: frame_index is {said} instead of {frame}")
                });
            }
            let number = episode.episode_index.cast_signed();
            // Metadata rows in a wrong order are their own defect, not one of each row of data.
            let wrong = |said: &i64| *said != number && *said != at as i64;
            if let Some(said) = value(episode_index).filter(wrong) {
                tally.add(Defect::EpisodeIndex, || {
                    format!("row {in_file}: episode_index is {said} instead of {number}")
                });
            }
            if let Some(said) = timestamp.and_then(|values| values.get(row)) {
                let expected = data::timestamp(frame, self.known.info.fps);
                let off = (f64::from(*said) - f64::from(expected)).abs();
                if off > TOLERANCE {
                    tally.add(Defect::Timestamp, || {
                        format!("row {in_file}: timestamp is {said} s instead of {expected} s")
                    });
                }
            }
            if let Some(said) = value(task_index) {
                self.check_task(at, said, in_file, tally);
            }
            for column in &block.columns {
                check_finite(column, row, in_file, tally);
                self.running.add(column, row);
            }
        }
    }

    /// The counted episode that a row belongs to by its position.
    fn find(&self, position: u64) -> Option<usize> {
        let counted = self.known.counted();
        let holds = |at: &usize| {
            counted
                .get(*at)
                .is_some_and(|episode| (episode.from_index..episode.to_index).contains(&position))
        };
        self.episode.filter(holds).or_else(|| {
            let next = self.episode.map_or(0, |at| at + 1);
            Some(next)
                .filter(holds)
                .or_else(|| (0..counted.len()).find(holds))
        })
    }

    fn check_task(&self, at: usize, said: i64, in_file: u64, tally: &mut Tally) {
        let tasks = &self.known.tasks;
        let text = usize::try_from(said).ok().and_then(|at| tasks.rows.get(at));
        let episode = &self.known.episodes[at];
        match text {
            None => tally.add(Defect::TaskIndex, || {
                format!(
                    "row {in_file}: task_index is {said}, there are {} tasks",
                    tasks.len()
                )
            }),
            Some((text, _)) if !episode.tasks.is_empty() && !episode.tasks.contains(text) => {
                tally.add(Defect::EpisodeTasks, || {
                    format!(
                        "row {in_file}: task {text:?} is not named by episode {}",
                        episode.episode_index
                    )
                });
            }
            Some(_) => {}
        }
    }

    fn check_file_of(&self, report: &mut Report, at: usize, path: &Path) {
        let episode = &self.known.episodes[at];
        let said = self.known.info.data_path.data_path(
            &report.root,
            episode.data.chunk,
            episode.data.file,
        );
        if said != path {
            let (said, found) = (report.place(&said), report.place(path));
            report.add(
                Defect::EpisodeSpan,
                format!("meta/episodes, episode {}", episode.episode_index),
                format!("its rows are in {found}, it says {said}"),
            );
        }
    }

    /// Compares the finished episode with its statistics, and adds it to the whole.
    fn finish_episode(&mut self, report: &mut Report) {
        let Some(at) = self.episode.take() else {
            return;
        };
        if let Some(written) = self
            .known
            .episode_stats
            .get(at)
            .filter(|stats| !stats.is_empty())
        {
            let place = format!(
                "meta/episodes, episode {}, stats",
                self.known.episodes[at].episode_index
            );
            self.running.compare(report, &place, written);
        }
        self.dataset.merge(&self.running);
        self.running.clear();
    }
}

/// Says which columns are missing or undeclared, and returns the features whose columns are there.
fn check_columns(report: &mut Report, known: &Known, table: &Table, place: &str) -> Vec<Feature> {
    let features = &known.info.features;
    for column in table.columns() {
        let declared = features
            .iter()
            .any(|feature| feature.name == column && feature.has_column());
        if !declared {
            report.add(
                Defect::ColumnExtra,
                place,
                format!("column {column:?} is not declared in meta/info.json"),
            );
        }
    }
    let (present, missing): (Vec<_>, Vec<_>) = features
        .iter()
        .filter(|feature| feature.has_column())
        .partition(|feature| table.has_column(&feature.name));
    for feature in missing {
        report.add(
            Defect::ColumnMissing,
            place,
            format!("column {:?} is missing", feature.name),
        );
    }
    present.into_iter().cloned().collect()
}

fn check_finite(column: &data::Column, row: usize, in_file: u64, tally: &mut Tally) {
    let span = row * column.width..(row + 1) * column.width;
    let finite = match &column.values {
        Values::Float32(values) => values[span].iter().all(|value| value.is_finite()),
        Values::Float64(values) => values[span].iter().all(|value| value.is_finite()),
        Values::Int64(_) | Values::Text(_) => true,
    };
    if !finite {
        tally.add(Defect::NotFinite, || {
            format!(
                "row {in_file}: {} holds a value that is not a number",
                column.name
            )
        });
    }
}
