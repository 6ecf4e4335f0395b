//! How fast pictures come, measured: rate and jitter over the last two seconds.

use std::collections::VecDeque;
use std::time::Duration;

use units::MonoTime;

use crate::status::Pace;

/// What is looked back on.
const WINDOW: Duration = Duration::from_secs(2);
/// Fewer pictures tell nothing.
const FEWEST: usize = 5;

/// Arrivals of the last two seconds.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(VecDeque<MonoTime>);

impl Arrivals {
    /// A picture arrived.
    pub(crate) fn push(&mut self, at: MonoTime) {
        self.0.push_back(at);
        while self
            .0
            .front()
            .is_some_and(|first| at.since(*first) > WINDOW)
        {
            self.0.pop_front();
        }
    }

    /// Forgets everything: what comes next is another stream.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether the window is full, so that a rate is worth telling of.
    pub(crate) fn full(&self) -> bool {
        match (self.0.front(), self.0.back()) {
            (Some(first), Some(last)) => last.since(*first) >= WINDOW * 9 / 10,
            _ => false,
        }
    }

    /// Rate and jitter of the window.
    pub(crate) fn pace(&self) -> Option<Pace> {
        self.last(self.0.len())
    }

    /// Rate and jitter of the last `pictures`, if there are as many.
    pub(crate) fn last(&self, pictures: usize) -> Option<Pace> {
        if pictures < FEWEST || self.0.len() < pictures {
            return None;
        }
        let times = self.0.range(self.0.len() - pictures..);
        let spans: Vec<f64> = times
            .clone()
            .zip(times.skip(1))
            .map(|(before, after)| after.since(*before).as_secs_f64())
            .collect();
        let mean = spans.iter().sum::<f64>() / spans.len() as f64;
        if mean <= 0.0 {
            return None;
        }
        let variance =
            spans.iter().map(|span| (span - mean).powi(2)).sum::<f64>() / spans.len() as f64;
        Some(Pace {
            fps: 1.0 / mean,
            jitter: Duration::from_secs_f64(variance.sqrt()),
        })
    }
}
