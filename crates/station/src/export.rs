//! `export()`: packs a dataset into one checked ZIP, telling how far it is.

use std::path::PathBuf;

use dataset::export::{ExportError, ExportOptions, ExportReport, export_zip};
use dataset::progress::{Progress, Reached};
use protocol::{ErrorCode, Failure};
use stdx::thread::Intent;

use crate::failure::failure;
use crate::process::{Cx, Process, Verb};
use crate::watched::watched;

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
        let work = move |progress: &Progress| {
            let options = ExportOptions {
                replace: config.overwrite,
                ..ExportOptions::default()
            };
            export_zip(&config.root, &config.target, &options, progress)
        };
        let thread = ("zip", Intent::Background);
        watched(cx, thread, "pack the dataset", |reached| reached, work)?
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
