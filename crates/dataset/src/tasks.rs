//! `meta/tasks.parquet`: the tasks in the order of their index, as a pandas frame whose index is the task's text.
//!
//! LeRobot looks a task up by position, and without the `pandas` key it hands out numbers instead of texts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use serde_json::json;

use crate::error::DatasetError;
use crate::table::{self, Table};

/// The tasks of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    /// Text and index of each row, in the file's order.
    pub rows: Vec<(String, i64)>,
    /// Whether the file carries the `pandas` key.
    pub pandas_key: bool,
}

impl Tasks {
    /// Where the file is in a dataset.
    pub fn path(root: &Path) -> PathBuf {
        root.join("meta/tasks.parquet")
    }

    /// Reads the tasks of the dataset in `root`; a dataset without the file has none.
    ///
    /// # Errors
    /// When the file is damaged or has no such columns.
    pub fn read(root: &Path) -> Result<Self, DatasetError> {
        let path = Self::path(root);
        if !path.exists() {
            return Ok(Self::default());
        }
        let table = Table::open(&path)?;
        let text_column = ["task", "__index_level_0__"]
            .into_iter()
            .find(|name| table.has_column(name))
            .ok_or_else(|| DatasetError::malformed(&path, "there is no column \"task\""))?;
        let mut rows = Vec::new();
        for batch in table.batches(&[text_column, "task_index"], 0..table.rows())? {
            let batch = batch?;
            let texts = table::texts(&path, &batch, text_column)?;
            let indices = table::integers(&path, &batch, "task_index")?;
            rows.extend(texts.into_iter().zip(indices));
        }
        Ok(Self {
            rows,
            pandas_key: table.key_value("pandas").is_some(),
        })
    }

    /// How many tasks there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether row and index agree everywhere, as LeRobot's lookup by position needs.
    pub fn in_order(&self) -> bool {
        self.rows
            .iter()
            .zip(0..)
            .all(|((_, index), row)| *index == row)
    }

    /// The text of a task, by its index (not by its row).
    pub fn text(&self, task_index: i64) -> Option<&str> {
        let at = usize::try_from(task_index).ok()?;
        self.rows
            .get(at)
            .filter(|(_, index)| *index == task_index)
            .or_else(|| self.rows.iter().find(|(_, index)| *index == task_index))
            .map(|(text, _)| text.as_str())
    }

    /// The index of a task.
    pub fn index_of(&self, text: &str) -> Option<i64> {
        self.rows
            .iter()
            .find(|(task, _)| task == text)
            .map(|(_, index)| *index)
    }

    /// The file's bytes: rows in the order of their index, with the `pandas` key.
    ///
    /// # Errors
    /// When Parquet refuses, which it has no reason to.
    pub fn to_bytes(&self, path: &Path) -> Result<Vec<u8>, DatasetError> {
        let mut rows = self.rows.clone();
        rows.sort_by_key(|(_, index)| *index);
        let schema = Arc::new(Schema::new(vec![
            Field::new("task_index", DataType::Int64, true),
            Field::new("task", DataType::Utf8, true),
        ]));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(
                rows.iter()
                    .map(|(_, index)| Some(*index))
                    .collect::<Int64Array>(),
            ),
            Arc::new(
                rows.iter()
                    .map(|(text, _)| Some(text.as_str()))
                    .collect::<StringArray>(),
            ),
        ];
        let batch =
            RecordBatch::try_new(schema, columns).map_err(|error| table::refused(path, &error))?;
        let column = |name: &str, pandas_type: &str, numpy_type: &str| json!({"name": name, "field_name": name, "pandas_type": pandas_type, "numpy_type": numpy_type, "metadata": null});
        let pandas = json!({
            "index_columns": ["task"],
            "column_indexes": [],
            "columns": [column("task_index", "int64", "int64"), column("task", "unicode", "object")],
            "creator": {"library": "tendon", "version": env!("CARGO_PKG_VERSION")},
            "pandas_version": "2.3.3",
        });
        table::to_bytes(path, &batch, &[("pandas", pandas.to_string())])
    }
}
