//! What there is to say about a machine: one line for each point, with what to do where something is not as it should
//! be. Pure: it reads nothing but what was gathered.

use std::fmt;

use arms::survey::{Figures, Weight};
use motors::scan::FoundMotor;

use super::machine::{CalibrationFile, Machine, PortState};
use crate::access::Permission;
use crate::known_arms::role_name;
use crate::workers::plain;

/// Less free space than this ends a recording soon. A choice: an hour of rows and a few episodes of video.
const LITTLE_SPACE: u64 = 1_000_000_000;
/// With less than this nothing should be recorded.
const NO_SPACE: u64 = 100_000_000;
/// An adapter that keeps bytes for longer makes every cycle late: 16 ms is what FTDI's begin with.
const LATE_MS: u32 = 2;

/// How well a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be, or only told.
    Ok,
    /// It works, and something should be looked at.
    Warn,
    /// It keeps something from working.
    Fail,
}

impl Level {
    /// `ok`, `warn` or `fail`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is about, in a word or two.
    pub topic: &'static str,
    /// How well it is.
    pub level: Level,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Check {
    fn ok(topic: &'static str, message: impl fmt::Display) -> Self {
        Self {
            topic,
            level: Level::Ok,
            message: message.to_string(),
            remedy: None,
        }
    }

    fn bad(
        topic: &'static str,
        level: Level,
        message: impl fmt::Display,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            topic,
            level,
            message: message.to_string(),
            remedy: Some(remedy.into()),
        }
    }
}

/// Every point, in the order in which support would ask.
pub fn checks(machine: &Machine) -> Vec<Check> {
    let mut found = vec![
        Check::ok("tendon", format!("version {}", machine.version)),
        Check::ok("system", format!("{}, {}", machine.os, machine.kernel)),
        processor(machine),
        real_time(machine),
        encoder(machine),
    ];
    ports(machine, &mut found);
    known_arms(machine, &mut found);
    calibrations(machine, &mut found);
    files(machine, &mut found);
    unfinished(machine, &mut found);
    found.push(workers(machine));
    variables(machine, &mut found);
    line(machine, &mut found);
    found
}

fn processor(machine: &Machine) -> Check {
    let name = machine.cpu.as_deref().unwrap_or("unnamed");
    let message = match machine.cores {
        1 => format!("{name} ({}), one core", machine.arch),
        cores => format!("{name} ({}), {cores} cores", machine.arch),
    };
    if machine.cores < 2 {
        return Check::bad(
            "processor",
            Level::Warn,
            message,
            "The control loop shares one core with everything else: close other programs while recording.",
        );
    }
    Check::ok("processor", message)
}

fn real_time(machine: &Machine) -> Check {
    let (got, words) = &machine.realtime;
    if *got {
        return Check::ok("real time", words);
    }
    Check::bad(
        "real time",
        Level::Warn,
        words,
        "Install rtkit, or put `@users - rtprio 20` into /etc/security/limits.d/tendon.conf and log in again; without it a busy machine makes cycles late.",
    )
}

fn encoder(machine: &Machine) -> Check {
    if machine.assembly {
        return Check::ok("video", "H.264 encoder with its assembly");
    }
    Check::bad(
        "video",
        Level::Warn,
        "H.264 encoder without its assembly: a picture takes 2.8 times as long",
        "Install nasm, run `cargo clean -p openh264-sys2 -p video` and build Tendon again.",
    )
}

fn ports(machine: &Machine, found: &mut Vec<Check>) {
    if machine.ports.is_empty() {
        found.push(Check::bad(
            "ports",
            Level::Warn,
            "there is no serial port",
            "Plug the arm's adapter in; a cable that only charges does not work.",
        ));
    }
    found.extend(machine.ports.iter().map(port));
    for adapter in &machine.portless {
        found.push(Check::bad(
            "adapter",
            Level::Fail,
            adapter.message(),
            adapter.remedy(),
        ));
    }
    if machine.meddlers.brltty && machine.portless.is_empty() {
        found.push(Check::bad(
            "brltty",
            Level::Warn,
            "the braille driver is installed, which takes CH340 adapters away",
            "Unless you use a braille display: sudo apt remove brltty",
        ));
    }
    if machine.meddlers.modem_manager {
        found.push(Check::bad(
            "ModemManager",
            Level::Warn,
            "it runs, and talks to a new port for some seconds after it was plugged in",
            "Wait half a minute after plugging in, or keep it away: ENV{ID_MM_DEVICE_IGNORE}=\"1\" in the adapter's udev rule.",
        ));
    }
}

fn port(state: &PortState) -> Check {
    let info = &state.info;
    let mut message = info.path.clone();
    if let Some((vid, pid)) = info.vid_pid {
        message.push_str(&format!(" {vid:04x}:{pid:04x}"));
    }
    if let Some(product) = &info.product {
        message.push_str(&format!(" {product}"));
    }
    match &info.serial_number {
        Some(serial) => message.push_str(&format!(", number {serial}")),
        None if info.vid_pid.is_some() => message.push_str(", without a number of its own"),
        None => {}
    }
    if info.looks_like_arm {
        message.push_str(", looks like an arm's");
    }
    if let Some(remedy) = state.permission.remedy(info.vid_pid) {
        let level = if info.looks_like_arm {
            Level::Fail
        } else {
            Level::Warn
        };
        return Check::bad("port", level, format!("{message}: no permission"), remedy);
    }
    if state.permission == Permission::Unknown {
        message.push_str(", permission unknown");
    }
    match state.latency_ms {
        Some(millis) if millis > LATE_MS => Check::bad(
            "port",
            Level::Warn,
            format!("{message}: keeps bytes for up to {millis} ms"),
            format!(
                "Tendon lowers it when it may; if it stays, run: echo 1 | sudo tee /sys/bus/usb-serial/devices/{}/latency_timer",
                info.path.trim_start_matches("/dev/")
            ),
        ),
        _ => Check::ok("port", message),
    }
}

fn known_arms(machine: &Machine, found: &mut Vec<Check>) {
    let check = match &machine.known_arms {
        Err(failure) => Check::bad(
            "known arms",
            Level::Fail,
            &failure.message,
            failure.remedy.clone(),
        ),
        Ok(arms) if arms.is_empty() => {
            Check::ok("known arms", "none; tendon identify --remember names one")
        }
        Ok(arms) => {
            let words: Vec<String> = arms
                .iter()
                .map(|(name, role)| format!("“{name}” ({})", role_name(*role)))
                .collect();
            Check::ok("known arms", words.join(", "))
        }
    };
    found.push(check);
}

fn calibrations(machine: &Machine, found: &mut Vec<Check>) {
    let folder = match &machine.calibration_folder {
        Ok(folder) => folder.display(),
        Err(error) => {
            found.push(Check::bad(
                "calibration",
                Level::Fail,
                error,
                "Set HF_LEROBOT_CALIBRATION to a folder.",
            ));
            return;
        }
    };
    if machine.calibrations.is_empty() {
        found.push(Check::ok("calibration", format!("no file in {folder}")));
    }
    found.extend(machine.calibrations.iter().map(calibration));
}

fn calibration(file: &CalibrationFile) -> Check {
    let path = file.path.display();
    match (&file.wrong, file.older) {
        (Some(wrong), _) => Check::bad(
            "calibration",
            Level::Fail,
            wrong,
            "Bring a former one back (tendon calibrate --rollback), or calibrate again.",
        ),
        (None, true) => Check::bad(
            "calibration",
            Level::Warn,
            format!("of an older LeRobot, which nobody reads there: {path}"),
            "If its arm has no newer one: tendon calibrate --import=older",
        ),
        (None, false) => Check::ok("calibration", path),
    }
}

fn files(machine: &Machine, found: &mut Vec<Check>) {
    let settings = machine.settings_file.display();
    found.push(match &machine.settings {
        Ok(true) => Check::ok("settings", settings),
        Ok(false) => Check::ok("settings", format!("defaults; no file {settings}")),
        Err(failure) => Check::bad(
            "settings",
            Level::Fail,
            &failure.message,
            failure.remedy.clone(),
        ),
    });
    for unused in &machine.settings_unused {
        let remedy = unused.remedy.clone();
        found.push(Check::bad("settings", Level::Warn, &unused.message, remedy));
    }
    let log = machine.log_folder.join("tendon.log");
    found.push(Check::ok("log", log.display()));
    for disk in &machine.disks {
        let folder = disk.folder.display();
        let Some(free) = disk.free else {
            found.push(Check::ok(
                "disk",
                format!("{}: free space unknown, {folder}", disk.what),
            ));
            continue;
        };
        let message = format!("{}: {:.1} GB free, {folder}", disk.what, free as f64 / 1e9);
        found.push(if !disk.writable {
            Check::bad(
                "disk",
                Level::Fail,
                format!("{message}: not writable"),
                "Check the folder's owner and permissions.",
            )
        } else if free < NO_SPACE {
            let remedy = "Make room before recording.";
            Check::bad("disk", Level::Fail, message, remedy)
        } else if free < LITTLE_SPACE {
            let remedy = "Make room soon: a long recording may fill the disk.";
            Check::bad("disk", Level::Warn, message, remedy)
        } else {
            Check::ok("disk", message)
        });
    }
}

fn unfinished(machine: &Machine, found: &mut Vec<Check>) {
    for dataset in &machine.unfinished {
        let folder = dataset.folder.display();
        found.push(match &dataset.seconds {
            Ok(episodes) if episodes.is_empty() && dataset.lost > 0 => Check::bad(
                "dataset",
                Level::Warn,
                format!(
                    "{} of which nothing can be kept: {folder}",
                    match dataset.lost {
                        1 => "an unfinished episode was left".to_owned(),
                        several => format!("{several} unfinished episodes were left"),
                    }
                ),
                "See why: tendon recover",
            ),
            Ok(episodes) if episodes.is_empty() => {
                Check::ok("dataset", format!("nothing is left unfinished in {folder}"))
            }
            Ok(episodes) => Check::bad(
                "dataset",
                Level::Warn,
                format!(
                    "{} unfinished, {:.1} s in all: {folder}",
                    match episodes.len() {
                        1 => "an episode was left".to_owned(),
                        several => format!("{several} episodes were left"),
                    },
                    episodes.iter().sum::<f64>()
                ),
                format!("Bring it back: tendon dataset repair {folder}"),
            ),
            Err(why) => Check::bad(
                "dataset",
                Level::Warn,
                format!("cannot be looked at: {why}"),
                "If a recording is under way that is as it must be; otherwise end the program that holds it.",
            ),
        });
    }
}

fn workers(machine: &Machine) -> Check {
    Check::ok("workers", plain(&machine.workers))
}

fn variables(machine: &Machine, found: &mut Vec<Check>) {
    for variable in &machine.variables {
        let name = variable.name;
        if name == "LEROBOT_HOME" {
            found.push(Check::bad(
                "environment",
                Level::Warn,
                "LEROBOT_HOME is set: LeRobot refuses to start with it, and Tendon does not read it",
                "Use HF_LEROBOT_HOME instead, and unset LEROBOT_HOME.",
            ));
            continue;
        }
        let value = variable.value.as_deref().unwrap_or("(set)");
        found.push(Check::ok("environment", format!("{name}={value}")));
    }
}

fn line(machine: &Machine, found: &mut Vec<Check>) {
    let (scan, findings) = match &machine.scan {
        None => return,
        Some(Err(failure)) => {
            found.push(Check::bad(
                "arm",
                Level::Fail,
                &failure.message,
                failure.remedy.clone(),
            ));
            return;
        }
        Some(Ok(scan)) => scan,
    };
    found.extend(scan.motors.iter().map(motor));
    for finding in findings {
        let level = match finding.weight() {
            Weight::Note => Level::Ok,
            Weight::Warning => Level::Warn,
            Weight::Stop => Level::Fail,
        };
        found.push(Check::bad("arm", level, finding, finding.remedy()));
    }
    if findings.is_empty() {
        found.push(Check::ok("arm", "all six motors are there and well"));
    }
}

fn motor(motor: &FoundMotor) -> Check {
    let id = motor.id;
    match motor.facts().map(Figures::of) {
        Some(it) => Check::ok(
            "motor",
            format!(
                "{id}: {}, firmware {}.{}, {} baud, {:.1} V, {} °C, {}",
                it.model_name(),
                it.firmware.0,
                it.firmware.1,
                motor.baud,
                it.voltage,
                it.temperature,
                motor.error
            ),
        ),
        None => Check::ok("motor", format!("{id}: could not be read")),
    }
}
