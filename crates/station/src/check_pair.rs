//! `check_pair()`: do a leader and its follower agree? A person holds both arms in the same pose, in the middle and at
//! the ends, and the values that one would send to the other are compared; so are the ranges they were calibrated with.
//!
//! Nothing is driven: both arms are let go of. Not here: calibrating the arm that is wrong (`calibrate`).

use std::sync::Arc;
use std::time::Duration;

use arms::plausible::degrees_from_ticks;
use arms::{Arm, ArmConfig, JOINTS, Joint, Torque};
use protocol::{ErrorCode, Failure};
use sim::Hand;
use stdx::Clock;

use crate::failure::failure;
use crate::hardware::{self, Simulated};
use crate::process::{Cx, Process, Verb};

/// Time between two looks at the joints.
const LOOK: Duration = Duration::from_millis(20);
/// Waiting for the positions of one look.
const ANSWERS: Duration = Duration::from_millis(50);

/// Values of the two arms may differ by this much, degrees: a hand holds two arms alike only roughly; a choice.
const AGREE_DEGREES: f64 = 8.0;
/// The same for the gripper, percent of its travel.
const AGREE_PERCENT: f64 = 15.0;
/// Ranges of the same joint may differ by this much, degrees; printed stops differ by less.
const SAME_RANGE: f64 = 12.0;
/// A joint is in the middle within this share of half its range, and at an end beyond the next.
const MIDDLE_SHARE: f64 = 0.35;
const END_SHARE: f64 = 0.55;
/// Half of what a wrist turns whose range is LeRobot's whole turn, degrees (so-arm-kinematics.md, section 1).
const HALF_ROLL: f64 = 167.0;

/// The two arms.
#[derive(Debug, Clone)]
pub struct CheckPairConfig {
    /// The arm that follows.
    pub follower: ArmConfig,
    /// The arm that leads.
    pub leader: ArmConfig,
}

/// What a person tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckPairCommand {
    /// Both arms are held in the same pose.
    Take,
    /// That was the last pose.
    Finish,
}

/// What happens meanwhile.
#[derive(Debug, Clone)]
pub enum CheckPairEvent {
    /// Both arms are free: hold them in the same pose, then [`CheckPairCommand::Take`].
    Ready,
    /// Where both are now, in LeRobot's degrees and percent.
    Positions {
        /// The follower.
        follower: [f64; JOINTS],
        /// The leader.
        leader: [f64; JOINTS],
    },
    /// A pose was taken.
    Taken {
        /// How many there are now.
        poses: usize,
        /// Leader less follower, by joint.
        apart: [f64; JOINTS],
    },
}

/// Where in its range a joint was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Near the end where its values are the lowest.
    Low,
    /// Near the middle.
    Middle,
    /// Near the end where its values are the highest.
    High,
}

/// What is to be said about one joint of a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// It agrees wherever it was seen, and it was seen in the middle and at both ends.
    Agrees,
    /// It agrees where it was seen, but it was not seen everywhere.
    NotSeen(Place),
    /// Its ranges differ: one of the two was probably not moved to both ends when it was calibrated.
    RangesDiffer,
    /// The two are apart.
    Apart {
        /// Where.
        place: Place,
        /// Leader less follower, degrees or percent.
        by: f64,
    },
}

/// One joint of the pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairJoint {
    /// Which.
    pub joint: Joint,
    /// Width of the follower's range, degrees.
    pub follower_range: f64,
    /// Width of the leader's range, degrees.
    pub leader_range: f64,
    /// Leader less follower at the low end, in the middle and at the high end, degrees or percent; the largest seen.
    pub apart: [Option<f64>; 3],
    /// What is to be said.
    pub verdict: Verdict,
}

/// How well the pair agrees.
#[derive(Debug, Clone)]
pub struct CheckPairOutcome {
    /// Poses that were taken.
    pub poses: usize,
    /// Every joint.
    pub joints: [PairJoint; JOINTS],
}

/// The verb behind [`check_pair`].
#[derive(Debug)]
pub struct CheckPair;

/// Checks whether a leader and its follower agree.
pub fn check_pair(config: CheckPairConfig) -> Process<CheckPair> {
    Process::new(config)
}

impl Verb for CheckPair {
    const NAME: &'static str = "check-pair";
    const DRIVES: bool = false;
    type Config = CheckPairConfig;
    type Command = CheckPairCommand;
    type Event = CheckPairEvent;
    type Outcome = CheckPairOutcome;

    fn run(config: CheckPairConfig, cx: &Cx<Self>) -> Result<CheckPairOutcome, Failure> {
        let mut follower = hardware::connect(&config.follower, &cx.clock)?;
        let mut leader = hardware::connect(&config.leader, &cx.clock)?;
        for side in [&mut follower, &mut leader] {
            if side.arm.torque() != Torque::Off {
                side.arm.release_gently().map_err(hardware::arm_failure)?;
            }
        }
        let mut pair = Pair {
            apart: [[None; 3]; JOINTS],
            poses: 0,
        };
        let lend = |pose: usize| {
            for side in [&follower.simulated, &leader.simulated] {
                lend_hands(side.as_ref(), pose)?;
            }
            Ok::<(), Failure>(())
        };
        lend(0)?;
        cx.emit(CheckPairEvent::Ready);
        loop {
            if cx.stopping() {
                return Err(failure(
                    ErrorCode::Stopped,
                    "the check was given up; nothing was changed",
                    "Start again when both arms can be held.",
                ));
            }
            let now = [
                look(&mut follower.arm, &cx.clock)?,
                look(&mut leader.arm, &cx.clock)?,
            ];
            match cx.command() {
                None => cx.emit(CheckPairEvent::Positions {
                    follower: now[0],
                    leader: now[1],
                }),
                Some(CheckPairCommand::Take) => {
                    let apart = pair.take(&follower.arm, &now[0], &now[1]);
                    cx.emit(CheckPairEvent::Taken {
                        poses: pair.poses,
                        apart,
                    });
                    lend(pair.poses)?;
                }
                Some(CheckPairCommand::Finish) => break,
            }
            cx.clock.sleep(LOOK);
        }
        Ok(CheckPairOutcome {
            poses: pair.poses,
            joints: Joint::ALL.map(|joint| pair.judge(&follower.arm, &leader.arm, joint)),
        })
    }
}

/// What the poses taken so far have shown.
struct Pair {
    apart: [[Option<f64>; 3]; JOINTS],
    poses: usize,
}

impl Pair {
    fn take(
        &mut self,
        follower: &Arm,
        at: &[f64; JOINTS],
        leader: &[f64; JOINTS],
    ) -> [f64; JOINTS] {
        self.poses += 1;
        let mut apart = [0.0; JOINTS];
        for joint in Joint::ALL {
            let index = joint.index();
            apart[index] = leader[index] - at[index];
            if let Some(place) = place(joint, at[index], range(follower, joint)) {
                let kept = &mut self.apart[index][place as usize];
                if kept.is_none_or(|kept: f64| kept.abs() < apart[index].abs()) {
                    *kept = Some(apart[index]);
                }
            }
        }
        apart
    }

    fn judge(&self, follower: &Arm, leader: &Arm, joint: Joint) -> PairJoint {
        let apart = self.apart[joint.index()];
        let ranges = [range(follower, joint), range(leader, joint)];
        let agree = if joint == Joint::Gripper {
            AGREE_PERCENT
        } else {
            AGREE_DEGREES
        };
        let places = [Place::Low, Place::Middle, Place::High];
        let worst = places
            .into_iter()
            .filter_map(|place| Some((place, apart[place as usize]?)))
            .filter(|(_, by)| by.abs() > agree)
            .max_by(|(_, one), (_, other)| one.abs().total_cmp(&other.abs()));
        // A trigger turns less far than a gripper; percent make up for it.
        let differ = joint != Joint::Gripper && (ranges[0] - ranges[1]).abs() > SAME_RANGE;
        let unseen = places
            .into_iter()
            .find(|place| apart[*place as usize].is_none());
        let verdict = match (differ, worst, unseen) {
            (true, _, _) => Verdict::RangesDiffer,
            (false, Some((place, by)), _) => Verdict::Apart { place, by },
            (false, None, Some(place)) => Verdict::NotSeen(place),
            (false, None, None) => Verdict::Agrees,
        };
        PairJoint {
            joint,
            follower_range: ranges[0],
            leader_range: ranges[1],
            apart,
            verdict,
        }
    }
}

/// Width of a joint's calibrated range, degrees.
fn range(arm: &Arm, joint: Joint) -> f64 {
    let at = arm.calibration().joint(joint);
    degrees_from_ticks(at.range_max - at.range_min)
}

/// Where a value lies in a range of that width; none between middle and end.
fn place(joint: Joint, value: f64, range: f64) -> Option<Place> {
    let share = match joint {
        Joint::Gripper => (value - 50.0) / 50.0,
        Joint::WristRoll => value / (range / 2.0).min(HALF_ROLL),
        _ => value / (range / 2.0),
    };
    if share.abs() <= MIDDLE_SHARE {
        Some(Place::Middle)
    } else if share <= -END_SHARE {
        Some(Place::Low)
    } else if share >= END_SHARE {
        Some(Place::High)
    } else {
        None
    }
}

/// The arm's values in degrees and percent. A motor that is silent for long is a failure, never a position.
fn look(arm: &mut Arm, clock: &Arc<dyn Clock>) -> Result<[f64; JOINTS], Failure> {
    arm.begin_observe().map_err(hardware::arm_failure)?;
    let deadline = clock.now() + ANSWERS;
    let seen = arm
        .finish_observe(deadline)
        .map_err(hardware::arm_failure)?;
    let longest = arm.config().safety.stale_fault;
    match Joint::ALL
        .into_iter()
        .find(|joint| seen.ages[joint.index()] > longest)
    {
        Some(joint) => Err(failure(
            ErrorCode::Motor,
            format!(
                "{}, {}: the motor stopped answering",
                arm.name(),
                joint.name()
            ),
            "Check the cable of this motor, then start again.",
        )),
        None => Ok(seen.values),
    }
}

/// Simulated hands hold both arms in the middle, then at one end of every joint, then at the other.
fn lend_hands(simulated: Option<&Simulated>, pose: usize) -> Result<(), Failure> {
    let Some(simulated) = simulated else {
        return Ok(());
    };
    let away = [0.0, -1.0, 1.0][pose % 3];
    for (at, joint) in simulated.arm.calibration.iter().enumerate() {
        let angle = if at == Joint::Gripper.index() {
            simulated.arm.angle_at(at, 50.0 + 40.0 * away)
        } else if at == Joint::WristRoll.index() {
            simulated.arm.middle(at) + 120.0 * away
        } else {
            simulated.arm.middle(at) + 75.0 * away
        };
        simulated
            .chain
            .hand(joint.id, Some(Hand::HoldsAt(angle)))
            .map_err(|error| failure(ErrorCode::Internal, error, error.remedy()))?;
    }
    Ok(())
}
