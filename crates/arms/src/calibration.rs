//! What calibration found out about an arm's motors, and its text form, byte for byte LeRobot's.
//!
//! Serde stops at the untyped value: a strict reader of our own says where the file is wrong, why, and what to do,
//! because LeRobot itself refuses to start on an unknown key, a missing key or a number such as `1.0`.
//! Not here: where the files lie and how they are written (`calibration_file`), and how calibration is done (`calibrate`).

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::joint::{JOINTS, Joint};

/// Largest magnitude that a motor's `Homing_Offset` register holds (sign bit 11).
pub const HOMING_OFFSET_MAX: i32 = 2047;

/// Highest position of a motor within one turn.
pub const TICKS_MAX: i32 = 4095;

const FIELDS: [&str; 5] = [
    "id",
    "drive_mode",
    "homing_offset",
    "range_min",
    "range_max",
];

/// One motor's part of a calibration. Positions and offsets in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JointCalibration {
    /// Id of the motor when it was calibrated. LeRobot does not compare it, and neither do we.
    pub id: u8,
    /// Not 0: the joint runs the other way round. Ignored in degrees; always 0 for these arms.
    pub drive_mode: i32,
    /// Content of `Homing_Offset`, -2047 to 2047.
    pub homing_offset: i32,
    /// Content of `Min_Position_Limit`: the lowest position of the joint's travel.
    pub range_min: i32,
    /// Content of `Max_Position_Limit`: the highest position of the joint's travel, above `range_min`.
    pub range_max: i32,
}

/// A calibrated arm: six joints, each with a range that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibration {
    joints: [JointCalibration; JOINTS],
}

/// Why a calibration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// The text is no JSON.
    #[error("the calibration is not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// The text is JSON of another shape.
    #[error("{place} is not a JSON object")]
    NotAnObject {
        /// The whole file or the joint in question.
        place: String,
    },
    /// A joint is not there.
    #[error("the calibration has no joint {joint}")]
    MissingJoint {
        /// Its name.
        joint: &'static str,
    },
    /// A name that is not one of the six joints.
    #[error("the calibration has a joint {name:?}, which these arms do not have")]
    UnknownJoint {
        /// The name as it stands in the file.
        name: String,
    },
    /// One of the five keys of a joint is not there.
    #[error("joint {joint} has no {key}")]
    MissingKey {
        /// Name of the joint.
        joint: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A key beyond the five, which makes LeRobot refuse the file.
    #[error("joint {joint} has an unknown key {key:?}")]
    UnknownKey {
        /// Name of the joint.
        joint: &'static str,
        /// The key as it stands in the file.
        key: String,
    },
    /// A value that is not a whole number.
    #[error("{key} of joint {joint} is {found}, not a whole number")]
    NotWhole {
        /// Name of the joint.
        joint: &'static str,
        /// The key.
        key: &'static str,
        /// What stands there, as JSON.
        found: String,
    },
    /// A number that the motor's register cannot hold.
    #[error("{key} of joint {joint} is {value}, outside {least} to {most}")]
    OutOfRange {
        /// Name of the joint.
        joint: &'static str,
        /// The key.
        key: &'static str,
        /// What stands there.
        value: i64,
        /// The least it may be.
        least: i64,
        /// The most it may be.
        most: i64,
    },
    /// A range without extent, or upside down.
    #[error("the range of joint {joint} is empty: range_min {min} is not below range_max {max}")]
    EmptyRange {
        /// Name of the joint.
        joint: &'static str,
        /// `range_min`.
        min: i32,
        /// `range_max`.
        max: i32,
    },
}

impl CalibrationError {
    /// What the person at the bench can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotJson(_) | Self::NotAnObject { .. } | Self::MissingJoint { .. } => {
                "Restore the file from a backup, or calibrate the arm again."
            }
            Self::UnknownJoint { .. } => {
                "Check that the file belongs to an SO-100 or SO-101 arm, or calibrate the arm again."
            }
            Self::UnknownKey { .. } => {
                "Remove the key: LeRobot refuses files that carry anything of one's own."
            }
            Self::NotWhole { .. } => {
                "Write the number without a decimal point, or calibrate again."
            }
            Self::MissingKey { .. } | Self::OutOfRange { .. } | Self::EmptyRange { .. } => {
                "Calibrate the arm again and move every joint through its whole travel."
            }
        }
    }
}

impl Calibration {
    /// A calibration of six joints in bus order.
    ///
    /// # Errors
    /// When a number does not fit its register or a range is empty.
    pub fn new(joints: [JointCalibration; JOINTS]) -> Result<Self, CalibrationError> {
        for joint in Joint::ALL {
            let at = &joints[joint.index()];
            let name = joint.name();
            for (key, value, least, most) in [
                ("id", i32::from(at.id), 0, 252),
                (
                    "homing_offset",
                    at.homing_offset,
                    -HOMING_OFFSET_MAX,
                    HOMING_OFFSET_MAX,
                ),
                ("range_min", at.range_min, 0, TICKS_MAX),
                ("range_max", at.range_max, 0, TICKS_MAX),
            ] {
                check_range(
                    name,
                    key,
                    i64::from(value),
                    i64::from(least),
                    i64::from(most),
                )?;
            }
            if at.range_min >= at.range_max {
                return Err(CalibrationError::EmptyRange {
                    joint: name,
                    min: at.range_min,
                    max: at.range_max,
                });
            }
        }
        Ok(Self { joints })
    }

    /// Six motors as an arm has them before anybody calibrated it: no offsets, and the whole turn as range.
    pub fn full_turn() -> Self {
        Self {
            joints: Joint::ALL.map(|joint| JointCalibration {
                id: joint.motor_id(),
                drive_mode: 0,
                homing_offset: 0,
                range_min: 0,
                range_max: TICKS_MAX,
            }),
        }
    }

    /// One joint's part.
    pub fn joint(&self, joint: Joint) -> &JointCalibration {
        &self.joints[joint.index()]
    }

    /// All joints in bus order.
    pub fn joints(&self) -> &[JointCalibration; JOINTS] {
        &self.joints
    }

    /// What a motor's register should hold, by the register's name; none for one that calibration does not set.
    pub fn register(&self, joint: Joint, name: &str) -> Option<i32> {
        let at = self.joint(joint);
        match name {
            "Homing_Offset" => Some(at.homing_offset),
            "Min_Position_Limit" => Some(at.range_min),
            "Max_Position_Limit" => Some(at.range_max),
            _ => None,
        }
    }

    /// The text that LeRobot would write: four spaces, bus order, ASCII, no newline at the end.
    pub fn to_json(&self) -> String {
        let mut text = String::with_capacity(1024);
        text.push('{');
        for joint in Joint::ALL {
            let at = self.joint(joint);
            let comma = if joint.index() == 0 { "" } else { "," };
            let values = [
                i32::from(at.id),
                at.drive_mode,
                at.homing_offset,
                at.range_min,
                at.range_max,
            ];
            // Writing to a String cannot fail, so the results carry nothing.
            write!(text, "{comma}\n    \"{}\": {{", joint.name()).ok();
            for (place, (key, value)) in FIELDS.iter().zip(values).enumerate() {
                let comma = if place == 0 { "" } else { "," };
                write!(text, "{comma}\n        \"{key}\": {value}").ok();
            }
            text.push_str("\n    }");
        }
        text.push_str("\n}");
        text
    }

    /// Reads the text of a calibration file. The order of keys is free, as in LeRobot.
    ///
    /// # Errors
    /// On anything that LeRobot would refuse, and on numbers that no motor can hold.
    pub fn from_json(text: &str) -> Result<Self, CalibrationError> {
        let value: Value = serde_json::from_str(text).map_err(CalibrationError::NotJson)?;
        let Value::Object(file) = value else {
            return Err(CalibrationError::NotAnObject {
                place: "the calibration".to_owned(),
            });
        };
        if let Some(name) = file.keys().find(|name| Joint::from_name(name).is_none()) {
            return Err(CalibrationError::UnknownJoint { name: name.clone() });
        }
        let mut joints = [JointCalibration {
            id: 0,
            drive_mode: 0,
            homing_offset: 0,
            range_min: 0,
            range_max: 0,
        }; JOINTS];
        for joint in Joint::ALL {
            let name = joint.name();
            joints[joint.index()] = match file.get(name) {
                Some(Value::Object(fields)) => joint_from_json(name, fields)?,
                Some(_) => {
                    return Err(CalibrationError::NotAnObject {
                        place: format!("joint {name}"),
                    });
                }
                None => return Err(CalibrationError::MissingJoint { joint: name }),
            };
        }
        Self::new(joints)
    }
}

fn joint_from_json(
    joint: &'static str,
    fields: &Map<String, Value>,
) -> Result<JointCalibration, CalibrationError> {
    if let Some(key) = fields.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(CalibrationError::UnknownKey {
            joint,
            key: key.clone(),
        });
    }
    let whole = |key: &'static str, least: i64, most: i64| {
        let value = fields
            .get(key)
            .ok_or(CalibrationError::MissingKey { joint, key })?;
        let number = value.as_i64().ok_or_else(|| CalibrationError::NotWhole {
            joint,
            key,
            found: value.to_string(),
        })?;
        check_range(joint, key, number, least, most)
    };
    Ok(JointCalibration {
        id: whole("id", 0, 252)? as u8,
        drive_mode: whole("drive_mode", i64::from(i32::MIN), i64::from(i32::MAX))? as i32,
        homing_offset: whole(
            "homing_offset",
            i64::from(-HOMING_OFFSET_MAX),
            i64::from(HOMING_OFFSET_MAX),
        )? as i32,
        range_min: whole("range_min", 0, i64::from(TICKS_MAX))? as i32,
        range_max: whole("range_max", 0, i64::from(TICKS_MAX))? as i32,
    })
}

fn check_range(
    joint: &'static str,
    key: &'static str,
    value: i64,
    least: i64,
    most: i64,
) -> Result<i64, CalibrationError> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(CalibrationError::OutOfRange {
            joint,
            key,
            value,
            least,
            most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Calibration {
        let joint = |id: u8, homing_offset, range_min, range_max| JointCalibration {
            id,
            drive_mode: 0,
            homing_offset,
            range_min,
            range_max,
        };
        Calibration::new([
            joint(1, -709, 701, 3301),
            joint(2, 2047, 800, 3200),
            joint(3, -2047, 900, 3100),
            joint(4, 0, 850, 3190),
            joint(5, 12, 0, 4095),
            joint(6, -5, 2030, 3500),
        ])
        .expect("a good calibration")
    }

    #[test]
    fn the_text_is_lerobots_to_the_byte() {
        // Written by Python's json.dump(indent=4), which is what LeRobot calls.
        let theirs = include_str!("../tests/fixtures/calibration_by_python.json");
        assert_eq!(sample().to_json(), theirs);
        assert_eq!(Calibration::from_json(theirs).expect("read"), sample());
    }

    #[test]
    fn reading_is_strict_and_says_where_and_why() {
        let good = sample().to_json();
        for (from, to, message) in [
            (
                "\"id\": 1,",
                "\"id\": 1, \"note\": 2,",
                "joint shoulder_pan has an unknown key \"note\"",
            ),
            (
                "        \"drive_mode\": 0,\n        \"homing_offset\": -709,\n",
                "        \"drive_mode\": 0,\n",
                "joint shoulder_pan has no homing_offset",
            ),
            (
                "\"range_min\": 701",
                "\"range_min\": 701.0",
                "range_min of joint shoulder_pan is 701.0, not a whole number",
            ),
            (
                "\"range_min\": 701",
                "\"range_min\": \"701\"",
                "range_min of joint shoulder_pan is \"701\", not a whole number",
            ),
            (
                "\"range_min\": 701",
                "\"range_min\": 3301",
                "the range of joint shoulder_pan is empty: range_min 3301 is not below range_max 3301",
            ),
            (
                "\"range_min\": 701",
                "\"range_min\": 3302",
                "the range of joint shoulder_pan is empty: range_min 3302 is not below range_max 3301",
            ),
            (
                "\"range_min\": 701",
                "\"range_min\": -1",
                "range_min of joint shoulder_pan is -1, outside 0 to 4095",
            ),
            (
                "\"homing_offset\": -709",
                "\"homing_offset\": 2048",
                "homing_offset of joint shoulder_pan is 2048, outside -2047 to 2047",
            ),
            (
                "\"gripper\"",
                "\"jaw\"",
                "the calibration has a joint \"jaw\", which these arms do not have",
            ),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good, "{from}");
            let error = Calibration::from_json(&bad).expect_err(to);
            assert_eq!(error.to_string(), message);
            assert!(!error.remedy().is_empty());
        }
        for (text, message) in [
            ("[]", "the calibration is not a JSON object"),
            ("{}", "the calibration has no joint shoulder_pan"),
            (
                "{\"shoulder_pan\": 3}",
                "joint shoulder_pan is not a JSON object",
            ),
        ] {
            assert_eq!(
                Calibration::from_json(text).expect_err(text).to_string(),
                message
            );
        }
        assert!(
            Calibration::from_json("{")
                .expect_err("cut")
                .to_string()
                .starts_with("the calibration is not JSON: EOF")
        );
    }

    #[test]
    fn the_order_of_keys_is_free() {
        // Sorted by name, which is not bus order.
        let sorted: std::collections::BTreeMap<String, Value> =
            serde_json::from_str(&sample().to_json()).expect("JSON");
        let sorted = serde_json::to_string(&sorted).expect("JSON");
        assert!(sorted.starts_with("{\"elbow_flex\""));
        assert_eq!(Calibration::from_json(&sorted).expect("read"), sample());
    }

    fn any_joint() -> impl Strategy<Value = JointCalibration> {
        (0u8..=252, 0..2i32, -2047..=2047i32, 0..4095i32, 1..=4095i32).prop_map(
            |(id, drive_mode, homing_offset, range_min, width)| JointCalibration {
                id,
                drive_mode,
                homing_offset,
                range_min,
                range_max: (range_min + width).min(4095),
            },
        )
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(joints in proptest::array::uniform6(any_joint())) {
            let calibration = Calibration::new(joints).expect("valid");
            prop_assert_eq!(Calibration::from_json(&calibration.to_json()).expect("read"), calibration);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*") {
            // Only that it returns is asked.
            prop_assert!(Calibration::from_json(&text).is_err());
        }
    }
}
