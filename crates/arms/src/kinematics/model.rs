//! The two arms, and what a person may set about their kinematics: trims, ranges, distances from singular poses.
//!
//! Numbers are those of `so-arm-kinematics.md`; the trims are strong evidence and no measurement of ours.
//! Not here: lengths (`geometry`).

use std::str::FromStr;

use crate::joint::Joint;

/// Joints before the gripper.
pub const ARM_JOINTS: usize = 5;

/// Which arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArmModel {
    /// SO-100, `so100.urdf`.
    So100,
    /// SO-101, `so101_new_calib.urdf`.
    So101,
}

impl ArmModel {
    /// The model of a LeRobot type such as `so101_follower`.
    pub fn from_lerobot_type(kind: &str) -> Option<Self> {
        match kind.split('_').next()? {
            "so100" => Some(Self::So100),
            "so101" => Some(Self::So101),
            _ => None,
        }
    }

    /// How it is written: `so100`, `so101`.
    pub fn name(self) -> &'static str {
        match self {
            Self::So100 => "so100",
            Self::So101 => "so101",
        }
    }

    /// Ranges of the published model, in degrees of the one convention used here (that of the SO-101 model).
    pub fn ranges(self) -> [Range; ARM_JOINTS] {
        let radians = match self {
            Self::So101 => [
                (-1.91986, 1.91986),
                (-1.74533, 1.74533),
                (-1.69, 1.69),
                (-1.65806, 1.65806),
                (-2.74385, 2.84121),
            ],
            // The file's own angles u: pan = -u, lift = u - 1.8, elbow = u + pi/2, wrist = u - 1 + pi/2.
            Self::So100 => {
                let quarter = std::f64::consts::FRAC_PI_2;
                [
                    (-2.0, 2.0),
                    (-1.8, 3.5 - 1.8),
                    (quarter - 3.14158, quarter),
                    (-2.5 - 1.0 + quarter, 1.2 - 1.0 + quarter),
                    (-3.14158, 3.14158),
                ]
            }
        };
        radians.map(|(least, most): (f64, f64)| Range {
            least: least.to_degrees(),
            most: most.to_degrees(),
        })
    }
}

/// What a joint may do, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lowest angle.
    pub least: f64,
    /// The highest angle.
    pub most: f64,
}

/// What is added to LeRobot's degrees to get the model's: LeRobot's zero is the middle of the recorded range, the
/// model's is a pose. Applied only inside kinematics, never to what is sent or recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Trims([f64; ARM_JOINTS]);

/// Why trims make no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrimsError {
    /// Not five numbers.
    #[error("“{0}” is not five numbers of degrees")]
    NotFive(String),
    /// More than a mistake of assembly could explain.
    #[error("a trim of {} is beyond 45 degrees: that is another convention, not a trim", .0.name())]
    TooLarge(Joint),
}

impl TrimsError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        "Give degrees for pan, lift, elbow, wrist_flex and wrist_roll, such as 4,-2,-6.5,-1,0."
    }
}

impl Trims {
    /// A trim beyond this is a mistake, degrees.
    pub const MOST: f64 = 45.0;

    /// LeRobot's numbers are taken as the model's, as LeRobot and its datasets do.
    pub const NOMINAL: Trims = Trims([0.0; ARM_JOINTS]);

    /// What the middles of the mechanical stops suggest for an arm that was calibrated over its whole range: pan and
    /// lift by the stops, the elbow by three independent sources.
    pub fn preset(model: ArmModel) -> Self {
        match model {
            ArmModel::So101 => Self([4.0, -2.0, -6.5, -1.0, 0.0]),
            ArmModel::So100 => Self([0.0, -1.0, -6.5, -5.0, 0.0]),
        }
    }

    /// Trims in degrees, joint by joint.
    ///
    /// # Errors
    /// When one is no number or too large to be a trim.
    pub fn new(degrees: [f64; ARM_JOINTS]) -> Result<Self, TrimsError> {
        for (joint, trim) in Joint::ALL.into_iter().zip(degrees) {
            // Also refuses what is no number.
            if !(-Self::MOST..=Self::MOST).contains(&trim) {
                return Err(TrimsError::TooLarge(joint));
            }
        }
        Ok(Self(degrees))
    }

    /// In degrees, joint by joint.
    pub fn degrees(self) -> [f64; ARM_JOINTS] {
        self.0
    }
}

impl FromStr for Trims {
    type Err = TrimsError;

    /// Five numbers with commas between.
    fn from_str(text: &str) -> Result<Self, TrimsError> {
        let refused = || TrimsError::NotFive(text.to_owned());
        let mut degrees = [0.0; ARM_JOINTS];
        let mut words = text.split(',');
        for place in &mut degrees {
            let word = words.next().ok_or_else(refused)?.trim();
            *place = word.parse().ok().ok_or_else(refused)?;
        }
        if words.next().is_some() {
            return Err(refused());
        }
        Self::new(degrees)
    }
}

/// How near to a singular pose the arm may be led. An arm that is nearer already may only be led away from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guard {
    /// The elbow is bent by at least so much, degrees from stretched.
    pub least_bend: f64,
    /// The elbow is bent by at most so much, degrees from stretched.
    pub most_bend: f64,
    /// The tip stays at least so far from the pan axis, metres.
    pub least_radius: f64,
}

impl Guard {
    /// Every pose that the joints can take.
    pub const OFF: Guard = Guard {
        least_bend: 0.0,
        most_bend: 180.0,
        least_radius: 0.0,
    };
}

impl Default for Guard {
    /// Outside of these, 10 mm of the tip cost up to 60 degrees of a joint.
    fn default() -> Self {
        Self {
            least_bend: 15.0,
            most_bend: 160.0,
            least_radius: 0.060,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_are_five_numbers_of_a_size_that_assembly_explains() {
        let trims: Trims = "4, -2,-6.5,-1,0".parse().unwrap();
        assert_eq!(trims, Trims::preset(ArmModel::So101));
        for (text, told) in [
            ("1,2,3", "five numbers"),
            ("1,2,3,4,5,6", "five numbers"),
            ("a,0,0,0,0", "five numbers"),
            ("0,90,0,0,0", "shoulder_lift"),
            ("0,0,0,0,NaN", "wrist_roll"),
        ] {
            let error = text.parse::<Trims>().unwrap_err();
            assert!(error.to_string().contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn the_model_is_named_by_lerobots_type() {
        for (kind, model) in [
            ("so101_follower", Some(ArmModel::So101)),
            ("so100_leader", Some(ArmModel::So100)),
            ("so100", Some(ArmModel::So100)),
            ("bi_so_follower", None),
            ("koch_follower", None),
        ] {
            assert_eq!(ArmModel::from_lerobot_type(kind), model, "{kind}");
        }
    }
}
