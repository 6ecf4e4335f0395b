//! What can go wrong between a request and its answer, and what the person at the bench can do.

use std::io;
use std::time::Duration;

use crate::motor::{ErrorBits, MotorId};

/// A request that did not end well.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// Nothing usable came from the motor in time.
    #[error("motor {motor} did not answer within {waited:?}")]
    NoReply {
        /// Who was asked.
        motor: MotorId,
        /// How long the last attempt waited.
        waited: Duration,
    },
    /// Bytes came, but no whole answer with a right checksum.
    #[error("motor {motor} answered, but the answer was damaged")]
    Corrupt {
        /// Who was asked.
        motor: MotorId,
    },
    /// The motor complains about itself.
    #[error("motor {motor} reports: {bits}")]
    Fault {
        /// Who complains.
        motor: MotorId,
        /// What it says.
        bits: ErrorBits,
    },
    /// The value does not fit the register. Nothing was sent.
    #[error("{value} does not fit {register}, which takes {min} to {max}")]
    OutOfRange {
        /// The register's name.
        register: &'static str,
        /// The value that was asked for.
        value: i32,
        /// The smallest value that fits.
        min: i32,
        /// The largest value that fits.
        max: i32,
    },
    /// The register only tells, it takes no value. Nothing was sent.
    #[error("{register} can only be read")]
    ReadOnly {
        /// The register's name.
        register: &'static str,
    },
    /// The id cannot be asked this (no motor has it, or it means all of them). Nothing was sent.
    #[error("{motor} is not the id of a single motor, which is 0 to 253")]
    NotOneMotor {
        /// The id that was asked for.
        motor: MotorId,
    },
    /// The request does not fit into a packet of 250 bytes. Nothing was sent.
    #[error("a request of {bytes} bytes does not fit into a packet of 250")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Answers were awaited that nobody had asked for.
    #[error("no group read is under way")]
    NothingAsked,
    /// The wait was broken off for something more important, such as an emergency stop.
    #[error("the wait for a motor's answer was broken off")]
    Interrupted,
    /// The line is gone for good.
    #[error("serial line lost\nPort: {port}")]
    LineLost {
        /// The line's name.
        port: String,
        /// What the system said.
        source: io::Error,
    },
    /// The line refused this once; it may work again.
    #[error("serial line failed\nPort: {port}")]
    LineFailed {
        /// The line's name.
        port: String,
        /// What the system said.
        source: io::Error,
    },
}

impl BusError {
    /// What the person at the bench can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoReply { .. } => {
                "Check the motor's power and its bus cable, then reconnect. If all motors are silent, check the power supply first."
            }
            Self::Corrupt { .. } => {
                "Check the bus cables and plugs from the adapter to this motor, and that no two motors share an id."
            }
            Self::Fault { bits, .. } if bits.contains(ErrorBits::VOLTAGE) => {
                "Check that the power supply fits this motor (7.4 V and 12 V motors look alike) and is strong enough."
            }
            Self::Fault { bits, .. } if bits.contains(ErrorBits::OVERHEAT) => {
                "Release the arm and let the motor cool down before going on."
            }
            Self::Fault { bits, .. } if bits.contains(ErrorBits::ANGLE_SENSOR) => {
                "Switch the arm's power off and on. If the fault returns, the motor needs to be replaced."
            }
            Self::Fault { .. } => {
                "Take the load off the joint, release the arm, then switch its power off and on to clear the fault."
            }
            Self::OutOfRange { .. } => {
                "Choose a value inside the range; calibrate again if it came from a calibration."
            }
            Self::ReadOnly { .. } => {
                "Write another register; this one is changed by the motor only."
            }
            Self::NotOneMotor { .. } => "Use an id from 0 to 253; SO arms use 1 to 6.",
            Self::TooLong { .. } => "Ask fewer motors at once.",
            Self::NothingAsked => "Begin a group read before finishing one.",
            Self::Interrupted => "Nothing is wrong with the motor; ask again.",
            Self::LineLost { .. } => {
                "Hold the arm: torque may still be on. Plug the adapter back in, then reconnect."
            }
            Self::LineFailed { .. } => {
                "Try again; if it stays, unplug the adapter and plug it back in."
            }
        }
    }

    /// Whether the line itself is gone, so that no other request on it can succeed.
    pub fn line_lost(&self) -> bool {
        matches!(self, Self::LineLost { .. })
    }

    /// Whether the wait was broken off, which says nothing about the motor.
    pub fn interrupted(&self) -> bool {
        matches!(self, Self::Interrupted)
    }

    /// Whether asking again may help: something was lost on the way, not refused.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::NoReply { .. } | Self::Corrupt { .. } | Self::LineFailed { .. }
        )
    }

    /// Names a failure of the line: gone for good, or perhaps passing.
    pub(crate) fn from_line(port: &str, source: io::Error) -> Self {
        let port = port.to_owned();
        match source.kind() {
            io::ErrorKind::NotConnected
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Self::LineLost { port, source },
            _ => Self::LineFailed { port, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_gone_is_told_from_one_that_stumbled() {
        for (kind, lost) in [
            (io::ErrorKind::NotConnected, true),
            (io::ErrorKind::BrokenPipe, true),
            (io::ErrorKind::UnexpectedEof, true),
            (io::ErrorKind::TimedOut, false),
            (io::ErrorKind::Other, false),
        ] {
            let error = BusError::from_line("/dev/ttyACM0", kind.into());
            assert_eq!(error.line_lost(), lost, "{kind:?}");
            assert!(error.to_string().ends_with("Port: /dev/ttyACM0"), "{error}");
        }
    }
}
