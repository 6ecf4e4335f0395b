//! What calibration is told and what it tells: options, commands, states, events.
//!
//! Not here: what happens between them (the module above), and how calibration fails (`failing`).

use std::fmt;
use std::path::PathBuf;

use units::Ticks;

use super::failing::CalibrateError;
use crate::calibration::Calibration;
use crate::handshake::Finding;
use crate::joint::{JOINTS, Joint};

/// What becomes of `wrist_roll`'s range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WristRoll {
    /// 0 to 4095 whatever it did, as LeRobot has it: its zero is the pose in which it was homed.
    #[default]
    WholeTurn,
    /// Its real range, from stop to stop: its zero is the middle between them. For arms whose wrist has stops.
    Recorded,
}

/// How an arm is to be calibrated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CalibrateOptions {
    /// What becomes of `wrist_roll`'s range.
    pub wrist_roll: WristRoll,
    /// Before the file is saved, the arm's power is switched off and on by the person, and every motor must still
    /// hold its numbers: finds a motor whose memory forgets.
    pub verify_power: bool,
}

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Every joint stands in the middle of its travel. While recording: begin again from here.
    HomeHere,
    /// What would be written, if every joint has been through its whole travel? Recording goes on.
    Review,
    /// Every joint has been through its whole travel.
    Finish,
    /// Give up; the motors get back what they held.
    Cancel,
}

/// Where calibration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalibrateState {
    /// The motors are looked at, let go of and made ready.
    Preparing,
    /// The person brings every joint to the middle of its travel.
    WaitingForMiddle,
    /// The person moves every joint through its whole travel.
    Recording,
    /// The motors have the calibration; the person switches their power off and on.
    WaitingForPower,
    /// Motors and file have the calibration.
    Done,
    /// Given up; the motors hold what they held before.
    Cancelled,
    /// Something failed.
    Failed,
}

/// How far the recording of one joint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It has not moved yet.
    NotMoved,
    /// It has not been at both ends twice, or its range is not plausible yet.
    KeepGoing,
    /// Its range is known.
    Enough,
    /// Its range is not recorded: `wrist_roll` by default.
    NotNeeded,
}

/// Where a joint is and has been, in ticks with whole turns: beyond the seam of the encoder it goes on below 0 or
/// above 4095.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Travel {
    /// Now.
    pub position: Ticks,
    /// The lowest so far.
    pub min: Ticks,
    /// The highest so far.
    pub max: Ticks,
    /// The joint was at its low end twice and rested there, so it is a stop.
    pub low_proven: bool,
    /// The joint was at its high end twice and rested there, so it is a stop.
    pub high_proven: bool,
    /// It crossed the seam of its encoder.
    pub crossed: bool,
    /// Whether the motor answered the last question, so that the position is of now.
    pub answers: bool,
    /// Questions that got no usable answer since its recording was begun.
    pub lost: u32,
    /// How far its recording is.
    pub progress: Progress,
}

/// An end of a joint's travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Where its ticks are the fewest.
    Low,
    /// Where its ticks are the most.
    High,
    /// Both of them.
    Both,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "its low end",
            Self::High => "its high end",
            Self::Both => "its ends",
        })
    }
}

/// Why a joint's recording cannot be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unusable {
    /// It was not moved.
    NoTravel,
    /// It was not moved far enough for this joint.
    TooSmall {
        /// How far it was moved.
        degrees: f64,
        /// The least this joint has.
        least: f64,
    },
    /// It was moved farther than this joint can.
    TooLarge {
        /// How far it was moved.
        degrees: f64,
        /// The most this joint has.
        most: f64,
    },
    /// An end was visited only once, so nobody knows that it is a stop.
    SeenOnce(End),
    /// It never rested at an end, which may lie farther than it was seen.
    Brief(End),
    /// It moved too fast to be followed, and its recording, which began again, is not complete.
    TooFast,
    /// Its motor gave too few answers.
    TooRarely {
        /// Answers that came.
        answered: u32,
        /// Answers that were asked for.
        asked: u32,
    },
    /// Its motor complains about its own angle sensor.
    SensorFault,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTravel => f.write_str("has not moved"),
            Self::TooSmall { degrees, least } => write!(
                f,
                "moved only {degrees:.0} degrees; this joint turns at least {least:.0}"
            ),
            Self::TooLarge { degrees, most } => write!(
                f,
                "moved {degrees:.0} degrees; this joint turns at most {most:.0}"
            ),
            Self::SeenOnce(end) => write!(f, "was at {end} only once"),
            Self::Brief(end) => write!(f, "was at {end} too briefly"),
            Self::TooFast => {
                f.write_str("moved too fast to be followed, so its recording began again")
            }
            Self::TooRarely { answered, asked } => {
                write!(f, "gave only {answered} of {asked} answers")
            }
            Self::SensorFault => f.write_str("has a motor that reports a faulty angle sensor"),
        }
    }
}

impl Unusable {
    /// What the person at the arm can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoTravel | Self::TooSmall { .. } => "Move it slowly to both of its stops, twice.",
            Self::SeenOnce(_) => {
                "Move it there once more: a second visit shows that it is the joint's stop."
            }
            Self::Brief(_) => "Move it there again and hold it against its stop for a moment.",
            Self::TooLarge { .. } => {
                "Give up and check the joint: its horn may have slipped, or a stop is missing. An SO-100's wrist_roll has none: leave its range to the whole turn."
            }
            Self::TooFast => "Move it to both of its stops again, more slowly.",
            Self::TooRarely { .. } => {
                "Give up and check this motor's cable, which may be pulled when the joint turns."
            }
            Self::SensorFault => {
                "Give up and switch the arm's power off and on. If it stays, the motor must be replaced."
            }
        }
    }
}

/// What calibration has to tell.
#[derive(Debug)]
pub enum Event {
    /// A motor answered. A complaint about itself does not make it a missing one.
    MotorPresent {
        /// Whose motor.
        joint: Joint,
        /// What it complains about.
        findings: Vec<Finding>,
    },
    /// Torque is off: bring every joint to the middle of its travel, then [`Command::HomeHere`].
    Ready,
    /// Where the joints are while the middle is sought.
    Positions([Ticks; JOINTS]),
    /// The middle is known; these offsets were written. Now every joint goes through its travel, but `wrist_roll`
    /// only where its range is recorded.
    Homed {
        /// Content of `Homing_Offset`, in bus order.
        offsets: [i32; JOINTS],
    },
    /// Where the joints are and have been.
    Travelled([Travel; JOINTS]),
    /// A joint crossed the seam of its encoder. It is followed, and its offset will be moved so that the seam lies
    /// outside its range.
    CrossedSeam {
        /// Which joint.
        joint: Joint,
    },
    /// A joint moved too fast to be followed; its recording began again where it is.
    TooFast {
        /// Which joint.
        joint: Joint,
    },
    /// Recording cannot end yet, because of these joints. It goes on.
    Refused(Vec<(Joint, Unusable)>),
    /// This would be written; recording goes on until [`Command::Finish`].
    Reviewed {
        /// The numbers.
        calibration: Calibration,
        /// Joints whose offset would be moved.
        moved: Vec<Joint>,
        /// `Homing_Offset`, `Min_Position_Limit` and `Max_Position_Limit` of each joint, in bus order, as the motors
        /// held them before.
        former: Option<[[i32; 3]; JOINTS]>,
    },
    /// The motors have the calibration: switch the arm's power off and on.
    SwitchPower,
    /// The command makes no sense in this state.
    NotNow {
        /// The command.
        command: Command,
        /// The state.
        state: CalibrateState,
    },
    /// Motors and file have the calibration.
    Saved {
        /// The calibration.
        calibration: Calibration,
        /// Its file.
        path: PathBuf,
        /// Copy of a file that stood there before.
        backup: Option<PathBuf>,
        /// Joints whose offset was moved, because the range would have held or touched the seam.
        moved: Vec<Joint>,
    },
    /// Given up, and the motors hold what they held.
    Cancelled,
    /// It failed.
    Failed {
        /// Why.
        error: CalibrateError,
        /// Joints whose motors could not be given back what they held before.
        not_restored: Vec<Joint>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_is_wrong_and_what_to_do() {
        let told: Vec<_> = [
            Unusable::NoTravel,
            Unusable::TooSmall {
                degrees: 96.7,
                least: 172.0,
            },
            Unusable::TooLarge {
                degrees: 301.2,
                most: 275.0,
            },
            Unusable::SeenOnce(End::High),
            Unusable::Brief(End::Both),
            Unusable::TooFast,
            Unusable::TooRarely {
                answered: 12,
                asked: 60,
            },
            Unusable::SensorFault,
        ]
        .iter()
        .map(|why| format!("elbow_flex {why}. {}", why.remedy()))
        .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        elbow_flex has not moved. Move it slowly to both of its stops, twice.
        elbow_flex moved only 97 degrees; this joint turns at least 172. Move it slowly to both of its stops, twice.
        elbow_flex moved 301 degrees; this joint turns at most 275. Give up and check the joint: its horn may have slipped, or a stop is missing. An SO-100's wrist_roll has none: leave its range to the whole turn.
        elbow_flex was at its high end only once. Move it there once more: a second visit shows that it is the joint's stop.
        elbow_flex was at its ends too briefly. Move it there again and hold it against its stop for a moment.
        elbow_flex moved too fast to be followed, so its recording began again. Move it to both of its stops again, more slowly.
        elbow_flex gave only 12 of 60 answers. Give up and check this motor's cable, which may be pulled when the joint turns.
        elbow_flex has a motor that reports a faulty angle sensor. Give up and switch the arm's power off and on. If it stays, the motor must be replaced.
        ");
    }
}
