//! The recorder of a session as its owner sees it: started when the arms follow, watched while it works, and given up
//! when it fails for good. The arm never waits for it.
//!
//! Not here: how often it may fail (`threads`), what it does (`recorder`).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arms::Step;
use dataset::{CameraSpec, Dataset, FeatureStats};
use protocol::{ErrorCode, Failure, LoopReport};
use recorder::{DatasetStore, Eye, RecorderHandle};
use stdx::watchdog::{Failed, How, Seen};
use stdx::{LatestReader, QueueReader, latest, queue};

use super::Summary;
use super::{Record, RecordEvent, SessionCommand, SessionConfig, SessionEvent, SessionStatus};
use crate::drive::Laps;
use crate::failure::failure;
use crate::process::Cx;
use crate::threads;

/// Events of the recorder that may wait to be passed on; they come a few a minute.
const EVENTS: usize = 256;

/// The loop's reports, lent to the recorder. Taken back when it is dropped: a recorder that hangs must not keep the
/// loop from being ended.
#[derive(Default)]
pub(super) struct LentLaps(Arc<Mutex<Option<Laps>>>);

impl LentLaps {
    fn lend(&self, laps: Laps) -> impl FnMut() -> Option<LoopReport> + Send + 'static {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(laps);
        let lent = Arc::clone(&self.0);
        move || {
            let laps = lent.lock().unwrap_or_else(PoisonError::into_inner);
            laps.as_ref().and_then(Laps::lap)
        }
    }
}

impl Drop for LentLaps {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Where the recording of a session stands.
pub(super) enum Recording {
    /// The arms do not follow yet.
    Waiting(Box<Waiting>),
    /// At work.
    On(Box<Recorder>),
    /// The session came to its end.
    Done(Summary),
    /// The recorder failed for good.
    Gone(Failure),
}

/// What a recorder is made of.
pub(super) struct Waiting {
    store: DatasetStore,
    root: PathBuf,
    eyes: Vec<Eye<FeatureStats>>,
    steps: QueueReader<Step>,
    config: SessionConfig,
}

/// A recorder at work and the ends it tells through.
pub(super) struct Recorder {
    handle: RecorderHandle<DatasetStore>,
    events: QueueReader<SessionEvent>,
    status: LatestReader<SessionStatus>,
    root: PathBuf,
    /// Last of what the arm did, and whether the recorder was told.
    arm: Option<(SessionCommand, bool)>,
    slow: bool,
}

impl Recording {
    /// A recording that begins when the arms follow.
    pub(super) fn waiting(
        dataset: Dataset,
        cameras: &[CameraSpec],
        eyes: Vec<Eye<FeatureStats>>,
        steps: QueueReader<Step>,
        config: SessionConfig,
    ) -> Self {
        Self::Waiting(Box::new(Waiting {
            root: dataset.root().to_owned(),
            store: DatasetStore::with_cameras(dataset, cameras),
            eyes,
            steps,
            config,
        }))
    }

    /// The arms follow: starts the recorder if it has not been.
    pub(super) fn start(
        &mut self,
        laps: impl FnOnce() -> Laps,
        lent: &LentLaps,
        cx: &Cx<Record>,
    ) -> Result<(), Failure> {
        if !matches!(self, Self::Waiting(_)) {
            return Ok(());
        }
        let Self::Waiting(waiting) = std::mem::replace(self, Self::Done(Summary::default())) else {
            return Ok(());
        };
        // What happened before the arms followed is not part of an episode.
        while waiting.steps.pop().is_some() {}
        *self = Self::On(Box::new(Recorder::start(*waiting, laps(), lent, cx)?));
        Ok(())
    }

    /// Ends the session; the running episode is saved.
    pub(super) fn stop(&self) {
        if let Self::On(recorder) = self {
            recorder.handle.stop();
        }
    }

    /// What the arm does from now on.
    pub(super) fn arm(&mut self, what: SessionCommand) {
        if let Self::On(recorder) = self {
            recorder.arm = Some((what, false));
        }
    }

    /// Obeys a person, or says why not.
    pub(super) fn command(&self, command: SessionCommand) -> Result<(), String> {
        match self {
            Self::On(recorder) => recorder
                .handle
                .command(command)
                .map_err(|refusal| refusal.to_string()),
            Self::Waiting(_) => Err("not yet: the arm does not follow".to_owned()),
            Self::Done(_) | Self::Gone(_) => Err("recording has ended".to_owned()),
        }
    }

    /// Whether the recorder is late with everything.
    pub(super) fn slow(&self) -> bool {
        matches!(self, Self::On(recorder) if recorder.slow)
    }

    /// Passes on what the recorder tells, and looks after its thread.
    pub(super) fn look(&mut self, cx: &Cx<Record>) {
        let Self::On(recorder) = self else {
            return;
        };
        recorder.tell(cx);
        if let Some((what, told @ false)) = &mut recorder.arm {
            *told = recorder.handle.post(*what);
        }
        match recorder.handle.look() {
            Seen::Well => {}
            Seen::Slow(silent) => {
                recorder.slow = true;
                trouble(cx, true, slow(silent, &recorder.root));
            }
            Seen::Again => {
                recorder.slow = false;
                trouble(cx, true, goes_on());
            }
            Seen::Failed(failed) => {
                let failure = told(&failed, &recorder.root);
                if failed.for_good() {
                    tracing::error!("{failed}");
                    recorder.tell(cx);
                    *self = Self::Gone(failure.clone());
                    trouble(cx, false, failure);
                } else {
                    // What the old thread was told may have gone with it.
                    if let Some((_, told)) = &mut recorder.arm {
                        *told = false;
                    }
                    trouble(cx, true, failure);
                }
            }
            Seen::Ended => {
                recorder.tell(cx);
                if let Self::On(recorder) = std::mem::replace(self, Self::Done(Summary::default()))
                {
                    *self = match recorder.handle.join() {
                        Ok(outcome) => match outcome.summary.failure {
                            None => Self::Done(outcome.summary),
                            Some(failure) => {
                                trouble(cx, false, refused(&failure));
                                Self::Gone(failure)
                            }
                        },
                        Err(failed) => Self::Gone(told(&failed, &recorder.root)),
                    };
                }
            }
        }
    }
}

impl Recorder {
    fn start(
        waiting: Waiting,
        laps: Laps,
        lent: &LentLaps,
        cx: &Cx<Record>,
    ) -> Result<Self, Failure> {
        // The first lap ends where the first episode begins.
        drop(laps.lap());
        let (event_writer, events) = queue(EVENTS);
        let (status_writer, status) = latest();
        let outputs = recorder::Outputs {
            events: event_writer,
            status: status_writer,
            loop_report: Box::new(lent.lend(laps)),
        };
        let recorder = recorder::Recorder::new(
            waiting.steps,
            waiting.store,
            &waiting.config,
            Arc::clone(&cx.clock),
            outputs,
        )
        .map_err(|error| failure(ErrorCode::BadRequest, &error, error.remedy()))?
        .with_cameras(waiting.eyes);
        let handle = recorder::start(recorder, threads::RECORDER).map_err(|error| {
            failure(
                ErrorCode::Internal,
                format!("no thread for the recorder: {error}"),
                "Close other programs and try again.",
            )
        })?;
        Ok(Self {
            handle,
            events,
            status,
            root: waiting.root,
            arm: None,
            slow: false,
        })
    }

    fn tell(&mut self, cx: &Cx<Record>) {
        while let Some(event) = self.events.pop() {
            cx.emit(RecordEvent::Session(event));
        }
        if let Some(status) = self.status.take() {
            cx.emit(RecordEvent::Status(status));
        }
    }
}

/// Tells the person and the log.
pub(super) fn trouble(cx: &Cx<Record>, recording: bool, failure: Failure) {
    tracing::warn!(recording, "{}", failure.message);
    cx.emit(RecordEvent::Trouble { failure, recording });
}

fn slow(silent: std::time::Duration, root: &Path) -> Failure {
    failure(
        ErrorCode::Disk,
        format!(
            "the recorder has been waiting for its disk for {:.0} s\nFolder: {}",
            silent.as_secs_f64(),
            root.display()
        ),
        "The arm goes on. Close programs that use the disk, or record to a faster one.",
    )
}

/// The disk refused a row; what it said was told with the recorder's own event.
fn refused(failure: &Failure) -> Failure {
    Failure {
        code: failure.code,
        message: "recording has stopped".into(),
        remedy: "The arm goes on; end the session when you are ready.".into(),
    }
}

fn goes_on() -> Failure {
    failure(
        ErrorCode::Disk,
        "the recorder goes on",
        "Rows that came too late are repeated and marked.",
    )
}

/// What a person is told about a recorder that failed.
fn told(failed: &Failed, root: &Path) -> Failure {
    let folder = root.display();
    match (&failed.how, failed.for_good()) {
        (How::Panicked(_), false) => failure(
            ErrorCode::Internal,
            failed,
            "The arm goes on. The running episode is kept as far as it was written, and marked; the next one begins \
             after a reset. Please report this with the log.",
        ),
        (How::Panicked(_), true) => failure(
            ErrorCode::Internal,
            format!("recording has stopped: {failed}\nFolder: {folder}"),
            format!(
                "The arm goes on; end the session when you are ready. Saved episodes are safe, the running one is in \
                 its journal: tendon dataset repair {folder}\nPlease report this with the log."
            ),
        ),
        (How::Hangs(silent), _) => failure(
            ErrorCode::Disk,
            format!(
                "recording has stopped: the disk has not answered for {:.0} s\nFolder: {folder}",
                silent.as_secs_f64()
            ),
            format!(
                "The arm goes on; end the session when you are ready. Saved episodes are safe, the running one is in \
                 its journal. Check the disk, then: tendon dataset repair {folder}"
            ),
        ),
    }
}
