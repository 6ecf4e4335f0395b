//! Calibrating a simulated arm with simulated hands.

use std::time::Duration;

use arms::calibrate::{CalibrateOptions, Command, Event, Progress, Unusable, WristRoll};
use arms::{
    ArmKind, Calibrate, CalibrateError, CalibrateState, Calibration, Joint, Torque,
    calibration_file,
};
use proptest::prelude::*;
use sim::{Hand, Misbehaviour, SimArm, table};

use crate::bench::Bench;

struct Session {
    bench: Bench,
    calibrate: Calibrate,
    folder: tempfile::TempDir,
}

impl Session {
    fn new(bench: Bench) -> Self {
        Self::with(bench, CalibrateOptions::default())
    }

    fn with(bench: Bench, options: CalibrateOptions) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let calibrate = Calibrate::connect(
            bench.bus(),
            bench.config(),
            bench.shared_clock(),
            folder.path().join("robots/so_follower/test.json"),
            Some(folder.path().join("ours")),
            options,
        )
        .expect("connected");
        Self {
            bench,
            calibrate,
            folder,
        }
    }

    fn uncalibrated() -> Self {
        Self::new(Bench::of(
            ArmKind::Follower,
            SimArm::follower().uncalibrated(),
        ))
    }

    fn step(&mut self) -> Vec<Event> {
        self.bench.wait_ms(20);
        self.calibrate.step(self.bench.clock_now())
    }

    fn until(&mut self, state: CalibrateState) -> Vec<Event> {
        let mut events = Vec::new();
        for _ in 0..500 {
            events.append(&mut self.step());
            if self.calibrate.state() == state {
                return events;
            }
        }
        panic!("still {:?} after {events:?}", self.calibrate.state());
    }

    fn command(&mut self, command: Command) -> Vec<Event> {
        self.calibrate.command(command);
        self.step()
    }

    /// Hands take every joint to the middle of its stops and hold it there.
    fn bring_to_the_middle(&mut self) {
        for (id, angle) in (1..=6).zip(MIDDLES) {
            let hand = Hand::HoldsAt(angle);
            self.bench.chain.hand(id, Some(hand)).expect("a motor");
        }
        for _ in 0..50 {
            self.step();
        }
    }

    /// Hands move the joints from stop to stop, twice, all at a time.
    fn move_through(&mut self, joints: &[Joint]) -> Vec<Event> {
        let mut events = Vec::new();
        for target in [-400.0, 400.0, -400.0, 400.0] {
            for joint in joints {
                self.hold(*joint, target);
            }
            for _ in 0..40 {
                events.append(&mut self.step());
            }
        }
        for joint in joints {
            let id = joint.motor_id();
            self.bench.chain.hand(id, None).expect("a motor");
        }
        events
    }

    fn hold(&self, joint: Joint, angle: f64) {
        let hand = Some(Hand::HoldsAt(angle));
        let id = joint.motor_id();
        self.bench.chain.hand(id, hand).expect("a motor");
    }

    /// Up to the recording of an arm whose joints stand in the middle.
    fn recording(bench: Bench, options: CalibrateOptions) -> Self {
        let mut session = Self::with(bench, options);
        session.until(CalibrateState::WaitingForMiddle);
        session.bring_to_the_middle();
        session.command(Command::HomeHere);
        assert_eq!(session.calibrate.state(), CalibrateState::Recording);
        session
    }
}

/// The middle of the stops of each joint of the simulated follower.
const MIDDLES: [f64; 6] = [4.25, -2.0, -5.5, -0.75, 3.0, 51.75];

const MOVED: [Joint; 5] = [
    Joint::ShoulderPan,
    Joint::ShoulderLift,
    Joint::ElbowFlex,
    Joint::WristFlex,
    Joint::Gripper,
];

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
fn a_joint_that_crosses_the_seam_is_told_followed_and_homed_anew() {
    let mut session = Session::new(Bench::of(
        ArmKind::Follower,
        SimArm::follower().uncalibrated(),
    ));
    session.until(CalibrateState::WaitingForMiddle);
    session.bring_to_the_middle();
    // Homed with the elbow at its stop: the last of its 191 degrees lie beyond the seam.
    session.hold(Joint::ElbowFlex, 89.0);
    for _ in 0..30 {
        session.step();
    }
    session.command(Command::HomeHere);
    let mut events = session.move_through(&MOVED);
    events.append(&mut session.command(Command::Finish));
    let crossed: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::CrossedSeam { joint } => Some(*joint),
            _ => None,
        })
        .collect();
    let Some(Event::Saved {
        calibration, moved, ..
    }) = events.last()
    else {
        panic!("{:?}", events.last());
    };
    assert_eq!(crossed, [Joint::ElbowFlex]);
    assert_eq!(moved, &[Joint::ElbowFlex]);
    let elbow = calibration.joint(Joint::ElbowFlex);
    assert!(
        (elbow.range_min + elbow.range_max - 2 * 2047).abs() <= 1,
        "{elbow:?}"
    );
    assert!(
        (elbow.range_max - elbow.range_min - 2196).abs() <= 1,
        "{elbow:?}"
    );
}

#[test]
fn the_wrists_real_range_is_recorded_on_request() {
    let options = CalibrateOptions {
        wrist_roll: WristRoll::Recorded,
        ..CalibrateOptions::default()
    };
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().uncalibrated());
    let mut session = Session::recording(bench, options);
    session.move_through(&MOVED);
    let events = session.command(Command::Finish);
    assert!(
        matches!(events.as_slice(), [Event::Refused(joints)]
            if joints == &[(Joint::WristRoll, Unusable::NoTravel)]),
        "{events:?}"
    );
    session.move_through(&[Joint::WristRoll]);
    let events = session.command(Command::Finish);
    let Some(Event::Saved { calibration, .. }) = events.last() else {
        panic!("{events:?}");
    };
    let roll = calibration.joint(Joint::WristRoll);
    // 334 degrees from stop to stop.
    assert!(
        (roll.range_max - roll.range_min - 3800).abs() <= 1,
        "{roll:?}"
    );
}

#[test]
fn joints_are_told_apart_by_what_they_still_need() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().uncalibrated());
    let mut session = Session::recording(bench, CalibrateOptions::default());
    let progress = |events: Vec<Event>| {
        events.into_iter().rev().find_map(|event| match event {
            Event::Travelled(travel) => Some(travel.map(|travel| travel.progress)),
            _ => None,
        })
    };
    for joint in MOVED {
        session.hold(joint, session.bench.angles()[joint.index()]);
    }
    let told = progress(session.step()).expect("told");
    for joint in Joint::ALL {
        let wanted = if joint == Joint::WristRoll {
            Progress::NotNeeded
        } else {
            Progress::NotMoved
        };
        assert_eq!(told[joint.index()], wanted, "{joint:?}");
    }
    session.hold(Joint::Gripper, 400.0);
    for _ in 0..40 {
        session.step();
    }
    let told = progress(session.step()).expect("told");
    assert_eq!(told[Joint::Gripper.index()], Progress::KeepGoing);
    let told = progress(session.move_through(&[Joint::Gripper])).expect("told");
    assert_eq!(told[Joint::Gripper.index()], Progress::Enough);
    assert_eq!(told[Joint::WristFlex.index()], Progress::NotMoved);
}

#[test]
fn a_hand_too_fast_to_follow_begins_that_joint_again() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().uncalibrated());
    let mut session = Session::recording(bench, CalibrateOptions::default());
    session.move_through(&MOVED);
    for joint in MOVED {
        session.hold(joint, session.bench.angles()[joint.index()]);
    }
    session.step();
    // From stop to stop while nobody looks: 238.5 degrees in 400 ms.
    session.hold(Joint::ShoulderPan, -400.0);
    session.bench.wait_ms(400);
    let events = session.step();
    assert!(
        events.iter().any(|event| matches!(
            event,
            Event::TooFast {
                joint: Joint::ShoulderPan
            }
        )),
        "{events:?}"
    );
    let events = session.command(Command::Finish);
    assert!(
        matches!(events.as_slice(), [Event::Refused(joints)]
            if joints == &[(Joint::ShoulderPan, Unusable::TooFast)]),
        "{events:?}"
    );
    session.move_through(&[Joint::ShoulderPan]);
    let events = session.command(Command::Finish);
    assert!(
        matches!(events.last(), Some(Event::Saved { .. })),
        "{events:?}"
    );
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
fn joints_that_were_not_moved_are_named_and_recording_goes_on() {
    let mut session = Session::uncalibrated();
    session.until(CalibrateState::WaitingForMiddle);
    session.bring_to_the_middle();
    session.command(Command::HomeHere);
    session.move_through(&[Joint::ShoulderPan, Joint::WristFlex]);
    let events = session.command(Command::Finish);
    let Some(Event::Refused(joints)) = events.first() else {
        panic!("{events:?}");
    };
    let names: Vec<_> = joints
        .iter()
        .map(|(joint, why)| (joint.name(), *why))
        .collect();
    // The lift and the elbow may sink on their own; the gripper stays.
    assert!(
        names.contains(&("gripper", Unusable::NoTravel)),
        "{names:?}"
    );
    assert!(
        !names
            .iter()
            .any(|(name, _)| *name == "wrist_roll" || *name == "shoulder_pan")
    );
    assert_eq!(session.calibrate.state(), CalibrateState::Recording);
    session.move_through(&MOVED);
    let events = session.command(Command::Finish);
    assert!(
        matches!(events.first(), Some(Event::Saved { .. })),
        "{events:?}"
    );
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
