//! Brings an arm's motors to the settings it is driven with, and compares and writes their calibration.
//!
//! Registers are read first and written only where they differ: LeRobot rewrites them at every connect, which wears
//! the EEPROM. What is written is read back. EEPROM keeps a value only while `Lock` is 0, so motors that change are
//! released and unlocked first.
//! Not here: switching torque on (`torque`).

use motors::registers::{self, Area};
use motors::{MotorId, Register};
use units::Ticks;

use crate::arm::{Arm, Torque};
use crate::calibration::{Calibration, JointCalibration};
use crate::config::{ArmConfig, ArmKind};
use crate::error::{ArmError, CalibrationDifference, at};
use crate::gate::Gate;
use crate::joint::Joint;
use crate::limits::{GoalLimiter, limits_of};
use crate::link::{motor, read, torque_off, write_and_check};

/// Bit 4 of `Phase`: positions over several turns. Cleared, so that positions stay within 0 to 4095.
pub(crate) const PHASE_MULTI_TURN: i32 = 0x10;

/// Written to `Acceleration` and `Maximum_Acceleration`, 100 steps/s²: LeRobot's value, the most there is. How fast
/// the arm may change speed is decided by `limits`, not by the motor.
pub(crate) const FULL_ACCELERATION: i32 = 254;

/// A register that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Whose motor.
    pub joint: Joint,
    /// Which register.
    pub register: Register,
    /// What it held.
    pub from: i32,
    /// What it holds now.
    pub to: i32,
}

/// What a motor of this arm should hold, given what `Phase` holds now.
fn wanted(
    config: &ArmConfig,
    joint: Joint,
    phase: i32,
) -> impl Iterator<Item = (Register, i32)> + use<> {
    let follower = config.kind == ArmKind::Follower;
    let gripper = follower && joint == Joint::Gripper;
    let (gains, safety) = (config.gains, config.safety);
    let everyone = [
        (registers::RETURN_DELAY_TIME, 0),
        (registers::MAXIMUM_ACCELERATION, FULL_ACCELERATION),
        (registers::ACCELERATION, FULL_ACCELERATION),
        (registers::PHASE, phase & !PHASE_MULTI_TURN),
        (registers::OPERATING_MODE, 0),
    ];
    let followers = [
        (registers::P_COEFFICIENT, gains.p),
        (registers::I_COEFFICIENT, gains.i),
        (registers::D_COEFFICIENT, gains.d),
    ];
    let grippers = [
        (registers::MAX_TORQUE_LIMIT, safety.gripper_max_torque),
        (
            registers::PROTECTION_CURRENT,
            safety.gripper_protection_current,
        ),
        (registers::OVERLOAD_TORQUE, safety.gripper_overload_torque),
    ];
    everyone
        .into_iter()
        .chain(followers.into_iter().filter(move |_| follower))
        .chain(grippers.into_iter().filter(move |_| gripper))
}

/// The three registers that calibration sets, with a joint's values.
pub(crate) fn calibration_registers(at: &JointCalibration) -> [(Register, i32); 3] {
    [
        (registers::HOMING_OFFSET, at.homing_offset),
        (registers::MIN_POSITION_LIMIT, at.range_min),
        (registers::MAX_POSITION_LIMIT, at.range_max),
    ]
}

impl Arm {
    /// Writes the settings of a follower or leader to the motors where they differ, and makes the limit that was
    /// read from EEPROM the one in force, which the motor itself would do only at its next power-up. A holding arm
    /// whose motors need a change is released gently first. Returns what was changed.
    ///
    /// # Errors
    /// When a motor does not answer or does not keep a value.
    pub fn configure(&mut self) -> Result<Vec<Change>, ArmError> {
        let mut changes = Vec::new();
        for joint in Joint::ALL {
            let phase = self.read(joint, registers::PHASE)?;
            for (register, to) in wanted(&self.config, joint, phase) {
                let from = self.read(joint, register)?;
                if from != to {
                    changes.push(Change {
                        joint,
                        register,
                        from,
                        to,
                    });
                }
            }
        }
        self.write_changes(&changes)?;
        for joint in Joint::ALL {
            let full = self.read(joint, registers::MAX_TORQUE_LIMIT)?;
            self.torque_limits[joint.index()] = full;
            let from = self.read(joint, registers::TORQUE_LIMIT)?;
            if from != full && !self.holding {
                write_and_check(
                    &mut self.bus,
                    &self.config.name,
                    joint,
                    registers::TORQUE_LIMIT,
                    full,
                )?;
                self.torque_limits_now[joint.index()] = full;
                changes.push(Change {
                    joint,
                    register: registers::TORQUE_LIMIT,
                    from,
                    to: full,
                });
            }
        }
        self.look_again()?;
        Ok(changes)
    }

    /// Where the motors hold something else than the calibration: 18 reads. Empty means that LeRobot too would
    /// take the arm as calibrated. Ids and drive modes are not compared, as in LeRobot.
    ///
    /// # Errors
    /// When a motor does not answer.
    pub fn calibration_differences(&mut self) -> Result<Vec<CalibrationDifference>, ArmError> {
        let mut differences = Vec::new();
        for joint in Joint::ALL {
            for (register, file) in calibration_registers(self.calibration.joint(joint)) {
                let motor = self.read(joint, register)?;
                if motor != file {
                    differences.push(CalibrationDifference {
                        joint,
                        register: register.name,
                        file,
                        motor,
                    });
                }
            }
        }
        Ok(differences)
    }

    /// The same as an error, for callers that will not drive an arm whose angles are wrong.
    ///
    /// # Errors
    /// [`ArmError::CalibrationDiffers`], or when a motor does not answer.
    pub fn require_calibrated(&mut self) -> Result<(), ArmError> {
        let differences = self.calibration_differences()?;
        if differences.is_empty() {
            Ok(())
        } else {
            Err(ArmError::CalibrationDiffers {
                arm: self.config.name.clone(),
                differences,
            })
        }
    }

    /// Writes the calibration to the motors where they hold another, after a gentle release: LeRobot writes it to
    /// locked motors with torque on, where it is lost at power-off and the arm may jump.
    ///
    /// # Errors
    /// When a motor does not answer or does not keep a value.
    pub fn write_calibration(&mut self) -> Result<Vec<Change>, ArmError> {
        let mut changes = Vec::new();
        for joint in Joint::ALL {
            for (register, to) in calibration_registers(self.calibration.joint(joint)) {
                let from = self.read(joint, register)?;
                if from != to {
                    changes.push(Change {
                        joint,
                        register,
                        from,
                        to,
                    });
                }
            }
        }
        self.write_changes(&changes)?;
        self.look_again()?;
        Ok(changes)
    }

    /// Takes another calibration for its values and limits. Writes nothing to the motors.
    pub fn set_calibration(&mut self, calibration: Calibration) {
        self.calibration = calibration;
        let period = self.limiter.period();
        let following = self.limiter.following();
        let limits = limits_of(&calibration, self.units(), &self.config.safety);
        self.gate = Gate::new(&calibration, self.units(), &limits);
        self.limiter = GoalLimiter::new(limits, period, self.values());
        self.limiter.set_following(following);
    }

    fn write_changes(&mut self, changes: &[Change]) -> Result<(), ArmError> {
        let lasting = |change: &&Change| change.register.area != Area::Ram;
        if changes.iter().any(|change| lasting(&change)) {
            if self.torque() != Torque::Off {
                self.release_gently()?;
            }
            for joint in Joint::ALL {
                if changes
                    .iter()
                    .filter(lasting)
                    .any(|change| change.joint == joint)
                {
                    torque_off(&mut self.bus, &self.config.name, joint)?;
                    self.torque[joint.index()] = Torque::Off;
                }
            }
        }
        for change in changes {
            write_and_check(
                &mut self.bus,
                &self.config.name,
                change.joint,
                change.register,
                change.to,
            )?;
        }
        Ok(())
    }

    /// Reads every position anew, after something that changes how motors count.
    pub(crate) fn look_again(&mut self) -> Result<(), ArmError> {
        for joint in Joint::ALL {
            let position = self.read(joint, registers::PRESENT_POSITION)?;
            self.ticks[joint.index()] = Ticks(position);
            self.seen_at[joint.index()] = self.clock.now();
        }
        if !self.holding {
            self.limiter.restart(self.values());
        }
        Ok(())
    }

    /// One register of one motor.
    pub(crate) fn read(&mut self, joint: Joint, register: Register) -> Result<i32, ArmError> {
        let id: MotorId = motor(joint);
        let (value, bits) =
            read(&mut self.bus, id, register).map_err(at(&self.config.name, joint))?;
        self.error_bits[joint.index()] = bits;
        Ok(value)
    }
}
