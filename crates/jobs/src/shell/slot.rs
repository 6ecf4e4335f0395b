//! Where one answer waits for whoever asked.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use units::MonoTime;

use super::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use crate::Generation;
use crate::error::JobError;
use crate::schedule::JobId;

use super::hub::Hub;
use super::life::Life;

type Callback<T> = Box<dyn FnOnce(Result<T, JobError>) + Send>;

enum State<T> {
    Open,
    Wanted(Callback<T>),
    Answered(Result<T, JobError>),
    Taken,
}

/// One answer. Only its first one counts; the schedule gives no second.
pub(crate) struct Slot<T> {
    state: Mutex<State<T>>,
    bell: Condvar,
}

/// Whoever can be told that there is no result.
pub(crate) trait Reply: Send + Sync {
    fn fail(&self, error: JobError);
}

impl<T> Slot<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State::Open),
            bell: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn answer(&self, answer: Result<T, JobError>) {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Taken) {
            State::Open => {
                *state = State::Answered(answer);
                self.bell.notify_all();
            }
            State::Wanted(callback) => {
                // Whoever is called may ask for more work, or take long: not under the lock.
                drop(state);
                callback(answer);
            }
            already @ (State::Answered(_) | State::Taken) => *state = already,
        }
    }

    fn take(state: &mut State<T>) -> Option<Result<T, JobError>> {
        match std::mem::replace(state, State::Taken) {
            State::Answered(answer) => Some(answer),
            other => {
                *state = other;
                None
            }
        }
    }
}

impl<T: Send> Reply for Slot<T> {
    fn fail(&self, error: JobError) {
        self.answer(Err(error));
    }
}

/// A job's name for those who may call it off, look at its progress or compare it with others.
#[derive(Clone)]
pub struct Handle {
    pub(crate) hub: Weak<Hub>,
    pub(crate) id: JobId,
    pub(crate) life: Arc<Life>,
    pub(crate) request: Option<Arc<str>>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.id).finish()
    }
}

impl Handle {
    /// Which job.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Which order it is: a greater one is newer.
    pub fn generation(&self) -> Generation {
        Generation(self.id.0)
    }

    /// The request it belongs to, as in the log, in events and in telemetry: for whoever tells of its failure.
    pub fn request(&self) -> Option<&Arc<str>> {
        self.request.as_ref()
    }

    /// How far the job says that it has come: steps, of how many.
    pub fn progress(&self) -> Option<(u64, u64)> {
        self.life.said()
    }

    /// Calls the job off: it is answered at once, and its function is asked to stop. Whether it was still to be answered.
    pub fn cancel(&self) -> bool {
        self.hub.upgrade().is_some_and(|hub| hub.cancel(self.id))
    }
}

/// The right to one job's answer. Dropping it lets the job go on; nobody hears of its result then.
#[must_use = "the answer is lost with its ticket; the job goes on"]
pub struct Ticket<T> {
    pub(crate) slot: Arc<Slot<T>>,
    pub(crate) handle: Handle,
}

impl<T> fmt::Debug for Ticket<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ticket").field(&self.handle.id).finish()
    }
}

impl<T: Send + 'static> Ticket<T> {
    /// The job's name, to call it off or to look at its progress.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Which order it is: a greater one is newer.
    pub fn generation(&self) -> Generation {
        self.handle.generation()
    }

    /// Calls the job off. Whether it was still to be answered.
    pub fn cancel(&self) -> bool {
        self.handle.cancel()
    }

    /// Waits for the answer. Every job that was accepted is answered, also when the pool ends. Inside a job only for what
    /// was asked for there: a worker that waits for what another worker is to do may wait for itself.
    ///
    /// # Errors
    /// How the job ended without a result.
    pub fn wait(self) -> Result<T, JobError> {
        let mut state = self.slot.lock();
        loop {
            match Slot::take(&mut state) {
                Some(answer) => return answer,
                None => {
                    state = self
                        .slot
                        .bell
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Waits for the answer, but no longer than `patience` of the machine's own time; gives the ticket back then.
    ///
    /// # Errors
    /// The ticket, when there is no answer yet.
    pub fn wait_for(self, patience: Duration) -> Result<Result<T, JobError>, Self> {
        use stdx::clock::{Clock, SystemClock};
        let until: MonoTime = SystemClock.now() + patience;
        let mut state = self.slot.lock();
        loop {
            if let Some(answer) = Slot::take(&mut state) {
                return Ok(answer);
            }
            let left = until.since(SystemClock.now());
            if left.is_zero() {
                drop(state);
                return Err(self);
            }
            state = match self.slot.bell.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// The answer, if it is there.
    ///
    /// # Errors
    /// The ticket, when there is no answer yet.
    pub fn try_take(self) -> Result<Result<T, JobError>, Self> {
        let answer = Slot::take(&mut self.slot.lock());
        answer.ok_or(self)
    }

    /// Has the answer given to a function: at once when it is there, otherwise on the thread that answers, which must
    /// not be kept long.
    pub fn then(self, callback: impl FnOnce(Result<T, JobError>) + Send + 'static) {
        let mut state = self.slot.lock();
        match Slot::take(&mut state) {
            Some(answer) => {
                drop(state);
                callback(answer);
            }
            None => *state = State::Wanted(Box::new(callback)),
        }
    }
}
