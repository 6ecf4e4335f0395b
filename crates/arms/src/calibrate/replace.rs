//! Gives the motors of an arm another calibration that is there already: all of it, or what they held before.
//!
//! Not here: where it comes from (a file, the history), and saving it.

use super::former::Former;
use crate::arm::Arm;
use crate::calibration::{Calibration, CalibrationError, JointCalibration};
use crate::configure::Change;
use crate::error::ArmError;
use crate::joint::Joint;
use motors::registers;

/// A calibration that was replaced, with the way back.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// What was changed.
    pub changes: Vec<Change>,
    former: Former,
    before: Calibration,
}

impl Replaced {
    /// Gives the motors back what they held, register by register, whether that was a calibration or not. Returns the
    /// joints whose motors did not take it.
    pub fn take_back(&self, arm: &mut Arm) -> Vec<Joint> {
        arm.set_calibration(self.before);
        let failed = self.former.restore(arm);
        failed.into_iter().map(|(joint, _)| joint).collect()
    }
}

impl Arm {
    /// Writes `calibration` to motors that hold another, unlocked and after a gentle release, and reads every register
    /// back. A failure gives all motors that can be reached what they held before. Returns what was changed.
    ///
    /// # Errors
    /// When a motor does not answer or does not keep a value. [`ArmError::HalfReplaced`] when motors could not be given
    /// back what they held either.
    pub fn replace_calibration(&mut self, calibration: Calibration) -> Result<Replaced, ArmError> {
        let former = Former::read(self)?;
        let before = *self.calibration();
        self.set_calibration(calibration);
        let written = self.write_calibration().and_then(|changes| {
            self.require_calibrated()?;
            Ok(changes)
        });
        match written {
            Ok(changes) => Ok(Replaced {
                changes,
                former,
                before,
            }),
            Err(error) => {
                let failed = former.restore(self);
                self.set_calibration(before);
                Err(match failed.as_slice() {
                    [] => error,
                    failed => ArmError::HalfReplaced {
                        joints: failed.iter().map(|(joint, _)| *joint).collect(),
                        source: Box::new(error),
                    },
                })
            }
        }
    }

    /// What the motors hold, as a calibration.
    ///
    /// # Errors
    /// When a motor does not answer. The inner error: numbers that are no calibration.
    pub fn calibration_in_motors(
        &mut self,
    ) -> Result<Result<Calibration, CalibrationError>, ArmError> {
        let mut joints = *Calibration::full_turn().joints();
        for joint in Joint::ALL {
            joints[joint.index()] = JointCalibration {
                homing_offset: self.read(joint, registers::HOMING_OFFSET)?,
                range_min: self.read(joint, registers::MIN_POSITION_LIMIT)?,
                range_max: self.read(joint, registers::MAX_POSITION_LIMIT)?,
                ..joints[joint.index()]
            };
        }
        Ok(Calibration::new(joints))
    }

    /// The three calibration registers of every motor, as they are: joint, register's name, value.
    ///
    /// # Errors
    /// When a motor does not answer.
    pub fn calibration_registers(&mut self) -> Result<Vec<(Joint, &'static str, i32)>, ArmError> {
        let mut values = Vec::new();
        for joint in Joint::ALL {
            for register in [
                registers::HOMING_OFFSET,
                registers::MIN_POSITION_LIMIT,
                registers::MAX_POSITION_LIMIT,
            ] {
                values.push((joint, register.name, self.read(joint, register)?));
            }
        }
        Ok(values)
    }
}
