//! What a rig is doing, for people: at most 20 times a second, and at once when its state changes.
//!
//! A status is built inside the cycle, so it owns nothing that would have to be allocated there.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arms::arm::Torque;
use arms::{JOINTS, Joint, Values};
use protocol::Failure;
use units::MonoTime;

use crate::health::MotorStatus;
use crate::teleoperator::InputStatus;

/// What the loop does with its arms.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Watches. Torque is off or was never switched on.
    Idle,
    /// Holds the arms where they are; nobody drives.
    Holding,
    /// The teleoperator drives.
    Driving,
    /// Stopped by a person; the arms hold where they were.
    Stopped,
    /// Lets the arms sink.
    Releasing,
    /// Something failed. Arms that can still be reached hold.
    Faulted(Arc<Failure>),
}

impl State {
    /// One word for tables and `--json`.
    pub fn word(&self) -> &'static str {
        match self {
            State::Idle => "idle",
            State::Holding => "holding",
            State::Driving => "driving",
            State::Stopped => "stopped",
            State::Releasing => "releasing",
            State::Faulted(_) => "faulted",
        }
    }
}

/// One of the arms of a rig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArmPlace {
    /// The follower with this number: 0 the only or left one, 1 the right one.
    Follower(u8),
    /// The leader with this number.
    Leader(u8),
}

/// Arms whose line is gone, by number: 0 the only or left one, 1 the right one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LostArms {
    /// Followers.
    pub followers: [bool; 2],
    /// Leaders.
    pub leaders: [bool; 2],
}

impl LostArms {
    /// The places of all lost arms.
    pub fn places(self) -> impl Iterator<Item = ArmPlace> + Clone {
        let lost = |arms: [bool; 2]| {
            (0u8..)
                .zip(arms)
                .filter(|(_, lost)| *lost)
                .map(|(arm, _)| arm)
        };
        lost(self.followers)
            .map(ArmPlace::Follower)
            .chain(lost(self.leaders).map(ArmPlace::Leader))
    }
}

/// What a person should know soon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WarningKind {
    /// A motor has not answered for so long.
    Silent(Duration),
    /// No motor of the line has answered for so long.
    LineSilent(Duration),
    /// A motor is warm, degrees Celsius.
    Warm(f64),
    /// A motor's supply sags, or without a joint that of the whole arm; volts.
    Sagging(f64),
    /// A motor draws much current, ampere.
    Straining(f64),
    /// A motor pushes hard, percent of its force.
    Pushing(f64),
    /// A motor pushes and does not move.
    Stalled,
    /// A motor pushed for so long that its goal went back to where it is.
    GaveWay,
    /// A motor reports error bits.
    Complains(u8),
}

/// A warning and the motor it is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Warning {
    /// The arm.
    pub arm: ArmPlace,
    /// The joint; none when it is about the whole line.
    pub joint: Option<Joint>,
    /// What.
    pub kind: WarningKind,
}

impl Warning {
    fn is_of_motor(&self, arm: ArmPlace, kind: WarningKind) -> bool {
        self.arm == arm && self.joint.is_some() && self.kind == kind
    }

    /// The sentence; the arms of a `pair` are the left and the right one.
    pub fn words(&self, pair: bool) -> String {
        match (pair, self.arm) {
            (false, _) => self.to_string(),
            (true, ArmPlace::Follower(0)) => format!("Left follower{self:#}"),
            (true, ArmPlace::Follower(_)) => format!("Right follower{self:#}"),
            (true, ArmPlace::Leader(0)) => format!("Left leader{self:#}"),
            (true, ArmPlace::Leader(_)) => format!("Right leader{self:#}"),
        }
    }
}

/// The alternate form (`{:#}`) leaves the arm's name out.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, number) = match self.arm {
            ArmPlace::Follower(number) => ("Follower", number),
            ArmPlace::Leader(number) => ("Leader", number),
        };
        match (f.alternate(), number) {
            (true, _) => {}
            (false, 0) => f.write_str(kind)?,
            (false, _) => write!(f, "Second {}", kind.to_lowercase())?,
        }
        if let Some(joint) = self.joint {
            let name = joint.name().replace('_', " ");
            write!(f, ": {name} (motor {})", joint.motor_id())?;
        }
        match self.kind {
            WarningKind::Silent(span) => {
                write!(f, " has not answered for {} ms.", span.as_millis())
            }
            WarningKind::LineSilent(span) => {
                write!(f, " has not answered for {} ms.", span.as_millis())
            }
            WarningKind::Warm(degrees) => write!(f, " is at {degrees:.0} °C."),
            WarningKind::Sagging(volts) if self.joint.is_none() => {
                write!(f, ": its supply sags, its motors get only {volts:.1} V.")
            }
            WarningKind::Sagging(volts) => write!(f, " gets only {volts:.1} V."),
            WarningKind::Straining(ampere) => write!(f, " draws {ampere:.1} A."),
            WarningKind::Pushing(percent) => write!(f, " pushes with {percent:.0} % of its force."),
            WarningKind::Stalled => f.write_str(" pushes and does not move."),
            WarningKind::GaveWay => f.write_str(" was stuck; its goal went back to where it is."),
            WarningKind::Complains(bits) => write!(f, " reports {}.", motors::ErrorBits(bits)),
        }
    }
}

/// The most important warnings of a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Warnings {
    list: [Option<Warning>; Warnings::MOST],
}

impl Warnings {
    /// More than these are not shown; the first found stay.
    pub const MOST: usize = 8;

    pub(crate) fn add(&mut self, arm: ArmPlace, joint: Option<Joint>, kind: WarningKind) {
        if let Some(free) = self.list.iter_mut().find(|place| place.is_none()) {
            *free = Some(Warning { arm, joint, kind });
        }
    }

    /// How many motors of `arm` are warned of because of exactly `kind`.
    pub(crate) fn of_motors(&self, arm: ArmPlace, kind: WarningKind) -> usize {
        self.iter()
            .filter(|warning| warning.is_of_motor(arm, kind))
            .count()
    }

    /// Leaves these out.
    pub(crate) fn drop_of_motors(&mut self, arm: ArmPlace, kind: WarningKind) {
        for place in &mut self.list {
            place.take_if(|warning| warning.is_of_motor(arm, kind));
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Warning> {
        self.list.iter().flatten()
    }
}

/// A moment of the loop.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// When.
    pub at: MonoTime,
    /// The cycle's slot on the grid.
    pub slot: u64,
    /// What the loop does.
    pub state: State,
    /// Whether the followers' motors push.
    pub torque: [Option<Torque>; 2],
    /// Positions of the followers, in dataset order.
    pub observation: Values,
    /// Goals sent last.
    pub goals: Values,
    /// Bit i set: value i of the observation is older than this cycle.
    pub stale: u16,
    /// Which arms have no line.
    pub lost: LostArms,
    /// Positions of the leaders, if there are any.
    pub leaders: Option<Values>,
    /// Whether the bounded first move is under way.
    pub first_move: bool,
    /// The teleoperator has come to its end.
    pub finished: bool,
    /// What the teleoperator tells about itself: its delay, its clutch, its place.
    pub input: InputStatus,
    /// Cycles a second, measured since the status before.
    pub rate_hz: f64,
    /// Distance of the last goal write from its place on the grid, in microseconds.
    pub late_us: f64,
    /// Time the last observation took, in microseconds.
    pub bus_us: f64,
    /// Cycles so far.
    pub cycles: u64,
    /// Slots without a goal so far.
    pub missed: u64,
    /// Steps that found the recorder's queue full.
    pub steps_refused: u64,
    /// Each follower motor's last status poll, as far as it was asked.
    pub motors: [[Option<MotorStatus>; JOINTS]; 2],
    /// What a person should know soon.
    pub warnings: Warnings,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_sentences_with_the_joint_before_the_motor_number() {
        let mut warnings = Warnings::default();
        warnings.add(
            ArmPlace::Follower(1),
            Some(Joint::WristFlex),
            WarningKind::Silent(Duration::from_millis(42)),
        );
        warnings.add(
            ArmPlace::Leader(0),
            None,
            WarningKind::LineSilent(Duration::from_millis(9)),
        );
        warnings.add(
            ArmPlace::Follower(0),
            Some(Joint::ElbowFlex),
            WarningKind::Warm(57.2),
        );
        let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "Second follower: wrist flex (motor 4) has not answered for 42 ms.",
                "Leader has not answered for 9 ms.",
                "Follower: elbow flex (motor 3) is at 57 °C.",
            ]
        );
        let texts: Vec<String> = warnings.iter().map(|warning| warning.words(true)).collect();
        assert_eq!(
            texts,
            [
                "Right follower: wrist flex (motor 4) has not answered for 42 ms.",
                "Left leader has not answered for 9 ms.",
                "Left follower: elbow flex (motor 3) is at 57 °C.",
            ]
        );
    }
}
