//! Quantities that travel through the house, so that a number cannot be mistaken for another kind of number.
//!
//! A field is public when every value is valid and private when a constructor guards it.
//! Not here: how ticks become degrees (`arms`), because that needs a calibration.

use std::fmt;
use std::ops::{Add, RangeInclusive, Sub};
use std::time::Duration;

/// Position on the encoder's own scale; an STS3215 counts 4096 to a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub i32);

/// Angle of a joint in degrees, zero in the middle of its recorded range.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct Degrees(pub f64);

/// Opening of the gripper (0 closed, 100 open) or any other share of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct Percent(pub f64);

/// Rate of a loop. The field is private, so every `Hz` that exists is safe to divide by.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Hz(f64);

impl Hz {
    /// Rates a loop may have at all; a control loop narrows this to 1–250 Hz.
    pub const RANGE: RangeInclusive<f64> = 1.0..=1000.0;

    /// The rate, or `None` outside [`Hz::RANGE`] (which also refuses NaN).
    pub const fn new(hz: f64) -> Option<Self> {
        if *Self::RANGE.start() <= hz && hz <= *Self::RANGE.end() {
            Some(Self(hz))
        } else {
            None
        }
    }

    /// Cycles per second.
    pub fn get(self) -> f64 {
        self.0
    }

    /// Time from one cycle to the next.
    pub fn period(self) -> Duration {
        Duration::from_secs_f64(1.0 / self.0)
    }
}

impl fmt::Display for Hz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.0)
    }
}

/// An instant on the machine's monotonic clock, in nanoseconds since that clock's own zero.
///
/// On Linux this is `CLOCK_MONOTONIC`, which all processes share, so that times taken by two programs
/// on one machine can be compared. It never goes back and says nothing about the time of day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonoTime(pub u64);

impl MonoTime {
    /// Time since `earlier`; zero when `earlier` is in fact later.
    pub fn since(self, earlier: MonoTime) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// Nanoseconds since the clock's zero.
    pub fn as_nanos(self) -> u64 {
        self.0
    }
}

impl Add<Duration> for MonoTime {
    type Output = MonoTime;

    fn add(self, span: Duration) -> MonoTime {
        MonoTime(
            self.0
                .saturating_add(span.as_nanos().min(u128::from(u64::MAX)) as u64),
        )
    }
}

impl Sub<Duration> for MonoTime {
    type Output = MonoTime;

    fn sub(self, span: Duration) -> MonoTime {
        MonoTime(
            self.0
                .saturating_sub(span.as_nanos().min(u128::from(u64::MAX)) as u64),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_outside_the_range_does_not_exist() {
        for hz in [0.0, -1.0, 0.99, 1000.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Hz::new(hz), None, "{hz}");
        }
        assert_eq!(
            Hz::new(120.0).map(Hz::period),
            Some(Duration::from_nanos(8_333_333))
        );
    }

    #[test]
    fn instants_saturate_instead_of_wrapping() {
        assert_eq!(MonoTime(5).since(MonoTime(9)), Duration::ZERO);
        assert_eq!(
            MonoTime(u64::MAX) + Duration::from_secs(1),
            MonoTime(u64::MAX)
        );
        assert_eq!(MonoTime(3) - Duration::from_secs(1), MonoTime(0));
    }
}
