//! `setup_motors()`: gives the motors of an arm their ids and rate, one by one, from the gripper to the base as
//! LeRobot does; or one motor only; or gives them back what they had.
//!
//! A person connects one motor at a time and says so with a command. It can be left at any moment: what is done is
//! remembered per adapter, and what was half done is completed the next time. Nothing here prompts.

mod progress;
mod steps;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use arms::{ArmConfig, Joint};
use motors::scan::ScanProgress;
use motors::setup::{Changed, Identity};
use protocol::{ErrorCode, Failure};

use crate::failure::failure;
use crate::hardware;
use crate::known_arms;
use crate::process::{Cx, Process, Verb};
use crate::settings;
use progress::Progress;
use steps::{Plan, Steps};

/// Time between two looks for a command.
const LOOK: Duration = Duration::from_millis(20);

/// What to set up.
#[derive(Debug, Clone)]
pub struct SetupMotorsConfig {
    /// The line, by the arm's port.
    pub arm: ArmConfig,
    /// The joints whose motors to set up, in this order; empty for the whole arm from the gripper to the base.
    pub joints: Vec<Joint>,
    /// Give the motors back what they had before; with no joints, all of the last session, the last one first.
    pub undo: bool,
    /// Do not skip what was done in an earlier session or is on the line.
    pub fresh: bool,
    /// Take a motor although it has the id of another joint of this arm. Only for a single joint.
    pub anyway: bool,
    /// Wait for [`SetupMotorsCommand::Next`] before each motor. Without, the first refusal ends the work.
    pub ask: bool,
    /// Where to remember; none for the usual file in the state folder.
    pub progress: Option<PathBuf>,
}

impl SetupMotorsConfig {
    /// The whole arm on this line, with a person who connects the motors.
    pub fn whole_arm(arm: ArmConfig) -> Self {
        Self {
            arm,
            joints: Vec::new(),
            undo: false,
            fresh: false,
            anyway: false,
            ask: true,
            progress: None,
        }
    }
}

/// What a person can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupMotorsCommand {
    /// The motor is connected, alone: go on.
    Next,
    /// The same, and take it although it has the id of another joint.
    Anyway,
    /// Leave this joint out.
    Skip,
    /// Give the motor that is connected back what it had.
    Undo,
}

/// What happens meanwhile.
#[derive(Debug, Clone)]
pub enum SetupMotorsEvent {
    /// Motors are looked for at this rate, in bits per second.
    Looking {
        /// The rate.
        baud: u32,
    },
    /// What need not be done again, and what is left to do.
    Plan {
        /// Joints whose motors are on the line as they must be, or were set up in an earlier session.
        done: Vec<Joint>,
        /// Those of `done` that are not on the line: an earlier session on this adapter set them up, or on this port
        /// when the adapter has no serial number; then it may have been another arm.
        earlier: Vec<Joint>,
        /// Joints to do, in order.
        left: Vec<Joint>,
    },
    /// Connect this joint's motor, and no other.
    Connect {
        /// The joint.
        joint: Joint,
        /// Its place among those to do, from 0.
        index: usize,
        /// How many there are.
        of: usize,
    },
    /// It was not done, with what to do; the same motor is still awaited.
    Refused(Failure),
    /// The motor is set up; every value was read back.
    Set {
        /// The joint.
        joint: Joint,
        /// What the motor was.
        former: Identity,
        /// What was written. Empty for one that was right already.
        changed: Vec<Changed>,
    },
    /// The motor has back what it had.
    Undone {
        /// The joint it was set up for.
        joint: Joint,
        /// What it is now.
        now: Identity,
    },
    /// The joint was left out.
    Skipped {
        /// The joint.
        joint: Joint,
    },
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupMotorsOutcome {
    /// Joints whose motors are set up, now or before.
    pub done: Vec<Joint>,
    /// Joints that were left out.
    pub skipped: Vec<Joint>,
    /// Joints whose motors have back what they had.
    pub undone: Vec<Joint>,
}

/// The verb behind [`setup_motors`].
#[derive(Debug)]
pub struct SetupMotors;

/// Sets the motors of an arm up. Stopping it leaves each motor either as it was or done, or to be completed next time.
pub fn setup_motors(config: SetupMotorsConfig) -> Process<SetupMotors> {
    Process::new(config)
}

impl Verb for SetupMotors {
    const NAME: &'static str = "setup-motors";
    const DRIVES: bool = false;
    type Config = SetupMotorsConfig;
    type Command = SetupMotorsCommand;
    type Event = SetupMotorsEvent;
    type Outcome = SetupMotorsOutcome;

    fn run(config: SetupMotorsConfig, cx: &Cx<Self>) -> Result<SetupMotorsOutcome, Failure> {
        let line = hardware::open(&config.arm, &cx.clock)?;
        let path = config
            .progress
            .clone()
            .unwrap_or_else(|| settings::state_folder().join("setup-motors.toml"));
        let mut steps = Steps {
            bus: line.bus,
            progress: Progress::load(path)?,
            adapter: known_arms::adapter_name(&line.path),
        };
        let _simulated = line.simulated;
        work(&config, &mut steps, cx)
    }
}

/// The dialogue with the person.
fn work(
    config: &SetupMotorsConfig,
    steps: &mut Steps,
    cx: &Cx<SetupMotors>,
) -> Result<SetupMotorsOutcome, Failure> {
    let mut tell = |progress: ScanProgress| {
        if let ScanProgress::Rate { baud, .. } = progress {
            cx.emit(SetupMotorsEvent::Looking { baud });
        }
        if cx.stopping() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut outcome = SetupMotorsOutcome::default();
    let plan = if config.undo {
        Plan {
            left: steps.to_undo(&config.joints)?,
            ..Plan::default()
        }
    } else {
        steps.plan(config, &mut tell)?
    };
    outcome.done.clone_from(&plan.done);
    let left = plan.left.clone();
    cx.emit(SetupMotorsEvent::Plan {
        done: plan.done,
        earlier: plan.earlier,
        left: plan.left,
    });
    let mut index = 0;
    let mut asked = None;
    while let Some(joint) = left.get(index).copied() {
        if asked != Some(index) {
            asked = Some(index);
            let of = left.len();
            cx.emit(SetupMotorsEvent::Connect { joint, index, of });
        }
        let command = match (config.ask, config.anyway) {
            (true, _) => wait_for_command(cx)?,
            (false, false) => SetupMotorsCommand::Next,
            (false, true) => SetupMotorsCommand::Anyway,
        };
        let done = match command {
            SetupMotorsCommand::Skip => {
                outcome.skipped.push(joint);
                Ok(SetupMotorsEvent::Skipped { joint })
            }
            SetupMotorsCommand::Undo => steps.undo(None, &mut tell),
            SetupMotorsCommand::Next if config.undo => steps.undo(Some(joint), &mut tell),
            SetupMotorsCommand::Anyway if config.undo => steps.undo(Some(joint), &mut tell),
            SetupMotorsCommand::Next => steps.set(joint, false, &mut tell),
            SetupMotorsCommand::Anyway => steps.set(joint, true, &mut tell),
        };
        match done {
            Ok(event) => {
                match &event {
                    SetupMotorsEvent::Undone { joint, .. } => {
                        outcome.done.retain(|done| done != joint);
                        outcome.undone.push(*joint);
                        // Undone by hand: its turn comes again.
                        if !config.undo {
                            let again = left.iter().position(|other| other == joint);
                            index = again.map_or(index, |again| again.min(index));
                            asked = None;
                        } else {
                            index += 1;
                        }
                    }
                    SetupMotorsEvent::Set { joint, .. } => {
                        outcome.undone.retain(|undone| undone != joint);
                        outcome.done.push(*joint);
                        index += 1;
                    }
                    _ => index += 1,
                }
                cx.emit(event);
            }
            Err(refused) if cx.stopping() => return Err(stopped(&refused)),
            Err(refused) if !config.ask || refused.code == ErrorCode::LineLost => {
                return Err(refused);
            }
            Err(refused) => cx.emit(SetupMotorsEvent::Refused(refused)),
        }
    }
    Ok(outcome)
}

fn wait_for_command(cx: &Cx<SetupMotors>) -> Result<SetupMotorsCommand, Failure> {
    loop {
        if cx.stopping() {
            return Err(stopped(&failure(ErrorCode::Stopped, "", "")));
        }
        if let Some(command) = cx.command() {
            return Ok(command);
        }
        cx.clock.sleep(LOOK);
    }
}

fn stopped(refused: &Failure) -> Failure {
    let also = match refused.code {
        ErrorCode::Stopped => String::new(),
        _ => format!("; the last motor: {}", refused.message),
    };
    failure(
        ErrorCode::Stopped,
        format!("the set-up was left before its end{also}"),
        "Run it again: motors that are done are skipped, one that was half done is completed.",
    )
}
