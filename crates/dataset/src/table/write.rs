//! Writing Parquet as LeRobot writes it: snappy, dictionaries, pages of version 1, keys where pyarrow looks for them.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::refused;
use crate::error::DatasetError;

/// A whole Parquet file in memory: one row group, snappy, dictionaries, pages of version 1, the given keys in its footer.
///
/// The keys are in the Arrow schema inside the footer as well: where there is one, pyarrow takes them from nowhere else.
pub(crate) fn to_bytes(
    path: &Path,
    batch: &RecordBatch,
    keys: &[(&str, String)],
) -> Result<Vec<u8>, DatasetError> {
    let mut writer = Writer::begin(path, batch, keys, &[], Vec::new())?;
    writer.push(batch, usize::MAX)?;
    writer.finish()
}

/// A Parquet file that is being written, batch after batch.
pub(crate) struct Writer<W: Write + Send> {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file of batches like `batch`. Columns in `pictures` are stored as they are: what is in them is pressed
    /// already, and neither a dictionary nor smallest and largest pictures are of use.
    pub(crate) fn begin(
        path: &Path,
        batch: &RecordBatch,
        keys: &[(&str, String)],
        pictures: &[String],
        out: W,
    ) -> Result<Self, DatasetError> {
        let pairs: Vec<KeyValue> = keys
            .iter()
            .map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone()))
            .collect();
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(None)
            .set_max_row_group_bytes(None)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by(concat!("tendon version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata((!pairs.is_empty()).then_some(pairs));
        for name in pictures {
            let column = ColumnPath::new(vec![name.clone(), "bytes".to_owned()]);
            properties = properties
                .set_column_compression(column.clone(), Compression::UNCOMPRESSED)
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_statistics_enabled(column, EnabledStatistics::None);
        }
        let metadata: HashMap<String, String> = keys
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        let schema = Arc::new(batch.schema().as_ref().clone().with_metadata(metadata));
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties.build()))
            .map_err(|error| refused(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            schema,
            writer,
        })
    }

    /// Appends rows; the row group ends once `group` bytes of it wait in memory.
    pub(crate) fn push(&mut self, batch: &RecordBatch, group: usize) -> Result<(), DatasetError> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec())
            .map_err(|error| refused(&self.path, &error))?;
        let mut write = || {
            self.writer.write(&batch)?;
            if self.writer.in_progress_size() >= group {
                self.writer.flush()?;
            }
            Ok(())
        };
        write().map_err(|error| written(&self.path, error))
    }

    /// Writes the footer and gives back what was written to.
    pub(crate) fn finish(self) -> Result<W, DatasetError> {
        let path = self.path;
        self.writer
            .into_inner()
            .map_err(|error| written(&path, error))
    }
}

/// What a disk said while Parquet was written, or what Parquet itself said.
fn written(path: &Path, error: ParquetError) -> DatasetError {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => DatasetError::io("writing the episode's rows", path)(*source),
            Err(other) => refused(path, &other),
        },
        other => refused(path, &other),
    }
}
