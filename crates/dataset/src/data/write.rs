//! Writing a data file: one episode, columns in the order of `info.json`, pictures among them where cameras keep them so.
//!
//! Without pictures it is one row group, as LeRobot writes it. With pictures memory is bounded instead: rows go by in
//! small batches, and a row group ends when enough of them wait.

use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, FixedSizeListArray, Float32Array, Int64Array, RecordBatch, StringArray,
    StructArray,
};
use arrow::datatypes::{DataType, Field, Fields, Schema};
use serde_json::{Map, Value, json};

use super::{PICTURE_ROWS, timestamp};
use crate::error::DatasetError;
use crate::info::{Info, Kind};
use crate::table;

/// Bytes of encoded pages after which a row group with pictures ends.
const GROUP: usize = 32 << 20;

/// The PNG files of one camera, in the order of the rows.
pub(crate) type Source<'a> = Box<dyn Iterator<Item = Result<Vec<u8>, DatasetError>> + 'a>;

/// An episode about to be written: `state` and `action` row after row.
pub(crate) struct EpisodeRows<'a> {
    /// The episode's number.
    pub episode_index: u64,
    /// Global index of its first row.
    pub from_index: u64,
    /// The task of all its rows.
    pub task_index: i64,
    /// How many rows.
    pub rows: usize,
    /// All observations.
    pub state: &'a [f32],
    /// All actions.
    pub action: &'a [f32],
    /// Pictures that stand in the table, by feature.
    pub pictures: Vec<(String, Source<'a>)>,
}

/// Writes a data file with one episode to `out` and gives `out` back. `path` is only for the errors' text.
///
/// # Errors
/// [`DatasetError::BadInput`] when the features are not those of an arm and its cameras, or what reading the pictures
/// and writing can meet.
pub(crate) fn write<W: Write + Send>(
    path: &Path,
    info: &Info,
    mut episode: EpisodeRows<'_>,
    out: W,
) -> Result<W, DatasetError> {
    let with_pictures: Vec<String> = episode
        .pictures
        .iter()
        .map(|(key, _)| key.clone())
        .collect();
    let step = match with_pictures.is_empty() {
        true => episode.rows.max(1),
        false => PICTURE_ROWS,
    };
    let mut begin = 0;
    let mut writer = None;
    let mut out = Some(out);
    loop {
        let rows = begin..(begin + step).min(episode.rows);
        let batch = batch(path, info, &mut episode, rows.clone())?;
        let writer = match (&mut writer, out.take()) {
            (Some(writer), _) => writer,
            (none, Some(out)) => {
                let keys = [("huggingface", huggingface_key(info))];
                none.insert(table::Writer::begin(
                    path,
                    &batch,
                    &keys,
                    &with_pictures,
                    out,
                )?)
            }
            (None, None) => return Err(table::refused(path, &"there is nowhere to write to")),
        };
        writer.push(
            &batch,
            if with_pictures.is_empty() {
                usize::MAX
            } else {
                GROUP
            },
        )?;
        begin = rows.end;
        if begin >= episode.rows {
            break;
        }
    }
    for (key, source) in &mut episode.pictures {
        if source.next().is_some() {
            let problem = format!("{key} has more pictures than the episode has rows");
            return Err(DatasetError::malformed(path, problem));
        }
    }
    match writer {
        Some(writer) => writer.finish(),
        None => Err(table::refused(path, &"the episode has no rows")),
    }
}

fn batch(
    path: &Path,
    info: &Info,
    episode: &mut EpisodeRows<'_>,
    rows: Range<usize>,
) -> Result<RecordBatch, DatasetError> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    let frames = rows.start as i64..rows.end as i64;
    let from = episode.from_index.cast_signed();
    for feature in info.features.iter().filter(|feature| feature.has_column()) {
        let values = |values: &[f32]| {
            let width = feature.width();
            let span = values.get(rows.start * width..rows.end * width);
            vectors(path, span.unwrap_or_default(), width)
        };
        let array: ArrayRef = match feature.name.as_str() {
            "action" => values(episode.action)?,
            "observation.state" => values(episode.state)?,
            "timestamp" => Arc::new(
                frames
                    .clone()
                    .map(|row| Some(timestamp(row, info.fps)))
                    .collect::<Float32Array>(),
            ),
            "frame_index" => Arc::new(Int64Array::from_iter_values(frames.clone())),
            "episode_index" => repeated(episode.episode_index.cast_signed(), rows.len()),
            "index" => Arc::new(Int64Array::from_iter_values(
                frames.clone().map(|row| from + row),
            )),
            "task_index" => repeated(episode.task_index, rows.len()),
            camera if feature.kind == Kind::Image => {
                let source = episode.pictures.iter_mut().find(|(key, _)| key == camera);
                let (key, source) = source.ok_or_else(|| no_source(camera))?;
                images(path, key, source, rows.clone())?
            }
            other => return Err(no_source(other)),
        };
        fields.push(Field::new(&feature.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|error| table::refused(path, &error))
}

fn no_source(feature: &str) -> DatasetError {
    DatasetError::BadInput {
        problem: format!("there is no source for the feature {feature:?}"),
    }
}

fn repeated(value: i64, rows: usize) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(std::iter::repeat_n(
        value, rows,
    )))
}

/// A shape of `[1]` is a plain column, anything longer a list of fixed size.
fn vectors(path: &Path, values: &[f32], width: usize) -> Result<ArrayRef, DatasetError> {
    let values: ArrayRef = Arc::new(Float32Array::from(values.to_vec()));
    if width == 1 {
        return Ok(values);
    }
    let field = Arc::new(Field::new("element", DataType::Float32, true));
    let size = i32::try_from(width).map_err(|error| table::refused(path, &error))?;
    let list = FixedSizeListArray::try_new(field, size, values, None)
        .map_err(|error| table::refused(path, &error))?;
    Ok(Arc::new(list))
}

/// Pictures as LeRobot keeps them: the file's bytes, and the name it had while it was staged.
fn images(
    path: &Path,
    key: &str,
    source: &mut Source<'_>,
    rows: Range<usize>,
) -> Result<ArrayRef, DatasetError> {
    let mut bytes = Vec::with_capacity(rows.len());
    for row in rows.clone() {
        let picture = source.next().unwrap_or_else(|| {
            let problem = format!("{key} has no picture for row {row}");
            Err(DatasetError::malformed(path, problem))
        })?;
        bytes.push(picture);
    }
    let bytes: ArrayRef = Arc::new(BinaryArray::from_iter_values(bytes));
    let names = rows.map(|row| format!("frame-{row:06}.png"));
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(names));
    let fields = Fields::from(vec![
        Field::new("bytes", DataType::Binary, true),
        Field::new("path", DataType::Utf8, true),
    ]);
    let pictures = StructArray::try_new(fields, vec![bytes, names], None)
        .map_err(|error| table::refused(path, &error))?;
    Ok(Arc::new(pictures))
}

/// What the Hub's viewer reads: the features as the `datasets` library names them.
fn huggingface_key(info: &Info) -> String {
    let mut features = Map::new();
    for feature in info.features.iter().filter(|feature| feature.has_column()) {
        let value = json!({"dtype": feature.dtype, "_type": "Value"});
        let entry: Value = match (feature.kind, feature.shape.as_slice()) {
            (Kind::Image, _) => json!({"_type": "Image"}),
            (_, [1]) => value,
            (_, [length]) => json!({"feature": value, "length": length, "_type": "List"}),
            _ => continue,
        };
        features.insert(feature.name.clone(), entry);
    }
    json!({"info": {"features": features}}).to_string()
}
