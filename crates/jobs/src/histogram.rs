//! Spans of time by size, in a fixed amount of memory: good enough for a p95 that is shown twice a second.

use std::time::Duration;

/// Buckets for each doubling: the edge that is told lies at most an eighth above the truth.
const STEPS: u64 = 8;
/// Doublings up to 2^36 µs, which is 19 hours; what is longer counts as that.
const LARGEST: u64 = (1 << 36) - 1;
const BUCKETS: usize = (36 - 2) * STEPS as usize;

/// How often spans of which size were seen, in microseconds.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counts: Box<[u32; BUCKETS]>,
    count: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: Box::new([0; BUCKETS]),
            count: 0,
        }
    }
}

impl Histogram {
    pub(crate) fn record(&mut self, span: Duration) {
        let bucket = &mut self.counts[bucket(span.as_micros().min(u128::from(LARGEST)) as u64)];
        *bucket = bucket.saturating_add(1);
        self.count += 1;
    }

    pub(crate) fn clear(&mut self) {
        self.counts.fill(0);
        self.count = 0;
    }
}

/// The upper edge of the bucket under which `share` of all spans of these histograms lie; nothing without a span.
pub(crate) fn quantile(of: [&Histogram; 2], share: f64) -> Option<Duration> {
    let count: u64 = of.iter().map(|one| one.count).sum();
    if count == 0 {
        return None;
    }
    let wanted = ((count as f64 * share).ceil() as u64).clamp(1, count);
    let mut seen = 0;
    for index in 0..BUCKETS {
        seen += of
            .iter()
            .map(|one| u64::from(one.counts[index]))
            .sum::<u64>();
        if seen >= wanted {
            return Some(Duration::from_micros(edge(index)));
        }
    }
    Some(Duration::from_micros(LARGEST))
}

fn bucket(micros: u64) -> usize {
    if micros < STEPS {
        return micros as usize;
    }
    let doubling = u64::from(micros.ilog2());
    ((doubling - 2) * STEPS + ((micros >> (doubling - 3)) & (STEPS - 1))) as usize
}

/// The largest span that falls into a bucket.
fn edge(index: usize) -> u64 {
    let index = index as u64;
    if index < STEPS {
        return index;
    }
    let (doubling, step) = (index / STEPS + 2, index % STEPS);
    ((STEPS + step + 1) << (doubling - 3)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_span_is_told_as_itself_or_at_most_an_eighth_more(micros in 0..=LARGEST) {
            let told = edge(bucket(micros));
            prop_assert!(told >= micros);
            prop_assert!(told - micros <= micros / 8);
        }
    }

    #[test]
    fn ninety_five_of_a_hundred_lie_under_the_95th_percentile() {
        let (mut one, mut two) = (Histogram::default(), Histogram::default());
        assert_eq!(quantile([&one, &two], 0.95), None);
        for milli in 1..=50 {
            one.record(Duration::from_millis(milli));
            two.record(Duration::from_millis(50 + milli));
        }
        let p95 = quantile([&one, &two], 0.95).unwrap();
        assert!(
            p95 >= Duration::from_millis(95) && p95 < Duration::from_millis(107),
            "{p95:?}"
        );
        one.record(Duration::from_secs(1_000_000));
        assert_eq!(
            quantile([&one, &two], 1.0),
            Some(Duration::from_micros(LARGEST))
        );
        one.clear();
        two.clear();
        assert_eq!(quantile([&one, &two], 0.5), None);
    }
}
