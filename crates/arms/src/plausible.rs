//! How far each joint of these arms can turn at all: a recorded range outside these bounds is a mistake, not an arm.
//!
//! Widths between stops are measured on the models of both arms and on real calibrations (so-arm-kinematics.md,
//! section 2: SO-101 stops 238.5, 208, 193, 205.5, 334 and 126.5 degrees; SO-100 about the same, but its wrist rolls
//! without end; twelve published calibrations 182…242, 206…222, 192…201, 202…226, and grippers 109…140). The bounds
//! leave room for other prints, sanded stops and a hand that presses; they are to be confirmed on hardware.
//! Not here: whether a hand really was at both ends (`calibrate`).

use crate::calibration::{Calibration, TICKS_MAX};
use crate::config::ArmKind;
use crate::joint::Joint;

/// Ticks of one turn of the encoder.
pub const TICKS_PER_TURN: i32 = TICKS_MAX + 1;

/// Widths of a recorded range that a joint can have, degrees of the joint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlausibleWidth {
    /// Less than this is a sweep that did not reach both ends.
    pub least: f64,
    /// More than this is a joint that slipped, lost its stop or belongs to another arm.
    pub most: f64,
}

/// The widths a joint of this kind of arm can have.
pub fn plausible_width(kind: ArmKind, joint: Joint) -> PlausibleWidth {
    let (least, most) = match (joint, kind) {
        (Joint::ShoulderPan, _) => (170.0, 275.0),
        (Joint::ShoulderLift, _) => (185.0, 245.0),
        (Joint::ElbowFlex, _) => (172.0, 225.0),
        (Joint::WristFlex, _) => (182.0, 250.0),
        // Recorded only on request: an SO-100's wrist has no stops, so it has no range to record.
        (Joint::WristRoll, _) => (290.0, 355.0),
        (Joint::Gripper, ArmKind::Follower) => (95.0, 155.0),
        // A leader has a trigger there, which turns less far; how far depends on the print.
        (Joint::Gripper, ArmKind::Leader) => (35.0, 155.0),
    };
    PlausibleWidth { least, most }
}

/// A joint whose recorded range no such joint has: a sweep that was cut short, or a seam that another program ran over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubt {
    /// Which joint.
    pub joint: Joint,
    /// Width of its range, degrees.
    pub degrees: f64,
    /// What it could be.
    pub plausible: PlausibleWidth,
}

impl Doubt {
    /// Whether it is wider than it can be, as on motors that nobody calibrated and on ranges with a seam inside.
    pub fn too_large(&self) -> bool {
        self.degrees > self.plausible.most
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let PlausibleWidth { least, most } = self.plausible;
        write!(
            f,
            "{} has a range of {:.0} degrees; this joint turns {least:.0} to {most:.0}",
            self.joint.name(),
            self.degrees
        )
    }
}

/// The joints of a calibration whose range is not plausible. A whole turn of `wrist_roll` is LeRobot's own.
pub fn doubts(kind: ArmKind, calibration: &Calibration) -> Vec<Doubt> {
    let doubt = |joint: Joint| {
        let at = calibration.joint(joint);
        let whole = (at.range_min, at.range_max) == (0, TICKS_MAX);
        let degrees = degrees_from_ticks(at.range_max - at.range_min);
        let plausible = plausible_width(kind, joint);
        let fine = (plausible.least..=plausible.most).contains(&degrees)
            || (joint == Joint::WristRoll && whole);
        (!fine).then_some(Doubt {
            joint,
            degrees,
            plausible,
        })
    };
    Joint::ALL.into_iter().filter_map(doubt).collect()
}

/// Degrees of a joint for so many ticks of its encoder.
pub fn degrees_from_ticks(ticks: i32) -> f64 {
    f64::from(ticks) * 360.0 / f64::from(TICKS_PER_TURN)
}

/// Ticks of the encoder for so many degrees of its joint.
pub fn ticks_from_degrees(degrees: f64) -> i32 {
    (degrees * f64::from(TICKS_PER_TURN) / 360.0).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_real_arm_the_reference_names_is_plausible_and_half_of_it_is_not() {
        for (joint, widths) in [
            (Joint::ShoulderPan, [238.5, 182.0, 242.0]),
            (Joint::ShoulderLift, [208.0, 206.0, 222.0]),
            (Joint::ElbowFlex, [193.0, 192.0, 201.0]),
            (Joint::WristFlex, [205.5, 202.0, 226.0]),
            (Joint::WristRoll, [334.0, 340.0, 330.0]),
            (Joint::Gripper, [126.5, 109.0, 140.0]),
        ] {
            for kind in [ArmKind::Follower, ArmKind::Leader] {
                let bounds = plausible_width(kind, joint);
                for width in widths {
                    assert!(
                        (bounds.least..=bounds.most).contains(&width),
                        "{joint:?} {width}"
                    );
                }
                let trigger = joint == Joint::Gripper && kind == ArmKind::Leader;
                assert!(trigger || widths[0] / 2.0 < bounds.least, "{joint:?}");
                assert!(bounds.most < 360.0, "{joint:?}");
            }
        }
    }

    #[test]
    fn a_turn_is_4096_ticks() {
        assert_eq!(ticks_from_degrees(360.0), 4096);
        assert_eq!(degrees_from_ticks(1024), 90.0);
    }
}
