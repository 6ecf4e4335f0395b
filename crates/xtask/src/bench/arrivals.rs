//! What the instants at which goals arrived say about the loop that sent them. No I/O.

use std::f64::consts::TAU;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// One goal write as it arrived at the simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Nanoseconds of the machine's monotonic clock.
    pub at: u64,
    /// The goals, where the log has them.
    pub goals: Vec<i64>,
}

/// Reads a log of goal writes: one a line, the instant first, then `id:ticks` for each motor.
///
/// # Errors
/// When a line does not begin with a number.
pub fn parse(log: &str) -> Result<Vec<Arrival>> {
    log.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let mut words = line.split_whitespace();
            let at = words
                .next()
                .and_then(|word| word.parse().ok())
                .with_context(|| format!("no instant in {line:?}"))?;
            Ok(Arrival {
                at,
                goals: words
                    .filter_map(|word| word.split_once(':')?.1.parse().ok())
                    .collect(),
            })
        })
        .collect()
}

/// What is shown of a spread.
pub const QUANTILES: [(&str, f64); 4] =
    [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)];

/// How a loop kept its rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// Goal writes that were looked at.
    pub writes: usize,
    /// Slots of the loop's grid without a goal write.
    pub missed: u64,
    /// Absolute distance of the time between two writes from the period, sorted, in microseconds.
    /// A gap over missed slots counts with its whole length.
    pub errors_us: Vec<f64>,
}

impl Pace {
    /// Looks at the writes between `from` and `to`, in nanoseconds.
    ///
    /// # Errors
    /// With fewer than 10 writes there is nothing to say.
    pub fn of(arrivals: &[Arrival], period: Duration, from: u64, to: u64) -> Result<Self> {
        let at: Vec<u64> = arrivals
            .iter()
            .map(|arrival| arrival.at)
            .filter(|at| (from..=to).contains(at))
            .collect();
        if at.len() < 10 {
            bail!("only {} goal writes arrived", at.len());
        }
        let period_ns = period.as_nanos() as f64;
        let mut errors_us: Vec<f64> = at
            .windows(2)
            .map(|pair| (pair[1].saturating_sub(pair[0]) as f64 - period_ns).abs() / 1e3)
            .collect();
        errors_us.sort_by(f64::total_cmp);
        Ok(Self {
            writes: at.len(),
            missed: missed(&at, period_ns),
            errors_us,
        })
    }

    /// The error that the share `quantile` of the writes stayed within, in microseconds.
    pub fn quantile(&self, quantile: f64) -> f64 {
        quantile_of(&self.errors_us, quantile)
    }
}

/// The value that the share `quantile` of `sorted` stays within; NaN of nothing.
pub fn quantile_of(sorted: &[f64], quantile: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let rank = (quantile * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// Slots of the grid without a write. The grid's phase is the mean direction of the writes' phases on a
/// circle, so that one late first write does not shift it.
fn missed(at: &[u64], period_ns: f64) -> u64 {
    let offset = |instant: u64| (instant - at[0]) as f64;
    let (mut sine, mut cosine) = (0.0, 0.0);
    for &instant in at {
        let angle = (offset(instant) / period_ns).fract() * TAU;
        sine += angle.sin();
        cosine += angle.cos();
    }
    let phase = sine.atan2(cosine) / TAU;
    let slot = |instant: u64| (offset(instant) / period_ns - phase).round() as i64;
    let mut filled: Vec<i64> = at.iter().map(|&instant| slot(instant)).collect();
    filled.dedup();
    let spanned = filled[filled.len() - 1] - filled[0] + 1;
    u64::try_from(spanned - filled.len() as i64).unwrap_or(0)
}

/// Counts of errors by powers of two of a microsecond, for a person: `(up to µs, how many)`.
pub fn histogram(sorted_us: &[f64]) -> Vec<(f64, usize)> {
    let mut rows = Vec::new();
    let (mut edge, mut seen) = (1.0, 0);
    while seen < sorted_us.len() {
        let upto = sorted_us.partition_point(|error| *error <= edge);
        if upto > seen || !rows.is_empty() {
            rows.push((edge, upto - seen));
        }
        seen = upto;
        edge *= 2.0;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_millis(10);

    fn at(milliseconds: &[f64]) -> Vec<Arrival> {
        milliseconds
            .iter()
            .map(|ms| Arrival {
                at: 5_000_000_000 + (ms * 1e6) as u64,
                goals: vec![],
            })
            .collect()
    }

    #[test]
    fn an_even_loop_misses_nothing_and_has_no_error() {
        let even: Vec<f64> = (0..20).map(|n| f64::from(n) * 10.0).collect();
        let pace = Pace::of(&at(&even), PERIOD, 0, u64::MAX).unwrap();
        assert_eq!((pace.writes, pace.missed, pace.quantile(1.0)), (20, 0, 0.0));
    }

    #[test]
    fn an_empty_slot_is_missed_and_a_late_write_is_not() {
        let mut times: Vec<f64> = (0..20).map(|n| f64::from(n) * 10.0).collect();
        times[5] += 3.0;
        times.remove(12);
        times.remove(12);
        let pace = Pace::of(&at(&times), PERIOD, 0, u64::MAX).unwrap();
        assert_eq!(pace.missed, 2);
        assert_eq!(pace.quantile(1.0), 20_000.0);
        assert_eq!(pace.quantile(0.5), 0.0);
    }

    #[test]
    fn a_late_first_write_does_not_shift_the_grid() {
        let mut times: Vec<f64> = (0..30).map(|n| f64::from(n) * 10.0).collect();
        times[0] = 4.9;
        for (index, time) in times.iter_mut().enumerate().skip(1) {
            *time += if index % 2 == 0 { 0.4 } else { -0.4 };
        }
        assert_eq!(
            Pace::of(&at(&times), PERIOD, 0, u64::MAX).unwrap().missed,
            0
        );
    }

    #[test]
    fn a_log_is_read_with_and_without_goals() {
        let read = parse("100\n200 1:2048 2:-2\n\n300 1:4 2:5\n").unwrap();
        assert_eq!(
            read.iter().map(|a| a.at).collect::<Vec<_>>(),
            [100, 200, 300]
        );
        assert_eq!(read[1].goals, [2048, -2]);
        assert_eq!(read[2].goals, [4, 5]);
        assert!(parse("noise").is_err());
    }

    #[test]
    fn the_histogram_counts_everything_once() {
        let rows = histogram(&[0.5, 3.0, 3.5, 9.0]);
        assert_eq!(rows, [(1.0, 1), (2.0, 0), (4.0, 2), (8.0, 0), (16.0, 1)]);
    }
}
