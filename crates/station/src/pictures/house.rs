//! The thread that keeps house: networks that nobody uses leave memory, a server is asked whether it is there.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use stdx::thread::{Intent, Joined, spawn};
use studio::routing::Remover;

/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(1);

/// Keeps house until it is dropped.
#[derive(Debug)]
pub(super) struct House {
    end: Option<Sender<()>>,
    thread: Option<Joined<()>>,
}

impl House {
    pub(super) fn keep(remover: Remover) -> io::Result<Self> {
        let (end, ended) = channel();
        let round = move || {
            loop {
                // The answer goes into the remover; nobody waits for the ticket.
                if let Err(error) = remover.tick() {
                    tracing::warn!("the server is not asked: {error}");
                }
                match ended.recv_timeout(EVERY) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        Ok(Self {
            end: Some(end),
            thread: Some(spawn("pictures", Intent::Background, round)?),
        })
    }
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.end.take());
        // Waits for its end, which comes at once.
        drop(self.thread.take());
    }
}
