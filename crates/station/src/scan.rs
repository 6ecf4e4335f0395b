//! `scan()`: every motor on a line, at every rate, with what is wrong and what to do. Changes nothing.

use std::ops::ControlFlow;

use arms::ArmConfig;
use arms::survey::{self, LineFinding};
use motors::scan::{self, ScanProgress, Thoroughness};
use protocol::{ErrorCode, Failure};

use crate::failure::failure;
use crate::hardware;
use crate::process::{Cx, Process, Verb};

/// Where to look.
#[derive(Debug, Clone)]
pub struct ScanConfig {
    /// The line, by the arm's port; its calibration is not needed.
    pub arm: ArmConfig,
    /// Wait the whole time at every rate, also when a whole arm has answered: about nine seconds.
    pub thorough: bool,
}

/// Nothing can be told to it.
#[derive(Debug, Clone, Copy)]
pub enum ScanCommand {}

/// What was found.
#[derive(Debug, Clone)]
pub struct ScanOutcome {
    /// Where the line really is, and what is known about its latency.
    pub line: String,
    /// Every motor that answered.
    pub scan: scan::Scan,
    /// What is worth saying about them, the gravest first.
    pub findings: Vec<LineFinding>,
}

/// The verb behind [`scan`].
#[derive(Debug)]
pub struct Scan;

/// Looks who is on a line. Stopping it ends the search; what was found until then is the outcome.
pub fn scan(config: ScanConfig) -> Process<Scan> {
    Process::new(config)
}

impl Verb for Scan {
    const NAME: &'static str = "scan";
    const DRIVES: bool = false;
    type Config = ScanConfig;
    type Command = ScanCommand;
    type Event = ScanProgress;
    type Outcome = ScanOutcome;

    fn run(config: ScanConfig, cx: &Cx<Self>) -> Result<ScanOutcome, Failure> {
        let mut line = hardware::open(&config.arm, &cx.clock)?;
        let how = scan::ScanConfig {
            thoroughness: if config.thorough {
                Thoroughness::Whole
            } else {
                Thoroughness::UntilArm
            },
            ..scan::ScanConfig::default()
        };
        let scan = scan::scan(&mut line.bus, &how, |progress| {
            cx.emit(progress);
            if cx.stopping() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .map_err(|error| bus_failure(&error))?;
        for motor in &scan.motors {
            tracing::info!(id = motor.id.0, baud = motor.baud, error = %motor.error, "motor found");
        }
        let findings = survey::findings(&scan);
        Ok(ScanOutcome {
            line: format!("{} ({})", line.path, line.latency),
            scan,
            findings,
        })
    }
}

/// A line's error in the shape that leaves the core.
pub(crate) fn bus_failure(error: &motors::BusError) -> Failure {
    let code = if error.line_lost() {
        ErrorCode::LineLost
    } else {
        ErrorCode::Motor
    };
    failure(code, error, error.remedy())
}
