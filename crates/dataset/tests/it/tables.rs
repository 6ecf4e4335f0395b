//! Rewrites Parquet files the way a careless tool would, with the Parquet library and nothing of ours.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take};
use arrow::datatypes::Schema;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

/// Reads the file, lets `change` make another table of it, and writes that in its place, keeping the footer's keys.
pub fn rewrite(path: &Path, change: impl FnOnce(RecordBatch) -> RecordBatch) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let keys: Vec<KeyValue> = builder
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .into_iter()
        .flatten()
        .filter(|pair| pair.key != "ARROW:schema")
        .cloned()
        .collect();
    let schema = Arc::clone(builder.schema());
    let batches: Vec<_> = builder.build().unwrap().map(Result::unwrap).collect();
    let batch = change(concat_batches(&schema, &batches).unwrap());
    write(path, &batch, keys);
}

/// Writes a table with the given keys in its footer.
pub fn write(path: &Path, batch: &RecordBatch, keys: Vec<KeyValue>) {
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(keys))
        .build();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// The rows in another order, or fewer of them.
pub fn reorder(batch: &RecordBatch, rows: impl IntoIterator<Item = u32>) -> RecordBatch {
    let rows = UInt32Array::from_iter_values(rows);
    let columns = batch
        .columns()
        .iter()
        .map(|column| take(column, &rows, None).unwrap())
        .collect();
    RecordBatch::try_new(batch.schema(), columns).unwrap()
}

/// The table with one column replaced.
pub fn with(batch: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let at = batch.schema().index_of(name).unwrap();
    let mut columns = batch.columns().to_vec();
    assert_eq!(columns[at].len(), column.len());
    columns[at] = column;
    let fields: Vec<_> = batch
        .schema()
        .fields()
        .iter()
        .enumerate()
        .map(|(position, field)| {
            let kind = columns[position].data_type().clone();
            Arc::new(field.as_ref().clone().with_data_type(kind))
        })
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// The table without some columns.
pub fn without(batch: &RecordBatch, drop: impl Fn(&str) -> bool) -> RecordBatch {
    let keep: Vec<usize> = batch
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| !drop(field.name()))
        .map(|(position, _)| position)
        .collect();
    batch.project(&keep).unwrap()
}

/// The table with a column more.
pub fn and(batch: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let field = arrow::datatypes::Field::new(name, column.data_type().clone(), true);
    let mut fields = batch.schema().fields().to_vec();
    fields.push(Arc::new(field));
    let mut columns = batch.columns().to_vec();
    columns.push(column);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}
