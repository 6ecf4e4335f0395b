//! What the shell needs of threads, in one place, so that a model checker can put its own in (`tests/model.rs`).

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
pub(crate) use std::thread::ThreadId;
pub(crate) use std::thread_local;

use std::io;
use std::time::Duration;

use stdx::clock::{Clock, SystemClock};
use stdx::thread::{Intent, Joined};

/// A thread of the pool.
#[derive(Debug)]
pub(crate) struct Thread(Joined<()>);

/// Starts a thread that steps behind everything which must not be late.
pub(crate) fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> io::Result<Thread> {
    stdx::failpoint::error("jobs:thread")?;
    stdx::thread::spawn(name, Intent::Background, body).map(Thread)
}

impl Thread {
    pub(crate) fn finished(&self) -> bool {
        self.0.finished()
    }

    /// Lets it go without waiting for it; counted as hanging when it still runs.
    pub(crate) fn leave(self) {
        if !self.0.finished() {
            self.0.abandon();
        }
    }

    /// Lets it run to its end by itself.
    pub(crate) fn detach(self) {
        self.0.detach();
    }

    /// Waits for its end, but no longer than `patience`; whether it has ended.
    pub(crate) fn join_within(self, patience: Duration) -> bool {
        let until = SystemClock.now() + patience;
        while !self.0.finished() && SystemClock.now() < until {
            SystemClock.sleep(Duration::from_millis(1));
        }
        let ended = self.0.finished();
        self.leave();
        ended
    }
}

/// The calling thread.
pub(crate) fn this_thread() -> ThreadId {
    std::thread::current().id()
}
