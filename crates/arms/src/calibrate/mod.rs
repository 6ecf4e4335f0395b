//! Calibrating an arm as a process: states, commands and events, no prompts and no thread of its own.
//!
//! Whoever drives it calls [`Calibrate::step`] in turn and hands in commands when a person decides. The motors are
//! looked at and let go of, the arm is held in the middle of its travel (homing), moved through its whole travel
//! (recording), and then the motors get the numbers, are read back, and the file is saved. Until then every way out
//! writes back what the motors held before.
//! A motor that does not answer is a failure, never a position. Not here: the wording and the drawing of it.

mod failing;
mod finishing;
mod former;
mod homing;
mod replace;
mod sweep;
mod told;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use motors::{AnyBus, registers};
use stdx::Clock;
use units::MonoTime;

use crate::arm::{Arm, Torque};
use crate::calibration::{Calibration, TICKS_MAX};
use crate::calibration_history::History;
use crate::config::ArmConfig;
use crate::configure::PHASE_MULTI_TURN;
use crate::cycle::Observation;
use crate::error::{ArmError, at};
use crate::joint::{JOINTS, Joint};
use crate::link::motor;
use crate::plausible::ticks_from_degrees;
use crate::torque::{Release, Releasing};

pub use failing::CalibrateError;
pub use replace::Replaced;
pub use told::{
    CalibrateOptions, CalibrateState, Command, End, Event, Progress, Travel, Unusable, WristRoll,
};

use former::{Former, unlock, write};
use homing::{from_middle, homing_offset};
use sweep::{Step, Sweep};

/// Waiting for the positions of one poll: longer than in a control cycle, so that an adapter whose latency timer was left
/// at 16 ms can be used, and short enough to follow a hand when an answer is lost.
const POLL: std::time::Duration = std::time::Duration::from_millis(25);

/// Right after homing a joint reads 2047, give or take what the arm moved in somebody's hands meanwhile; degrees.
const HOMED_WITHIN: f64 = 20.0;

/// A motor that answers nothing for this long was without power; a lost answer or two are not. A choice: a hand that
/// pulls a plug and puts it back takes longer.
const WITHOUT_POWER: std::time::Duration = std::time::Duration::from_millis(500);

/// The stage, with what makes it valid.
enum Stage {
    Looking,
    Releasing(Release),
    Unlocking,
    WaitingForMiddle,
    Recording {
        offsets: [i32; JOINTS],
        sweeps: Box<[Sweep; JOINTS]>,
        /// Whose motor is asked next whether it still has power.
        next: usize,
    },
    WaitingForPower {
        calibration: Calibration,
        moved: Vec<Joint>,
        /// Since when a motor has not answered any look.
        silent: Box<[Option<MonoTime>; JOINTS]>,
        returned: [bool; JOINTS],
        next: usize,
    },
    Ended(CalibrateState),
}

/// One calibration under way.
pub struct Calibrate {
    arm: Arm,
    options: CalibrateOptions,
    history: History,
    stage: Stage,
    commands: VecDeque<Command>,
    /// What the motors held before, once it was read.
    former: Option<Former>,
}

impl Calibrate {
    /// Shakes hands with the arm; changes nothing yet. The calibration will be saved at `path`; it, and a file that
    /// stands there, are kept in the history in `kept` as well.
    ///
    /// # Errors
    /// As [`Arm::connect`]: every motor that is missing, damaged or of the wrong kind is named.
    pub fn connect(
        bus: AnyBus,
        config: ArmConfig,
        clock: Arc<dyn Clock>,
        path: PathBuf,
        kept: Option<PathBuf>,
        options: CalibrateOptions,
    ) -> Result<Self, ArmError> {
        Ok(Self {
            arm: Arm::connect(bus, config, Calibration::full_turn(), clock)?,
            options,
            history: History::of(path, kept),
            stage: Stage::Looking,
            commands: VecDeque::new(),
            former: None,
        })
    }

    /// Where it stands.
    pub fn state(&self) -> CalibrateState {
        match &self.stage {
            Stage::Looking | Stage::Releasing(_) | Stage::Unlocking => CalibrateState::Preparing,
            Stage::WaitingForMiddle => CalibrateState::WaitingForMiddle,
            Stage::Recording { .. } => CalibrateState::Recording,
            Stage::WaitingForPower { .. } => CalibrateState::WaitingForPower,
            Stage::Ended(state) => *state,
        }
    }

    /// Whether nothing is left to do.
    pub fn ended(&self) -> bool {
        matches!(self.stage, Stage::Ended(_))
    }

    /// The arm that is calibrated, for its name and findings.
    pub fn arm(&self) -> &Arm {
        &self.arm
    }

    /// Hands in a decision; the next [`Calibrate::step`] acts on it.
    pub fn command(&mut self, command: Command) {
        self.commands.push_back(command);
    }

    /// Does the next piece of work, which may wait for motors and in the end for the disk, and tells what came of
    /// it. `now` paces the gentle release. Does nothing once it has ended.
    pub fn step(&mut self, now: MonoTime) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(command) = self.commands.pop_front() {
            self.obey(command, &mut events);
        } else {
            let stage = std::mem::replace(&mut self.stage, Stage::Ended(CalibrateState::Failed));
            match self.work(stage, now, &mut events) {
                Ok(stage) => self.stage = stage,
                Err(error) => self.fail(error, &mut events),
            }
        }
        events
    }

    fn obey(&mut self, command: Command, events: &mut Vec<Event>) {
        let state = self.state();
        let done = match (command, state) {
            (Command::Cancel, _) if !self.ended() => {
                self.cancel(events);
                return;
            }
            (Command::HomeHere, CalibrateState::WaitingForMiddle | CalibrateState::Recording) => {
                self.home(events)
            }
            (Command::Review, CalibrateState::Recording) => self.review(events),
            (Command::Finish, CalibrateState::Recording) => self.finish(events),
            _ => {
                events.push(Event::NotNow { command, state });
                return;
            }
        };
        if let Err(error) = done {
            self.fail(error, events);
        }
    }

    fn work(
        &mut self,
        stage: Stage,
        now: MonoTime,
        events: &mut Vec<Event>,
    ) -> Result<Stage, CalibrateError> {
        match stage {
            Stage::Looking => {
                events.extend(Joint::ALL.map(|joint| self.present(joint)));
                self.former = Some(Former::read(&mut self.arm)?);
                Ok(if self.arm.torque() == Torque::Off {
                    Stage::Unlocking
                } else {
                    Stage::Releasing(self.arm.begin_release())
                })
            }
            Stage::Releasing(mut release) => Ok(match release.step(&mut self.arm, now)? {
                Releasing::Sinking | Releasing::Confirming => Stage::Releasing(release),
                Releasing::Done { .. } => Stage::Unlocking,
            }),
            Stage::Unlocking => {
                for joint in Joint::ALL {
                    unlock(&mut self.arm, joint)?;
                    let phase = self.arm.read(joint, registers::PHASE)?;
                    if phase & PHASE_MULTI_TURN != 0 {
                        write(
                            &mut self.arm,
                            joint,
                            registers::PHASE,
                            phase & !PHASE_MULTI_TURN,
                        )?;
                    }
                    write(&mut self.arm, joint, registers::OPERATING_MODE, 0)?;
                }
                events.push(Event::Ready);
                Ok(Stage::WaitingForMiddle)
            }
            Stage::WaitingForMiddle => {
                events.push(Event::Positions(self.poll()?.ticks));
                Ok(Stage::WaitingForMiddle)
            }
            Stage::Recording {
                offsets,
                mut sweeps,
                next,
            } => {
                self.record(&mut sweeps, events)?;
                self.glance_at_power(Joint::ALL[next % JOINTS])?;
                Ok(Stage::Recording {
                    offsets,
                    sweeps,
                    next: (next + 1) % JOINTS,
                })
            }
            Stage::WaitingForPower {
                calibration,
                moved,
                mut silent,
                mut returned,
                next,
            } => {
                let joint = Joint::ALL[next % JOINTS];
                match self.arm.read(joint, registers::LOCK) {
                    // A motor that comes from power-up has locked its EEPROM; one that missed it was silent for a while.
                    Ok(lock) => {
                        let now = self.arm.clock.now();
                        let away = silent[next].take();
                        returned[next] |= lock != 0
                            || away.is_some_and(|since| now.since(since) >= WITHOUT_POWER);
                    }
                    Err(error) if error.line_lost() => return Err(error.into()),
                    Err(_silent_without_power) => {
                        silent[next].get_or_insert(self.arm.clock.now());
                    }
                }
                if returned == [true; JOINTS] {
                    self.require_kept(&calibration)?;
                    return self.save(calibration, moved, events);
                }
                Ok(Stage::WaitingForPower {
                    calibration,
                    moved,
                    silent,
                    returned,
                    next: (next + 1) % JOINTS,
                })
            }
            Stage::Ended(state) => Ok(Stage::Ended(state)),
        }
    }

    fn present(&self, joint: Joint) -> Event {
        let findings = &self.arm.handshake().findings;
        let its = findings.iter().filter(|finding| finding.joint == joint);
        Event::MotorPresent {
            joint,
            findings: its.map(|finding| finding.what).collect(),
        }
    }

    /// Where all joints are. A motor that stays silent ends the calibration.
    fn poll(&mut self) -> Result<Observation, CalibrateError> {
        self.arm.begin_observe()?;
        let deadline = self.arm.clock.now() + POLL;
        let seen = self.arm.finish_observe(deadline)?;
        let longest = self.arm.config().safety.stale_fault;
        match Joint::ALL
            .into_iter()
            .find(|joint| seen.ages[joint.index()] > longest)
        {
            Some(joint) => Err(CalibrateError::FellSilent { joint }),
            None => Ok(seen),
        }
    }

    fn recorded(&self, joint: Joint) -> bool {
        joint != Joint::WristRoll || self.options.wrist_roll == WristRoll::Recorded
    }

    fn record(
        &mut self,
        sweeps: &mut [Sweep; JOINTS],
        events: &mut Vec<Event>,
    ) -> Result<(), CalibrateError> {
        // A motor answers with where it was when it was asked, however long the others are waited for.
        let asked = self.arm.clock.now();
        let seen = self.poll()?;
        for joint in Joint::ALL {
            let index = joint.index();
            let sweep = &mut sweeps[index];
            if seen.stale & (1 << index) != 0 {
                sweep.unanswered();
                continue;
            }
            match sweep.answered(seen.ticks[index].0, seen.error_bits[index], asked) {
                Step::Followed => {}
                Step::Crossed => events.push(Event::CrossedSeam { joint }),
                Step::LostTrack if self.recorded(joint) => events.push(Event::TooFast { joint }),
                Step::LostTrack => {}
            }
        }
        let kind = self.arm.kind();
        events.push(Event::Travelled(Joint::ALL.map(|joint| {
            sweeps[joint.index()].travel(kind, joint, self.recorded(joint))
        })));
        Ok(())
    }

    /// The same in one short question, so that a motor that is slow to answer does not hide what the hands do.
    fn glance_at_power(&mut self, joint: Joint) -> Result<(), CalibrateError> {
        let deadline = self.arm.clock.now() + POLL;
        let lock = registers::LOCK;
        let bus = &mut self.arm.bus;
        match bus.read_span_within(motor(joint), lock, lock, Some(deadline)) {
            Ok(span) if span.value(lock) != Some(0) => self.require_power(joint),
            Err(error) if error.line_lost() => Err(at(self.arm.name(), joint)(error).into()),
            _ => Ok(()),
        }
    }

    /// Motors stay unlocked while they are calibrated; one that is locked came back from power-up.
    fn require_power(&mut self, joint: Joint) -> Result<(), CalibrateError> {
        let lock = match self.arm.read(joint, registers::LOCK) {
            // Said twice, because giving up costs a person all that was recorded.
            Ok(lock) if lock != 0 => self.arm.read(joint, registers::LOCK),
            lock => lock,
        };
        match lock {
            Ok(0) => Ok(()),
            Ok(_) => Err(CalibrateError::LostPower { joint }),
            Err(error) if error.line_lost() => Err(error.into()),
            // A motor that stays silent is found by the next polls, which know how long.
            Err(_) => Ok(()),
        }
    }

    /// Makes the pose in which the arm is held read 2047 on every joint, and begins to record.
    fn home(&mut self, events: &mut Vec<Event>) -> Result<(), CalibrateError> {
        let mut offsets = [0; JOINTS];
        for joint in Joint::ALL {
            write(&mut self.arm, joint, registers::MIN_POSITION_LIMIT, 0)?;
            write(
                &mut self.arm,
                joint,
                registers::MAX_POSITION_LIMIT,
                TICKS_MAX,
            )?;
        }
        for joint in Joint::ALL {
            write(&mut self.arm, joint, registers::HOMING_OFFSET, 0)?;
            let present = self.arm.read(joint, registers::PRESENT_POSITION)?;
            let offset = homing_offset(present);
            write(&mut self.arm, joint, registers::HOMING_OFFSET, offset)?;
            let reads = self.arm.read(joint, registers::PRESENT_POSITION)?;
            if from_middle(reads) > ticks_from_degrees(HOMED_WITHIN) {
                return Err(CalibrateError::OffsetWithoutEffect { joint, reads });
            }
            offsets[joint.index()] = offset;
        }
        self.arm.look_again()?;
        let now = self.arm.clock.now();
        self.stage = Stage::Recording {
            offsets,
            sweeps: Box::new(self.arm.ticks.map(|ticks| Sweep::beginning(ticks.0, now))),
            next: 0,
        };
        events.push(Event::Homed { offsets });
        Ok(())
    }

    fn cancel(&mut self, events: &mut Vec<Event>) {
        let mut failed = self.restore();
        let joints = failed.iter().map(|(joint, _)| *joint).collect();
        if failed.is_empty() {
            self.stage = Stage::Ended(CalibrateState::Cancelled);
            events.push(Event::Cancelled);
        } else {
            self.stage = Stage::Ended(CalibrateState::Failed);
            events.push(Event::Failed {
                error: failed.swap_remove(0).1.into(),
                not_restored: joints,
            });
        }
    }

    fn fail(&mut self, error: CalibrateError, events: &mut Vec<Event>) {
        let failed = self.restore();
        self.stage = Stage::Ended(CalibrateState::Failed);
        events.push(Event::Failed {
            error,
            not_restored: failed.into_iter().map(|(joint, _)| joint).collect(),
        });
    }

    /// Writes back what the motors held; the joints for which that failed, and why.
    fn restore(&mut self) -> Vec<(Joint, ArmError)> {
        match self.former {
            Some(former) => former.restore(&mut self.arm),
            None => Vec::new(),
        }
    }
}

impl Drop for Calibrate {
    /// Whoever leaves it before its end, by an error of theirs or a panic, leaves the motors as they were too.
    fn drop(&mut self) {
        if !self.ended() {
            drop(self.restore());
        }
    }
}
