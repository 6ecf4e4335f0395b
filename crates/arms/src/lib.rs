//! SO-100 and SO-101 arms: their joints, units, calibration and limits, and what one cycle sees and sends.

pub mod calibration;
pub mod calibration_file;
pub mod config;
pub mod conversion;
pub mod defaults;
pub mod joint;
pub mod limits;
pub mod step;

pub use calibration::{Calibration, CalibrationError, JointCalibration};
pub use calibration_file::CalibrationFileError;
pub use config::{ArmConfig, ArmKind, PositionGains};
pub use conversion::Units;
pub use defaults::SafetyConfig;
pub use joint::{JOINTS, Joint};
pub use limits::{GoalLimiter, JointLimits, Limits};
pub use step::{MAX_VALUES, Step, Values};
