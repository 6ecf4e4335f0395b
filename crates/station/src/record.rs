//! `record()`: drives a rig and puts what it does into a dataset, episode by episode.
//!
//! The loop and the recorder do not know each other; they meet at a queue that is made here. Whatever becomes
//! of the recorder, the loop goes on; whatever becomes of the loop, the episode is kept.

use std::path::{Path, PathBuf};

use dataset::{Dataset, DatasetSpec, recovery};
use protocol::{ErrorCode, Failure, LoopReport};
use recorder::preflight::{self, Check, Grade, Wanted};
use recorder::{DatasetStore, RecorderHandle};
use stdx::{LatestReader, QueueReader, latest, queue};
use teleop::{LoopConfig, State};

use crate::drive::{self, ConnectedRig, DriveCommand, DriveEvent, Driving, Laps, RigConfig};
use crate::failure::failure;
use crate::process::{Cx, Process, Verb};

pub use recorder::{
    Command as SessionCommand, Event as SessionEvent, RecordConfig as SessionConfig,
    Status as SessionStatus, Summary,
};

/// Steps that may wait for the recorder: eight seconds at 250 Hz, longer than an episode takes to save.
const STEPS: usize = 2048;
/// Events of the recorder that may wait to be passed on; they come a few a minute.
const EVENTS: usize = 256;

/// What to do with an episode that an earlier session left unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Save what is there as an episode, marked as recovered.
    Keep,
    /// Throw it away.
    Discard,
    /// Refuse to record until a person has decided.
    Ask,
}

/// What to record, and how.
pub struct RecordConfig {
    /// The arms and what they follow.
    pub rig: RigConfig,
    /// Folder of the dataset.
    pub root: PathBuf,
    /// Add to a dataset that is there; otherwise the folder must not exist.
    pub resume: bool,
    /// What becomes of an interrupted episode.
    pub recovery: Recovery,
    /// Task, rates, times and number of episodes.
    pub session: SessionConfig,
}

/// What a person can say while recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordCommand {
    /// About the episodes. Pausing holds the arms, resuming drives them again.
    Session(SessionCommand),
    /// About the arms.
    Drive(DriveCommand),
}

/// What happens meanwhile.
#[derive(Debug, Clone)]
pub enum RecordEvent {
    /// About the arms and the loop.
    Drive(DriveEvent),
    /// What was checked before anything moved.
    Preflight(Vec<Check>),
    /// An episode of an earlier session was found and dealt with.
    Recovered {
        /// Its task.
        task: String,
        /// Its whole rows.
        rows: u64,
        /// Its new index; `None` when it was thrown away.
        index: Option<u64>,
    },
    /// Something happened to an episode.
    Session(SessionEvent),
    /// Where the session stands, at most 20 times a second.
    Status(SessionStatus),
    /// A command was not carried out, and why.
    Refused(String),
}

/// What recording leaves behind.
#[derive(Debug, Clone)]
pub struct RecordOutcome {
    /// Folder of the dataset.
    pub root: PathBuf,
    /// The session's episodes.
    pub summary: Summary,
    /// The loop's account of itself.
    pub report: LoopReport,
}

/// The verb behind [`record`].
#[derive(Debug)]
pub struct Record;

/// Records episodes. Told to stop, it saves the running episode and releases the arms gently.
pub fn record(config: RecordConfig) -> Process<Record> {
    Process::new(config)
}

impl Verb for Record {
    const NAME: &'static str = "record";
    type Config = RecordConfig;
    type Command = RecordCommand;
    type Event = RecordEvent;
    type Outcome = RecordOutcome;

    fn run(config: RecordConfig, cx: &Cx<Self>) -> Result<RecordOutcome, Failure> {
        recover(&config, cx)?;
        let two_arms = config.rig.followers.len() > 1;
        let spec = DatasetSpec::so_follower(config.session.fps, two_arms);
        let checks = preflight::check(&Wanted {
            config: &config.session,
            root: &config.root,
            resume: config.resume,
            spec: &spec,
            degrees: config.rig.followers.iter().all(|arm| arm.use_degrees),
        });
        let passed = preflight::passed(&checks);
        cx.emit(RecordEvent::Preflight(checks.clone()));
        if !passed {
            return Err(refusal(&checks));
        }
        let note = |note| cx.emit(RecordEvent::Drive(DriveEvent::Note(note)));
        // Arms first: a failed connect must not leave an empty dataset behind.
        let connected = ConnectedRig::connect(config.rig, &cx.clock, note)?;
        let dataset = if config.resume {
            Dataset::resume(&config.root, &spec)
        } else {
            Dataset::create(&config.root, spec)
        }
        .map_err(data_failure)?;
        let (step_writer, steps) = queue(STEPS);
        let loop_config = LoopConfig::new(config.session.control_rate);
        let driving = Driving::start(
            connected,
            loop_config,
            Some(step_writer),
            &cx.controls(),
            &cx.clock,
        )?;
        let mut session = Session {
            cx,
            driving,
            recorder: None,
        };
        let summary = session.run(dataset, steps, config.session);
        // Whatever became of the recorder, the arms are let down first and the loop's failure is told too.
        let report = session.end();
        if !config.resume {
            tidy(&config.root);
        }
        let summary = summary?;
        if let Some(failure) = summary.failure.clone() {
            return Err(failure);
        }
        Ok(RecordOutcome {
            root: config.root,
            summary,
            report: report?,
        })
    }
}

/// A recorder at work and the ends it tells through.
struct Recording {
    handle: RecorderHandle<DatasetStore>,
    events: QueueReader<SessionEvent>,
    status: LatestReader<SessionStatus>,
}

struct Session<'a> {
    cx: &'a Cx<Record>,
    driving: Driving,
    recorder: Option<Recording>,
}

impl Session<'_> {
    /// Records until the session is over or the loop has ended.
    fn run(
        &mut self,
        dataset: Dataset,
        steps: QueueReader<arms::Step>,
        config: SessionConfig,
    ) -> Result<Summary, Failure> {
        let mut waiting = Some((dataset, steps, config));
        loop {
            let running = self.look();
            if self.driving.follows()
                && let Some((dataset, steps, config)) = waiting.take()
            {
                // What happened before the arms followed is not part of an episode.
                while steps.pop().is_some() {}
                self.recorder = Some(start_recorder(
                    dataset,
                    steps,
                    config,
                    self.driving.laps(),
                    self.cx,
                )?);
            }
            self.obey();
            self.tell();
            let stopped = matches!(self.driving.state(), State::Stopped | State::Faulted(_));
            match &self.recorder {
                Some(recording) if recording.handle.finished() => break,
                Some(recording) if stopped || self.cx.stopping() || !running => {
                    recording.handle.stop();
                }
                None if self.cx.stopping() || !running || stopped => break,
                _ => {}
            }
            if self.driving.hangs() {
                return Err(drive::hung());
            }
            self.cx.clock.sleep(drive::LOOK);
        }
        self.tell();
        match self.recorder.take() {
            None => Ok(Summary::default()),
            Some(recording) => recording.handle.join().map(|outcome| outcome.summary).map_err(|panicked| {
                failure(
                    ErrorCode::Internal,
                    panicked,
                    "The running episode is in its journal and will be offered at the next start.",
                )
            }),
        }
    }

    /// Lets the arms down and waits for the loop's end.
    fn end(mut self) -> Result<LoopReport, Failure> {
        while self.look() {
            while let Some(command) = self.cx.command() {
                if let RecordCommand::Drive(command) = command {
                    self.driving.command(command);
                }
            }
            // Arms that were stopped in an emergency hold until a person releases them.
            if !matches!(self.driving.state(), State::Stopped) || self.cx.stopping() {
                self.driving.want_end();
            }
            if self.driving.hangs() {
                return Err(drive::hung());
            }
            self.cx.clock.sleep(drive::LOOK);
        }
        self.driving.finish()
    }

    fn look(&mut self) -> bool {
        let cx = self.cx;
        self.driving
            .look(|event| cx.emit(RecordEvent::Drive(event)))
    }

    fn obey(&mut self) {
        while let Some(command) = self.cx.command() {
            match command {
                RecordCommand::Drive(command) => self.driving.command(command),
                RecordCommand::Session(command) => {
                    let Some(recording) = &self.recorder else {
                        continue;
                    };
                    match recording.handle.command(command) {
                        Ok(()) => match command {
                            SessionCommand::Pause => self.driving.command(DriveCommand::Hold),
                            SessionCommand::Resume => self.driving.command(DriveCommand::Resume),
                            _ => {}
                        },
                        Err(refusal) => self.cx.emit(RecordEvent::Refused(refusal.to_string())),
                    }
                }
            }
        }
    }

    fn tell(&mut self) {
        let Some(recording) = &self.recorder else {
            return;
        };
        while let Some(event) = recording.events.pop() {
            self.cx.emit(RecordEvent::Session(event));
        }
        if let Some(status) = recording.status.take() {
            self.cx.emit(RecordEvent::Status(status));
        }
    }
}

fn start_recorder(
    dataset: Dataset,
    steps: QueueReader<arms::Step>,
    config: SessionConfig,
    laps: Laps,
    cx: &Cx<Record>,
) -> Result<Recording, Failure> {
    // The first lap ends where the first episode begins.
    drop(laps.lap());
    let (event_writer, events) = queue(EVENTS);
    let (status_writer, status) = latest();
    let outputs = recorder::Outputs {
        events: event_writer,
        status: status_writer,
        loop_report: Box::new(move || laps.lap()),
    };
    let recorder = recorder::Recorder::new(
        steps,
        DatasetStore::new(dataset),
        &config,
        std::sync::Arc::clone(&cx.clock),
        outputs,
    )
    .map_err(|error| failure(ErrorCode::BadRequest, &error, error.remedy()))?;
    let handle = recorder::start(recorder).map_err(|error| {
        failure(
            ErrorCode::Internal,
            format!("no thread for the recorder: {error}"),
            "Close other programs and try again.",
        )
    })?;
    Ok(Recording {
        handle,
        events,
        status,
    })
}

/// Deals with episodes that an earlier session left unfinished.
fn recover(config: &RecordConfig, cx: &Cx<Record>) -> Result<(), Failure> {
    if !config.resume || !config.root.exists() {
        return Ok(());
    }
    for interrupted in recovery::find(&config.root).map_err(data_failure)? {
        let index = match config.recovery {
            Recovery::Keep => Some(
                recovery::keep(&config.root, &interrupted)
                    .map_err(data_failure)?
                    .episode_index,
            ),
            Recovery::Discard => {
                recovery::discard(&config.root, &interrupted).map_err(data_failure)?;
                None
            }
            Recovery::Ask => {
                return Err(failure(
                    ErrorCode::NotWhile,
                    format!(
                        "an episode was saved from the last session: {:.1} s of “{}”",
                        interrupted.seconds(),
                        interrupted.task
                    ),
                    "Record again with --recover=keep or --recover=discard.",
                ));
            }
        };
        tracing::info!(
            rows = interrupted.rows,
            ?index,
            "an interrupted episode was dealt with"
        );
        cx.emit(RecordEvent::Recovered {
            task: interrupted.task.clone(),
            rows: interrupted.rows,
            index,
        });
    }
    Ok(())
}

/// Takes a dataset away that this session made and nothing was recorded into, so that its name is free for the next
/// try. Folders are removed only while they are empty, so whatever else lies there stays, and so does all of it.
fn tidy(root: &Path) {
    let empty = Dataset::open(root).is_ok_and(|dataset| dataset.episodes().is_empty())
        && recovery::find(root).is_ok_and(|interrupted| interrupted.is_empty());
    if !empty {
        return;
    }
    let gone = ["meta/info.json", "meta/tendon/lock"]
        .iter()
        .all(|file| std::fs::remove_file(root.join(file)).is_ok())
        && [
            "meta/tendon/journal",
            "meta/tendon/episodes",
            "meta/tendon",
            "meta/episodes",
            "meta",
            "data",
            "",
        ]
        .iter()
        .filter(|folder| root.join(folder).exists())
        .all(|folder| std::fs::remove_dir(root.join(folder)).is_ok());
    if !gone {
        tracing::warn!(
            "a dataset without episodes could not be taken away whole: {}",
            root.display()
        );
    }
}

fn refusal(checks: &[Check]) -> Failure {
    let failed = checks.iter().find(|check| check.grade == Grade::Refused);
    let (found, remedy) = failed.map_or_else(
        || (String::new(), String::new()),
        |check| {
            (
                format!("{}: {}", check.name, check.found),
                check.remedy.clone(),
            )
        },
    );
    failure(
        ErrorCode::BadRequest,
        format!("recording cannot start: {found}"),
        remedy,
    )
}

fn data_failure(error: dataset::DatasetError) -> Failure {
    let code = match &error {
        dataset::DatasetError::Io { .. } => ErrorCode::Disk,
        dataset::DatasetError::InUse { .. } => ErrorCode::NotWhile,
        _ => ErrorCode::Data,
    };
    failure(code, &error, error.remedy())
}
