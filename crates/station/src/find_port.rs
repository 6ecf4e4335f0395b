//! `find_port()`: which ports there are, and which one is the arm's, found by unplugging it.
//!
//! The difference is noticed by itself; nobody has to press a key with the cable in the other hand.

use std::collections::BTreeMap;
use std::time::Duration;

use motors::ports::{self, PortInfo};
use protocol::{ErrorCode, Failure};

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
        if config.list_only {
            return Ok(FindPortOutcome {
                ports: before,
                found: None,
            });
        }
        if before.is_empty() {
            return Err(Failure {
                code: ErrorCode::Port,
                message: "there is no serial port".into(),
                remedy: "Plug the arm's adapter in and switch its power on, then try again.".into(),
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
        wait(cx, || {
            let there = ports::list().iter().any(|port| same(port, &found));
            if there {
                vec![found.clone()]
            } else {
                Vec::new()
            }
        })?;
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

/// The same adapter may come back under another name; its serial number tells.
fn same(a: &PortInfo, b: &PortInfo) -> bool {
    a.path == b.path || (a.serial_number.is_some() && a.serial_number == b.serial_number)
}
