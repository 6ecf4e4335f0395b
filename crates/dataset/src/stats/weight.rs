//! How much a camera's statistics of an episode weigh when they are merged with others: their `count`.
//!
//! LeRobot counts in two ways: pictures it sampled, where it staged PNGs, which is its default; pixels it looked at, where it
//! encoded while recording, about twenty thousand for each picture. Merged by count, an episode of the one kind would wipe
//! out a whole dataset of the other, so an episode is counted as its dataset counts; new ones count pictures.

use super::{FeatureStats, Stats};

/// Pictures LeRobot samples at least, where there are as many, and at most.
const FEWEST: u64 = 100;
const MOST: u64 = 10_000;

/// How a dataset counts what a camera's statistics were taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Pictures, as many as LeRobot samples of an episode.
    Pictures,
    /// Pixels of all pictures.
    Pixels,
}

impl Weight {
    /// As the statistics of a dataset with `rows` rows have it: no camera has more pictures than there are rows.
    pub(crate) fn of(stats: Option<&Stats>, camera: &str, rows: u64) -> Self {
        let counted = stats
            .and_then(|stats| stats.get(camera))
            .and_then(|stats| stats.count.first());
        match counted {
            Some(count) if u64::try_from(*count).is_ok_and(|count| count > rows) => Self::Pixels,
            _ => Self::Pictures,
        }
    }

    /// Makes statistics of so many pictures, which count pixels, count as the dataset does.
    pub(crate) fn fit(self, stats: &mut FeatureStats, pictures: u64) {
        if self == Self::Pictures && pictures > 0 {
            stats.count = vec![i64::try_from(sampled(pictures)).unwrap_or(i64::MAX)];
        }
    }
}

/// How many of an episode's pictures LeRobot samples: all up to a hundred, then as many as the episode's length to the power
/// of three quarters, at least a hundred.
fn sampled(pictures: u64) -> u64 {
    let share = (pictures as f64).powf(0.75) as u64;
    pictures.min(FEWEST).max(share.min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_pictures_count_as_lerobot_samples() {
        let expected = [
            (1, 1),
            (28, 28),
            (100, 100),
            (300, 100),
            (900, 164),
            (1800, 276),
            (30_720, 2320),
            (1 << 40, 10_000),
        ];
        for (pictures, count) in expected {
            assert_eq!(sampled(pictures), count, "{pictures}");
        }
    }

    #[test]
    fn a_dataset_counts_as_it_did_before() {
        let mut stats = Stats::default();
        *stats.entry("front") = FeatureStats {
            count: vec![28],
            ..FeatureStats::default()
        };
        *stats.entry("wrist") = FeatureStats {
            count: vec![29],
            ..FeatureStats::default()
        };
        assert_eq!(Weight::of(Some(&stats), "front", 28), Weight::Pictures);
        assert_eq!(Weight::of(Some(&stats), "wrist", 28), Weight::Pixels);
        assert_eq!(Weight::of(Some(&stats), "top", 28), Weight::Pictures);
        assert_eq!(Weight::of(None, "front", 0), Weight::Pictures);
        let of_episode = FeatureStats {
            count: vec![900 * 160 * 120],
            ..FeatureStats::default()
        };
        for (weight, count) in [(Weight::Pixels, 900 * 160 * 120), (Weight::Pictures, 164)] {
            let mut fitted = of_episode.clone();
            weight.fit(&mut fitted, 900);
            assert_eq!(fitted.count, [count]);
        }
    }
}
