//! `export()`: packs a dataset into one checked ZIP, telling how far it is. A worker of the pool does it.

use std::path::PathBuf;
use std::sync::Arc;

use dataset::export::{ExportError, ExportOptions, ExportReport, export_zip};
use dataset::progress::{Progress, Reached};
use protocol::{ErrorCode, Failure};

use crate::failure::failure;
use crate::process::{Cx, Process, Verb};
use crate::workers::{self, EXPORT_ZIP, Workers, pooled};

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
    export_on(config, workers::ours())
}

/// The same on another pool than the program's own.
pub fn export_on(config: ExportConfig, workers: Arc<Workers>) -> Process<Export> {
    Process::new((config, workers))
}

impl Verb for Export {
    const NAME: &'static str = "export";
    const DRIVES: bool = false;
    type Config = (ExportConfig, Arc<Workers>);
    type Command = ExportCommand;
    type Event = Reached;
    type Outcome = ExportReport;

    fn run((config, workers): Self::Config, cx: &Cx<Self>) -> Result<ExportReport, Failure> {
        let work = move |progress: &Progress| {
            let options = ExportOptions {
                replace: config.overwrite,
                ..ExportOptions::default()
            };
            export_zip(&config.root, &config.target, &options, progress)
        };
        let thread = ("zip", "pack the dataset");
        pooled(cx, workers, EXPORT_ZIP, thread, |reached| reached, work)?
            .map_err(|error| failure(code(&error), &error, error.remedy()))
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
