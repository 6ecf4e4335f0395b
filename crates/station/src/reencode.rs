//! `reencode()`: makes the films of a dataset again in another codec, telling how far it is. Never while an arm is driven: the
//! dataset is locked while somebody records into it.
//!
//! Not here: how a film gets into its old one's place (`dataset::reencode`).

use std::path::PathBuf;
use std::time::Duration;

use dataset::progress::{Progress, Reached};
use dataset::reencode::{Reencode as How, Reencoded, apply};
use dataset::{DatasetError, FilmSpec};
use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, spawn};

use crate::failure::failure;
use crate::process::{Cx, Process, Verb};

/// Least time between two progress events (invariant 9: state events at most 20 a second).
const TELL: Duration = Duration::from_millis(100);

/// Which films, and what they are to be.
#[derive(Debug, Clone)]
pub struct ReencodeConfig {
    /// Folder of the dataset.
    pub root: PathBuf,
    /// What its films are to be. Those of that codec stay as they are.
    pub film: FilmSpec,
    /// Only films with pictures of this episode or a later one.
    pub from_episode: u64,
}

/// Nothing can be told to it but to stop.
#[derive(Debug, Clone, Copy)]
pub enum ReencodeCommand {}

/// The verb behind [`reencode`].
#[derive(Debug)]
pub struct Reencode;

/// Makes films again. Told to stop, it ends within a picture: films that were made stay made, the one it was at stays as
/// it was, and the outcome counts those that wait.
pub fn reencode(config: ReencodeConfig) -> Process<Reencode> {
    Process::new(config)
}

impl Verb for Reencode {
    const NAME: &'static str = "reencode";
    const DRIVES: bool = false;
    type Config = ReencodeConfig;
    type Command = ReencodeCommand;
    type Event = Reached;
    type Outcome = Reencoded;

    fn run(config: ReencodeConfig, cx: &Cx<Self>) -> Result<Reencoded, Failure> {
        let progress = Progress::new();
        let watched = progress.clone();
        let work = spawn("reencode", Intent::Background, move || {
            let how = How {
                film: config.film,
                from_episode: config.from_episode,
            };
            apply(&config.root, how, &progress)
        })
        .map_err(|error| {
            failure(
                ErrorCode::Internal,
                format!("no thread to make films again: {error}"),
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
                failure(
                    ErrorCode::Internal,
                    panicked,
                    "This is a defect of Tendon: please report it with the log.",
                )
            })?
            .map_err(|error| failure(code(&error), &error, error.remedy()))
    }
}

fn code(error: &DatasetError) -> ErrorCode {
    match error {
        DatasetError::Io { .. } | DatasetError::NoRoom { .. } => ErrorCode::Disk,
        DatasetError::InUse { .. } => ErrorCode::NotWhile,
        DatasetError::BadInput { .. } => ErrorCode::BadRequest,
        _ => ErrorCode::Data,
    }
}
