//! `meta/episodes/*/*.parquet`: one row per episode, saying which rows of which file it has, and its statistics.
//!
//! LeRobot looks an episode up by position over all files sorted by path; the first file's columns rule all others.
//! Not here: whether the rows agree with the data (`verify`), how statistics are computed ([`crate::stats`]).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, StringArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{Field, FieldRef, Schema};

use crate::error::DatasetError;
use crate::stats::{STATS, Stats};
use crate::table::{self, Cell, Table};

/// A file among the numbered files of its kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilePlace {
    /// Number of the chunk folder.
    pub chunk: u64,
    /// Number of the file in it.
    pub file: u64,
}

impl FilePlace {
    /// The file after this one; file 999 of a chunk of 1000 is followed by file 0 of the next chunk.
    pub fn next(self, chunks_size: u64) -> Self {
        if self.file + 1 >= chunks_size {
            Self {
                chunk: self.chunk + 1,
                file: 0,
            }
        } else {
            Self {
                chunk: self.chunk,
                file: self.file + 1,
            }
        }
    }
}

/// Where a camera's pictures of one episode are.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoSpan {
    /// The camera's feature.
    pub key: String,
    /// The mp4 file.
    pub place: FilePlace,
    /// Seconds inside the mp4 at which the episode begins.
    pub from_timestamp: f64,
    /// Seconds inside the mp4 at which it ends; LeRobot does not need it to read.
    pub to_timestamp: Option<f64>,
}

/// One row of the episode metadata, as found.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// The episode's number, from 0.
    pub episode_index: u64,
    /// The tasks of its rows.
    pub tasks: Vec<String>,
    /// Its number of rows.
    pub length: u64,
    /// The data file that holds its rows.
    pub data: FilePlace,
    /// Global index of its first row.
    pub from_index: u64,
    /// Global index after its last row.
    pub to_index: u64,
    /// One span per camera kept as video, in the file's column order.
    pub videos: Vec<VideoSpan>,
    /// The metadata file that holds this row, as the row says. Without it LeRobot cannot resume.
    pub meta: Option<FilePlace>,
}

/// Where a metadata file is.
pub fn path_of(root: &Path, place: FilePlace) -> PathBuf {
    root.join(format!(
        "meta/episodes/chunk-{:03}/file-{:03}.parquet",
        place.chunk, place.file
    ))
}

/// The place that a metadata file's path says: the digits in the names of its folder and of itself.
pub(crate) fn place_of(path: &Path) -> Option<FilePlace> {
    let number = |name: &std::ffi::OsStr| {
        let name = name.to_str()?;
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    Some(FilePlace {
        chunk: number(path.parent()?.file_name()?)?,
        file: number(path.file_stem()?)?,
    })
}

/// All metadata files as LeRobot finds them: `meta/episodes/*/*.parquet`, sorted by path.
///
/// # Errors
/// When a folder cannot be listed. No folder means no files.
pub fn files(root: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    parquet_files(&root.join("meta/episodes"))
}

/// `folder/*/*.parquet`, sorted by path.
pub(crate) fn parquet_files(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let mut found = Vec::new();
    for chunk in list(folder)? {
        if chunk.is_dir() {
            found.extend(list(&chunk)?.into_iter().filter(|path| {
                let hidden = path
                    .file_name()
                    .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
                path.extension()
                    .is_some_and(|extension| extension == "parquet")
                    && !hidden
            }));
        }
    }
    found.sort();
    Ok(found)
}

pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(DatasetError::io("listing a folder of the dataset", folder)(
                error,
            ));
        }
    };
    entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(DatasetError::io("listing a folder of the dataset", folder))
}

/// All rows of all files, in LeRobot's order. `video_keys` are the cameras kept as video.
///
/// # Errors
/// When a file is damaged or lacks a column that LeRobot's reader needs.
pub fn read(root: &Path, video_keys: &[&str]) -> Result<Vec<Episode>, DatasetError> {
    let mut episodes = Vec::new();
    for path in files(root)? {
        episodes.extend(read_file(&path, video_keys)?);
    }
    Ok(episodes)
}

/// All rows of one file.
///
/// # Errors
/// As [`read`].
pub fn read_file(path: &Path, video_keys: &[&str]) -> Result<Vec<Episode>, DatasetError> {
    const REQUIRED: [&str; 5] = [
        "episode_index",
        "data/chunk_index",
        "data/file_index",
        "dataset_from_index",
        "dataset_to_index",
    ];
    let table = Table::open(path)?;
    let mut wanted: Vec<String> = REQUIRED.iter().map(|name| (*name).to_owned()).collect();
    let optional = [
        "tasks",
        "length",
        "meta/episodes/chunk_index",
        "meta/episodes/file_index",
    ];
    wanted.extend(
        optional
            .iter()
            .filter(|name| table.has_column(name))
            .map(|name| (*name).to_owned()),
    );
    for key in video_keys {
        for part in ["chunk_index", "file_index", "from_timestamp"] {
            wanted.push(format!("videos/{key}/{part}"));
        }
        let to = format!("videos/{key}/to_timestamp");
        if table.has_column(&to) {
            wanted.push(to);
        }
    }
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let mut episodes = Vec::new();
    for batch in table.batches(&wanted, 0..table.rows())? {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            episodes.push(
                RowReader {
                    path,
                    batch: &batch,
                    row,
                }
                .episode(video_keys)?,
            );
        }
    }
    Ok(episodes)
}

struct RowReader<'a> {
    path: &'a Path,
    batch: &'a RecordBatch,
    row: usize,
}

impl RowReader<'_> {
    fn cell(&self, name: &str) -> Result<Option<Cell>, DatasetError> {
        Cell::at(self.path, self.batch, name, self.row)
    }

    fn optional_count(&self, name: &str) -> Result<Option<u64>, DatasetError> {
        let Some(cell) = self.cell(name)? else {
            return Ok(None);
        };
        match cell.integers(self.path, name)?.as_slice() {
            // Above 2^53 a float would not tell neighbours apart; no dataset has that many rows.
            [value] if (0..1 << 53).contains(value) => Ok(Some(value.unsigned_abs())),
            other => Err(DatasetError::malformed(
                self.path,
                format!("column {name:?} says {other:?} in row {}", self.row),
            )),
        }
    }

    fn count(&self, name: &str) -> Result<u64, DatasetError> {
        self.optional_count(name)?.ok_or_else(|| {
            DatasetError::malformed(
                self.path,
                format!("column {name:?} is empty in row {}", self.row),
            )
        })
    }

    fn seconds(&self, name: &str) -> Result<Option<f64>, DatasetError> {
        let Some(cell) = self.cell(name)? else {
            return Ok(None);
        };
        Ok(cell.floats(self.path, name)?.first().copied())
    }

    fn place(&self, prefix: &str) -> Result<FilePlace, DatasetError> {
        Ok(FilePlace {
            chunk: self.count(&format!("{prefix}/chunk_index"))?,
            file: self.count(&format!("{prefix}/file_index"))?,
        })
    }

    fn episode(&self, video_keys: &[&str]) -> Result<Episode, DatasetError> {
        let (from_index, to_index) = (
            self.count("dataset_from_index")?,
            self.count("dataset_to_index")?,
        );
        let tasks = match self.cell("tasks")? {
            Some(cell) => cell.texts(self.path, "tasks")?,
            None => Vec::new(),
        };
        let meta_chunk = self.optional_count("meta/episodes/chunk_index")?;
        let meta_file = self.optional_count("meta/episodes/file_index")?;
        let mut videos = Vec::new();
        for key in video_keys {
            let prefix = format!("videos/{key}");
            let from = self.seconds(&format!("{prefix}/from_timestamp"))?;
            videos.push(VideoSpan {
                key: (*key).to_owned(),
                place: self.place(&prefix)?,
                from_timestamp: from.ok_or_else(|| {
                    DatasetError::malformed(
                        self.path,
                        format!(
                            "column \"{prefix}/from_timestamp\" is empty in row {}",
                            self.row
                        ),
                    )
                })?,
                to_timestamp: self.seconds(&format!("{prefix}/to_timestamp"))?,
            });
        }
        Ok(Episode {
            episode_index: self.count("episode_index")?,
            tasks,
            length: self
                .optional_count("length")?
                .unwrap_or(to_index.saturating_sub(from_index)),
            data: self.place("data")?,
            from_index,
            to_index,
            videos,
            meta: meta_chunk
                .zip(meta_file)
                .map(|(chunk, file)| FilePlace { chunk, file }),
        })
    }
}

/// The statistics in the `stats/…` columns of one file, a set per row. Features without columns are left out.
///
/// # Errors
/// When the file is damaged.
pub fn read_stats(path: &Path) -> Result<Vec<Stats>, DatasetError> {
    let table = Table::open(path)?;
    let columns: Vec<&str> = table
        .columns()
        .into_iter()
        .filter(|name| name.starts_with("stats/"))
        .collect();
    let mut all = Vec::new();
    for batch in table.batches(&columns, 0..table.rows())? {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let mut stats = Stats::default();
            for column in &columns {
                let Some((feature, stat)) = column
                    .strip_prefix("stats/")
                    .and_then(|name| name.rsplit_once('/'))
                else {
                    continue;
                };
                let Some(cell) = Cell::at(path, &batch, column, row)? else {
                    continue;
                };
                let entry = stats.entry(feature);
                if stat == "count" {
                    entry.count = cell.integers(path, column)?;
                } else {
                    entry.shape.clone_from(&cell.shape);
                    entry
                        .values
                        .insert(stat.to_owned(), cell.floats(path, column)?);
                }
            }
            all.push(stats);
        }
    }
    Ok(all)
}

/// The bytes of a metadata file with one row, in LeRobot's column order. `keep` decides by name which columns are
/// written: in a dataset begun by others, those its first file has.
///
/// # Errors
/// When Parquet refuses, which it has no reason to.
pub fn to_bytes(
    path: &Path,
    episode: &Episode,
    stats: &Stats,
    keep: &dyn Fn(&str) -> bool,
) -> Result<Vec<u8>, DatasetError> {
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    let number = |name: &str, value: u64| {
        let array: ArrayRef = Arc::new(Int64Array::from(vec![value.cast_signed()]));
        (name.to_owned(), array)
    };
    columns.push(number("episode_index", episode.episode_index));
    let tasks: ArrayRef = Arc::new(StringArray::from_iter_values(&episode.tasks));
    let tasks = one_list(path, tasks)?;
    columns.push(("tasks".to_owned(), tasks));
    columns.push(number("length", episode.length));
    columns.push(number("data/chunk_index", episode.data.chunk));
    columns.push(number("data/file_index", episode.data.file));
    columns.push(number("dataset_from_index", episode.from_index));
    columns.push(number("dataset_to_index", episode.to_index));
    for video in &episode.videos {
        let prefix = format!("videos/{}", video.key);
        columns.push(number(&format!("{prefix}/chunk_index"), video.place.chunk));
        columns.push(number(&format!("{prefix}/file_index"), video.place.file));
        for (name, seconds) in [
            ("from_timestamp", Some(video.from_timestamp)),
            ("to_timestamp", video.to_timestamp),
        ] {
            let array: ArrayRef = Arc::new(Float64Array::from(vec![seconds]));
            columns.push((format!("{prefix}/{name}"), array));
        }
    }
    for (feature, stats) in stats.iter() {
        for stat in STATS {
            let array = if stat == "count" {
                one_list(path, Arc::new(Int64Array::from(stats.count.clone())))?
            } else if let Some(values) = stats.values.get(stat) {
                nested_list(path, values, &stats.shape)?
            } else {
                continue;
            };
            columns.push((format!("stats/{feature}/{stat}"), array));
        }
    }
    if let Some(meta) = episode.meta {
        columns.push(number("meta/episodes/chunk_index", meta.chunk));
        columns.push(number("meta/episodes/file_index", meta.file));
    }
    columns.retain(|(name, _)| keep(name));
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(name, array.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|error| table::refused(path, &error))?;
    table::to_bytes(path, &batch, &[])
}

/// One row whose value is a list of everything in `values`.
fn one_list(path: &Path, values: ArrayRef) -> Result<ArrayRef, DatasetError> {
    let size = values.len();
    lists_of(path, values, size)
}

/// One row whose value has the given shape, as nested lists.
fn nested_list(path: &Path, values: &[f64], shape: &[usize]) -> Result<ArrayRef, DatasetError> {
    let mut array: ArrayRef = Arc::new(Float64Array::from(values.to_vec()));
    for size in shape.iter().rev() {
        array = lists_of(path, array, *size)?;
    }
    Ok(array)
}

fn lists_of(path: &Path, values: ArrayRef, size: usize) -> Result<ArrayRef, DatasetError> {
    let lists = values.len().checked_div(size).unwrap_or(1);
    let field: FieldRef = Arc::new(Field::new("element", values.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(size, lists));
    let list = ListArray::try_new(field, offsets, values, None)
        .map_err(|error| table::refused(path, &error))?;
    Ok(Arc::new(list))
}

/// The columns of a dataset's first metadata file, which all later files may not exceed; `None` without files.
///
/// # Errors
/// When the first file is damaged.
pub fn first_columns(root: &Path) -> Result<Option<Vec<String>>, DatasetError> {
    match files(root)?.first() {
        None => Ok(None),
        Some(path) => Ok(Some(
            Table::open(path)?
                .columns()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        )),
    }
}
