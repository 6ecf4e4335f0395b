//! When silence becomes a warning, a held joint and a fault. Pure rules over who answered when.
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
    line_silent: bool,
}

impl Watch {
    /// Everything counts as having answered at `now`.
    pub(crate) fn new(now: MonoTime) -> Self {
        Self {
            answered_at: [now; JOINTS],
            misses: [0; JOINTS],
            line_at: now,
            line_silent: false,
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
        self.line_silent = silent.count_ones() as usize == JOINTS;
        if !self.line_silent {
            self.line_at = now;
        }
    }

    /// Whether nobody at all answered in this cycle.
    pub(crate) fn line_silent(&self) -> bool {
        self.line_silent
    }

    /// Whether the line has been silent for so long that the rig must not go on.
    pub(crate) fn line_lost(&self, now: MonoTime, safety: &SafetyConfig) -> bool {
        self.line_silent && now.since(self.line_at) >= safety.line_fault
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
            _ if age >= safety.stale_fault => Freshness::Lost,
            _ if age >= safety.stale_hold => Freshness::Held,
            misses if misses >= safety.stale_warn_cycles => Freshness::Warned,
            _ => Freshness::Stale,
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
        for (ms, lost) in [(8, false), (249, false), (250, true)] {
            let now = start + Duration::from_millis(ms);
            watch.note(now, 0b11_1111);
            assert!(watch.line_silent());
            assert_eq!(watch.line_lost(now, &safety), lost, "{ms} ms");
        }
    }
}
