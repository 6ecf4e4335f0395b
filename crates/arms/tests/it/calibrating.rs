//! Calibrating a simulated arm with simulated hands.

use std::time::Duration;

use arms::calibrate::{Command, Event, Unusable};
use arms::{
    ArmKind, Calibrate, CalibrateError, CalibrateState, Calibration, Joint, Torque,
    calibration_file,
};
use sim::{Hand, Misbehaviour, SimArm, table};

use crate::bench::Bench;

struct Session {
    bench: Bench,
    calibrate: Calibrate,
    folder: tempfile::TempDir,
}

impl Session {
    fn new(bench: Bench) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let calibrate = Calibrate::connect(
            bench.bus(),
            bench.config(),
            bench.shared_clock(),
            folder.path().join("robots/so_follower/test.json"),
            Some(folder.path().join("ours")),
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
        for (id, angle) in (1..=6).zip([4.25, -2.0, -5.5, -0.75, 3.0, 51.75]) {
            let hand = Hand::HoldsAt(angle);
            self.bench.chain.hand(id, Some(hand)).expect("a motor");
        }
        for _ in 0..50 {
            self.step();
        }
    }

    /// Hands move the joints from stop to stop.
    fn move_through(&mut self, joints: &[Joint]) {
        for joint in joints {
            let id = joint.motor_id();
            for target in [-400.0, 400.0] {
                self.bench
                    .chain
                    .hand(id, Some(Hand::HoldsAt(target)))
                    .expect("a motor");
                for _ in 0..50 {
                    self.step();
                }
            }
            self.bench.chain.hand(id, None).expect("a motor");
        }
    }
}

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
    }) = events.first()
    else {
        panic!("{events:?}");
    };

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
    calibration_file::save(&path, &Calibration::full_turn(), None).expect("saved");
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

fn eeprom(bench: &Bench) -> Vec<[i32; 6]> {
    [
        table::HOMING_OFFSET,
        table::MIN_POSITION_LIMIT,
        table::MAX_POSITION_LIMIT,
        table::OPERATING_MODE,
        table::PHASE,
    ]
    .into_iter()
    .map(|row| bench.registers(row))
    .collect()
}

#[test]
fn giving_up_at_any_step_leaves_the_motors_as_they_were() {
    for steps in 0..4 {
        let mut session = Session::new(Bench::follower());
        session
            .bench
            .chain
            .set_register(2, table::OPERATING_MODE, 3)
            .expect("a motor");
        let before = eeprom(&session.bench);
        if steps > 0 {
            session.until(CalibrateState::WaitingForMiddle);
        }
        if steps > 1 {
            session.bring_to_the_middle();
            session.command(Command::HomeHere);
            assert_ne!(eeprom(&session.bench), before);
        }
        if steps > 2 {
            session.move_through(&MOVED);
        }
        let events = session.command(Command::Cancel);
        assert!(
            matches!(events.as_slice(), [Event::Cancelled]),
            "{events:?}"
        );
        session.bench.chain.power_cycle();
        assert_eq!(
            eeprom(&session.bench),
            before,
            "given up after {steps} steps"
        );
        assert_eq!(session.calibrate.arm().torque(), Torque::Off);
        assert!(!session.folder.path().join("robots").exists());
    }
}

#[test]
fn a_motor_that_falls_silent_is_a_failure_and_never_a_position() {
    for homed in [false, true] {
        let mut session = Session::new(Bench::follower());
        let before = eeprom(&session.bench);
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
            restored: false,
        }) = events.last()
        else {
            panic!("{events:?}");
        };
        assert!(error.to_string().contains("wrist_roll"), "{error}");
        // All that could be reached has what it had before.
        let after = eeprom(&session.bench);
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before[..4], after[..4]);
            assert_eq!(before[5], after[5]);
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
            restored: false,
        },
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert!(matches!(error, CalibrateError::Arm(error) if error.line_lost()));
    assert!(session.calibrate.ended());
    assert!(session.step().is_empty());
}
