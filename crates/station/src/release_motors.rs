//! `release_motors()`: switches the torque of an arm off, gently unless told otherwise.

use std::sync::Arc;

use std::time::Duration;

use arms::torque::Releasing;
use arms::{Arm, ArmConfig, Calibration, Joint};
use protocol::{ErrorCode, Failure};

use crate::failure::{bad_request, failure};
use crate::hardware;
use crate::process::{Cx, Process, Verb};

/// Pause between the steps of a release.
const STEP: Duration = Duration::from_millis(20);

/// Which motors to release, and how.
#[derive(Debug, Clone)]
pub struct ReleaseConfig {
    /// The arm.
    pub arm: ArmConfig,
    /// Ids of the motors, 1 to 6; empty for all.
    pub motors: Vec<u8>,
    /// At once: what the motors held drops. Otherwise the arm sinks.
    pub now: bool,
}

/// Nothing can be told to it.
#[derive(Debug, Clone, Copy)]
pub enum ReleaseCommand {}

/// What happens meanwhile.
#[derive(Debug, Clone)]
pub enum ReleaseEvent {
    /// The arm sinks.
    Sinking,
    /// An emergency stop caught it; it holds.
    Holding,
}

/// The verb behind [`release_motors`].
#[derive(Debug)]
pub struct ReleaseMotors;

/// Releases the motors of one arm.
pub fn release_motors(config: ReleaseConfig) -> Process<ReleaseMotors> {
    Process::new(config)
}

impl Verb for ReleaseMotors {
    const NAME: &'static str = "release";
    const DRIVES: bool = true;
    type Config = ReleaseConfig;
    type Command = ReleaseCommand;
    type Event = ReleaseEvent;
    /// The joints whose motors are off.
    type Outcome = Vec<Joint>;

    fn run(config: ReleaseConfig, cx: &Cx<Self>) -> Result<Vec<Joint>, Failure> {
        let joints = joints(&config.motors)?;
        let line = hardware::open(&config.arm, &cx.clock)?;
        // Letting go needs no calibration: an arm without one must be releasable too.
        let calibration = Calibration::full_turn();
        let mut arm = Arm::connect(line.bus, config.arm, calibration, Arc::clone(&cx.clock))
            .map_err(hardware::arm_failure)?;
        if config.now || joints.len() < Joint::ALL.len() {
            arm.release_motors(&joints).map_err(hardware::arm_failure)?;
        } else {
            sink(&mut arm, cx)?;
        }
        Ok(joints)
    }
}

/// Lets the arm sink. A press of the emergency stop catches it where it is; another lets it sink on.
fn sink(arm: &mut Arm, cx: &Cx<ReleaseMotors>) -> Result<(), Failure> {
    let controls = cx.controls();
    let mut left = cx.leaves();
    let mut release = Some(arm.begin_release());
    cx.emit(ReleaseEvent::Sinking);
    loop {
        if controls.take_emergencies() > 0 {
            if release.take().is_some() {
                arm.hold().map_err(hardware::arm_failure)?;
                cx.emit(ReleaseEvent::Holding);
            } else {
                release = Some(arm.begin_release());
                cx.emit(ReleaseEvent::Sinking);
            }
        }
        if cx.leaves() > left && release.is_none() {
            release = Some(arm.begin_release());
        }
        left = cx.leaves();
        if let Some(release) = &mut release
            && let Releasing::Done { unconfirmed } = release
                .step(arm, cx.clock.now())
                .map_err(hardware::arm_failure)?
        {
            return match unconfirmed {
                0 => Ok(()),
                _ => Err(failure(
                    ErrorCode::Motor,
                    "a motor did not confirm that its torque is off",
                    "Hold the arm, then release it again or pull its power plug.",
                )),
            };
        }
        cx.clock.sleep(STEP);
    }
}

fn joints(ids: &[u8]) -> Result<Vec<Joint>, Failure> {
    if ids.is_empty() {
        return Ok(Joint::ALL.to_vec());
    }
    ids.iter()
        .map(|id| {
            Joint::ALL
                .into_iter()
                .find(|joint| joint.motor_id() == *id)
                .ok_or_else(|| {
                    bad_request(
                        format!("there is no motor {id}"),
                        "Motors have the ids 1 to 6.",
                    )
                })
        })
        .collect()
}
