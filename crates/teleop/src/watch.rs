//! When silence becomes a warning, a held joint and a fault. Pure rules over who answered when.
//!
//! A span alone condemns nobody: a slow loop asks so seldom that one lost answer is older than any bound, so a joint is held
//! or lost, and a line lost, only after `stale_warn_cycles` answers in a row were missed as well. At 30 Hz and above the
//! spans are what counts.
//!
//! Not here: asking the motors, and what a fault does to the rig (`cycle`).

use std::time::Duration;

use arms::{JOINTS, SafetyConfig};
use units::MonoTime;

/// How much a joint's last value is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Freshness {
    /// Measured in this cycle.
    Fresh,
    /// An older one stands in.
    Stale,
    /// So many cycles old that a person should know.
    Warned,
    /// So old that its joint's goal must not move.
    Held,
    /// So old that the rig must not go on.
    Lost,
}

/// Who of one arm answered when.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    answered_at: [MonoTime; JOINTS],
    misses: [u32; JOINTS],
    line_at: MonoTime,
    /// Cycles in a row in which nobody answered.
    line_misses: u32,
}

impl Watch {
    /// Everything counts as having answered at `now`.
    pub(crate) fn new(now: MonoTime) -> Self {
        Self {
            answered_at: [now; JOINTS],
            misses: [0; JOINTS],
            line_at: now,
            line_misses: 0,
        }
    }

    /// Bit i of `silent` set: joint i did not answer at `now`.
    pub(crate) fn note(&mut self, now: MonoTime, silent: u8) {
        for joint in 0..JOINTS {
            if silent & (1 << joint) == 0 {
                self.answered_at[joint] = now;
                self.misses[joint] = 0;
            } else {
                self.misses[joint] = self.misses[joint].saturating_add(1);
            }
        }
        if silent.count_ones() as usize == JOINTS {
            self.line_misses = self.line_misses.saturating_add(1);
        } else {
            self.line_misses = 0;
            self.line_at = now;
        }
    }

    /// Whether nobody at all answered in this cycle.
    pub(crate) fn line_silent(&self) -> bool {
        self.line_misses > 0
    }

    /// Whether the line has been silent for so long that the rig must not go on.
    pub(crate) fn line_lost(&self, now: MonoTime, safety: &SafetyConfig) -> bool {
        self.line_misses >= safety.stale_warn_cycles.max(1)
            && now.since(self.line_at) >= safety.line_fault
    }

    pub(crate) fn freshness(
        &self,
        joint: usize,
        now: MonoTime,
        safety: &SafetyConfig,
    ) -> Freshness {
        let age = now.since(self.answered_at[joint]);
        match self.misses[joint] {
            0 => Freshness::Fresh,
            misses if misses < safety.stale_warn_cycles => Freshness::Stale,
            _ if age >= safety.stale_fault => Freshness::Lost,
            _ if age >= safety.stale_hold => Freshness::Held,
            _ => Freshness::Warned,
        }
    }

    /// How long joint `joint` has been silent.
    pub(crate) fn silent_for(&self, joint: usize, now: MonoTime) -> Duration {
        now.since(self.answered_at[joint])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_silent_motor_is_ridden_out_then_warned_of_then_held_then_a_fault() {
        let safety = SafetyConfig::default();
        let start = MonoTime(1_000_000_000);
        let mut watch = Watch::new(start);
        for cycle in 1..=120u64 {
            let now = start + Duration::from_nanos(cycle * 8_333_333);
            watch.note(now, 0b00_1000);
            let expected = match cycle {
                1..=2 => Freshness::Stale,
                3..=12 => Freshness::Warned,
                13..=60 => Freshness::Held,
                _ => Freshness::Lost,
            };
            assert_eq!(watch.freshness(3, now, &safety), expected, "cycle {cycle}");
            assert_eq!(watch.freshness(2, now, &safety), Freshness::Fresh);
            assert!(!watch.line_silent() && !watch.line_lost(now, &safety));
        }
        watch.note(start + Duration::from_secs(2), 0);
        assert_eq!(
            watch.freshness(3, start + Duration::from_secs(2), &safety),
            Freshness::Fresh
        );
    }

    #[test]
    fn a_silent_line_is_noticed_at_once_and_lost_after_a_quarter_second() {
        let safety = SafetyConfig::default();
        let start = MonoTime(1_000_000_000);
        let mut watch = Watch::new(start);
        watch.note(start, 0);
        for (ms, lost) in [(8, false), (16, false), (249, false), (250, true)] {
            let now = start + Duration::from_millis(ms);
            watch.note(now, 0b11_1111);
            assert!(watch.line_silent());
            assert_eq!(watch.line_lost(now, &safety), lost, "{ms} ms");
        }
    }

    #[test]
    fn a_slow_loop_rides_out_lost_answers_as_a_fast_one_does() {
        use Freshness::{Held, Lost, Stale, Warned};

        let safety = SafetyConfig::default();
        let start = MonoTime(1_000_000_000);
        // Rate, what one silent motor is in each cycle, and whether a silent line is lost in it.
        for (hz, motor, line) in [
            (1, [Stale, Stale, Lost, Lost], [false, false, true, true]),
            (2, [Stale, Stale, Lost, Lost], [false, false, true, true]),
            (4, [Stale, Stale, Lost, Lost], [false, false, true, true]),
            (10, [Stale, Stale, Held, Held], [false, false, true, true]),
            (30, [Stale, Stale, Held, Held], [false, false, false, false]),
            (
                60,
                [Stale, Stale, Warned, Warned],
                [false, false, false, false],
            ),
        ] {
            let mut one = Watch::new(start);
            let mut all = Watch::new(start);
            for cycle in 1..=4 {
                let now = start + Duration::from_nanos(cycle * 1_000_000_000u64.div_ceil(hz));
                one.note(now, 0b00_1000);
                all.note(now, 0b11_1111);
                let index = cycle as usize - 1;
                assert_eq!(
                    one.freshness(3, now, &safety),
                    motor[index],
                    "{hz} Hz, cycle {cycle}"
                );
                assert_eq!(
                    all.line_lost(now, &safety),
                    line[index],
                    "{hz} Hz, cycle {cycle}"
                );
                assert!(all.line_silent(), "goals rest from the first silence on");
            }
        }
    }
}
