//! Flags of a follower beyond its port and name, in LeRobot's spelling where LeRobot has them, and those of each arm of
//! a pair.
//!
//! Not here: what they do (`arms`, `station`).

use std::path::PathBuf;
use std::str::FromStr;

use arms::{ArmConfig, JOINTS, Joint};
use clap::{ArgAction, Args};
use protocol::Failure;

use crate::setup::bad_request;

/// Which arm it is about, for verbs that let no goal near it: what follows from goals has no flags there.
#[derive(Debug, Clone, Args)]
pub struct OneArmArgs {
    /// so101_follower, so100_follower, so101_leader or so100_leader.
    #[arg(
        long = "robot.type",
        default_value = "so101_follower",
        value_name = "TYPE"
    )]
    pub kind: String,
    /// Serial port of the arm, or "sim" for a simulated arm on a pseudo terminal.
    #[arg(id = "robot.port", long = "robot.port", value_name = "PORT")]
    pub port: Option<String>,
    /// Name of the arm; its calibration file carries it.
    #[arg(id = "robot.id", long = "robot.id", value_name = "ID")]
    pub id: Option<String>,
    /// Folder of the calibration file, instead of LeRobot's own.
    #[arg(
        id = "robot.calibration_dir",
        long = "robot.calibration_dir",
        value_name = "DIR"
    )]
    pub calibration_dir: Option<PathBuf>,
}

/// Flags of one or two followers.
#[derive(Debug, Clone, Default, Args)]
pub struct ArmFlags {
    /// No goal farther than this from where a joint is: a number, or a map of all six joints.
    #[arg(
        id = "robot.max_relative_target",
        long = "robot.max_relative_target",
        value_name = "NUMBER|MAP"
    )]
    pub max_relative_target: Option<RelativeTarget>,
    /// Release the arm at the end (true), or leave it holding with nobody in charge of it.
    #[arg(id = "robot.disable_torque_on_disconnect", long = "robot.disable_torque_on_disconnect", action = ArgAction::Set, value_name = "BOOL")]
    pub disable_torque_on_disconnect: Option<bool>,
    /// Go to the pose "rest" before the arm is released at the end of a session.
    #[arg(id = "robot.rest_on_end", long = "robot.rest_on_end", default_value_t = false, action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub rest_on_end: bool,
    /// Units of the left arm of a bi_so_follower.
    #[arg(id = "robot.left_arm_config.use_degrees", long = "robot.left_arm_config.use_degrees", action = ArgAction::Set, value_name = "BOOL", hide_short_help = true)]
    pub left_use_degrees: Option<bool>,
    /// Units of the right arm of a bi_so_follower.
    #[arg(id = "robot.right_arm_config.use_degrees", long = "robot.right_arm_config.use_degrees", action = ArgAction::Set, value_name = "BOOL", hide_short_help = true)]
    pub right_use_degrees: Option<bool>,
    /// As --robot.max_relative_target, for the left arm.
    #[arg(
        id = "robot.left_arm_config.max_relative_target",
        long = "robot.left_arm_config.max_relative_target",
        value_name = "NUMBER|MAP",
        hide_short_help = true
    )]
    pub left_max_relative_target: Option<RelativeTarget>,
    /// As --robot.max_relative_target, for the right arm.
    #[arg(
        id = "robot.right_arm_config.max_relative_target",
        long = "robot.right_arm_config.max_relative_target",
        value_name = "NUMBER|MAP",
        hide_short_help = true
    )]
    pub right_max_relative_target: Option<RelativeTarget>,
    /// As --robot.disable_torque_on_disconnect, for the left arm.
    #[arg(id = "robot.left_arm_config.disable_torque_on_disconnect", long = "robot.left_arm_config.disable_torque_on_disconnect", action = ArgAction::Set, value_name = "BOOL", hide_short_help = true)]
    pub left_disable_torque_on_disconnect: Option<bool>,
    /// As --robot.disable_torque_on_disconnect, for the right arm.
    #[arg(id = "robot.right_arm_config.disable_torque_on_disconnect", long = "robot.right_arm_config.disable_torque_on_disconnect", action = ArgAction::Set, value_name = "BOOL", hide_short_help = true)]
    pub right_disable_torque_on_disconnect: Option<bool>,
}

impl ArmFlags {
    /// Puts the flags into the arms: one, or the left and the right one, each of which may have its own.
    pub fn apply(&self, arms: &mut [ArmConfig], use_degrees: Option<bool>) {
        let sides = [
            (
                self.left_use_degrees,
                self.left_max_relative_target,
                self.left_disable_torque_on_disconnect,
            ),
            (
                self.right_use_degrees,
                self.right_max_relative_target,
                self.right_disable_torque_on_disconnect,
            ),
        ];
        let pair = arms.len() > 1;
        for (arm, (degrees, target, disable)) in arms.iter_mut().zip(sides) {
            let (degrees, target, disable) = if pair {
                (degrees, target, disable)
            } else {
                (None, None, None)
            };
            arm.use_degrees = degrees.or(use_degrees).unwrap_or(true);
            arm.max_relative_target = target.or(self.max_relative_target).map(|target| target.0);
            arm.disable_torque_on_disconnect = disable
                .or(self.disable_torque_on_disconnect)
                .unwrap_or(true);
        }
    }

    /// Whether the person has said in which units every arm is.
    pub fn units_said(&self, pair: bool, use_degrees: Option<bool>) -> bool {
        use_degrees.is_some()
            || (pair && self.left_use_degrees.is_some() && self.right_use_degrees.is_some())
    }

    /// Lets the arms go to rest at the end, if that was asked for.
    ///
    /// # Errors
    /// When their poses cannot be read, or an arm is to be left holding.
    pub fn rest(&self, arms: &mut [ArmConfig]) -> Result<(), Failure> {
        if !self.rest_on_end {
            return Ok(());
        }
        if arms.iter().any(|arm| !arm.disable_torque_on_disconnect) {
            return Err(bad_request(
                "an arm that rests at the end is released, not left holding",
                "Leave out --robot.rest_on_end or --robot.disable_torque_on_disconnect=false.",
            ));
        }
        station::pose::rest_on_end(arms)
    }
}

/// LeRobot's `max_relative_target`: one number for all joints, or a map that names each of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RelativeTarget(pub [f64; JOINTS]);

impl FromStr for RelativeTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
            _ => Err(format!("`{}` is not a number above zero", text.trim())),
        };
        let text = text.trim();
        let Some(inside) = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            return number(text).map(|number| Self([number; JOINTS]));
        };
        let mut joints = [None; JOINTS];
        for entry in inside.split(',').filter(|entry| !entry.trim().is_empty()) {
            let (name, value) = entry
                .split_once(':')
                .ok_or_else(|| format!("`{}` is not joint: number", entry.trim()))?;
            let name = name.trim().trim_matches(['"', '\'']);
            let name = name.strip_suffix(".pos").unwrap_or(name);
            let joint =
                Joint::from_name(name).ok_or_else(|| format!("there is no joint `{name}`"))?;
            if joints[joint.index()].replace(number(value)?).is_some() {
                return Err(format!("`{name}` stands there twice"));
            }
        }
        let mut target = [0.0; JOINTS];
        for joint in Joint::ALL {
            // As in LeRobot: a map names exactly the joints there are.
            target[joint.index()] = joints[joint.index()]
                .ok_or_else(|| format!("the map has no number for {}", joint.name()))?;
        }
        Ok(Self(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_target_is_a_number_or_a_map_of_all_joints() {
        assert_eq!("5".parse(), Ok(RelativeTarget([5.0; JOINTS])));
        let map = "{shoulder_pan: 1, \"shoulder_lift\": 2, elbow_flex.pos: 3, wrist_flex: 4, wrist_roll: 5, gripper: 6.5}";
        assert_eq!(
            map.parse(),
            Ok(RelativeTarget([1.0, 2.0, 3.0, 4.0, 5.0, 6.5]))
        );
        for (text, what) in [
            ("", "not a number"),
            ("-1", "above zero"),
            ("nan", "not a number"),
            ("{shoulder_pan: 1}", "no number for shoulder_lift"),
            ("{thumb: 1}", "no joint `thumb`"),
            ("{gripper 1}", "not joint: number"),
            ("{gripper: 1, gripper: 2}", "twice"),
        ] {
            let error = text.parse::<RelativeTarget>().unwrap_err();
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
