//! From the first look at the motors to the saved file, on a simulated arm with simulated hands.

use std::time::Duration;

use arms::calibrate::{CalibrateOptions, Command, Event};
use arms::{
    ArmKind, Calibrate, CalibrateError, CalibrateState, Calibration, Joint, calibration_file,
};
use sim::{Misbehaviour, SimArm, table};

use crate::bench::Bench;
use crate::hands::{MOVED, Session};

#[test]
fn a_calibrated_arm_has_its_middle_at_2047_and_file_and_motors_agree() {
    let mut session = Session::uncalibrated();
    session.until(CalibrateState::WaitingForMiddle);
    session.bring_to_the_middle();
    let events = session.command(Command::HomeHere);
    let Some(Event::Homed { offsets }) = events.first() else {
        panic!("{events:?}");
    };
    let offsets = *offsets;
    for id in 1..=6 {
        let position = session.bench.chain.truth(id).expect("a motor").position;
        assert!((position - 2047).abs() <= 1, "motor {id} reads {position}");
    }
    session.move_through(&MOVED);
    let events = session.command(Command::Finish);
    let Some(Event::Saved {
        calibration,
        path,
        backup: None,
        moved,
    }) = events.first()
    else {
        panic!("{events:?}");
    };

    assert_eq!(moved, &[]);
    assert_eq!(calibration_file::load(path).expect("loaded"), *calibration);
    assert_eq!(
        std::fs::read_to_string(path).expect("text"),
        calibration.to_json()
    );
    for joint in Joint::ALL {
        let at = calibration.joint(joint);
        assert_eq!((at.id, at.drive_mode), (joint.motor_id(), 0));
        assert_eq!(at.homing_offset, offsets[joint.index()]);
    }
    let roll = calibration.joint(Joint::WristRoll);
    assert_eq!((roll.range_min, roll.range_max), (0, 4095));
    // Stop to stop is 238.5 degrees, centred on the pose it was homed in.
    let pan = calibration.joint(Joint::ShoulderPan);
    assert!((pan.range_max - pan.range_min - 2713).abs() < 10, "{pan:?}");
    assert!(
        (pan.range_max + pan.range_min - 2 * 2047).abs() < 10,
        "{pan:?}"
    );

    let calibration = *calibration;
    session.bench.chain.power_cycle();
    let bench = Bench {
        calibration,
        ..session.bench
    };
    assert!(
        bench
            .connect()
            .calibration_differences()
            .expect("asked")
            .is_empty()
    );
}

#[test]
fn a_file_that_stood_there_is_kept() {
    let mut session = Session::new(Bench::follower());
    let path = session.folder.path().join("robots/so_follower/test.json");
    calibration_file::save(&path, &Calibration::full_turn()).expect("saved");
    session.until(CalibrateState::WaitingForMiddle);
    session.bring_to_the_middle();
    session.command(Command::HomeHere);
    session.move_through(&MOVED);
    let events = session.command(Command::Finish);
    let Some(Event::Saved {
        backup: Some(backup),
        ..
    }) = events.first()
    else {
        panic!("{events:?}");
    };
    assert_eq!(
        calibration_file::load(backup).expect("loaded"),
        Calibration::full_turn()
    );
}

#[test]
fn a_motor_that_complains_is_there_and_one_that_is_missing_is_named() {
    let bench = Bench::follower();
    bench
        .chain
        .misbehave(Misbehaviour::Fault { id: 3, bits: 0x20 })
        .expect("a motor");
    let mut session = Session::new(bench);
    let events = session.until(CalibrateState::WaitingForMiddle);
    let present: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::MotorPresent { joint, findings } => Some((joint.motor_id(), findings.len())),
            _ => None,
        })
        .collect();
    assert_eq!(present, [(1, 0), (2, 0), (3, 1), (4, 0), (5, 0), (6, 0)]);

    let bench = Bench::follower();
    for id in [2, 6] {
        bench
            .chain
            .misbehave(Misbehaviour::UnpluggedMotor { id })
            .expect("a motor");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let refused = Calibrate::connect(
        bench.bus(),
        bench.config(),
        bench.shared_clock(),
        folder.path().join("x.json"),
        None,
        CalibrateOptions::default(),
    );
    let error = refused.err().expect("two motors are missing").to_string();
    assert!(
        error.contains("shoulder_lift (motor 2) does not answer"),
        "{error}"
    );
    assert!(
        error.contains("gripper (motor 6) does not answer"),
        "{error}"
    );
    assert!(!error.contains("elbow_flex"), "{error}");
}

#[test]
fn the_power_is_switched_off_and_on_before_the_file_is_believed() {
    let options = CalibrateOptions {
        verify_power: true,
        ..CalibrateOptions::default()
    };
    for forgets in [false, true] {
        let bench = Bench::of(ArmKind::Follower, SimArm::follower().uncalibrated());
        let mut session = Session::recording(bench, options);
        session.move_through(&MOVED);
        let events = session.command(Command::Finish);
        assert!(
            matches!(events.as_slice(), [Event::SwitchPower]),
            "{events:?}"
        );
        for _ in 0..20 {
            assert!(session.step().is_empty());
        }
        // Each motor misses a look, as on a bad line: that is no power-up.
        for id in 1..=6 {
            let mute = Misbehaviour::MuteMotor { id };
            session.bench.chain.misbehave(mute).expect("a motor");
        }
        for _ in 0..6 {
            assert!(session.step().is_empty());
        }
        session.bench.chain.behave();
        for _ in 0..20 {
            assert!(session.step().is_empty());
        }
        session.bench.chain.set_power(false);
        for _ in 0..10 {
            session.step();
        }
        session.bench.chain.set_power(true);
        if forgets {
            session
                .bench
                .chain
                .set_register(4, table::HOMING_OFFSET, 0)
                .expect("a motor");
        }
        let path = session.folder.path().join("robots");
        let ends = if forgets {
            CalibrateState::Failed
        } else {
            CalibrateState::Done
        };
        let events = session.until(ends);
        match events.last() {
            Some(Event::Saved { .. }) => assert!(path.exists()),
            Some(Event::Failed {
                error:
                    CalibrateError::Forgot {
                        joint, register, ..
                    },
                not_restored,
            }) => {
                assert_eq!((*joint, *register), (Joint::WristFlex, "Homing_Offset"));
                assert_eq!(not_restored, &[]);
                assert!(!path.exists());
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn commands_out_of_turn_are_refused_and_change_nothing() {
    let mut session = Session::uncalibrated();
    for command in [Command::HomeHere, Command::Finish] {
        let events = session.command(command);
        assert!(
            matches!(events.as_slice(), [Event::NotNow { .. }]),
            "{events:?}"
        );
    }
    session.until(CalibrateState::WaitingForMiddle);
    let events = session.command(Command::Finish);
    assert!(matches!(
        events.as_slice(),
        [Event::NotNow {
            state: CalibrateState::WaitingForMiddle,
            ..
        }]
    ));
}

#[test]
fn an_arm_that_holds_is_let_down_gently_first() {
    let bench = Bench::of(
        ArmKind::Follower,
        SimArm::follower().posed([0.0, 30.0, 0.0, 0.0, 0.0, 50.0]),
    );
    drop(bench.holding());
    let start = bench.clock_now();
    let mut session = Session::new(bench);
    session.until(CalibrateState::WaitingForMiddle);
    assert!(session.bench.clock_now().since(start) > Duration::from_millis(1400));
    assert_eq!(session.bench.registers(table::TORQUE_ENABLE), [0; 6]);
    assert_eq!(session.bench.registers(table::LOCK), [0; 6]);
}

#[test]
fn the_last_tick_of_the_scale_and_readings_over_several_turns_are_homed_all_the_same() {
    let mut session = Session::uncalibrated();
    for id in 1..=6 {
        let phase = session.bench.register(id, table::PHASE);
        session
            .bench
            .chain
            .set_register(id, table::PHASE, phase | 0x10)
            .expect("a motor");
    }
    session.until(CalibrateState::WaitingForMiddle);
    assert!(
        session
            .bench
            .registers(table::PHASE)
            .iter()
            .all(|phase| phase & 0x10 == 0)
    );
    // Motor 5 turns freely: put its encoder on 4095.
    let reads = session.bench.chain.truth(5).expect("a motor");
    let degrees = f64::from(4095 - reads.position) * 360.0 / 4096.0;
    session
        .bench
        .chain
        .place(5, reads.angle + degrees)
        .expect("a motor");
    let events = session.command(Command::HomeHere);
    assert!(
        matches!(events.first(), Some(Event::Homed { .. })),
        "{events:?}"
    );
    let position = session.bench.chain.truth(5).expect("a motor").position;
    assert!((2046..=2048).contains(&position), "{position}");
}

#[test]
fn what_is_reviewed_is_what_is_written_and_nothing_is_written_before() {
    let mut session = Session::uncalibrated();
    session.until(CalibrateState::WaitingForMiddle);
    session.bring_to_the_middle();
    session.command(Command::HomeHere);
    let events = session.command(Command::Review);
    assert!(
        matches!(events.first(), Some(Event::Refused(joints)) if joints.len() >= 5),
        "{events:?}"
    );
    session.move_through(&MOVED);
    let events = session.command(Command::Review);
    let Some(Event::Reviewed {
        calibration,
        moved,
        former: Some(former),
    }) = events.first()
    else {
        panic!("{events:?}");
    };
    let (reviewed, reviewed_moved) = (*calibration, moved.clone());
    // The motors still have the limits that leave them free to be moved.
    assert_eq!(former[0].len(), 3);
    assert_eq!(session.calibrate.state(), CalibrateState::Recording);
    let events = session.command(Command::Finish);
    let Some(Event::Saved {
        calibration, moved, ..
    }) = events.first()
    else {
        panic!("{events:?}");
    };
    assert_eq!((calibration, moved), (&reviewed, &reviewed_moved));
}
