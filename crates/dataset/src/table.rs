//! Parquet as this crate needs it: named columns, a range of rows, bounded memory, and errors instead of surprises.
//!
//! Foreign files differ in list kinds, widths, order and extra columns; everything is matched by name and cast.
//! Not here: what the columns mean.

use std::fs::File;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;

use crate::error::DatasetError;

mod write;

pub(crate) use write::{Writer, to_bytes};

/// Rows per batch while reading: 50 KB for one arm.
const BATCH_ROWS: usize = 1024;

/// A Parquet file whose footer was read.
#[derive(Debug, Clone)]
pub struct Table {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl Table {
    /// Reads the footer.
    ///
    /// # Errors
    /// When the file is missing, has no footer, or the footer makes no sense.
    pub fn open(path: &Path) -> Result<Self, DatasetError> {
        let file = open(path)?;
        // The Arrow schema inside the file is optional and written by many hands; the Parquet schema rules.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = guarded(path, || ArrowReaderMetadata::load(&file, options))?;
        Ok(Self {
            path: path.to_owned(),
            metadata,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Rows, as the footer says.
    pub fn rows(&self) -> u64 {
        u64::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// Rows of each row group, as the footer says.
    pub fn row_groups(&self) -> Vec<u64> {
        self.metadata
            .metadata()
            .row_groups()
            .iter()
            .map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
            .collect()
    }

    /// Names of the columns, in the file's order.
    pub fn columns(&self) -> Vec<&str> {
        self.metadata
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect()
    }

    /// Whether the file has that column.
    pub fn has_column(&self, name: &str) -> bool {
        self.metadata
            .schema()
            .fields()
            .iter()
            .any(|field| field.name() == name)
    }

    /// The value of a key in the footer, such as `huggingface` or `pandas`.
    pub fn key_value(&self, key: &str) -> Option<&str> {
        let pairs = self
            .metadata
            .metadata()
            .file_metadata()
            .key_value_metadata()?;
        pairs.iter().find(|pair| pair.key == key)?.value.as_deref()
    }

    /// Batches of the named columns, in the file's column order, for a range of rows.
    ///
    /// # Errors
    /// When a column is missing or compressed with an unknown codec.
    pub fn batches(&self, columns: &[&str], range: Range<u64>) -> Result<Batches, DatasetError> {
        self.batches_of(columns, range, BATCH_ROWS)
    }

    /// As [`Table::batches`], with so many rows to a batch.
    pub(crate) fn batches_of(
        &self,
        columns: &[&str],
        range: Range<u64>,
        rows: usize,
    ) -> Result<Batches, DatasetError> {
        let schema = self.metadata.schema();
        let mut roots = Vec::new();
        for name in columns {
            let root = schema
                .fields()
                .iter()
                .position(|field| field.name() == name);
            roots.push(root.ok_or_else(|| {
                DatasetError::malformed(&self.path, format!("there is no column {name:?}"))
            })?);
        }
        self.check_codecs(columns)?;
        let limit = usize::try_from(range.end.saturating_sub(range.start));
        let offset = usize::try_from(range.start);
        let (Ok(limit), Ok(offset)) = (limit, offset) else {
            return Err(DatasetError::malformed(
                &self.path,
                "the file has too many rows",
            ));
        };
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots);
        let file = open(&self.path)?;
        let metadata = self.metadata.clone();
        let reader = guarded(&self.path, || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
                .with_projection(mask)
                .with_batch_size(rows)
                .with_offset(offset)
                .with_limit(limit)
                .build()
        })?;
        Ok(Batches {
            path: self.path.clone(),
            reader: Some(reader),
        })
    }

    fn check_codecs(&self, columns: &[&str]) -> Result<(), DatasetError> {
        for group in self.metadata.metadata().row_groups() {
            for chunk in group.columns() {
                let root = chunk
                    .column_path()
                    .parts()
                    .first()
                    .map_or("", String::as_str);
                let known = matches!(
                    chunk.compression(),
                    Compression::UNCOMPRESSED
                        | Compression::SNAPPY
                        | Compression::GZIP(_)
                        | Compression::LZ4
                        | Compression::LZ4_RAW
                        | Compression::ZSTD(_)
                );
                if !known && columns.contains(&root) {
                    let codec = chunk.compression().to_string();
                    return Err(DatasetError::Codec {
                        codec: codec.split('(').next().unwrap_or_default().to_lowercase(),
                        column: root.to_owned(),
                        path: self.path.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// Batches of rows; at most one batch is in memory.
#[derive(Debug)]
pub struct Batches {
    path: PathBuf,
    reader: Option<ParquetRecordBatchReader>,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.reader.take()?;
        match guarded(&self.path, || reader.next().transpose()) {
            Ok(None) => None,
            Ok(Some(batch)) => {
                self.reader = Some(reader);
                Some(Ok(batch))
            }
            // After an error the reader's state is unknown, so it is not asked again.
            Err(error) => Some(Err(error)),
        }
    }
}

fn open(path: &Path) -> Result<File, DatasetError> {
    File::open(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => DatasetError::Missing {
            what: "a file of the dataset",
            path: path.to_owned(),
        },
        _ => DatasetError::io("opening a file of the dataset", path)(source),
    })
}

/// Runs a piece of the Parquet library; its errors, and the panics it answers some damage with, become ours.
fn guarded<T, E: std::fmt::Display>(
    path: &Path,
    body: impl FnOnce() -> Result<T, E>,
) -> Result<T, DatasetError> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(refused(path, &error)),
        Err(_) => Err(DatasetError::malformed(path, "the file is damaged inside")),
    }
}

/// An error of the Parquet library as ours.
pub(crate) fn refused(path: &Path, error: &dyn std::fmt::Display) -> DatasetError {
    DatasetError::malformed(path, format!("the Parquet file cannot be used: {error}"))
}

/// The column of that name, cast to `wanted`.
fn cast(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
    wanted: &DataType,
) -> Result<ArrayRef, DatasetError> {
    let column = batch
        .column_by_name(name)
        .ok_or_else(|| DatasetError::malformed(path, format!("there is no column {name:?}")))?;
    cast_array(path, column, name, wanted)
}

fn cast_array(
    path: &Path,
    array: &ArrayRef,
    name: &str,
    wanted: &DataType,
) -> Result<ArrayRef, DatasetError> {
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    let cast = guarded(path, || cast_with_options(array, wanted, &options)).map_err(|error| {
        tracing::debug!(%error, "a column could not be cast");
        DatasetError::malformed(
            path,
            format!("column {name:?} has the type {}", array.data_type()),
        )
    })?;
    if cast.null_count() > 0 {
        return Err(DatasetError::malformed(
            path,
            format!("column {name:?} has empty values"),
        ));
    }
    Ok(cast)
}

/// A column of whole numbers.
pub(crate) fn integers(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
) -> Result<Vec<i64>, DatasetError> {
    let array = cast(path, batch, name, &DataType::Int64)?;
    Ok(array.as_primitive::<Int64Type>().values().to_vec())
}

/// A column of texts.
pub(crate) fn texts(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
) -> Result<Vec<String>, DatasetError> {
    let array = cast(path, batch, name, &DataType::Utf8)?;
    let array = array.as_string::<i32>();
    Ok((0..array.len())
        .map(|row| array.value(row).to_owned())
        .collect())
}

/// Row `row` of a column, with all its lists flattened, and how many values each level of lists has.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) shape: Vec<usize>,
    values: ArrayRef,
}

impl Cell {
    /// The cell, or `None` when the column is absent or empty there. Ragged lists are refused.
    pub(crate) fn at(
        path: &Path,
        batch: &RecordBatch,
        name: &str,
        row: usize,
    ) -> Result<Option<Self>, DatasetError> {
        let Some(column) = batch.column_by_name(name) else {
            return Ok(None);
        };
        if column.is_null(row) {
            return Ok(None);
        }
        let mut array = column.slice(row, 1);
        let mut shape = Vec::new();
        while let Some((inner, size)) = unlist(&array) {
            let size = size.ok_or_else(|| {
                DatasetError::malformed(
                    path,
                    format!("column {name:?} has lists of different lengths"),
                )
            })?;
            shape.push(size);
            array = inner;
        }
        Ok(Some(Self {
            shape,
            values: array,
        }))
    }

    pub(crate) fn floats(&self, path: &Path, name: &str) -> Result<Vec<f64>, DatasetError> {
        let array = cast_array(path, &self.values, name, &DataType::Float64)?;
        Ok(array.as_primitive::<Float64Type>().values().to_vec())
    }

    pub(crate) fn integers(&self, path: &Path, name: &str) -> Result<Vec<i64>, DatasetError> {
        let array = cast_array(path, &self.values, name, &DataType::Int64)?;
        Ok(array.as_primitive::<Int64Type>().values().to_vec())
    }

    pub(crate) fn texts(&self, path: &Path, name: &str) -> Result<Vec<String>, DatasetError> {
        let array = cast_array(path, &self.values, name, &DataType::Utf8)?;
        let array = array.as_string::<i32>();
        Ok((0..array.len())
            .map(|at| array.value(at).to_owned())
            .collect())
    }
}

/// Takes one level of lists off: the values of all lists in a row, and the length they share (`None` if they share none).
/// `None` when the array holds no lists.
fn unlist(array: &ArrayRef) -> Option<(ArrayRef, Option<usize>)> {
    let (values, lengths): (ArrayRef, Vec<usize>) = match array.data_type() {
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            let offsets = list.value_offsets();
            let (first, last) = (*offsets.first()? as usize, *offsets.last()? as usize);
            let lengths = offsets
                .windows(2)
                .map(|pair| (pair[1] - pair[0]) as usize)
                .collect();
            (list.values().slice(first, last - first), lengths)
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            let offsets = list.value_offsets();
            let (first, last) = (*offsets.first()? as usize, *offsets.last()? as usize);
            let lengths = offsets
                .windows(2)
                .map(|pair| (pair[1] - pair[0]) as usize)
                .collect();
            (list.values().slice(first, last - first), lengths)
        }
        DataType::FixedSizeList(_, size) => {
            let list = array.as_fixed_size_list();
            let size = usize::try_from(*size).ok()?;
            (
                list.values()
                    .slice(list.value_offset_at(0), size * list.len()),
                vec![size; list.len()],
            )
        }
        _ => return None,
    };
    let size = lengths.first().copied().unwrap_or(0);
    let same = lengths.iter().all(|length| *length == size) && array.null_count() == 0;
    Some((values, same.then_some(size)))
}

/// The numbers of a column, `width` per row, whatever its lists are called and however deep they are.
pub(crate) fn flat(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
    width: usize,
    wanted: &DataType,
) -> Result<ArrayRef, DatasetError> {
    let mut array = batch
        .column_by_name(name)
        .ok_or_else(|| DatasetError::malformed(path, format!("there is no column {name:?}")))?
        .clone();
    let wrong = || {
        DatasetError::malformed(
            path,
            format!("column {name:?} does not have {width} values in each row"),
        )
    };
    while let Some((inner, size)) = unlist(&array) {
        if size.is_none() {
            return Err(wrong());
        }
        array = inner;
    }
    if batch.num_rows().checked_mul(width) != Some(array.len()) {
        return Err(wrong());
    }
    cast_array(path, &array, name, wanted)
}

/// Float32 numbers of a column, `width` per row.
pub(crate) fn floats32(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
    width: usize,
) -> Result<Vec<f32>, DatasetError> {
    let array = flat(path, batch, name, width, &DataType::Float32)?;
    Ok(array.as_primitive::<Float32Type>().values().to_vec())
}

/// Float64 numbers of a column, `width` per row.
pub(crate) fn floats64(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
    width: usize,
) -> Result<Vec<f64>, DatasetError> {
    let array = flat(path, batch, name, width, &DataType::Float64)?;
    Ok(array.as_primitive::<Float64Type>().values().to_vec())
}

/// Whole numbers of a column, `width` per row.
pub(crate) fn integers64(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
    width: usize,
) -> Result<Vec<i64>, DatasetError> {
    let array = flat(path, batch, name, width, &DataType::Int64)?;
    Ok(array.as_primitive::<Int64Type>().values().to_vec())
}

/// The bytes of the pictures of a column, which is a struct of them and a name; nothing else of it is looked at.
pub(crate) fn pictures(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
) -> Result<Vec<Vec<u8>>, DatasetError> {
    let column = batch
        .column_by_name(name)
        .ok_or_else(|| DatasetError::malformed(path, format!("there is no column {name:?}")))?;
    let bytes = column
        .as_struct_opt()
        .and_then(|column| column.column_by_name("bytes"))
        .ok_or_else(|| {
            let problem = format!(
                "column {name:?} holds no pictures but {}",
                column.data_type()
            );
            DatasetError::malformed(path, problem)
        })?;
    if column.null_count() > 0 {
        return Err(DatasetError::malformed(
            path,
            format!("column {name:?} has empty values"),
        ));
    }
    let bytes = cast_array(path, bytes, name, &DataType::LargeBinary)?;
    let bytes = bytes.as_binary::<i64>();
    Ok((0..bytes.len())
        .map(|row| bytes.value(row).to_vec())
        .collect())
}
