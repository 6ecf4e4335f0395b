//! `tendon image apply`: one picture through operations.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use ::batch::Output;
use clap::Args;
use imaging::{Existing, Limits, Pipeline};
use protocol::{ErrorCode, Failure};
use station::pictures::Pictures;
use station::pictures::apply::{ApplyConfig, ApplyEvent, Source, Target, apply};

use super::recipe::Recipe;
use super::shared::{SavingArgs, ServerArgs, is_dash, tell};
use crate::output::Out;
use crate::setup::bad_request;
use crate::watch::{Watch, follow};

/// `tendon image apply`
#[derive(Debug, Args)]
pub struct Apply {
    /// The picture, or - for standard input.
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// The result, or - for standard output.
    #[arg(short, long = "out", visible_alias = "output", value_name = "OUT")]
    pub output: PathBuf,
    #[command(flatten)]
    pub recipe: Recipe,
    #[command(flatten)]
    pub saving: SavingArgs,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Makes the picture.
pub fn run(args: &Apply, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let preset = args.recipe.preset()?;
    let work = Work {
        pictures: args.server.pictures(false)?,
        items: vec![(args.input.clone(), args.output.clone())],
        pipeline: preset.pipeline,
        output: args.saving.output()?,
        existing: args.saving.existing(),
    };
    work.run(out, watch)
}

/// Pictures from paths to paths, either of which may be a dash.
#[derive(Debug)]
pub struct Work {
    /// Who works.
    pub pictures: Arc<Pictures>,
    /// From where to where.
    pub items: Vec<(PathBuf, PathBuf)>,
    /// What is done.
    pub pipeline: Pipeline,
    /// How results are written.
    pub output: Output,
    /// Whether files are replaced.
    pub existing: Existing,
}

impl Work {
    /// Does it and tells of it.
    ///
    /// # Errors
    /// When a single picture cannot be made, or the flags make no sense.
    pub fn run(self, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
        let to_stdout = self.items.iter().any(|(_, output)| is_dash(output));
        if to_stdout && out.json() {
            return Err(bad_request(
                "--json and the picture would both go to standard output",
                "Name a file with -o, or leave out --json.",
            ));
        }
        let items = self
            .items
            .iter()
            .map(|(input, output)| Ok((source(input)?, target(output))))
            .collect::<Result<Vec<_>, Failure>>()?;
        let several = items.len() > 1;
        let config = ApplyConfig {
            pictures: self.pictures,
            items,
            pipeline: self.pipeline,
            output: self.output,
            existing: self.existing,
        };
        let applied = follow(apply(config), out, watch, |event, out| match event {
            ApplyEvent::Progress { done, of } => out.bar("picture", done, of),
            ApplyEvent::Made(made) => {
                out.wipe();
                tell(&made, out);
            }
            ApplyEvent::NotMade { source, failure } => {
                out.object(
                    "failed",
                    serde_json::json!({ "input": source, "message": failure.message, "remedy": failure.remedy }),
                );
                out.note(format!("{source}: {failure}"));
            }
        })?;
        out.wipe();
        for bytes in applied.made.iter().filter_map(|made| made.bytes.as_deref()) {
            let mut stdout = io::stdout().lock();
            let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
            written.map_err(|error| Failure {
                code: ErrorCode::Disk,
                message: format!("the picture cannot be written to standard output: {error}"),
                remedy: "Check who reads it, or name a file with -o.".into(),
            })?;
        }
        if several {
            let (made, failed) = (applied.made.len(), applied.failed.len());
            out.object(
                "done",
                serde_json::json!({ "made": made, "failed": failed }),
            );
            out.say(format!("{made} made, {failed} failed"));
        }
        match applied.failed.is_empty() {
            true => Ok(crate::exit::DONE),
            false => Ok(crate::exit::DATA),
        }
    }
}

fn target(path: &std::path::Path) -> Target {
    match is_dash(path) {
        true => Target::Bytes,
        false => Target::File(path.to_owned()),
    }
}

fn source(path: &std::path::Path) -> Result<Source, Failure> {
    if !is_dash(path) {
        return Ok(Source::File(path.to_owned()));
    }
    let mut bytes = Vec::new();
    // One byte more than is allowed: whoever opens it says that it is too long.
    io::stdin()
        .lock()
        .take(Limits::USUAL.file.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Failure {
            code: ErrorCode::Disk,
            message: format!("standard input cannot be read: {error}"),
            remedy: "Check what is piped in, or name a file.".into(),
        })?;
    Ok(Source::Bytes(bytes.into()))
}
