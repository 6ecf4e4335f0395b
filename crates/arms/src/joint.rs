//! The six joints of an arm, in the order of the bus and of every dataset column.

/// Joints of one arm.
pub const JOINTS: usize = 6;

/// What bends. The order is that of the motor ids (LeRobot `so_follower`, `so_leader`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Joint {
    /// Turns the arm on its foot; motor 1.
    ShoulderPan,
    /// Leans the upper arm; motor 2.
    ShoulderLift,
    /// Bends the elbow; motor 3.
    ElbowFlex,
    /// Tips the gripper; motor 4.
    WristFlex,
    /// Rolls the gripper; motor 5.
    WristRoll,
    /// Opens and closes the jaw; motor 6. In percent, the others in degrees.
    Gripper,
}

impl Joint {
    /// All joints in bus order.
    pub const ALL: [Joint; JOINTS] = [
        Joint::ShoulderPan,
        Joint::ShoulderLift,
        Joint::ElbowFlex,
        Joint::WristFlex,
        Joint::WristRoll,
        Joint::Gripper,
    ];

    /// Place in a row of joint values, 0 to 5.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Id of its motor, 1 to 6.
    pub fn motor_id(self) -> u8 {
        self as u8 + 1
    }

    /// The joint that a motor of this id moves.
    pub fn from_motor_id(id: u8) -> Option<Joint> {
        Joint::ALL.into_iter().find(|joint| joint.motor_id() == id)
    }

    /// LeRobot's name, as in calibration files and dataset features.
    pub fn name(self) -> &'static str {
        match self {
            Joint::ShoulderPan => "shoulder_pan",
            Joint::ShoulderLift => "shoulder_lift",
            Joint::ElbowFlex => "elbow_flex",
            Joint::WristFlex => "wrist_flex",
            Joint::WristRoll => "wrist_roll",
            Joint::Gripper => "gripper",
        }
    }

    /// The joint of that name.
    pub fn from_name(name: &str) -> Option<Joint> {
        Joint::ALL.into_iter().find(|joint| joint.name() == name)
    }
}
