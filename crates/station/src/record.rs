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
    /// An earlier session of the same name left an episode unfinished in another folder; it is still there.
    Interrupted {
        /// Its dataset.
        root: PathBuf,
        /// Its whole rows.
        rows: u64,
        /// How long they last.
        seconds: f64,
        /// Its task.
        task: String,
    },
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
    const DRIVES: bool = true;
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
                // Whatever rows there are become an episode; `end` tells of the loop.
                if let Some(recording) = &self.recorder {
                    recording.handle.stop();
                }
                break;
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
                match command {
                    RecordCommand::Drive(DriveCommand::Hold) => {
                        self.driving.command(DriveCommand::Hold);
                    }
                    _ => self.cx.emit(RecordEvent::Refused(
                        "The session is over. Release the arm, then record again.".into(),
                    )),
                }
            }
            // Arms that were stopped in an emergency hold until a person releases them.
            if !matches!(self.driving.state(), State::Stopped) || self.cx.stopping() {
                self.driving.want_end(self.cx.leaves());
            }
            if self.driving.hangs() {
                return Err(self.driving.abandon());
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
    if !config.resume {
        offer(&config.root, cx);
    }
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

/// Looks for unfinished episodes in earlier folders of the same dataset: its name, and its name with a time stamp.
fn offer(root: &Path, cx: &Cx<Record>) {
    let Some(base) = root
        .file_name()
        .and_then(|name| name.to_str())
        .map(without_stamp)
    else {
        return;
    };
    let siblings = root.parent().and_then(|parent| parent.read_dir().ok());
    for folder in siblings.into_iter().flatten().flatten() {
        let same = folder
            .file_name()
            .to_str()
            .is_some_and(|name| without_stamp(name) == base);
        // A folder that is being written to right now is somebody's session and not an interrupted one.
        if same && let Ok(found) = recovery::find(folder.path()) {
            for interrupted in found {
                cx.emit(RecordEvent::Interrupted {
                    root: folder.path(),
                    rows: interrupted.rows,
                    seconds: interrupted.seconds(),
                    task: interrupted.task,
                });
            }
        }
    }
}

/// `cups_20260131_081530` is a recording of `cups`.
fn without_stamp(name: &str) -> &str {
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    name.rsplit_once('_')
        .filter(|(_, time)| digits(time, 6))
        .and_then(|(rest, _)| rest.rsplit_once('_'))
        .filter(|(_, date)| digits(date, 8))
        .map_or(name, |(base, _)| base)
}

/// Takes a dataset away that this session made and nothing was recorded into, so that its name is free for the next
/// try. A folder that holds anything but what a fresh dataset holds stays as it is.
fn tidy(root: &Path) {
    let empty = Dataset::open(root).is_ok_and(|dataset| dataset.episodes().is_empty());
    if !empty || !holds_only(root, &["meta/info.json", "meta/tendon/lock"]) {
        return;
    }
    // Renamed first: from then on nobody can begin to record into it.
    let mut aside = root.as_os_str().to_owned();
    aside.push(".empty");
    let removed = std::fs::rename(root, &aside).and_then(|()| std::fs::remove_dir_all(&aside));
    if let Err(error) = removed {
        tracing::warn!(
            "a dataset without episodes could not be taken away: {error}\nFolder: {}",
            root.display()
        );
    }
}

/// Whether there is no file under `folder` but these.
fn holds_only(folder: &Path, known: &[&str]) -> bool {
    fn walk(folder: &Path, root: &Path, known: &[&str]) -> std::io::Result<bool> {
        for entry in folder.read_dir()? {
            let path = entry?.path();
            let fine = if path.is_dir() && !path.is_symlink() {
                walk(&path, root, known)?
            } else {
                path.strip_prefix(root)
                    .is_ok_and(|path| known.iter().any(|known| path == Path::new(known)))
            };
            if !fine {
                return Ok(false);
            }
        }
        Ok(true)
    }
    walk(folder, folder, known).unwrap_or(false)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_told_from_a_name() {
        assert_eq!(without_stamp("cups_20260131_081530"), "cups");
        assert_eq!(without_stamp("red_cups_20260131_081530"), "red_cups");
        for name in ["cups", "cups_2026", "cups_081530", "20260131_081530"] {
            assert_eq!(without_stamp(name), name);
        }
    }

    #[test]
    fn only_a_dataset_that_is_as_it_was_made_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("cups");
        let make = || drop(Dataset::create(&root, DatasetSpec::so_follower(30, false)).unwrap());
        make();
        std::fs::write(root.join("notes.txt"), "mine").unwrap();
        tidy(&root);
        assert!(
            root.join("meta/info.json").is_file(),
            "something else lay there"
        );
        std::fs::remove_file(root.join("notes.txt")).unwrap();
        tidy(&root);
        assert!(!root.exists());
        make();
        assert!(root.exists());
    }
}
