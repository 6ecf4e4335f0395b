//! Statistics of features, per episode and over the whole dataset, computed as LeRobot computes them.
//!
//! Training normalises with these numbers, so they follow LeRobot to its rounding: float32 columns are summed in float32 in
//! numpy's order, quantiles come from a histogram of 5000 bins, and merged quantiles are an envelope, not a quantile.

mod compute;
mod merge;
mod weight;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::DatasetError;
use crate::python_json;

pub use compute::{Real, of_rows};
pub use merge::merge;
pub(crate) use weight::Weight;

/// Names of the statistics in the order of LeRobot's columns.
pub const STATS: [&str; 10] = [
    "min", "max", "mean", "std", "count", "q01", "q10", "q50", "q90", "q99",
];

/// Statistics of one feature.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureStats {
    /// Shape of each statistic: `[6]` for the joints of an arm, `[3, 1, 1]` for a colour camera.
    pub shape: Vec<usize>,
    /// All but `count`, by name; values that are not numbers are NaN.
    pub values: BTreeMap<String, Vec<f64>>,
    /// How many rows were looked at; one number. For cameras: pictures, or pixels, depending on how the dataset began.
    pub count: Vec<i64>,
}

/// Statistics of all features, in a stable order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats(Vec<(String, FeatureStats)>);

impl Stats {
    /// Where the file is in a dataset.
    pub fn path(root: &Path) -> PathBuf {
        root.join("meta/stats.json")
    }

    /// The features and their statistics.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FeatureStats)> {
        self.0.iter().map(|(name, stats)| (name.as_str(), stats))
    }

    /// The statistics of one feature.
    pub fn get(&self, feature: &str) -> Option<&FeatureStats> {
        self.0
            .iter()
            .find(|(name, _)| name == feature)
            .map(|(_, stats)| stats)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The statistics of one feature, added when there are none yet.
    pub fn entry(&mut self, feature: &str) -> &mut FeatureStats {
        let at = self
            .0
            .iter()
            .position(|(name, _)| name == feature)
            .unwrap_or_else(|| {
                self.0.push((feature.to_owned(), FeatureStats::default()));
                self.0.len() - 1
            });
        &mut self.0[at].1
    }

    /// Reads `meta/stats.json`; `None` when the dataset has none, which LeRobot accepts.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn read(root: &Path) -> Result<Option<Self>, DatasetError> {
        let path = Self::path(root);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DatasetError::io("reading the statistics", &path)(error)),
        };
        let value = python_json::parse(&bytes).map_err(|error| {
            DatasetError::malformed(&path, format!("this is not JSON: {error}"))
        })?;
        Self::from_value(&value)
            .map(Some)
            .map_err(|problem| DatasetError::malformed(&path, problem))
    }

    /// From the value of a `stats.json`.
    ///
    /// # Errors
    /// A sentence naming the feature that is not as it must be.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        let object = value
            .as_object()
            .ok_or("the statistics are not an object")?;
        let mut stats = Self::default();
        for (feature, value) in object {
            let values = value
                .as_object()
                .ok_or_else(|| format!("the statistics of {feature:?} are not an object"))?;
            let entry = stats.entry(feature);
            for (stat, value) in values {
                let mut shape = Vec::new();
                let mut flat = Vec::new();
                flatten(value, 0, &mut shape, &mut flat)
                    .ok_or_else(|| format!("{stat:?} of {feature:?} is not a list of numbers"))?;
                if stat == "count" {
                    entry.count = flat.iter().map(|count| *count as i64).collect();
                } else {
                    entry.shape = shape;
                    entry.values.insert(stat.clone(), flat);
                }
            }
        }
        Ok(stats)
    }

    /// The value of a `stats.json`.
    pub fn to_value(&self) -> Value {
        let mut object = Map::new();
        for (feature, stats) in &self.0 {
            let mut values = Map::new();
            let foreign = stats
                .values
                .keys()
                .map(String::as_str)
                .filter(|stat| !STATS.contains(stat));
            for stat in STATS.into_iter().chain(foreign) {
                if stat == "count" {
                    values.insert(stat.to_owned(), stats.count.clone().into());
                } else if let Some(flat) = stats.values.get(stat) {
                    values.insert(stat.to_owned(), nested(flat, &stats.shape));
                }
            }
            object.insert(feature.clone(), Value::Object(values));
        }
        Value::Object(object)
    }

    /// The text of a `stats.json`, in Python's style.
    pub fn to_text(&self) -> String {
        python_json::numbers_to_text(&self.to_value())
    }
}

fn flatten(value: &Value, depth: usize, shape: &mut Vec<usize>, flat: &mut Vec<f64>) -> Option<()> {
    match value {
        Value::Array(values) if depth < 6 => {
            match shape.get(depth) {
                None => shape.push(values.len()),
                Some(size) if *size == values.len() => {}
                Some(_) => return None,
            }
            values
                .iter()
                .try_for_each(|value| flatten(value, depth + 1, shape, flat))
        }
        Value::Null if depth == shape.len() => {
            flat.push(f64::NAN);
            Some(())
        }
        Value::Number(number) if depth == shape.len() => {
            flat.push(number.as_f64()?);
            Some(())
        }
        _ => None,
    }
}

fn nested(flat: &[f64], shape: &[usize]) -> Value {
    match shape {
        [] => flat.first().copied().map_or(Value::Null, Value::from),
        [_] => flat.to_vec().into(),
        [size, rest @ ..] => {
            let part = flat.len().checked_div(*size).unwrap_or(0).max(1);
            flat.chunks(part)
                .map(|flat| nested(flat, rest))
                .collect::<Vec<_>>()
                .into()
        }
    }
}
