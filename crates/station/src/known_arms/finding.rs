//! From the name of a known arm to the port it is on now, proved by its motors.
//!
//! Not here: what an arm on a port is (`recognise`, in the module above).

use std::path::Path;
use std::sync::Arc;

use arms::{Fingerprint, Likeness};
use motors::ports::{self, PortInfo};
use protocol::{ErrorCode, Failure};
use stdx::Clock;

use super::{KNOWN, KnownArm, KnownArms, Match, fingerprint_at, known_arms_file};
use crate::failure::{bad_request, failure};

/// The port behind a name: `known:NAME` is looked for among the adapters that are plugged in and proved by its
/// motors; anything else is a port already.
///
/// # Errors
/// When nobody has that name, or its arm is not there, or another arm is in its place.
pub fn resolve(port: &str, clock: &Arc<dyn Clock>) -> Result<String, Failure> {
    let Some(name) = port.strip_prefix(KNOWN) else {
        return Ok(port.to_owned());
    };
    let known = KnownArms::load(known_arms_file())?;
    resolve_among(&known, name, &ports::list(), |path| {
        fingerprint_at(path, clock)
    })
}

/// The name of the calibration file of the arm that `known:NAME` names, when it was remembered.
pub fn calibration_id(port: &str) -> Option<String> {
    let name = port.strip_prefix(KNOWN)?;
    // A file that makes no sense is told of when the port is opened.
    let known = KnownArms::load(known_arms_file()).ok()?;
    known.arms().into_iter().find(|arm| arm.name == name)?.id
}

pub(super) fn resolve_among(
    known: &KnownArms,
    name: &str,
    ports: &[PortInfo],
    mut read: impl FnMut(&str) -> Result<Fingerprint, Failure>,
) -> Result<String, Failure> {
    let arms = known.arms();
    let Some(arm) = arms.iter().find(|arm| arm.name == name) else {
        let names: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
        let those = match names.as_slice() {
            [] => "none is known yet".to_owned(),
            names => format!("these are known: {}", names.join(", ")),
        };
        return Err(bad_request(
            format!("no arm is called “{name}”; {those}"),
            "Name an arm: tendon identify --robot.port=PORT --remember=NAME",
        ));
    };
    let mut refused = None;
    for (path, serial) in candidates(arm, ports) {
        let fingerprint = match read(&path) {
            Ok(fingerprint) => fingerprint,
            Err(error) => {
                refused.get_or_insert(error);
                continue;
            }
        };
        match known.recognise(serial.as_deref(), &fingerprint) {
            // A fingerprint proves the arm; its adapter may have been exchanged.
            Match::Same { name: found } | Match::Swapped { found, .. } if found == arm.name => {
                return Ok(path);
            }
            other if serial.is_some() && serial == arm.adapter_serial => {
                refused = Some(not_it(name, &other, &path));
            }
            Match::Unknown if path == arm.port => {
                let name = arm.name.clone();
                let other = match fingerprint.likeness(&arm.fingerprint) {
                    Likeness::Recalibrated { joints } => Match::Recalibrated { name, joints },
                    Likeness::Other { joints } => Match::OtherMotors { name, joints },
                    Likeness::Unknown { joints } => Match::Unclear { name, joints },
                    Likeness::Same => continue,
                };
                refused.get_or_insert_with(|| not_it(&arm.name, &other, &path));
            }
            _ => {}
        }
    }
    Err(refused.unwrap_or_else(|| {
        failure(
            ErrorCode::Port,
            format!("“{name}” is not on any port of this machine"),
            "Plug its USB cable in and switch its power on; tendon identify tells which arms are there.",
        )
    }))
}

fn not_it(name: &str, found: &Match, path: &str) -> Failure {
    failure(
        ErrorCode::Port,
        format!("“{name}” was asked for: {found}\nPort: {path}"),
        found.remedy().replace("PORT", path),
    )
}

/// Where an arm may be: its own adapter first, then others that look like an arm's, then where it was last seen.
fn candidates(arm: &KnownArm, ports: &[PortInfo]) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = ports
        .iter()
        .filter(|port| {
            port.looks_like_arm
                || port.path == arm.port
                || (port.serial_number.is_some() && port.serial_number == arm.adapter_serial)
        })
        .map(|port| (port.path.clone(), port.serial_number.clone()))
        .collect();
    found.sort_by_key(|(path, serial)| {
        let own = serial.is_some() && *serial == arm.adapter_serial;
        (!own, *path != arm.port)
    });
    if !found.iter().any(|(path, _)| *path == arm.port) && Path::new(&arm.port).exists() {
        found.push((arm.port.clone(), None));
    }
    found
}
