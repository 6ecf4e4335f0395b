//! How long pictures take on this computer, by model, as far as that was measured lately.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use units::MonoTime;

/// Measurements of a model that count.
pub const KEPT: usize = 8;

/// A measurement counts for so long. While a server does the work nothing is measured here; after this time the next
/// picture is done here again, to see whether it is still slow.
pub const LASTS: Duration = Duration::from_secs(300);

/// Measurements by model.
#[derive(Debug, Default)]
pub struct Latencies(Mutex<HashMap<String, VecDeque<(MonoTime, Duration)>>>);

impl Latencies {
    /// A picture took `span` until `now`.
    pub fn note(&self, model: &str, now: MonoTime, span: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.entry(model.to_owned()).or_default();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((now, span));
    }

    /// The median of the last [`KEPT`] within [`LASTS`]; of two in the middle the greater one.
    pub fn typical(&self, model: &str, now: MonoTime) -> Option<Duration> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spans: Vec<Duration> = all
            .get(model)?
            .iter()
            .filter(|(at, _)| now.since(*at) < LASTS)
            .map(|(_, span)| *span)
            .collect();
        spans.sort_unstable();
        spans.get(spans.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_picture_does_not_count_and_old_ones_are_forgotten() {
        let latencies = Latencies::default();
        let second = |seconds: u64| MonoTime(seconds * 1_000_000_000);
        let ms = Duration::from_millis;
        assert_eq!(latencies.typical("a", second(0)), None);
        for (at, span) in [(0, 100), (1, 900), (2, 110)] {
            latencies.note("a", second(at), ms(span));
        }
        assert_eq!(latencies.typical("a", second(2)), Some(ms(110)));
        assert_eq!(latencies.typical("b", second(2)), None);
        assert_eq!(latencies.typical("a", second(301)), Some(ms(110)));
        assert_eq!(latencies.typical("a", second(302)), None);
        for at in 400..420 {
            latencies.note("a", second(at), ms(at));
        }
        // Of 412 to 419.
        assert_eq!(latencies.typical("a", second(420)), Some(ms(416)));
    }
}
