//! `export()`: packs a dataset into one checked ZIP, telling how far it is.

use std::path::PathBuf;
use std::time::Duration;

use dataset::export::{ExportError, ExportOptions, ExportReport, export_zip};
use dataset::progress::{Progress, Reached};
use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, spawn};

use crate::process::{Cx, Process, Verb};

/// Least time between two progress events (invariant 9: state events at most 20 a second).
const TELL: Duration = Duration::from_millis(100);

/// What to pack, and where to.
#[derive(Debug, Clone)]
pub struct ExportConfig {
    /// Folder of the dataset.
    pub root: PathBuf,
    /// The ZIP to write.
    pub target: PathBuf,
    /// Replace a file that is there.
    pub overwrite: bool,
}

/// Nothing can be told to it but to stop.
#[derive(Debug, Clone, Copy)]
pub enum ExportCommand {}

/// The verb behind [`export`].
#[derive(Debug)]
pub struct Export;

/// Packs a dataset into a ZIP. The ZIP appears whole and verified, or not at all.
pub fn export(config: ExportConfig) -> Process<Export> {
    Process::new(config)
}

impl Verb for Export {
    const NAME: &'static str = "export";
    const DRIVES: bool = false;
    type Config = ExportConfig;
    type Command = ExportCommand;
    type Event = Reached;
    type Outcome = ExportReport;

    fn run(config: ExportConfig, cx: &Cx<Self>) -> Result<ExportReport, Failure> {
        let progress = Progress::new();
        let watched = progress.clone();
        let work = spawn("zip", Intent::Background, move || {
            let options = ExportOptions {
                replace: config.overwrite,
                ..ExportOptions::default()
            };
            export_zip(&config.root, &config.target, &options, &progress)
        })
        .map_err(|error| {
            crate::failure::failure(
                ErrorCode::Internal,
                format!("no thread for the export: {error}"),
                "Close other programs and try again.",
            )
        })?;
        while !work.finished() {
            if cx.stopping() {
                watched.cancel();
            }
            cx.emit(watched.reached());
            cx.clock.sleep(TELL);
        }
        work.join()
            .map_err(|panicked| {
                crate::failure::failure(
                    ErrorCode::Internal,
                    panicked,
                    "This is a defect of Tendon: please report it with the log.",
                )
            })?
            .map_err(|error| crate::failure::failure(code(&error), &error, error.remedy()))
    }
}

fn code(error: &ExportError) -> ErrorCode {
    match error {
        ExportError::Cancelled(_) => ErrorCode::Stopped,
        ExportError::DiskFull { .. } | ExportError::Write { .. } => ErrorCode::Disk,
        ExportError::TargetExists { .. } | ExportError::TargetInside { .. } => {
            ErrorCode::BadRequest
        }
        ExportError::Busy { .. } => ErrorCode::NotWhile,
        _ => ErrorCode::Data,
    }
}
