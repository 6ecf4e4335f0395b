//! How a loop is to run, and where it puts what it sees.

use std::io;
use std::ops::RangeInclusive;

use arms::Step;
use stdx::{LatestWriter, QueueWriter};
use units::Hz;

use crate::rig::RigError;
use crate::status::Status;

/// Rates a control loop may have, in Hz. At 250 Hz a cycle of one arm fills its line.
pub const RATES: RangeInclusive<f64> = 1.0..=250.0;

/// How a loop is to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoopConfig {
    /// Cycles a second.
    pub rate: Hz,
    /// Cycles follow each other without a pause; for measuring what the line can carry, never for an arm.
    /// Status polls are left out.
    pub uncapped: bool,
    /// The loop ends, releasing gently, when its teleoperator has come to its end (a replay, a script).
    pub end_when_finished: bool,
    /// The loop begins by holding its arms where they are, with torque, and drives once somebody says so; otherwise it drives
    /// at once.
    pub start_holding: bool,
    /// The loop's thread asks for a real-time class. Off where time is not real: a loop on a fake clock never
    /// waits, and a real-time thread that never waits takes the machine away from everybody else.
    pub raise_priority: bool,
}

impl LoopConfig {
    /// A loop at `rate` cycles a second.
    pub fn new(rate: Hz) -> Self {
        Self {
            rate,
            uncapped: false,
            end_when_finished: false,
            start_holding: false,
            raise_priority: true,
        }
    }

    pub(crate) fn check(&self) -> Result<(), StartError> {
        if RATES.contains(&self.rate.get()) {
            Ok(())
        } else {
            Err(StartError::Rate(self.rate))
        }
    }
}

/// Where a loop puts what it sees. Neither end ever keeps it waiting.
#[derive(Debug)]
pub struct Outputs {
    /// Every step, for a recorder; a full queue loses steps and counts them.
    pub steps: Option<QueueWriter<Step>>,
    /// The newest status, for people.
    pub status: LatestWriter<Status>,
}

/// Why a loop did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Too slow or too fast.
    #[error("a control loop runs at 1 to 250 Hz, not at {0}")]
    Rate(Hz),
    /// The arms do not go together.
    #[error(transparent)]
    Rig(#[from] RigError),
    /// The system has no room for another thread.
    #[error("the control thread could not be started: {0}")]
    Thread(#[source] io::Error),
}

impl StartError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Rate(_) => "Choose a rate from 1 to 250 Hz.",
            Self::Rig(error) => error.remedy(),
            Self::Thread(_) => "End other programs, then try again.",
        }
    }
}
