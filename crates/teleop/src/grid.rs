//! When a goal is due, and how early the loop must look at the arm to have it ready then.
//!
//! Pure arithmetic. Not here: waiting (`cycle`).

use std::time::Duration;

use units::{Hz, MonoTime};

/// The absolute grid that goal writes lie on. Slots are counted from 0 at `zero` and never move.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    zero: MonoTime,
    rate: Hz,
}

impl Grid {
    pub(crate) fn new(zero: MonoTime, rate: Hz) -> Self {
        Self { zero, rate }
    }

    /// When the goal of `slot` is due. Computed from the slot's number, so no error adds up.
    pub(crate) fn due(&self, slot: u64) -> MonoTime {
        self.zero + Duration::from_nanos((slot as f64 * 1e9 / self.rate.get()).round() as u64)
    }

    /// The first slot from `from` on whose goal can still be sent in time by a loop that is free at `now` and
    /// needs `work` before it can send. A goal is in time until half a period after it was due.
    pub(crate) fn next(&self, from: u64, now: MonoTime, work: Duration) -> u64 {
        let ready = (now + work).since(self.zero + self.rate.period() / 2);
        let first = (ready.as_nanos() as f64 * self.rate.get() / 1e9).ceil() as u64;
        first.max(from)
    }
}

/// Cycles of one half of the window in which the slowest observation is remembered: about a second at 120 Hz.
const HALF_WINDOW: u32 = 64;
/// Added to the slowest recent observation: what the system may add on top.
const MARGIN: Duration = Duration::from_micros(150);
/// The observation never starts later than this before its goal.
const LEAST: Duration = Duration::from_micros(300);
/// Nor earlier than this share of the period.
const MOST_SHARE: f64 = 0.85;

/// How long before its goal an observation starts, learned from the loop's own bus times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lead {
    slowest: [Duration; 2],
    filled: u32,
    most: Duration,
}

impl Lead {
    /// Starts with half a period, until something was measured.
    pub(crate) fn new(rate: Hz) -> Self {
        Self {
            slowest: [rate.period() / 2; 2],
            filled: 0,
            most: rate.period().mul_f64(MOST_SHARE),
        }
    }

    /// An observation took `span`.
    pub(crate) fn note(&mut self, span: Duration) {
        if self.filled == HALF_WINDOW {
            self.slowest = [Duration::ZERO, self.slowest[0]];
            self.filled = 0;
        }
        self.filled += 1;
        self.slowest[0] = self.slowest[0].max(span);
    }

    /// How long an observation is expected to take at most.
    pub(crate) fn expected(&self) -> Duration {
        self.slowest[0].max(self.slowest[1]).min(self.most)
    }

    /// How early to start.
    pub(crate) fn get(&self) -> Duration {
        (self.expected() + MARGIN).clamp(LEAST.min(self.most), self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hz(rate: f64) -> Hz {
        Hz::new(rate).unwrap()
    }

    #[test]
    fn slots_do_not_drift_in_a_day() {
        let grid = Grid::new(MonoTime(7), hz(120.0));
        assert_eq!(
            grid.due(120 * 86_400),
            MonoTime(7) + Duration::from_secs(86_400)
        );
    }

    #[test]
    fn a_slot_that_can_no_longer_be_kept_is_skipped() {
        let grid = Grid::new(MonoTime(0), hz(100.0));
        let work = Duration::from_millis(2);
        for (now_ms, from, next) in [(1, 1, 1), (12, 1, 1), (14, 1, 2), (95, 1, 10), (95, 20, 20)] {
            let now = MonoTime(now_ms * 1_000_000);
            assert_eq!(grid.next(from, now, work), next, "{now_ms} ms");
        }
    }

    #[test]
    fn the_lead_follows_the_slowest_observation_and_forgets_it() {
        let mut lead = Lead::new(hz(100.0));
        assert_eq!(lead.get(), Duration::from_millis(5) + MARGIN);
        for _ in 0..2 * HALF_WINDOW + 1 {
            lead.note(Duration::from_millis(1));
        }
        assert_eq!(lead.get(), Duration::from_millis(1) + MARGIN);
        lead.note(Duration::from_secs(1));
        assert_eq!(lead.get(), Duration::from_micros(8_500));
        for _ in 0..2 * HALF_WINDOW {
            lead.note(Duration::from_micros(10));
        }
        assert_eq!(lead.get(), LEAST);
    }
}
