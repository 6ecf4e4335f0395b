//! Who works on one picture. A batch only knows that somebody does: whether here or on a server is decided above.

use std::sync::Arc;

use imaging::removal::{Doubts, Networks};
use imaging::{
    Backdrops, Buffers, Checkpoint, ImagingError, Limits, Picture, Pipeline, Recycler, Run, Shape,
    Stop,
};
use jobs::Ctx;

/// Parts into which the progress of one picture is divided.
pub(crate) const PARTS: f32 = 1000.0;

/// A finished picture, and what is to be known about it.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The picture.
    pub picture: Picture,
    /// Whole sentences for the report: where the work is unsure, where it was done.
    pub notes: Vec<String>,
}

impl From<Picture> for Rendered {
    fn from(picture: Picture) -> Self {
        Self {
            picture,
            notes: Vec::new(),
        }
    }
}

/// Puts one picture through a pipeline, inside a job.
pub trait Render: Send + Sync {
    /// The work. It calls the context's checkpoint every few milliseconds and gives [`ImagingError::Stopped`] when that
    /// wants it to end.
    ///
    /// # Errors
    /// Why this picture cannot be made.
    fn render(
        &self,
        picture: &Picture,
        pipeline: &Pipeline,
        ctx: &Ctx,
    ) -> Result<Rendered, ImagingError>;

    /// Bytes that the work takes beside the picture it is given and the one it makes; for the ceiling.
    fn memory(&self, _pipeline: &Pipeline, _from: Shape) -> u64 {
        0
    }
}

impl<F> Render for F
where
    F: Fn(&Picture, &Pipeline, &Ctx) -> Result<Picture, ImagingError> + Send + Sync,
{
    fn render(
        &self,
        picture: &Picture,
        pipeline: &Pipeline,
        ctx: &Ctx,
    ) -> Result<Rendered, ImagingError> {
        self(picture, pipeline, ctx).map(Rendered::from)
    }
}

/// Does the work on the job's own thread with `imaging` alone. Pictures side by side use all workers already, so none of
/// them is spread over cores.
#[derive(Clone)]
pub struct Local {
    buffers: Arc<dyn Buffers>,
    limits: Limits,
    backdrops: Backdrops,
    networks: Networks,
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local").finish_non_exhaustive()
    }
}

impl Default for Local {
    /// With the usual limits, no backgrounds and no networks.
    fn default() -> Self {
        Self {
            buffers: Arc::new(Recycler::new(RECYCLED)),
            limits: Limits::USUAL,
            backdrops: Backdrops::default(),
            networks: Networks::default(),
        }
    }
}

/// Memory of pictures that is kept for the next ones: two of 24 megapixels with alpha.
const RECYCLED: usize = 192 << 20;

impl Local {
    /// With pictures that can be laid under others.
    #[must_use]
    pub fn backdrops(mut self, backdrops: Backdrops) -> Self {
        self.backdrops = backdrops;
        self
    }

    /// With networks that remove backgrounds.
    #[must_use]
    pub fn networks(mut self, networks: Networks) -> Self {
        self.networks = networks;
        self
    }

    /// With other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Render for Local {
    fn render(
        &self,
        picture: &Picture,
        pipeline: &Pipeline,
        ctx: &Ctx,
    ) -> Result<Rendered, ImagingError> {
        let doubts = Doubts::default();
        let watched = Watched::new(ctx, 0.2, 0.8);
        let run = Run {
            checkpoint: &watched,
            buffers: Arc::clone(&self.buffers),
            limits: self.limits,
            backdrops: self.backdrops.clone(),
            networks: self.networks.clone(),
            doubts: doubts.clone(),
            ..Run::default()
        };
        let picture = pipeline.apply(picture, &run)?;
        Ok(Rendered {
            picture,
            notes: doubts.list().iter().map(ToString::to_string).collect(),
        })
    }
}

/// A job's checkpoints as those of a piece of work on a picture, which is a part of the job.
pub(crate) struct Watched<'a> {
    ctx: &'a Ctx,
    from: f32,
    to: f32,
}

impl<'a> Watched<'a> {
    /// For the part of the job from one share of it to another, each from 0 to 1.
    pub(crate) fn new(ctx: &'a Ctx, from: f32, to: f32) -> Self {
        Self { ctx, from, to }
    }
}

impl Checkpoint for Watched<'_> {
    fn pass(&self, done: f32) -> Result<(), Stop> {
        let share = self.from + (self.to - self.from) * done.clamp(0.0, 1.0);
        self.ctx.progress((share * PARTS) as u64, PARTS as u64);
        self.ctx.checkpoint().map_err(|_asked| Stop)
    }
}
