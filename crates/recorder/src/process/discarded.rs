//! Episodes that were discarded: kept for undo, brought back, or let go.
//!
//! Not here: which of them may be asked back (`session`), where their files are meanwhile (`store`).

use super::{Recorder, Stop, Whole};
use crate::event::{Discarded, Event};
use crate::eye::Eye;
use crate::film::Reel;
use crate::store::EpisodeStore;
use stdx::failpoint;

/// Discarded rows that are kept for undo: ten minutes at 60 rows a second, about 10 MB.
const UNDO_ROWS: u64 = 36_000;

/// An episode that was discarded and can be brought back.
#[derive(Debug)]
pub(super) struct Kept<A, T> {
    pub(super) whole: Whole,
    pub(super) reels: Vec<Reel<T>>,
    pub(super) aside: A,
}

impl<S: EpisodeStore> Recorder<S> {
    /// Keeps a discarded episode for undo, and lets go of the oldest when there are too many rows.
    pub(super) fn remember(&mut self, discarded: Kept<S::Aside, S::Stats>) {
        let rows = discarded.whole.rows;
        self.summary.discarded += 1;
        self.discarded.push(discarded);
        let mut kept: u64 = self.discarded.iter().map(|kept| kept.whole.rows).sum();
        while kept > UNDO_ROWS && self.session.forget_oldest_discarded() {
            kept -= self.discarded.remove(0).whole.rows;
        }
        self.tell(Event::EpisodeDiscarded(Discarded {
            rows,
            seconds: self.grid.time_of_rows(rows).as_secs_f64(),
            undoable: self.session.undoable() > 0,
        }));
    }

    /// Throws an episode away whose film failed: it was to be discarded, and cannot be brought back.
    pub(super) fn throw_away(&mut self, whole: &Whole, stop: &Stop) -> Result<(), Stop> {
        tracing::warn!(
            "a discarded episode cannot be brought back: {}",
            stop.message()
        );
        drop(self.store.set_aside()?);
        self.open = 0;
        self.summary.discarded += 1;
        self.session.forget_oldest_discarded();
        self.eyes.iter_mut().for_each(Eye::forget_failures);
        self.tell(Event::EpisodeDiscarded(Discarded {
            rows: whole.rows,
            seconds: self.grid.time_of_rows(whole.rows).as_secs_f64(),
            undoable: false,
        }));
        Ok(())
    }

    /// Opens a discarded episode again and saves it.
    pub(super) fn restore(&mut self, newer: usize) -> Result<(), Stop> {
        let Some(at) = self.discarded.len().checked_sub(newer + 1) else {
            return Ok(());
        };
        let mut kept = self.discarded.remove(at);
        let asked_at = self.clock.now();
        if let Err(error) = self.store.restore(&mut kept.aside) {
            self.store.leave(kept.aside);
            return Err(error.into());
        }
        self.open = kept.whole.rows;
        self.summary.discarded -= 1;
        failpoint::here("recorder.save");
        Ok(self.save_with(kept.whole, &kept.reels, asked_at)?)
    }

    /// A person wants these back: they go into a dataset when one can be written to again.
    pub(super) fn leave_what_was_asked_back(&mut self) {
        let open = self.session.asked_back() as usize;
        let asked: Vec<usize> = std::mem::take(&mut self.asked_back).into();
        for newer in asked.into_iter().chain(std::iter::repeat_n(0, open)) {
            if let Some(at) = self.discarded.len().checked_sub(newer + 1) {
                let kept = self.discarded.remove(at);
                tracing::warn!(
                    rows = kept.whole.rows,
                    "an episode that was asked back is left to the next start"
                );
                self.store.leave(kept.aside);
            }
        }
    }
}
