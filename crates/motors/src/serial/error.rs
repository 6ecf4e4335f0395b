//! Why a serial port did not open, and what to do about it.

use std::io;

use crate::ports;

/// A serial port that did not open. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The system does not let this user open it.
    #[error("no permission to open the serial port\nPort: {port}")]
    NoPermission {
        /// The path that was asked for.
        port: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another program holds it.
    #[error("the serial port is in use by another program\nPort: {port}")]
    Busy {
        /// The path that was asked for.
        port: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such port.
    #[error("there is no such serial port; {}\nPort: {port}", what_is_there(there))]
    Missing {
        /// The path that was asked for.
        port: String,
        /// The ports that are there.
        there: Vec<String>,
        /// What the system said.
        source: io::Error,
    },
    /// There is something of that name, but no serial port.
    #[error("this is not a serial port; {}\nPort: {port}", what_is_there(there))]
    NotSerial {
        /// The path that was asked for.
        port: String,
        /// The ports that are there.
        there: Vec<String>,
        /// What the system said.
        source: io::Error,
    },
    /// Anything else.
    #[error("the serial port did not open at {baud} baud: {source}\nPort: {port}")]
    Failed {
        /// The path that was asked for.
        port: String,
        /// The rate that was asked for.
        baud: u32,
        /// What the system said.
        source: io::Error,
    },
}

impl PortError {
    /// What the person at the bench can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoPermission { .. } if cfg!(target_os = "linux") => {
                "Join the group that owns serial ports, then log out and in: sudo usermod -aG dialout $USER (the group is called uucp on Arch)."
            }
            Self::NoPermission { .. } => {
                "Allow this program to use serial ports in the system's settings."
            }
            Self::Busy { .. } => {
                "Close the other program that uses this arm (another Tendon, LeRobot, a serial monitor), then try again."
            }
            Self::Missing { there, .. } | Self::NotSerial { there, .. } if there.is_empty() => {
                "Plug the arm's USB cable in and switch its power on; a cable that only charges does not work."
            }
            Self::Missing { .. } | Self::NotSerial { .. } => {
                "Choose one of the ports that are there, or run: tendon find-port"
            }
            Self::Failed { .. } => "Unplug the adapter, plug it back in and try again.",
        }
    }

    /// The reason behind what the system said.
    pub(super) fn classify(port: &str, baud: u32, source: io::Error) -> Self {
        let there = ports::list().into_iter().map(|found| found.path).collect();
        Self::classify_among(port, baud, source, there)
    }

    fn classify_among(port: &str, baud: u32, source: io::Error, there: Vec<String>) -> Self {
        let port = port.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => Self::NoPermission { port, source },
            io::ErrorKind::ResourceBusy => Self::Busy { port, source },
            // Windows has one word for "not there" and "not yours"; what is listed is there.
            io::ErrorKind::NotFound if there.contains(&port) => Self::Busy { port, source },
            io::ErrorKind::NotFound | io::ErrorKind::NotConnected => Self::Missing {
                port,
                there,
                source,
            },
            io::ErrorKind::IsADirectory => Self::NotSerial {
                port,
                there,
                source,
            },
            #[cfg(unix)]
            _ if source.raw_os_error() == Some(rustix::io::Errno::NOTTY.raw_os_error()) => {
                Self::NotSerial {
                    port,
                    there,
                    source,
                }
            }
            // A node whose adapter was unplugged.
            #[cfg(unix)]
            _ if [rustix::io::Errno::NXIO, rustix::io::Errno::NODEV]
                .iter()
                .any(|errno| source.raw_os_error() == Some(errno.raw_os_error())) =>
            {
                Self::Missing {
                    port,
                    there,
                    source,
                }
            }
            _ => Self::Failed { port, baud, source },
        }
    }
}

fn what_is_there(there: &[String]) -> String {
    if there.is_empty() {
        "no serial port is there at all".to_owned()
    } else {
        format!("these are there: {}", there.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_becomes_what_to_do() {
        let nothing = Vec::new;
        let itself = || vec!["/dev/ttyACM0".to_owned()];
        let other = || vec!["/dev/ttyACM1".to_owned()];
        for (kind, there, begins, remedy) in [
            (
                io::ErrorKind::PermissionDenied,
                itself(),
                "no permission",
                "dialout",
            ),
            (
                io::ErrorKind::ResourceBusy,
                itself(),
                "the serial port is in use",
                "Close the other program",
            ),
            (
                io::ErrorKind::NotFound,
                itself(),
                "the serial port is in use",
                "Close the other program",
            ),
            (
                io::ErrorKind::NotFound,
                other(),
                "there is no such serial port; these are there: /dev/ttyACM1",
                "Choose",
            ),
            (
                io::ErrorKind::NotFound,
                nothing(),
                "there is no such serial port; no serial port is there at all",
                "Plug",
            ),
            (
                io::ErrorKind::IsADirectory,
                other(),
                "this is not a serial port",
                "Choose",
            ),
            (
                io::ErrorKind::InvalidInput,
                itself(),
                "the serial port did not open at 1000000 baud",
                "Unplug",
            ),
        ] {
            let error = PortError::classify_among("/dev/ttyACM0", 1_000_000, kind.into(), there);
            assert!(error.to_string().starts_with(begins), "{kind:?}: {error}");
            assert!(error.to_string().ends_with("Port: /dev/ttyACM0"), "{error}");
            assert!(
                error.remedy().contains(remedy),
                "{kind:?}: {}",
                error.remedy()
            );
        }
    }
}
