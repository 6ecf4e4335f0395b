//! `frames()`: chosen cameras and episodes of a dataset through a pipeline, into a new dataset.
//!
//! Not here: how they are made (`batch::frames`).

use std::sync::Arc;

use batch::frames::{FramesOutcome, FramesSetup, FramesTask, make};
use dataset::progress::{Progress, Reached};
use protocol::Failure;
use stdx::thread::Intent;

use super::{Pictures, frames_failure};
use crate::process::{Cx, Process, Verb};
use crate::watched::watched;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct FramesConfig {
    /// Who works.
    pub pictures: Arc<Pictures>,
    /// What is made of what.
    pub task: FramesTask,
}

/// Nothing can be told to it but to stop.
#[derive(Debug, Clone, Copy)]
pub enum FramesCommand {}

/// The verb behind [`frames`].
#[derive(Debug)]
pub struct Frames;

/// Makes frames. Told to stop, it ends within a picture; the same task goes on behind the episodes that are there.
pub fn frames(config: FramesConfig) -> Process<Frames> {
    Process::new(config)
}

impl Verb for Frames {
    const NAME: &'static str = "image frames";
    const DRIVES: bool = false;
    type Config = FramesConfig;
    type Command = FramesCommand;
    type Event = Reached;
    type Outcome = FramesOutcome;

    fn run(config: FramesConfig, cx: &Cx<Self>) -> Result<FramesOutcome, Failure> {
        let FramesConfig { pictures, task } = config;
        pictures.open_backdrops(&task.preset.pipeline)?;
        if pictures.settings().rules.batches {
            pictures.know_server(&task.preset.pipeline, || !cx.stopping());
        }
        let work = move |progress: &Progress| {
            let setup = FramesSetup::new(Arc::clone(pictures.workers().pool()))
                .render(pictures.render())
                .memory(pictures.settings().batch_memory);
            make(&task, &setup, progress)
        };
        let thread = ("frames", Intent::Background);
        watched(cx, thread, "make the frames", |reached| reached, work)?
            .map_err(|error| frames_failure(&error))
    }
}
