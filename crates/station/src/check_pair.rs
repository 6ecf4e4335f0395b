//! `check_pair()`: do a leader and its follower agree? A person holds both arms in the same pose, in the middle and at
//! the ends, and the values that one would send to the other are compared; so are the ranges they were calibrated with.
//!
//! Nothing is driven: both arms are let go of. Not here: calibrating the arm that is wrong (`calibrate`).

use std::sync::Arc;
use std::time::Duration;

use arms::plausible::{TICKS_PER_TURN, degrees_from_ticks};
use arms::{Arm, ArmConfig, Calibration, JOINTS, Joint, JointCalibration, Torque};
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
    /// It agrees where it was seen, and its ranges differ: one of the two was probably not moved to both ends when it was calibrated.
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
    /// One of the two has LeRobot's whole turn for its range, the other one was recorded (`wrist_roll` only).
    pub one_whole: bool,
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
            joints: Joint::ALL.map(|joint| {
                pair.judge(follower.arm.calibration(), leader.arm.calibration(), joint)
            }),
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
            if let Some(place) = place(joint, at[index], range(follower.calibration().joint(joint)))
            {
                let kept = &mut self.apart[index][place as usize];
                if kept.is_none_or(|kept: f64| kept.abs() < apart[index].abs()) {
                    *kept = Some(apart[index]);
                }
            }
        }
        apart
    }

    fn judge(&self, follower: &Calibration, leader: &Calibration, joint: Joint) -> PairJoint {
        let apart = self.apart[joint.index()];
        let sides = [follower, leader].map(|side| side.joint(joint));
        let ranges = sides.map(range);
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
        let whole = sides.map(|at| joint == Joint::WristRoll && whole_turn(at));
        let one_whole = whole[0] != whole[1];
        // A trigger turns less far than a gripper; percent make up for it. And a whole turn of wrist_roll is no range.
        let differ =
            joint != Joint::Gripper && !one_whole && (ranges[0] - ranges[1]).abs() > SAME_RANGE;
        let unseen = places
            .into_iter()
            .find(|place| apart[*place as usize].is_none());
        let verdict = match (worst, differ, unseen) {
            (Some((place, by)), _, _) => Verdict::Apart { place, by },
            (None, true, _) => Verdict::RangesDiffer,
            (None, false, Some(place)) => Verdict::NotSeen(place),
            (None, false, None) => Verdict::Agrees,
        };
        PairJoint {
            joint,
            follower_range: ranges[0],
            leader_range: ranges[1],
            apart,
            one_whole,
            verdict,
        }
    }
}

/// Width of a joint's calibrated range, degrees.
fn range(at: &JointCalibration) -> f64 {
    degrees_from_ticks(at.range_max - at.range_min)
}

/// Whether a range is LeRobot's whole turn, whatever the joint can do.
fn whole_turn(at: &JointCalibration) -> bool {
    (at.range_min, at.range_max) == (0, TICKS_PER_TURN - 1)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A calibration whose joint has this range.
    fn with(joint: Joint, (range_min, range_max): (i32, i32)) -> Calibration {
        let mut joints = *Calibration::full_turn().joints();
        let at = &mut joints[joint.index()];
        (at.range_min, at.range_max) = (range_min, range_max);
        Calibration::new(joints).unwrap()
    }

    #[test]
    fn what_was_seen_apart_comes_before_what_the_ranges_say_and_a_whole_turn_is_no_range() {
        let (whole, real, short) = ((0, 4095), (150, 3950), (1000, 3000));
        let differ = Verdict::RangesDiffer;
        let apart = Verdict::Apart {
            place: Place::High,
            by: 20.0,
        };
        let (roll, elbow) = (Joint::WristRoll, Joint::ElbowFlex);
        for (joint, one, other, high, verdict, one_whole) in [
            (elbow, real, real, Some(0.0), Verdict::Agrees, false),
            (elbow, real, short, Some(0.0), differ, false),
            (elbow, real, short, Some(20.0), apart, false),
            (elbow, whole, real, Some(0.0), differ, false),
            (roll, whole, whole, Some(0.0), Verdict::Agrees, false),
            (roll, whole, real, Some(0.0), Verdict::Agrees, true),
            (
                roll,
                short,
                whole,
                None,
                Verdict::NotSeen(Place::High),
                true,
            ),
            (roll, short, whole, Some(20.0), apart, true),
            (roll, short, real, Some(0.0), differ, false),
        ] {
            let mut pair = Pair {
                apart: [[Some(0.0); 3]; JOINTS],
                poses: 3,
            };
            pair.apart[joint.index()][2] = high;
            let judged = pair.judge(&with(joint, one), &with(joint, other), joint);
            let seen = (judged.verdict, judged.one_whole);
            assert_eq!(seen, (verdict, one_whole), "{joint:?} {one:?} {other:?}");
        }
    }
}
