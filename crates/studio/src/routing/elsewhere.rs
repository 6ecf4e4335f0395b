//! Waiting for another machine inside a job, without keeping the worker from urgent work.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use jobs::{Ctx, Stop};
use stdx::thread::{Intent, spawn};

use crate::net::{Cancel, NetError};
use crate::server::ServerError;

/// So often the job looks whether it should stop, or let something urgent go first.
const LOOK: Duration = Duration::from_millis(10);

/// Runs `ask` on a thread of its own and waits for it at the job's checkpoints: while a server thinks, the worker does
/// what is more urgent. When the job is to stop, the connection is ended.
///
/// # Errors
/// When the job is to stop. What `ask` gives is handed through.
pub(super) fn elsewhere<T: Send + 'static>(
    ctx: &Ctx,
    ask: impl FnOnce(&Cancel) -> Result<T, ServerError> + Send + 'static,
) -> Result<Result<T, ServerError>, Stop> {
    let cancel = Cancel::new();
    let (tell, answer) = sync_channel(1);
    let theirs = cancel.clone();
    let body = move || {
        // Nobody may be listening any more.
        tell.send(ask(&theirs)).ok();
    };
    let thread = spawn("studio-server", Intent::Background, body)?;
    loop {
        match answer.recv_timeout(LOOK) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(stop) = ctx.checkpoint() {
                    cancel.cancel();
                    // It ends by itself: at once where it waits for bytes, within its time-out where it looks up a name.
                    thread.detach();
                    return Err(stop);
                }
            }
            // The thread panicked; nothing of it is left to wait for.
            Err(RecvTimeoutError::Disconnected) => {
                return Ok(Err(NetError::Unreachable {
                    address: "the server".to_owned(),
                    what: "asking it failed in this program".to_owned(),
                }
                .into()));
            }
        }
    }
}
