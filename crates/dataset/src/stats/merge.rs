//! Statistics of many episodes from the statistics of each: LeRobot's aggregation.

use std::collections::BTreeMap;

use super::{FeatureStats, Stats};

/// The statistics of everything that `old` and `new` describe together. A feature that only one of them has is taken over.
pub fn merge(old: &Stats, new: &Stats) -> Stats {
    let mut merged = old.clone();
    for (feature, stats) in new.iter() {
        let entry = merged.entry(feature);
        *entry = merge_feature(entry, stats);
    }
    merged
}

/// Smallest of the smallest, largest of the largest, mean weighted by count, pooled variance; quantiles up to the median by
/// the smaller, above by the larger. A statistic that one side lacks is dropped, as LeRobot drops quantiles.
fn merge_feature(old: &FeatureStats, new: &FeatureStats) -> FeatureStats {
    let (a, b) = (count(old), count(new));
    if a == 0.0 || old.shape != new.shape {
        return new.clone();
    }
    if b == 0.0 {
        return old.clone();
    }
    let both = |name: &str| Some((old.values.get(name)?, new.values.get(name)?));
    let each = |name: &str, join: &dyn Fn(f64, f64) -> f64| {
        both(name).map(|(old, new)| {
            (
                name.to_owned(),
                old.iter()
                    .zip(new)
                    .map(|(old, new)| join(*old, *new))
                    .collect(),
            )
        })
    };
    let smaller = |a: f64, b: f64| if b < a || b.is_nan() { b } else { a };
    let larger = |a: f64, b: f64| if b > a || b.is_nan() { b } else { a };
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    values.extend(each("min", &smaller));
    values.extend(each("max", &larger));
    values.extend(each("mean", &|x, y| (x * a + y * b) / (a + b)));
    if let (Some((old_std, new_std)), Some((old_mean, new_mean)), Some(mean)) =
        (both("std"), both("mean"), values.get("mean"))
    {
        let std = (0..mean.len())
            .map_while(|at| {
                let mean = mean[at];
                let part = |std: &[f64], means: &[f64], count: f64| {
                    let (std, delta) = (std.get(at)?, means.get(at)? - mean);
                    Some((std * std + delta * delta) * count)
                };
                Some(((part(old_std, old_mean, a)? + part(new_std, new_mean, b)?) / (a + b)).sqrt())
            })
            .collect();
        values.insert("std".to_owned(), std);
    }
    for name in old.values.keys() {
        if let Some(percent) = name
            .strip_prefix('q')
            .and_then(|percent| percent.parse::<u32>().ok())
        {
            values.extend(if percent <= 50 {
                each(name, &smaller)
            } else {
                each(name, &larger)
            });
        }
    }
    FeatureStats {
        shape: old.shape.clone(),
        values,
        count: vec![
            old.count
                .first()
                .copied()
                .unwrap_or(0)
                .saturating_add(new.count.first().copied().unwrap_or(0)),
        ],
    }
}

fn count(stats: &FeatureStats) -> f64 {
    stats.count.first().map_or(0.0, |count| *count as f64)
}
