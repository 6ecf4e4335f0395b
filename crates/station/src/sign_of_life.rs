//! Whether a verb's own thread still looks after what it drives, as the owner of its process sees it.
//!
//! The thread gives a sign of life whenever it asks whether it should stop or what it was told. When somebody wants the
//! end and none has come for [`threads::VERB_HANGS`], the owner lets the arm down past the thread and leaves it alone.
//! Not here: threads that can be started again (`stdx::watchdog`); a verb cannot, because its arm may be anywhere.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use protocol::{ErrorCode, Failure};
use stdx::{Clock as _, SystemClock};
use teleop::Controls;
use units::MonoTime;

use crate::failure::failure;
use crate::threads;

/// Signs of life of one verb's thread.
#[derive(Debug, Default)]
pub(crate) struct SignOfLife {
    /// Of the thread, in nanoseconds; 0 before the first.
    given: AtomicU64,
    /// When the owner let the arm down; 0 while it did not.
    let_go: AtomicU64,
    given_up: AtomicBool,
}

impl SignOfLife {
    /// A sign of life.
    pub(crate) fn give(&self) {
        self.given
            .store(SystemClock.now().as_nanos(), Ordering::Release);
    }

    /// Looks once, for an owner who wants the end. Returns whether the thread is given up.
    pub(crate) fn look(&self, verb: &str, controls: &Controls) -> bool {
        if self.given_up() {
            return true;
        }
        let now = SystemClock.now();
        let given = self.given.load(Ordering::Acquire);
        let let_go = self.let_go.load(Ordering::Acquire);
        let silent = given > 0 && now.since(MonoTime(given)) >= threads::VERB_HANGS;
        // Without a loop there is no arm to let down; such a thread ends or is waited for.
        let drives = controls.heartbeat().as_nanos() > 0 && !controls.ended();
        if let_go == 0 {
            if silent && drives {
                tracing::error!(verb, "no sign of life; its arm is let down without it");
                controls.stop();
                self.let_go.store(now.as_nanos(), Ordering::Release);
            }
            return false;
        }
        if !silent {
            self.let_go.store(0, Ordering::Release);
            return false;
        }
        if controls.ended() || now.since(MonoTime(let_go)) >= threads::LET_DOWN_WITHIN {
            self.given_up.store(true, Ordering::Release);
        }
        self.given_up()
    }

    /// Whether the thread was given up.
    pub(crate) fn given_up(&self) -> bool {
        self.given_up.load(Ordering::Acquire)
    }

    /// What is told then.
    pub(crate) fn failure(verb: &str, controls: &Controls) -> Failure {
        let remedy = if controls.ended() {
            "The arm was let down. Please report this with the log."
        } else {
            "Hold the arm and pull its power plug: torque may still be on. Please report this with the log."
        };
        let silent: Duration = threads::VERB_HANGS;
        failure(
            ErrorCode::Internal,
            format!(
                "thread {verb} has given no sign of life for {} s; given up",
                silent.as_secs()
            ),
            remedy,
        )
    }
}
