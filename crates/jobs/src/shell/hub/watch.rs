//! The thread that watches the workers, and the end of them all.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use crate::Generation;
use crate::error::Pressure;
use crate::event::Event;
use crate::schedule::{JobId, Signs};

use super::super::sync::{PoisonError, Thread, spawn};
use super::{Hub, OURS, On, State, settle_in};

/// Time between two looks of the watcher.
const LOOK: Duration = Duration::from_millis(100);
/// Time between two questions how much memory the machine has.
const ASK_MEMORY: Duration = Duration::from_millis(500);
/// A buffer that nobody used for so long goes back to the allocator.
const KEEP_BUFFERS: Duration = Duration::from_secs(30);

impl Hub {
    /// How far a job says that it has come.
    pub(in super::super) fn said(&self, generation: Generation) -> Option<(u64, u64)> {
        self.lock().open.get(&JobId(generation.0))?.life.said()
    }

    /// One look of the watcher. Whether there is anything left to watch.
    pub(in super::super) fn look(self: &Arc<Self>) -> bool {
        let asks = {
            let mut state = self.lock();
            let now = self.clock.now();
            let due = state
                .memory_asked
                .is_none_or(|asked| now.since(asked) >= ASK_MEMORY);
            if due {
                state.memory_asked = Some(now);
            }
            due
        };
        // Asking the system may take a while; nobody is to wait for that.
        let short = asks.then(|| (self.memory_short)());
        self.buffers.trim(self.clock.now(), KEEP_BUFFERS);
        let over = self.buffers.over_ceiling();
        self.turn_on(On::Watcher, |state, now| {
            let pressure = match short {
                Some(true) => Some(Pressure::System),
                Some(false) => Some(if over {
                    Pressure::Buffers
                } else {
                    Pressure::None
                }),
                // Between two questions only what is worse than before counts.
                None if over && state.schedule.suspended().is_none() => Some(Pressure::Buffers),
                None => None,
            };
            if let Some(pressure) = pressure {
                state.schedule.press(now, pressure);
            }
            let State { schedule, open, .. } = state;
            schedule.look(now, |id| {
                open.get(&id)
                    .map_or(Signs::default(), |open| open.life.signs())
            });
            schedule.workers() > 0
                || schedule.queued() > 0
                || schedule.suspended().is_some()
                || !open.is_empty()
                || self.buffers.idle_bytes() > 0
        })
    }

    /// Sees to it that somebody watches, from the first worker on.
    pub(super) fn watch(self: &Arc<Self>) {
        if !self.watches || std::mem::replace(&mut self.lock().watched, true) {
            return;
        }
        let hub = Arc::clone(self);
        match spawn("jobs-watch".to_owned(), move || hub.keep_watch()) {
            Ok(thread) => {
                let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
                // One that ended before is over in a moment.
                drop(watcher.replace(thread));
            }
            Err(error) => {
                self.lock().watched = false;
                let message = error.to_string();
                self.say(&Event::NoThread { message });
            }
        }
    }

    fn keep_watch(self: &Arc<Self>) {
        settle_in();
        loop {
            let more = self.look();
            let mut state = self.lock();
            if !more && state.schedule.workers() == 0 || state.schedule.is_ending() {
                state.watched = false;
                return;
            }
            drop(match self.watch_bell.wait_timeout(state, LOOK) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            });
        }
    }

    /// Answers everything, takes no more, and waits for the threads, but not for those that do not come back.
    pub(in super::super) fn end(self: &Arc<Self>, patience: Duration) {
        self.turn(|state, _| state.schedule.end());
        self.watch_bell.notify_all();
        let threads: Vec<Thread> = self
            .worker_threads()
            .drain()
            .map(|(_, thread)| thread)
            .collect();
        let watcher = self
            .watcher
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // A job or an answer that lets go of the pool last ends it on a thread of its own, which cannot wait for itself.
        let ours = OURS.with(Cell::get);
        let mut patience = patience;
        for thread in threads.into_iter().chain(watcher) {
            if ours {
                thread.detach();
            } else if !thread.join_within(patience) {
                // They had the same time already.
                patience = Duration::ZERO;
            }
        }
    }
}
