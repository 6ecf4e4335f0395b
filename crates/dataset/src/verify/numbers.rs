//! Recomputes statistics from the rows, in another way than the writer, and compares them with what is written.
//!
//! Sums run in f64 here; LeRobot sums float32 columns in float32, so means and deviations are compared within what
//! that costs. Quantiles are compared with the order statistics they stand for, within one bin of LeRobot's histogram.

use super::{Defect, Report};
use crate::data::{Column, Values};
use crate::info::{Feature, Kind};
use crate::stats::{FeatureStats, Stats};

/// Values of one episode and feature that are kept for its quantiles; longer episodes go without that check.
const KEPT: usize = 4_000_000;
/// Bins of LeRobot's histogram.
const BINS: f64 = 5000.0;
/// Half the distance between neighbouring float32 numbers, relative: what one addition can lose.
const FLOAT32_STEP: f64 = 6e-8;
const QUANTILES: [(&str, f64); 5] = [
    ("q01", 0.01),
    ("q10", 0.10),
    ("q50", 0.50),
    ("q90", 0.90),
    ("q99", 0.99),
];

/// Smallest, largest, mean and spread of one number of a feature.
#[derive(Debug, Clone, Copy)]
struct Moments {
    count: u64,
    min: f64,
    max: f64,
    mean: f64,
    /// Sum of squared distances from the mean.
    spread: f64,
}

impl Moments {
    const NONE: Self = Self {
        count: 0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        mean: 0.0,
        spread: 0.0,
    };

    fn add(&mut self, value: f64) {
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        let off = value - self.mean;
        self.mean += off / self.count as f64;
        self.spread += off * (value - self.mean);
    }

    fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let (ours, theirs) = (self.count as f64, other.count as f64);
        let off = other.mean - self.mean;
        self.count += other.count;
        self.mean += off * theirs / (ours + theirs);
        self.spread += other.spread + off * off * ours * theirs / (ours + theirs);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
}

/// One feature's numbers while rows go by.
#[derive(Debug, Clone)]
struct Tracked {
    name: String,
    float32: bool,
    moments: Vec<Moments>,
    /// All values, row after row, while they are few enough.
    kept: Option<Vec<f64>>,
}

/// The statistics of some rows, as they are.
#[derive(Debug, Clone)]
pub(super) struct Recomputed(Vec<Tracked>);

impl Recomputed {
    /// For the features that are numbers; nothing is known yet.
    pub fn new(features: &[Feature], keep_values: bool) -> Self {
        let numbers = features
            .iter()
            .filter(|feature| matches!(feature.kind, Kind::Float32 | Kind::Float64 | Kind::Int64));
        Self(
            numbers
                .map(|feature| Tracked {
                    name: feature.name.clone(),
                    float32: feature.kind == Kind::Float32,
                    moments: vec![Moments::NONE; feature.width()],
                    kept: keep_values.then(Vec::new),
                })
                .collect(),
        )
    }

    /// Takes row `row` of a column.
    pub fn add(&mut self, column: &Column, row: usize) {
        let Some(tracked) = self
            .0
            .iter_mut()
            .find(|tracked| tracked.name == column.name)
        else {
            return;
        };
        let span = row * column.width..(row + 1) * column.width;
        match &column.values {
            Values::Float32(values) => tracked.add(values[span].iter().map(|v| f64::from(*v))),
            Values::Float64(values) => tracked.add(values[span].iter().copied()),
            Values::Int64(values) => tracked.add(values[span].iter().map(|v| *v as f64)),
            Values::Text(_) => {}
        }
    }

    /// Joins the rows of another set to these; single values are not kept.
    pub fn merge(&mut self, other: &Self) {
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            for (ours, theirs) in ours.moments.iter_mut().zip(&theirs.moments) {
                ours.merge(theirs);
            }
        }
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        for tracked in &mut self.0 {
            tracked.moments.fill(Moments::NONE);
            if let Some(kept) = &mut tracked.kept {
                kept.clear();
            }
        }
    }

    /// Compares with statistics as written in `place`.
    pub fn compare(&self, report: &mut Report, place: &str, written: &Stats) {
        for tracked in &self.0 {
            if tracked.moments.iter().any(|moments| moments.count == 0) {
                continue;
            }
            let place = format!("{place}, {}", tracked.name);
            match written.get(&tracked.name) {
                None => report.add(Defect::StatsIncomplete, place, "there are no statistics"),
                Some(written) => {
                    if complete(report, &place, written, &[tracked.moments.len()]) {
                        tracked.compare(report, &place, written);
                    }
                }
            }
        }
    }
}

impl Tracked {
    fn add(&mut self, values: impl Iterator<Item = f64>) {
        for (moments, value) in self.moments.iter_mut().zip(values) {
            moments.add(value);
            if let Some(kept) = &mut self.kept
                && kept.len() < KEPT
            {
                kept.push(value);
            }
        }
    }

    fn compare(&self, report: &mut Report, place: &str, written: &FeatureStats) {
        let count = self.moments.first().map_or(0, |moments| moments.count);
        if written.count != [count.cast_signed()] {
            report.add(
                Defect::StatsValues,
                format!("{place}/count"),
                format!("it is {:?}, there are {count} rows", written.count),
            );
        }
        let width = self.moments.len();
        for (at, moments) in self.moments.iter().enumerate() {
            let scale = moments.min.abs().max(moments.max.abs()).max(1e-9);
            let step = if self.float32 {
                1e-6 + FLOAT32_STEP * count as f64
            } else {
                1e-9
            };
            let mut check = |stat: &str, expected: f64, off: f64, allowed: f64| {
                // A NaN in the file is off by NaN.
                if off.is_nan() || off > allowed {
                    let said = written
                        .values
                        .get(stat)
                        .and_then(|values| values.get(at))
                        .copied()
                        .unwrap_or(f64::NAN);
                    report.add(
                        Defect::StatsValues,
                        format!("{place}/{stat}[{at}]"),
                        format!("it is {said}, the rows give {expected}"),
                    );
                }
            };
            let said = |stat: &str| written.values.get(stat).and_then(|values| values.get(at));
            let (Some(min), Some(max), Some(mean), Some(std)) =
                (said("min"), said("max"), said("mean"), said("std"))
            else {
                continue;
            };
            check("min", moments.min, (min - moments.min).abs(), scale * 1e-6);
            check("max", moments.max, (max - moments.max).abs(), scale * 1e-6);
            check(
                "mean",
                moments.mean,
                (mean - moments.mean).abs(),
                scale * step,
            );
            let variance = moments.spread / moments.count.max(1) as f64;
            // std = sqrt(E[x^2] - mean^2): what is lost there is lost from the squares.
            check(
                "std",
                variance.sqrt(),
                (std * std - variance).abs(),
                scale * scale * step * 4.0,
            );
            let ranks = self.column(at, width, moments.count);
            for (stat, q) in QUANTILES {
                let Some(said) = said(stat) else { continue };
                let slack = (moments.max - moments.min) / BINS + scale * 1e-6 + 1e-9;
                match &ranks {
                    Some(sorted) if sorted.len() >= 2 => {
                        let target = (q * sorted.len() as f64).ceil().max(1.0) as usize;
                        let expected = sorted[target.min(sorted.len()) - 1];
                        check(stat, expected, (said - expected).abs(), slack * 1.01);
                    }
                    // Over all episodes a quantile is an envelope, which only has to stay inside the range.
                    _ => {
                        let inside = said.clamp(moments.min - slack, moments.max + slack);
                        check(stat, inside, (said - inside).abs(), 0.0);
                    }
                }
            }
        }
    }

    /// The kept values of one number of the feature, in order of size; `None` unless all were kept.
    fn column(&self, at: usize, width: usize, count: u64) -> Option<Vec<f64>> {
        let kept = self.kept.as_ref()?;
        if kept.len() as u64 != count * width as u64 {
            return None;
        }
        let mut values: Vec<f64> = kept
            .iter()
            .skip(at)
            .step_by(width.max(1))
            .copied()
            .collect();
        values.sort_by(f64::total_cmp);
        Some(values)
    }
}

/// Whether all that training needs is there and has the right shape.
fn complete(report: &mut Report, place: &str, written: &FeatureStats, shape: &[usize]) -> bool {
    let size = shape.iter().product::<usize>();
    let missing: Vec<&str> = ["min", "max", "mean", "std"]
        .into_iter()
        .filter(|stat| !written.values.contains_key(*stat))
        .chain(written.count.is_empty().then_some("count"))
        .collect();
    if !missing.is_empty() {
        report.add(
            Defect::StatsIncomplete,
            place,
            format!("{} is missing", missing.join(", ")),
        );
        return false;
    }
    let wrong = written.values.values().any(|values| values.len() != size);
    if written.shape != shape || wrong || written.count.len() != 1 {
        report.add(
            Defect::StatsShape,
            place,
            format!("the shape is {:?} instead of {shape:?}", written.shape),
        );
        return false;
    }
    let lacking = QUANTILES
        .iter()
        .any(|(stat, _)| !written.values.contains_key(*stat));
    if lacking {
        report.add(
            Defect::StatsQuantiles,
            place,
            "there are no quantiles, or not all",
        );
    }
    true
}

/// A camera's statistics: one number per colour, each between black and white. Depth has a unit of its own.
pub(super) fn check_camera(report: &mut Report, place: &str, feature: &Feature, stats: &Stats) {
    let Some(written) = stats.get(&feature.name) else {
        report.add(Defect::StatsIncomplete, place, "there are no statistics");
        return;
    };
    // Height, width and channels, or channels first in sets made by other tools.
    let colour = feature.shape.contains(&3);
    let shape = [if colour { 3 } else { 1 }, 1, 1];
    if !complete(report, place, written, &shape) {
        return;
    }
    for (stat, values) in &written.values {
        let fine =
            |value: &f64| value.is_finite() && (!colour || (-1e-6..=1.0 + 1e-6).contains(value));
        if !values.iter().all(fine) {
            report.add(
                Defect::StatsValues,
                format!("{place}/{stat}"),
                format!("it is {values:?}, colours are between 0 and 1"),
            );
        }
    }
}
