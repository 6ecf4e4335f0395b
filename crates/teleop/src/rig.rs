//! The arms of one loop: which go together, and what the loop remembers of each between cycles.
//!
//! Not here: when anything is done with them (`cycle`).

use arms::{Arm, ArmKind, JOINTS, Joint, Limits, Values};
use motors::Port;
use protocol::{ErrorCode, Failure};
use units::MonoTime;

use crate::health::{MotorHealth, MotorStatus, Verdict};
use crate::watch::Watch;

/// The arms of one loop, connected and configured: one or two followers, and no leaders or one for each follower.
/// Two followers stand in the order left, right, and so do their leaders.
#[derive(Debug, Default)]
pub struct Rig {
    /// The arms that are driven.
    pub followers: Vec<Arm>,
    /// The arms a person moves.
    pub leaders: Vec<Arm>,
}

/// Why arms do not make a rig.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RigError {
    /// One or two.
    #[error("a rig has one or two followers, not {0}")]
    Followers(usize),
    /// None, or one each.
    #[error("{followers} followers cannot be driven by {leaders} leaders")]
    Leaders {
        /// How many are driven.
        followers: usize,
        /// How many drive.
        leaders: usize,
    },
    /// A leader among the followers or the other way round.
    #[error("{0} is of the other kind")]
    Kind(String),
}

impl RigError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Followers(_) => "Choose one follower, or a left and a right one.",
            Self::Leaders { .. } => "Choose one leader for each follower, or none.",
            Self::Kind(_) => "Swap the ports of leader and follower.",
        }
    }
}

impl Rig {
    /// Whether these arms can be driven together.
    ///
    /// # Errors
    /// When they cannot.
    pub fn check(&self) -> Result<(), RigError> {
        let (followers, leaders) = (self.followers.len(), self.leaders.len());
        if !(1..=2).contains(&followers) {
            return Err(RigError::Followers(followers));
        }
        if leaders != 0 && leaders != followers {
            return Err(RigError::Leaders { followers, leaders });
        }
        let kinds = [
            (&self.followers, ArmKind::Follower),
            (&self.leaders, ArmKind::Leader),
        ];
        for (arms, kind) in kinds {
            if let Some(arm) = arms.iter().find(|arm| arm.kind() != kind) {
                return Err(RigError::Kind(arm.name().to_owned()));
            }
        }
        Ok(())
    }
}

/// An arm and what the loop knows of it.
pub(crate) struct Side {
    pub(crate) arm: Arm,
    pub(crate) watch: Watch,
    /// Positions last seen.
    pub(crate) present: [f64; JOINTS],
    /// Bit i set: joint i did not answer in this cycle.
    pub(crate) stale: u8,
    pub(crate) error_bits: [u8; JOINTS],
    /// Every error bit since the last report.
    pub(crate) bits_seen: [u8; JOINTS],
    /// The line is gone; nothing more is sent.
    pub(crate) lost: bool,
    /// What is left of a line that is gone, to be closed by somebody who may wait.
    pub(crate) gone: Option<Box<dyn Port>>,
}

impl std::fmt::Debug for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Side")
            .field("arm", &self.arm)
            .field("stale", &self.stale)
            .field("lost", &self.lost)
            .finish_non_exhaustive()
    }
}

impl Side {
    pub(crate) fn new(arm: Arm, now: MonoTime) -> Self {
        Self {
            present: arm.values(),
            arm,
            watch: Watch::new(now),
            stale: 0,
            error_bits: [0; JOINTS],
            bits_seen: [0; JOINTS],
            lost: false,
            gone: None,
        }
    }
}

/// A follower and what the loop knows of it.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) side: Side,
    pub(crate) limits: Limits,
    pub(crate) release: Option<arms::torque::Release>,
    pub(crate) health: [MotorHealth; JOINTS],
    pub(crate) verdicts: [Verdict; JOINTS],
    pub(crate) motors: [Option<MotorStatus>; JOINTS],
    /// Position and time of each joint's last status poll, for its speed.
    pub(crate) polled: [Option<(MonoTime, f64)>; JOINTS],
    /// Joints that gave way: where, until somebody asks for something near.
    pub(crate) gave_way: [Option<f64>; JOINTS],
}

impl Follower {
    pub(crate) fn new(arm: Arm, now: MonoTime) -> Self {
        Self {
            limits: *arm.limiter().limits(),
            side: Side::new(arm, now),
            release: None,
            health: [MotorHealth::default(); JOINTS],
            verdicts: [Verdict::default(); JOINTS],
            motors: [None; JOINTS],
            polled: [None; JOINTS],
            gave_way: [None; JOINTS],
        }
    }

    /// A joint that gave way stays where it did until the wanted goal comes near; other joints are left alone.
    pub(crate) fn give_way(&mut self, wanted: &mut [f64; JOINTS], near: f64) {
        for (place, wanted) in self.gave_way.iter_mut().zip(wanted) {
            if let Some(at) = *place {
                if (*wanted - at).abs() <= near {
                    *place = None;
                } else {
                    *wanted = at;
                }
            }
        }
    }
}

/// The values of several arms in dataset order.
pub(crate) fn joined<'a>(arms: impl Iterator<Item = &'a [f64; JOINTS]>) -> Values {
    let mut rows = [[0.0; JOINTS]; 2];
    let mut count = 0;
    for (row, arm) in rows.iter_mut().zip(arms) {
        *row = *arm;
        count += 1;
    }
    Values::from_arms(&rows[..count])
}

/// An arm's failure as it leaves the core.
pub(crate) fn failure(error: &arms::ArmError) -> Failure {
    Failure {
        code: if error.line_lost() {
            ErrorCode::LineLost
        } else {
            ErrorCode::Motor
        },
        message: error.to_string(),
        remedy: error.remedy().to_owned(),
    }
}

/// The line of `side` is gone: nothing more is sent, and its torque is unknown.
pub(crate) fn lose(side: &mut Side, error: &arms::ArmError) -> Failure {
    if !side.lost {
        side.lost = true;
        side.gone = Some(side.arm.take_port());
    }
    side.stale = (1 << JOINTS) - 1;
    failure(error)
}

/// A motor's failure, with the joint before the motor's number.
pub(crate) fn motor_failure(arm: &str, joint: Joint, what: &str, remedy: &str) -> Failure {
    let name = joint.name().replace('_', " ");
    Failure {
        code: ErrorCode::Motor,
        message: format!("{arm}: {name} (motor {}) {what}", joint.motor_id()),
        remedy: remedy.to_owned(),
    }
}
