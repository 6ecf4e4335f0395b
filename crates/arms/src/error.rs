//! What can go wrong with an arm as a whole, in words that name the arm and the joint.
//!
//! Not here: what goes wrong on the line (`motors::BusError`) and with a file (`calibration_file`).

use motors::{BusError, ErrorBits, Register};

use crate::handshake::MotorFinding;
use crate::joint::Joint;

/// A register of a motor that says something else than the calibration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalibrationDifference {
    /// Whose motor.
    pub joint: Joint,
    /// `Homing_Offset`, `Min_Position_Limit` or `Max_Position_Limit`.
    pub register: &'static str,
    /// What the file says, ticks.
    pub file: i32,
    /// What the motor says, ticks.
    pub motor: i32,
}

/// Why an arm did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ArmError {
    /// A motor or the line failed.
    #[error("{arm}{}: {source}", joint.map_or_else(String::new, |joint| format!(", {}", joint.name())))]
    Bus {
        /// The arm's name in the rig.
        arm: String,
        /// The joint whose motor was asked; none when it was the group.
        joint: Option<Joint>,
        /// What happened.
        source: BusError,
    },
    /// Not all six motors are there, right and alike.
    #[error("{arm} cannot be used:\n{}", lines(findings))]
    Handshake {
        /// The arm's name in the rig.
        arm: String,
        /// What was found, those that stop the arm and others.
        findings: Vec<MotorFinding>,
    },
    /// A register does not hold what was written to it.
    #[error("{arm}, {}: {register} was set to {wanted} but reads {found}", joint.name())]
    NotKept {
        /// The arm's name in the rig.
        arm: String,
        /// Whose motor.
        joint: Joint,
        /// The register.
        register: &'static str,
        /// What was written.
        wanted: i32,
        /// What was read back.
        found: i32,
    },
    /// The file and the motors disagree, so every angle would be wrong.
    #[error(
        "{arm}: the motors do not hold the calibration of the file:\n{}",
        lines(differences)
    )]
    CalibrationDiffers {
        /// The arm's name in the rig.
        arm: String,
        /// Every difference.
        differences: Vec<CalibrationDifference>,
    },
    /// A motor protects itself, so torque would not hold.
    #[error("{arm}, {}: the motor reports {bits}, so it would not hold", joint.name())]
    Unhealthy {
        /// The arm's name in the rig.
        arm: String,
        /// Whose motor.
        joint: Joint,
        /// Its complaint.
        bits: ErrorBits,
    },
    /// A calibration was not taken, and these motors could not be given back what they held.
    #[error(
        "{source}; these motors could not be given back what they held: {}",
        names(joints)
    )]
    HalfReplaced {
        /// Their joints.
        joints: Vec<Joint>,
        /// Why it was not taken.
        source: Box<ArmError>,
    },
    /// A goal was to be sent to an arm that does not hold itself.
    #[error("{arm} has no torque or is being released, so it takes no goals")]
    NotHolding {
        /// The arm's name in the rig.
        arm: String,
    },
}

impl ArmError {
    /// What the person at the bench can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Bus { source, .. } => source.remedy(),
            Self::Handshake { findings, .. } => findings
                .iter()
                .find(|finding| finding.stops())
                .map_or("Connect again.", MotorFinding::remedy),
            Self::NotKept { .. } => {
                "Switch the arm's power off and on and try again; if it stays, the motor may be damaged."
            }
            Self::CalibrationDiffers { .. } => {
                "Check that the right arm is on this port; then write the file to the motors (`tendon calibrate --write=motors`), or calibrate again."
            }
            Self::Unhealthy { bits, .. } if bits.contains(ErrorBits::VOLTAGE) => {
                "Check that the power supply fits the motors (5 to 7.4 V or 12 V), then reconnect."
            }
            Self::Unhealthy { bits, .. } if bits.contains(ErrorBits::OVERHEAT) => {
                "Let the motor cool down, then reconnect."
            }
            Self::Unhealthy { .. } => {
                "Take the load off the joint, switch the arm's power off and on, then reconnect."
            }
            Self::HalfReplaced { .. } => {
                "Check power and cables, then write a calibration again before the arm is driven (`tendon calibrate --write=motors`): its motors hold half of two."
            }
            Self::NotHolding { .. } => "Let the arm hold first.",
        }
    }

    /// Whether a wait was broken off for an emergency stop, which says nothing about the arm.
    pub fn interrupted(&self) -> bool {
        matches!(self, Self::Bus { source, .. } if source.interrupted())
    }

    /// Whether the line is gone: the adapter was unplugged.
    pub fn line_lost(&self) -> bool {
        match self {
            Self::Bus { source, .. } => source.line_lost(),
            Self::HalfReplaced { source, .. } => source.line_lost(),
            _ => false,
        }
    }
}

impl std::fmt::Display for CalibrationDifference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {} is {} in the file, {} in the motor",
            self.joint.name(),
            self.register,
            self.file,
            self.motor
        )
    }
}

/// The joints' names, comma between.
fn names(joints: &[Joint]) -> String {
    let names: Vec<_> = joints.iter().map(|joint| joint.name()).collect();
    names.join(", ")
}

fn lines<T: std::fmt::Display>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(|item| format!("  {item}")).collect();
    texts.join("\n")
}

/// Names of the arm and the joint, put on a failure of the line.
pub(crate) fn at<'a>(
    arm: &'a str,
    joint: impl Into<Option<Joint>>,
) -> impl FnOnce(BusError) -> ArmError + 'a {
    let joint = joint.into();
    move |source| ArmError::Bus {
        arm: arm.to_owned(),
        joint,
        source,
    }
}

/// A register that does not hold what was written to it.
pub(crate) fn not_kept(
    arm: &str,
    joint: Joint,
    register: Register,
    wanted: i32,
    found: i32,
) -> ArmError {
    ArmError::NotKept {
        arm: arm.to_owned(),
        joint,
        register: register.name,
        wanted,
        found,
    }
}
