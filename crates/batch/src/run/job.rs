//! The work on one item, inside a job: read, changed, written beside where it belongs. Giving it its name is not done
//! here, because that has to be written down first.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use imaging::{Buffers, ImagingError, Limits, Pipeline, Run};
use jobs::{Ctx, Stop};
use stdx::Clock;

use super::memory::Held;
use crate::aside::{self, Print};
use crate::error::ItemError;
use crate::queue::Stamp;
use crate::render::{Render, Watched};
use crate::task::Output;

/// Everything that the work on one picture needs.
pub(super) struct Job {
    pub(super) input: PathBuf,
    /// Where the output is written before it gets its name.
    pub(super) temporary: PathBuf,
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) output: Output,
    pub(super) render: Arc<dyn Render>,
    pub(super) buffers: Arc<dyn Buffers>,
    pub(super) limits: Limits,
    pub(super) clock: Arc<dyn Clock>,
    /// The file as it was when it was begun.
    pub(super) stamp: Stamp,
    pub(super) _held: Held,
}

/// What came of it.
pub(super) enum Made {
    /// The output is written, and waits for its name.
    Written {
        print: Print,
        notes: Vec<String>,
        took: Duration,
    },
    /// The disk is full, which the next picture would not survive either.
    NoRoom(std::io::Error),
    /// The file was changed while it was read, so that what was read may be half of one and half of another.
    Changed,
}

impl Job {
    pub(super) fn run(self, ctx: &Ctx) -> Result<Made, Stop> {
        let began = self.clock.now();
        let reading = Watched::new(ctx, 0.0, 0.2);
        let opened = imaging::open(
            &self.input,
            &Run {
                checkpoint: &reading,
                buffers: Arc::clone(&self.buffers),
                limits: self.limits,
                ..Run::default()
            },
        );
        let changed = match Stamp::of(&self.input) {
            Ok(now) => now != self.stamp,
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        if changed {
            return Ok(Made::Changed);
        }
        let opened = opened.map_err(|error| stop(ctx, &error))?;
        let mut notes: Vec<String> = opened.notes.iter().map(ToString::to_string).collect();
        let saving = self.output.saving(opened.format);
        let rendered = self
            .render
            .render(&opened.picture, &self.pipeline, ctx)
            .map_err(|error| stop(ctx, &error))?;
        drop(opened);
        notes.extend(rendered.notes);
        let writing = Watched::new(ctx, 0.8, 1.0);
        let run = Run {
            checkpoint: &writing,
            buffers: Arc::clone(&self.buffers),
            limits: self.limits,
            ..Run::default()
        };
        let bytes =
            imaging::encode(&rendered.picture, &saving, &run).map_err(|error| stop(ctx, &error))?;
        drop(rendered.picture);
        let print = Print::of(&bytes);
        // The last moment at which nothing is on the disk.
        ctx.checkpoint()?;
        if let Err(error) = aside::write(&self.temporary, &bytes) {
            aside::remove(&self.temporary).ok();
            return match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Ok(Made::NoRoom(error)),
                _ => Err(Stop::from(ItemError::file(
                    "writing the output",
                    &self.temporary,
                    &error,
                ))),
            };
        }
        Ok(Made::Written {
            print,
            notes,
            took: self.clock.now().since(began),
        })
    }
}

/// A failure as the pool takes it: one that only says that the work was to stop is no failure.
fn stop(ctx: &Ctx, error: &ImagingError) -> Stop {
    match ctx.stop_asked() {
        Some(reason) if error.stopped() => Stop::Asked(reason),
        _ => Stop::from(ItemError::from(error)),
    }
}
