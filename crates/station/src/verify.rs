//! `verify()`: looks through a dataset and says what is wrong with it, telling how far it is. A worker of the pool does it.
//!
//! Not here: what is looked for (`dataset::verify`).

use std::path::PathBuf;
use std::sync::Arc;

use dataset::progress::{Cancelled, Progress, Reached};
use dataset::verify::{Report, verify as look};
use protocol::Failure;

use crate::process::{Cx, Process, Verb};
use crate::workers::{self, DATASET_VERIFY, Workers, pooled};

/// What to look through.
#[derive(Debug, Clone)]
pub struct VerifyConfig {
    /// Folder of the dataset.
    pub root: PathBuf,
}

/// Nothing can be told to it but to stop.
#[derive(Debug, Clone, Copy)]
pub enum VerifyCommand {}

/// The verb behind [`verify`].
#[derive(Debug)]
pub struct Verify;

/// Looks through a dataset. Told to stop, it ends soon, and its report says that it was cancelled.
pub fn verify(config: VerifyConfig) -> Process<Verify> {
    verify_on(config, workers::ours())
}

/// The same on another pool than the program's own.
pub fn verify_on(config: VerifyConfig, workers: Arc<Workers>) -> Process<Verify> {
    Process::new((config, workers))
}

impl Verb for Verify {
    const NAME: &'static str = "verify";
    const DRIVES: bool = false;
    type Config = (VerifyConfig, Arc<Workers>);
    type Command = VerifyCommand;
    type Event = Reached;
    type Outcome = Report;

    fn run((config, workers): Self::Config, cx: &Cx<Self>) -> Result<Report, Failure> {
        let root = config.root.clone();
        let work = move |progress: &Progress| Ok::<_, Cancelled>(look(&root, progress));
        let thread = ("verify", "look through the dataset");
        let report = pooled(cx, workers, DATASET_VERIFY, thread, |reached| reached, work)?;
        // Called off before a worker had time for it.
        Ok(report.unwrap_or_else(|Cancelled| Report {
            root: config.root,
            cancelled: true,
            ..Report::default()
        }))
    }
}
