//! What the program is doing: one of these at a time, each a process of the station and what the window shows of it.
//!
//! Every one is pumped by the desk's thread: it takes what the process told and turns it into the topic's value. Not here:
//! when one may begin (`desk`).

pub(crate) mod calibration;
pub(crate) mod drive;
mod episodes;
pub(crate) mod identify;
pub(crate) mod record;
pub(crate) mod rig;
pub(crate) mod scan;
pub(crate) mod setup;
mod shown;

use std::time::Duration;

use protocol::Failure;
use protocol::window::{Activity, CalibrationPhase, Notice, TorqueWord};
use station::process::Verb;
use station::{Process, ProcessState};
use teleop::EmergencyStop;

/// A process that was started, until its end.
pub(crate) struct Running<V: Verb> {
    process: Option<Process<V>>,
}

/// What a process told lately.
pub(crate) struct Taken<V: Verb> {
    pub(crate) events: Vec<V::Event>,
    /// What a person should know about its own thread.
    pub(crate) trouble: Option<Failure>,
    /// How it ended, if it has.
    pub(crate) outcome: Option<Result<V::Outcome, Failure>>,
}

impl<V: Verb> Running<V> {
    pub(crate) fn start(mut process: Process<V>) -> Result<Self, Failure> {
        process.start()?;
        Ok(Self {
            process: Some(process),
        })
    }

    pub(crate) fn emergency(&self) -> Option<EmergencyStop> {
        self.process.as_ref().map(Process::emergency)
    }

    pub(crate) fn command(&self, command: V::Command) -> Result<(), Failure> {
        match &self.process {
            Some(process) => process.command(command),
            None => Err(crate::words::nothing_runs("it has ended")),
        }
    }

    /// Asks for an orderly end.
    pub(crate) fn stop(&self) {
        if let Some(process) = &self.process {
            process.stop();
        }
    }

    /// The same of a person who does not stay to release an arm by hand.
    pub(crate) fn leave(&self) {
        if let Some(process) = &self.process {
            process.leave();
        }
    }

    /// Whether its end was asked for.
    pub(crate) fn stopping(&self) -> bool {
        let state = self.process.as_ref().map(Process::state);
        matches!(state, Some(ProcessState::Stopping))
    }

    /// What it told since the last call, and how it ended if it has.
    pub(crate) fn take(&mut self) -> Taken<V> {
        let Some(process) = &self.process else {
            return Taken {
                events: Vec::new(),
                trouble: None,
                outcome: None,
            };
        };
        // Asked first: what was told before the end is then all here.
        let ended = process.state() == ProcessState::Ended;
        let mut events = Vec::new();
        while let Some(event) = process.next_event(Duration::ZERO) {
            events.push(event);
        }
        let trouble = process.trouble();
        let outcome = ended.then(|| self.process.take()).flatten();
        Taken {
            events,
            trouble,
            outcome: outcome.map(Process::result),
        }
    }
}

/// What a task may tell beside its topic.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) notices: Vec<Notice>,
    /// Its process has ended, and it was the last that is told of it.
    pub(crate) ended: bool,
    /// Motors may push although nobody is in charge of them any more.
    pub(crate) torque_unknown: bool,
    /// A file that is shown elsewhere was changed.
    pub(crate) changed: bool,
}

/// What is going on.
pub(crate) enum Task {
    Scan(scan::ScanTask),
    Setup(setup::SetupTask),
    Identify(identify::IdentifyTask),
    Calibrate(calibration::CalibrateTask),
    Drive(Box<drive::DriveTask>),
    Record(Box<record::RecordTask>),
}

impl Task {
    pub(crate) fn pump(&mut self) -> Told {
        match self {
            Self::Scan(task) => task.pump(),
            Self::Setup(task) => task.pump(),
            Self::Identify(task) => task.pump(),
            Self::Calibrate(task) => task.pump(),
            Self::Drive(task) => task.pump(),
            Self::Record(task) => task.pump(),
        }
    }

    pub(crate) fn activity(&self) -> Activity {
        match self {
            Self::Scan(_) => Activity::Scanning,
            Self::Setup(_) => Activity::SettingUp,
            Self::Identify(_) => Activity::Identifying,
            Self::Calibrate(_) => Activity::Calibrating,
            Self::Drive(task) if task.releasing() => Activity::Releasing,
            Self::Drive(_) => Activity::Driving,
            Self::Record(task) if task.releasing() => Activity::Releasing,
            Self::Record(_) => Activity::Recording,
        }
    }

    /// What it is, as part of a sentence about why something else must wait.
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Self::Scan(_) => "motors are being looked for",
            Self::Setup(_) => "motors are being set up",
            Self::Identify(_) => "an arm is being identified",
            Self::Calibrate(_) => "an arm is being calibrated",
            Self::Drive(_) => "an arm is open on Drive",
            Self::Record(_) => "a recording session is open",
        }
    }

    /// The arms it is about, by key.
    pub(crate) fn busy(&self) -> Vec<String> {
        match self {
            Self::Scan(task) => vec![task.state.arm.clone()],
            Self::Setup(task) => vec![task.state.arm.clone()],
            Self::Identify(_) => Vec::new(),
            Self::Calibrate(task) => vec![task.state.arm.clone()],
            Self::Drive(task) => task.rig.keys(),
            Self::Record(task) => task.rig.keys(),
        }
    }

    /// Whether every motor of its arms has said whether it pushes.
    pub(crate) fn knows_torque(&self) -> bool {
        let known = |rig: &rig::Rig| matches!(rig.torque(), TorqueWord::On | TorqueWord::Off);
        match self {
            Self::Drive(task) => known(&task.rig),
            Self::Record(task) => known(&task.rig),
            Self::Calibrate(task) => matches!(
                task.state.phase,
                CalibrationPhase::Middle | CalibrationPhase::Recording
            ),
            Self::Scan(_) | Self::Setup(_) | Self::Identify(_) => false,
        }
    }

    /// Key and name of the arms that it drives.
    pub(crate) fn seats(&self) -> Vec<(String, String)> {
        let rig = match self {
            Self::Drive(task) => &task.rig,
            Self::Record(task) => &task.rig,
            Self::Calibrate(task) => {
                return vec![(task.state.arm.clone(), task.state.name.clone())];
            }
            _ => return Vec::new(),
        };
        let seats = rig.seats().into_iter();
        seats.map(|seat| (seat.key, seat.name)).collect()
    }

    /// Ends it in good order.
    pub(crate) fn finish(&mut self) {
        match self {
            Self::Scan(task) => task.running.stop(),
            Self::Setup(task) => task.running.stop(),
            Self::Identify(task) => task.running.stop(),
            Self::Calibrate(task) => task.running.stop(),
            Self::Drive(task) => task.running.stop(),
            Self::Record(task) => task.running.stop(),
        }
    }

    /// Ends it although nobody stays: an arm that was stopped is let down too.
    pub(crate) fn leave(&mut self) {
        match self {
            Self::Drive(task) => task.running.leave(),
            Self::Record(task) => task.running.leave(),
            other => other.finish(),
        }
    }
}
