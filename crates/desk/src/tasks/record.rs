//! A recording session, as the window shows it.

use std::collections::HashMap;
use std::path::PathBuf;

use dataset::DatasetSpec;
use protocol::Failure;
use protocol::window::{
    CheckGrade, CheckLine, EpisodeCard, EpisodeEnd, InputKind, Level, Notice, PicturesOf,
    RecordPhase, RecordState, RecordStep, SessionWord,
};
use recorder::{Discarded, Phase, Saved, Status};
use station::drive::DriveCommand;
use station::record::{
    PreflightCheck, PreflightGrade, Record, RecordCommand, RecordEvent, SessionCommand,
    SessionConfig, SessionEvent,
};
use teleop::State;

use super::drive::may_push;
use super::episodes::{Episode, end, pictures};
use super::rig::Rig;
use super::{Running, Taken, Told};
use crate::curves::Curves;
use crate::hands::Hands;
use crate::notices;
use crate::words::not_while;

pub(crate) struct RecordTask {
    pub(crate) running: Running<Record>,
    pub(crate) rig: Rig,
    pub(crate) state: RecordState,
    pub(crate) hands: Hands,
    /// Bytes that a minute of it takes at most.
    bytes_a_minute: u64,
    status: Option<Status>,
    episode: Episode,
    /// The same of the one that has ended and is neither saved nor thrown away.
    ended: Option<Episode>,
    films: HashMap<String, String>,
    /// The person has begun, and the recorder waits for the arm to follow.
    begin: bool,
    /// It was told to, and has neither begun nor refused yet. It refuses while its own view of the arm is older than ours.
    told_to_begin: bool,
    /// The person wants the episode back that was discarded last.
    undo: bool,
    curves: Curves,
}

/// A session that is about to be opened.
pub(crate) struct Plan {
    pub(crate) running: Running<Record>,
    pub(crate) rig: Rig,
    pub(crate) hands: Hands,
    pub(crate) root: PathBuf,
    pub(crate) dataset: String,
    pub(crate) session: SessionConfig,
    pub(crate) spec: DatasetSpec,
    pub(crate) curves: Curves,
}

impl RecordTask {
    pub(crate) fn new(plan: Plan) -> Self {
        let session = plan.session;
        let minute = SessionConfig {
            episode_time: std::time::Duration::from_secs(60),
            num_episodes: 1,
            ..session.clone()
        };
        let bytes_a_minute =
            recorder::preflight::bytes_needed(&minute, plan.spec.state.len(), &plan.spec.cameras);
        Self {
            running: plan.running,
            rig: plan.rig,
            state: RecordState {
                root: plan.root.display().to_string(),
                dataset: plan.dataset,
                task: session.task,
                fps: session.fps,
                episode_s: session.episode_time.as_secs_f64(),
                reset_s: session.reset_time.as_secs_f64(),
                wanted: session.num_episodes,
                ..RecordState::default()
            },
            hands: plan.hands,
            bytes_a_minute,
            status: None,
            episode: Episode::default(),
            ended: None,
            films: HashMap::new(),
            begin: false,
            told_to_begin: false,
            undo: false,
            curves: plan.curves,
        }
    }

    pub(crate) fn releasing(&self) -> bool {
        let stopping = self.running.stopping();
        self.rig.releasing() || (stopping && !matches!(self.rig.state(), Some(State::Stopped)))
    }

    fn phase(&self) -> Option<Phase> {
        self.status.as_ref().map(|status| status.phase)
    }

    fn drive(&self, command: DriveCommand) -> Result<(), Failure> {
        self.running.command(RecordCommand::Drive(command))
    }

    fn say(&self, command: SessionCommand) -> Result<(), Failure> {
        self.running.command(RecordCommand::Session(command))
    }

    pub(crate) fn resume(&mut self) -> Result<(), Failure> {
        match self.phase() {
            Some(Phase::Paused) => self.say(SessionCommand::Resume)?,
            _ => self.drive(DriveCommand::Resume)?,
        }
        // Paused by a stop of the arm: the recorder goes on when the arm follows.
        if matches!(
            self.rig.state(),
            Some(State::Stopped | State::Faulted(_) | State::Idle)
        ) {
            self.drive(DriveCommand::Resume)?;
        }
        Ok(())
    }

    /// Holds the arm; rows and countdown stand still meanwhile.
    pub(crate) fn hold(&mut self) -> Result<(), Failure> {
        self.rig.inputs.held();
        self.begin = false;
        match self.phase() {
            Some(Phase::Recording | Phase::Resetting) => self.say(SessionCommand::Pause),
            _ => self.drive(DriveCommand::Hold),
        }
    }

    pub(crate) fn step(&mut self, step: RecordStep) -> Result<(), Failure> {
        match step {
            RecordStep::Next => self.next(),
            RecordStep::Again => self.say(SessionCommand::ReRecord),
            RecordStep::Pause => self.say(SessionCommand::Pause),
            RecordStep::Resume => self.resume(),
            RecordStep::Undo => {
                self.say(SessionCommand::Undo)?;
                self.undo = true;
                Ok(())
            }
            RecordStep::Finish => {
                self.running.stop();
                Ok(())
            }
        }
    }

    fn next(&mut self) -> Result<(), Failure> {
        let driving = matches!(self.rig.state(), Some(State::Driving));
        match (self.phase(), self.rig.state()) {
            (None, None) => Err(not_while(
                "arms and cameras are still being opened",
                "Wait until the session says that it is ready.",
            )),
            // The recorder begins when the arm follows, so the arm is driven first.
            (None | Some(Phase::Ready), _) if !driving || self.status.is_none() => {
                self.begin = true;
                self.drive(DriveCommand::Resume)
            }
            _ => self.say(SessionCommand::Next),
        }
    }

    pub(crate) fn choose(&mut self, kind: InputKind) -> Result<(), Failure> {
        let state: Option<State> = self.rig.state().cloned();
        let running = &self.running;
        let tell = |command| running.command(RecordCommand::Drive(command));
        self.rig.inputs.choose(kind, state.as_ref(), &tell)
    }

    pub(crate) fn go_to(&mut self, place: &arms::Values) -> Result<(), Failure> {
        let state: Option<State> = self.rig.state().cloned();
        let running = &self.running;
        let tell = |command| running.command(RecordCommand::Drive(command));
        self.rig.inputs.go_to(place, state.as_ref(), &tell)
    }

    /// Whether something would be lost, or be ended, by closing.
    pub(crate) fn unsaved(&self) -> bool {
        let phase = self.state.phase;
        self.state.rows > 0
            && matches!(
                phase,
                RecordPhase::Recording | RecordPhase::Paused | RecordPhase::Resetting
            )
    }

    /// The session's word, where recording has one beyond the arm's.
    pub(crate) fn word(&self) -> SessionWord {
        let arm = self.rig.word();
        let still = matches!(
            arm,
            SessionWord::Stopped | SessionWord::Faulted | SessionWord::Releasing
        );
        match self.phase() {
            _ if still => arm,
            Some(Phase::Recording) => SessionWord::Recording,
            Some(Phase::Paused) => SessionWord::Paused,
            Some(Phase::Resetting) => SessionWord::Resetting,
            _ => arm,
        }
    }

    /// What the disk has left.
    pub(crate) fn disk(&mut self, free: Option<u64>) {
        self.state.disk_free = free;
        self.state.disk_minutes = free.map(|free| free as f64 / self.bytes_a_minute.max(1) as f64);
    }

    pub(crate) fn pump(&mut self) -> Told {
        let Taken {
            events,
            trouble,
            outcome,
        } = self.running.take();
        let mut told = Told::default();
        for event in events {
            self.event(event, &mut told);
        }
        let running = &self.running;
        let tell = |command| drop(running.command(RecordCommand::Drive(command)));
        self.rig.turn(&self.hands, &tell, &mut told);
        let driven = matches!(self.rig.state(), Some(State::Driving));
        if self.begin && !self.told_to_begin && driven && self.phase() == Some(Phase::Ready) {
            self.told_to_begin = self.say(SessionCommand::Next).is_ok();
        }
        // Whoever stopped the arm meanwhile says again when it is to begin.
        let still = matches!(
            self.rig.state(),
            Some(State::Stopped | State::Releasing | State::Faulted(_))
        );
        self.begin &= !still && self.phase().is_none_or(|phase| phase == Phase::Ready);
        self.told_to_begin &= self.begin;
        told.notices.extend(
            trouble.map(|failure| notices::once(Level::Fault, failure.message, failure.remedy)),
        );
        self.state.phase = match self.phase() {
            _ if outcome.is_some() => RecordPhase::Over,
            None if self.rig.state().is_none() => RecordPhase::Preparing,
            None | Some(Phase::Ready) => RecordPhase::Ready,
            Some(Phase::Recording) => RecordPhase::Recording,
            Some(Phase::Paused) => RecordPhase::Paused,
            Some(Phase::Resetting) => RecordPhase::Resetting,
            Some(Phase::Done) => RecordPhase::Over,
        };
        if let Some(outcome) = outcome {
            told.ended = true;
            told.changed = true;
            self.state.undoable = 0;
            self.state.left_s = 0.0;
            let failure = outcome.err();
            told.torque_unknown = may_push(&self.rig, failure.as_ref());
            if let Some(failure) = failure {
                self.state
                    .failure
                    .get_or_insert_with(|| notices::of_failure(&failure));
                let notice = notices::once(Level::Fault, failure.message, failure.remedy);
                told.notices.push(notice);
            }
        }
        told
    }

    fn event(&mut self, event: RecordEvent, told: &mut Told) {
        let mut tell = |level, words: &str| told.notices.push(notices::of_words(level, words));
        match event {
            RecordEvent::Drive(event) => self.rig.event(event, told),
            RecordEvent::Preflight(checks) => {
                self.state.checks = checks.iter().map(check).collect();
                self.state.film_words.clear();
            }
            RecordEvent::Recovered { task, rows, index } => tell(
                Level::Note,
                &match index {
                    Some(index) => format!(
                        "An episode of an earlier session was kept: {rows} rows of “{task}”, now episode {index}."
                    ),
                    None => {
                        format!("An unfinished episode was thrown away: {rows} rows of “{task}”.")
                    }
                },
            ),
            RecordEvent::Recovering(reached) => {
                self.state.film_words = format!(
                    "bringing an episode back: {}, {} of {}",
                    reached.stage, reached.done, reached.total
                );
            }
            RecordEvent::PutAway(episode) => tell(Level::Warning, &episode.to_string()),
            RecordEvent::Session(event) => self.session(event, told),
            RecordEvent::Status(status) => self.status(status),
            RecordEvent::Interrupted {
                root,
                seconds,
                task,
                ..
            } => told.notices.push(notices::once(
                Level::Note,
                format!("An earlier session left {seconds:.1} s of “{task}” in another folder."),
                format!("To bring it back: tendon dataset repair {}", root.display()),
            )),
            RecordEvent::Trouble { failure, recording } => {
                let level = if recording {
                    Level::Warning
                } else {
                    self.state.failure = Some(notices::of_failure(&failure));
                    Level::Fault
                };
                let notice = notices::once(level, failure.message, failure.remedy);
                told.notices.push(notice);
            }
            // It is told again with the next look, until it begins or the arm does not follow.
            RecordEvent::Refused(_) if self.told_to_begin => self.told_to_begin = false,
            RecordEvent::Refused(why) => {
                self.undo = false;
                tell(Level::Note, &why);
            }
        }
    }

    fn session(&mut self, event: SessionEvent, told: &mut Told) {
        self.state.waiting = match event {
            SessionEvent::EpisodeEnded { .. } => true,
            SessionEvent::EpisodeStarted { .. }
            | SessionEvent::EpisodeSaved(_)
            | SessionEvent::EpisodeDiscarded(_)
            | SessionEvent::EpisodePutAway(_)
            | SessionEvent::SessionEnded(_) => false,
            _ => self.state.waiting,
        };
        match event {
            SessionEvent::EpisodeStarted { .. } => {
                self.episode = Episode::default();
                self.curves.begin();
            }
            SessionEvent::EpisodeEnded { .. } => {
                self.ended = Some(std::mem::take(&mut self.episode));
            }
            SessionEvent::SessionEnded(_) => {}
            SessionEvent::EpisodeSaved(saved) => self.saved(&saved),
            SessionEvent::EpisodeDiscarded(discarded) => self.discarded(&discarded),
            SessionEvent::EpisodePutAway(episode) => told
                .notices
                .push(notices::of_words(Level::Warning, &episode.to_string())),
            SessionEvent::StepsLost { count } => told.notices.push(notices::once(
                Level::Warning,
                format!("The recorder did not keep up: {count} steps were lost, their rows are repeated."),
                "Close other programs.",
            )),
            SessionEvent::FilmPace { camera, words } => {
                self.films.insert(camera.to_string(), words);
                let mut films: Vec<_> = self.films.iter().collect();
                films.sort();
                let films = films.iter().map(|(camera, words)| {
                    format!("{camera}: {}", words.trim_end_matches('.'))
                });
                self.state.film_words = films.collect::<Vec<_>>().join("; ");
            }
            SessionEvent::FilmFailed {
                camera,
                failure,
                for_good,
            } => {
                let level = if for_good { Level::Fault } else { Level::Warning };
                told.notices.push(notices::once(
                    level,
                    format!("{camera}: {}", failure.message),
                    failure.remedy,
                ));
            }
            SessionEvent::CameraSilent { camera } => told.notices.push(notices::once(
                Level::Warning,
                format!("Camera {camera} gives no pictures: the episode ends here, kept and marked."),
                "Plug the camera in again; the session waits for it.",
            )),
            SessionEvent::CamerasSee => told.notices.push(notices::once(
                Level::Note,
                "Every camera gives pictures again.",
                "",
            )),
            SessionEvent::StoreFailed {
                message, remedy, ..
            } => {
                self.state.failure =
                    Some(notices::standing(Level::Fault, message.clone(), remedy.clone()));
                told.notices.push(notices::once(Level::Fault, message, remedy));
            }
        }
    }

    fn status(&mut self, status: Status) {
        let state = &mut self.state;
        state.episode = status.episode;
        state.saved = status.saved;
        state.wanted = status.wanted;
        state.rows = status.rows;
        state.rows_wanted = status.rows_wanted;
        state.left_s = status.left.as_secs_f64();
        state.repeated_rows = status.marks.repeated;
        state.undoable = status.undoable;
        self.episode.note(&status);
        // Between two episodes the one that has ended is what waits.
        let shown = match status.phase {
            Phase::Resetting => self.ended.as_ref().unwrap_or(&self.episode),
            _ => &self.episode,
        };
        self.state.true_fps = shown.true_fps;
        self.state.cameras = pictures(&status.cameras, shown, status.rows_wanted);
        self.status = Some(status);
    }

    fn saved(&mut self, saved: &Saved) {
        // What was brought back was seen long ago.
        let back = self.undo
            && self
                .state
                .episodes
                .iter()
                .any(|known| known.discarded && known.rows == saved.rows);
        let episode = if back { None } else { self.ended.take() };
        let episode = episode.unwrap_or_default();
        let card = EpisodeCard {
            index: Some(saved.index),
            rows: saved.rows,
            seconds: saved.seconds,
            true_fps: episode.true_fps,
            ended: end(&saved.ended),
            repeated_rows: saved.marks.repeated,
            stale_rows: saved.marks.stale,
            cameras: counted(pictures(&saved.cameras, &episode, saved.rows)),
            discarded: false,
        };
        // One that was thrown away and brought back keeps its place.
        let mut cards = self.state.episodes.iter_mut().rev();
        let known = cards.find(|known| known.discarded && known.rows == saved.rows);
        match known.filter(|_| back) {
            Some(known) => {
                *known = EpisodeCard {
                    true_fps: known.true_fps,
                    cameras: if card.cameras.is_empty() {
                        std::mem::take(&mut known.cameras)
                    } else {
                        card.cameras.clone()
                    },
                    ..card
                };
            }
            None => self.state.episodes.push(card),
        }
        self.undo &= !back;
    }

    fn discarded(&mut self, discarded: &Discarded) {
        let running = std::mem::take(&mut self.episode);
        let episode = self.ended.take().unwrap_or(running);
        let cameras = self
            .status
            .as_ref()
            .map_or(&[][..], |status| &status.cameras);
        self.state.episodes.push(EpisodeCard {
            index: None,
            rows: discarded.rows,
            seconds: discarded.seconds,
            true_fps: episode.true_fps,
            ended: EpisodeEnd::Asked,
            repeated_rows: 0,
            stale_rows: 0,
            cameras: counted(pictures(cameras, &episode, discarded.rows)),
            discarded: true,
        });
    }
}

/// Of an episode that has ended the counts are told; where its late pictures lie would make every later message longer.
fn counted(mut cameras: Vec<PicturesOf>) -> Vec<PicturesOf> {
    for camera in &mut cameras {
        camera.late_at = Vec::new();
    }
    cameras
}

/// A line of the preflight.
pub(crate) fn check(check: &PreflightCheck) -> CheckLine {
    CheckLine {
        name: check.name.to_owned(),
        grade: match check.grade {
            PreflightGrade::Fine => CheckGrade::Fine,
            PreflightGrade::Notice => CheckGrade::Notice,
            PreflightGrade::Refused => CheckGrade::Refused,
        },
        found: check.found.clone(),
        remedy: check.remedy.clone(),
    }
}

/// What keeps it from recording, as the deck says it.
pub(crate) fn trouble(task: &RecordTask) -> Option<Notice> {
    task.rig.trouble().or_else(|| task.state.failure.clone())
}
