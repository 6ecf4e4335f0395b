//! What the bus counts: per motor and for the line. A number on screen comes from here, not from a guess.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::motor::{ErrorBits, MotorId};

/// What was counted for one motor.
#[derive(Debug, Clone)]
pub struct MotorCounters {
    /// The motor.
    pub id: MotorId,
    /// Requests and what became of them.
    pub counts: Counts,
    /// The error bits of its last answer.
    pub last_error: ErrorBits,
    /// Time from sending the request to having the answer, in microseconds, two significant digits.
    /// In a group read it includes the answers of the motors before, and what other buses took before this
    /// one was listened to.
    pub latency: Histogram<u64>,
}

/// Requests to one motor and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that wanted an answer, retries included.
    pub asked: u64,
    /// Answers that were taken.
    pub answered: u64,
    /// Requests without any answer in time.
    pub silent: u64,
    /// Requests whose answer was damaged.
    pub corrupt: u64,
    /// Answers to former requests, or second answers: thrown away.
    pub late: u64,
    /// Answers that carried error bits.
    pub faults: u64,
    /// Requests that were sent again.
    pub retries: u64,
}

/// What was counted for the line as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// Bytes that belonged to no answer.
    pub noise_bytes: u64,
    /// Answers of motors that were not asked.
    pub foreign: u64,
    /// Passing failures of the line during group reads.
    pub failures: u64,
}

/// Counters by motor, found without a search.
#[derive(Debug)]
pub(super) struct Meters {
    pub(super) line: LineCounts,
    motors: Vec<MotorCounters>,
    /// Index into `motors` plus one, by id; 0 for a motor never asked.
    slots: [u16; 256],
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            line: LineCounts::default(),
            motors: Vec::new(),
            slots: [0; 256],
        }
    }
}

impl Meters {
    pub(super) fn motors(&self) -> &[MotorCounters] {
        &self.motors
    }

    /// The counters of a motor; the first mention of a motor allocates them.
    pub(super) fn of(&mut self, id: MotorId) -> &mut MotorCounters {
        let slot = &mut self.slots[usize::from(id.0)];
        if *slot == 0 {
            self.motors.push(MotorCounters {
                id,
                counts: Counts::default(),
                last_error: ErrorBits::default(),
                latency: new_histogram(),
            });
            *slot = self.motors.len() as u16;
        }
        &mut self.motors[usize::from(*slot) - 1]
    }

    pub(super) fn answered(&mut self, id: MotorId, error: ErrorBits, latency: Duration) {
        let motor = self.of(id);
        motor.counts.answered += 1;
        motor.counts.faults += u64::from(!error.healthy());
        motor.last_error = error;
        motor
            .latency
            .saturating_record(latency.as_micros().min(u128::from(u64::MAX)) as u64);
    }

    pub(super) fn reset(&mut self) {
        self.line = LineCounts::default();
        for motor in &mut self.motors {
            motor.counts = Counts::default();
            motor.latency.reset();
        }
    }
}

/// 1 microsecond to 1 second: beyond that the value stands at the end, which is as telling.
fn new_histogram() -> Histogram<u64> {
    match Histogram::new_with_bounds(1, 1_000_000, 2) {
        Ok(histogram) => histogram,
        Err(error) => unreachable!("constant bounds are valid: {error}"),
    }
}
