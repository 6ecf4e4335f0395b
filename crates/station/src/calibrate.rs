//! `calibrate()`: homes an arm, records the travel of its joints, writes motors and file. A person decides
//! when; nothing here prompts.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arms::calibrate::{Calibrate as Steps, CalibrateError};
use arms::{ArmConfig, Calibration, calibration_file};
use protocol::{ErrorCode, Failure};
use sim::Hand;

use crate::failure::failure;
use crate::hardware::{self, Simulated};
use crate::process::{Cx, Process, Verb};
use crate::settings;

pub use arms::calibrate::{Command as CalibrateCommand, Event as CalibrateEvent};

/// Time between two looks at the joints: LeRobot's 20 ms.
const LOOK: Duration = Duration::from_millis(20);

/// Which arm to calibrate.
#[derive(Debug, Clone)]
pub struct CalibrateConfig {
    /// The arm. Its `id` names the file.
    pub arm: ArmConfig,
}

/// What calibration leaves behind.
#[derive(Debug, Clone)]
pub struct CalibrateOutcome {
    /// What motors and file now hold.
    pub calibration: Calibration,
    /// The file.
    pub path: PathBuf,
    /// Copy of a file that stood there before.
    pub backup: Option<PathBuf>,
}

/// The verb behind [`calibrate`].
#[derive(Debug)]
pub struct Calibrate;

/// Calibrates one arm. Stopping it before its end gives the motors back what they held.
pub fn calibrate(config: CalibrateConfig) -> Process<Calibrate> {
    Process::new(config)
}

impl Verb for Calibrate {
    const NAME: &'static str = "calibrate";
    const DRIVES: bool = false;
    type Config = CalibrateConfig;
    type Command = CalibrateCommand;
    type Event = CalibrateEvent;
    type Outcome = CalibrateOutcome;

    fn run(config: CalibrateConfig, cx: &Cx<Self>) -> Result<CalibrateOutcome, Failure> {
        let path = calibration_file::path_for(&config.arm)
            .map_err(|error| failure(ErrorCode::Calibration, &error, error.remedy()))?;
        let backups = settings::state_folder().join("calibration-backups");
        let line = hardware::open(&config.arm, &cx.clock)?;
        let mut steps = Steps::connect(
            line.bus,
            config.arm,
            Arc::clone(&cx.clock),
            path,
            Some(backups),
        )
        .map_err(hardware::arm_failure)?;
        let mut given_up = false;
        loop {
            if cx.stopping() && !given_up {
                given_up = true;
                steps.command(CalibrateCommand::Cancel);
            }
            while let Some(command) = cx.command() {
                steps.command(command);
            }
            for event in steps.step(cx.clock.now()) {
                if let Some(simulated) = &line.simulated {
                    lend_hands(simulated, &event)?;
                }
                match event {
                    CalibrateEvent::Saved {
                        calibration,
                        path,
                        backup,
                    } => {
                        return Ok(CalibrateOutcome {
                            calibration,
                            path,
                            backup,
                        });
                    }
                    CalibrateEvent::Cancelled => {
                        return Err(failure(
                            ErrorCode::Stopped,
                            "calibration was given up; the motors hold what they held before",
                            "Start again when the arm is ready.",
                        ));
                    }
                    CalibrateEvent::Failed { error, restored } => {
                        return Err(failed(&error, restored));
                    }
                    event => cx.emit(event),
                }
            }
            cx.clock.sleep(LOOK);
        }
    }
}

fn failed(error: &CalibrateError, restored: bool) -> Failure {
    let after = if restored {
        "the motors hold what they held before"
    } else {
        "the motors could not be given back what they held"
    };
    let code = match error {
        CalibrateError::Arm(error) if error.line_lost() => ErrorCode::LineLost,
        CalibrateError::Arm(_) | CalibrateError::FellSilent { .. } => ErrorCode::Motor,
        CalibrateError::Numbers(_) | CalibrateError::File(_) => ErrorCode::Calibration,
    };
    let mut remedy = error.remedy().to_owned();
    if !restored {
        remedy.push_str(" Then calibrate again before the arm is driven: its motors hold half of two calibrations.");
    }
    failure(code, format!("{error}; {after}"), remedy)
}

/// A simulated arm is moved by simulated hands: to the middle first, then through every joint's travel.
fn lend_hands(simulated: &Simulated, event: &CalibrateEvent) -> Result<(), Failure> {
    let hand = |at: usize| match event {
        CalibrateEvent::Ready => Some(Hand::HoldsAt(simulated.arm.middle(at))),
        // Wide enough to reach the stops of every joint, which the hand cannot pass.
        CalibrateEvent::Homed { .. } => Some(Hand::swinging(
            simulated.arm.middle(at),
            140.0,
            Duration::from_secs(4),
        )),
        _ => None,
    };
    for (at, joint) in simulated.arm.calibration.iter().enumerate() {
        if let Some(hand) = hand(at) {
            simulated
                .chain
                .hand(joint.id, Some(hand))
                .map_err(|error| failure(ErrorCode::Internal, error, error.remedy()))?;
        }
    }
    Ok(())
}
