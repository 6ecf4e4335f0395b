//! A batch while it runs: a handle that is started, stopped, asked and waited for, and that tells what happens.
//!
//! One thread of its own takes item after item from the queue, hands each to the worker pool, and writes down what became
//! of it. It never has more pictures under way than the memory ceiling allows.

mod around;
mod event;
mod job;
mod memory;
mod pump;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use imaging::Limits;
use jobs::{Handle, Kind, Pool, Product};
use serde::Serialize;
use stdx::thread::{Intent, Joined};
use stdx::{Clock, SystemClock};

use crate::error::BatchError;
use crate::queue::{Counts, ItemId, Queue};
use crate::render::{Local, Render};
use crate::watch::Watch;

pub(crate) use event::failed;
pub use event::{Event, Outcome, Progress, Underway};
pub use memory::{MEMORY, needed};

/// Events that may wait for the reader. Beyond them events are counted, never waited for.
const EVENTS: usize = 1024;

/// One picture of a batch. The pool of whoever runs batches must know it.
pub const PICTURE: Kind = Kind::new("batch-picture", Product::Batch);

/// What a batch runs with.
#[derive(Clone)]
pub struct Setup {
    pub(crate) pool: Arc<Pool>,
    pub(crate) render: Arc<dyn Render>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) memory: u64,
    pub(crate) at_once: usize,
    pub(crate) limits: Limits,
    pub(crate) watch: Option<Watch>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("memory", &self.memory)
            .field("at_once", &self.at_once)
            .field("watch", &self.watch)
            .finish_non_exhaustive()
    }
}

impl Setup {
    /// On this pool, which knows [`PICTURE`], with what is usual for the rest.
    pub fn new(pool: Arc<Pool>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            pool,
            render: Arc::new(Local::default()),
            clock: SystemClock::shared(),
            memory: MEMORY,
            // One more than there are workers, so that none of them waits for the queue's disk.
            at_once: jobs::usual_workers(cores) + 1,
            limits: Limits::USUAL,
            watch: None,
        }
    }

    /// With somebody else who works on the pictures.
    #[must_use]
    pub fn render(mut self, render: Arc<dyn Render>) -> Self {
        self.render = render;
        self
    }

    /// By this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// With this ceiling for all pictures that are under way together, in bytes. One that is larger runs alone.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// With at most so many pictures under way, at least one.
    #[must_use]
    pub fn at_once(mut self, pictures: usize) -> Self {
        self.at_once = pictures.max(1);
        self
    }

    /// With other limits for pictures that are opened.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes what comes into the task's folders too, until it is stopped.
    #[must_use]
    pub fn watch(mut self, watch: Watch) -> Self {
        self.watch = Some(watch);
        self
    }
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum State {
    /// Set up, not started.
    Ready,
    /// At work, or waiting for files.
    Running,
    /// Nothing new is begun; what was under way is finished.
    Paused,
    /// Told to stop, putting things in order.
    Stopping,
    /// Ended, well or not; the result says which.
    Ended,
}

/// What the handle and the batch's thread share.
#[derive(Default)]
pub(crate) struct Shared {
    state: AtomicU8,
    stop: AtomicBool,
    pause: AtomicBool,
    lost: AtomicU64,
    memory: Arc<AtomicU64>,
    board: Mutex<Board>,
}

#[derive(Default)]
pub(crate) struct Board {
    pub(crate) counts: Counts,
    pub(crate) running: Vec<(ItemId, PathBuf, Option<Handle>)>,
}

impl Shared {
    pub(crate) fn stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    pub(crate) fn pausing(&self) -> bool {
        self.pause.load(Ordering::Acquire)
    }

    pub(crate) fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a state, unless a later one was entered.
    pub(crate) fn enter(&self, state: State) {
        let _before = self
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
                (now < State::Stopping as u8).then_some(state as u8)
            });
    }
}

/// Tells the reader of the handle, or counts the event when the reader does not read.
pub(crate) struct Teller {
    shared: Arc<Shared>,
    events: SyncSender<Event>,
}

impl Teller {
    pub(crate) fn tell(&self, event: Event) {
        if self.events.try_send(event).is_err() {
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Handle on one batch. Dropping it stops the batch and waits for its orderly end.
pub struct Batch {
    parts: Option<(Queue, Setup, Teller)>,
    shared: Arc<Shared>,
    events: Receiver<Event>,
    thread: Option<Joined<Result<Outcome, BatchError>>>,
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl Batch {
    /// A batch that is ready to be started or resumed: which of the two, its queue knows.
    pub fn new(queue: Queue, setup: Setup) -> Self {
        let shared = Arc::new(Shared::default());
        let (writer, events) = sync_channel(EVENTS);
        let teller = Teller {
            shared: Arc::clone(&shared),
            events: writer,
        };
        shared.board().counts = queue.counts().unwrap_or_default();
        Self {
            parts: Some((queue, setup, teller)),
            shared,
            events,
            thread: None,
        }
    }

    /// Begins the work on a thread of its own.
    ///
    /// # Errors
    /// When it was started before, or the system gives no thread.
    pub fn start(&mut self) -> Result<(), BatchError> {
        let Some((queue, setup, teller)) = self.parts.take() else {
            return Err(BatchError::NotWhile {
                what: "was started before",
            });
        };
        self.shared
            .state
            .store(State::Running as u8, Ordering::Release);
        let shared = Arc::clone(&self.shared);
        let thread = stdx::thread::spawn("batch", Intent::Background, move || {
            let ended = EndedOnDrop(Arc::clone(&shared));
            let result = pump::run(queue, setup, &shared, &teller);
            drop(ended);
            match &result {
                Ok(outcome) => {
                    let Counts { done, failed, .. } = outcome.report.counts;
                    tracing::info!(done, failed, finished = outcome.finished, "a batch ended");
                }
                Err(error) => tracing::error!("a batch ended: {error}"),
            }
            result
        });
        self.thread = Some(thread.map_err(|error| {
            self.shared
                .state
                .store(State::Ended as u8, Ordering::Release);
            BatchError::Thread {
                what: error.to_string(),
            }
        })?);
        Ok(())
    }

    /// Asks for an end: what is under way is called off and waits again, so that the batch can be resumed.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Release);
        let _now_stopping =
            self.shared
                .state
                .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
                    (now == State::Running as u8 || now == State::Paused as u8)
                        .then_some(State::Stopping as u8)
                });
    }

    /// Begins nothing new from now on; what is under way is finished.
    pub fn pause(&self) {
        self.shared.pause.store(true, Ordering::Release);
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.shared.pause.store(false, Ordering::Release);
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        match self.shared.state.load(Ordering::Acquire) {
            0 => State::Ready,
            1 => State::Running,
            2 => State::Paused,
            3 => State::Stopping,
            _ => State::Ended,
        }
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        let board = self.shared.board();
        let share = |handle: &Option<Handle>| match handle.as_ref().and_then(Handle::progress) {
            Some((done, of)) if of > 0 => (done as f32 / of as f32).min(1.0),
            _ => 0.0,
        };
        Progress {
            counts: board.counts,
            running: board
                .running
                .iter()
                .map(|(item, input, handle)| Underway {
                    item: *item,
                    input: input.clone(),
                    done: share(handle),
                })
                .collect(),
            memory: self.shared.memory.load(Ordering::Relaxed),
        }
    }

    /// The next event, waiting at most `wait` for it. `None` after that time; [`Batch::state`] tells whether there can be
    /// more.
    pub fn next_event(&self, wait: Duration) -> Option<Event> {
        self.events.recv_timeout(wait).ok()
    }

    /// The events that wait now.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.events.try_iter()
    }

    /// Events that found the reader too slow.
    pub fn lost_events(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }

    /// Waits for the end and says how it was.
    ///
    /// # Errors
    /// When it was never started, or the queue or the pool did not let it go on; it can be resumed then.
    pub fn result(mut self) -> Result<Outcome, BatchError> {
        let thread = self.thread.take().ok_or(BatchError::NotWhile {
            what: "was never started",
        })?;
        thread.join().map_err(|panicked| BatchError::Thread {
            what: panicked.to_string(),
        })?
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.stop();
        // Waits for the thread's end.
        drop(self.thread.take());
    }
}

struct EndedOnDrop(Arc<Shared>);

impl Drop for EndedOnDrop {
    fn drop(&mut self) {
        self.0.state.store(State::Ended as u8, Ordering::Release);
    }
}
