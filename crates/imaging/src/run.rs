//! What an operation is given to run with: who is asked whether to go on, whether it may use all cores, memory, limits.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::backdrops::Backdrops;
use crate::buffers::{Buffers, Fresh};
use crate::error::ImagingError;
use crate::limits::Limits;
use crate::removal::{Doubts, Networks};

/// The answer of a [`Checkpoint`] that wants the work to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;

/// Who watches the work. Asked between strips and tiles, from every thread that works, so it must be quick: an atomic
/// read and write.
pub trait Checkpoint: Sync {
    /// `done` of the whole work lies behind, from 0 to 1; it never falls on one thread.
    ///
    /// # Errors
    /// [`Stop`] ends the work soon; what was made so far is dropped.
    fn pass(&self, done: f32) -> Result<(), Stop>;
}

/// Nobody watches; the work runs to its end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Checkpoint for Unwatched {
    fn pass(&self, _done: f32) -> Result<(), Stop> {
        Ok(())
    }
}

/// On how many cores an operation may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spread {
    /// Only on the thread that calls.
    #[default]
    OneThread,
    /// On rayon's threads too, for pictures of at least [`WORTH_SPREADING`] pixels.
    AllCores,
}

/// Below so many pixels handing rows around costs more than it gives.
pub const WORTH_SPREADING: usize = 500_000;

/// Everything an operation needs beside pictures and parameters.
#[derive(Clone)]
pub struct Run<'a> {
    /// Asked between strips and tiles.
    pub checkpoint: &'a dyn Checkpoint,
    /// Permission to use all cores.
    pub spread: Spread,
    /// Where memory for pictures comes from.
    pub buffers: Arc<dyn Buffers>,
    /// What a result may be at most.
    pub limits: Limits,
    /// Pictures that can be laid under others, by name.
    pub backdrops: Backdrops,
    /// Networks that remove backgrounds, by name.
    pub networks: Networks,
    /// Where removals write down what they are unsure of.
    pub doubts: Doubts,
    /// Which part of the whole work this is, for the progress; the whole where nothing is said.
    pub part: Part,
}

/// A part of a larger work, all parts being alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    index: usize,
    of: usize,
}

impl Default for Part {
    fn default() -> Self {
        Self { index: 0, of: 1 }
    }
}

impl Default for Run<'_> {
    fn default() -> Self {
        Self {
            checkpoint: &Unwatched,
            spread: Spread::default(),
            buffers: Arc::new(Fresh),
            limits: Limits::default(),
            backdrops: Backdrops::default(),
            networks: Networks::default(),
            doubts: Doubts::default(),
            part: Part::default(),
        }
    }
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("spread", &self.spread)
            .field("limits", &self.limits)
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

impl Run<'_> {
    /// The same, for part `index` of `of` parts of this one: progress counts from there.
    #[must_use]
    pub fn part(&self, index: usize, of: usize) -> Self {
        let outer = self.part;
        Self {
            part: Part {
                index: outer.index * of.max(1) + index,
                of: outer.of * of.max(1),
            },
            ..self.clone()
        }
    }

    /// Asks whether to go on, with `done` of `of` pieces of this part behind.
    pub(crate) fn pass(&self, done: usize, of: usize) -> Result<(), ImagingError> {
        let Part { index, of: parts } = self.part;
        let here = done as f32 / of.max(1) as f32;
        self.checkpoint
            .pass(((index as f32 + here) / parts as f32).min(1.0))
            .map_err(|Stop| ImagingError::Stopped)
    }

    /// Fills `out`, which has rows of `row_bytes`, strip by strip of `rows` rows. `work` is told the strip's first row.
    pub(crate) fn strips(
        &self,
        out: &mut [u8],
        row_bytes: usize,
        rows: usize,
        work: impl Fn(usize, &mut [u8]) -> Result<(), ImagingError> + Sync,
    ) -> Result<(), ImagingError> {
        let (row_bytes, rows) = (row_bytes.max(1), rows.max(1));
        let of = out.len().div_ceil(row_bytes * rows);
        let done = AtomicUsize::new(0);
        let strip = |(index, strip): (usize, &mut [u8])| {
            self.pass(done.load(Ordering::Relaxed), of)?;
            work(index * rows, strip)?;
            done.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        // Three bytes stand for a pixel; a little early for pictures with alpha harms nobody.
        if self.spread == Spread::AllCores && out.len() / 3 >= WORTH_SPREADING && of > 1 {
            out.par_chunks_mut(row_bytes * rows)
                .enumerate()
                .try_for_each(strip)?;
        } else {
            out.chunks_mut(row_bytes * rows)
                .enumerate()
                .try_for_each(strip)?;
        }
        self.pass(of, of)
    }
}

/// Rows of `row_bytes` that fit the first cache together with what they are made from.
pub(crate) fn cached_rows(row_bytes: usize) -> usize {
    (CACHED / row_bytes.max(1)).max(1)
}

/// Half of a usual second-level cache of a core, so that several passes over a strip stay in it.
const CACHED: usize = 96 * 1024;

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Diary(Mutex<Vec<f32>>);

    impl Checkpoint for Diary {
        fn pass(&self, done: f32) -> Result<(), Stop> {
            self.0.lock().unwrap().push(done);
            if done >= 0.75 { Err(Stop) } else { Ok(()) }
        }
    }

    #[test]
    fn progress_counts_over_all_parts_and_a_stop_ends_the_work() {
        let diary = Diary::default();
        let run = Run {
            checkpoint: &diary,
            ..Run::default()
        };
        let mut out = [0u8; 8];
        let count = |first: usize, strip: &mut [u8]| {
            strip.fill(first as u8 + 1);
            Ok(())
        };
        run.part(0, 2).strips(&mut out, 2, 2, count).unwrap();
        assert_eq!(out, [1, 1, 1, 1, 3, 3, 3, 3]);
        let stopped = run.part(1, 2).strips(&mut out, 2, 2, count);
        assert!(matches!(stopped, Err(ImagingError::Stopped)));
        assert_eq!(*diary.0.lock().unwrap(), [0.0, 0.25, 0.5, 0.5, 0.75]);
    }

    #[test]
    fn the_same_rows_are_made_on_one_thread_and_on_many() {
        let mut alone = vec![0; 3 * WORTH_SPREADING];
        let mut spread = alone.clone();
        let fill = |first: usize, strip: &mut [u8]| {
            for (row, bytes) in strip.chunks_mut(3000).enumerate() {
                bytes.fill(((first + row) % 251) as u8);
            }
            Ok(())
        };
        let mut run = Run::default();
        run.strips(&mut alone, 3000, 7, fill).unwrap();
        run.spread = Spread::AllCores;
        run.strips(&mut spread, 3000, 7, fill).unwrap();
        assert_eq!(alone, spread);
    }
}
