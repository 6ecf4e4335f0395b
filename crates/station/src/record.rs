//! `record()`: drives a rig and puts what it does into a dataset, episode by episode.
//!
//! The loop and the recorder do not know each other; they meet at a queue that is made here. Whatever becomes
//! of the recorder, the loop goes on; whatever becomes of the loop, the episode is kept.
//! Not here: the running session (`session`), the recorder's thread (`recording`), what earlier sessions left
//! (`earlier`).

use std::path::PathBuf;

use dataset::progress::Reached;
use dataset::recovery::PutAway;
use dataset::{CameraKind, CameraSpec, Codec, Dataset, DatasetSpec, FilmSpec, Info};
use protocol::{ErrorCode, Failure, LoopReport};
use recorder::preflight::{self, Check, Grade, Wanted};
use stdx::queue;
use teleop::LoopConfig;

use crate::camera_settings::CameraSetting;
use crate::cameras::{CameraSet, Previews, room_on_buses};
use crate::drive::{ConnectedRig, DriveCommand, DriveEvent, Driving, RigConfig};
use crate::failure::failure;
use crate::process::{Cx, Process, Verb};

mod codec;
mod earlier;
mod films;
mod recording;
mod session;
#[cfg(test)]
mod tests;

use recording::Recording;
use session::Session;

pub use recorder::preflight::{Check as PreflightCheck, Grade as PreflightGrade};
pub use recorder::{
    Command as SessionCommand, Event as SessionEvent, RecordConfig as SessionConfig,
    Status as SessionStatus, Summary,
};

/// Steps that may wait for the recorder: eight seconds at 250 Hz, longer than an episode takes to save.
const STEPS: usize = 2048;

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
    /// The cameras whose pictures belong to the rows.
    pub cameras: Vec<CameraSetting>,
    /// How pictures are kept.
    pub film: FilmSettings,
    /// When films are made that are to be AV1.
    pub av1: Av1,
    /// Folder of the dataset.
    pub root: PathBuf,
    /// Add to a dataset that is there; otherwise the folder must not exist.
    pub resume: bool,
    /// What becomes of an interrupted episode.
    pub recovery: Recovery,
    /// Task, rates, times and number of episodes.
    pub session: SessionConfig,
    /// The arms begin by holding, and the first episode is waited for until they are driven.
    pub start_holding: bool,
    /// Where its cameras can be looked through meanwhile.
    pub previews: Previews,
}

/// How pictures are kept in a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilmSettings {
    /// As films.
    Video(FilmSpec),
    /// As PNG files inside the table.
    Images,
}

/// When films are made that are to be AV1, which is an order dearer than H.264.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Av1 {
    /// While recording where this computer has twice the time for it, which is measured before the arms move; else H.264 while
    /// recording, and AV1 after the session.
    #[default]
    Auto,
    /// While recording, whatever this computer can.
    Live,
    /// H.264 while recording, AV1 after the session.
    After,
}

impl Default for FilmSettings {
    /// H.264 with a key picture for every two, as LeRobot's readers like it; 26 looks as good as LeRobot's own setting
    /// (imaging measurements of the reference, 40.4 against 40.9 dB).
    fn default() -> Self {
        Self::Video(FilmSpec {
            codec: Codec::H264,
            gop: 2,
            quality: 26,
        })
    }
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
    /// How far bringing such an episode back is: every picture of it is decoded.
    Recovering(Reached),
    /// An episode of an earlier session could not be kept; where what there is of it lies.
    PutAway(PutAway),
    /// Something happened to an episode.
    Session(SessionEvent),
    /// Where the session stands, at most 20 times a second.
    Status(SessionStatus),
    /// An earlier session left an episode unfinished in another folder; it is still there.
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
    /// Something of ours failed, or the arm stands still; what that means for the recording. Told once.
    Trouble {
        /// What failed, and what the person can do.
        failure: Failure,
        /// Whether the session still records, or will when the trouble has passed.
        recording: bool,
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
    /// What the session's films are still to be made into ([`crate::reencode()`]), now that no arm is driven; they are whole
    /// as they are.
    pub later: Option<FilmSpec>,
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
        earlier::recover(&config, cx)?;
        let mut spec = spec_of(&config);
        let mut checks = checks(&config);
        let passed = preflight::passed(&checks);
        let mut later = None;
        if passed {
            let plan = film_plan(&config, &spec);
            spec.cameras = camera_specs(&config.cameras, plan.film);
            later = plan.later;
            checks.extend(plan.checks);
        }
        cx.emit(RecordEvent::Preflight(checks.clone()));
        if !passed {
            return Err(refusal(&checks));
        }
        let note = |note| cx.emit(RecordEvent::Drive(DriveEvent::Note(note)));
        // Before there is an arm to look after.
        let room = room_on_buses(&config.cameras)?;
        // Arms first: a failed connect must not leave an empty dataset behind.
        let connected = ConnectedRig::connect(config.rig, &cx.clock, note)?;
        let mut cameras =
            CameraSet::start(&config.cameras, Ok(room), connected.scene(), &cx.clock)?;
        cameras.show_in(&config.previews);
        let tell = |news| cx.emit(RecordEvent::Drive(DriveEvent::Cameras(news)));
        if !cameras.wait(|| cx.stopping(), tell)? {
            return Err(failure(
                ErrorCode::Stopped,
                "ended before the cameras were ready",
                "Nothing was recorded.",
            ));
        }
        let eyes = films::eyes(&mut cameras, &spec, &cx.clock)?;
        let dataset = if config.resume {
            Dataset::resume(&config.root, &spec)
        } else {
            Dataset::create(&config.root, &spec)
        }
        .map_err(data_failure)?;
        let (step_writer, steps) = queue(STEPS);
        let loop_config = LoopConfig {
            start_holding: config.start_holding,
            ..LoopConfig::new(config.session.control_rate)
        };
        let driving = Driving::start(
            connected,
            loop_config,
            Some(step_writer),
            &cx.controls(),
            &cx.clock,
        )?;
        let mut session = Session::new(
            cx,
            driving,
            cameras,
            Recording::waiting(dataset, &spec.cameras, eyes, steps, config.session),
        );
        let recorded = session.run();
        // Whatever became of the recorder, the arms are let down first and the loop's failure is told too.
        let (report, summary) = session.end();
        if !config.resume {
            earlier::tidy(&config.root);
        }
        recorded?;
        let summary = summary?;
        if let Some(failure) = summary.failure.clone() {
            return Err(failure);
        }
        Ok(RecordOutcome {
            root: config.root,
            later: later.filter(|_| !summary.episodes.is_empty()),
            summary,
            report: report?,
        })
    }
}

/// What the session's rows are made of.
pub fn spec_of(config: &RecordConfig) -> DatasetSpec {
    let two_arms = config.rig.followers.len() > 1;
    DatasetSpec {
        cameras: camera_specs(&config.cameras, config.film),
        ..DatasetSpec::so_follower(config.session.fps, two_arms)
    }
}

/// What is checked before anything is opened, as [`RecordEvent::Preflight`] tells it; how films can be made is measured only
/// by the session itself.
pub fn checks(config: &RecordConfig) -> Vec<Check> {
    preflight::check(&Wanted {
        config: &config.session,
        root: &config.root,
        resume: config.resume,
        spec: &spec_of(config),
        degrees: config.rig.followers.iter().all(|arm| arm.use_degrees),
    })
}

/// How the films come to be what was asked for; this computer is measured if that decides it.
fn film_plan(config: &RecordConfig, spec: &DatasetSpec) -> codec::FilmPlan {
    let info = config
        .resume
        .then(|| Info::read(&config.root).ok())
        .flatten();
    let said = |key: &str| Some(info.as_ref()?.film_codec(key)?.to_owned());
    codec::plan(
        config.film,
        config.av1,
        &spec.cameras,
        spec.fps,
        &said,
        &video::gauge::pictures_per_second,
    )
}

/// The cameras as the dataset has them.
fn camera_specs(cameras: &[CameraSetting], film: FilmSettings) -> Vec<CameraSpec> {
    let kind = match film {
        FilmSettings::Video(film) => CameraKind::Video(film),
        FilmSettings::Images => CameraKind::Image,
    };
    let spec = |setting: &CameraSetting| {
        let camera = &setting.config;
        CameraSpec::new(&camera.key, camera.rotation.applied_to(camera.size), kind)
    };
    cameras.iter().map(spec).collect()
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
        dataset::DatasetError::Cancelled(_) => ErrorCode::Stopped,
        _ => ErrorCode::Data,
    };
    failure(code, &error, error.remedy())
}
