//! What the dataset says about itself: `info.json`, the task table and the episode metadata, each checked alone and
//! against each other.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::{Defect, Report};
use crate::data;
use crate::episodes::{self, Episode, FilePlace};
use crate::info::{DEFAULT_FEATURES, Info, Kind};
use crate::python_json;
use crate::stats::Stats;
use crate::table::Table;
use crate::tasks::Tasks;

/// What the later checks compare the data with.
pub(super) struct Known {
    pub info: Info,
    pub tasks: Tasks,
    /// In LeRobot's order, which is the order of their index unless a finding says otherwise.
    pub episodes: Vec<Episode>,
    /// Per row of `episodes`; empty statistics where the columns are missing.
    pub episode_stats: Vec<Stats>,
}

impl Known {
    /// The episodes that the dataset counts.
    pub fn counted(&self) -> &[Episode] {
        let total = usize::try_from(self.info.total_episodes).unwrap_or(usize::MAX);
        &self.episodes[..total.min(self.episodes.len())]
    }
}

/// `None` when there is nothing that the rest could be compared with.
pub(super) fn check(report: &mut Report) -> Option<Known> {
    let root = report.root.clone();
    let info = match Info::read(&root) {
        Ok(info) => info,
        Err(error) => {
            report.add_error(Defect::Description, "meta/info.json", &error);
            return None;
        }
    };
    check_features(report, &info);
    let tasks = check_tasks(report, &root, &info);
    let (episodes, episode_stats) = check_episodes(report, &root, &info);
    let known = Known {
        info,
        tasks,
        episodes,
        episode_stats,
    };
    check_spans(report, &known);
    check_counters(report, &root, &known);
    Some(known)
}

fn check_features(report: &mut Report, info: &Info) {
    for (name, dtype) in DEFAULT_FEATURES {
        let what = match info.feature(name) {
            None => "it is not declared".to_owned(),
            Some(feature) if feature.dtype != dtype || feature.shape != [1] => format!(
                "it is declared as {} {:?} instead of {dtype} [1]",
                feature.dtype, feature.shape
            ),
            Some(_) => continue,
        };
        report.add(
            Defect::DefaultFeature,
            format!("meta/info.json, feature {name:?}"),
            what,
        );
    }
    let sample = info.data_path.path(0, 0, "");
    let parts: Vec<_> = sample.iter().collect();
    let found = parts.len() == 3
        && parts[0] == "data"
        && sample.extension().is_some_and(|suffix| suffix == "parquet");
    if !found {
        report.add(
            Defect::PathTemplate,
            "meta/info.json, data_path",
            format!("it leads to {}", sample.display()),
        );
    }
    let videos = info
        .features
        .iter()
        .any(|feature| feature.kind == Kind::Video);
    if videos && info.video_path.is_none() {
        report.add(
            Defect::PathTemplate,
            "meta/info.json, video_path",
            "there are cameras kept as video, but no path for them",
        );
    }
}

fn check_tasks(report: &mut Report, root: &Path, info: &Info) -> Tasks {
    const PLACE: &str = "meta/tasks.parquet";
    let path = Tasks::path(root);
    if !path.exists() {
        if info.total_tasks > 0 {
            report.add(Defect::Tasks, PLACE, "the file is missing");
        }
        return Tasks::default();
    }
    let tasks = match Tasks::read(root) {
        Ok(tasks) => tasks,
        Err(error) => {
            report.add_error(Defect::Tasks, PLACE, &error);
            return Tasks::default();
        }
    };
    if !tasks.in_order() {
        let rows = tasks.rows.iter().zip(0..);
        for ((text, index), row) in rows.filter(|((_, index), row)| index != row) {
            report.add(
                Defect::TaskOrder,
                format!("{PLACE}, row {row}"),
                format!("task {text:?} has the index {index}"),
            );
        }
    }
    let named = Table::open(&path).is_ok_and(|table| {
        names_its_index(table.key_value("pandas"))
            && table.key_value("ARROW:schema").is_none_or(carries_pandas)
    });
    if !named {
        report.add(
            Defect::TaskIndexName,
            PLACE,
            "the footer has no pandas key that names the task column as the index",
        );
    }
    let mut seen = BTreeSet::new();
    for (row, (text, _)) in tasks.rows.iter().enumerate() {
        if !seen.insert(text) {
            report.add(
                Defect::TaskTwice,
                format!("{PLACE}, row {row}"),
                format!("task {text:?} was there before"),
            );
        }
    }
    tasks
}

fn names_its_index(pandas: Option<&str>) -> bool {
    let value: Option<Value> = pandas.and_then(|text| serde_json::from_str(text).ok());
    value.is_some_and(|value| {
        value["index_columns"].as_array().is_some_and(|names| {
            names
                .iter()
                .any(|name| name == "task" || name == "__index_level_0__")
        })
    })
}

/// Where a file has an Arrow schema in its footer, pyarrow takes the keys from there and from nowhere else.
/// The schema is Base64 of a binary format in which texts stand as they are.
fn carries_pandas(schema: &str) -> bool {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(schema.len() * 3 / 4);
    let (mut held, mut bits) = (0u32, 0);
    for letter in schema.bytes() {
        let Some(value) = ALPHABET.iter().position(|known| *known == letter) else {
            continue;
        };
        held = (held << 6) | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    let wanted = b"index_columns";
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn check_episodes(report: &mut Report, root: &Path, info: &Info) -> (Vec<Episode>, Vec<Stats>) {
    let (mut all, mut all_stats) = (Vec::new(), Vec::new());
    let files = match episodes::files(root) {
        Ok(files) => files,
        Err(error) => {
            report.add_error(Defect::Unreadable, "meta/episodes", &error);
            return (all, all_stats);
        }
    };
    let videos: Vec<&str> = info
        .features
        .iter()
        .filter(|feature| feature.kind == Kind::Video)
        .map(|feature| feature.name.as_str())
        .collect();
    let mut rule: Option<BTreeSet<String>> = None;
    for path in &files {
        let place = report.place(path);
        let read = Table::open(path).and_then(|table| {
            let columns: BTreeSet<String> = table.columns().into_iter().map(Into::into).collect();
            Ok((columns, episodes::read_file(path, &videos)?))
        });
        let (columns, rows) = match read {
            Ok(read) => read,
            Err(error) => {
                report.add_error(Defect::EpisodesFile, place, &error);
                continue;
            }
        };
        match &rule {
            None => {
                if !columns.iter().any(|name| name.starts_with("stats/")) && !rows.is_empty() {
                    report.add(
                        Defect::StatsIncomplete,
                        place.clone(),
                        "the first metadata file has no statistics columns",
                    );
                }
                rule = Some(columns);
            }
            Some(rule) => {
                for extra in columns.difference(rule) {
                    report.add(
                        Defect::EpisodesColumns,
                        place.clone(),
                        format!("column {extra:?} is not in the first metadata file"),
                    );
                }
            }
        }
        check_places(report, root, path, &rows);
        match episodes::read_stats(path) {
            Ok(mut stats) => {
                stats.resize(rows.len(), Stats::default());
                all_stats.extend(stats);
            }
            Err(error) => {
                report.add_error(Defect::EpisodesFile, place, &error);
                all_stats.extend(rows.iter().map(|_| Stats::default()));
            }
        }
        all.extend(rows);
    }
    if all.is_empty() && info.total_episodes > 0 && !report.has(Defect::EpisodesFile) {
        report.add(
            Defect::EpisodesMissing,
            "meta/episodes",
            format!(
                "there is no episode metadata, but meta/info.json counts {} episodes",
                info.total_episodes
            ),
        );
    }
    report.episodes = all.len() as u64;
    (all, all_stats)
}

/// Each row says which file it is in; LeRobot goes on numbering from there.
fn check_places(report: &mut Report, root: &Path, path: &Path, rows: &[Episode]) {
    for episode in rows {
        let what = match episode.meta {
            None => "it does not say which metadata file it is in".to_owned(),
            Some(meta) if episodes::path_of(root, meta) != path => format!(
                "it says it is in metadata file {}/{}",
                meta.chunk, meta.file
            ),
            Some(_) => continue,
        };
        let place = format!("{}, episode {}", report.place(path), episode.episode_index);
        report.add(Defect::EpisodePlace, place, what);
    }
}

fn check_spans(report: &mut Report, known: &Known) {
    let mut next = 0;
    for (row, episode) in known.episodes.iter().enumerate() {
        let place = format!("meta/episodes, row {row}");
        if episode.episode_index != row as u64 {
            report.add(
                Defect::EpisodeOrder,
                place.clone(),
                format!("it is episode {}", episode.episode_index),
            );
        }
        let span = episode.to_index.checked_sub(episode.from_index);
        if span != Some(episode.length) || episode.length == 0 {
            report.add(
                Defect::EpisodeSpan,
                place.clone(),
                format!(
                    "its length is {}, its rows are {} to {}",
                    episode.length, episode.from_index, episode.to_index
                ),
            );
        }
        if episode.from_index != next {
            report.add(
                Defect::EpisodeSpan,
                place.clone(),
                format!("it begins at row {} instead of {next}", episode.from_index),
            );
        }
        next = episode.to_index;
        for task in &episode.tasks {
            if known.tasks.index_of(task).is_none() {
                report.add(
                    Defect::EpisodeTasks,
                    place.clone(),
                    format!("task {task:?} is not in the task table"),
                );
            }
        }
    }
}

fn check_counters(report: &mut Report, root: &Path, known: &Known) {
    const PLACE: &str = "meta/info.json";
    let info = &known.info;
    let found = known.episodes.len() as u64;
    if found < info.total_episodes && found > 0 {
        report.add(
            Defect::EpisodesMissing,
            "meta/episodes",
            format!(
                "{found} rows for the {} episodes that meta/info.json counts",
                info.total_episodes
            ),
        );
    }
    for episode in known.episodes.iter().skip(known.counted().len()) {
        report.add(
            Defect::Uncommitted,
            format!("meta/episodes, episode {}", episode.episode_index),
            format!(
                "it is not among the {} episodes that meta/info.json counts",
                info.total_episodes
            ),
        );
    }
    let frames: u64 = known
        .counted()
        .iter()
        .map(|episode| episode.length)
        .fold(0, u64::saturating_add);
    if frames != info.total_frames && found >= info.total_episodes {
        report.add(
            Defect::Counters,
            PLACE,
            format!(
                "total_frames is {}, the episodes have {frames}",
                info.total_frames
            ),
        );
    }
    let tasks = known.tasks.len() as u64;
    if tasks != info.total_tasks && !report.has(Defect::Tasks) {
        // Tasks are written before the counters: one too many is what an interrupted save leaves.
        let defect = if tasks > info.total_tasks {
            Defect::Uncommitted
        } else {
            Defect::Counters
        };
        report.add(
            defect,
            PLACE,
            format!(
                "total_tasks is {}, the task table has {tasks}",
                info.total_tasks
            ),
        );
    }
    let splits = std::fs::read(Info::path(root))
        .ok()
        .and_then(|bytes| python_json::parse(&bytes).ok())
        .and_then(|value| value.get("splits").cloned());
    let expected = json!(format!("0:{}", info.total_episodes));
    let train = splits.as_ref().and_then(|splits| splits.get("train"));
    let fine = match train {
        Some(train) => *train == expected,
        // A dataset divided by hand has splits of other names; nothing can be said about those.
        None => {
            info.total_episodes == 0
                || splits
                    .as_ref()
                    .and_then(Value::as_object)
                    .is_some_and(|splits| !splits.is_empty())
        }
    };
    if !fine
        && splits
            .as_ref()
            .and_then(Value::as_object)
            .is_none_or(|splits| splits.len() <= 1)
    {
        report.add(
            Defect::Splits,
            PLACE,
            format!(
                "splits is {} instead of {{\"train\": {expected}}}",
                splits.unwrap_or(Value::Null)
            ),
        );
    }
}

/// The data files that counted episodes refer to.
pub(super) fn data_places(known: &Known) -> BTreeSet<FilePlace> {
    known.counted().iter().map(|episode| episode.data).collect()
}

/// All data files in LeRobot's order.
pub(super) fn data_files(report: &mut Report) -> Vec<std::path::PathBuf> {
    match data::files(&report.root) {
        Ok(files) => files,
        Err(error) => {
            report.add_error(Defect::Unreadable, "data", &error);
            Vec::new()
        }
    }
}
