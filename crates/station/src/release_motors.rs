//! `release_motors()`: switches the torque of an arm off, gently unless told otherwise.

use std::sync::Arc;

use std::time::Duration;

use arms::torque::Releasing;
use arms::{Arm, ArmConfig, Calibration, Joint, Torque};
use motors::Interrupt;
use protocol::{ErrorCode, Failure};
use stdx::Clock;
use teleop::Controls;

use crate::failure::{bad_request, failure};
use crate::hardware;
use crate::process::{Cx, Process, Verb};

/// Pause between the steps of a release.
const STEP: Duration = Duration::from_millis(20);
/// Longest that a caught arm's motors are waited for when they are asked where they are.
const ANSWERS: Duration = Duration::from_millis(5);
/// Time between two looks at the emergency stop: with the answers above it is on the wire within 10 ms.
const LOOK: Duration = Duration::from_millis(2);

/// Which motors to release, and how.
#[derive(Debug, Clone)]
pub struct ReleaseConfig {
    /// The arm.
    pub arm: ArmConfig,
    /// Ids of the motors, 1 to 6; empty for all.
    pub motors: Vec<u8>,
    /// At once: what the motors held drops. Otherwise the arm sinks.
    pub now: bool,
}

/// Nothing can be told to it.
#[derive(Debug, Clone, Copy)]
pub enum ReleaseCommand {}

/// What happens meanwhile.
#[derive(Debug, Clone)]
pub enum ReleaseEvent {
    /// The arm sinks.
    Sinking,
    /// An emergency stop caught it; it holds.
    Holding,
    /// An emergency stop could not catch it, or was pressed again meanwhile; it sinks on.
    CannotHold(Failure),
}

/// The verb behind [`release_motors`].
#[derive(Debug)]
pub struct ReleaseMotors;

/// Releases the motors of one arm.
pub fn release_motors(config: ReleaseConfig) -> Process<ReleaseMotors> {
    Process::new(config)
}

impl Verb for ReleaseMotors {
    const NAME: &'static str = "release";
    const DRIVES: bool = true;
    type Config = ReleaseConfig;
    type Command = ReleaseCommand;
    type Event = ReleaseEvent;
    /// The joints whose motors are off.
    type Outcome = Vec<Joint>;

    fn run(config: ReleaseConfig, cx: &Cx<Self>) -> Result<Vec<Joint>, Failure> {
        let joints = joints(&config.motors)?;
        let line = hardware::open(&config.arm, &cx.clock)?;
        // Letting go needs no calibration: an arm without one must be releasable too.
        let calibration = Calibration::full_turn();
        let mut arm = Arm::connect(line.bus, config.arm, calibration, Arc::clone(&cx.clock))
            .map_err(hardware::arm_failure)?;
        if config.now || joints.len() < Joint::ALL.len() {
            arm.release_motors(&joints).map_err(hardware::arm_failure)?;
        } else {
            let tell = |event| cx.emit(event);
            sink(&mut arm, &cx.controls(), &*cx.clock, || cx.leaves(), tell)?;
        }
        Ok(joints)
    }
}

/// Lets the arm sink. A press of the emergency stop catches it where it is; another lets it sink on. An arm whose torque is
/// already cut is not caught: it would jump from wherever it fell to. An arm that cannot hold goes on sinking.
fn sink(
    arm: &mut Arm,
    controls: &Controls,
    clock: &dyn Clock,
    leaves: impl Fn() -> u32,
    mut tell: impl FnMut(ReleaseEvent),
) -> Result<(), Failure> {
    let pressed = controls.clone();
    let interrupt = Interrupt::new(move || pressed.emergency_pending());
    arm.set_interrupt(Some(interrupt.clone()));
    let mut left = leaves();
    let mut cut = arm.torque() == Torque::Off;
    let mut release = Some(arm.begin_release());
    let mut due = clock.now();
    tell(ReleaseEvent::Sinking);
    loop {
        let asked = leaves();
        let leaves_now = std::mem::replace(&mut left, asked) < asked;
        let stopped = controls.take_stop();
        let pressed = controls.take_emergencies() > 0 || stopped;
        if pressed && !cut && release.take().is_some() {
            match catch(arm) {
                Ok(()) => tell(ReleaseEvent::Holding),
                // Some motors may push again with all their force, and nobody would own them.
                Err(error) => {
                    tell(ReleaseEvent::CannotHold(hardware::arm_failure(error)));
                    release = Some(arm.begin_release());
                }
            }
            arm.set_interrupt(Some(interrupt.clone()));
            due = clock.now();
        } else if release.is_none() && (pressed || leaves_now) {
            release = Some(arm.begin_release());
            due = clock.now();
            tell(ReleaseEvent::Sinking);
        }
        if clock.now() < due {
            clock.sleep(LOOK);
            continue;
        }
        due = clock.now() + STEP;
        let Some(under_way) = &mut release else {
            continue;
        };
        match under_way.step(arm, clock.now()) {
            Ok(Releasing::Sinking) => {}
            Ok(Releasing::Confirming) => cut = true,
            Ok(Releasing::Done { unconfirmed: 0 }) => return Ok(()),
            Ok(Releasing::Done { .. }) => {
                return Err(failure(
                    ErrorCode::Motor,
                    "a motor did not confirm that its torque is off",
                    "Hold the arm, then release it again or pull its power plug.",
                ));
            }
            Err(error) => {
                let lost = hardware::arm_failure(error);
                return Err(Failure {
                    remedy: format!(
                        "Hold the arm and pull its power plug: torque may still be on. {}",
                        lost.remedy
                    ),
                    ..lost
                });
            }
        }
    }
}

/// Stops where the arm is, in one packet with what force is left, then holds with all of it. Nothing calls this off: another
/// press is looked at afterwards.
fn catch(arm: &mut Arm) -> Result<(), arms::ArmError> {
    arm.set_interrupt(None);
    arm.begin_observe()?;
    let answered = arm.observe_deadline(ANSWERS);
    arm.finish_observe(answered)?;
    arm.stop_here()?;
    arm.hold()
}

fn joints(ids: &[u8]) -> Result<Vec<Joint>, Failure> {
    if ids.is_empty() {
        return Ok(Joint::ALL.to_vec());
    }
    ids.iter()
        .map(|id| {
            Joint::ALL
                .into_iter()
                .find(|joint| joint.motor_id() == *id)
                .ok_or_else(|| {
                    bad_request(
                        format!("there is no motor {id}"),
                        "Motors have the ids 1 to 6.",
                    )
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use arms::ArmKind;
    use motors::{Bus, Port};
    use sim::{Chain, Misbehaviour, SimArm, memory_port};
    use stdx::FakeClock;

    use super::*;

    /// An arm that holds, as somebody else left it.
    fn held() -> (FakeClock, Chain, Arm) {
        let clock = FakeClock::default();
        let sim = SimArm::follower().posed([0.0, 0.0, 0.0, 0.0, 0.0, 50.0]);
        let chain = sim.chain(clock.shared());
        let port: Box<dyn Port> = Box::new(memory_port(chain.clone()));
        let bus = Bus::new(port, clock.shared());
        let config = ArmConfig::new(ArmKind::Follower, "sim");
        let calibration = hardware::calibration_of(&sim).unwrap();
        let mut arm = Arm::connect(bus, config, calibration, clock.shared()).unwrap();
        arm.configure().unwrap();
        arm.hold().unwrap();
        (clock, chain, arm)
    }

    fn pushes(chain: &Chain) -> usize {
        (1..=6)
            .filter(|id| chain.truth(*id).unwrap().torque != sim::Torque::Off)
            .count()
    }

    /// Lets the arm sink and does `at` with the milliseconds since the begin, whenever the verb looks. What was told, when.
    fn sinking(
        clock: &FakeClock,
        arm: &mut Arm,
        controls: &Controls,
        at: impl Fn(u64),
    ) -> (Result<(), Failure>, Vec<(u64, &'static str)>) {
        let begun = clock.now();
        let since = || clock.now().since(begun).as_millis() as u64;
        let told = RefCell::new(Vec::new());
        let looks = || {
            assert!(since() < 20_000, "no end: {told:?}");
            at(since());
            0
        };
        let result = sink(arm, controls, clock, looks, |event| {
            let word = match event {
                ReleaseEvent::Sinking => "sinking",
                ReleaseEvent::Holding => "holding",
                ReleaseEvent::CannotHold(_) => "cannot hold",
            };
            told.borrow_mut().push((since(), word));
        });
        let told = told.borrow().clone();
        (result, told)
    }

    #[test]
    fn a_press_while_the_arm_sinks_holds_it_within_ten_milliseconds() {
        for press in [301, 305, 311, 317] {
            let (clock, chain, mut arm) = held();
            let controls = Controls::new();
            let (pressed, again) = (Cell::new(0), Cell::new(false));
            let goals = RefCell::new(Vec::new());
            chain.take_goal_log(100);
            let begun = clock.now();
            let (result, told) = sinking(&clock, &mut arm, &controls, |ms| {
                if ms >= press && pressed.get() == 0 {
                    pressed.set(press);
                    controls.emergency_stop().press();
                }
                if ms >= 2_000 && !again.replace(true) {
                    let log = chain.take_goal_log(100);
                    goals.borrow_mut().extend(log.arrivals().map(|it| it.at));
                    assert_eq!(pushes(&chain), 6, "it holds");
                    controls.emergency_stop().press();
                }
            });
            result.unwrap();
            assert_eq!(
                told.iter().map(|(_, word)| *word).collect::<Vec<_>>(),
                ["sinking", "holding", "sinking"]
            );
            let first = goals.borrow()[0].since(begun).as_millis() as u64;
            assert!(
                first <= press + 10,
                "pressed at {press}, on the wire at {first} ms"
            );
            assert_eq!(pushes(&chain), 0);
        }
    }

    #[test]
    fn an_arm_that_cannot_hold_goes_on_sinking_and_is_never_left_with_torque() {
        let (clock, chain, mut arm) = held();
        let controls = Controls::new();
        let done = Cell::new(0);
        let (result, told) = sinking(&clock, &mut arm, &controls, |ms| {
            if ms >= 300 && done.get() == 0 {
                done.set(1);
                chain.misbehave(Misbehaviour::MuteMotor { id: 6 }).unwrap();
                controls.emergency_stop().press();
            }
            if ms >= 1_000 && done.get() == 1 {
                done.set(2);
                chain.behave();
            }
        });
        result.unwrap();
        assert_eq!(
            told.iter().map(|(_, word)| *word).collect::<Vec<_>>(),
            ["sinking", "cannot hold"]
        );
        assert_eq!(pushes(&chain), 0);
    }

    #[test]
    fn a_press_after_the_torque_is_cut_does_not_switch_a_limp_arm_on() {
        let (clock, chain, mut arm) = held();
        let controls = Controls::new();
        let limp = Cell::new(false);
        let (result, told) = sinking(&clock, &mut arm, &controls, |_| {
            assert!(!limp.get() || pushes(&chain) == 0, "it pushes again");
            if pushes(&chain) == 0 && !limp.replace(true) {
                controls.emergency_stop().press();
            }
        });
        result.unwrap();
        assert!(limp.get(), "it was pressed while the motors confirmed");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(pushes(&chain), 0);
    }
}
