//! From flags to what the station wants: arms, teleoperators, names of datasets.

use std::fs;
use std::path::PathBuf;

use arms::{ArmConfig, ArmKind};
use protocol::{ErrorCode, Failure};
use station::drive::RigConfig;
use teleop::{LeaderTeleoperator, Mode, Script, ScriptTeleoperator, Teleoperator, direct};

use crate::args::{RobotArgs, TeleopArgs};
use crate::hands::{self, Held};

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
            &args.left_port,
            &args.right_port,
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
        arm.use_degrees = args.use_degrees;
        crate::safety::apply(args, &mut arm.safety)?;
    }
    Ok(arms)
}

/// One arm for verbs that know only one: `calibrate` and `release`.
///
/// # Errors
/// When the type is unknown or the port is missing.
pub fn one_arm(args: &RobotArgs) -> Result<ArmConfig, Failure> {
    let mut arms = match ArmKind::from_lerobot_type(&args.kind) {
        Some(kind) => vec![single(
            kind,
            &args.port,
            args.id.as_deref(),
            "--robot.port",
        )?],
        None => followers(args)?,
    };
    if arms.len() != 1 {
        return Err(bad_request(
            "this is done one arm at a time",
            "Name one arm with --robot.port.",
        ));
    }
    let mut arm = arms.remove(0);
    arm.calibration_dir = args.calibration_dir.clone();
    Ok(arm)
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
        id: id.map(str::to_owned),
        ..ArmConfig::new(kind, port)
    })
}

/// Left and right; their ids end in `_left` and `_right`, as LeRobot's do.
fn pair(
    kind: ArmKind,
    left: &Option<String>,
    right: &Option<String>,
    id: Option<&str>,
    group: &str,
) -> Result<Vec<ArmConfig>, Failure> {
    [("left", left), ("right", right)]
        .into_iter()
        .map(|(side, port)| {
            let flag = format!("{group}.{side}_arm_config.port");
            let id = id.map(|id| format!("{id}_{side}"));
            let mut arm = single(kind, port, id.as_deref(), &flag)?;
            arm.name = format!("{side}_{}", arm.name);
            Ok(arm)
        })
        .collect()
}

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
/// When the type, the script, a key or the speed makes no sense.
pub fn input(args: &TeleopArgs, robot: &RobotArgs, followers: usize) -> Result<Input, Failure> {
    let mode = args.mode.map_or(Mode::Joints, Mode::from);
    let input = match args.kind.as_str() {
        "keyboard" => hands::keys(mode, &args.hands, robot, args.speed, &args.keys)?,
        "keyboard_ee" => hands::keys(Mode::Tip, &args.hands, robot, args.speed, &args.keys)?,
        "gamepad" => hands::pad(mode, &args.hands, robot, args.speed, followers)?,
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
        "bi_so_leader" => Input {
            leaders: pair(
                ArmKind::Leader,
                &args.left_port,
                &args.right_port,
                args.id.as_deref(),
                "--teleop",
            )?,
            teleoperator: Box::new(LeaderTeleoperator::default()),
            held: Held::default(),
        },
        kind if ArmKind::from_lerobot_type(kind) == Some(ArmKind::Leader) => Input {
            leaders: vec![single(
                ArmKind::Leader,
                &args.port,
                args.id.as_deref(),
                "--teleop.port",
            )?],
            teleoperator: Box::new(LeaderTeleoperator::default()),
            held: Held::default(),
        },
        other => {
            return Err(bad_request(
                format!("--teleop.type={other} is not known"),
                "Use keyboard, keyboard_ee, gamepad, so101_leader, so100_leader, bi_so_leader, script or hold.",
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
    for leader in &mut input.leaders {
        leader.calibration_dir = args.calibration_dir.clone();
    }
    Ok(input)
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
        held,
    } = input;
    (
        RigConfig {
            followers,
            leaders,
            teleoperator,
        },
        held,
    )
}

/// Folder of a dataset by root or by name.
///
/// # Errors
/// When neither is given or the name is one the Hub would refuse.
pub fn dataset_root(
    root: Option<&std::path::Path>,
    repo_id: Option<&str>,
) -> Result<PathBuf, Failure> {
    if let Some(repo_id) = repo_id
        && !station::paths::is_repo_id(repo_id)
    {
        return Err(bad_request(
            format!("“{repo_id}” is no name for a dataset"),
            "Use user/name with letters, digits, -, _ and .",
        ));
    }
    match (root, repo_id) {
        (Some(root), _) => Ok(root.to_owned()),
        (None, Some(repo_id)) => Ok(station::paths::dataset_root(None, repo_id)),
        (None, None) => Err(bad_request(
            "no dataset is named",
            "Use --dataset.repo_id=user/name or --dataset.root=DIR.",
        )),
    }
}
