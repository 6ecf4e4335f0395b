//! Ticks to joint values and back, in LeRobot's arithmetic to the last bit.
//!
//! All in f64 and in the order of operations of LeRobot's `motors_bus`, so that one pose has one number in both
//! programs. Values become f32 when a dataset stores them: about half of them then come back one tick off, in
//! LeRobot as here, so goals are computed from f64 and never from what was stored.
//! Not here: limits. In degrees LeRobot neither clamps nor mirrors, and neither do these functions; `limits` does.

use units::Ticks;

use crate::calibration::{Calibration, JointCalibration};
use crate::joint::{JOINTS, Joint};

/// Steps of a full turn less one: LeRobot divides by this, not by 4096.
const MAX_RESOLUTION: f64 = 4095.0;

/// The units of the five joints before the gripper. The gripper is always 0 (closed) to 100 (open).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Units {
    /// Degrees, zero in the middle of the recorded range. LeRobot's `use_degrees=true`.
    #[default]
    Degrees,
    /// -100 to 100 over the recorded range. LeRobot's `use_degrees=false`.
    Normalized,
}

/// How one joint's ticks are read.
enum Scale {
    Degrees,
    PlusMinus100,
    Percent,
}

impl Units {
    fn scale(self, joint: Joint) -> Scale {
        match (joint, self) {
            (Joint::Gripper, _) => Scale::Percent,
            (_, Units::Degrees) => Scale::Degrees,
            (_, Units::Normalized) => Scale::PlusMinus100,
        }
    }

    /// A joint's value at `ticks`. Degrees are neither clamped nor mirrored; the other scales clamp to the
    /// recorded range and turn round where `drive_mode` says so.
    pub fn value_from_ticks(self, joint: Joint, at: &JointCalibration, ticks: Ticks) -> f64 {
        let (lo, hi) = (f64::from(at.range_min), f64::from(at.range_max));
        let raw = f64::from(ticks.0);
        let mirrored = at.drive_mode != 0;
        match self.scale(joint) {
            Scale::Degrees => (raw - (lo + hi) / 2.0) * 360.0 / MAX_RESOLUTION,
            Scale::PlusMinus100 => {
                let value = ((raw.clamp(lo, hi) - lo) / (hi - lo)) * 200.0 - 100.0;
                if mirrored { -value } else { value }
            }
            Scale::Percent => {
                let value = ((raw.clamp(lo, hi) - lo) / (hi - lo)) * 100.0;
                if mirrored { 100.0 - value } else { value }
            }
        }
    }

    /// The ticks of a joint's value, truncated toward zero as LeRobot does. A value that is not a number gives
    /// the middle of the range; `limits` keeps such a value from ever getting here.
    pub fn ticks_from_value(self, joint: Joint, at: &JointCalibration, value: f64) -> Ticks {
        let (lo, hi) = (f64::from(at.range_min), f64::from(at.range_max));
        let mirrored = at.drive_mode != 0;
        let raw = match self.scale(joint) {
            Scale::Degrees => value * MAX_RESOLUTION / 360.0 + (lo + hi) / 2.0,
            Scale::PlusMinus100 => {
                let value = if mirrored { -value } else { value }.clamp(-100.0, 100.0);
                ((value + 100.0) / 200.0) * (hi - lo) + lo
            }
            Scale::Percent => {
                let value = if mirrored { 100.0 - value } else { value }.clamp(0.0, 100.0);
                (value / 100.0) * (hi - lo) + lo
            }
        };
        let raw = if raw.is_nan() { (lo + hi) / 2.0 } else { raw };
        // `as` truncates toward zero and stays at the ends of i32 for anything beyond.
        Ticks(raw as i32)
    }

    /// The values of a whole arm.
    pub fn values_from_ticks(self, arm: &Calibration, ticks: &[Ticks; JOINTS]) -> [f64; JOINTS] {
        Joint::ALL.map(|joint| self.value_from_ticks(joint, arm.joint(joint), ticks[joint.index()]))
    }

    /// The ticks of a whole arm.
    pub fn ticks_from_values(self, arm: &Calibration, values: &[f64; JOINTS]) -> [Ticks; JOINTS] {
        Joint::ALL
            .map(|joint| self.ticks_from_value(joint, arm.joint(joint), values[joint.index()]))
    }

    /// How much of this unit one degree of the joint is: 1 in degrees, less or more on the other scales.
    pub fn per_degree(self, joint: Joint, at: &JointCalibration) -> f64 {
        let degrees = f64::from(at.range_max - at.range_min) * 360.0 / MAX_RESOLUTION;
        match self.scale(joint) {
            Scale::Degrees => 1.0,
            Scale::PlusMinus100 => 200.0 / degrees,
            Scale::Percent => 100.0 / degrees,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAN: Joint = Joint::ShoulderPan;
    const JAW: Joint = Joint::Gripper;

    fn range(range_min: i32, range_max: i32, drive_mode: i32) -> JointCalibration {
        JointCalibration {
            id: 1,
            drive_mode,
            homing_offset: 0,
            range_min,
            range_max,
        }
    }

    #[test]
    fn ticks_read_as_in_lerobot_to_the_last_bit() {
        // Computed by LeRobot itself.
        let at = range(800, 3200, 0);
        for (joint, units, raw, value) in [
            (PAN, Units::Degrees, 1000, -87.912_087_912_087_91),
            (PAN, Units::Normalized, 1000, -83.333_333_333_333_34),
            (JAW, Units::Degrees, 1000, 8.333_333_333_333_332),
            (PAN, Units::Degrees, 4095, 184.175_824_175_824_18),
            (PAN, Units::Normalized, 4095, 100.0),
            (JAW, Units::Normalized, 4095, 100.0),
        ] {
            assert_eq!(
                units.value_from_ticks(joint, &at, Ticks(raw)),
                value,
                "{raw} of {joint:?} in {units:?}"
            );
        }
    }

    #[test]
    fn values_are_truncated_to_ticks_as_in_lerobot() {
        for (joint, units, drive_mode, value, raw) in [
            (PAN, Units::Degrees, 0, -45.0, 1488),
            (PAN, Units::Degrees, 1, -45.0, 1488),
            (PAN, Units::Degrees, 0, 200.0, 4275),
            (PAN, Units::Degrees, 0, -200.0, -275),
            (PAN, Units::Normalized, 0, 0.1, 2001),
            (PAN, Units::Normalized, 1, 0.1, 1998),
            (JAW, Units::Degrees, 0, 33.3, 1599),
            (JAW, Units::Degrees, 1, 33.3, 2400),
        ] {
            let at = range(800, 3200, drive_mode);
            assert_eq!(
                units.ticks_from_value(joint, &at, value),
                Ticks(raw),
                "{value} of {joint:?} in {units:?}, drive mode {drive_mode}"
            );
        }
    }

    #[test]
    fn drive_mode_mirrors_every_scale_but_degrees() {
        let (plain, mirrored) = (range(800, 3200, 0), range(800, 3200, 1));
        let at = Ticks(1000);
        assert_eq!(
            Units::Degrees.value_from_ticks(PAN, &plain, at),
            Units::Degrees.value_from_ticks(PAN, &mirrored, at)
        );
        assert_eq!(
            Units::Normalized.value_from_ticks(PAN, &mirrored, at),
            -Units::Normalized.value_from_ticks(PAN, &plain, at)
        );
        assert_eq!(
            Units::Degrees.value_from_ticks(JAW, &mirrored, at),
            100.0 - Units::Degrees.value_from_ticks(JAW, &plain, at)
        );
    }

    #[test]
    fn a_value_that_is_no_number_gives_the_middle_and_infinity_does_not_panic() {
        let at = range(800, 3200, 0);
        assert_eq!(
            Units::Degrees.ticks_from_value(PAN, &at, f64::NAN),
            Ticks(2000)
        );
        assert_eq!(
            Units::Degrees.ticks_from_value(PAN, &at, f64::INFINITY),
            Ticks(i32::MAX)
        );
        assert_eq!(
            Units::Degrees.ticks_from_value(JAW, &at, f64::NEG_INFINITY),
            Ticks(800)
        );
    }

    proptest! {
        #[test]
        fn degrees_find_back_to_the_same_tick(lo in 0i32..4095, width in 1i32..4095, raw in 0i32..4096) {
            let hi = (lo + width).min(4095);
            prop_assume!(lo < hi);
            let at = range(lo, hi, 0);
            let value = Units::Degrees.value_from_ticks(PAN, &at, Ticks(raw));
            let back = Units::Degrees.ticks_from_value(PAN, &at, value).0;
            prop_assert!((back - raw).abs() <= 1, "{raw} became {back}");
        }

        #[test]
        fn the_other_scales_lose_at_most_one_tick(lo in 0i32..4095, width in 1i32..4095, at in 0.0f64..=1.0, drive_mode in 0i32..2) {
            let hi = (lo + width).min(4095);
            prop_assume!(lo < hi);
            let raw = lo + (f64::from(hi - lo) * at) as i32;
            let calibration = range(lo, hi, drive_mode);
            for (joint, units) in [(PAN, Units::Normalized), (JAW, Units::Degrees)] {
                let value = units.value_from_ticks(joint, &calibration, Ticks(raw));
                let back = units.ticks_from_value(joint, &calibration, value).0;
                prop_assert!((back - raw).abs() <= 1, "{raw} became {back}");
                prop_assert!((lo..=hi).contains(&back));
            }
        }
    }
}
