//! What a person decides about one arm before it is connected.
//!
//! Not here: the port's opening (`motors::serial`) and the calibration's numbers (`calibration`).

use std::path::PathBuf;

use crate::conversion::Units;
use crate::defaults::SafetyConfig;
use crate::joint::JOINTS;

/// Which of the two arms of a pair it is. SO-100 and SO-101 are driven alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArmKind {
    /// The arm that is driven.
    Follower,
    /// The arm a person moves.
    Leader,
}

impl ArmKind {
    /// LeRobot's run-time name, which stands in calibration paths and in a dataset's `robot_type`.
    pub fn lerobot_name(self) -> &'static str {
        match self {
            ArmKind::Follower => "so_follower",
            ArmKind::Leader => "so_leader",
        }
    }

    /// The kind behind a value of `--robot.type` or `--teleop.type`: `so100_follower`, `so101_follower`,
    /// `so_follower`, and the same for leaders.
    pub fn from_lerobot_type(name: &str) -> Option<ArmKind> {
        match name {
            "so_follower" | "so100_follower" | "so101_follower" => Some(ArmKind::Follower),
            "so_leader" | "so100_leader" | "so101_leader" => Some(ArmKind::Leader),
            _ => None,
        }
    }
}

/// Gains of a motor's position loop, in the register's own units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionGains {
    /// `P_Coefficient`.
    pub p: i32,
    /// `I_Coefficient`.
    pub i: i32,
    /// `D_Coefficient`.
    pub d: i32,
}

impl Default for PositionGains {
    /// LeRobot's: softer than the factory's 32, so that the arm does not shake.
    fn default() -> Self {
        Self { p: 16, i: 0, d: 32 }
    }
}

/// One arm: what it is, how it is called, and how it is to behave.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmConfig {
    /// Follower or leader.
    pub kind: ArmKind,
    /// Its name in the rig: `follower`, `leader`, `left_follower`, … Stands in messages and reports.
    pub name: String,
    /// The line it is on, such as `/dev/ttyACM0`.
    pub port: String,
    /// LeRobot's `--robot.id`: the name of its calibration file. Without one LeRobot calls the file `None.json`.
    pub id: Option<String>,
    /// LeRobot's `--robot.calibration_dir`: the folder of the calibration file, in place of the usual one.
    pub calibration_dir: Option<PathBuf>,
    /// Degrees (LeRobot's default since 0.5) or the older -100 to 100. The gripper is 0 to 100 either way.
    pub use_degrees: bool,
    /// LeRobot's `--robot.disable_torque_on_disconnect`: the arm is released when it is let go of.
    pub disable_torque_on_disconnect: bool,
    /// LeRobot's `--robot.max_relative_target`, per joint in the arm's units: no goal farther than this from where
    /// the joint is. None, as in LeRobot, because [`SafetyConfig`] bounds speed and acceleration anyway.
    pub max_relative_target: Option<[f64; JOINTS]>,
    /// Where a follower goes before it is released at the end of a session, in its units; nowhere without it. Ours,
    /// LeRobot has nothing like it.
    pub rest_on_end: Option<[f64; JOINTS]>,
    /// Written to a follower's motors. A leader's are left as they are.
    pub gains: PositionGains,
    /// Limits and waits.
    pub safety: SafetyConfig,
}

impl ArmConfig {
    /// An arm with all defaults, named after its kind.
    pub fn new(kind: ArmKind, port: impl Into<String>) -> Self {
        Self {
            kind,
            name: match kind {
                ArmKind::Follower => "follower".to_owned(),
                ArmKind::Leader => "leader".to_owned(),
            },
            port: port.into(),
            id: None,
            calibration_dir: None,
            use_degrees: true,
            disable_torque_on_disconnect: true,
            max_relative_target: None,
            rest_on_end: None,
            gains: PositionGains::default(),
            safety: SafetyConfig::default(),
        }
    }

    /// The units its joints are spoken of in.
    pub fn units(&self) -> Units {
        if self.use_degrees {
            Units::Degrees
        } else {
            Units::Normalized
        }
    }
}
