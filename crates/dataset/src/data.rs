//! `data/*/*.parquet`: the rows themselves, read in blocks of bounded size and written one episode per file.
//!
//! Column `timestamp` is frame_index / fps; true times are in the sidecar. Pictures in the table are read by [`pictures`].

use std::collections::VecDeque;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::episodes::parquet_files;
use crate::error::DatasetError;
use crate::info::{Feature, Kind};
use crate::table::{self, Batches, Table};

mod write;

pub(crate) use write::{EpisodeRows, Source, write};

/// All data files as LeRobot finds them: `data/*/*.parquet`, sorted by path.
///
/// # Errors
/// When a folder cannot be listed.
pub fn files(root: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    parquet_files(&root.join("data"))
}

/// Rows per block where pictures are among the columns: a picture may have a megabyte.
const PICTURE_ROWS: usize = 8;

/// Some rows of some features, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// How many rows.
    pub rows: usize,
    /// In the order of `info.json`; cameras and columns of unknown kind are left out.
    pub columns: Vec<Column>,
}

/// One feature's values.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The feature.
    pub name: String,
    /// Values per row.
    pub width: usize,
    /// The values, row after row.
    pub values: Values,
}

/// Values of one of the kinds a column can have.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// dtype float16 or float32.
    Float32(Vec<f32>),
    /// dtype float64.
    Float64(Vec<f64>),
    /// Integers and booleans.
    Int64(Vec<i64>),
    /// dtype string.
    Text(Vec<String>),
}

impl Block {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The whole numbers of a column, if it has such.
    pub fn integers(&self, name: &str) -> Option<&[i64]> {
        match &self.column(name)?.values {
            Values::Int64(values) => Some(values),
            _ => None,
        }
    }

    /// The float32 numbers of a column, if it has such.
    pub fn floats(&self, name: &str) -> Option<&[f32]> {
        match &self.column(name)?.values {
            Values::Float32(values) => Some(values),
            _ => None,
        }
    }
}

/// Blocks of rows of one file; one block is in memory at a time.
#[derive(Debug)]
pub struct Blocks {
    path: PathBuf,
    features: Vec<Feature>,
    batches: Batches,
}

/// Reads a range of rows of a data file. Columns are matched by name and cast to the feature's dtype.
///
/// # Errors
/// When the file is damaged, lacks the column of a feature, or uses an unknown codec.
pub fn read(path: &Path, features: &[Feature], range: Range<u64>) -> Result<Blocks, DatasetError> {
    let table = Table::open(path)?;
    let readable = |feature: &&Feature| {
        matches!(
            feature.kind,
            Kind::Float32 | Kind::Float64 | Kind::Int64 | Kind::Text
        )
    };
    let features: Vec<Feature> = features.iter().filter(readable).cloned().collect();
    let names: Vec<&str> = features
        .iter()
        .map(|feature| feature.name.as_str())
        .collect();
    Ok(Blocks {
        path: path.to_owned(),
        batches: table.batches(&names, range)?,
        features,
    })
}

impl Iterator for Blocks {
    type Item = Result<Block, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.batches.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error)),
        };
        let column = |feature: &Feature| {
            let (path, name, width) = (&self.path, feature.name.as_str(), feature.width());
            Ok(Column {
                name: name.to_owned(),
                width,
                values: match feature.kind {
                    Kind::Float32 => Values::Float32(table::floats32(path, &batch, name, width)?),
                    Kind::Float64 => Values::Float64(table::floats64(path, &batch, name, width)?),
                    Kind::Int64 => Values::Int64(table::integers64(path, &batch, name, width)?),
                    _ => Values::Text(table::texts(path, &batch, name)?),
                },
            })
        };
        let columns = self.features.iter().map(column).collect::<Result<_, _>>();
        Some(columns.map(|columns| Block {
            rows: batch.num_rows(),
            columns,
        }))
    }
}

/// One row of a dataset of an arm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredRow {
    /// Running number over all episodes.
    pub index: i64,
    /// The episode it belongs to.
    pub episode_index: i64,
    /// Its number in the episode.
    pub frame_index: i64,
    /// Seconds since the episode began, always frame_index / fps.
    pub timestamp: f32,
    /// Which task it was recorded for.
    pub task_index: i64,
    /// `observation.state`; empty when the dataset has none.
    pub state: Vec<f32>,
    /// `action`; empty when the dataset has none.
    pub action: Vec<f32>,
}

/// Rows of one or more episodes, in order; at most one block of one file is in memory.
#[derive(Debug)]
pub struct Rows {
    /// File, rows of it, and the episode they belong to.
    pub(crate) spans: VecDeque<(PathBuf, Range<u64>, u64)>,
    pub(crate) features: Vec<Feature>,
    pub(crate) current: Option<(Blocks, PathBuf, u64, u64)>,
    pub(crate) ready: VecDeque<StoredRow>,
}

/// The columns of [`StoredRow`].
pub(crate) const ROW_FEATURES: [&str; 7] = [
    "index",
    "episode_index",
    "frame_index",
    "timestamp",
    "task_index",
    "observation.state",
    "action",
];

impl Rows {
    fn fill(&mut self) -> Result<(), DatasetError> {
        while self.ready.is_empty() {
            if self.current.is_none() {
                let Some((path, range, episode)) = self.spans.pop_front() else {
                    return Ok(());
                };
                let missing = range.end - range.start;
                self.current = Some((read(&path, &self.features, range)?, path, missing, episode));
            }
            let Some((blocks, path, missing, episode)) = &mut self.current else {
                return Ok(());
            };
            match blocks.next() {
                Some(block) => {
                    let block = block?;
                    *missing = missing.saturating_sub(block.rows as u64);
                    self.ready.extend(rows_of(&block));
                    let episode = episode.cast_signed();
                    if let Some(row) = self.ready.iter().find(|row| row.episode_index != episode) {
                        let problem = format!(
                            "row {} says episode {} where episode {episode} should be",
                            row.index, row.episode_index
                        );
                        return Err(DatasetError::malformed(path, problem));
                    }
                }
                None if *missing > 0 => {
                    let problem = format!("{missing} rows of episode {episode} are missing");
                    return Err(DatasetError::malformed(path, problem));
                }
                None => self.current = None,
            }
        }
        Ok(())
    }
}

impl Iterator for Rows {
    type Item = Result<StoredRow, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.fill() {
            Ok(()) => self.ready.pop_front().map(Ok),
            Err(error) => {
                self.spans.clear();
                self.current = None;
                self.ready.clear();
                Some(Err(error))
            }
        }
    }
}

fn rows_of(block: &Block) -> Vec<StoredRow> {
    let integer = |name: &str, row: usize| {
        block
            .integers(name)
            .and_then(|values| values.get(row).copied())
            .unwrap_or(0)
    };
    let floats = |name: &str, row: usize| match block.column(name) {
        Some(Column {
            width,
            values: Values::Float32(values),
            ..
        }) => values[row * width..(row + 1) * width].to_vec(),
        Some(Column {
            width,
            values: Values::Float64(values),
            ..
        }) => values[row * width..(row + 1) * width]
            .iter()
            .map(|value| *value as f32)
            .collect(),
        _ => Vec::new(),
    };
    (0..block.rows)
        .map(|row| StoredRow {
            index: integer("index", row),
            episode_index: integer("episode_index", row),
            frame_index: integer("frame_index", row),
            timestamp: floats("timestamp", row).first().copied().unwrap_or(0.0),
            task_index: integer("task_index", row),
            state: floats("observation.state", row),
            action: floats("action", row),
        })
        .collect()
}

/// The timestamp of a row in seconds: computed in f64, then cast, as LeRobot does.
pub fn timestamp(frame_index: i64, fps: f64) -> f32 {
    (frame_index as f64 / fps) as f32
}

/// The pictures of one camera that stand in the table, as the bytes of PNG files.
#[derive(Debug)]
pub struct Pictures {
    path: PathBuf,
    key: String,
    batches: Batches,
    ready: VecDeque<Vec<u8>>,
}

/// Reads the pictures of a range of rows of a data file; a few rows are in memory at a time.
///
/// # Errors
/// When the file is damaged or lacks the column.
pub fn pictures(path: &Path, key: &str, range: Range<u64>) -> Result<Pictures, DatasetError> {
    Ok(Pictures {
        path: path.to_owned(),
        key: key.to_owned(),
        batches: Table::open(path)?.batches_of(&[key], range, PICTURE_ROWS)?,
        ready: VecDeque::new(),
    })
}

impl Iterator for Pictures {
    type Item = Result<Vec<u8>, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let batch = match self.batches.next()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            };
            match table::pictures(&self.path, &batch, &self.key) {
                Ok(pictures) => self.ready.extend(pictures),
                Err(error) => return Some(Err(error)),
            }
        }
        self.ready.pop_front().map(Ok)
    }
}
