//! `find_port()`: which ports there are, and which one is the arm's, found by unplugging it.
//!
//! The difference is noticed by itself; nobody has to press a key with the cable in the other hand.

use std::collections::BTreeMap;
use std::time::Duration;

use motors::ports::{self, PortInfo};
use protocol::{ErrorCode, Failure};

use crate::access;
use crate::adapters;
use crate::process::{Cx, Process, Verb};

/// How often the list is looked at again.
const LOOK: Duration = Duration::from_millis(200);
/// How long somebody may take to pull a plug.
const PATIENCE: Duration = Duration::from_secs(120);

/// What to find.
#[derive(Debug, Clone, Default)]
pub struct FindPortConfig {
    /// Only list what is there.
    pub list_only: bool,
}

/// What happens meanwhile.
#[derive(Debug, Clone)]
pub enum FindPortEvent {
    /// The ports that are there now.
    Listed(Vec<PortInfo>),
    /// Something that keeps an arm's port from being found or used, and what to do.
    Trouble {
        /// What is wrong.
        message: String,
        /// What to do about it.
        remedy: String,
    },
    /// Pull the arm's USB plug now.
    Unplug,
    /// That was it; plug it in again.
    Replug(PortInfo),
}

/// Nothing can be told to it.
#[derive(Debug, Clone, Copy)]
pub enum FindPortCommand {}

/// Which ports there are, and which one it was.
#[derive(Debug, Clone)]
pub struct FindPortOutcome {
    /// The ports at the start.
    pub ports: Vec<PortInfo>,
    /// The arm's port, when it was unplugged and came back or stayed away.
    pub found: Option<PortInfo>,
}

/// The verb behind [`find_port`].
#[derive(Debug)]
pub struct FindPort;

/// Finds the port of an arm.
pub fn find_port(config: FindPortConfig) -> Process<FindPort> {
    Process::new(config)
}

impl Verb for FindPort {
    const NAME: &'static str = "find-port";
    const DRIVES: bool = false;
    type Config = FindPortConfig;
    type Command = FindPortCommand;
    type Event = FindPortEvent;
    type Outcome = FindPortOutcome;

    fn run(config: FindPortConfig, cx: &Cx<Self>) -> Result<FindPortOutcome, Failure> {
        let before = ports::list();
        cx.emit(FindPortEvent::Listed(before.clone()));
        for (message, remedy) in troubles(&before) {
            cx.emit(FindPortEvent::Trouble { message, remedy });
        }
        if config.list_only {
            return Ok(FindPortOutcome {
                ports: before,
                found: None,
            });
        }
        if before.is_empty() {
            return Err(Failure {
                code: ErrorCode::Port,
                message: adapters::portless()
                    .first()
                    .map_or_else(|| "there is no serial port".into(), |it| it.message()),
                remedy: adapters::portless().first().map_or_else(
                    || "Plug the arm's adapter in and switch its power on, then try again.".into(),
                    |it| it.remedy().into(),
                ),
            });
        }
        cx.emit(FindPortEvent::Unplug);
        let gone = wait(cx, || missing(&before, &ports::list()))?;
        let found = match gone.as_slice() {
            [one] => one.clone(),
            several => {
                return Err(Failure {
                    code: ErrorCode::Port,
                    message: format!("{} ports went away at once", several.len()),
                    remedy: "Unplug only the adapter of one arm, not a hub.".into(),
                });
            }
        };
        cx.emit(FindPortEvent::Replug(found.clone()));
        let others: Vec<PortInfo> = before
            .iter()
            .filter(|port| port.path != found.path)
            .cloned()
            .collect();
        let back = wait(cx, || came_back(&found, &others, &ports::list()))?;
        let found = back.into_iter().next().unwrap_or(found);
        Ok(FindPortOutcome {
            ports: before,
            found: Some(found),
        })
    }
}

/// Looks again and again until `look` finds something, the person gives up, or patience ends.
fn wait(cx: &Cx<FindPort>, look: impl Fn() -> Vec<PortInfo>) -> Result<Vec<PortInfo>, Failure> {
    let until = cx.clock.now() + PATIENCE;
    loop {
        let found = look();
        if !found.is_empty() {
            return Ok(found);
        }
        if cx.stopping() || cx.clock.now() >= until {
            return Err(Failure {
                code: if cx.stopping() {
                    ErrorCode::Stopped
                } else {
                    ErrorCode::Port
                },
                message: "no port went away or came back".into(),
                remedy: "Pull the USB plug of the arm, not its power plug.".into(),
            });
        }
        cx.clock.sleep(LOOK);
    }
}

/// Ports of `before` that `now` lacks.
fn missing(before: &[PortInfo], now: &[PortInfo]) -> Vec<PortInfo> {
    let now: BTreeMap<_, _> = now.iter().map(|port| (port.path.as_str(), ())).collect();
    before
        .iter()
        .filter(|port| !now.contains_key(port.path.as_str()))
        .cloned()
        .collect()
}

/// The adapter that was unplugged, where it is now: it may come back under another name. One that was there all the
/// time is not it, although clones of an adapter carry the same serial number.
fn came_back(gone: &PortInfo, others: &[PortInfo], now: &[PortInfo]) -> Vec<PortInfo> {
    let mut new: Vec<PortInfo> = missing(now, others)
        .into_iter()
        .filter(|port| port.path == gone.path || port.serial_number == gone.serial_number)
        .filter(|port| port.vid_pid == gone.vid_pid)
        .collect();
    new.sort_by_key(|port| port.path != gone.path);
    new.truncate(1);
    new
}

/// Ports that may not be opened, adapters without a port, and ports that cannot be told apart.
fn troubles(ports: &[PortInfo]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for port in ports {
        if let Some(remedy) = access::permission_of(&port.path).remedy(port.vid_pid) {
            let message = format!("you may not open this port\nPort: {}", port.path);
            found.push((message, remedy));
        }
    }
    for adapter in adapters::portless() {
        found.push((adapter.message(), adapter.remedy().to_owned()));
    }
    found.extend(that_look_alike(ports));
    found
}

/// Arms' adapters of which a serial number does not tell which is which.
fn that_look_alike(ports: &[PortInfo]) -> Option<(String, String)> {
    let alike: Vec<&str> = ports
        .iter()
        .filter(|port| port.looks_like_arm)
        .filter(|port| {
            ports.iter().any(|other| {
                other.path != port.path
                    && other.vid_pid == port.vid_pid
                    && other.serial_number == port.serial_number
            })
        })
        .map(|port| port.path.as_str())
        .collect();
    (!alike.is_empty()).then(|| {
        (
            format!(
                "these adapters have the same name and number, and may change places: {}",
                alike.join(", ")
            ),
            "Give each arm a name, by which it is found on whatever port: tendon identify --robot.port=PORT --remember=NAME".to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(path: &str, serial: Option<&str>) -> PortInfo {
        PortInfo {
            path: path.to_owned(),
            vid_pid: Some((0x1a86, 0x55d3)),
            product: Some("USB Single Serial".to_owned()),
            manufacturer: None,
            serial_number: serial.map(str::to_owned),
            looks_like_arm: true,
        }
    }

    #[test]
    fn an_adapter_that_comes_back_is_not_taken_for_one_that_stayed() {
        let (a, b) = (
            port("/dev/ttyACM0", Some("1")),
            port("/dev/ttyACM1", Some("1")),
        );
        let others = std::slice::from_ref(&b);
        assert_eq!(came_back(&a, others, others), []);
        let both = [a.clone(), b.clone()];
        assert_eq!(came_back(&a, others, &both), std::slice::from_ref(&a));
        // Another name, the same adapter.
        let renamed = port("/dev/ttyACM2", Some("1"));
        assert_eq!(
            came_back(&a, others, &[b.clone(), renamed.clone()]),
            [renamed]
        );
        // Something else was plugged in meanwhile.
        let stranger = port("/dev/ttyACM2", Some("9"));
        assert_eq!(came_back(&a, others, &[b.clone(), stranger]), []);
    }

    #[test]
    fn adapters_that_cannot_be_told_apart_are_named() {
        let told = [
            port("/dev/ttyACM0", Some("1")),
            port("/dev/ttyACM1", Some("2")),
        ];
        assert_eq!(that_look_alike(&told), None);
        let equal = [port("/dev/ttyUSB0", None), port("/dev/ttyUSB1", None)];
        let (message, remedy) = that_look_alike(&equal).unwrap();
        assert!(message.ends_with("/dev/ttyUSB0, /dev/ttyUSB1"), "{message}");
        assert!(remedy.contains("identify"));
    }
}
