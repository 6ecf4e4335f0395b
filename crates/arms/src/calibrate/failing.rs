//! How calibration fails, in words that name the joint.
//!
//! Not here: joints whose recording is not good enough, which is no failure but a refusal to end (`told::Unusable`).

use crate::calibration::CalibrationError;
use crate::calibration_file::CalibrationFileError;
use crate::error::ArmError;
use crate::joint::Joint;

/// Why calibration failed.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// A motor or the line.
    #[error(transparent)]
    Arm(#[from] ArmError),
    /// The numbers do not make a calibration.
    #[error(transparent)]
    Numbers(#[from] CalibrationError),
    /// The file.
    #[error(transparent)]
    File(#[from] CalibrationFileError),
    /// A motor fell silent.
    #[error("{} stopped answering while the arm was calibrated", joint.name())]
    FellSilent {
        /// Whose motor.
        joint: Joint,
    },
    /// A motor was without power for a moment: it has locked its EEPROM again, as it does at power-up.
    #[error("{} lost its power while the arm was calibrated", joint.name())]
    LostPower {
        /// Whose motor.
        joint: Joint,
    },
    /// The offset was written and read back, and the motor counts as before.
    #[error("{} should read 2047 in the middle after homing, but reads {reads}", joint.name())]
    OffsetWithoutEffect {
        /// Whose motor.
        joint: Joint,
        /// What it reads.
        reads: i32,
    },
    /// After the power was switched off and on, a register says something else.
    #[error(
        "{} has forgotten its {register} without power: it was {wanted} and is {found}",
        joint.name()
    )]
    Forgot {
        /// Whose motor.
        joint: Joint,
        /// The register.
        register: &'static str,
        /// What was written.
        wanted: i32,
        /// What it holds.
        found: i32,
    },
    /// No offset puts the range into one turn.
    #[error(
        "{} turned {ticks} ticks, which no homing offset fits into one turn of 4096",
        joint.name()
    )]
    NoRoom {
        /// Which joint.
        joint: Joint,
        /// Width of its range.
        ticks: i32,
    },
}

impl CalibrateError {
    /// What the person at the bench can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Arm(error) => error.remedy(),
            Self::Numbers(error) => error.remedy(),
            Self::File(error) => error.remedy(),
            Self::FellSilent { .. } => {
                "Check this motor's cable, which may be pulled when the joint turns, and calibrate again."
            }
            Self::LostPower { .. } => {
                "Check the power supply and this motor's cable, and calibrate again."
            }
            Self::OffsetWithoutEffect { .. } => {
                "Hold the arm still and calibrate again; if it stays, bring the motor to a newer firmware or replace it."
            }
            Self::Forgot { .. } => {
                "The motor's memory does not keep what is written to it. Calibrate once more; if it forgets again, replace the motor."
            }
            Self::NoRoom { .. } => {
                "Check the joint's stops: it turns all the way round. Leave wrist_roll's range to LeRobot's whole turn."
            }
        }
    }
}
