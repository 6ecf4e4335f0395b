//! How a job can end without a result, and why one is not taken at all.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Generation, Product};

/// Why a job is not taken. Nothing was begun, and what it would have replaced goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// As many wait as may.
    #[error(
        "{waiting} jobs wait already, and no more than {limit} may (setting `workers.queue`): wait until some are done, then ask again"
    )]
    QueueFull {
        /// Jobs that wait.
        waiting: usize,
        /// Jobs that may.
        limit: usize,
    },
    /// The pool cannot take it, and it may not run on the asking thread.
    #[error(
        "{product} cannot run in the pool ({why}), and its setting `workers.{product}.inline` does not let it run where it was asked for"
    )]
    NoInline {
        /// Whose work it is.
        product: Product,
        /// Why the pool cannot take it.
        why: WhyInline,
    },
    /// It would have to run on the asking thread, and work of its kind is held back.
    #[error("{kind} is held back because {why}: it can be asked for again when that is over")]
    Suspended {
        /// The kind.
        kind: &'static str,
        /// What there is too little of.
        why: Pressure,
    },
    /// The pool ends.
    #[error("the program is ending and takes no more work")]
    Ending,
    /// A kind of another pool.
    #[error("the order names a kind of job that this pool does not know")]
    UnknownKind,
}

/// Why a job runs on the thread that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhyInline {
    /// Its product is switched off.
    SwitchedOff,
    /// The system gave no thread.
    NoThread,
    /// Too many threads of its product hang.
    Leaked,
    /// It works on so little that handing it over would cost more.
    Small,
    /// It was asked for inside another job, which would otherwise occupy a worker only to wait.
    WithinJob,
}

impl WhyInline {
    pub(crate) const ALL: [WhyInline; 5] = [
        WhyInline::SwitchedOff,
        WhyInline::NoThread,
        WhyInline::Leaked,
        WhyInline::Small,
        WhyInline::WithinJob,
    ];
}

impl fmt::Display for WhyInline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WhyInline::SwitchedOff => "it is switched off",
            WhyInline::NoThread => "the system gave no thread",
            WhyInline::Leaked => "too many of its threads hang",
            WhyInline::Small => "it is too small to be handed over",
            WhyInline::WithinJob => "it was asked for inside another job",
        })
    }
}

/// What there is too little of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// Nothing.
    #[default]
    None,
    /// Shared buffers take more than their ceiling.
    Buffers,
    /// The machine's memory.
    System,
}

impl fmt::Display for Pressure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Pressure::None => "memory was short a moment ago",
            Pressure::Buffers => {
                "pictures take more memory than the setting `workers.memory_bytes` allows"
            }
            Pressure::System => "the machine's memory runs short",
        })
    }
}

/// How a job ended without a result.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JobError {
    /// It was not taken.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Its own failure.
    #[error("{0}")]
    Failed(Arc<dyn Error + Send + Sync>),
    /// It panicked.
    #[error("{kind} ended in a panic: {message}")]
    Panicked {
        /// The kind.
        kind: &'static str,
        /// What the panic said.
        message: String,
    },
    /// A newer one took its place.
    #[error("a newer order took its place")]
    Replaced {
        /// The newer one.
        by: Generation,
    },
    /// Somebody called it off.
    #[error("it was called off")]
    Cancelled,
    /// It ran for longer than its kind may.
    #[error("{kind} took longer than the {limit:?} that it may take (setting `workers.limits.{kind}`), and was stopped after {ran:?}{}", far(*progress))]
    TimedOut {
        /// The kind.
        kind: &'static str,
        /// How long it may.
        limit: Duration,
        /// How long it ran, without the time that it gave to others.
        ran: Duration,
        /// How far it had come, if it said so: steps, of how many.
        progress: Option<(u64, u64)>,
    },
    /// It made no progress for longer than its kind may.
    #[error("{kind} has come no further for {limit:?} (setting `workers.limits.{kind}`), and was stopped after {ran:?}{}", far(*progress))]
    Stuck {
        /// The kind.
        kind: &'static str,
        /// How long it may.
        limit: Duration,
        /// How long it ran, without the time that it gave to others.
        ran: Duration,
        /// How far it had come, if it said so: steps, of how many.
        progress: Option<(u64, u64)>,
    },
    /// Its thread gave no sign of life and was left alone.
    #[error("{kind} has given no sign of life for {silent:?}, and its thread was left alone")]
    Hung {
        /// The kind.
        kind: &'static str,
        /// For how long.
        silent: Duration,
    },
    /// It had let a more urgent job go first on its thread, and that one hangs.
    #[error("{kind} waited for {by} on the same thread, which hangs: ask again")]
    Lost {
        /// The kind.
        kind: &'static str,
        /// The kind of the one that hangs.
        by: &'static str,
    },
    /// Nobody is there to do it.
    #[error(
        "the pool cannot do {product} any more ({why}): asked for again, it runs where it is asked for"
    )]
    NoWorker {
        /// Whose work it is.
        product: Product,
        /// Why.
        why: WhyInline,
    },
    /// The pool ended before it was done.
    #[error("the program is ending")]
    Ending,
}

fn far(progress: Option<(u64, u64)>) -> String {
    match progress {
        Some((done, of)) if of > 0 => format!(", at {done} of {of}"),
        Some((done, _)) => format!(", at step {done}"),
        None => String::new(),
    }
}

/// Why a job should stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// A newer one took its place.
    Replaced,
    /// Somebody called it off.
    Cancelled,
    /// Its time is over.
    TimedOut,
    /// The pool ends.
    Ending,
}

/// What a job returns that did not come to its end: it was asked to stop, or it failed.
///
/// Every error becomes one with `?`, and so does what [`Ctx::checkpoint`](crate::Ctx::checkpoint) returns. It is no error
/// itself, which is what makes that possible.
#[derive(Debug)]
pub enum Stop {
    /// It was asked to, and nobody waits for its answer any more.
    Asked(StopReason),
    /// Its own failure.
    Failed(Arc<dyn Error + Send + Sync>),
}

impl<E: Error + Send + Sync + 'static> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Failed(Arc::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_where_and_what_to_do() {
        let timed_out = JobError::TimedOut {
            kind: "render",
            limit: Duration::from_secs(10),
            ran: Duration::from_millis(10_250),
            progress: Some((3, 8)),
        };
        assert_eq!(
            timed_out.to_string(),
            "render took longer than the 10s that it may take (setting `workers.limits.render`), and was stopped after 10.25s, at 3 of 8"
        );
        assert_eq!(
            Refusal::QueueFull {
                waiting: 9,
                limit: 9
            }
            .to_string(),
            "9 jobs wait already, and no more than 9 may (setting `workers.queue`): wait until some are done, then ask again"
        );
        let no_inline = Refusal::NoInline {
            product: Product::Batch,
            why: WhyInline::SwitchedOff,
        };
        assert_eq!(
            no_inline.to_string(),
            "batch cannot run in the pool (it is switched off), and its setting `workers.batch.inline` does not let it run where it was asked for"
        );
    }
}
