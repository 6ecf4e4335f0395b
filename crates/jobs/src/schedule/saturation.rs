//! Whether more work comes in than the workers can do: a rule with a memory, so that the answer does not flutter.

use std::time::Duration;

use units::MonoTime;

use crate::config::SaturationRule;

/// The rule at work.
#[derive(Debug)]
pub struct Saturation {
    rule: SaturationRule,
    on: bool,
    /// Since when the queue is such that the answer should change.
    against_since: Option<MonoTime>,
}

impl Saturation {
    pub(super) fn new(rule: SaturationRule) -> Self {
        Self {
            rule,
            on: false,
            against_since: None,
        }
    }

    pub(super) fn change(&mut self, rule: SaturationRule) {
        self.rule = rule;
    }

    /// The answer.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Takes note of a queue; says when the answer changes.
    pub(super) fn note(
        &mut self,
        now: MonoTime,
        depth: usize,
        longest_wait: Duration,
        workers: usize,
    ) -> Option<bool> {
        let rule = &self.rule;
        let workers = workers.max(1);
        let against = if self.on {
            depth <= rule.leave_depth * workers && longest_wait <= rule.leave_wait
        } else {
            depth >= rule.enter_depth * workers || longest_wait >= rule.enter_wait
        };
        if !against {
            self.against_since = None;
            return None;
        }
        let since = *self.against_since.get_or_insert(now);
        if now.since(since) < rule.window {
            return None;
        }
        self.on = !self.on;
        self.against_since = None;
        Some(self.on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> MonoTime {
        MonoTime(millis * 1_000_000)
    }

    #[test]
    fn it_comes_after_a_window_of_pressure_and_goes_after_one_of_ease() {
        let mut saturation = Saturation::new(SaturationRule::default());
        let none = Duration::ZERO;
        // Two workers: eight that wait are four for each.
        assert_eq!(saturation.note(at(0), 8, none, 2), None);
        assert_eq!(saturation.note(at(999), 8, none, 2), None);
        assert_eq!(saturation.note(at(1000), 8, none, 2), Some(true));
        // Between the two edges it stays, however long.
        for second in 1..60 {
            assert_eq!(saturation.note(at(1000 * second), 5, none, 2), None);
        }
        assert!(saturation.is_on());
        assert_eq!(saturation.note(at(60_000), 2, none, 2), None);
        assert_eq!(saturation.note(at(61_000), 2, none, 2), Some(false));
    }

    #[test]
    fn a_moment_of_ease_begins_the_window_anew() {
        let mut saturation = Saturation::new(SaturationRule::default());
        let long = Duration::from_millis(400);
        assert_eq!(saturation.note(at(0), 1, long, 1), None);
        assert_eq!(saturation.note(at(900), 0, Duration::ZERO, 1), None);
        assert_eq!(saturation.note(at(1100), 1, long, 1), None);
        assert_eq!(saturation.note(at(2099), 1, long, 1), None);
        assert_eq!(saturation.note(at(2100), 1, long, 1), Some(true));
    }
}
