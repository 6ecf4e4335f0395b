//! A running job's signs of life and the wish that it stop, shared by the job and those who look after it.

use std::sync::Arc;

use super::sync::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use crate::error::StopReason;
use crate::schedule::Signs;

/// Every value stands for itself, so no order between them is needed: what a stop or a step means goes by the lock.
#[derive(Debug, Default)]
pub(crate) struct Life {
    beats: AtomicU64,
    done: AtomicU64,
    of: AtomicU64,
    said: AtomicBool,
    stop: AtomicU8,
    /// The job inside which this one was asked for, on the same thread.
    outer: Option<Arc<Life>>,
}

impl Life {
    pub(crate) fn inside(outer: Option<Arc<Life>>) -> Arc<Self> {
        Arc::new(Self {
            outer,
            ..Self::default()
        })
    }

    pub(crate) fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
        if let Some(outer) = &self.outer {
            outer.beat();
        }
    }

    pub(crate) fn progress(&self, done: u64, of: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
        self.said.store(true, Ordering::Relaxed);
        self.beat();
    }

    pub(crate) fn said(&self) -> Option<(u64, u64)> {
        self.said.load(Ordering::Relaxed).then(|| {
            (
                self.done.load(Ordering::Relaxed),
                self.of.load(Ordering::Relaxed),
            )
        })
    }

    pub(crate) fn signs(&self) -> Signs {
        Signs {
            beats: self.beats.load(Ordering::Relaxed),
            progress: self.said(),
        }
    }

    /// The first reason counts.
    pub(crate) fn stop(&self, reason: StopReason) {
        let code = match reason {
            StopReason::Replaced => 1,
            StopReason::Cancelled => 2,
            StopReason::TimedOut => 3,
            StopReason::Ending => 4,
        };
        self.stop
            .compare_exchange(0, code, Ordering::AcqRel, Ordering::Acquire)
            .ok();
    }

    /// Why this job, or the one around it, should stop.
    pub(crate) fn stopped(&self) -> Option<StopReason> {
        match self.stop.load(Ordering::Acquire) {
            0 => self.outer.as_ref().and_then(|outer| outer.stopped()),
            1 => Some(StopReason::Replaced),
            2 => Some(StopReason::Cancelled),
            3 => Some(StopReason::TimedOut),
            _ => Some(StopReason::Ending),
        }
    }
}
