//! `fetch()`: a network from where networks are kept, after the person has seen its licence.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, spawn};
use studio::Cancel;
use studio::models::{Agreed, Progress};

use super::{Pictures, model_failure};
use crate::failure::failure;
use crate::process::{Cx, Process, Verb};

/// Time between two looks how far it is.
const LOOK: Duration = Duration::from_millis(100);

/// What is to be fetched.
#[derive(Debug, Clone)]
pub struct FetchConfig {
    /// Where it goes.
    pub pictures: Arc<Pictures>,
    /// What the person said yes to.
    pub agreed: Agreed,
}

/// Nothing can be told to it but to stop.
#[derive(Debug, Clone, Copy)]
pub enum FetchCommand {}

/// The verb behind [`fetch`].
#[derive(Debug)]
pub struct Fetch;

/// Fetches a network. What came stays when it is stopped, and the next call goes on from there.
pub fn fetch(config: FetchConfig) -> Process<Fetch> {
    Process::new(config)
}

impl Verb for Fetch {
    const NAME: &'static str = "image models fetch";
    const DRIVES: bool = false;
    type Config = FetchConfig;
    type Command = FetchCommand;
    type Event = Progress;
    type Outcome = PathBuf;

    fn run(config: FetchConfig, cx: &Cx<Self>) -> Result<PathBuf, Failure> {
        let cancel = Cancel::new();
        let far = Arc::new(Mutex::new(None));
        let body = {
            let (cancel, far) = (cancel.clone(), Arc::clone(&far));
            let FetchConfig { pictures, agreed } = config.clone();
            move || {
                let mut tell = |reached: Progress| {
                    *far.lock().unwrap_or_else(PoisonError::into_inner) = Some(reached);
                };
                pictures.store().fetch(&agreed, &cancel, &mut tell)
            }
        };
        let work = spawn("model", Intent::Background, body).map_err(|error| {
            failure(
                ErrorCode::Internal,
                format!("no thread to fetch the model: {error}"),
                "Close other programs and try again.",
            )
        })?;
        loop {
            if cx.stopping() {
                cancel.cancel();
            }
            let ended = work.finished();
            if let Some(reached) = far.lock().unwrap_or_else(PoisonError::into_inner).take() {
                cx.emit(reached);
            }
            if ended {
                break;
            }
            cx.clock.sleep(LOOK);
        }
        let fetched = work.join().map_err(|panicked| {
            failure(
                ErrorCode::Internal,
                panicked,
                "This is a defect of Tendon: please report it with the log.",
            )
        })?;
        let path = fetched.map_err(|error| model_failure(&error))?;
        config.pictures.look_again();
        Ok(path)
    }
}
