//! How far a piece of long work has come, and the wish that it stop: a handful of atomics shared by the one
//! who works and the one who watches.
//!
//! The watcher looks when it likes; the worker never waits for it and never calls it.
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

/// The shared count of one piece of work. Clones show and cancel the same work.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Shared>);

impl Progress {
    /// A fresh count that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Enters `stage` with `total` bytes or rows ahead; zero when the total is not known.
    pub fn begin(&self, stage: Stage, total: u64) {
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
        self.0.stage.store(stage as u8, Ordering::Release);
    }

    /// Counts `more` bytes or rows as done.
    pub fn advance(&self, more: u64) {
        self.0.done.fetch_add(more, Ordering::Relaxed);
    }

    /// How far the work has come. The three values are read one after the other: right at a change of
    /// stage they may belong to different stages for one look.
    pub fn reached(&self) -> Reached {
        let stage = self.0.stage.load(Ordering::Acquire);
        Reached {
            stage: Stage::ALL
                .into_iter()
                .find(|known| *known as u8 == stage)
                .unwrap_or(Stage::Waiting),
            done: self.0.done.load(Ordering::Relaxed),
            total: self.0.total.load(Ordering::Relaxed),
        }
    }

    /// Asks the work to stop at its next look. It cleans up after itself and ends with [`Cancelled`].
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked the work to stop.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
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
}
