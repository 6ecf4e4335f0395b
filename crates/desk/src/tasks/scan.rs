//! The search on a bus, as the window shows it.

use arms::survey::{Figures, Weight};
use motors::scan::{FoundMotor as Found, Reading, ScanProgress};
use protocol::Failure;
use protocol::window::{FoundMotor, Level, Notice, ScanState};
use station::scan::{Scan, ScanConfig, scan};

use super::{Running, Taken, Told};
use crate::arms_known::Seat;
use crate::notices;

pub(crate) struct ScanTask {
    pub(crate) running: Running<Scan>,
    pub(crate) state: ScanState,
}

impl ScanTask {
    pub(crate) fn start(seat: Seat, thorough: bool) -> Result<Self, Failure> {
        Ok(Self {
            running: Running::start(scan(ScanConfig {
                arm: seat.config,
                thorough,
            }))?,
            state: ScanState {
                arm: seat.key,
                running: true,
                ..ScanState::default()
            },
        })
    }

    pub(crate) fn pump(&mut self) -> Told {
        let Taken {
            events, outcome, ..
        } = self.running.take();
        for event in events {
            match event {
                ScanProgress::Rate { baud, index, of } => {
                    self.state.baud = Some(baud);
                    self.state.done = index as f64 / of.max(1) as f64;
                }
                ScanProgress::Found(found) => self.state.motors.push(motor(&found)),
            }
        }
        let ended = outcome.is_some();
        match outcome {
            None => {}
            Some(Ok(outcome)) => {
                self.state.motors = outcome.scan.motors.iter().map(motor).collect();
                self.state.findings = outcome.findings.iter().map(finding).collect();
                if outcome.scan.called_off {
                    self.state.findings.push(notices::standing(
                        Level::Note,
                        "Called off: more may be there.",
                        "",
                    ));
                } else {
                    self.state.done = 1.0;
                }
            }
            Some(Err(failure)) => self.state.failure = Some(notices::of_failure(&failure)),
        }
        if ended {
            self.state.running = false;
            self.state.baud = None;
        }
        Told {
            ended,
            ..Told::default()
        }
    }
}

fn finding(finding: &arms::survey::LineFinding) -> Notice {
    let level = match finding.weight() {
        Weight::Note => Level::Note,
        Weight::Warning => Level::Warning,
        Weight::Stop => Level::Fault,
    };
    notices::standing(level, finding.to_string(), finding.remedy())
}

fn motor(found: &Found) -> FoundMotor {
    let figures = found.facts().map(Figures::of);
    let complaint = match found.reading {
        Reading::Shared => "two motors with this id talk at once".to_owned(),
        Reading::Damaged => "its answers arrive damaged".to_owned(),
        Reading::Whole(_) if found.error.healthy() => String::new(),
        Reading::Whole(_) => found.error.to_string(),
    };
    FoundMotor {
        id: found.id.0,
        baud: found.baud,
        model: figures.map_or_else(String::new, |it| it.model_name()),
        firmware: figures.map_or_else(String::new, |it| {
            format!("{}.{}", it.firmware.0, it.firmware.1)
        }),
        voltage: figures.map(|it| it.voltage),
        temperature: figures.map(|it| f64::from(it.temperature)),
        position: figures.map(|it| it.position),
        torque: figures.map(|it| it.torque),
        complaint,
    }
}
