//! `batch()`: many pictures through one pipeline into a folder, with a queue that survives everything.
//!
//! Told to stop, it puts what was under way back into the queue; the same queue goes on later. Not here: the queue and the
//! work (`batch`).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use batch::{Batch, Event, Outcome, Plan, Progress, Queue, Setup, State, Task, Watch};
use protocol::{ErrorCode, Failure};
use units::MonoTime;

use super::{Pictures, batch_failure};
use crate::failure::failure;
use crate::process::{Cx, Process, Verb};

/// Longest wait for an event, between two looks at what the handle is told.
const LOOK: Duration = Duration::from_millis(50);
/// Least time between two reports how far it is.
const TELL: Duration = Duration::from_millis(100);

/// What is to be done.
#[derive(Debug)]
pub struct BatchConfig {
    /// Who works.
    pub pictures: Arc<Pictures>,
    /// What is done and what is not; see [`begin`] and [`take_up`].
    pub queue: Queue,
    /// Whether folders are watched, and how.
    pub watch: Option<Watch>,
}

/// What it can be told while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchCommand {
    /// To begin nothing new; what is under way is finished.
    Pause,
    /// To go on.
    Resume,
}

/// What happens meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchEvent {
    /// Something happened to a file.
    Event(Event),
    /// How far it is.
    Progress(Progress),
}

/// The verb behind [`batch`].
#[derive(Debug)]
pub struct Pile;

/// A queue for a new batch, in its place beside the outputs. The queue of a batch that ended gives way; one that has
/// still something to do does not.
///
/// # Errors
/// When the task cannot be run, or a batch waits there.
pub fn begin(task: &Task) -> Result<Queue, Failure> {
    let path = Queue::beside(&task.into);
    let plan = Plan::of(task).map_err(|error| batch_failure(&error))?;
    if Queue::exists(&path) {
        let old = Queue::open(&path).map_err(|error| batch_failure(&error))?;
        let counts = old.counts().map_err(|error| batch_failure(&error))?;
        let left = counts.waiting + counts.running;
        if left > 0 {
            return Err(failure(
                ErrorCode::NotWhile,
                format!(
                    "a batch in this folder has still {left} pictures to make\nFolder: {}",
                    task.into.display()
                ),
                "Go on with it (--resume), or choose another folder.",
            ));
        }
        old.forget().map_err(|error| batch_failure(&error))?;
    }
    Queue::create(&path, task, &plan).map_err(|error| batch_failure(&error))
}

/// The queue of a batch that was begun in this folder; with `retry` what failed waits again.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn take_up(into: &Path, retry: bool) -> Result<Queue, Failure> {
    let queue = Queue::open(&Queue::beside(into)).map_err(|error| batch_failure(&error))?;
    if retry {
        let again = queue
            .retry_failed()
            .map_err(|error| batch_failure(&error))?;
        tracing::info!(again, "what failed is tried again");
    }
    Ok(queue)
}

/// Puts the pictures of a queue through its pipeline.
pub fn batch(config: BatchConfig) -> Process<Pile> {
    Process::new(config)
}

impl Verb for Pile {
    const NAME: &'static str = "image batch";
    const DRIVES: bool = false;
    type Config = BatchConfig;
    type Command = BatchCommand;
    type Event = BatchEvent;
    type Outcome = Outcome;

    fn run(config: BatchConfig, cx: &Cx<Self>) -> Result<Outcome, Failure> {
        let pictures = &config.pictures;
        let pipeline = config.queue.task().pipeline();
        pictures.open_backdrops(pipeline)?;
        if pictures.settings().rules.batches {
            pictures.know_server(pipeline, || !cx.stopping());
        }
        let mut setup = Setup::new(Arc::clone(pictures.workers().pool()))
            .render(pictures.render())
            .memory(pictures.settings().batch_memory);
        if let Some(watch) = config.watch {
            setup = setup.watch(watch);
        }
        let mut batch = Batch::new(config.queue, setup);
        batch.start().map_err(|error| batch_failure(&error))?;
        let mut told: Option<MonoTime> = None;
        loop {
            match cx.command() {
                Some(BatchCommand::Pause) => batch.pause(),
                Some(BatchCommand::Resume) => batch.resume(),
                None => {}
            }
            if cx.stopping() {
                batch.stop();
            }
            // Looked at before the stream: an empty one after the end is the end.
            let ended = batch.state() == State::Ended;
            let event = batch.next_event(LOOK);
            let last = ended && event.is_none();
            if let Some(event) = event {
                cx.emit(BatchEvent::Event(event));
            }
            let now = cx.clock.now();
            if last || told.is_none_or(|at| now.since(at) >= TELL) {
                told = Some(now);
                cx.emit(BatchEvent::Progress(batch.progress()));
            }
            if last {
                break;
            }
        }
        batch.result().map_err(|error| batch_failure(&error))
    }
}
