//! `setup_motors()`: gives the motors of an arm their ids and rate, one by one, from the gripper to the base as
//! LeRobot does; or one motor only; or gives them back what they had.
//!
//! A person connects one motor at a time and says so with a command. It can be left at any moment: what is done is
//! remembered per adapter, and what was half done is completed the next time. Nothing here prompts.

mod progress;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use arms::{ArmConfig, Joint};
use motors::scan::{ScanConfig, ScanProgress, scan};
use motors::setup::{Alone, Changed, Identity, SetupError, find_alone, give};
use motors::{AnyBus, MotorId, registers};
use protocol::{ErrorCode, Failure};

use crate::failure::{bad_request, failure};
use crate::hardware;
use crate::known_arms;
use crate::process::{Cx, Process, Verb};
use crate::scan::bus_failure;
use crate::settings;
use progress::Progress;

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
    let left = if config.undo {
        steps.to_undo(&config.joints)?
    } else {
        let (done, left) = steps.plan(config, &mut tell)?;
        outcome.done.clone_from(&done);
        left
    };
    cx.emit(SetupMotorsEvent::Plan {
        done: outcome.done.clone(),
        left: left.clone(),
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

/// What is done with the motor on the line, one call for each thing a person can ask for.
struct Steps {
    bus: AnyBus,
    progress: Progress,
    adapter: String,
}

impl Steps {
    /// Joints that are done, and joints to do.
    fn plan(
        &mut self,
        config: &SetupMotorsConfig,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<(Vec<Joint>, Vec<Joint>), Failure> {
        if !config.joints.is_empty() {
            return Ok((Vec::new(), config.joints.clone()));
        }
        let wanted: Vec<Joint> = Joint::ALL.into_iter().rev().collect();
        if config.fresh {
            self.progress.forget_all(&self.adapter)?;
            return Ok((Vec::new(), wanted));
        }
        let mut done = self.right_on_the_line(tell)?;
        if done.len() < Joint::ALL.len() {
            for joint in Joint::ALL {
                let noted = self.progress.note(&self.adapter, joint);
                if noted.is_some_and(|note| note.done) && !done.contains(&joint) {
                    done.push(joint);
                }
            }
            if done.len() == Joint::ALL.len() {
                // The arm of the last session is finished and is not on the line: this is another one.
                done.clear();
                self.progress.forget_all(&self.adapter)?;
            }
        }
        done.sort_by_key(|joint| std::cmp::Reverse(joint.index()));
        let left = wanted
            .into_iter()
            .filter(|joint| !done.contains(joint))
            .collect();
        Ok((done, left))
    }

    /// Joints whose motors answer as they must. A motor from the factory has the id of the base, so that one counts
    /// only as part of a whole arm.
    fn right_on_the_line(
        &mut self,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<Vec<Joint>, Failure> {
        let scan = scan(&mut self.bus, &ScanConfig::default(), tell)
            .map_err(|error| bus_failure(&error))?;
        let right = |joint: &Joint| {
            scan.at_usual_rate(joint.motor_id())
                .and_then(|motor| motor.facts())
                .is_some_and(|facts| {
                    facts.model() == registers::MODEL_STS3215
                        && facts.value(registers::RESPONSE_STATUS_LEVEL) != 0
                })
        };
        let mut found: Vec<Joint> = Joint::ALL.into_iter().filter(right).collect();
        if found.len() < Joint::ALL.len() {
            found.retain(|joint| joint.motor_id() != 1);
        }
        Ok(found)
    }

    /// Sets the motor on the line up for a joint.
    fn set(
        &mut self,
        joint: Joint,
        anyway: bool,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<SetupMotorsEvent, Failure> {
        let motor = self.alone(tell)?;
        let found = motor.identity;
        let target = MotorId(joint.motor_id());
        if !anyway {
            self.refuse_another_joints_motor(&found, target)?;
        }
        let noted = self.progress.note(&self.adapter, joint);
        // One that was interrupted stands somewhere between what it was and what it shall be.
        let former = noted
            .map(|note| note.former())
            .filter(|former| {
                (found.id == former.id || found.id == target)
                    && (found.baud == former.baud || found.baud == motors::serial::BAUD)
            })
            .unwrap_or(found);
        let wanted = Identity::of_arm(target);
        let known = noted.is_some();
        if found != wanted {
            self.progress.put(&self.adapter, joint, former, false)?;
        }
        let changed = give(&mut self.bus, &motor, wanted).map_err(|error| refusal(&error))?;
        if found != wanted || known {
            self.progress.put(&self.adapter, joint, former, true)?;
        }
        tracing::info!(
            joint = joint.name(),
            from = found.id.0,
            baud = found.baud,
            changes = changed.len(),
            "motor set up"
        );
        Ok(SetupMotorsEvent::Set {
            joint,
            former: found,
            changed,
        })
    }

    /// A motor that was set up for another joint a moment ago was probably plugged in by mistake. One with id 1 comes
    /// from the factory more often than from the base.
    fn refuse_another_joints_motor(
        &self,
        found: &Identity,
        target: MotorId,
    ) -> Result<(), Failure> {
        let other = Joint::ALL
            .into_iter()
            .find(|joint| joint.motor_id() == found.id.0 && found.id.0 != 1);
        let Some(other) = other.filter(|_| found.id != target) else {
            return Ok(());
        };
        let done = self.progress.note(&self.adapter, other);
        if !done.is_some_and(|note| note.done) {
            return Ok(());
        }
        Err(failure(
            ErrorCode::NotWhile,
            format!(
                "this is motor {}, which was set up as {} of this arm",
                found.id,
                other.name()
            ),
            "Connect the motor that is to be set up now; or say that this one is to be taken anyway.",
        ))
    }

    /// Joints to give back what they had, the last one set up first.
    fn to_undo(&self, joints: &[Joint]) -> Result<Vec<Joint>, Failure> {
        let mut noted: Vec<Joint> = self
            .progress
            .of(&self.adapter)
            .filter_map(|note| note.joint())
            .collect();
        noted.reverse();
        if joints.is_empty() && !noted.is_empty() {
            return Ok(noted);
        }
        if let Some(unknown) = joints.iter().find(|joint| !noted.contains(joint)) {
            return Err(nothing_to_undo(&format!(
                "the motor of {} was not set up on this adapter",
                unknown.name()
            )));
        }
        if joints.is_empty() {
            return Err(nothing_to_undo("no motor was set up on this adapter"));
        }
        Ok(joints.to_vec())
    }

    /// Gives the motor on the line back what it had. With a joint, only if it is that joint's.
    fn undo(
        &mut self,
        wanted: Option<Joint>,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<SetupMotorsEvent, Failure> {
        let motor = self.alone(tell)?;
        let id = motor.identity.id;
        let half_done = |joint: Joint| {
            let note = self.progress.note(&self.adapter, joint);
            note.is_some_and(|note| !note.done && note.former().id == id)
        };
        let joint = Joint::ALL
            .into_iter()
            .find(|joint| joint.motor_id() == id.0 && wanted.is_none_or(|wanted| wanted == *joint))
            .filter(|joint| self.progress.note(&self.adapter, *joint).is_some())
            .or_else(|| wanted.filter(|joint| half_done(*joint)));
        let Some(joint) = joint else {
            return Err(match wanted {
                Some(wanted) => failure(
                    ErrorCode::NotWhile,
                    format!(
                        "this is motor {id}; {} has the id {}",
                        wanted.name(),
                        wanted.motor_id()
                    ),
                    "Connect the motor that is to be given back what it had.",
                ),
                None => nothing_to_undo(&format!(
                    "motor {id} was not set up on this adapter, so nothing is known of what it was"
                )),
            });
        };
        let former = self
            .progress
            .note(&self.adapter, joint)
            .map_or(motor.identity, |note| note.former());
        give(&mut self.bus, &motor, former).map_err(|error| refusal(&error))?;
        self.progress.forget(&self.adapter, joint)?;
        self.bus
            .set_baud(motors::serial::BAUD)
            .map_err(|error| bus_failure(&error))?;
        tracing::info!(
            joint = joint.name(),
            to = former.id.0,
            "motor set-up undone"
        );
        Ok(SetupMotorsEvent::Undone { joint, now: former })
    }

    fn alone(
        &mut self,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<Alone, Failure> {
        find_alone(&mut self.bus, tell).map_err(|error| refusal(&error))
    }
}

fn nothing_to_undo(message: &str) -> Failure {
    bad_request(
        message,
        "Set the motor up with the id you want: tendon setup-motors --id=N",
    )
}

fn refusal(error: &SetupError) -> Failure {
    let code = match error {
        SetupError::CalledOff => ErrorCode::Stopped,
        error if error.line_lost() => ErrorCode::LineLost,
        _ => ErrorCode::Motor,
    };
    failure(code, error, error.remedy())
}
