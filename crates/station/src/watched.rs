//! Long work on a dataset beside a verb's own thread: told of as it goes on, and called off when the verb is told to stop.
//!
//! Not here: the work itself (`dataset`).

use std::time::Duration;

use dataset::progress::{Progress, Reached};
use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, spawn};

use crate::failure::failure;
use crate::process::{Cx, Verb};

/// Least time between two progress events (invariant 9: state events at most 20 a second).
const TELL: Duration = Duration::from_millis(100);

/// Does `work` on a thread called `name` and `tell`s how far it is, at last once. What it gives is the work's own outcome.
///
/// # Errors
/// When there is no thread `to` do it, or the work panics.
pub(crate) fn watched<V: Verb, T: Send + 'static>(
    cx: &Cx<V>,
    (name, intent): (&'static str, Intent),
    to: &str,
    tell: impl Fn(Reached) -> V::Event,
    work: impl FnOnce(&Progress) -> T + Send + 'static,
) -> Result<T, Failure> {
    let progress = Progress::new();
    let at = progress.clone();
    let work = spawn(name, intent, move || work(&progress)).map_err(|error| {
        failure(
            ErrorCode::Internal,
            format!("no thread to {to}: {error}"),
            "Close other programs and try again.",
        )
    })?;
    loop {
        if cx.stopping() {
            at.cancel();
        }
        cx.emit(tell(at.reached()));
        if work.finished() {
            break;
        }
        cx.clock.sleep(TELL);
    }
    work.join().map_err(|panicked| {
        failure(
            ErrorCode::Internal,
            panicked,
            "This is a defect of Tendon: please report it with the log.",
        )
    })
}
