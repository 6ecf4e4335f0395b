//! What the rows themselves say: which whole episodes there are, in which files, with which tasks and statistics.

use std::path::{Path, PathBuf};

use crate::data::{self, Block, Values};
use crate::episodes::{Episode, FilePlace};
use crate::error::DatasetError;
use crate::info::Info;
use crate::progress::{Progress, Stage};
use crate::stats::{self, FeatureStats, Stats};
use crate::table::Table;
use crate::tasks::Tasks;

/// All whole episodes, from the first on, that can be made out.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Metadata as it has to be, without places of metadata files.
    pub episodes: Vec<Episode>,
    /// Statistics of the features that are numbers, per episode.
    pub stats: Vec<Stats>,
    /// Files after the last whole episode that would keep LeRobot from loading the rest, with the reason.
    pub tail: Vec<(PathBuf, &'static str)>,
    /// Whether the rows are in such an order that this can be relied on. Off: a file before the end is damaged, or
    /// rows are not where their index says.
    pub usable: bool,
}

impl Scan {
    /// Reads all rows.
    pub fn of(
        root: &Path,
        info: &Info,
        tasks: &Tasks,
        progress: &Progress,
    ) -> Result<Self, DatasetError> {
        let files = data::files(root)?;
        let total = files
            .iter()
            .filter_map(|path| Table::open(path).ok())
            .map(|table| table.rows())
            .fold(0, u64::saturating_add);
        progress.begin(Stage::Reading, total);
        let mut scan = Self {
            usable: true,
            ..Self::default()
        };
        for path in files {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
            if !scan.tail.is_empty() {
                // Something whole after something damaged: what lies between is not known, so nothing is touched.
                if matches!(read(&path, info, progress), Ok(Some(_))) {
                    scan.usable = false;
                }
                scan.tail.push((relative, "it follows a damaged file"));
                continue;
            }
            let at = |place: FilePlace| info.data_path.data_path(root, place.chunk, place.file);
            let place = place_of(&path, &at);
            match (read(&path, info, progress), place) {
                (Ok(None), _) => {
                    scan.usable = false;
                    return Ok(scan);
                }
                (Ok(Some(columns)), Some(place)) => {
                    if !scan.take(&columns, place, info, tasks) {
                        scan.usable = false;
                        return Ok(scan);
                    }
                }
                (Ok(Some(_)), None) => {
                    scan.tail.push((
                        relative,
                        "its name is not one that the dataset can refer to",
                    ));
                }
                (Err(error), _) => {
                    tracing::debug!(%error, "a data file cannot be read");
                    scan.tail.push((relative, "it cannot be read"));
                }
            }
        }
        Ok(scan)
    }

    /// Rows of all episodes together.
    pub fn rows(&self) -> u64 {
        self.episodes.last().map_or(0, |episode| episode.to_index)
    }

    /// Takes the episodes of one file; false when its rows are not as they must be.
    fn take(&mut self, columns: &Columns, place: FilePlace, info: &Info, tasks: &Tasks) -> bool {
        let (Some(index), Some(frames), Some(numbers), Some(task_indices)) = (
            columns.integers("index"),
            columns.integers("frame_index"),
            columns.integers("episode_index"),
            columns.integers("task_index"),
        ) else {
            return false;
        };
        let mut begin = 0;
        while let Some(number) = numbers.get(begin) {
            let length = numbers[begin..]
                .iter()
                .take_while(|other| *other == number)
                .count();
            let rows = begin..begin + length;
            let from = self.rows();
            let in_order = *number == self.episodes.len() as i64
                && index[rows.clone()]
                    .iter()
                    .copied()
                    .eq((from as i64..).take(length))
                && frames[rows.clone()].iter().copied().eq(0..length as i64);
            let mut texts: Vec<String> = Vec::new();
            for task in &task_indices[rows.clone()] {
                match tasks.text(*task) {
                    Some(text) if texts.iter().any(|known| known == text) => {}
                    Some(text) => texts.push(text.to_owned()),
                    None => return false,
                }
            }
            if !in_order {
                return false;
            }
            self.episodes.push(Episode {
                episode_index: self.episodes.len() as u64,
                tasks: texts,
                length: length as u64,
                data: place,
                from_index: from,
                to_index: from + length as u64,
                videos: Vec::new(),
                meta: None,
            });
            self.stats.push(columns.stats(rows, info));
            begin += length;
        }
        true
    }
}

/// Where a file is by the dataset's own template: the two numbers in its path, if they lead back to it.
pub(super) fn place_of(path: &Path, at: &dyn Fn(FilePlace) -> PathBuf) -> Option<FilePlace> {
    let number = |text: &std::ffi::OsStr| -> Option<u64> {
        let text = text.to_str()?;
        let digits = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        digits.parse().ok()
    };
    let place = FilePlace {
        chunk: number(path.parent()?.file_name()?)?,
        file: number(path.file_stem()?)?,
    };
    (at(place) == path).then_some(place)
}

/// The number columns of one file, whole.
struct Columns(Vec<(String, usize, Values)>);

/// `None` when it was cancelled.
fn read(path: &Path, info: &Info, progress: &Progress) -> Result<Option<Columns>, DatasetError> {
    let rows = Table::open(path)?.rows();
    let mut columns: Vec<(String, usize, Values)> = Vec::new();
    for block in data::read(path, &info.features, 0..rows)? {
        if progress.cancelled() {
            return Ok(None);
        }
        let Block {
            rows,
            columns: more,
        } = block?;
        progress.advance(rows as u64);
        if columns.is_empty() {
            columns = more
                .into_iter()
                .map(|column| (column.name, column.width, column.values))
                .collect();
        } else {
            for ((_, _, values), more) in columns.iter_mut().zip(more) {
                match (values, more.values) {
                    (Values::Float32(values), Values::Float32(more)) => values.extend(more),
                    (Values::Float64(values), Values::Float64(more)) => values.extend(more),
                    (Values::Int64(values), Values::Int64(more)) => values.extend(more),
                    (Values::Text(values), Values::Text(more)) => values.extend(more),
                    _ => return Err(DatasetError::malformed(path, "a column changes its type")),
                }
            }
        }
    }
    Ok(Some(Columns(columns)))
}

impl Columns {
    fn integers(&self, name: &str) -> Option<&[i64]> {
        self.0.iter().find_map(|(column, _, values)| match values {
            Values::Int64(values) if column == name => Some(values.as_slice()),
            _ => None,
        })
    }

    fn stats(&self, rows: std::ops::Range<usize>, info: &Info) -> Stats {
        let mut all = Stats::default();
        for (name, width, values) in &self.0 {
            let span = rows.start * width..rows.end * width;
            let of: FeatureStats = match values {
                // LeRobot takes times before it narrows them to float32.
                Values::Float32(_) if name == "timestamp" => {
                    let times: Vec<f64> =
                        (0..rows.len()).map(|row| row as f64 / info.fps).collect();
                    stats::of_rows(&times, 1)
                }
                Values::Float32(values) => stats::of_rows(&values[span], *width),
                Values::Float64(values) => stats::of_rows(&values[span], *width),
                Values::Int64(values) => {
                    let values: Vec<f64> = values[span].iter().map(|value| *value as f64).collect();
                    stats::of_rows(&values, *width)
                }
                Values::Text(_) => continue,
            };
            *all.entry(name) = of;
        }
        all
    }
}
