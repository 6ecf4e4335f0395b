//! Whole arms: an SO-101 follower and leader as they leave somebody's bench, calibrated, or before anybody
//! calibrated them.
//!
//! Not here: calibration files (`arms` makes one of the numbers published here).

use std::sync::Arc;
use std::time::Duration;

use stdx::Clock;

use crate::chain::{Chain, ChainConfig};
use crate::servo::{MotorConfig, Role};
use crate::table;

/// Motors of one arm.
pub const MOTORS: usize = 6;

/// Roles by motor id, from 1.
const ROLES: [Role; MOTORS] = [
    Role::ShoulderPan,
    Role::ShoulderLift,
    Role::ElbowFlex,
    Role::WristFlex,
    Role::WristRoll,
    Role::Gripper,
];

/// Stops of the follower's joints in degrees (TheRobotStudio's so101_new_calib.urdf).
const FOLLOWER_STOPS: [(f64, f64); MOTORS] = [
    (-115.0, 123.5),
    (-106.0, 102.0),
    (-102.0, 91.0),
    (-103.5, 102.0),
    (-164.0, 170.0),
    (-11.5, 115.0),
];

/// The leader has the same mechanism but for its trigger, which opens less far (estimated).
const LEADER_STOPS: [(f64, f64); MOTORS] = [
    FOLLOWER_STOPS[0],
    FOLLOWER_STOPS[1],
    FOLLOWER_STOPS[2],
    FOLLOWER_STOPS[3],
    FOLLOWER_STOPS[4],
    (-11.5, 55.0),
];

/// Folded on the table, as an arm lies without power; degrees.
pub(crate) const FOLDED: [f64; MOTORS] = [0.0, -104.0, 90.0, 76.0, 0.0, -5.0];

/// Gearboxes of the SO-101 leader (LeRobot's so101.mdx); the follower's are all 1:345.
const LEADER_RATIOS: [f64; MOTORS] = [191.0, 345.0, 191.0, 147.0, 147.0, 147.0];

/// The joint that turns all the way round in LeRobot's calibration.
pub(crate) const WRIST_ROLL: usize = 4;

/// One motor's calibration, as LeRobot's files have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JointCalibration {
    /// LeRobot's name of the joint.
    pub name: &'static str,
    /// Motor id.
    pub id: u8,
    /// Homing_Offset, ticks.
    pub homing_offset: i32,
    /// Min_Position_Limit, ticks.
    pub range_min: i32,
    /// Max_Position_Limit, ticks.
    pub range_max: i32,
}

const fn joint(
    name: &'static str,
    id: u8,
    homing_offset: i32,
    range_min: i32,
    range_max: i32,
) -> JointCalibration {
    JointCalibration {
        name,
        id,
        homing_offset,
        range_min,
        range_max,
    }
}

/// What is in the EEPROM of [`SimArm::follower`]. Widths are those of real calibrations, a little inside the stops
/// (LeRobot's zero is the middle of the recorded range).
pub const FOLLOWER_CALIBRATION: [JointCalibration; MOTORS] = [
    joint("shoulder_pan", 1, -709, 695, 3384),
    joint("shoulder_lift", 2, 1131, 868, 3215),
    joint("elbow_flex", 3, -892, 951, 3128),
    joint("wrist_flex", 4, 1478, 889, 3210),
    joint("wrist_roll", 5, -318, 0, 4095),
    joint("gripper", 6, 1243, 1334, 2760),
];

/// What is in the EEPROM of [`SimArm::leader`].
pub const LEADER_CALIBRATION: [JointCalibration; MOTORS] = [
    joint("shoulder_pan", 1, 402, 689, 3372),
    joint("shoulder_lift", 2, -1544, 874, 3228),
    joint("elbow_flex", 3, 966, 962, 3141),
    joint("wrist_flex", 4, -227, 871, 3196),
    joint("wrist_roll", 5, 1190, 0, 4095),
    joint("gripper", 6, -1088, 1671, 2418),
];

/// An arm that is about to be simulated. Change what should differ, then [`SimArm::chain`].
#[derive(Debug, Clone)]
pub struct SimArm {
    /// The chain it becomes.
    pub config: ChainConfig,
    /// What is in its EEPROM, or what a perfect calibration would put there.
    pub calibration: [JointCalibration; MOTORS],
    pub(crate) stops: [(f64, f64); MOTORS],
}

impl SimArm {
    /// A calibrated follower, folded on the table.
    pub fn follower() -> Self {
        Self::new(
            "follower",
            FOLLOWER_CALIBRATION,
            FOLLOWER_STOPS,
            [345.0; MOTORS],
            &[
                (table::P_COEFFICIENT, 16),
                (table::I_COEFFICIENT, 0),
                (table::D_COEFFICIENT, 32),
            ],
        )
        .with_eeprom(
            6,
            &[
                (table::MAX_TORQUE_LIMIT, 500),
                (table::PROTECTION_CURRENT, 250),
                (table::OVERLOAD_TORQUE, 25),
            ],
        )
    }

    /// A calibrated leader, folded on the table.
    pub fn leader() -> Self {
        Self::new(
            "leader",
            LEADER_CALIBRATION,
            LEADER_STOPS,
            LEADER_RATIOS,
            &[],
        )
    }

    /// The same arm before anybody calibrated it: no homing offsets, no limits.
    pub fn uncalibrated(mut self) -> Self {
        let set = [
            table::HOMING_OFFSET,
            table::MIN_POSITION_LIMIT,
            table::MAX_POSITION_LIMIT,
        ];
        for motor in &mut self.config.motors {
            motor.eeprom.retain(|(row, _)| !set.contains(row));
        }
        self
    }

    /// The same arm standing at these angles; LeRobot's degrees, gripper in percent of its recorded range.
    pub fn posed(mut self, pose: [f64; MOTORS]) -> Self {
        for (place, value) in pose.into_iter().enumerate() {
            self.config.motors[place].angle = self.angle_at(place, value);
        }
        self
    }

    /// The same arm on an adapter with this latency.
    pub fn with_usb_latency(mut self, latency: Duration) -> Self {
        self.config.usb_latency = latency;
        self
    }

    /// The same arm under another name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.config.name = name.into();
        self
    }

    /// Powers it up.
    pub fn chain(&self, clock: Arc<dyn Clock>) -> Chain {
        Chain::new(self.config.clone(), clock)
    }

    /// The joint's own angle, as [`crate::Hand`] and [`crate::Truth`] have it, for a value of that joint as LeRobot
    /// has it: degrees from the middle of the recorded range, or percent of it for the gripper. `place` is the
    /// motor's id less one.
    pub fn angle_at(&self, place: usize, value: f64) -> f64 {
        let recorded = &self.calibration[place];
        let degrees = if place == MOTORS - 1 {
            f64::from(recorded.range_max - recorded.range_min) * (value / 100.0 - 0.5) * 360.0
                / 4096.0
        } else {
            value * 4096.0 / 4095.0
        };
        self.middle(place) + degrees
    }

    /// The joint's own angle at the middle of its recorded range.
    pub fn middle(&self, place: usize) -> f64 {
        if place == WRIST_ROLL {
            return 0.0;
        }
        let (low, high) = self.stops[place];
        (low + high) / 2.0
    }

    fn new(
        name: &str,
        calibration: [JointCalibration; MOTORS],
        stops: [(f64, f64); MOTORS],
        ratios: [f64; MOTORS],
        eeprom: &[(table::Row, i32)],
    ) -> Self {
        let mut arm = Self {
            config: ChainConfig::default(),
            calibration,
            stops,
        };
        arm.config.name = name.to_owned();
        arm.config.motors = (0..MOTORS)
            .map(|place| {
                let recorded = &calibration[place];
                // The encoder was mounted so that the recorded range lies in the middle of the stops.
                let middle = f64::from(recorded.range_min + recorded.range_max) / 2.0;
                let zero =
                    f64::from(recorded.homing_offset) + middle - arm.middle(place) * 4096.0 / 360.0;
                let mut values = vec![
                    (table::RETURN_DELAY_TIME, 0),
                    (table::HOMING_OFFSET, recorded.homing_offset),
                    (table::MIN_POSITION_LIMIT, recorded.range_min),
                    (table::MAX_POSITION_LIMIT, recorded.range_max),
                    (table::MAXIMUM_ACCELERATION, 254),
                ];
                values.extend_from_slice(eeprom);
                MotorConfig {
                    id: recorded.id,
                    role: ROLES[place],
                    ratio: ratios[place],
                    angle: FOLDED[place],
                    encoder_at_zero: (zero.round() as i32).rem_euclid(4096),
                    stops: Some(stops[place]),
                    eeprom: values,
                }
            })
            .collect();
        arm
    }

    fn with_eeprom(mut self, id: u8, values: &[(table::Row, i32)]) -> Self {
        for motor in self.config.motors.iter_mut().filter(|motor| motor.id == id) {
            motor.eeprom.extend_from_slice(values);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use stdx::FakeClock;

    use super::*;

    #[test]
    fn the_recorded_range_lies_inside_the_stops_and_its_middle_is_lerobots_zero() {
        for arm in [SimArm::follower(), SimArm::leader()] {
            let chain = arm.chain(FakeClock::default().shared());
            for (place, joint) in arm.calibration.iter().enumerate() {
                let middle = (joint.range_min + joint.range_max) / 2;
                chain.place(joint.id, arm.middle(place)).unwrap();
                let position = chain.truth(joint.id).unwrap().position;
                assert!(
                    (position - middle).abs() <= 1,
                    "{}: {position} for {middle}",
                    joint.name
                );
                for (towards, end, inside) in
                    [(-400.0, joint.range_min, -1), (400.0, joint.range_max, 1)]
                {
                    chain.place(joint.id, 0.0).unwrap();
                    chain
                        .hand(joint.id, Some(crate::Hand::HoldsAt(towards)))
                        .unwrap();
                    chain.clock().sleep(Duration::from_secs(1));
                    let stop = chain.truth(joint.id).unwrap().position;
                    if joint.name != "wrist_roll" {
                        let beyond = (stop - end) * inside;
                        assert!(
                            (0..30).contains(&beyond),
                            "{}: stop {stop}, end {end}",
                            joint.name
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn an_arm_without_power_lies_still_where_it_was_folded() {
        let clock = FakeClock::default();
        for arm in [SimArm::follower(), SimArm::leader()] {
            let chain = arm.chain(clock.shared());
            clock.sleep(Duration::from_secs(5));
            for (motor, folded) in arm.config.motors.iter().zip(FOLDED) {
                let truth = chain.truth(motor.id).unwrap();
                assert!(
                    (truth.angle - folded).abs() < 30.0,
                    "{} at {}",
                    motor.id,
                    truth.angle
                );
                assert_eq!(truth.speed, 0.0);
                assert_eq!(truth.errors, 0);
            }
        }
    }
}
