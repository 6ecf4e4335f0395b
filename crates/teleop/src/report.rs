//! What the loop measures about itself, and the report made of it.
//!
//! The loop owns one set of measures at a time. Whoever wants a report hands it an empty set and gets the full
//! one back, so that counting needs no lock and reporting costs the loop one pointer.

use std::time::Duration;

use hdrhistogram::Histogram;
use protocol::{LoopReport, MotorReport, Spread, VERSION};
use stdx::{QueueReader, QueueWriter, queue};
use units::MonoTime;

/// Motors of two pairs.
pub(crate) const MAX_MOTORS: usize = 24;
/// Longest span the histograms tell apart; longer ones count as this.
const LONGEST: u64 = 60_000_000_000;

/// Upper ends of a histogram's bars in microseconds, three to a decade; the last holds everything beyond it too.
const BARS_US: [f64; 14] = [
    2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0,
    50_000.0,
];

/// How one motor answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MotorCounts {
    pub(crate) answered: u64,
    pub(crate) silent: u64,
    pub(crate) corrupt: u64,
    pub(crate) error_bits: u8,
}

/// One set of measures. Spans in nanoseconds.
#[derive(Debug, Clone)]
pub(crate) struct Measures {
    period_error: Histogram<u32>,
    bus: Histogram<u32>,
    compute: Histogram<u32>,
    cycles: u64,
    missed: u64,
    first: Option<MonoTime>,
    last: Option<MonoTime>,
    pub(crate) motors: [MotorCounts; MAX_MOTORS],
}

/// A histogram of spans with three digits; `None` cannot happen with these bounds.
fn spans() -> Histogram<u32> {
    match Histogram::new_with_bounds(1, LONGEST, 3) {
        Ok(histogram) => histogram,
        Err(_) => unreachable!("the bounds are constants that make sense"),
    }
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            period_error: spans(),
            bus: spans(),
            compute: spans(),
            cycles: 0,
            missed: 0,
            first: None,
            last: None,
            motors: [MotorCounts::default(); MAX_MOTORS],
        }
    }
}

impl Measures {
    pub(crate) fn bus(&mut self, span: Duration) {
        self.bus.saturating_record(nanos(span));
    }

    pub(crate) fn compute(&mut self, span: Duration) {
        self.compute.saturating_record(nanos(span));
    }

    pub(crate) fn cycle(&mut self) {
        self.cycles += 1;
    }

    pub(crate) fn missed(&mut self, slots: u64) {
        self.missed += slots;
    }

    /// A goal was handed to the line at `now`; `off` is how far the time since the goal before it was from what
    /// it should have been, if there was one.
    pub(crate) fn goal(&mut self, now: MonoTime, off: Option<Duration>) {
        if let Some(off) = off {
            self.period_error.saturating_record(nanos(off));
        }
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    pub(crate) fn cycles(&self) -> u64 {
        self.cycles
    }

    pub(crate) fn missed_so_far(&self) -> u64 {
        self.missed
    }

    /// Takes the counts of a later set into this one.
    pub(crate) fn absorb(&mut self, later: &Measures) {
        // Equal bounds: adding cannot fail, and a failure would only lose figures of a report.
        self.period_error.add(&later.period_error).ok();
        self.bus.add(&later.bus).ok();
        self.compute.add(&later.compute).ok();
        self.cycles += later.cycles;
        self.missed += later.missed;
        self.first = self.first.or(later.first);
        self.last = later.last.or(self.last);
        for (mine, theirs) in self.motors.iter_mut().zip(&later.motors) {
            mine.answered += theirs.answered;
            mine.silent += theirs.silent;
            mine.corrupt += theirs.corrupt;
            mine.error_bits |= theirs.error_bits;
        }
    }

    /// The period errors in bars of a log scale: the upper end of each in microseconds, and how many lie in it.
    pub(crate) fn bars(&self) -> Vec<(f64, u64)> {
        let mut bars: Vec<(f64, u64)> = BARS_US.iter().map(|&end| (end, 0)).collect();
        for value in self.period_error.iter_recorded() {
            let us = value.value_iterated_to() as f64 / 1_000.0;
            let bar = BARS_US.partition_point(|&end| end < us);
            let last = bars.len() - 1;
            bars[bar.min(last)].1 += value.count_since_last_iteration();
        }
        bars
    }

    /// Period errors and times of observations.
    pub(crate) fn spreads(&self) -> (Spread, Spread) {
        (spread(&self.period_error), spread(&self.bus))
    }

    pub(crate) fn report(&self, about: &About) -> LoopReport {
        let seconds = match (self.first, self.last) {
            (Some(first), Some(last)) => last.since(first).as_secs_f64(),
            _ => 0.0,
        };
        LoopReport {
            version: VERSION,
            // Whoever asks for a report works for the request the loop runs for.
            request: stdx::request::current()
                .map_or_else(String::new, |request| request.to_string()),
            rate_hz: about.rate_hz,
            cycles: self.cycles,
            missed: self.missed,
            seconds,
            period_error_us: spread(&self.period_error),
            bus_us: spread(&self.bus),
            compute_us: spread(&self.compute),
            priority: about.priority.clone(),
            motors: about
                .motors
                .iter()
                .zip(&self.motors)
                .map(|(name, counts)| MotorReport {
                    arm: name.arm.clone(),
                    joint: name.joint.to_owned(),
                    id: name.id,
                    answered: counts.answered,
                    silent: counts.silent,
                    corrupt: counts.corrupt,
                    error_bits: counts.error_bits,
                })
                .collect(),
        }
    }
}

fn nanos(span: Duration) -> u64 {
    span.as_nanos().min(u128::from(LONGEST)) as u64
}

fn spread(spans: &Histogram<u32>) -> Spread {
    let at = |quantile| spans.value_at_quantile(quantile) as f64 / 1_000.0;
    if spans.is_empty() {
        return Spread::default();
    }
    Spread {
        count: spans.len(),
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        p999: at(0.999),
        max: spans.max() as f64 / 1_000.0,
    }
}

/// A motor's names in a report.
#[derive(Debug, Clone)]
pub(crate) struct MotorName {
    pub(crate) arm: String,
    pub(crate) joint: &'static str,
    pub(crate) id: u8,
}

/// What a report says beside the measures.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub(crate) rate_hz: f64,
    pub(crate) priority: String,
    pub(crate) motors: Vec<MotorName>,
}

/// The loop's end of the exchange of empty sets for full ones.
#[derive(Debug)]
pub(crate) struct MeasuresOut {
    empty: QueueReader<Box<Measures>>,
    full: QueueWriter<Box<Measures>>,
}

/// The reporter's end.
#[derive(Debug)]
pub(crate) struct MeasuresIn {
    empty: QueueWriter<Box<Measures>>,
    full: QueueReader<Box<Measures>>,
    asked: bool,
}

pub(crate) fn exchange() -> (MeasuresOut, MeasuresIn) {
    let (empty_in, empty_out) = queue(1);
    let (full_in, full_out) = queue(1);
    (
        MeasuresOut {
            empty: empty_out,
            full: full_in,
        },
        MeasuresIn {
            empty: empty_in,
            full: full_out,
            asked: false,
        },
    )
}

impl MeasuresOut {
    /// Whether somebody waits for the measures.
    pub(crate) fn asked(&self) -> bool {
        !self.empty.is_empty()
    }

    /// Hands `measures` over if somebody asked, and goes on with the empty set they gave.
    pub(crate) fn serve(&self, measures: &mut Box<Measures>) {
        if let Some(empty) = self.empty.pop() {
            let full = std::mem::replace(measures, empty);
            // The asker sends one empty set at a time, so the place for the full one is free.
            if let Err(full) = self.full.push(full) {
                *measures = full;
            }
        }
    }
}

impl MeasuresIn {
    /// Asks for the measures so far; a second question before the answer is the same question.
    pub(crate) fn ask(&mut self) {
        if !self.asked {
            self.asked = self.empty.push(Box::default()).is_ok();
        }
    }

    /// The answer, once it is there.
    pub(crate) fn take(&mut self) -> Option<Box<Measures>> {
        let full = self.full.pop()?;
        self.asked = false;
        Some(full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bars_of_a_histogram_hold_every_period_error_once() {
        let mut measures = Measures::default();
        for us in [1, 2, 3, 99, 101, 40_000, 90_000] {
            measures.goal(MonoTime(0), Some(Duration::from_micros(us)));
        }
        let bars = measures.bars();
        let filled: Vec<_> = bars.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(
            filled,
            [(2.0, 2), (5.0, 1), (100.0, 1), (200.0, 1), (50_000.0, 2)]
        );
    }

    #[test]
    fn measures_of_two_laps_add_up_to_those_of_the_whole() {
        let (loop_end, mut reporter) = exchange();
        let mut measures: Box<Measures> = Box::default();
        let mut total = Measures::default();
        let mut now = MonoTime(0);
        for lap in 0..2 {
            for cycle in 0..100u64 {
                now = now + Duration::from_millis(10);
                measures.cycle();
                measures.goal(now, (cycle > 0).then(|| Duration::from_micros(cycle)));
                measures.bus(Duration::from_micros(1_700));
            }
            measures.motors[3].silent += 2;
            reporter.ask();
            reporter.ask();
            loop_end.serve(&mut measures);
            let full = reporter.take().unwrap();
            assert_eq!(full.cycles, 100, "lap {lap}");
            assert_eq!(measures.cycles, 0);
            total.absorb(&full);
        }
        let report = total.report(&About::default());
        assert_eq!((report.cycles, report.missed), (200, 0));
        assert_eq!(report.period_error_us.count, 198);
        assert!((report.period_error_us.p50 - 50.0).abs() < 0.1);
        assert!((report.period_error_us.max - 99.0).abs() < 0.1);
        assert!((report.bus_us.p999 - 1_700.0).abs() < 2.0);
        assert!((report.seconds - 1.99).abs() < 1e-9);
    }
}
