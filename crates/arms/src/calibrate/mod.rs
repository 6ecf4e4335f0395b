//! Calibrating an arm as a process: states, commands and events, no prompts and no thread of its own.
//!
//! Whoever drives it calls [`Calibrate::step`] in turn and hands in commands when a person decides. The arm is let go
//! of, held in the middle of its travel (homing), moved through its whole travel (recording), and then the motors
//! and the file get the numbers. Until then every way out writes back what the motors held before.
//! A motor that does not answer is a failure, never a position. Not here: the wording and the drawing of it.

mod told;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use motors::{AnyBus, Register, registers};
use stdx::Clock;
use units::{MonoTime, Ticks};

use crate::arm::{Arm, Torque};
use crate::calibration::{Calibration, HOMING_OFFSET_MAX, JointCalibration, TICKS_MAX};
use crate::calibration_file;
use crate::config::ArmConfig;
use crate::configure::{PHASE_MULTI_TURN, calibration_registers};
use crate::error::ArmError;
use crate::joint::{JOINTS, Joint};
use crate::link::{torque_off, write_and_check};
use crate::torque::{Release, Releasing};

pub use told::{CalibrateError, CalibrateState, Command, Event, Travel, Unusable};

/// What the held pose reads after homing: LeRobot's `int(4095 / 2)`.
const MIDDLE: i32 = TICKS_MAX / 2;

/// Less travel than this, in ticks, is the noise of an encoder and not a movement (1.8 degrees).
const LEAST_TRAVEL: i32 = 20;

/// Waiting for the positions of one poll.
const POLL: std::time::Duration = std::time::Duration::from_millis(50);

/// What calibration changes in a motor and puts back when it is given up.
const TOUCHED: [Register; 5] = [
    registers::PHASE,
    registers::OPERATING_MODE,
    registers::HOMING_OFFSET,
    registers::MIN_POSITION_LIMIT,
    registers::MAX_POSITION_LIMIT,
];

/// The stage, with what makes it valid.
enum Stage {
    Beginning,
    Releasing(Release),
    Unlocking,
    WaitingForMiddle,
    Recording {
        offsets: [i32; JOINTS],
        travel: [Travel; JOINTS],
        crossed: u8,
    },
    Ended(CalibrateState),
}

/// One calibration under way.
pub struct Calibrate {
    arm: Arm,
    path: PathBuf,
    backups: Option<PathBuf>,
    stage: Stage,
    commands: VecDeque<Command>,
    /// What the motors held before, once it was read.
    former: Option<[[i32; TOUCHED.len()]; JOINTS]>,
}

impl Calibrate {
    /// Shakes hands with the arm; changes nothing yet. The calibration will be saved at `path`, and a file that
    /// stands there copied to the folder `backups`.
    ///
    /// # Errors
    /// As [`Arm::connect`].
    pub fn connect(
        bus: AnyBus,
        config: ArmConfig,
        clock: Arc<dyn Clock>,
        path: PathBuf,
        backups: Option<PathBuf>,
    ) -> Result<Self, ArmError> {
        Ok(Self {
            arm: Arm::connect(bus, config, Calibration::full_turn(), clock)?,
            path,
            backups,
            stage: Stage::Beginning,
            commands: VecDeque::new(),
            former: None,
        })
    }

    /// Where it stands.
    pub fn state(&self) -> CalibrateState {
        match &self.stage {
            Stage::Beginning | Stage::Releasing(_) | Stage::Unlocking => CalibrateState::Preparing,
            Stage::WaitingForMiddle => CalibrateState::WaitingForMiddle,
            Stage::Recording { .. } => CalibrateState::Recording,
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

    /// The arm, with its new calibration when it ended well. Torque is off and the EEPROM unlocked, as LeRobot
    /// leaves it.
    pub fn into_arm(self) -> Arm {
        self.arm
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
            (_, CalibrateState::Done | CalibrateState::Cancelled | CalibrateState::Failed)
            | (Command::HomeHere | Command::Finish, CalibrateState::Preparing)
            | (Command::Finish, CalibrateState::WaitingForMiddle) => {
                events.push(Event::NotNow { command, state });
                return;
            }
            (Command::Cancel, _) => self.restore().map(|()| {
                events.push(Event::Cancelled);
                self.stage = Stage::Ended(CalibrateState::Cancelled);
            }),
            (Command::HomeHere, _) => self.home(events),
            (Command::Finish, _) => self.finish(events),
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
            Stage::Beginning => {
                let mut former = [[0; TOUCHED.len()]; JOINTS];
                for joint in Joint::ALL {
                    for (place, register) in TOUCHED.into_iter().enumerate() {
                        former[joint.index()][place] = self.arm.read(joint, register)?;
                    }
                }
                self.former = Some(former);
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
                    self.unlock(joint)?;
                    let phase = self.arm.read(joint, registers::PHASE)?;
                    if phase & PHASE_MULTI_TURN != 0 {
                        self.write(joint, registers::PHASE, phase & !PHASE_MULTI_TURN)?;
                    }
                    self.write(joint, registers::OPERATING_MODE, 0)?;
                }
                events.push(Event::Ready);
                Ok(Stage::WaitingForMiddle)
            }
            Stage::WaitingForMiddle => {
                events.push(Event::Positions(self.poll()?.0));
                Ok(Stage::WaitingForMiddle)
            }
            Stage::Recording {
                offsets,
                mut travel,
                mut crossed,
            } => {
                let (ticks, stale) = self.poll()?;
                for (index, travel) in travel.iter_mut().enumerate() {
                    if stale & (1 << index) != 0 {
                        continue;
                    }
                    let position = ticks[index];
                    if (position.0 - travel.position.0).abs() > TICKS_MAX / 2 {
                        crossed |= 1 << index;
                    }
                    travel.position = position;
                    travel.min = travel.min.min(position);
                    travel.max = travel.max.max(position);
                }
                events.push(Event::Travelled(travel));
                Ok(Stage::Recording {
                    offsets,
                    travel,
                    crossed,
                })
            }
            Stage::Ended(state) => Ok(Stage::Ended(state)),
        }
    }

    /// Positions of all joints and which of them are older ones. A motor that stays silent ends the calibration.
    fn poll(&mut self) -> Result<([Ticks; JOINTS], u8), CalibrateError> {
        self.arm.begin_observe()?;
        let deadline = self.arm.observe_deadline(POLL);
        let seen = self.arm.finish_observe(deadline)?;
        let longest = self.arm.config().safety.stale_fault;
        match Joint::ALL
            .into_iter()
            .find(|joint| seen.ages[joint.index()] > longest)
        {
            Some(joint) => Err(CalibrateError::FellSilent { joint }),
            None => Ok((seen.ticks, seen.stale)),
        }
    }

    /// Makes the pose in which the arm is held read 2047 on every joint, and begins to record.
    fn home(&mut self, events: &mut Vec<Event>) -> Result<(), CalibrateError> {
        let mut offsets = [0; JOINTS];
        for joint in Joint::ALL {
            self.write(joint, registers::HOMING_OFFSET, 0)?;
            self.write(joint, registers::MIN_POSITION_LIMIT, 0)?;
            self.write(joint, registers::MAX_POSITION_LIMIT, TICKS_MAX)?;
        }
        for joint in Joint::ALL {
            let present = self.arm.read(joint, registers::PRESENT_POSITION)?;
            offsets[joint.index()] = homing_offset(present);
            self.write(joint, registers::HOMING_OFFSET, offsets[joint.index()])?;
        }
        self.arm.look_again()?;
        let travel = self.arm.ticks.map(|ticks| Travel {
            position: ticks,
            min: ticks,
            max: ticks,
        });
        self.stage = Stage::Recording {
            offsets,
            travel,
            crossed: 0,
        };
        events.push(Event::Homed { offsets });
        Ok(())
    }

    fn finish(&mut self, events: &mut Vec<Event>) -> Result<(), CalibrateError> {
        let Stage::Recording {
            offsets,
            travel,
            crossed,
        } = self.stage
        else {
            return Ok(());
        };
        let unusable = unusable(&travel, crossed);
        if !unusable.is_empty() {
            events.push(Event::Refused(unusable));
            return Ok(());
        }
        let calibration = Calibration::new(Joint::ALL.map(|joint| {
            let Travel { min, max, .. } = travel[joint.index()];
            // LeRobot's "full turn" motor: its range is not recorded but taken whole.
            let (min, max) = if joint == Joint::WristRoll {
                (0, TICKS_MAX)
            } else {
                (min.0, max.0)
            };
            JointCalibration {
                id: joint.motor_id(),
                drive_mode: 0,
                homing_offset: offsets[joint.index()],
                range_min: min,
                range_max: max,
            }
        }))?;
        for joint in Joint::ALL {
            self.unlock(joint)?;
            for (register, value) in calibration_registers(calibration.joint(joint)) {
                self.write(joint, register, value)?;
            }
        }
        let backup = calibration_file::save(&self.path, &calibration, self.backups.as_deref())?;
        self.arm.set_calibration(calibration);
        self.stage = Stage::Ended(CalibrateState::Done);
        events.push(Event::Saved {
            calibration,
            path: self.path.clone(),
            backup,
        });
        Ok(())
    }

    fn fail(&mut self, error: CalibrateError, events: &mut Vec<Event>) {
        let restored = self.restore().is_ok();
        self.stage = Stage::Ended(CalibrateState::Failed);
        events.push(Event::Failed { error, restored });
    }

    /// Writes back what the motors held, all that can be reached, and tells the first failure.
    fn restore(&mut self) -> Result<(), CalibrateError> {
        let Some(former) = self.former else {
            return Ok(());
        };
        let mut outcome = Ok(());
        if self.arm.torque() == Torque::On {
            // Given up in the middle of letting go: finish that first.
            outcome = outcome.and(self.arm.release_gently().map_err(CalibrateError::from));
        }
        for joint in Joint::ALL {
            outcome = outcome.and(self.restore_joint(joint, &former[joint.index()]));
        }
        outcome
    }

    fn restore_joint(
        &mut self,
        joint: Joint,
        former: &[i32; TOUCHED.len()],
    ) -> Result<(), CalibrateError> {
        for (register, value) in TOUCHED.into_iter().zip(*former) {
            if self.arm.read(joint, register)? != value {
                self.unlock(joint)?;
                self.write(joint, register, value)?;
            }
        }
        Ok(())
    }

    fn unlock(&mut self, joint: Joint) -> Result<(), CalibrateError> {
        torque_off(&mut self.arm.bus, &self.arm.config.name, joint)?;
        self.arm.torque[joint.index()] = Torque::Off;
        Ok(())
    }

    fn write(
        &mut self,
        joint: Joint,
        register: Register,
        value: i32,
    ) -> Result<(), CalibrateError> {
        let name = &self.arm.config.name;
        Ok(write_and_check(
            &mut self.arm.bus,
            name,
            joint,
            register,
            value,
        )?)
    }
}

/// The joints whose recording cannot be used. `wrist_roll`'s is not used at all.
fn unusable(travel: &[Travel; JOINTS], crossed: u8) -> Vec<(Joint, Unusable)> {
    Joint::ALL
        .into_iter()
        .filter(|joint| *joint != Joint::WristRoll)
        .filter_map(|joint| {
            let Travel { min, max, .. } = travel[joint.index()];
            if crossed & (1 << joint.index()) != 0 {
                Some((joint, Unusable::CrossedTheEnd))
            } else if max.0 - min.0 < LEAST_TRAVEL {
                Some((joint, Unusable::NoTravel))
            } else {
                None
            }
        })
        .collect()
}

/// The `Homing_Offset` that makes a position read [`MIDDLE`]. Wrapped into one turn and clamped to what the register
/// holds: LeRobot fails where a motor reads 4095, or counts several turns.
fn homing_offset(present: i32) -> i32 {
    let turn = TICKS_MAX + 1;
    let offset = (present - MIDDLE + turn / 2).rem_euclid(turn) - turn / 2;
    offset.clamp(-HOMING_OFFSET_MAX, HOMING_OFFSET_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_held_pose_becomes_the_middle_and_every_offset_fits_its_register() {
        for (present, offset) in [
            (2047, 0),
            (1338, -709),
            (0, -2047),
            (4094, 2047),
            // LeRobot refuses these three: 2048, and two readings over several turns.
            (4095, -2047),
            (4096 + 1338, -709),
            (-2758, -709),
        ] {
            assert_eq!(homing_offset(present), offset, "{present}");
        }
    }

    #[test]
    fn joints_that_were_not_moved_or_ran_over_the_end_are_named() {
        let at = |min, max| Travel {
            position: Ticks(min),
            min: Ticks(min),
            max: Ticks(max),
        };
        let mut travel = [at(800, 3200); JOINTS];
        travel[Joint::ElbowFlex.index()] = at(2047, 2048);
        travel[Joint::WristRoll.index()] = at(2047, 2047);
        let crossed = 1 << Joint::Gripper.index() | 1 << Joint::WristRoll.index();
        assert_eq!(
            unusable(&travel, crossed),
            [
                (Joint::ElbowFlex, Unusable::NoTravel),
                (Joint::Gripper, Unusable::CrossedTheEnd)
            ]
        );
    }
}
