//! What a job is handed: its yield points, its progress, and whether it should stop.

use std::fmt;
use std::sync::Arc;

use super::sync::{Ordering, ThreadId, this_thread};
use crate::Generation;
use crate::buffers::Buffers;
use crate::cores::Cores;
use crate::error::{Stop, StopReason};
use crate::event::About;
use crate::kind::Priority;
use crate::schedule::{JobId, WorkerId};

use super::hub::Hub;
use super::life::Life;

/// A job's own view of the pool. It may be shared with other threads that help the job, and copied for parts that live no
/// longer than the job.
#[derive(Clone)]
pub struct Ctx {
    pub(super) hub: Arc<Hub>,
    pub(super) id: JobId,
    pub(super) about: About,
    pub(super) priority: Priority,
    pub(super) spreads: bool,
    pub(super) life: Arc<Life>,
    /// The worker it runs on and that worker's thread; none for one that runs where it was asked for.
    pub(super) home: Option<(WorkerId, ThreadId)>,
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx")
            .field("id", &self.id)
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

impl Ctx {
    /// To be called between stages and tiles, every few milliseconds: a sign of life, and the place where a more urgent
    /// job may run first, on this very thread. So no lock may be held here. From a thread that helps the job it is a
    /// sign of life and a look at the wish to stop. Costs some nanoseconds when nothing is the matter.
    ///
    /// # Errors
    /// [`Stop::Asked`] when nobody wants the result any more; to be handed on with `?`.
    pub fn checkpoint(&self) -> Result<(), Stop> {
        self.life.beat();
        self.heed()?;
        match self.home {
            Some((worker, thread)) => {
                let urgent = self.hub.urgent.load(Ordering::Relaxed);
                if urgent > self.priority.rank() + 1 && this_thread() == thread {
                    self.hub.yield_to_urgent(worker, self.id);
                    self.heed()?;
                }
            }
            // Nobody may be watching where there is no worker.
            None => {
                self.hub.look_at_one(self.id, &self.life);
                self.heed()?;
            }
        }
        Ok(())
    }

    fn heed(&self) -> Result<(), Stop> {
        match self.stop_asked() {
            Some(reason) => Err(Stop::Asked(reason)),
            None => Ok(()),
        }
    }

    /// A sign of life alone, for places where nothing may run in between.
    pub fn beat(&self) {
        self.life.beat();
    }

    /// So many steps of so many are done; 0 for a number that nobody knows. Also a sign of life.
    pub fn progress(&self, done: u64, of: u64) {
        self.life.progress(done, of);
    }

    /// Why the job should stop, if it should.
    pub fn stop_asked(&self) -> Option<StopReason> {
        self.life.stopped()
    }

    /// The wish to stop, to be handed to others.
    pub fn token(&self) -> Token {
        Token(Arc::clone(&self.life))
    }

    /// Which order this is: a greater one is newer.
    pub fn generation(&self) -> Generation {
        self.about.generation
    }

    /// The request it belongs to.
    pub fn request(&self) -> Option<&Arc<str>> {
        self.about.request.as_ref()
    }

    /// The control that asked for it.
    pub fn control(&self) -> Option<&Arc<str>> {
        self.about.control.as_ref()
    }

    /// How urgent it is.
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// Whether it runs on the thread that asked for it.
    pub fn inline(&self) -> bool {
        self.home.is_none()
    }

    /// The cores that it may spread over; none where its kind may not, or where the system gave no threads for them.
    pub fn cores(&self) -> Option<&Cores> {
        self.hub.cores.allowed(self.spreads)
    }

    /// The pool's shared buffers.
    pub fn buffers(&self) -> &Buffers {
        &self.hub.buffers
    }
}

/// The wish that a job stop.
#[derive(Debug, Clone)]
pub struct Token(Arc<Life>);

impl Token {
    /// Why the job should stop, if it should.
    pub fn stop_asked(&self) -> Option<StopReason> {
        self.0.stopped()
    }
}
