//! What is said between a schedule and whoever drives it.

use std::sync::Arc;

use crate::error::{JobError, Refusal, StopReason, WhyInline};
use crate::event::Event;
use crate::kind::{KindId, Priority};

/// One job of a pool; later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// One worker of a pool, never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerId(pub u64);

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The kind of job.
    pub kind: KindId,
    /// How urgent it is; `None` for what its kind usually is.
    pub priority: Option<Priority>,
    /// What it does, for the figures: `blur`, `inference`.
    pub operation: &'static str,
    /// The control that asks; of one control only the newest order counts.
    pub control: Option<Arc<str>>,
    /// What is asked for, as a number (effect, settings, revision of the picture); of equal ones only the newest counts.
    pub key: Option<u64>,
    /// The request it belongs to.
    pub request: Option<Arc<str>>,
    /// Bytes it works on, if that is known: few are not worth being handed over.
    pub bytes: Option<u64>,
    /// Whether it is asked for inside another job.
    pub within: bool,
}

/// What becomes of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// It waits for a worker.
    Queued(JobId),
    /// Whoever asked runs it now, on the asking thread.
    Inline(JobId, WhyInline),
    /// It was not taken.
    Refused(Refusal),
}

/// What a worker does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Run this.
    Run(JobId),
    /// Wait until somebody wakes it.
    Wait,
    /// End.
    End,
}

/// How a job's function came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With a result.
    Done,
    /// With an error of its own.
    Failed(String),
    /// With a panic.
    Panicked(String),
    /// Because it was asked to stop.
    Stopped,
}

/// A job's signs of life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signs {
    /// A number that grows with every sign.
    pub beats: u64,
    /// Steps done, and of how many, if it says so.
    pub progress: Option<(u64, u64)>,
}

/// What follows from a change, to be carried out by who drives the schedule.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Answer this job, with this; it is the only answer that it gets.
    Answer(JobId, JobError),
    /// Ask the function of this running job to stop.
    Stop(JobId, StopReason),
    /// Start a thread for this worker and let it ask for work, or say that there is none.
    Start(WorkerId),
    /// Leave the thread of this worker alone.
    Abandon(WorkerId),
    /// Wake one worker that waits.
    WakeOne,
    /// Wake all workers that wait.
    WakeAll,
    /// Tell this.
    Tell(Event),
}
