//! From flags to what the station wants: arms, teleoperators, names of datasets.

use std::fs;
use std::path::PathBuf;

use arms::{ArmConfig, ArmKind, SafetyConfig};
use protocol::{ErrorCode, Failure};
use station::camera_settings::CameraSetting;
use station::drive::RigConfig;
use teleop::{Script, ScriptTeleoperator, Teleoperator, direct, leader};

use crate::args::{RobotArgs, TeleopArgs};
use crate::arm_flags::OneArmArgs;
use crate::chosen;
use crate::hands::{self, Held};
use crate::output::Out;

/// A request that makes no sense.
pub fn bad_request(message: impl Into<String>, remedy: impl Into<String>) -> Failure {
    Failure {
        code: ErrorCode::BadRequest,
        message: message.into(),
        remedy: remedy.into(),
    }
}

/// The follower arms that the flags describe: one, or the left and the right one.
///
/// # Errors
/// When the type is unknown or a port is missing.
pub fn followers(args: &RobotArgs) -> Result<Vec<ArmConfig>, Failure> {
    let mut arms = match args.kind.as_str() {
        "bi_so_follower" => pair(
            ArmKind::Follower,
            [&args.left_port, &args.right_port],
            &args.port,
            args.id.as_deref(),
            "--robot",
        )?,
        kind if ArmKind::from_lerobot_type(kind) == Some(ArmKind::Follower) => {
            vec![single(
                ArmKind::Follower,
                &args.port,
                args.id.as_deref(),
                "--robot.port",
            )?]
        }
        other => {
            return Err(bad_request(
                format!("--robot.type={other} is not known"),
                "Use so101_follower, so100_follower or bi_so_follower.",
            ));
        }
    };
    for arm in &mut arms {
        arm.calibration_dir = args.calibration_dir.clone();
        crate::safety::apply(args, &mut arm.safety)?;
    }
    args.more.apply(&mut arms, args.use_degrees);
    args.more.rest(&mut arms)?;
    Ok(arms)
}

/// The cameras that the flags describe.
///
/// # Errors
/// When a flag cannot be read, or means something that is not to be had.
pub fn cameras(args: &RobotArgs) -> Result<Vec<CameraSetting>, Failure> {
    args.cameras.settings(args.kind == "bi_so_follower")
}

/// Says that a verb looks through no camera, to whom gave it the flags of one.
pub fn without_cameras(args: &RobotArgs, verb: &str, out: &mut Out) {
    if args.cameras.any() {
        out.note(format!("The cameras stay closed: {verb} needs none."));
    }
}

/// One arm for verbs that know only one, such as `calibrate` and `release`.
///
/// # Errors
/// When the type is unknown or the port is missing.
pub fn one_arm(args: &OneArmArgs) -> Result<ArmConfig, Failure> {
    let kind = ArmKind::from_lerobot_type(&args.kind).ok_or_else(|| {
        if args.kind.starts_with("bi_so_") {
            bad_request(
                "this is done one arm at a time",
                "Name one arm with --robot.port.",
            )
        } else {
            bad_request(
                format!("--robot.type={} is not known", args.kind),
                "Use so101_follower, so100_follower, so101_leader or so100_leader.",
            )
        }
    })?;
    Ok(ArmConfig {
        calibration_dir: args.calibration_dir.clone(),
        ..single(kind, &args.port, args.id.as_deref(), "--robot.port")?
    })
}

/// An arm of its own.
///
/// # Errors
/// When the port is missing.
pub fn single(
    kind: ArmKind,
    port: &Option<String>,
    id: Option<&str>,
    flag: &str,
) -> Result<ArmConfig, Failure> {
    let port = port.as_deref().ok_or_else(|| missing_port(flag))?;
    Ok(ArmConfig {
        safety: safety(),
        id: id
            .map(str::to_owned)
            .or_else(|| station::known_arms::calibration_id(port)),
        ..ArmConfig::new(kind, port)
    })
}

/// The limits of an arm as the settings want them; flags may tighten them further.
pub fn safety() -> SafetyConfig {
    let mut safety = SafetyConfig::default();
    chosen::settings().tighten(&mut safety);
    safety
}

/// Left and right; their ids end in `_left` and `_right`, as LeRobot's do. Only a simulated port may stand for both.
fn pair(
    kind: ArmKind,
    ports: [&Option<String>; 2],
    both: &Option<String>,
    id: Option<&str>,
    group: &str,
) -> Result<Vec<ArmConfig>, Failure> {
    let both = match both {
        Some(port) if ports.iter().all(|port| port.is_some()) => {
            return Err(bad_request(
                format!("{group}.port={port} is one arm's too many"),
                "A pair has a port for the left and one for the right arm.",
            ));
        }
        Some(port) if !station::hardware::simulated(port) => {
            return Err(bad_request(
                format!("two arms cannot share {group}.port={port}"),
                format!("Use {group}.left_arm_config.port and {group}.right_arm_config.port."),
            ));
        }
        both => both,
    };
    let arms: Result<Vec<_>, Failure> = ["left", "right"]
        .into_iter()
        .zip(ports)
        .map(|(side, port)| {
            let flag = format!("{group}.{side}_arm_config.port");
            let id = id.map(|id| format!("{id}_{side}"));
            let port = port.clone().or_else(|| both.clone());
            let mut arm = single(kind, &port, id.as_deref(), &flag)?;
            arm.name = format!("{side}_{}", arm.name);
            Ok(arm)
        })
        .collect();
    let arms = arms?;
    let [left, right] = [0, 1].map(|at| &arms[at].port);
    if left == right && !station::hardware::simulated(left) && left != NO_PORT {
        return Err(bad_request(
            format!("both arms are on {left}"),
            "Each arm has a line of its own; find them with `tendon find-port`.",
        ));
    }
    Ok(arms)
}

/// Stands for the port of an arm that is not connected: only its name counts.
pub const NO_PORT: &str = "none";

fn missing_port(flag: &str) -> Failure {
    bad_request(
        format!("{flag} is missing"),
        "Find the port with `tendon find-port`, or try the simulated arm with the port `sim`.",
    )
}

/// What drives the rig, and what hands hold if it is hands.
pub struct Input {
    /// Leader arms to be read.
    pub leaders: Vec<ArmConfig>,
    /// The source of goals.
    pub teleoperator: Box<dyn Teleoperator>,
    /// What hands hold.
    pub held: Held,
}

/// What the flags say the arm should follow.
///
/// # Errors
/// When the type, the script, a key, a pose, an episode or the speed makes no sense.
pub fn input(args: &TeleopArgs, robot: &RobotArgs, arms: &[ArmConfig]) -> Result<Input, Failure> {
    let followers = arms.len();
    let mode = hands::mode(&args.kind, args.mode)?;
    let speed = args.speed.unwrap_or(1.0);
    let key_speed = args.speed.unwrap_or_else(|| chosen::settings().speed());
    let input = match args.kind.as_str() {
        "keyboard" => hands::keys(mode, &args.hands, robot, key_speed, &args.keys)?,
        "keyboard_ee" => hands::keys(mode, &args.hands, robot, key_speed, &args.keys)?,
        "gamepad" => hands::pad(mode, &args.hands, robot, speed, followers)?,
        "script" => {
            let path = args.script.as_ref().ok_or_else(|| {
                bad_request("--teleop.script is missing", "Name the file of the script.")
            })?;
            let text = fs::read_to_string(path).map_err(|error| {
                bad_request(
                    format!(
                        "the script cannot be read: {error}\nFile: {}",
                        path.display()
                    ),
                    "Check name and permissions.",
                )
            })?;
            scripted(&text)?
        }
        "hold" => without_leaders(Box::new(direct().1)),
        "replay" => {
            let said = robot.more.units_said(followers > 1, robot.use_degrees);
            let mut episode = args.more.episode(arms, speed, said)?;
            for note in std::mem::take(&mut episode.notes) {
                crate::output::hint(&note);
            }
            without_leaders(Box::new(episode.teleoperator()))
        }
        "pose" => without_leaders(Box::new(args.more.poses(arms, speed)?)),
        "bi_so_leader" => led(
            args,
            pair(
                ArmKind::Leader,
                [&args.left_port, &args.right_port],
                &args.port,
                args.id.as_deref(),
                "--teleop",
            )?,
        )?,
        kind if ArmKind::from_lerobot_type(kind) == Some(ArmKind::Leader) => {
            let id = args.id.as_deref();
            let arm = single(ArmKind::Leader, &args.port, id, "--teleop.port")?;
            led(args, vec![arm])?
        }
        other => {
            return Err(bad_request(
                format!("--teleop.type={other} is not known"),
                "Use keyboard, keyboard_ee, gamepad, so101_leader, so100_leader, bi_so_leader, script, replay, pose or hold.",
            ));
        }
    };
    if !input.leaders.is_empty() && input.leaders.len() != followers {
        return Err(bad_request(
            format!(
                "{} leader arms cannot lead {followers} follower arms",
                input.leaders.len()
            ),
            "Use one leader for each follower.",
        ));
    }
    let mut input = input;
    for (leader, follower) in input.leaders.iter_mut().zip(arms) {
        leader.calibration_dir = args.calibration_dir.clone();
        // A goal is in the follower's units, so its leader is read in the same.
        leader.use_degrees = follower.use_degrees;
        if args
            .more
            .use_degrees
            .is_some_and(|said| said != follower.use_degrees)
        {
            return Err(bad_request(
                format!(
                    "{} and {} are not in the same units",
                    leader.name, follower.name
                ),
                "Set --teleop.use_degrees and --robot.use_degrees alike.",
            ));
        }
    }
    input.teleoperator = args.more.filtered(input.teleoperator);
    Ok(input)
}

/// Leader arms as input.
fn led(args: &TeleopArgs, leaders: Vec<ArmConfig>) -> Result<Input, Failure> {
    let (controls, teleoperator) = leader(args.more.leader()?);
    Ok(Input {
        leaders,
        teleoperator: Box::new(teleoperator),
        held: Held {
            clutch: args.more.clutch_key().map(|key| (controls, key)),
            ..Held::default()
        },
    })
}

/// A script as input.
///
/// # Errors
/// The line that makes no sense.
pub fn scripted(text: &str) -> Result<Input, Failure> {
    let script =
        Script::parse(text).map_err(|error| bad_request(error.to_string(), error.remedy()))?;
    Ok(without_leaders(Box::new(ScriptTeleoperator::new(script))))
}

fn without_leaders(teleoperator: Box<dyn Teleoperator>) -> Input {
    Input {
        leaders: Vec::new(),
        teleoperator,
        held: Held::default(),
    }
}

/// Followers and input make a rig.
pub fn rig(followers: Vec<ArmConfig>, input: Input) -> (RigConfig, Held) {
    let Input {
        leaders,
        teleoperator,
        mut held,
    } = input;
    held.arms = followers.len();
    (
        RigConfig {
            followers,
            leaders,
            teleoperator,
        },
        held,
    )
}

/// Folder of a new dataset by its name.
///
/// # Errors
/// When the name is one the Hub would refuse.
pub fn new_dataset(repo_id: &str) -> Result<PathBuf, Failure> {
    named(repo_id)?;
    Ok(chosen::settings().datasets().join(repo_id))
}

fn named(repo_id: &str) -> Result<(), Failure> {
    if station::paths::is_repo_id(repo_id) {
        return Ok(());
    }
    Err(bad_request(
        format!("“{repo_id}” is no name for a dataset"),
        "Use user/name with letters, digits, -, _ and .",
    ))
}

/// Folder of a dataset by root, or by name: in the folder for new ones, or in LeRobot's own.
///
/// # Errors
/// When neither is given or the name is one the Hub would refuse.
pub fn dataset_root(
    root: Option<&std::path::Path>,
    repo_id: Option<&str>,
) -> Result<PathBuf, Failure> {
    repo_id.map(named).transpose()?;
    match (root, repo_id) {
        (Some(root), _) => Ok(root.to_owned()),
        (None, Some(repo_id)) => Ok(chosen::settings().dataset(repo_id)),
        (None, None) => Err(bad_request(
            "no dataset is named",
            "Use --dataset.repo_id=user/name or --dataset.root=DIR.",
        )),
    }
}

#[cfg(test)]
mod tests;
