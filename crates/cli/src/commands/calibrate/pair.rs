//! `tendon calibrate --pair`: whether a leader and its follower agree, in plain words.

use arms::Joint;
use protocol::Failure;
use serde_json::json;
use station::check_pair::{
    CheckPairCommand, CheckPairConfig, CheckPairEvent, CheckPairOutcome, PairJoint, Place, Verdict,
    check_pair,
};

use super::args::Calibrate;
use super::{enter_presses, leader};
use crate::output::Out;
use crate::setup;
use crate::watch::{Watch, follow_with};

/// What a person is to hold, pose by pose.
const POSES: [&str; 3] = [
    "Both arms are free. Hold both in the middle of every joint's travel, in the same pose, then press Enter.",
    "Now hold both with every joint near one of its ends, in the same pose, then press Enter.",
    "Now hold both with every joint near its other end, in the same pose, then press Enter.",
];

/// Checks the pair.
pub fn run(args: &Calibrate, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let config = CheckPairConfig {
        follower: setup::one_arm(&args.robot)?,
        leader: leader(args, true)?,
    };
    let enter = enter_presses()?;
    let outcome = follow_with(check_pair(config), out, watch, |event, out, process| {
        let tell = |command, out: &mut Out| {
            if let Err(failure) = process.command(command) {
                out.note(failure.message);
            }
        };
        match event {
            CheckPairEvent::Ready => {
                out.object("ready", json!({}));
                out.note(POSES[0]);
            }
            CheckPairEvent::Positions { follower, leader } => {
                out.object(
                    "positions",
                    json!({ "follower": follower, "leader": leader }),
                );
                let row = |joint: &Joint| {
                    let (one, other) = (follower[joint.index()], leader[joint.index()]);
                    format!(
                        "{:<16}{one:>9.1}{other:>9.1}{:>9.1}",
                        joint.name(),
                        other - one
                    )
                };
                let head = format!(
                    "{:<16}{:>9}{:>9}{:>9}",
                    "joint", "follower", "leader", "apart"
                );
                let lines: Vec<_> = std::iter::once(head)
                    .chain(Joint::ALL.iter().map(row))
                    .collect();
                out.draw(&lines);
            }
            CheckPairEvent::Taken { poses, apart } => {
                out.object("taken", json!({ "poses": poses, "apart": apart }));
                match POSES.get(poses) {
                    Some(words) => out.note(words),
                    None => tell(CheckPairCommand::Finish, out),
                }
            }
        }
        if enter.try_recv().is_ok() {
            tell(CheckPairCommand::Take, out);
        }
    })?;
    let joints: Vec<_> = outcome
        .joints
        .iter()
        .map(|at| {
            json!({
                "joint": at.joint.name(), "follower_range": at.follower_range, "leader_range": at.leader_range,
                "low": at.apart[0], "middle": at.apart[1], "high": at.apart[2],
                "agrees": agrees(at), "verdict": words(at),
            })
        })
        .collect();
    out.object(
        "pair_checked",
        json!({ "poses": outcome.poses, "joints": joints }),
    );
    for line in told(&outcome) {
        out.say(line);
    }
    Ok(if outcome.joints.iter().all(agrees) {
        crate::exit::DONE
    } else {
        crate::exit::CALIBRATION
    })
}

/// A joint that was not seen everywhere does not disagree.
fn agrees(at: &PairJoint) -> bool {
    matches!(at.verdict, Verdict::Agrees | Verdict::NotSeen(_))
}

fn words(at: &PairJoint) -> String {
    let mut words = verdict(at);
    if at.one_whole {
        words.push_str(
            "; the two were calibrated with different --wrist_roll, one over the whole turn, one recorded",
        );
    }
    words
}

fn verdict(at: &PairJoint) -> String {
    let (unit, place) = (
        if at.joint == Joint::Gripper {
            " %"
        } else {
            " degrees"
        },
        |place| match place {
            Place::Low => "its low end",
            Place::Middle => "the middle",
            Place::High => "its high end",
        },
    );
    match at.verdict {
        Verdict::Agrees => "agrees in the middle and at both ends".to_owned(),
        Verdict::NotSeen(unseen) => {
            format!(
                "agrees where it was seen; it was not held near {}",
                place(unseen)
            )
        }
        Verdict::RangesDiffer => format!(
            "the leader was calibrated over {:.0} degrees, the follower over {:.0}: the smaller one probably missed a \
             stop. Calibrate it again.",
            at.leader_range, at.follower_range
        ),
        Verdict::Apart { place: seen, by } => format!(
            "the leader is {:.0}{unit} {} the follower near {}. If both were held alike, calibrate the arm whose value \
             is wrong.",
            by.abs(),
            if by > 0.0 { "above" } else { "below" },
            place(seen)
        ),
    }
}

fn told(outcome: &CheckPairOutcome) -> Vec<String> {
    let mut lines: Vec<_> = outcome
        .joints
        .iter()
        .map(|at| format!("{:<16}{}", at.joint.name(), words(at)))
        .collect();
    lines.push(if outcome.joints.iter().all(agrees) {
        "The two arms agree.".to_owned()
    } else {
        "The two arms do not agree: the follower would not go where the leader is.".to_owned()
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_disagrees_is_told_what_to_do() {
        let verdicts = [
            Verdict::Agrees,
            Verdict::NotSeen(Place::High),
            Verdict::RangesDiffer,
            Verdict::Apart {
                place: Place::Low,
                by: -31.4,
            },
            Verdict::Agrees,
            Verdict::Apart {
                place: Place::Middle,
                by: 22.0,
            },
        ];
        let outcome = CheckPairOutcome {
            poses: 3,
            joints: Joint::ALL.map(|joint| PairJoint {
                joint,
                follower_range: 190.0,
                leader_range: 150.0,
                apart: [None; 3],
                one_whole: joint == Joint::WristRoll,
                verdict: verdicts[joint.index()],
            }),
        };
        insta::assert_snapshot!(told(&outcome).join("\n"), @r"
        shoulder_pan    agrees in the middle and at both ends
        shoulder_lift   agrees where it was seen; it was not held near its high end
        elbow_flex      the leader was calibrated over 150 degrees, the follower over 190: the smaller one probably missed a stop. Calibrate it again.
        wrist_flex      the leader is 31 degrees below the follower near its low end. If both were held alike, calibrate the arm whose value is wrong.
        wrist_roll      agrees in the middle and at both ends; the two were calibrated with different --wrist_roll, one over the whole turn, one recorded
        gripper         the leader is 22 % above the follower near the middle. If both were held alike, calibrate the arm whose value is wrong.
        The two arms do not agree: the follower would not go where the leader is.
        ");
    }
}
