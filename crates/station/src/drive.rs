//! A rig from flags to a running loop, and its supervision: shared by every verb that moves an arm.
//!
//! The supervisor only looks. It starts the loop, passes on what the loop tells, notices when the loop hangs or
//! ends, and lets go of the arms at the end; nothing inside a cycle waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arms::{Arm, ArmConfig, Step};
use protocol::{ErrorCode, Failure, LoopReport};
use sim::Scene;
use stdx::{Clock, LatestReader, QueueWriter, latest};
use teleop::{
    ArmPlace, Controls, Glance, InputStatus, LoopConfig, LoopHandle, LostArms, Outputs, Rig, State,
    Status, Teleoperator,
};

use units::MonoTime;

use crate::cameras::CameraNews;
use crate::failure::failure;
use crate::hardware::{self, Simulated};
use crate::news::News;
use crate::reopen::{self, Adapter, Reopening, Wanted};
use crate::rest::{OnTheWay, Rest, with_rest};
use crate::silence::Silence;
use crate::threads;

/// Time between two looks of a supervisor: the rate of state events (invariant 9: at most 20 a second).
pub(crate) const LOOK: Duration = Duration::from_millis(50);
/// An emergency stop seen for at most so many looks may be younger than the wish to end that is told now.
const OVERTAKEN_LOOKS: u32 = 3;
/// A loop that has not begun a cycle for this long hangs: far more than any cycle, and than a slow release step.
const HANGS: Duration = threads::LOOP_HANGS;

/// A status that still calls an arm lost is not believed for so long, and two cycles, after the arm was handed to the loop.
const JUST_BROUGHT: Duration = Duration::from_millis(500);

/// Time between two accounts of the loop that are told while it runs.
const FIGURES_EVERY: Duration = Duration::from_millis(500);

/// A warning that comes and goes is told again only when it was away for so long.
const SAME_TROUBLE: Duration = Duration::from_secs(5);

/// The arms of a rig and what they follow.
pub struct RigConfig {
    /// One follower, or the left and the right one.
    pub followers: Vec<ArmConfig>,
    /// No leader, or one for each follower.
    pub leaders: Vec<ArmConfig>,
    /// Where goals come from.
    pub teleoperator: Box<dyn Teleoperator>,
}

/// What a driving process tells.
#[derive(Debug, Clone)]
pub enum DriveEvent {
    /// Something a person should know once: what was found at connect.
    Note(String),
    /// A moment of the loop, at most 20 a second.
    Status(Box<Status>),
    /// Somebody should look soon; told once when it begins.
    Warning(String),
    /// About the cameras.
    Cameras(CameraNews),
    /// What the loop measured of itself since the figures before, twice a second.
    Figures(Box<Glance>),
}

/// What a driving process can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriveCommand {
    /// Hold still, with torque.
    Hold,
    /// Drive, for the first time or again.
    Resume,
}

/// What a driving process leaves behind.
#[derive(Debug, Clone)]
pub struct DriveOutcome {
    /// The loop's account of itself.
    pub report: LoopReport,
}

/// A running loop and its supervisor's view of it.
pub(crate) struct Driving {
    handle: Arc<Mutex<LoopHandle>>,
    controls: Controls,
    status: LatestReader<Status>,
    /// Warnings that were told, and when each was last true.
    warned: Vec<(String, MonoTime)>,
    clock: Arc<dyn Clock>,
    state: State,
    first_move: bool,
    finished: bool,
    /// The end comes when the teleoperator has come to its own, but only after the way to rest.
    end_when_finished: bool,
    input: InputStatus,
    news: News,
    rest: Option<Rest>,
    /// Looks in a row that saw the arms stopped in an emergency.
    stopped_looks: u32,
    /// The person wants the end, and the loop was told.
    ending: bool,
    /// How often the loop was told to end because the person leaves.
    left: u32,
    /// Every arm as it was connected, to be known again.
    arms: Vec<(ArmPlace, Wanted)>,
    /// Lost arms that are looked for.
    reopening: Vec<(ArmPlace, Reopening)>,
    /// When arms were handed to the loop; a status may be older.
    brought: Vec<(ArmPlace, MonoTime)>,
    /// Time of one cycle.
    period: Duration,
    /// How long the loop has begun no cycle.
    silence: Silence,
    /// When its figures are told next.
    figures_due: MonoTime,
    _simulated: Vec<Simulated>,
}

/// Asks the loop for its report since the last time, from another thread.
#[derive(Clone)]
pub(crate) struct Laps(Arc<Mutex<LoopHandle>>);

impl Laps {
    /// The loop's account of itself since the last lap.
    pub(crate) fn lap(&self) -> Option<LoopReport> {
        lock(&self.0).lap()
    }
}

fn lock(handle: &Mutex<LoopHandle>) -> MutexGuard<'_, LoopHandle> {
    handle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A rig whose arms are connected and set up; nothing has moved.
pub(crate) struct ConnectedRig {
    rig: Rig,
    teleoperator: Box<dyn Teleoperator>,
    rest: Option<Rest>,
    simulated: Vec<Simulated>,
    /// The world around the first follower, if it is simulated.
    scene: Scene,
}

impl ConnectedRig {
    /// What simulated cameras look at: the first follower if it is simulated, else an arm that lies folded.
    pub(crate) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Connects the arms of a rig.
    ///
    /// # Errors
    /// Port, motor and calibration failures.
    pub(crate) fn connect(
        config: RigConfig,
        clock: &Arc<dyn Clock>,
        mut note: impl FnMut(String),
    ) -> Result<Self, Failure> {
        let mut simulated = Vec::new();
        let mut eye = None;
        let mut connect = |configs: &[ArmConfig], led: bool| -> Result<Vec<Arm>, Failure> {
            let mut arms = Vec::new();
            for config in configs {
                let connected = hardware::connect(config, clock)?;
                connected.notes.into_iter().for_each(&mut note);
                if !led && !config.disable_torque_on_disconnect {
                    note(format!(
                        "{}: it will be left holding, with torque on and nobody in charge; `tendon release` lets it down",
                        config.name
                    ));
                }
                if let Some(arm) = connected.simulated {
                    // A simulated leader has nobody to move it, so a simulated hand does.
                    if led {
                        arm.lead()?;
                    } else {
                        eye.get_or_insert_with(|| arm.chain.eye());
                    }
                    simulated.push(arm);
                }
                arms.push(connected.arm);
            }
            Ok(arms)
        };
        let followers = connect(&config.followers, false)?;
        let leaders = connect(&config.leaders, true)?;
        let rig = Rig { followers, leaders };
        rig.check()
            .map_err(|error| failure(ErrorCode::BadRequest, &error, error.remedy()))?;
        let (rest, teleoperator) = with_rest(&config.followers, config.teleoperator);
        Ok(Self {
            rig,
            teleoperator,
            rest,
            simulated,
            scene: Scene::new(eye, clock.now()),
        })
    }
}

impl Driving {
    /// Starts the loop of a connected rig, which takes hold of the arms and drives.
    ///
    /// # Errors
    /// When the rate is out of range, or the system has no room for a thread; nothing moves then.
    pub(crate) fn start(
        connected: ConnectedRig,
        mut config: LoopConfig,
        steps: Option<QueueWriter<Step>>,
        controls: &Controls,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let (status_writer, status) = latest();
        let ports = motors::ports::list();
        let wanted = |arm: &Arm| Wanted {
            config: arm.config().clone(),
            calibration: *arm.calibration(),
            firmware: arm.handshake().firmware,
            adapter: Adapter::of(arm.bus().name(), &ports),
        };
        let places = |arms: &[Arm], place: fn(u8) -> ArmPlace| -> Vec<_> {
            (0..).map(place).zip(arms.iter().map(wanted)).collect()
        };
        let mut arms = places(&connected.rig.followers, ArmPlace::Follower);
        arms.extend(places(&connected.rig.leaders, ArmPlace::Leader));
        let end_when_finished = config.end_when_finished;
        let period = config.rate.period();
        // A loop that ended by itself would not wait for the way to rest.
        config.end_when_finished &= connected.rest.is_none();
        let handle = teleop::start(
            connected.rig,
            connected.teleoperator,
            config,
            Arc::clone(clock),
            Outputs {
                steps,
                status: status_writer,
            },
            controls,
        )
        .map_err(|error| failure(ErrorCode::BadRequest, &error, error.remedy()))?;
        Ok(Self {
            handle: Arc::new(Mutex::new(handle)),
            controls: controls.clone(),
            status,
            warned: Vec::new(),
            clock: Arc::clone(clock),
            state: State::Idle,
            first_move: false,
            finished: false,
            end_when_finished,
            input: InputStatus::default(),
            news: News::default(),
            rest: connected.rest,
            stopped_looks: 0,
            ending: false,
            left: 0,
            arms,
            reopening: Vec::new(),
            brought: Vec::new(),
            period,
            silence: Silence::default(),
            figures_due: clock.now() + FIGURES_EVERY,
            _simulated: connected.simulated,
        })
    }

    /// Looks once: tells what is new. Returns whether the loop still runs.
    pub(crate) fn look(&mut self, mut tell: impl FnMut(DriveEvent)) -> bool {
        if let Some(status) = self.status.take() {
            self.look_for_lost(status.lost, &mut tell);
            self.state = status.state.clone();
            self.first_move = status.first_move;
            self.finished = status.finished;
            self.input = status.input;
            let told = self.news.look(&status);
            for note in told.notes {
                tell(DriveEvent::Note(note));
            }
            for warning in told.warnings {
                tracing::warn!("{warning}");
                tell(DriveEvent::Warning(warning));
            }
            if told.hold {
                self.controls.hold();
            }
            // The figures in a warning change all the time; the warning is the same.
            let warnings: Vec<_> = status
                .warnings
                .iter()
                .map(|warning| {
                    let joint = warning.joint.map(arms::Joint::name);
                    (
                        format!(
                            "{:?} {joint:?} {:?}",
                            warning.arm,
                            std::mem::discriminant(&warning.kind)
                        ),
                        warning,
                    )
                })
                .collect();
            let pair = status.goals.as_slice().len() > arms::JOINTS;
            let now = self.clock.now();
            self.warned
                .retain(|(_, seen)| now.since(*seen) < SAME_TROUBLE);
            for (key, warning) in warnings {
                match self.warned.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, seen)) => *seen = now,
                    None => {
                        let words = warning.words(pair);
                        tracing::warn!("{words}");
                        tell(DriveEvent::Warning(words));
                        self.warned.push((key, now));
                    }
                }
            }
            tell(DriveEvent::Status(Box::new(status)));
        }
        self.stopped_looks = match self.state {
            State::Stopped => self.stopped_looks.saturating_add(1),
            _ => 0,
        };
        self.bring_back(&mut tell);
        self.tell_figures(&mut tell);
        !self.controls.ended()
    }

    /// Tells what the loop measured. Whoever takes a report just now is not waited for: there will be a next time.
    fn tell_figures(&mut self, tell: &mut impl FnMut(DriveEvent)) {
        let now = self.clock.now();
        if now < self.figures_due {
            return;
        }
        self.figures_due = now + FIGURES_EVERY;
        if let Ok(mut handle) = self.handle.try_lock()
            && let Some(glance) = handle.glance()
        {
            tell(DriveEvent::Figures(Box::new(glance)));
        }
    }

    /// Begins to look for arms whose line is gone.
    fn look_for_lost(&mut self, lost: LostArms, tell: &mut impl FnMut(DriveEvent)) {
        let now = self.clock.now();
        let doubt = JUST_BROUGHT + self.period * 2;
        self.brought.retain(|(_, at)| now.since(*at) < doubt);
        // A status of the cycle in which an arm was handed over still calls it lost: its new line is not let go of.
        let brought = &self.brought;
        let lost = lost
            .places()
            .filter(|place| !brought.iter().any(|(known, _)| known == place));
        // What is still open of a lost line keeps its adapter from having its name back.
        lock(&self.handle).let_go_of_lost(lost.clone());
        if self.ending {
            return;
        }
        for place in lost {
            if self.reopening.iter().any(|(known, _)| *known == place) {
                continue;
            }
            let Some((_, wanted)) = self.arms.iter().find(|(known, _)| *known == place) else {
                continue;
            };
            let words = format!(
                "{}: waiting for {} to be plugged in again",
                wanted.config.name, wanted.adapter
            );
            match Reopening::start(wanted.clone(), Arc::clone(&self.clock)) {
                Ok(reopening) => {
                    tracing::warn!("{words}");
                    tell(DriveEvent::Note(words));
                    self.reopening.push((place, reopening));
                }
                Err(error) => tracing::error!(%error, "no thread to look for a lost arm"),
            }
        }
    }

    /// Hands the loop what was found again.
    fn bring_back(&mut self, tell: &mut impl FnMut(DriveEvent)) {
        for (place, reopening) in &mut self.reopening {
            for failure in reopening.words() {
                tracing::warn!("{}", failure.message);
                tell(DriveEvent::Warning(format!(
                    "{}\n{}",
                    failure.message, failure.remedy
                )));
            }
            let Some(arm) = reopening.found() else {
                continue;
            };
            let words = format!("{}: the same arm is back", arm.name());
            match lock(&self.handle).bring_back(*place, arm) {
                Ok(()) => {
                    self.brought.push((*place, self.clock.now()));
                    tracing::info!("{words}");
                    tell(DriveEvent::Note(words));
                }
                Err(arm) => reopen::let_down(arm),
            }
        }
        self.reopening.retain(|(_, reopening)| !reopening.ended());
    }

    /// What the loop was doing when it was last looked at.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Whether the arms follow: the bounded first move is over.
    pub(crate) fn follows(&self) -> bool {
        matches!(self.state, State::Driving) && !self.first_move
    }

    /// Whether what drives has come to its end and the session should end with it: always for verbs that only drive,
    /// in a recording where its goals come once.
    pub(crate) fn over(&self) -> bool {
        self.finished && (self.end_when_finished || self.input.once)
    }

    /// What went wrong with what drives, if nobody overcame it.
    pub(crate) fn stuck(&self) -> Option<Failure> {
        self.news.failure()
    }

    /// Obeys a command.
    pub(crate) fn command(&self, command: DriveCommand) {
        match command {
            DriveCommand::Hold => self.controls.hold(),
            DriveCommand::Resume => self.controls.resume(),
        }
    }

    /// Wants the end: the arms are released gently and the loop ends. Arms that are stopped in an emergency after
    /// that go on holding; once another press has released them, this asks again.
    /// Each of the `leaves` of a person who goes away releases them all the same.
    pub(crate) fn want_end(&mut self, leaves: u32) {
        if leaves > self.left {
            self.left = leaves;
            self.ending = true;
            self.controls.stop();
            return;
        }
        let input = self.input;
        match self
            .rest
            .as_mut()
            .and_then(|rest| rest.look(&self.state, &input, &self.controls, &self.clock))
        {
            Some(OnTheWay::Going) => {
                self.ending = true;
                return;
            }
            Some(OnTheWay::Release) => {
                self.ending = true;
                self.controls.stop();
                return;
            }
            None => {}
        }
        // Two quick presses of Ctrl-C: the wish to end comes through this supervisor, the emergency stop went straight
        // to the loop and may be there already. The later press is the one that counts.
        let overtaken = self.controls.emergency_pending()
            || (1..=OVERTAKEN_LOOKS).contains(&self.stopped_looks);
        if (!self.ending && !overtaken) || matches!(self.state, State::Idle) {
            self.controls.stop();
        }
        self.ending = true;
    }

    /// Looks whether the loop has stopped beginning cycles without having ended. Only time between looks counts: a program
    /// that was stopped for a while finds its loop as it left it.
    pub(crate) fn hangs(&mut self) -> bool {
        let beat = self.controls.heartbeat().as_nanos();
        let silent = self.silence.look(self.clock.now(), beat, HANGS);
        !self.controls.ended() && silent > HANGS
    }

    /// Gives a loop up that hangs: takes its lines away and lets the arms down gently. Its thread is left where it is,
    /// because waiting for it would keep the person from being told.
    pub(crate) fn abandon(self) -> Failure {
        let rescued = lock(&self.handle).rescue();
        let followers = self.arms.iter();
        let followers = followers.filter(|(place, _)| matches!(place, ArmPlace::Follower(_)));
        let missing = followers.count().saturating_sub(rescued.len());
        let mut stuck: Vec<String> = Vec::new();
        if missing > 0 {
            stuck.push(format!("{missing} of the followers has no line any more"));
        }
        for arm in rescued {
            match arm.released {
                Ok(()) => tracing::warn!(arm = arm.arm, "let down in place of a loop that hangs"),
                Err(error) => stuck.push(error.to_string()),
            }
        }
        let message = "the control loop has not begun a cycle for two seconds";
        if stuck.is_empty() {
            return failure(
                ErrorCode::Loop,
                format!("{message}; its arms held, were let down gently, and torque is off"),
                "Start again. Report this, with the log.",
            );
        }
        failure(
            ErrorCode::Loop,
            format!(
                "{message}, and not every motor could be let go of: {}",
                stuck.join("; ")
            ),
            "Hold the arm and pull its power plug: torque may still be on.",
        )
    }

    /// Who can be asked for reports.
    pub(crate) fn laps(&self) -> Laps {
        Laps(Arc::clone(&self.handle))
    }

    /// Waits for the loop's end.
    ///
    /// # Errors
    /// What failed in the loop; the arms were let down as far as they could be reached.
    pub(crate) fn finish(self) -> Result<LoopReport, Failure> {
        let handle = Arc::into_inner(self.handle).ok_or_else(|| {
            failure(
                ErrorCode::Internal,
                "somebody still asks the control loop for reports",
                "This is a defect of Tendon: please report it with the log.",
            )
        })?;
        let handle = handle.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ended = handle.join().map_err(|panicked| {
            failure(
                ErrorCode::Internal,
                panicked,
                "Hold the arm and pull its power plug: torque may still be on.",
            )
        })?;
        match ended.fault {
            None => Ok(ended.report),
            Some(fault) => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests;
