//! `apply()`: single pictures through a pipeline, each opened, changed and saved by a worker, one after the other.
//!
//! Not here: folders, and what survives a crash ([`super::batch`]).

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use batch::Output;
use imaging::{
    Existing, Format, ImagingError, Opened, Pipeline, Run, Saving, encode, open, open_bytes, save,
};
use jobs::{Ctx, Order, Product, Stop};
use pixels::Size;
use protocol::{ErrorCode, Failure};
use studio::routing::{Decision, Purpose};
use studio::{REMOVE_BACKGROUND, Tools};

use super::failing::job_failure;
use super::render::notes;
use super::{Pictures, imaging_failure, removals};
use crate::failure::{bad_request, failure};
use crate::process::{Cx, Process, Verb};
use crate::workers::{APPLY_PIPELINE, refused};

/// Time between two looks at a picture that is worked on.
const LOOK: Duration = Duration::from_millis(50);

/// Where a picture comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// The bytes of one.
    Bytes(Arc<[u8]>),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Bytes(_) => f.write_str("-"),
        }
    }
}

/// Where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Into a file, whole or not at all.
    File(PathBuf),
    /// Back to whoever asked.
    Bytes,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct ApplyConfig {
    /// Who works.
    pub pictures: Arc<Pictures>,
    /// From where to where.
    pub items: Vec<(Source, Target)>,
    /// What is done to each.
    pub pipeline: Pipeline,
    /// How results are written. Without a format a file's ending decides, else the picture's own format.
    pub output: Output,
    /// Whether a file that is there is replaced. One that is read never is.
    pub existing: Existing,
}

/// Nothing can be told to it but to stop.
#[derive(Debug, Clone, Copy)]
pub enum ApplyCommand {}

/// What happens meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub enum ApplyEvent {
    /// How far the picture is that is worked on.
    Progress {
        /// Steps behind.
        done: u64,
        /// All of them.
        of: u64,
    },
    /// One picture was made.
    Made(Arc<Made>),
    /// One was not; the others go on.
    NotMade {
        /// Which.
        source: String,
        /// Why.
        failure: Failure,
    },
}

/// A finished picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Where it came from; `-` for bytes.
    pub source: String,
    /// Its file, where it has one.
    pub target: Option<PathBuf>,
    /// Its bytes, where it has no file.
    pub bytes: Option<Vec<u8>>,
    /// Size of the picture that came.
    pub from: Size,
    /// Size of the result.
    pub size: Size,
    /// Format of the result.
    pub format: Format,
    /// What is to be known: what was changed when it was opened, what is unsure, where the work was done.
    pub notes: Vec<String>,
    /// Who was to remove a background, and why.
    pub decisions: Vec<Decision>,
    /// How long it took.
    pub took: Duration,
}

/// What became of all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// Those that were made.
    pub made: Vec<Arc<Made>>,
    /// Those that were not, and why.
    pub failed: Vec<(String, Failure)>,
}

/// The verb behind [`apply`].
#[derive(Debug)]
pub struct Apply;

/// Puts pictures through a pipeline. A single one that cannot be made is the failure of all of it; of several, the others
/// go on.
pub fn apply(config: ApplyConfig) -> Process<Apply> {
    Process::new(config)
}

impl Verb for Apply {
    const NAME: &'static str = "image";
    const DRIVES: bool = false;
    type Config = ApplyConfig;
    type Command = ApplyCommand;
    type Event = ApplyEvent;
    type Outcome = Applied;

    fn run(config: ApplyConfig, cx: &Cx<Self>) -> Result<Applied, Failure> {
        let checked = config.pipeline.check().and(config.output.check());
        checked.map_err(|error| imaging_failure(&error))?;
        config.pictures.open_backdrops(&config.pipeline)?;
        config
            .pictures
            .know_server(&config.pipeline, || !cx.stopping());
        let _used = config
            .pictures
            .workers()
            .pool()
            .use_product(Product::Export);
        let mut applied = Applied::default();
        for (source, target) in &config.items {
            match one(&config, source, target, cx) {
                Ok(made) => {
                    let made = Arc::new(made);
                    cx.emit(ApplyEvent::Made(Arc::clone(&made)));
                    applied.made.push(made);
                }
                Err(failure) if failure.code == ErrorCode::Stopped || config.items.len() == 1 => {
                    return Err(failure);
                }
                Err(failure) => {
                    let source = source.to_string();
                    tracing::warn!("{source}: {failure}");
                    cx.emit(ApplyEvent::NotMade {
                        source: source.clone(),
                        failure: failure.clone(),
                    });
                    applied.failed.push((source, failure));
                }
            }
        }
        Ok(applied)
    }
}

fn one(
    config: &ApplyConfig,
    source: &Source,
    target: &Target,
    cx: &Cx<Apply>,
) -> Result<Made, Failure> {
    let begun = cx.clock.now();
    let format = format_for(config, target)?;
    apart(source, target)?;
    let pool = config.pictures.workers().pool();
    // A removal waits when memory is short, and may take longer.
    let kind = match removals(&config.pipeline).next() {
        Some(_) => REMOVE_BACKGROUND,
        None => APPLY_PIPELINE,
    };
    let order: Order = pool.order(kind).map_err(|unknown| {
        failure(
            ErrorCode::Internal,
            unknown,
            "This is a defect of Tendon: please report it with the log.",
        )
    })?;
    let work = {
        let (source, target, config) = (source.clone(), target.clone(), config.clone());
        move |ctx: &Ctx| done(ctx, &config, &source, &target, format)
    };
    let mut ticket = pool
        .submit(order, work)
        .map_err(|refusal| refused(&refusal.into()))?;
    let handle = ticket.handle();
    let answer = loop {
        ticket = match ticket.wait_for(LOOK) {
            Ok(answer) => break answer,
            Err(ticket) => ticket,
        };
        if cx.stopping() {
            ticket.cancel();
        }
        if let Some((done, of)) = handle.progress() {
            cx.emit(ApplyEvent::Progress { done, of });
        }
    };
    let mut made = answer.map_err(|error| job_failure(&error))?;
    made.took = cx.clock.now().since(begun);
    Ok(made)
}

/// The format that is written, where it does not depend on the picture.
fn format_for(config: &ApplyConfig, target: &Target) -> Result<Option<Format>, Failure> {
    match (config.output.format, target) {
        (Some(format), _) => Ok(Some(format)),
        (None, Target::Bytes) => Ok(None),
        (None, Target::File(path)) => Format::from_path(path).map(Some).ok_or_else(|| {
            bad_request(
                format!(
                    "the name of the output does not tell its format\nFile: {}",
                    path.display()
                ),
                "End it in .png, .jpg, .webp, .tif or .bmp, or name a format.",
            )
        }),
    }
}

/// A picture that is read is never written over.
fn apart(source: &Source, target: &Target) -> Result<(), Failure> {
    let (Source::File(source), Target::File(target)) = (source, target) else {
        return Ok(());
    };
    match (fs::canonicalize(source), fs::canonicalize(target)) {
        (Ok(source), Ok(target)) if source == target => Err(bad_request(
            format!(
                "the output would take the place of the input\nFile: {}",
                target.display()
            ),
            "Choose another name for the output.",
        )),
        _ => Ok(()),
    }
}

/// The work, inside a job.
fn done(
    ctx: &Ctx,
    config: &ApplyConfig,
    source: &Source,
    target: &Target,
    format: Option<Format>,
) -> Result<Made, Stop> {
    let tools: Tools = config.pictures.tools();
    let opened: Opened = tools.run(ctx, |run| opened(source, run))?.value;
    let remover = config.pictures.remover();
    let removed = remover.apply(ctx, &opened.picture, &config.pipeline, Purpose::Person)?;
    let saving = Saving {
        format: format.unwrap_or(opened.format),
        ..config.output.saving(opened.format)
    };
    let picture = &removed.picture;
    let bytes = tools.run(ctx, |run| match target {
        Target::Bytes => encode(picture, &saving, run).map(Some),
        Target::File(path) => save(picture, path, &saving, config.existing, run).map(|()| None),
    })?;
    let mut told: Vec<String> = opened.notes.iter().map(ToString::to_string).collect();
    told.extend(notes(&removed));
    Ok(Made {
        source: source.to_string(),
        target: match target {
            Target::File(path) => Some(path.clone()),
            Target::Bytes => None,
        },
        bytes: bytes.value,
        from: opened.picture.size(),
        size: picture.size(),
        format: saving.format,
        notes: told,
        decisions: removed.decisions,
        took: Duration::ZERO,
    })
}

fn opened(source: &Source, run: &Run<'_>) -> Result<Opened, ImagingError> {
    match source {
        Source::File(path) => open(path, run),
        Source::Bytes(bytes) => open_bytes(bytes, run),
    }
}
