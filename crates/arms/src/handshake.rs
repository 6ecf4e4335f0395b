//! Are all six motors there, of the right kind, with the same firmware, and well?
//!
//! A motor that answers with an error bit is there: its fault is reported as what it is, never as a missing motor.
//! Extra motors on the line are not looked for, as in LeRobot.

use std::fmt;

use motors::{AnyBus, BusError, ErrorBits, registers};

use crate::error::{ArmError, at};
use crate::joint::{JOINTS, Joint};
use crate::link::{motor, read};

/// One motor that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MotorFinding {
    /// Whose motor.
    pub joint: Joint,
    /// What is wrong with it.
    pub what: Finding,
}

/// What can be wrong with a motor at connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It does not answer.
    Silent,
    /// It answers, but damaged.
    Garbled,
    /// It is of another model.
    WrongModel {
        /// Its `Model_Number`; an STS3215 says 777.
        found: i32,
    },
    /// It runs another firmware than most of the arm's motors.
    OtherFirmware {
        /// Its version, major and minor.
        found: (i32, i32),
        /// The others' version.
        others: (i32, i32),
    },
    /// It complains about itself.
    Fault {
        /// Its complaint.
        bits: ErrorBits,
    },
}

impl MotorFinding {
    /// Whether the arm cannot be used because of it. A complaining motor can still be read and released.
    pub fn stops(&self) -> bool {
        !matches!(self.what, Finding::Fault { .. })
    }

    /// What the person at the bench can do.
    pub fn remedy(&self) -> &'static str {
        match self.what {
            Finding::Silent => {
                "Check the power supply and the cable to this motor. A motor that was never set up has another id: run the motor set-up."
            }
            Finding::Garbled => {
                "Check that no two motors have the same id, and that the bus cables sit firmly."
            }
            Finding::WrongModel { .. } => "SO arms use STS3215 motors: exchange this one.",
            Finding::OtherFirmware { .. } => {
                "Bring all motors to one firmware with Feetech's own tool (FD, on Windows)."
            }
            Finding::Fault { bits } if bits.contains(ErrorBits::VOLTAGE) => {
                "Check that the power supply fits the motors."
            }
            Finding::Fault { bits } if bits.contains(ErrorBits::OVERHEAT) => {
                "Let the motor cool down."
            }
            Finding::Fault { .. } => {
                "Take the load off the joint and switch the arm's power off and on."
            }
        }
    }
}

impl fmt::Display for MotorFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (motor {}) ",
            self.joint.name(),
            self.joint.motor_id()
        )?;
        match self.what {
            Finding::Silent => f.write_str("does not answer"),
            Finding::Garbled => f.write_str("answers, but its answers are damaged"),
            Finding::WrongModel { found } => {
                match registers::OTHER_MODELS
                    .iter()
                    .find(|(number, _)| *number == found)
                {
                    Some((_, name)) => write!(f, "is a {name}, not an STS3215"),
                    None => write!(f, "says it is model {found}; an STS3215 is 777"),
                }
            }
            Finding::OtherFirmware { found, others } => write!(
                f,
                "runs firmware {}.{}, the others {}.{}",
                found.0, found.1, others.0, others.1
            ),
            Finding::Fault { bits } => write!(f, "is there but reports {bits}"),
        }
    }
}

/// Six motors that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// Firmware of all motors, major and minor.
    pub firmware: (i32, i32),
    /// Complaints that do not stop the arm.
    pub findings: Vec<MotorFinding>,
}

/// Asks every motor of an arm for its model and firmware.
///
/// # Errors
/// [`ArmError::Handshake`] with all findings at once, or [`ArmError::Bus`] when the line is gone.
pub fn shake_hands(bus: &mut AnyBus, arm: &str) -> Result<Handshake, ArmError> {
    let mut findings = Vec::new();
    let mut firmware = [None; JOINTS];
    for joint in Joint::ALL {
        let mut bits = ErrorBits::default();
        let mut found = |what| findings.push(MotorFinding { joint, what });
        match ask(bus, joint, &mut bits) {
            Ok((model, version)) => {
                if model != registers::MODEL_STS3215 {
                    found(Finding::WrongModel { found: model });
                }
                firmware[joint.index()] = Some(version);
            }
            Err(BusError::Corrupt { .. }) => found(Finding::Garbled),
            Err(BusError::NoReply { .. }) => found(Finding::Silent),
            Err(error) => return Err(at(arm, joint)(error)),
        }
        if !bits.healthy() {
            found(Finding::Fault { bits });
        }
    }
    let known = firmware.iter().flatten();
    let most = known
        .clone()
        .max_by_key(|version| known.clone().filter(|other| other == version).count())
        .copied()
        .unwrap_or_default();
    for joint in Joint::ALL {
        if let Some(version) = firmware[joint.index()].filter(|version| *version != most) {
            findings.push(MotorFinding {
                joint,
                what: Finding::OtherFirmware {
                    found: version,
                    others: most,
                },
            });
        }
    }
    if findings.iter().any(MotorFinding::stops) {
        return Err(ArmError::Handshake {
            arm: arm.to_owned(),
            findings,
        });
    }
    Ok(Handshake {
        firmware: most,
        findings,
    })
}

/// Model and firmware of one motor; what it complains about is gathered in `bits`.
fn ask(
    bus: &mut AnyBus,
    joint: Joint,
    bits: &mut ErrorBits,
) -> Result<(i32, (i32, i32)), BusError> {
    let mut get = |register| {
        read(bus, motor(joint), register).map(|(value, error)| {
            bits.0 |= error.0;
            value
        })
    };
    let model = get(registers::MODEL_NUMBER)?;
    let version = (
        get(registers::FIRMWARE_MAJOR_VERSION)?,
        get(registers::FIRMWARE_MINOR_VERSION)?,
    );
    Ok((model, version))
}
