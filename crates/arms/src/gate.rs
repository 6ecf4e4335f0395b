//! The last check before a goal leaves for the wire, in the motor's own ticks: no sequence of requests, faults or jumps of
//! the clock gets a goal past it.
//!
//! Speeds and the gentle way are the limiter's (`limits`); this stands behind it and knows only places. A goal lies inside
//! the joint's range. Where an arm was found outside, it may be held there, and goals may lead back in, never farther out.

use units::Ticks;

use crate::calibration::Calibration;
use crate::conversion::Units;
use crate::joint::{JOINTS, Joint};
use crate::limits::Limits;

/// What one joint's goal may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JointGate {
    least: i32,
    most: i32,
}

impl JointGate {
    /// The nearest place inside the joint's range.
    pub(crate) fn inside(&self, ticks: Ticks) -> Ticks {
        Ticks(ticks.0.clamp(self.least, self.most))
    }

    /// The nearest goal to `wanted` that is allowed to a joint seen at `seen` whose last goal was `last`.
    pub(crate) fn pass(&self, wanted: Ticks, seen: Ticks, last: Ticks) -> Ticks {
        let least = self.least.min(seen.0).min(last.0);
        let most = self.most.max(seen.0).max(last.0);
        Ticks(wanted.0.clamp(least, most))
    }
}

/// What the goals of one arm may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) joints: [JointGate; JOINTS],
}

impl Gate {
    /// The calibrated range of each joint, and inside it what `limits` leave of it.
    pub(crate) fn new(arm: &Calibration, units: Units, limits: &Limits) -> Self {
        Self {
            joints: Joint::ALL.map(|joint| {
                let at = arm.joint(joint);
                let limits = &limits[joint.index()];
                let mut ends = [limits.least, limits.most].map(|value| {
                    units
                        .ticks_from_value(joint, at, value)
                        .0
                        .clamp(at.range_min, at.range_max)
                });
                // A mirrored joint counts the other way round. And an end that is the calibration's own is exactly that,
                // where truncation would make it one tick less.
                ends.sort_unstable();
                let whole = [at.range_min, at.range_max]
                    .map(|ticks| units.value_from_ticks(joint, at, Ticks(ticks)));
                let (low, high) = (whole[0].min(whole[1]), whole[0].max(whole[1]));
                if limits.least <= low && limits.most >= high {
                    ends = [at.range_min, at.range_max];
                }
                JointGate {
                    least: ends[0],
                    most: ends[1],
                }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GATE: JointGate = JointGate {
        least: 700,
        most: 3300,
    };

    #[test]
    fn a_goal_outside_the_range_is_allowed_only_as_far_as_the_arm_was_found_there() {
        for (wanted, seen, last, goal) in [
            (2000, 2000, 2000, 2000),
            (5000, 2000, 2000, 3300),
            (-5000, 2000, 2000, 700),
            (3400, 3350, 3300, 3350),
            (3340, 3350, 3360, 3340),
            (i32::MAX, 3350, 3360, 3360),
            (i32::MIN, 600, 650, 600),
        ] {
            assert_eq!(
                GATE.pass(Ticks(wanted), Ticks(seen), Ticks(last)),
                Ticks(goal),
                "{wanted} seen at {seen} after {last}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_sequence_of_wishes_leads_out(seen in 600i32..3400, wishes in prop::collection::vec(any::<i32>(), 1..50)) {
            let mut last = Ticks(seen);
            for wanted in wishes {
                last = GATE.pass(Ticks(wanted), Ticks(seen), last);
                prop_assert!((GATE.least.min(seen)..=GATE.most.max(seen)).contains(&last.0));
            }
        }
    }
}
