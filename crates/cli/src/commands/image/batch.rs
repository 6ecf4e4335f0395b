//! `tendon image batch`: files and folders through a preset.

use std::path::PathBuf;

use ::batch::{Event, Outcome, Progress, Queue, Task, Watch as Watching};
use clap::Args;
use protocol::Failure;
use station::pictures::batch::{BatchConfig, BatchEvent, batch, begin, take_up};
use station::pictures::batch_failure;

use super::recipe::Recipe;
use super::shared::{SavingArgs, ServerArgs};
use crate::output::Out;
use crate::setup::bad_request;
use crate::watch::{Watch, follow};

/// `tendon image batch`
#[derive(Debug, Args)]
pub struct PictureBatch {
    /// Files and folders.
    #[arg(value_name = "IN", required_unless_present_any = ["resume", "retry"])]
    pub inputs: Vec<PathBuf>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    #[command(flatten)]
    pub recipe: Recipe,
    /// Look only into the folders that are named, not into those inside them.
    #[arg(long)]
    pub flat: bool,
    /// Take what comes into the folders too, until Ctrl-C.
    #[arg(long)]
    pub watch: bool,
    /// Go on with the batch that was begun in this folder.
    #[arg(long, conflicts_with_all = ["inputs", "preset", "operations"])]
    pub resume: bool,
    /// Go on with it, and try again what failed.
    #[arg(long, conflicts_with_all = ["inputs", "preset", "operations"])]
    pub retry: bool,
    /// Write the report into this file too, as JSON.
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub saving: SavingArgs,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Runs the batch. The exit code says whether a picture could not be made.
pub fn run(args: &PictureBatch, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let queue = match args.resume || args.retry {
        true => take_up(&args.into, args.retry)?,
        false => begin(&task(args)?)?,
    };
    let again = queue.recovered().again;
    if again > 0 {
        out.note(format!(
            "{again} pictures were being worked on when the program ended; they are made again."
        ));
    }
    let path = queue.path().to_owned();
    let config = BatchConfig {
        pictures: args.server.pictures(true)?,
        queue,
        watch: args.watch.then(Watching::default),
    };
    let outcome = follow(batch(config), out, watch, show)?;
    out.wipe();
    tell(&outcome, out);
    if let Some(report) = &args.report {
        write(&outcome, report)?;
    }
    let failed = outcome.report.counts.failed;
    if outcome.finished && failed == 0 && !args.watch {
        // Nothing is left to go on with.
        let queue = Queue::open(&path).map_err(|error| batch_failure(&error))?;
        queue.forget().map_err(|error| batch_failure(&error))?;
    }
    if !outcome.finished {
        out.note("Stopped. Go on with --resume and the same --into.");
    } else if failed > 0 {
        out.note("Try again what failed with --retry and the same --into.");
    }
    match failed {
        0 => Ok(crate::exit::DONE),
        _ => Ok(crate::exit::DATA),
    }
}

fn task(args: &PictureBatch) -> Result<Task, Failure> {
    if args.watch && args.inputs.iter().all(|input| input.is_file()) {
        return Err(bad_request(
            "only folders can be watched",
            "Name a folder, or leave out --watch.",
        ));
    }
    let mut task = Task::new(args.inputs.clone(), args.into.clone(), args.recipe.some()?);
    task.recursive = !args.flat;
    task.output = args.saving.output()?;
    task.existing = args.saving.existing();
    Ok(task)
}

fn show(event: BatchEvent, out: &mut Out) {
    match event {
        BatchEvent::Progress(progress) => {
            let Progress { counts, .. } = &progress;
            out.bar("pictures", counts.done + counts.failed, counts.all());
            out.object("progress", &progress);
        }
        BatchEvent::Event(event) => {
            out.object("batch", &event);
            match event {
                Event::Done { output, notes, .. } => {
                    out.note(output.display().to_string());
                    for note in notes {
                        out.note(format!("  {note}"));
                    }
                }
                Event::Failed {
                    input,
                    message,
                    remedy,
                    ..
                } => out.note(format!("{}: {message}\n  {remedy}", input.display())),
                Event::Passed { input, why, .. } => {
                    out.note(format!("{}: {why}", input.display()));
                }
                Event::Found { files } => out.note(format!("{files} new files")),
                Event::Blind { message } => out.note(message),
                Event::Began { .. } | Event::Paused | Event::Resumed => {}
            }
        }
    }
}

fn tell(outcome: &Outcome, out: &mut Out) {
    out.object("report", outcome);
    out.say(outcome.report.to_string().trim_end());
}

fn write(outcome: &Outcome, path: &std::path::Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure {
        code: protocol::ErrorCode::Disk,
        message: format!(
            "the report cannot be written: {error}\nFile: {}",
            path.display()
        ),
        remedy: "Check that the path is right and writable, and the disk not full.".into(),
    };
    let text = serde_json::to_string_pretty(outcome).map_err(|error| failed(error.into()))?;
    std::fs::write(path, text + "\n").map_err(failed)
}
