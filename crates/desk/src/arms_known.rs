//! The arms that are known or plugged in: their cards, and from a card's key to what the station wants to know of an arm.
//!
//! Looking opens no port. Not here: when it is looked (`look`), what is done with an arm (`tasks`).

use std::path::Path;
use std::time::UNIX_EPOCH;

use arms::{ArmConfig, ArmKind, calibration_file};
use motors::ports::{self, PortInfo};
use protocol::window::{ArmCard, ArmChoice, ArmRole, Level, Notice, Online};
use protocol::{ErrorCode, Failure};
use station::access;
use station::hardware::{SIM_HERE, SIM_HERE_UNCALIBRATED};
use station::known_arms::{KNOWN, KnownArm, KnownArms, known_arms_file, serial_of};
use stdx::SystemClock;

use crate::notices;
use crate::words::{bad_request, not_while};

/// What a key of an adapter begins with that belongs to no known arm.
const PORT: &str = "port:";
/// The name of the arm that is not there, in English.
pub(crate) const SIMULATED_NAME: &str = "Simulated arm";
/// The simulated arm's key.
const SIM: &str = "sim";
/// The name of the simulated arm's calibration file.
const SIM_ID: &str = "simulated";

pub(crate) fn kind(role: ArmRole) -> ArmKind {
    match role {
        ArmRole::Follower => ArmKind::Follower,
        ArmRole::Leader => ArmKind::Leader,
    }
}

fn role(kind: ArmKind) -> ArmRole {
    match kind {
        ArmKind::Follower => ArmRole::Follower,
        ArmKind::Leader => ArmRole::Leader,
    }
}

/// An arm of a session: what the station wants to know of it, and how the window calls it.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) config: ArmConfig,
}

/// The arm behind a key.
///
/// # Errors
/// When nobody has that name, or the key is none.
pub(crate) fn seat(choice: &ArmChoice) -> Result<Seat, Failure> {
    let kind = kind(choice.role);
    let key = choice.key.clone();
    if key == SIM {
        return Ok(Seat {
            name: SIMULATED_NAME.to_owned(),
            config: ArmConfig {
                id: Some(SIM_ID.to_owned()),
                ..ArmConfig::new(kind, SIM_HERE)
            },
            key,
        });
    }
    if let Some(name) = key.strip_prefix(KNOWN) {
        let arm = known(name)?;
        return Ok(Seat {
            name: arm.name,
            config: ArmConfig {
                id: arm.id,
                ..ArmConfig::new(kind, &key)
            },
            key,
        });
    }
    match key.strip_prefix(PORT) {
        Some(path) if !path.is_empty() => Ok(Seat {
            name: path.to_owned(),
            config: ArmConfig::new(kind, path),
            key,
        }),
        _ => Err(bad_request(
            format!("“{key}” is no arm"),
            "Choose one of the arms on Home.",
        )),
    }
}

/// The same for a calibration, whose file is named after the arm.
///
/// # Errors
/// As [`seat`], and for an arm without a name.
pub(crate) fn seat_to_calibrate(choice: &ArmChoice) -> Result<Seat, Failure> {
    let mut seat = seat(choice)?;
    if choice.key == SIM {
        // As an arm comes out of its box, once; later ones begin with what the file of the first could be about.
        let file = calibration_file::path_for(&seat.config).ok();
        if !file.is_some_and(|file| file.exists()) {
            seat.config.port = SIM_HERE_UNCALIBRATED.to_owned();
        }
    } else if seat.config.id.is_none() {
        return Err(not_while(
            "a calibration's file is named after its arm, and this one has no name",
            "Name the arm on Home first.",
        ));
    }
    Ok(seat)
}

/// The same for motors that need not be the ones that the arm is known by: one was exchanged, or does not answer. A known
/// arm is taken to be on its own adapter, whatever hangs there.
///
/// # Errors
/// As [`seat`], and when its adapter is not plugged in.
pub(crate) fn seat_of_adapter(choice: &ArmChoice) -> Result<Seat, Failure> {
    let mut seat = seat(choice)?;
    if let Some(name) = choice.key.strip_prefix(KNOWN) {
        let all = KnownArms::load(known_arms_file())?.arms();
        let arm = known(name)?;
        seat.config.port = place_of(&arm, &all, &ports::list()).ok_or_else(|| Failure {
            code: ErrorCode::Port,
            message: format!("the adapter of “{name}” is not plugged in"),
            remedy: "Plug its USB cable in.".to_owned(),
        })?;
    }
    Ok(seat)
}

fn known(name: &str) -> Result<KnownArm, Failure> {
    let known = KnownArms::load(known_arms_file())?;
    let found = known.arms().into_iter().find(|arm| arm.name == name);
    found.ok_or_else(|| {
        bad_request(
            format!("no arm is called “{name}”"),
            "Choose one of the arms on Home.",
        )
    })
}

/// Remembers an arm under a name. Reads its motors, if it was not known before.
///
/// # Errors
/// When its motors do not all answer, the name cannot be one, or belongs to another arm.
pub(crate) fn name(key: &str, name: &str, new_role: ArmRole) -> Result<(), Failure> {
    let name = name.trim();
    if key == SIM {
        return Err(bad_request("the simulated arm keeps its name", ""));
    }
    let mut arms = KnownArms::load(known_arms_file())?;
    let taken = arms.arms().into_iter().any(|arm| arm.name == name);
    if let Some(old) = key.strip_prefix(KNOWN) {
        let arm = known(old)?;
        if taken && old != name {
            return Err(other_has_it(name));
        }
        let renamed = KnownArm {
            name: name.to_owned(),
            role: kind(new_role),
            ..arm
        };
        // Under the new name first: whatever fails, the arm is known under one.
        arms.remember(&renamed)?;
        if old != name {
            arms.forget(old)?;
        }
        return Ok(());
    }
    let Some(path) = key.strip_prefix(PORT) else {
        return Err(bad_request(
            format!("“{key}” is no arm"),
            "Choose one of the arms on Home.",
        ));
    };
    if taken {
        return Err(other_has_it(name));
    }
    let fingerprint = station::known_arms::fingerprint_at(path, &SystemClock::shared())?;
    if !fingerprint.complete() {
        return Err(Failure {
            code: ErrorCode::Motor,
            message: format!("an arm is known by all six motors, and not all answer\nPort: {path}"),
            remedy:
                "Switch its power on and check its cables; a new arm's motors are set up first."
                    .into(),
        });
    }
    arms.remember(&KnownArm {
        name: name.to_owned(),
        role: kind(new_role),
        id: Some(file_name(name)),
        adapter_serial: serial_of(path),
        port: path.to_owned(),
        fingerprint,
    })
}

fn other_has_it(name: &str) -> Failure {
    not_while(
        format!("another arm is called “{name}”"),
        "Choose another name, or forget that arm first.",
    )
}

/// A name as every system has it in a file's.
fn file_name(name: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '_'
        }
    };
    name.chars().map(plain).collect()
}

/// Forgets an arm; its calibration stays.
///
/// # Errors
/// When there is none, or the disk refuses.
pub(crate) fn forget(key: &str) -> Result<(), Failure> {
    let name = key.strip_prefix(KNOWN).ok_or_else(|| {
        bad_request(
            "only an arm with a name can be forgotten",
            "Choose one of the arms that were named.",
        )
    })?;
    known(name)?;
    KnownArms::load(known_arms_file())?.forget(name).map(drop)
}

/// The cards of all arms, and what is wrong with the file of known arms. Without ports nobody has looked yet.
pub(crate) fn cards(ports: Option<&[PortInfo]>) -> (Vec<ArmCard>, Vec<Notice>) {
    let (known, notices) = match KnownArms::load(known_arms_file()) {
        Ok(known) => (known.arms(), Vec::new()),
        Err(failure) => (Vec::new(), vec![notices::of_failure(&failure)]),
    };
    let mut taken = Vec::new();
    let mut cards: Vec<ArmCard> = known
        .iter()
        .map(|arm| {
            let port = ports.and_then(|ports| place_of(arm, &known, ports));
            taken.extend(port.clone());
            let online = match (ports, &port) {
                (None, _) => Online::Looking,
                (_, Some(_)) => Online::Online,
                (_, None) => Online::Offline,
            };
            let info = info_of(port.as_deref(), ports);
            card(arm, port, info, online)
        })
        .collect();
    let others = ports.unwrap_or_default().iter();
    cards.extend(
        others
            .filter(|port| port.vid_pid.is_some() && !taken.contains(&port.path))
            .map(adapter),
    );
    cards.push(simulated());
    (cards, notices)
}

fn info_of<'a>(path: Option<&str>, ports: Option<&'a [PortInfo]>) -> Option<&'a PortInfo> {
    let path = path?;
    ports?.iter().find(|port| port.path == path)
}

/// Where a known arm is plugged in: its adapter by serial number, or where it was last when that says nothing.
fn place_of(arm: &KnownArm, known: &[KnownArm], ports: &[PortInfo]) -> Option<String> {
    let serial = arm.adapter_serial.as_deref();
    let twins = serial.is_some()
        && known
            .iter()
            .filter(|other| other.adapter_serial.as_deref() == serial)
            .count()
            > 1;
    let found = ports.iter().find(|port| {
        let same = port.serial_number.as_deref() == serial;
        same && ((serial.is_some() && !twins) || port.path == arm.port)
    });
    let path = found.map(|port| port.path.clone());
    // A pseudo terminal is in no list.
    let harmless = || station::hardware::harmless(&arm.port).then(|| arm.port.clone());
    path.or_else(harmless)
}

fn card(arm: &KnownArm, port: Option<String>, info: Option<&PortInfo>, online: Online) -> ArmCard {
    let key = format!("{KNOWN}{}", arm.name);
    let config = ArmConfig {
        id: arm.id.clone(),
        ..ArmConfig::new(arm.role, &key)
    };
    let (calibration, calibrated_at) = calibration(&config);
    let notice = may_not_be_opened(info).or_else(|| {
        calibration.is_none().then(|| {
            notices::standing(
                Level::Warning,
                format!("“{}” has no calibration yet.", arm.name),
                "Calibrate it before it is driven.",
            )
        })
    });
    ArmCard {
        key,
        name: arm.name.clone(),
        role: Some(role(arm.role)),
        serial: arm.adapter_serial.clone(),
        port,
        adapter: info.map_or_else(String::new, adapter_name),
        online,
        simulated: false,
        calibration,
        calibrated_at,
        notice,
    }
}

fn adapter(port: &PortInfo) -> ArmCard {
    ArmCard {
        key: format!("{PORT}{}", port.path),
        name: String::new(),
        role: None,
        serial: port.serial_number.clone(),
        port: Some(port.path.clone()),
        adapter: adapter_name(port),
        online: Online::Online,
        simulated: false,
        calibration: None,
        calibrated_at: None,
        notice: may_not_be_opened(Some(port)),
    }
}

fn simulated() -> ArmCard {
    let config = ArmConfig {
        id: Some(SIM_ID.to_owned()),
        ..ArmConfig::new(ArmKind::Follower, SIM_HERE)
    };
    let (calibration, calibrated_at) = calibration(&config);
    ArmCard {
        key: SIM.to_owned(),
        name: SIMULATED_NAME.to_owned(),
        role: Some(ArmRole::Follower),
        serial: None,
        port: None,
        adapter: String::new(),
        online: Online::Online,
        simulated: true,
        calibration,
        calibrated_at,
        notice: None,
    }
}

fn adapter_name(port: &PortInfo) -> String {
    let chip = || {
        let ids = port.vid_pid?;
        let known = motors::ports::ARM_ADAPTERS.into_iter();
        let (_, _, chip) = known
            .into_iter()
            .find(|(vid, pid, _)| (*vid, *pid) == ids)?;
        Some(chip.to_owned())
    };
    let product = port.product.clone().or_else(chip);
    product.unwrap_or_default()
}

fn may_not_be_opened(port: Option<&PortInfo>) -> Option<Notice> {
    let port = port?;
    let remedy = access::permission_of(&port.path).remedy(port.vid_pid)?;
    Some(notices::standing(
        Level::Fault,
        format!("The port may not be opened.\nPort: {}", port.path),
        remedy,
    ))
}

/// The name of an arm's calibration file, and when it was written; nothing without a file.
fn calibration(config: &ArmConfig) -> (Option<String>, Option<u64>) {
    let path = calibration_file::path_for(config).ok();
    let about = path.as_deref().and_then(|path| Path::metadata(path).ok());
    let Some((path, about)) = path.zip(about) else {
        return (None, None);
    };
    let name = path.file_stem().map(|name| name.to_string_lossy().into());
    let since = about.modified().ok();
    let since = since.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    (name, since.map(|since| since.as_secs()))
}
