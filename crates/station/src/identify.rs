//! `identify()`: which arm is on which port: the one that a person moves by hand, or the one on a port that is named;
//! who it is among the known ones, and under which name it is remembered from now on.
//!
//! Nothing is written to a motor, and torque stays as it is. Not here: moving an arm to show which it is (`wiggle`).

use std::sync::Arc;
use std::time::Duration;

use arms::{ArmConfig, ArmKind, Fingerprint, JOINTS, Joint};
use motors::{AnyBus, MotorId, Outcome, ports, registers};
use protocol::{ErrorCode, Failure};
use units::MonoTime;

use crate::failure::{bad_request, failure};
use crate::hardware::{self, Line};
use crate::known_arms::{KnownArm, KnownArms, Match, known_arms_file, serial_of};
use crate::process::{Cx, Process, Verb};
use crate::scan::bus_failure;

/// How often every arm is asked where it is.
const LOOK: Duration = Duration::from_millis(50);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_millis(20);
/// A joint has been moved when it is this far from where it was: 5 degrees. A choice; a person moves it much farther,
/// and an arm that settles much less.
const MOVED_TICKS: i32 = 57;
/// Looks in a row that must see it, so that one damaged answer is no movement.
const MOVED_LOOKS: u32 = 2;

/// Under which name an arm is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remember {
    /// Its name.
    pub name: String,
    /// Leader or follower; none for what it was known as, or else what its type says.
    pub role: Option<ArmKind>,
    /// The name of its calibration file, when it is said.
    pub id: Option<String>,
}

/// Which arm to identify.
#[derive(Debug, Clone)]
pub struct IdentifyConfig {
    /// The arms it may be. With one, and no hand, it is that one.
    pub arms: Vec<ArmConfig>,
    /// Wait for a person to move one of them; none for the only one.
    pub by_hand: Option<Duration>,
    /// Remember it under this name.
    pub remember: Option<Remember>,
}

/// What happens meanwhile.
#[derive(Debug, Clone)]
pub enum IdentifyEvent {
    /// A port that cannot be watched, and why.
    NotWatched {
        /// Its path.
        port: String,
        /// Why.
        failure: Failure,
    },
    /// Torque is on, so this arm cannot be moved by hand.
    Stiff {
        /// Its path.
        port: String,
    },
    /// Move one arm now, by hand; these are watched.
    MoveOne {
        /// Their paths.
        ports: Vec<String>,
    },
}

/// Nothing can be told to it.
#[derive(Debug, Clone, Copy)]
pub enum IdentifyCommand {}

/// Which arm it is.
#[derive(Debug, Clone)]
pub struct IdentifyOutcome {
    /// Its port.
    pub port: String,
    /// Serial number of its adapter.
    pub serial: Option<String>,
    /// The joint that was moved.
    pub moved: Option<Joint>,
    /// What lasts in its motors.
    pub fingerprint: Fingerprint,
    /// Who it is among those that were known before.
    pub who: Match,
    /// The name under which it was remembered now.
    pub remembered: Option<KnownArm>,
}

/// The verb behind [`identify`].
#[derive(Debug)]
pub struct Identify;

/// Tells which arm is on which port.
pub fn identify(config: IdentifyConfig) -> Process<Identify> {
    Process::new(config)
}

/// The ports that look like an arm's, or all when none does.
pub fn likely_ports() -> Vec<String> {
    let all = ports::list();
    let likely = all.iter().filter(|port| port.looks_like_arm);
    let chosen: Vec<String> = likely.map(|port| port.path.clone()).collect();
    if chosen.is_empty() {
        all.into_iter().map(|port| port.path).collect()
    } else {
        chosen
    }
}

impl Verb for Identify {
    const NAME: &'static str = "identify";
    const DRIVES: bool = false;
    type Config = IdentifyConfig;
    type Command = IdentifyCommand;
    type Event = IdentifyEvent;
    type Outcome = IdentifyOutcome;

    fn run(config: IdentifyConfig, cx: &Cx<Self>) -> Result<IdentifyOutcome, Failure> {
        let (mut line, moved) = match config.by_hand {
            Some(patience) => by_hand(&config.arms, patience, cx)?,
            None => match config.arms.as_slice() {
                [one] => (hardware::open(one, &cx.clock)?, None),
                _ => {
                    return Err(bad_request(
                        "one arm can be identified at a time without moving it",
                        "Name one port, or let a hand tell which arm is meant.",
                    ));
                }
            },
        };
        let fingerprint = Fingerprint::read(&mut line.bus).map_err(|error| bus_failure(&error))?;
        if !fingerprint.any() {
            return Err(failure(
                ErrorCode::Motor,
                format!("no motor answers\nPort: {}", line.path),
                "Switch the arm's power on and check its cables: tendon scan",
            ));
        }
        let mut known = KnownArms::load(known_arms_file())?;
        let serial = serial_of(&line.path);
        let who = known.recognise(serial.as_deref(), &fingerprint);
        let kind = config.arms.first().map(|arm| arm.kind);
        let remembered = match &config.remember {
            Some(wish) => Some(remember(
                &mut known,
                wish,
                kind.unwrap_or(ArmKind::Follower),
                &line.path,
                serial.clone(),
                fingerprint,
                &who,
            )?),
            None => None,
        };
        Ok(IdentifyOutcome {
            port: line.path,
            serial,
            moved,
            fingerprint,
            who,
            remembered,
        })
    }
}

/// Names an arm, so that it is found again.
fn remember(
    known: &mut KnownArms,
    wish: &Remember,
    kind: ArmKind,
    port: &str,
    serial: Option<String>,
    fingerprint: Fingerprint,
    who: &Match,
) -> Result<KnownArm, Failure> {
    if !fingerprint.complete() {
        return Err(failure(
            ErrorCode::Motor,
            "an arm is known by all six motors, and not all answer",
            "See what is wrong: tendon scan",
        ));
    }
    let unmarked =
        fingerprint.0.iter().flatten().all(|print| {
            print.homing_offset == 0 && print.range_min == 0 && print.range_max == 4095
        });
    if unmarked {
        return Err(failure(
            ErrorCode::Calibration,
            "an arm that was never calibrated looks like any other",
            "Calibrate it first: tendon calibrate",
        ));
    }
    match who {
        Match::Same { name } | Match::Swapped { found: name, .. } if *name != wish.name => {
            return Err(failure(
                ErrorCode::NotWhile,
                format!("this arm is known as “{name}” already"),
                format!("To give it another name, first: tendon identify --forget={name}"),
            ));
        }
        _ => {}
    }
    let before = known.arms().into_iter().find(|arm| arm.name == wish.name);
    let arm = KnownArm {
        name: wish.name.clone(),
        role: wish
            .role
            .or(before.as_ref().map(|arm| arm.role))
            .unwrap_or(kind),
        id: wish.id.clone().or(before.and_then(|arm| arm.id)),
        adapter_serial: serial,
        port: port.to_owned(),
        fingerprint,
    };
    known.remember(&arm)?;
    tracing::info!(name = arm.name, port, fingerprint = %fingerprint, "arm remembered");
    Ok(arm)
}

/// An arm that is watched.
struct Watched {
    line: Line,
    movement: Movement,
}

fn by_hand(
    arms: &[ArmConfig],
    patience: Duration,
    cx: &Cx<Identify>,
) -> Result<(Line, Option<Joint>), Failure> {
    let mut watched = Vec::new();
    let mut last = None;
    for arm in arms {
        match watch(arm, cx) {
            Ok(one) => watched.push(one),
            Err(failure) => {
                last = Some(failure.clone());
                cx.emit(IdentifyEvent::NotWatched {
                    port: arm.port.clone(),
                    failure,
                });
            }
        }
    }
    if watched.is_empty() {
        return Err(last.unwrap_or_else(|| {
            failure(
                ErrorCode::Port,
                "there is no serial port",
                "Plug the arms' adapters in and switch their power on, then try again.",
            )
        }));
    }
    let ports = watched.iter().map(|it| it.line.path.clone()).collect();
    cx.emit(IdentifyEvent::MoveOne { ports });
    for simulated in watched.iter().filter_map(|it| it.line.simulated.as_ref()) {
        // Nobody can take hold of a simulated arm, so a simulated hand does.
        simulated.lead()?;
    }
    let until = cx.clock.now() + patience;
    loop {
        let mut lost = None;
        for (place, one) in watched.iter_mut().enumerate() {
            match one.movement.look(&mut one.line.bus) {
                Ok(Some(joint)) => return Ok((watched.swap_remove(place).line, Some(joint))),
                Ok(None) => {}
                Err(failure) => lost = Some((place, failure)),
            }
        }
        if let Some((place, failure)) = lost {
            let port = watched.remove(place).line.path;
            if watched.is_empty() {
                return Err(failure);
            }
            cx.emit(IdentifyEvent::NotWatched { port, failure });
        }
        if cx.stopping() || cx.clock.now() >= until {
            return Err(failure(
                if cx.stopping() {
                    ErrorCode::Stopped
                } else {
                    ErrorCode::Motor
                },
                "no arm was moved",
                "Move a joint of the arm by a hand's breadth. An arm whose torque is on must be released first: tendon release",
            ));
        }
        cx.clock.sleep(LOOK);
    }
}

fn watch(arm: &ArmConfig, cx: &Cx<Identify>) -> Result<Watched, Failure> {
    let mut line = hardware::open(arm, &cx.clock)?;
    let mut movement = Movement::default();
    movement.look(&mut line.bus)?;
    let mut there = 0;
    for joint in Joint::ALL {
        let id = MotorId(joint.motor_id());
        if movement.last[joint.index()].is_none() {
            continue;
        }
        there += 1;
        if let Ok(enabled) = line.bus.read(id, registers::TORQUE_ENABLE)
            && enabled != 0
        {
            let port = line.path.clone();
            cx.emit(IdentifyEvent::Stiff { port });
            break;
        }
    }
    if there == 0 {
        return Err(failure(
            ErrorCode::Motor,
            format!("no motor answers\nPort: {}", line.path),
            "Switch the arm's power on and check its cables.",
        ));
    }
    Ok(Watched { line, movement })
}

/// How far each joint has been moved since it was first seen, over the seam of its encoder too.
#[derive(Debug, Default)]
struct Movement {
    last: [Option<i32>; JOINTS],
    moved: [i32; JOINTS],
    looks: u32,
}

impl Movement {
    /// Asks all motors where they are; the joint that was moved farthest once one was moved far enough.
    fn look(&mut self, bus: &mut AnyBus) -> Result<Option<Joint>, Failure> {
        let ids = Joint::ALL.map(|joint| MotorId(joint.motor_id()));
        let mut outcomes = [Outcome::Silent; JOINTS];
        let clock = Arc::clone(bus.clock());
        let asked = bus
            .begin_group_read(registers::PRESENT_POSITION, &ids)
            .and_then(|()| {
                let deadline: MonoTime = clock.now() + ANSWER;
                bus.finish_group_read(deadline, &mut outcomes)
            });
        match asked {
            Err(error) if error.line_lost() => return Err(bus_failure(&error)),
            _ => {}
        }
        Ok(self.see(outcomes.map(|outcome| outcome.value())))
    }

    fn see(&mut self, positions: [Option<i32>; JOINTS]) -> Option<Joint> {
        for (index, position) in positions.into_iter().enumerate() {
            let Some(position) = position else { continue };
            if let Some(last) = self.last[index] {
                self.moved[index] += (position - last + 2048).rem_euclid(4096) - 2048;
            }
            self.last[index] = Some(position);
        }
        let farthest = Joint::ALL
            .into_iter()
            .max_by_key(|joint| self.moved[joint.index()].abs())
            .filter(|joint| self.moved[joint.index()].abs() >= MOVED_TICKS);
        self.looks = if farthest.is_some() {
            self.looks + 1
        } else {
            0
        };
        farthest.filter(|_| self.looks >= MOVED_LOOKS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(positions: &[[i32; JOINTS]]) -> Option<Joint> {
        let mut movement = Movement::default();
        positions.iter().find_map(|at| movement.see(at.map(Some)))
    }

    #[test]
    fn a_hand_is_told_from_noise_sagging_and_the_seam() {
        let still = [2000, 900, 3100, 2900, 4094, 1400];
        let with = |index: usize, ticks: i32| {
            let mut at = still;
            at[index] = ticks;
            at
        };
        for (what, positions, found) in [
            ("nothing moves", vec![still; 5], None),
            (
                "noise",
                vec![still, with(1, 903), with(2, 3096), still],
                None,
            ),
            (
                "a joint settles",
                vec![still, with(1, 880), with(1, 860), with(1, 860)],
                None,
            ),
            (
                "one damaged answer",
                vec![still, with(3, 100), still, still],
                None,
            ),
            (
                "the seam",
                vec![still, with(4, 2), with(4, 4090), with(4, 5)],
                None,
            ),
            (
                "a hand",
                vec![still, with(2, 3040), with(2, 3000)],
                Some(Joint::ElbowFlex),
            ),
            (
                "a hand across the seam",
                vec![still, with(4, 20), with(4, 60), with(4, 90)],
                Some(Joint::WristRoll),
            ),
        ] {
            assert_eq!(seen(&positions), found, "{what}");
        }
    }

    #[test]
    fn an_arm_that_nobody_could_tell_from_another_is_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let mut known = KnownArms::load(folder.path().join("known-arms.toml")).unwrap();
        let print = |homing_offset| arms::MotorPrint {
            model: 777,
            firmware: (3, 10),
            make: 0,
            homing_offset,
            range_min: 0,
            range_max: 4095,
        };
        let wish = |name: &str| Remember {
            name: name.to_owned(),
            role: None,
            id: None,
        };
        let mut name = |wish: &Remember, fingerprint: Fingerprint, who: Match| {
            let (kind, port) = (ArmKind::Leader, "/dev/ttyACM0");
            remember(&mut known, wish, kind, port, None, fingerprint, &who)
        };
        let fresh = Fingerprint([Some(print(0)); JOINTS]);
        let refused = name(&wish("a"), fresh, Match::Unknown).unwrap_err();
        assert_eq!(refused.code, ErrorCode::Calibration);
        let mut silent = Fingerprint([Some(print(7)); JOINTS]);
        silent.0[3] = None;
        let refused = name(&wish("a"), silent, Match::Unknown).unwrap_err();
        assert_eq!(refused.code, ErrorCode::Motor);
        let whole = Fingerprint([Some(print(7)); JOINTS]);
        let arm = name(&wish("a"), whole, Match::Unknown).unwrap();
        assert_eq!(arm.role, ArmKind::Leader);
        let same = Match::Same { name: "a".into() };
        let refused = name(&wish("b"), whole, same).unwrap_err();
        assert_eq!(refused.message, "this arm is known as “a” already");
    }
}
