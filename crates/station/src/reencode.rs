//! `reencode()`: makes the films of a dataset again in another codec, telling how far it is. Never while an arm is driven: the
//! dataset is locked while somebody records into it.
//!
//! Not here: how a film gets into its old one's place (`dataset::reencode`).

use std::path::PathBuf;

use dataset::progress::{Progress, Reached};
use dataset::reencode::{Reencode as How, Reencoded, apply};
use dataset::{DatasetError, FilmSpec};
use protocol::{ErrorCode, Failure};
use stdx::thread::Intent;

use crate::failure::failure;
use crate::process::{Cx, Process, Verb};
use crate::watched::watched;

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
        let work = move |progress: &Progress| {
            let how = How {
                film: config.film,
                from_episode: config.from_episode,
            };
            apply(&config.root, how, progress)
        };
        let thread = ("reencode", Intent::Background);
        watched(cx, thread, "make films again", |reached| reached, work)?
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
