//! Every way out of a calibration before its end: the motors hold what they held.

use std::time::Duration;

use arms::calibrate::{CalibrateOptions, Command, Event};
use arms::{ArmError, CalibrateError, CalibrateState, Calibration, Joint, Torque};
use proptest::prelude::*;
use sim::{Hand, Misbehaviour, table};

use crate::bench::Bench;
use crate::hands::{MIDDLES, MOVED, Session};

/// Everything the motors hold but what they measure. A goal is where the joint was at power-up.
fn registers(bench: &Bench) -> Vec<(&'static str, [i32; 6])> {
    table::TABLE
        .iter()
        .filter(|row| row.writable && **row != table::GOAL_POSITION)
        .map(|row| (row.name, bench.registers(*row)))
        .collect()
}

fn kept_without_power(bench: &Bench) -> Vec<(&'static str, [i32; 6])> {
    bench.chain.power_cycle();
    registers(bench)
}

/// A calibrated follower with a few odd things in its registers.
fn odd() -> Bench {
    let bench = Bench::follower();
    for (id, row, value) in [
        (2, table::OPERATING_MODE, 3),
        (3, table::PHASE, 0x1c),
        (5, table::HOMING_OFFSET, -2047),
    ] {
        bench.chain.set_register(id, row, value).expect("a motor");
    }
    // In RAM only, as somebody's program may have left it.
    let mut bus = bench.bus();
    for (id, register, value) in [
        (1, motors::registers::LOCK, 0),
        (4, motors::registers::TORQUE_LIMIT, 333),
    ] {
        bus.write(motors::MotorId(id), register, value)
            .expect("written");
    }
    bench
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn giving_up_after_any_step_leaves_every_register_as_it_was(
        steps in 0usize..260, verify_power: bool,
    ) {
        let bench = odd();
        let before = registers(&bench);
        let options = CalibrateOptions { verify_power, ..CalibrateOptions::default() };
        let mut session = Session::with(bench, options);
        // A whole calibration: ready, middle, homed, two sweeps, finished (and waiting for power).
        for step in 0..steps {
            match step {
                20 => for (id, angle) in (1..=6).zip(MIDDLES) {
                    session.bench.chain.hand(id, Some(Hand::HoldsAt(angle))).expect("a motor");
                },
                60 => session.calibrate.command(Command::HomeHere),
                61 | 101 | 141 | 181 => for joint in MOVED {
                    session.hold(joint, if step % 80 == 61 { -400.0 } else { 400.0 });
                },
                230 if verify_power => session.calibrate.command(Command::Finish),
                _ => {}
            }
            session.step();
        }
        if verify_power && steps > 231 {
            prop_assert_eq!(session.calibrate.state(), CalibrateState::WaitingForPower);
        }
        let events = session.command(Command::Cancel);
        prop_assert!(matches!(events.as_slice(), [Event::Cancelled]), "{:?}", events);
        prop_assert_eq!(session.calibrate.arm().torque(), Torque::Off);
        prop_assert_eq!(registers(&session.bench), before);
        prop_assert!(!session.folder.path().join("robots").exists());
        let fresh = odd();
        prop_assert_eq!(kept_without_power(&session.bench), kept_without_power(&fresh));
    }
}

#[test]
fn giving_up_while_the_arm_is_let_down_lets_it_down_and_changes_nothing_else() {
    let bench = Bench::follower();
    drop(bench.holding());
    let before: Vec<_> = registers(&bench);
    let mut session = Session::new(bench);
    for _ in 0..5 {
        session.step();
    }
    assert_eq!(session.calibrate.arm().torque(), Torque::On);
    let events = session.command(Command::Cancel);
    assert!(
        matches!(events.as_slice(), [Event::Cancelled]),
        "{events:?}"
    );
    for ((name, before), (_, after)) in before.iter().zip(registers(&session.bench)) {
        let wanted = if *name == "Torque_Enable" {
            [0; 6]
        } else {
            *before
        };
        assert_eq!(after, wanted, "{name}");
    }
}

#[test]
fn a_motor_that_falls_silent_is_a_failure_and_never_a_position() {
    for homed in [false, true] {
        let mut session = Session::new(Bench::follower());
        let before = registers(&session.bench);
        session.until(CalibrateState::WaitingForMiddle);
        session.bring_to_the_middle();
        if homed {
            session.command(Command::HomeHere);
        }
        session
            .bench
            .chain
            .misbehave(Misbehaviour::MuteMotor { id: 5 })
            .expect("a motor");
        let events = if homed {
            session.until(CalibrateState::Failed)
        } else {
            session.command(Command::HomeHere)
        };
        let Some(Event::Failed {
            error,
            not_restored,
        }) = events.last()
        else {
            panic!("{events:?}");
        };
        assert!(error.to_string().contains("wrist_roll"), "{error}");
        assert_eq!(not_restored, &[Joint::WristRoll]);
        // All that could be reached has what it had before.
        for ((name, before), (_, after)) in before.iter().zip(registers(&session.bench)) {
            assert_eq!(before[..4], after[..4], "{name}");
            assert_eq!(before[5], after[5], "{name}");
        }
    }
}

#[test]
fn a_motor_that_loses_its_power_for_a_moment_is_named_and_every_motor_restored() {
    for id in 1..=6 {
        let bench = Bench::follower();
        let before = registers(&bench);
        let mut session = Session::recording(bench, CalibrateOptions::default());
        session.bench.chain.brown_out(id).expect("a motor");
        let events = session.until(CalibrateState::Failed);
        let Some(Event::Failed {
            error: CalibrateError::LostPower { joint },
            not_restored,
        }) = events.last()
        else {
            panic!("{events:?}");
        };
        assert_eq!(joint.motor_id(), id);
        assert_eq!(not_restored, &[]);
        assert_eq!(registers(&session.bench), before);
    }
}

#[test]
fn an_adapter_pulled_out_ends_calibration_and_says_that_nothing_was_restored() {
    let mut session = Session::new(Bench::follower());
    session.until(CalibrateState::WaitingForMiddle);
    session.bring_to_the_middle();
    session.command(Command::HomeHere);
    session.bench.chain.unplug();
    let events = session.step();
    let [
        Event::Failed {
            error,
            not_restored,
        },
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert!(matches!(error, CalibrateError::Arm(error) if error.line_lost()));
    assert_eq!(not_restored.len(), 6);
    assert!(session.calibrate.ended());
    assert!(session.step().is_empty());
}

#[test]
fn a_calibration_that_one_motor_does_not_take_is_taken_by_none() {
    let bench = odd();
    bench
        .chain
        .misbehave(Misbehaviour::DeafEeprom {
            whom: sim::Whom::Motor(4),
        })
        .expect("a motor");
    let before = registers(&bench);
    let mut arm = bench.connect();
    let error = arm
        .replace_calibration(Calibration::full_turn())
        .expect_err("motor 4 takes nothing");
    assert!(error.to_string().contains("wrist_flex"), "{error}");
    assert_eq!(registers(&bench), before);
    assert_eq!(*arm.calibration(), bench.calibration);

    bench.chain.behave();
    let replaced = arm
        .replace_calibration(Calibration::full_turn())
        .expect("written");
    assert_eq!(replaced.take_back(&mut arm), []);
    assert_eq!(registers(&bench), before);
    bench
        .chain
        .misbehave(Misbehaviour::MuteMotor { id: 2 })
        .expect("a motor");
    assert_eq!(replaced.take_back(&mut arm), [Joint::ShoulderLift]);
    bench.chain.behave();
    arm.replace_calibration(Calibration::full_turn())
        .expect("written");
    assert_eq!(
        arm.calibration_in_motors()
            .expect("asked")
            .expect("numbers"),
        Calibration::full_turn()
    );
}

#[test]
fn a_motor_that_falls_silent_while_it_gets_another_calibration_is_named() {
    let mut named = 0;
    for after_ms in 0..60 {
        let bench = odd();
        let mut arm = bench.connect();
        let falls_silent = sim::Plan {
            what: Misbehaviour::MuteMotor { id: 2 },
            after: Duration::from_millis(after_ms),
            lasting: None,
        };
        bench.chain.plan(falls_silent).expect("a motor");
        match arm.replace_calibration(Calibration::full_turn()) {
            Err(ArmError::HalfReplaced { joints, source }) => {
                assert_eq!(joints, [Joint::ShoulderLift], "{source}");
                named += 1;
            }
            Err(error) => assert!(error.to_string().contains("shoulder_lift"), "{error}"),
            Ok(_) => {}
        }
    }
    assert!(named > 0, "it never fell silent in the middle");
}

#[test]
fn a_calibration_that_is_dropped_in_the_middle_leaves_the_motors_as_they_were() {
    let bench = odd();
    let before = registers(&bench);
    let session = Session::recording(bench, CalibrateOptions::default());
    assert_ne!(registers(&session.bench), before);
    let Session {
        bench, calibrate, ..
    } = session;
    drop(calibrate);
    assert_eq!(registers(&bench), before);
}
