//! Imaging inside a job: its checkpoints are the job's, its memory is the pool's, its cores are those that the job may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use imaging::removal::{Doubt, Doubts, Networks};
use imaging::{Backdrops, Checkpoint, Fresh, ImagingError, Limits, Memory, Run, Spread};
use jobs::{Ctx, Stop};

/// Steps in which a job tells its progress.
const STEPS: u64 = 1000;

/// What imaging needs besides a job. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Tools {
    /// What a picture may be at most.
    pub limits: Limits,
    /// Pictures that can be laid under others, by name.
    pub backdrops: Backdrops,
    /// Networks that remove backgrounds, by name.
    pub networks: Networks,
}

/// What came out of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Made<T> {
    /// The result.
    pub value: T,
    /// What removals of backgrounds were unsure of; see [`Doubt`].
    pub doubts: Vec<Doubt>,
}

impl Tools {
    /// Does work on pictures inside a job: it ends where the job is to end, yields where the job yields, tells the job's
    /// progress, and uses all cores where the job's kind may. Every picture it makes lies in the pool's buffers.
    ///
    /// # Errors
    /// [`Stop::Asked`] when the job was asked to stop, [`Stop::Failed`] with the [`ImagingError`] otherwise.
    pub fn run<T: Send>(
        &self,
        ctx: &Ctx,
        work: impl FnOnce(&Run<'_>) -> Result<T, ImagingError> + Send,
    ) -> Result<Made<T>, Stop> {
        let watched = Watched {
            ctx,
            told: AtomicU64::new(0),
        };
        let cores = ctx.cores();
        let doubts = Doubts::default();
        let run = Run {
            checkpoint: &watched,
            spread: match cores {
                Some(_) => Spread::AllCores,
                None => Spread::OneThread,
            },
            buffers: Arc::new(PooledBuffers::new(ctx.buffers())),
            limits: self.limits,
            backdrops: self.backdrops.clone(),
            networks: self.networks.clone(),
            doubts: doubts.clone(),
            ..Run::default()
        };
        let made = match cores {
            Some(cores) => cores.install(|| work(&run)),
            None => work(&run),
        };
        match (made, ctx.stop_asked()) {
            (Ok(value), _) => Ok(Made {
                value,
                doubts: doubts.list(),
            }),
            (Err(error), Some(reason)) if error.stopped() => Err(Stop::Asked(reason)),
            (Err(error), _) => Err(error.into()),
        }
    }
}

/// A job as imaging's watcher.
struct Watched<'a> {
    ctx: &'a Ctx,
    told: AtomicU64,
}

impl Checkpoint for Watched<'_> {
    fn pass(&self, done: f32) -> Result<(), imaging::Stop> {
        let step = (done * STEPS as f32) as u64;
        // Asked for every strip; told only when there is something new.
        if self.told.fetch_max(step, Ordering::Relaxed) < step {
            self.ctx.progress(step, STEPS);
        }
        self.ctx.checkpoint().map_err(|_stop| imaging::Stop)
    }
}

/// A pool's shared buffers as imaging's memory: what a picture lies in goes back to the pool with the picture's last
/// holder, on whatever thread that is.
#[derive(Debug, Clone)]
pub struct PooledBuffers(jobs::Buffers);

impl PooledBuffers {
    /// Memory from these buffers.
    pub fn new(buffers: &jobs::Buffers) -> Self {
        Self(buffers.clone())
    }
}

impl imaging::Buffers for PooledBuffers {
    fn take(&self, len: usize) -> Box<dyn Memory> {
        match self.0.take(len, ()) {
            Ok(buffer) => Box::new(buffer),
            Err(error) => {
                tracing::warn!("a picture of {len} bytes lies outside the shared buffers: {error}");
                Fresh.take(len)
            }
        }
    }
}
