//! `pose()`: keeps where an arm is under a name, and goes there again.
//!
//! Every goal on the way passes the same limits as any other. Of two arms each keeps its own part of a pose.
//! Not here: the file (`pose_book`), the movement (`teleop::poses`).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arms::{Arm, ArmConfig, JOINTS, Values};
use protocol::{Failure, LoopReport};
use teleop::{LoopConfig, PoseTeleoperator};
use units::Hz;

use crate::cameras::Previews;
use crate::drive::{DriveCommand, DriveEvent, RigConfig};
use crate::failure::bad_request;
use crate::hardware;
use crate::pose_book::{FOLDED, PoseBook, REST};
use crate::process::{Cx, Process, Verb};
use crate::teleoperate::supervise;

/// What is to be done about poses.
#[derive(Debug, Clone, PartialEq)]
pub enum PoseAction {
    /// Keep where the arms are now. Nothing is moved, and torque stays as it is.
    Save(String),
    /// Say which there are; nothing is connected.
    List,
    /// Go there and wait; then the arms are released gently.
    Go {
        /// The pose.
        name: String,
        /// A factor of the speed of a first move, 0.25 to 4.
        speed: f64,
        /// How long to wait there; until told to stop without it.
        wait: Option<Duration>,
    },
    /// Forget one; nothing is connected.
    Delete(String),
}

/// What to do with which arms.
#[derive(Debug, Clone)]
pub struct PoseConfig {
    /// One follower, or the left and the right one.
    pub followers: Vec<ArmConfig>,
    /// What is to be done.
    pub action: PoseAction,
    /// Cycles a second while going.
    pub rate: Hz,
}

/// A pose of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedPose {
    /// The arm.
    pub arm: String,
    /// Its name.
    pub name: String,
    /// Degrees, the gripper in percent; in whatever units the file says.
    pub joints: [f64; JOINTS],
    /// The file's word for the units.
    pub units: String,
    /// When it was saved, UTC; empty for the built-in pose `rest`.
    pub saved_at: String,
    /// The file.
    pub path: PathBuf,
}

/// What is left.
#[derive(Debug, Clone)]
pub struct PoseOutcome {
    /// Every pose of the arms for [`PoseAction::List`], else the one it was about.
    pub poses: Vec<ListedPose>,
    /// The loop's account of itself, if the arms moved.
    pub report: Option<LoopReport>,
}

/// The verb behind [`pose`].
#[derive(Debug)]
pub struct Pose;

/// Saves, lists, deletes and goes to poses.
pub fn pose(config: PoseConfig) -> Process<Pose> {
    Process::new(config)
}

impl Verb for Pose {
    const NAME: &'static str = "pose";
    const DRIVES: bool = true;
    type Config = PoseConfig;
    type Command = DriveCommand;
    type Event = DriveEvent;
    type Outcome = PoseOutcome;

    fn run(config: PoseConfig, cx: &Cx<Self>) -> Result<PoseOutcome, Failure> {
        let followers = &config.followers;
        let (poses, report) = match config.action {
            PoseAction::List => (list(followers)?, None),
            PoseAction::Save(name) => (save(followers, &name, cx)?, None),
            PoseAction::Delete(name) => (delete(followers, &name)?, None),
            PoseAction::Go { name, speed, wait } => {
                if !teleop::poses::POSE_SPEEDS.contains(&speed) {
                    return Err(bad_request(
                        format!("a speed of {speed} is outside 0.25 to 4"),
                        "1 is 30 degrees per second.",
                    ));
                }
                let target = target(followers, &name)?;
                let listed = list(followers)?
                    .into_iter()
                    .filter(|pose| pose.name == name);
                let listed = listed.collect();
                let rig = RigConfig {
                    teleoperator: Box::new(
                        PoseTeleoperator::new(vec![target], speed).waiting(wait),
                    ),
                    leaders: Vec::new(),
                    followers: config.followers,
                };
                let loop_config = LoopConfig {
                    end_when_finished: true,
                    ..LoopConfig::new(config.rate)
                };
                (
                    listed,
                    Some(
                        supervise(rig, (&[], &Previews::default()), loop_config, None, cx)?.report,
                    ),
                )
            }
        };
        Ok(PoseOutcome { poses, report })
    }
}

/// A pose as a goal of a rig.
///
/// # Errors
/// When an arm has no such pose, or it or the arm is not in degrees.
pub fn target(followers: &[ArmConfig], name: &str) -> Result<Values, Failure> {
    let arms: Result<Vec<_>, Failure> = followers
        .iter()
        .map(|arm| Ok(PoseBook::open(arm)?.get(name)?))
        .collect();
    Ok(Values::from_arms(&arms?))
}

/// Lets the followers go to rest before they are released.
///
/// # Errors
/// When an arm is not in degrees or its poses make no sense.
pub fn rest_on_end(followers: &mut [ArmConfig]) -> Result<(), Failure> {
    for arm in followers {
        arm.rest_on_end = Some(PoseBook::open(arm)?.get(REST)?);
    }
    Ok(())
}

fn list(followers: &[ArmConfig]) -> Result<Vec<ListedPose>, Failure> {
    let mut poses = Vec::new();
    for arm in followers {
        let book = PoseBook::open(arm)?;
        for (name, pose) in book.poses() {
            poses.push(ListedPose {
                arm: arm.name.clone(),
                name: name.clone(),
                joints: pose.joints(),
                units: pose.units.clone(),
                saved_at: pose.saved_at.clone(),
                path: book.path().to_owned(),
            });
        }
        if !book.poses().contains_key(REST) {
            poses.push(ListedPose {
                arm: arm.name.clone(),
                name: REST.to_owned(),
                joints: FOLDED,
                units: "degrees".to_owned(),
                saved_at: String::new(),
                path: book.path().to_owned(),
            });
        }
    }
    Ok(poses)
}

/// Reads where every arm is before anything is kept, so that two arms keep one moment or nothing.
fn save(followers: &[ArmConfig], name: &str, cx: &Cx<Pose>) -> Result<Vec<ListedPose>, Failure> {
    let mut read = Vec::new();
    for arm in followers {
        // In degrees whatever the arm is driven in: that is what the file holds.
        let arm = ArmConfig {
            use_degrees: true,
            ..arm.clone()
        };
        let book = PoseBook::open(&arm)?;
        let line = hardware::open(&arm, &cx.clock)?;
        let calibration = match &line.simulated {
            Some(simulated) => hardware::calibration_of(&simulated.arm)?,
            None => hardware::load_calibration(&arm)?,
        };
        let mut connected = Arm::connect(line.bus, arm, calibration, Arc::clone(&cx.clock))
            .map_err(hardware::arm_failure)?;
        connected
            .require_calibrated()
            .map_err(hardware::arm_failure)?;
        read.push((book, connected.values()));
    }
    for (book, values) in &mut read {
        book.save(name, *values)?;
    }
    Ok(list(followers)?
        .into_iter()
        .filter(|pose| pose.name == name)
        .collect())
}

fn delete(followers: &[ArmConfig], name: &str) -> Result<Vec<ListedPose>, Failure> {
    let mut gone = Vec::new();
    for arm in followers {
        let mut book = PoseBook::open(arm)?;
        let pose = book.delete(name)?;
        gone.push(ListedPose {
            arm: arm.name.clone(),
            name: name.to_owned(),
            joints: pose.joints(),
            units: pose.units.clone(),
            saved_at: pose.saved_at,
            path: book.path().to_owned(),
        });
    }
    Ok(gone)
}
