//! Long work on a dataset, done by a worker: told of as it goes on, called off when its verb is told to stop, with the same
//! result wherever it runs.
//!
//! Not here: the work itself (`dataset`), work beside a verb without a worker (`crate::watched`).

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dataset::progress::{Cancelled, Progress, Reached};
use jobs::{Ctx, JobError, Refusal, Stop, StopReason};
use protocol::{ErrorCode, Failure};
use stdx::thread::Intent;

use super::{Workers, lock};
use crate::failure::failure;
use crate::process::{Cx, Verb};
use crate::watched::watched;

/// Time between two looks whether work that waits for a worker is still wanted.
const LOOK: Duration = Duration::from_millis(50);
/// What to do about a defect of ours.
const DEFECT: &str = "This is a defect of Tendon: please report it with the log.";

/// Has `work` of this kind done by a worker and `tell`s how far it is, at last once. A thread called `name` waits for it,
/// and does it itself where the pool cannot. Work that was called off before it began ends as `Cancelled` does.
///
/// # Errors
/// When there is no thread `to` do it, the pool refuses it or gives it up, or the work panics.
pub(crate) fn pooled<V: Verb, T: Send + 'static, E>(
    cx: &Cx<V>,
    workers: Arc<Workers>,
    kind: &'static str,
    (name, to): (&'static str, &str),
    tell: impl Fn(Reached) -> V::Event,
    work: impl FnOnce(&Progress) -> Result<T, E> + Send + 'static,
) -> Result<Result<T, E>, Failure>
where
    E: Error + From<Cancelled> + Send + Sync + 'static,
{
    let on_worker = move |progress: &Progress| workers.run(kind, progress, work);
    watched(cx, (name, Intent::Background), to, tell, on_worker)?
}

impl Workers {
    /// Has work done and waits for it; `progress` shows and cancels it.
    fn run<T: Send + 'static, E>(
        &self,
        kind: &'static str,
        progress: &Progress,
        work: impl FnOnce(&Progress) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, Failure>
    where
        E: Error + From<Cancelled> + Send + Sync + 'static,
    {
        let order = self
            .pool
            .order(kind)
            .map_err(|unknown| failure(ErrorCode::Internal, unknown, DEFECT))?;
        let (begun, kept) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
        let job = {
            let (progress, begun, kept) = (progress.clone(), Arc::clone(&begun), Arc::clone(&kept));
            move |ctx: &Ctx| {
                begun.store(true, Ordering::Release);
                let ended = work(&progress.through(gate(ctx)));
                // What the pool counts it as; whoever asked gets the whole of it.
                let counted = match &ended {
                    _ if progress.cancelled() => Err(Stop::Asked(StopReason::Cancelled)),
                    Ok(_) => Ok(()),
                    Err(error) => Err(Stop::from(Words(error.to_string()))),
                };
                *lock(&kept) = Some(ended);
                counted
            }
        };
        let mut ticket = self
            .pool
            .submit(order, job)
            .map_err(|refusal| refused(&refusal.into()))?;
        let answer = loop {
            ticket = match ticket.wait_for(LOOK) {
                Ok(answer) => break answer,
                Err(ticket) => ticket,
            };
            // Work that has begun tidies up and ends by itself; what waits need not begin.
            if progress.cancelled() && !begun.load(Ordering::Acquire) {
                ticket.cancel();
            }
        };
        match (lock(&kept).take(), answer) {
            (Some(ended), Ok(()) | Err(JobError::Failed(_) | JobError::Cancelled)) => Ok(ended),
            (_, Err(JobError::Cancelled)) => Ok(Err(E::from(Cancelled))),
            (_, Err(error)) => Err(refused(&error)),
            (None, Ok(())) => Err(failure(
                ErrorCode::Internal,
                format!("{kind} ended without a result"),
                DEFECT,
            )),
        }
    }
}

/// Between two steps of work: tells how far it is, lets more urgent work go first, and says whether to go on.
fn gate(ctx: &Ctx) -> impl Fn(Reached) -> bool + Send + Sync + 'static {
    let ctx = ctx.clone();
    move |reached| {
        ctx.progress(reached.done, reached.total);
        ctx.checkpoint().is_ok()
    }
}

/// What an error says, where the error itself goes elsewhere.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Words(String);

/// How a job ended without a result, with what to do about it.
pub fn refused(error: &JobError) -> Failure {
    let (code, remedy) = match error {
        JobError::Cancelled | JobError::Replaced { .. } => (ErrorCode::Stopped, ""),
        JobError::Ending | JobError::Refused(Refusal::Ending) => (
            ErrorCode::Stopped,
            "Nothing half-done was kept. Start it again when Tendon runs again.",
        ),
        JobError::Refused(Refusal::UnknownKind) | JobError::Panicked { .. } => {
            (ErrorCode::Internal, DEFECT)
        }
        JobError::Refused(Refusal::NoInline { .. }) => (
            ErrorCode::NotWhile,
            "Switch it on again in the settings of the workers, or let it run where it is asked for.",
        ),
        JobError::Refused(_) | JobError::Lost { .. } | JobError::NoWorker { .. } => {
            (ErrorCode::NotWhile, "Wait a moment, then try again.")
        }
        JobError::TimedOut { .. } | JobError::Stuck { .. } => (
            ErrorCode::NotWhile,
            "Check that the disk and the network answer, or allow it more time.",
        ),
        JobError::Hung { .. } => (
            ErrorCode::Internal,
            "Check that the disk and the network answer. If it happens again, report it with the log.",
        ),
        JobError::Failed(_) => (ErrorCode::Data, ""),
    };
    failure(code, error, remedy)
}
