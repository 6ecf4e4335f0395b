//! What calibration is told and what it tells: commands, states, events, errors.
//!
//! Not here: what happens between them (`calibrate`).

use std::path::PathBuf;

use units::Ticks;

use crate::calibration::{Calibration, CalibrationError};
use crate::calibration_file::CalibrationFileError;
use crate::error::ArmError;
use crate::joint::{JOINTS, Joint};

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Every joint stands in the middle of its travel. While recording: begin again from here.
    HomeHere,
    /// Every joint has been through its whole travel.
    Finish,
    /// Give up; the motors get back what they held.
    Cancel,
}

/// Where calibration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalibrateState {
    /// The arm is let go of and made ready.
    Preparing,
    /// The person brings every joint to the middle of its travel.
    WaitingForMiddle,
    /// The person moves every joint through its whole travel.
    Recording,
    /// Motors and file have the calibration.
    Done,
    /// Given up; the motors hold what they held before.
    Cancelled,
    /// Something failed.
    Failed,
}

/// Where a joint is and has been, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Travel {
    /// Now.
    pub position: Ticks,
    /// The lowest so far.
    pub min: Ticks,
    /// The highest so far.
    pub max: Ticks,
}

/// Why a joint's recording cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It was not moved.
    NoTravel,
    /// It ran over the end of the encoder's scale, so lowest and highest mean nothing.
    CrossedTheEnd,
}

/// What calibration has to tell.
#[derive(Debug)]
pub enum Event {
    /// Torque is off: bring every joint to the middle of its travel, then [`Command::HomeHere`].
    Ready,
    /// Where the joints are while the middle is sought.
    Positions([Ticks; JOINTS]),
    /// The middle is known; these offsets were written. Now every joint but `wrist_roll` goes through its travel.
    Homed {
        /// Content of `Homing_Offset`, in bus order.
        offsets: [i32; JOINTS],
    },
    /// Where the joints are and have been.
    Travelled([Travel; JOINTS]),
    /// Recording cannot end yet, because of these joints. It goes on.
    Refused(Vec<(Joint, Unusable)>),
    /// The command makes no sense in this state.
    NotNow {
        /// The command.
        command: Command,
        /// The state.
        state: CalibrateState,
    },
    /// Motors and file have the calibration.
    Saved {
        /// The calibration.
        calibration: Calibration,
        /// Its file.
        path: PathBuf,
        /// Copy of a file that stood there before.
        backup: Option<PathBuf>,
    },
    /// Given up, and the motors hold what they held.
    Cancelled,
    /// It failed.
    Failed {
        /// Why.
        error: CalibrateError,
        /// Whether the motors hold again what they held before.
        restored: bool,
    },
}

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
    /// A motor fell silent while its travel was recorded.
    #[error("{} stopped answering while its travel was recorded", joint.name())]
    FellSilent {
        /// Whose motor.
        joint: Joint,
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
        }
    }
}
