//! How long somebody has given no sign of life, as far as the one who judges was there to see it.
//!
//! Time in which the whole program was stopped, or the machine paused, silences everybody and condemns nobody: a span
//! between two looks counts for no more than a part of the patience. Not here: whose patience is how long (`threads`),
//! threads that are started again (`stdx::watchdog`, which counts in the same way).

use std::time::Duration;

use units::MonoTime;

/// A span between two looks counts for at most this part of the patience, so it takes so many looks to condemn.
const LOOKS: u32 = 4;

/// The silence of somebody whose signs of life are numbers that change.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    sign: u64,
    lasts: Duration,
    looked_at: Option<MonoTime>,
}

impl Silence {
    /// Looks once, at `now`, at the newest sign of life; 0 means that there was none yet, which is no silence. Returns how
    /// long the silence lasts; `patience` is what the caller compares it with.
    pub(crate) fn look(&mut self, now: MonoTime, sign: u64, patience: Duration) -> Duration {
        let since = self.looked_at.replace(now).map(|before| now.since(before));
        if sign == 0 || sign != self.sign {
            self.sign = sign;
            self.lasts = Duration::ZERO;
        } else {
            self.lasts += since.unwrap_or_default().min(patience / LOOKS);
        }
        self.lasts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(2);

    #[test]
    fn only_time_in_which_somebody_looked_is_silence() {
        let mut silence = Silence::default();
        let mut now = MonoTime(1_000_000_000);
        let mut look = |after_ms: u64, sign: u64| {
            now = now + Duration::from_millis(after_ms);
            silence.look(now, sign, PATIENCE).as_millis()
        };
        // After ms, sign, silence in ms.
        for (after, sign, lasts) in [
            (0, 0, 0),
            (50, 0, 0),
            (50, 7, 0),
            (50, 7, 50),
            // The program was stopped for an hour: neither side could do anything.
            (3_600_000, 7, 550),
            (50, 8, 0),
            (50, 8, 50),
            (500, 8, 550),
            (500, 8, 1050),
            (500, 8, 1550),
            (500, 8, 2050),
            (50, 9, 0),
        ] {
            assert_eq!(look(after, sign), lasts, "sign {sign} after {after} ms");
        }
    }
}
