//! A rig from flags to a running loop, and its supervision: shared by every verb that moves an arm.
//!
//! The supervisor only looks. It starts the loop, passes on what the loop tells, notices when the loop hangs or
//! ends, and lets go of the arms at the end; nothing inside a cycle waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arms::{Arm, ArmConfig, Step};
use protocol::{ErrorCode, Failure, LoopReport};
use stdx::{Clock, LatestReader, QueueWriter, latest};
use teleop::{Controls, LoopConfig, LoopHandle, Outputs, Rig, State, Status, Teleoperator};

use crate::failure::failure;
use crate::hardware::{self, Simulated};

/// Time between two looks of a supervisor: the rate of state events (invariant 9: at most 20 a second).
pub(crate) const LOOK: Duration = Duration::from_millis(50);
/// An emergency stop seen for at most so many looks may be younger than the wish to end that is told now.
const OVERTAKEN_LOOKS: u32 = 3;
/// A loop that has not begun a cycle for this long hangs: far more than any cycle, and than a slow release step.
const HANGS: Duration = Duration::from_secs(2);

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
    warned: Vec<String>,
    clock: Arc<dyn Clock>,
    state: State,
    first_move: bool,
    /// Looks in a row that saw the arms stopped in an emergency.
    stopped_looks: u32,
    /// The person wants the end, and the loop was told.
    ending: bool,
    /// How often the loop was told to end because the person leaves.
    left: u32,
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
    simulated: Vec<Simulated>,
}

impl ConnectedRig {
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
        let mut connect = |configs: &[ArmConfig], led: bool| -> Result<Vec<Arm>, Failure> {
            let mut arms = Vec::new();
            for config in configs {
                let connected = hardware::connect(config, clock)?;
                connected.notes.into_iter().for_each(&mut note);
                if let Some(arm) = connected.simulated {
                    // A simulated leader has nobody to move it, so a simulated hand does.
                    if led {
                        arm.lead()?;
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
        Ok(Self {
            rig,
            teleoperator: config.teleoperator,
            simulated,
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
        config: LoopConfig,
        steps: Option<QueueWriter<Step>>,
        controls: &Controls,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let (status_writer, status) = latest();
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
            stopped_looks: 0,
            ending: false,
            left: 0,
            _simulated: connected.simulated,
        })
    }

    /// Looks once: tells what is new. Returns whether the loop still runs.
    pub(crate) fn look(&mut self, mut tell: impl FnMut(DriveEvent)) -> bool {
        if let Some(status) = self.status.take() {
            self.state = status.state.clone();
            self.first_move = status.first_move;
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
            for (key, warning) in &warnings {
                if !self.warned.contains(key) {
                    tracing::warn!("{warning}");
                    tell(DriveEvent::Warning(warning.to_string()));
                }
            }
            self.warned = warnings.into_iter().map(|(key, _)| key).collect();
            tell(DriveEvent::Status(Box::new(status)));
        }
        self.stopped_looks = match self.state {
            State::Stopped => self.stopped_looks.saturating_add(1),
            _ => 0,
        };
        !self.controls.ended()
    }

    /// What the loop was doing when it was last looked at.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Whether the arms follow: the bounded first move is over.
    pub(crate) fn follows(&self) -> bool {
        matches!(self.state, State::Driving) && !self.first_move
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
        // Two quick presses of Ctrl-C: the wish to end comes through this supervisor, the emergency stop went straight
        // to the loop and may be there already. The later press is the one that counts.
        let overtaken = self.controls.emergency_pending()
            || (1..=OVERTAKEN_LOOKS).contains(&self.stopped_looks);
        if (!self.ending && !overtaken) || matches!(self.state, State::Idle) {
            self.controls.stop();
        }
        self.ending = true;
    }

    /// Whether the loop has stopped beginning cycles without having ended.
    pub(crate) fn hangs(&self) -> bool {
        let beat = self.controls.heartbeat();
        beat.as_nanos() > 0 && !self.controls.ended() && self.clock.now().since(beat) > HANGS
    }

    /// Gives a loop up that hangs. Its thread is left where it is: waiting for it would keep the person from being told.
    pub(crate) fn abandon(self) -> Failure {
        std::mem::forget(self);
        failure(
            ErrorCode::Loop,
            "the control loop has not begun a cycle for two seconds",
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
