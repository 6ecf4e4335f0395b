//! `calibrate()`: homes an arm, records the travel of its joints, writes motors and file. A person decides
//! when; nothing here prompts.
//!
//! Not here: looking at, comparing and bringing back calibrations that are there (`calibrations`).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arms::calibrate::{Calibrate as Steps, CalibrateError};
use arms::{ArmConfig, Calibration, Joint, calibration_file};
use protocol::{ErrorCode, Failure};
use sim::Hand;

use crate::failure::failure;
use crate::hardware::{self, Simulated};
use crate::known_arms;
use crate::process::{Cx, Process, Verb};
use crate::settings;

pub use arms::calibrate::{
    CalibrateOptions, Command as CalibrateCommand, Event as CalibrateEvent, WristRoll,
};

/// Time between two looks at the joints: LeRobot's 20 ms.
const LOOK: Duration = Duration::from_millis(20);

/// A simulated hand goes from stop to stop and back in this time, at most 580 degrees per second.
const SWING: Duration = Duration::from_secs(2);

/// Which arm to calibrate.
#[derive(Debug, Clone)]
pub struct CalibrateConfig {
    /// The arm. Its `id` names the file.
    pub arm: ArmConfig,
    /// How it is done.
    pub options: CalibrateOptions,
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
    /// Joints whose homing offset was moved, so that the seam of their encoder lies outside their range.
    pub moved: Vec<Joint>,
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
        let mut line = hardware::open(&config.arm, &cx.clock)?;
        let known = known_arms::itself(&mut line);
        let mut steps = Steps::connect(
            line.bus,
            config.arm,
            Arc::clone(&cx.clock),
            path,
            Some(settings::calibrations_folder()),
            config.options,
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
                        moved,
                    } => {
                        known_arms::calibrated_anew(known, &calibration);
                        return Ok(CalibrateOutcome {
                            calibration,
                            path,
                            backup,
                            moved,
                        });
                    }
                    CalibrateEvent::Cancelled => {
                        return Err(failure(
                            ErrorCode::Stopped,
                            "calibration was given up; the motors hold what they held before",
                            "Start again when the arm is ready.",
                        ));
                    }
                    CalibrateEvent::Failed {
                        error,
                        not_restored,
                    } => return Err(failed(&error, &not_restored)),
                    event => cx.emit(event),
                }
            }
            cx.clock.sleep(LOOK);
        }
    }
}

fn failed(error: &CalibrateError, not_restored: &[Joint]) -> Failure {
    let names: Vec<_> = not_restored.iter().map(|joint| joint.name()).collect();
    let after = if names.is_empty() {
        "the motors hold what they held before".to_owned()
    } else {
        format!(
            "these motors could not be given back what they held: {}",
            names.join(", ")
        )
    };
    let code = match error {
        CalibrateError::Arm(error) if error.line_lost() => ErrorCode::LineLost,
        CalibrateError::Numbers(_) | CalibrateError::File(_) | CalibrateError::NoRoom { .. } => {
            ErrorCode::Calibration
        }
        _ => ErrorCode::Motor,
    };
    let mut remedy = error.remedy().to_owned();
    if !names.is_empty() {
        remedy.push_str(
            " Then calibrate again before the arm is driven: its motors hold half of two calibrations.",
        );
    }
    failure(code, format!("{error}; {after}"), remedy)
}

/// A simulated arm is moved by simulated hands: to the middle first, then again and again from stop to stop, and its
/// power is switched when that is asked for.
fn lend_hands(simulated: &Simulated, event: &CalibrateEvent) -> Result<(), Failure> {
    let hand = |at: usize| match event {
        CalibrateEvent::Ready => Some(Hand::HoldsAt(simulated.arm.middle(at))),
        // Wide enough to reach the stops of every joint, which the hand cannot pass.
        CalibrateEvent::Homed { .. } => Some(Hand::swinging(
            simulated.arm.middle(at),
            if at == Joint::WristRoll.index() {
                185.0
            } else {
                140.0
            },
            SWING,
        )),
        _ => None,
    };
    if matches!(event, CalibrateEvent::SwitchPower) {
        simulated.chain.power_cycle();
    }
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
