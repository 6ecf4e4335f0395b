//! Safety settings from flags: limits of single joints, and what the emergency stop does.
//!
//! Not here: what the limits do (`arms`, `teleop`), defaults (`arms::defaults`).

use arms::{EmergencyPolicy, Joint, JointSafety, SafetyConfig};
use protocol::Failure;

use crate::args::RobotArgs;
use crate::setup::bad_request;

const LIMITS: &str = "Write JOINT=[LEAST]..[MOST][@SPEED[/ACCELERATION]], such as elbow_flex=-60..80@90 or gripper=..70.";

/// Puts what the flags say into the safety settings of an arm.
///
/// # Errors
/// When a flag makes no sense.
pub fn apply(args: &RobotArgs, safety: &mut SafetyConfig) -> Result<(), Failure> {
    safety.emergency = EmergencyPolicy::from_name(&args.emergency_stop).ok_or_else(|| {
        bad_request(
            format!(
                "--robot.emergency_stop={} is not known",
                args.emergency_stop
            ),
            "Use hold, soft-release or release.",
        )
    })?;
    for text in &args.joint_limits {
        let (joint, limits) = joint_limits(text).ok_or_else(|| {
            bad_request(
                format!("--robot.joint_limits={text} makes no sense"),
                LIMITS,
            )
        })?;
        safety.joints[joint.index()] = limits;
    }
    Ok(())
}

/// `elbow_flex=-60..80@90/500`
fn joint_limits(text: &str) -> Option<(Joint, JointSafety)> {
    let (name, limits) = text.split_once('=')?;
    let joint = Joint::from_name(name.trim())?;
    let (range, speeds) = match limits.split_once('@') {
        Some((range, speeds)) => (range, Some(speeds)),
        None => (limits, None),
    };
    let (least, most) = range.split_once("..")?;
    let (speed, acceleration) =
        match speeds.map(|speeds| speeds.split_once('/').unwrap_or((speeds, ""))) {
            Some((speed, acceleration)) => (above_zero(speed)?, above_zero(acceleration)?),
            None => (None, None),
        };
    let limits = JointSafety {
        least: number(least)?,
        most: number(most)?,
        speed,
        acceleration,
    };
    let upside_down =
        matches!((limits.least, limits.most), (Some(least), Some(most)) if least >= most);
    (!upside_down).then_some((joint, limits))
}

/// A number, or nothing where nothing stands.
fn number(text: &str) -> Option<Option<f64>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(Some(number))
}

fn above_zero(text: &str) -> Option<Option<f64>> {
    number(text).filter(|number| number.is_none_or(|number| number > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_a_joint_are_read_and_nonsense_is_refused() {
        let limits = |least, most, speed, acceleration| JointSafety {
            least,
            most,
            speed,
            acceleration,
        };
        for (text, joint, wanted) in [
            (
                "elbow_flex=-60..80@90",
                Joint::ElbowFlex,
                limits(Some(-60.0), Some(80.0), Some(90.0), None),
            ),
            (
                "gripper=..70",
                Joint::Gripper,
                limits(None, Some(70.0), None, None),
            ),
            (
                "wrist_roll=-90..",
                Joint::WristRoll,
                limits(Some(-90.0), None, None, None),
            ),
            (
                "shoulder_pan=..@45/300",
                Joint::ShoulderPan,
                limits(None, None, Some(45.0), Some(300.0)),
            ),
        ] {
            assert_eq!(joint_limits(text), Some((joint, wanted)), "{text}");
        }
        for bad in [
            "thumb=0..1",
            "elbow_flex",
            "elbow_flex=5",
            "elbow_flex=9..5",
            "gripper=..70@0",
            "gripper=..70@-3",
            "gripper=a..b",
            "gripper=..inf",
        ] {
            assert_eq!(joint_limits(bad), None, "{bad}");
        }
    }
}
