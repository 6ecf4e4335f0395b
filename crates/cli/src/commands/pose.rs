//! `tendon pose`: saves where an arm is under a name, lists, deletes, goes there.
//!
//! Not here: where poses are kept and how the arm gets there (`station::pose`).

use std::time::Duration;

use arms::Joint;
use clap::{Args, Subcommand};
use protocol::Failure;
use serde_json::{Value, json};
use station::pose::{ListedPose, PoseAction, PoseConfig, pose};

use crate::args::RobotArgs;
use crate::commands::teleoperate::{follow_drive, rate};
use crate::hands::Held;
use crate::output::Out;
use crate::setup::{self, bad_request};
use crate::view;
use crate::watch::Watch;

/// `tendon pose`
#[derive(Debug, Args)]
pub struct Pose {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Keep where the arm is now under a name; nothing moves.
    Save(Named),
    /// Every pose of the arm.
    List(Listing),
    /// Go to a pose, softly, and wait there until Ctrl-C.
    Go(Go),
    /// Go to the pose "rest" (folded, unless it was saved otherwise) and release the arm.
    Rest(Rest),
    /// Forget a pose.
    Delete(Named),
}

#[derive(Debug, Args)]
struct Named {
    /// Name of the pose: letters, digits, - and _.
    name: String,
    #[command(flatten)]
    robot: RobotArgs,
}

#[derive(Debug, Args)]
struct Listing {
    #[command(flatten)]
    robot: RobotArgs,
}

#[derive(Debug, Args)]
struct Go {
    /// Name of the pose.
    name: String,
    #[command(flatten)]
    robot: RobotArgs,
    /// Speed as a multiple of 30 degrees per second, 0.25 to 4.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    speed: f64,
    /// Release the arm after waiting there for so many seconds.
    #[arg(long = "wait_s", value_name = "SECONDS")]
    wait_s: Option<f64>,
}

#[derive(Debug, Args)]
struct Rest {
    #[command(flatten)]
    robot: RobotArgs,
    /// Speed as a multiple of 30 degrees per second, 0.25 to 4.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    speed: f64,
}

/// `tendon pose …`
pub fn run(args: &Pose, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let (robot, action) = match &args.what {
        What::Save(named) => (&named.robot, PoseAction::Save(named.name.clone())),
        What::List(listing) => (&listing.robot, PoseAction::List),
        What::Delete(named) => (&named.robot, PoseAction::Delete(named.name.clone())),
        What::Go(go) => {
            let wait = match go.wait_s {
                None => None,
                Some(seconds) if (0.0..=86_400.0).contains(&seconds) => {
                    Some(Duration::from_secs_f64(seconds))
                }
                Some(seconds) => {
                    return Err(bad_request(
                        format!("--wait_s={seconds} is no length of time"),
                        "Use seconds, from 0 to a day.",
                    ));
                }
            };
            let go = PoseAction::Go {
                name: go.name.clone(),
                speed: go.speed,
                wait,
            };
            (robot_of(&args.what), go)
        }
        What::Rest(rest) => (
            &rest.robot,
            PoseAction::Go {
                name: station::pose_book::REST.to_owned(),
                speed: rest.speed,
                wait: Some(Duration::from_millis(500)),
            },
        ),
    };
    setup::without_cameras(robot, "a pose", out);
    let moves = matches!(action, PoseAction::Go { .. });
    let offline = matches!(action, PoseAction::List | PoseAction::Delete(_));
    let mut robot = robot.clone();
    if offline {
        // Nothing is connected, so no port is needed.
        let ports = if robot.kind.starts_with("bi_") {
            vec![&mut robot.left_port, &mut robot.right_port]
        } else {
            vec![&mut robot.port]
        };
        for port in ports {
            port.get_or_insert_with(|| setup::NO_PORT.to_owned());
        }
    }
    let followers = setup::followers(&robot)?;
    let config = PoseConfig {
        followers,
        action: action.clone(),
        rate: rate(120.0)?,
    };
    let outcome = follow_drive(pose(config), Held::default(), moves, out, watch)?;
    match &action {
        PoseAction::Go { .. } => {
            if let Some(report) = &outcome.report {
                out.object("loop_report", report);
                for line in view::report(report) {
                    out.say(line);
                }
            }
        }
        PoseAction::List => {
            out.object("poses", json!({ "poses": objects(&outcome.poses) }));
            for line in table(&outcome.poses) {
                out.say(line);
            }
        }
        PoseAction::Save(_) | PoseAction::Delete(_) => {
            let word = match action {
                PoseAction::Save(_) => "saved",
                _ => "deleted",
            };
            out.object(
                &format!("pose_{word}"),
                json!({ "poses": objects(&outcome.poses) }),
            );
            for line in table(&outcome.poses) {
                out.say(line);
            }
            for pose in &outcome.poses {
                out.say(format!("{word}: {}", pose.path.display()));
            }
        }
    }
    Ok(crate::exit::DONE)
}

fn robot_of(what: &What) -> &RobotArgs {
    match what {
        What::Save(named) | What::Delete(named) => &named.robot,
        What::List(listing) => &listing.robot,
        What::Go(go) => &go.robot,
        What::Rest(rest) => &rest.robot,
    }
}

fn objects(poses: &[ListedPose]) -> Vec<Value> {
    poses
        .iter()
        .map(|pose| {
            let joints: serde_json::Map<String, Value> = Joint::ALL
                .iter()
                .zip(pose.joints)
                .map(|(joint, value)| (joint.name().to_owned(), json!(value)))
                .collect();
            json!({
                "arm": pose.arm,
                "name": pose.name,
                "units": pose.units,
                "joints": joints,
                "saved_at": (!pose.saved_at.is_empty()).then_some(&pose.saved_at),
                "file": pose.path,
            })
        })
        .collect()
}

fn table(poses: &[ListedPose]) -> Vec<String> {
    let heads = ["pan", "lift", "elbow", "wrist", "roll"];
    let mut lines = vec![format!(
        "{:<16}{:<16}{}{:>9}",
        "pose",
        "arm",
        heads.map(|head| format!("{head:>9}")).concat(),
        "gripper"
    )];
    for pose in poses {
        let mut line = format!("{:<16}{:<16}", pose.name, pose.arm);
        for (at, value) in pose.joints.iter().enumerate() {
            let unit = match (at, pose.units.as_str()) {
                (5, _) => "%",
                (_, "degrees") => "°",
                _ => " ",
            };
            line.push_str(&format!("{value:>8.1}{unit}"));
        }
        if pose.saved_at.is_empty() {
            line.push_str("  built in");
        }
        lines.push(line);
    }
    lines
}
