//! How far a piece of long work has come, and the wish that it stop: a handful of atomics shared by the one
//! who works and the one who watches.
//!
//! The watcher looks when it likes; the worker never waits for it and never calls it. Whoever gave the worker its thread may
//! have it pass a gate ([`Progress::through`]) at every look at that wish.
//! Not here: how progress is drawn (`cli`, the window), estimates of the time left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

/// What the work is busy with. A stage starts its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    /// Nothing has been counted yet.
    Waiting,
    /// Finding out what there is to do.
    Looking,
    /// Reading rows or files, in the unit the work announced.
    Reading,
    /// Decoding pictures.
    Decoding,
    /// Encoding pictures, and comparing them with what they were.
    Encoding,
    /// Writing bytes.
    Writing,
    /// Reading back what was written and comparing it, in bytes.
    Checking,
    /// Waiting for the disk to hold what was written.
    Syncing,
    /// All done.
    Done,
}

impl Stage {
    const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Looking,
        Self::Reading,
        Self::Decoding,
        Self::Encoding,
        Self::Writing,
        Self::Checking,
        Self::Syncing,
        Self::Done,
    ];
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Waiting => "waiting",
            Self::Looking => "looking",
            Self::Reading => "reading",
            Self::Decoding => "decoding",
            Self::Encoding => "encoding",
            Self::Writing => "writing",
            Self::Checking => "checking",
            Self::Syncing => "syncing",
            Self::Done => "done",
        })
    }
}

/// How far the present stage has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The present stage.
    pub stage: Stage,
    /// Bytes or rows done in this stage, whatever `total` counts.
    pub done: u64,
    /// Bytes or rows this stage has in all; zero while that is unknown.
    pub total: u64,
}

impl Reached {
    /// Part of the stage that is done, 0 to 1; `None` while the total is unknown.
    pub fn fraction(&self) -> Option<f64> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0))
    }
}

/// Somebody asked for the work to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

#[derive(Debug, Default)]
struct Shared {
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
    cancelled: AtomicBool,
}

type Gate = dyn Fn(Reached) -> bool + Send + Sync;

/// The shared count of one piece of work. Clones show and cancel the same work.
#[derive(Clone, Default)]
pub struct Progress {
    shared: Arc<Shared>,
    gate: Option<Arc<Gate>>,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Progress").field(&self.shared).finish()
    }
}

impl Progress {
    /// A fresh count that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same count for a worker that passes a gate whenever it looks whether it should stop: `gate` is told how far the
    /// work has come, may keep the worker for a while, and says whether it may go on. Once it may not, the work is cancelled.
    #[must_use]
    pub fn through(&self, gate: impl Fn(Reached) -> bool + Send + Sync + 'static) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            gate: Some(Arc::new(gate)),
        }
    }

    /// Enters `stage` with `total` bytes or rows ahead; zero when the total is not known.
    pub fn begin(&self, stage: Stage, total: u64) {
        self.shared.done.store(0, Ordering::Relaxed);
        self.shared.total.store(total, Ordering::Relaxed);
        self.shared.stage.store(stage as u8, Ordering::Release);
    }

    /// Counts `more` bytes or rows as done.
    pub fn advance(&self, more: u64) {
        self.shared.done.fetch_add(more, Ordering::Relaxed);
    }

    /// How far the work has come. The three values are read one after the other: right at a change of
    /// stage they may belong to different stages for one look.
    pub fn reached(&self) -> Reached {
        let stage = self.shared.stage.load(Ordering::Acquire);
        Reached {
            stage: Stage::ALL
                .into_iter()
                .find(|known| *known as u8 == stage)
                .unwrap_or(Stage::Waiting),
            done: self.shared.done.load(Ordering::Relaxed),
            total: self.shared.total.load(Ordering::Relaxed),
        }
    }

    /// Asks the work to stop at its next look. It cleans up after itself and ends with [`Cancelled`].
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked the work to stop. A worker passes its gate here, so it holds no lock meanwhile.
    pub fn cancelled(&self) -> bool {
        if let Some(gate) = &self.gate
            && !self.shared.cancelled.load(Ordering::Relaxed)
            && !gate(self.reached())
        {
            self.cancel();
        }
        self.shared.cancelled.load(Ordering::Relaxed)
    }

    /// The same question for use with `?`.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_stage_starts_its_own_count() {
        let progress = Progress::new();
        assert_eq!(progress.reached().stage, Stage::Waiting);
        assert_eq!(progress.reached().fraction(), None);
        progress.begin(Stage::Writing, 200);
        progress.advance(50);
        assert_eq!(progress.reached().fraction(), Some(0.25));
        progress.begin(Stage::Checking, 10);
        assert_eq!(
            progress.reached(),
            Reached {
                stage: Stage::Checking,
                done: 0,
                total: 10
            }
        );
    }

    #[test]
    fn every_clone_sees_the_wish_to_stop() {
        let progress = Progress::new();
        let watcher = progress.clone();
        assert_eq!(progress.check(), Ok(()));
        watcher.cancel();
        assert_eq!(progress.check(), Err(Cancelled));
    }

    #[test]
    fn a_gate_hears_how_far_the_work_is_and_can_end_it_for_everybody() {
        let progress = Progress::new();
        let worker = progress.through(|reached| reached.done < 2);
        worker.begin(Stage::Reading, 3);
        worker.advance(1);
        assert_eq!(worker.check(), Ok(()));
        worker.advance(1);
        assert_eq!(progress.check(), Ok(()), "only the worker passes the gate");
        assert_eq!(worker.check(), Err(Cancelled));
        assert_eq!(progress.check(), Err(Cancelled));
        assert_eq!(progress.reached().done, 2);
    }
}
