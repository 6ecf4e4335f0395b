//! How long an answer may take: the numbers of the bus that a person may want to change, in one place.
//!
//! The defaults are choices, to be confirmed on hardware: the wire time of six positions is 0.6 ms at
//! 1,000,000 baud and a USB adapter adds about 1 ms (an FTDI whose latency timer was left at 16 ms adds that).

use std::time::Duration;

/// How long answers are awaited and how often requests are repeated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// Time beyond the wire time that a group read may take inside a cycle.
    pub group_slack: Duration,
    /// Least time for a group read inside a cycle, unless the cycle itself is shorter.
    pub group_least: Duration,
    /// Most of a cycle that a group read may take, 0 to 1.
    pub cycle_share: f64,
    /// Time beyond the wire time that any answer may take outside the loop.
    pub outside: Duration,
    /// How often a lost request is repeated outside the loop. Inside it, never: a retry makes the next cycle late.
    pub retries: u32,
    /// After this time an unanswered request is not answered any more.
    pub settle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            group_slack: Duration::from_millis(3),
            group_least: Duration::from_millis(4),
            cycle_share: 0.8,
            outside: Duration::from_millis(50),
            retries: 2,
            settle: Duration::from_millis(50),
        }
    }
}

impl Patience {
    /// Time for a group read inside a cycle of length `cycle`, from the request on.
    pub fn group_read(&self, motors: usize, size: u8, baud: u32, cycle: Duration) -> Duration {
        let bytes = 8 + motors + motors * (6 + usize::from(size));
        let wanted = (wire_time(bytes, baud) + self.group_slack).max(self.group_least);
        wanted.min(cycle.mul_f64(self.cycle_share.clamp(0.0, 1.0)))
    }
}

/// Time that `bytes` take on the wire: 10 bits each (start, eight, stop).
pub fn wire_time(bytes: usize, baud: u32) -> Duration {
    Duration::from_nanos(bytes as u64 * 10_000_000_000 / u64::from(baud.max(1)))
}

/// Time in which every motor has answered a ping to all: a slot for each of 252 ids and 16 ms
/// (`broadcastPing` of the manufacturer's SDK). 787 ms at 1,000,000 baud.
pub fn broadcast_window(baud: u32) -> Duration {
    wire_time(252 * 6, baud) + Duration::from_millis(3 * 252 + 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_read_gets_its_wire_time_and_some_but_never_the_whole_cycle() {
        let patience = Patience::default();
        for (motors, size, baud, cycle_ms, micros) in [
            (6, 2, 1_000_000, 33, 4_000),
            (6, 2, 1_000_000, 4, 3_200),
            (6, 2, 115_200, 33, 8_381),
            (6, 2, 19_200, 33, 26_400),
            (1, 1, 1_000_000, 1, 800),
        ] {
            let span = patience.group_read(motors, size, baud, Duration::from_millis(cycle_ms));
            assert_eq!(
                span.as_micros(),
                micros,
                "{motors} motors at {baud} in {cycle_ms} ms"
            );
        }
    }

    #[test]
    fn a_broadcast_ping_lasts_as_long_as_the_manufacturer_says() {
        assert_eq!(broadcast_window(1_000_000).as_millis(), 787);
        assert_eq!(broadcast_window(19_200).as_millis(), 1559);
        assert_eq!(wire_time(62, 1_000_000), Duration::from_micros(620));
    }
}
