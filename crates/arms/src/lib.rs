//! SO-100 and SO-101 arms: their joints, units, calibration and limits, and what one cycle sees and sends.

pub mod arm;
pub mod calibrate;
pub mod calibration;
pub mod calibration_file;
pub mod config;
pub mod configure;
pub mod conversion;
pub mod cycle;
pub mod defaults;
pub mod error;
mod gate;
pub mod handshake;
pub mod joint;
pub mod kinematics;
pub mod lifeline;
pub mod limits;
mod link;
pub mod step;
pub mod survey;
pub mod torque;

pub use arm::{Arm, Torque};
pub use calibrate::{Calibrate, CalibrateError, CalibrateState};
pub use calibration::{Calibration, CalibrationError, JointCalibration};
pub use calibration_file::CalibrationFileError;
pub use config::{ArmConfig, ArmKind, PositionGains};
pub use conversion::Units;
pub use cycle::{Health, Observation};
pub use defaults::{EmergencyPolicy, JointSafety, SafetyConfig};
pub use error::{ArmError, CalibrationDifference};
pub use handshake::{Finding, Handshake, MotorFinding};
pub use joint::{JOINTS, Joint};
pub use kinematics::{ArmModel, Kinematics, Trims};
pub use lifeline::ArmLifeline;
pub use limits::{Following, GoalLimiter, JointLimits, Limits};
pub use step::{MAX_VALUES, Step, Values};
pub use torque::{Release, Releasing};
