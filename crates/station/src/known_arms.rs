//! Arms a person has named: by the serial number of their adapter and the fingerprint of their motors, so that two
//! equal adapters, or one with no serial number, cannot be confused.
//!
//! One file that a person may read and change, `known-arms.toml` beside the settings; what this version does not know
//! of it is kept. Not here: reading a fingerprint (`arms::fingerprint`), the file's shape (`file`).

mod file;
mod finding;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arms::{Arm, ArmKind, Calibration, Fingerprint, Joint, Likeness};
use motors::ports::{self, PortInfo};
use motors::{AnyBus, Bus, Port, serial};
use protocol::Failure;
use stdx::Clock;

use crate::access;
use crate::hardware::Line;
use crate::settings;

pub use file::{KnownArms, role_from_name, role_name};
pub use finding::{calibration_id, resolve};

/// What a port begins with that names a known arm.
pub const KNOWN: &str = "known:";

/// A remembered arm.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownArm {
    /// What its owner calls it.
    pub name: String,
    /// Leader or follower.
    pub role: ArmKind,
    /// The name of its calibration file, LeRobot's `--robot.id`, when it was said.
    pub id: Option<String>,
    /// Serial number of the adapter it was last on; many cheap adapters have none.
    pub adapter_serial: Option<String>,
    /// The port it was last on.
    pub port: String,
    /// What lasts in its motors.
    pub fingerprint: Fingerprint,
}

/// What an arm that is on a line is, in the light of the known ones.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// It is this one.
    Same {
        /// Its name.
        name: String,
    },
    /// It is not the one that belongs to this adapter, but another known one.
    Swapped {
        /// Whose adapter it is.
        expected: String,
        /// Which arm it is.
        found: String,
    },
    /// It is on this one's adapter, with motors of the same make in another calibration.
    Recalibrated {
        /// Whose adapter it is.
        name: String,
        /// The joints that differ.
        joints: Vec<Joint>,
    },
    /// It is on this one's adapter, with other motors.
    OtherMotors {
        /// Whose adapter it is.
        name: String,
        /// The joints that differ.
        joints: Vec<Joint>,
    },
    /// It is on this one's adapter, and motors that did not answer keep it from being recognised.
    Unclear {
        /// Whose adapter it is.
        name: String,
        /// The silent joints.
        joints: Vec<Joint>,
    },
    /// Nobody has named it.
    Unknown,
}

fn names(joints: &[Joint]) -> String {
    if joints.len() == Joint::ALL.len() {
        return "all joints".to_owned();
    }
    let names: Vec<&str> = joints.iter().map(|joint| joint.name()).collect();
    names.join(", ")
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same { name } => write!(f, "this is “{name}”"),
            Self::Swapped { expected, found } => {
                write!(f, "this is “{found}”, on the adapter of “{expected}”")
            }
            Self::Recalibrated { name, joints } => write!(
                f,
                "the arm on the adapter of “{name}” holds another calibration than “{name}” had ({})",
                names(joints)
            ),
            Self::OtherMotors { name, joints } => write!(
                f,
                "the arm on the adapter of “{name}” has other motors than “{name}” had ({})",
                names(joints)
            ),
            Self::Unclear { name, joints } => write!(
                f,
                "whether this is “{name}” cannot be said: motors do not answer ({})",
                names(joints)
            ),
            Self::Unknown => f.write_str("this arm has no name yet"),
        }
    }
}

impl Match {
    /// What the person can do about it; empty when there is nothing to do.
    pub fn remedy(&self) -> String {
        match self {
            Self::Same { .. } => String::new(),
            Self::Swapped { expected, found } => format!(
                "Exchange the two USB cables, or name the port of “{expected}” instead. If the cables were meant to change: tendon identify --robot.port=PORT --remember={found}"
            ),
            Self::Recalibrated { name, .. } | Self::OtherMotors { name, .. } => format!(
                "If it is “{name}”, calibrated anew or repaired, remember it as it is now: tendon identify --robot.port=PORT --remember={name}"
            ),
            Self::Unclear { .. } => {
                "Check its power supply and its cables: tendon scan --robot.port=PORT".to_owned()
            }
            Self::Unknown => {
                "Name it: tendon identify --robot.port=PORT --remember=NAME".to_owned()
            }
        }
    }
}

/// `$XDG_CONFIG_HOME/tendon/known-arms.toml`.
pub fn known_arms_file() -> PathBuf {
    settings::settings_file().with_file_name("known-arms.toml")
}

impl KnownArms {
    /// What an arm with this fingerprint is, on an adapter with this serial number.
    pub fn recognise(&self, serial: Option<&str>, now: &Fingerprint) -> Match {
        let arms = self.arms();
        // Two that look alike to the last digit are told apart by their adapters.
        let mut same: Vec<&KnownArm> = arms
            .iter()
            .filter(|arm| now.likeness(&arm.fingerprint) == Likeness::Same)
            .collect();
        same.sort_by_key(|arm| arm.adapter_serial.as_deref() != serial);
        let expected = serial.and_then(|serial| {
            let on_it = |arm: &&KnownArm| arm.adapter_serial.as_deref() == Some(serial);
            let mut on_it = arms.iter().filter(on_it);
            // Several arms on one serial number: clones of an adapter carry the same, so it says nothing.
            on_it.next().filter(|_| on_it.next().is_none())
        });
        if let Some(same) = same.first() {
            return match expected {
                Some(expected) if expected.name != same.name => Match::Swapped {
                    expected: expected.name.clone(),
                    found: same.name.clone(),
                },
                _ => Match::Same {
                    name: same.name.clone(),
                },
            };
        }
        let Some(expected) = expected else {
            return Match::Unknown;
        };
        let name = expected.name.clone();
        match now.likeness(&expected.fingerprint) {
            Likeness::Same => Match::Same { name },
            Likeness::Recalibrated { joints } => Match::Recalibrated { name, joints },
            Likeness::Other { joints } => Match::OtherMotors { name, joints },
            Likeness::Unknown { joints } => Match::Unclear { name, joints },
        }
    }

    /// As [`KnownArms::recognise`], and where the adapter says nothing, the port it was last on does for an arm of
    /// which something else says that it is `meant`.
    fn recognise_at(
        &self,
        path: &str,
        serial: Option<&str>,
        now: &Fingerprint,
        meant: impl Fn(&KnownArm) -> bool,
    ) -> Match {
        let found = self.recognise(serial, now);
        if found != Match::Unknown || serial.is_some() {
            return found;
        }
        let arms = self.arms();
        let mut here = arms.iter().filter(|arm| {
            arm.adapter_serial.is_none() && real(&arm.port) == real(path) && meant(arm)
        });
        match (here.next(), here.next()) {
            (Some(arm), None) => match now.likeness(&arm.fingerprint) {
                Likeness::Recalibrated { joints } => Match::Recalibrated {
                    name: arm.name.clone(),
                    joints,
                },
                _ => found,
            },
            _ => found,
        }
    }

    /// The known arm whose motors these are.
    fn itself(&self, serial: Option<&str>, now: &Fingerprint) -> Option<KnownArm> {
        match self.recognise(serial, now) {
            Match::Same { name } | Match::Swapped { found: name, .. } => {
                self.arms().into_iter().find(|arm| arm.name == name)
            }
            _ => None,
        }
    }
}

/// Where a path leads, which may be a stable name of a port.
fn real(path: &str) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.into())
}

/// What is plugged in at a path, which may also be a stable name that leads there.
pub(crate) fn port_info(path: &str) -> Option<PortInfo> {
    let real = real(path);
    ports::list()
        .into_iter()
        .find(|port| Path::new(&port.path) == real || port.path == path)
}

/// Serial number of the adapter at a path.
pub fn serial_of(path: &str) -> Option<String> {
    port_info(path)?.serial_number
}

/// The serial number of an adapter, or the port's path where it has none.
pub(crate) fn adapter_name(path: &str) -> String {
    serial_of(path).unwrap_or_else(|| path.to_owned())
}

/// Reads the fingerprint of the arm at a port, at the usual rate.
///
/// # Errors
/// When the port does not open or its line fails.
pub fn fingerprint_at(path: &str, clock: &Arc<dyn Clock>) -> Result<Fingerprint, Failure> {
    let port = serial::open(path, serial::BAUD, Arc::clone(clock))
        .map_err(|error| access::port_failure(None, &error))?;
    let port: Box<dyn Port> = Box::new(port);
    let mut bus: AnyBus = Bus::new(port, Arc::clone(clock));
    Fingerprint::read(&mut bus).map_err(|error| crate::scan::bus_failure(&error))
}

/// The known arm that this one is, by its motors as they are before a calibration is written to them; none when nobody
/// has named it, or when it cannot be told.
pub(crate) fn itself(line: &mut Line) -> Option<KnownArm> {
    if line.simulated.is_some() {
        return None;
    }
    let known = KnownArms::load(known_arms_file()).ok()?;
    if known.arms().is_empty() {
        return None;
    }
    let fingerprint = Fingerprint::read(&mut line.bus).ok()?;
    known.itself(serial_of(&line.path).as_deref(), &fingerprint)
}

/// Lets a known arm keep its name after a calibration was written to its motors. What goes wrong is logged: the
/// calibration stands, and the next connection tells of an arm that is not recognised.
pub(crate) fn calibrated_anew(arm: Option<KnownArm>, calibration: &Calibration) {
    let Some(arm) = arm else {
        return;
    };
    let name = arm.name.clone();
    let now = KnownArm {
        fingerprint: arm.fingerprint.holding(calibration),
        ..arm
    };
    match KnownArms::load(known_arms_file()).and_then(|mut known| known.remember(&now)) {
        Ok(()) => tracing::info!(name, "remembered with its new calibration"),
        Err(error) => tracing::warn!(name, "not remembered with its new calibration: {error}"),
    }
}

/// What a person should know about an arm that was just connected: nothing, when it is who it should be. One whose
/// motors hold the calibration of its own file (`calibrated`) is itself, calibrated anew, and is remembered so.
pub(crate) fn check(arm: &mut Arm, path: &str, calibrated: bool) -> Option<String> {
    let mut known = match KnownArms::load(known_arms_file()) {
        Ok(known) => known,
        Err(error) => return Some(error.to_string()),
    };
    if known.arms().is_empty() {
        return None;
    }
    // A line that fails now fails again in a moment, with words of its own.
    let fingerprint = arm.fingerprint().ok()?;
    let found = known.recognise_at(path, serial_of(path).as_deref(), &fingerprint, |one| {
        calibrated && one.id.is_some() && one.id == arm.config().id && one.role == arm.kind()
    });
    let one = |name: &str| known.arms().into_iter().find(|arm| arm.name == name);
    match &found {
        Match::Unknown | Match::Unclear { .. } => None,
        Match::Same { name } => one(name).filter(|known| known.role != arm.kind()).map(|_| {
            format!(
                "“{name}” is remembered as {}. If that is wrong: tendon identify --robot.port={path} --remember={name} --role={}",
                role_name(other_role(arm.kind())),
                role_name(arm.kind()),
            )
        }),
        Match::Recalibrated { name, .. } | Match::OtherMotors { name, .. } => {
            let itself = one(name).filter(|known| {
                let named = known.id.is_some() && known.id == arm.config().id;
                calibrated && named && known.role == arm.kind()
            });
            match itself {
                Some(itself) => {
                    let itself = KnownArm {
                        fingerprint,
                        ..itself
                    };
                    Some(match known.remember(&itself) {
                        Ok(()) => format!("“{name}” was calibrated anew and is remembered so"),
                        Err(error) => error.to_string(),
                    })
                }
                None => Some(told(&found, path)),
            }
        }
        Match::Swapped { .. } => Some(told(&found, path)),
    }
}

fn told(found: &Match, path: &str) -> String {
    format!("{found}. {}", found.remedy().replace("PORT", path))
}

fn other_role(role: ArmKind) -> ArmKind {
    match role {
        ArmKind::Follower => ArmKind::Leader,
        ArmKind::Leader => ArmKind::Follower,
    }
}

/// A failure with what is known about the arm, which may be its reason.
pub(crate) fn explain(failure: Failure, known: Option<&str>) -> Failure {
    match known {
        Some(known) => Failure {
            message: format!("{}\n{known}", failure.message),
            ..failure
        },
        None => failure,
    }
}
