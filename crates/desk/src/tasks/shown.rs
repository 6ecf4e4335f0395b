//! A rig as the window shows it: joints with their health, keys, the loop's own figures.
//!
//! Not here: what the rig does (`rig`).

use arms::{JOINTS, Joint, Values};
use protocol::window::{
    ArmLive, DriveState, Histogram, InputKind, JogState, JointLive, Level, LoopFigures, Notice,
};
use teleop::{ArmPlace, Status, Warning, WarningKind};

use super::rig::{Place, Rig};
use crate::hands::Hands;
use crate::notices;

impl Rig {
    pub(crate) fn show(&self, hands: &Hands) -> DriveState {
        let status = self.status.as_deref();
        let (keys, keys_on) = hands
            .with(|keys| (keys.caps(), keys.on()))
            .unwrap_or_default();
        let (kind, speed) = (self.inputs.shown(), self.inputs.speed());
        DriveState {
            word: status
                .map_or("opening", |status| status.state.word())
                .to_owned(),
            followers: self.arms(&self.followers, false),
            leaders: self.arms(&self.leaders, true),
            input: kind,
            inputs: self.inputs.choices(),
            keys_on,
            keys,
            arm: self.inputs.arm(),
            speed,
            degrees_per_second: speed * self.speed_of_keys(),
            first_move: status.is_some_and(|status| status.first_move),
            clutch_open: self.inputs.clutch_open(),
            jog: status
                .and_then(|status| status.input.jog)
                .filter(|_| kind == InputKind::Tip)
                .map(|jog| JogState {
                    place_mm: jog.pose.position.map(|metres| metres * 1e3),
                    angles: [jog.pose.pitch, jog.pose.roll],
                    why_not: jog
                        .holds
                        .map_or_else(String::new, |holds| format!("{holds}. {}", holds.remedy())),
                }),
            poses: self.poses.clone(),
            figures: self.loop_figures(),
            warnings: status.map_or_else(Vec::new, |status| {
                let warnings = status.warnings.iter();
                warnings.map(|warning| self.warning(warning)).collect()
            }),
            gamepad: self.inputs.gamepad(),
            cameras: self.cameras.clone(),
        }
    }

    /// A warning as it stands for as long as it lasts.
    pub(super) fn warning(&self, warning: &Warning) -> Notice {
        let pair = self.followers.len() > 1;
        // Figures in the words change all the time; the warning is the same.
        let key = format!(
            "{:?} {:?} {:?}",
            warning.arm,
            warning.joint,
            std::mem::discriminant(&warning.kind)
        );
        notices::keyed(
            &key,
            Level::Warning,
            warning.words(pair),
            remedy(&warning.kind),
        )
    }

    fn speed_of_keys(&self) -> f64 {
        let first = self.followers.first();
        first.map_or(0.0, |place| place.seat.config.safety.keyboard_speed)
    }

    fn arms(&self, places: &[Place], led: bool) -> Vec<ArmLive> {
        let status = self.status.as_deref();
        let values = |values: &Values, arm: usize, joint: usize| {
            let value = values.as_slice().get(arm * JOINTS + joint).copied();
            value.filter(|value| value.is_finite())
        };
        let one = |(arm, place): (usize, &Place)| {
            let lost = status.is_some_and(|status| {
                let lost = if led {
                    status.lost.leaders
                } else {
                    status.lost.followers
                };
                lost.get(arm).copied().unwrap_or_default()
            });
            let joint = |joint: Joint| {
                let index = joint.index();
                let limits = &place.limits[index];
                let motor = status
                    .filter(|_| !led)
                    .and_then(|status| *status.motors.get(arm)?.get(index)?);
                let bit = 1_u16 << (arm * JOINTS + index);
                JointLive {
                    joint: joint.name().to_owned(),
                    id: joint.motor_id(),
                    position: status.and_then(|status| {
                        let seen = if led {
                            status.leaders.as_ref()?
                        } else {
                            &status.observation
                        };
                        values(seen, arm, index)
                    }),
                    goal: status
                        .filter(|_| !led)
                        .and_then(|status| values(&status.goals, arm, index)),
                    stale: !led && status.is_some_and(|status| status.stale & bit != 0),
                    least: limits.least,
                    most: limits.most,
                    temperature: motor.map(|motor| motor.temperature),
                    voltage: motor.map(|motor| motor.voltage),
                    current: motor.map(|motor| motor.current),
                    load: motor.map(|motor| motor.load),
                    lost: place.lost[index],
                    trouble: status
                        .map_or_else(String::new, |status| trouble_of(status, arm, joint, led)),
                }
            };
            ArmLive {
                key: place.seat.key.clone(),
                name: place.seat.name.clone(),
                lost,
                joints: Joint::ALL.map(joint).to_vec(),
            }
        };
        places.iter().enumerate().map(one).collect()
    }

    fn loop_figures(&self) -> LoopFigures {
        let status = self.status.as_deref();
        let (ends_us, counts) = self.bars.iter().copied().unzip();
        LoopFigures {
            wanted_hz: self.wanted_hz,
            rate_hz: status.map_or(0.0, |status| status.rate_hz),
            cycles: status.map_or(0, |status| status.cycles),
            missed: status.map_or(0, |status| status.missed),
            period_error_us: self.spread.0,
            bus_us: self.spread.1,
            histogram: Histogram { ends_us, counts },
            priority: self.priority.clone(),
        }
    }
}

/// What is wrong with a joint, in a few words.
fn trouble_of(status: &Status, arm: usize, joint: Joint, led: bool) -> String {
    let of = |warning: &&Warning| {
        let here = match warning.arm {
            ArmPlace::Follower(number) => !led && usize::from(number) == arm,
            ArmPlace::Leader(number) => led && usize::from(number) == arm,
        };
        here && warning.joint == Some(joint)
    };
    let warning = status.warnings.iter().find(of);
    warning.map_or_else(String::new, |warning| match warning.kind {
        WarningKind::Silent(_) | WarningKind::LineSilent(_) => "does not answer".to_owned(),
        WarningKind::Warm(_) => "warm".to_owned(),
        WarningKind::Sagging(_) => "its supply sags".to_owned(),
        WarningKind::Straining(_) => "draws much current".to_owned(),
        WarningKind::Pushing(_) => "pushes hard".to_owned(),
        WarningKind::Stalled => "pushes and does not move".to_owned(),
        WarningKind::GaveWay => "was stuck".to_owned(),
        WarningKind::Complains(bits) => motors::ErrorBits(bits).to_string(),
    })
}

/// What a person can do about a warning.
fn remedy(kind: &WarningKind) -> &'static str {
    match kind {
        WarningKind::Silent(_) => "Check the cable of this motor and of the one before it.",
        WarningKind::LineSilent(_) => "Check the arm's power and its USB cable.",
        WarningKind::Warm(_) => "Let the arm rest in a pose in which nothing pulls at it.",
        WarningKind::Sagging(_) => {
            "Check the power supply and its plug; use the one that belongs to these motors."
        }
        WarningKind::Straining(_) | WarningKind::Pushing(_) | WarningKind::Stalled => {
            "See what keeps the joint, and drive it back a little."
        }
        WarningKind::GaveWay => "Drive the joint away from what it pushed against.",
        WarningKind::Complains(_) => {
            "Switch the arm's power off and on. If it stays, check this motor."
        }
    }
}
