//! Handshake, configuration and the comparison with the calibration file.

use arms::{ArmError, ArmKind, Finding, Joint, Torque};
use motors::registers;
use sim::{Misbehaviour, SimArm, table};

use crate::bench::{Bench, MIDDLE};

fn findings(error: ArmError) -> Vec<(Joint, Finding)> {
    match error {
        ArmError::Handshake { findings, .. } => findings
            .into_iter()
            .map(|finding| (finding.joint, finding.what))
            .collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn a_healthy_arm_connects_and_says_where_it_is() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().posed(MIDDLE));
    let arm = bench.connect();
    assert_eq!(arm.torque(), Torque::Off);
    assert!(arm.handshake().findings.is_empty());
    assert!(
        Bench::apart(arm.values(), MIDDLE) < 1.0,
        "{:?}",
        arm.values()
    );
}

#[test]
fn connecting_changes_nothing_in_the_motors() {
    let bench = Bench::leader();
    let all = || {
        [1, 2, 3, 4, 5, 6].map(|id| {
            table::TABLE
                .iter()
                .filter(|row| row.writable)
                .map(|row| bench.register(id, *row))
                .collect::<Vec<_>>()
        })
    };
    let before = all();
    bench.connect();
    assert_eq!(all(), before);
}

#[test]
fn every_motor_that_is_silent_or_wrong_is_named_at_once() {
    let bench = Bench::follower();
    bench
        .chain
        .misbehave(Misbehaviour::MuteMotor { id: 2 })
        .expect("a motor");
    bench
        .chain
        .set_register(4, table::MODEL_NUMBER, 2825)
        .expect("a motor");
    bench
        .chain
        .set_register(6, table::FIRMWARE_MINOR, 9)
        .expect("a motor");
    let error = bench.try_connect().expect_err("three motors are wrong");
    assert_eq!(
        error.to_string(),
        "follower cannot be used:\n  shoulder_lift (motor 2) does not answer\n  wrist_flex (motor 4) is a STS3250, not an STS3215\n  gripper (motor 6) runs firmware 3.9, the others 3.10"
    );
    assert!(error.remedy().contains("power supply"));
}

#[test]
fn a_motor_with_a_fault_is_there_and_its_fault_is_told() {
    let bench = Bench::follower();
    bench
        .chain
        .misbehave(Misbehaviour::Fault { id: 3, bits: 0x20 })
        .expect("a motor");
    let arm = bench.connect();
    let findings = &arm.handshake().findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].to_string(),
        "elbow_flex (motor 3) is there but reports overload"
    );
}

#[test]
fn damaged_answers_are_told_from_silence() {
    let bench = Bench::follower();
    bench
        .chain
        .misbehave(Misbehaviour::CorruptReply { id: 5, every: 1 })
        .expect("a motor");
    let error = bench.try_connect().expect_err("one motor is garbled");
    assert_eq!(findings(error), [(Joint::WristRoll, Finding::Garbled)]);
}

#[test]
fn an_adapter_that_is_gone_is_a_lost_line_and_not_six_missing_motors() {
    let bench = Bench::follower();
    bench.chain.unplug();
    let error = bench.try_connect().expect_err("no adapter");
    assert!(error.line_lost(), "{error}");
}

#[test]
fn configuring_writes_lerobots_settings_once_and_they_survive_power_off() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower());
    let multi_turn = bench.register(1, table::PHASE) | 0x10;
    bench
        .chain
        .set_register(1, table::PHASE, multi_turn)
        .expect("a motor");
    for (row, value) in [
        (table::P_COEFFICIENT, 32),
        (table::RETURN_DELAY_TIME, 250),
        (table::OPERATING_MODE, 3),
    ] {
        bench.chain.set_register(2, row, value).expect("a motor");
    }
    bench
        .chain
        .set_register(6, table::MAX_TORQUE_LIMIT, 1000)
        .expect("a motor");
    bench.chain.power_cycle();

    let mut arm = bench.connect();
    let changes = arm.configure().expect("configured");
    let changed = |joint, register| {
        changes
            .iter()
            .any(|change| change.joint == joint && change.register == register)
    };
    assert!(changed(Joint::ShoulderPan, registers::PHASE));
    assert!(changed(Joint::ShoulderLift, registers::P_COEFFICIENT));
    assert!(
        changed(Joint::Gripper, registers::TORQUE_LIMIT),
        "{changes:?}"
    );
    assert!(arm.configure().expect("configured").is_empty());
    // The gripper's limit is in force before the next power-up.
    assert_eq!(bench.register(6, table::TORQUE_LIMIT), 500);

    bench.chain.power_cycle();
    assert_eq!(bench.register(1, table::PHASE), multi_turn & !0x10);
    assert_eq!(bench.registers(table::P_COEFFICIENT), [16; 6]);
    assert_eq!(bench.registers(table::I_COEFFICIENT), [0; 6]);
    assert_eq!(bench.registers(table::D_COEFFICIENT), [32; 6]);
    assert_eq!(bench.registers(table::RETURN_DELAY_TIME), [0; 6]);
    assert_eq!(bench.registers(table::OPERATING_MODE), [0; 6]);
    assert_eq!(bench.registers(table::MAXIMUM_ACCELERATION), [254; 6]);
    assert_eq!(bench.register(6, table::MAX_TORQUE_LIMIT), 500);
    assert_eq!(bench.register(6, table::PROTECTION_CURRENT), 250);
    assert_eq!(bench.register(6, table::OVERLOAD_TORQUE), 25);
}

#[test]
fn a_leaders_gains_and_gripper_are_left_alone() {
    let bench = Bench::leader();
    let before = (
        bench.registers(table::P_COEFFICIENT),
        bench.registers(table::MAX_TORQUE_LIMIT),
    );
    bench.connect().configure().expect("configured");
    let after = (
        bench.registers(table::P_COEFFICIENT),
        bench.registers(table::MAX_TORQUE_LIMIT),
    );
    assert_eq!(after, before);
    assert_eq!(bench.registers(table::ACCELERATION), [254; 6]);
    assert_eq!(bench.registers(table::TORQUE_ENABLE), [0; 6]);
}

#[test]
fn an_arm_that_still_held_is_let_go_of_gently_before_its_settings_change() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().posed(MIDDLE));
    let mut arm = bench.holding();
    bench
        .chain
        .set_register(3, table::D_COEFFICIENT, 1)
        .expect("a motor");
    let start = bench.clock_now();
    arm.configure().expect("configured");
    assert!(bench.clock_now().since(start).as_secs_f64() > 1.4);
    assert_eq!(arm.torque(), Torque::Off);
    // Nothing to change: nothing is let go of.
    arm.hold().expect("holding");
    assert!(arm.configure().expect("configured").is_empty());
    assert_eq!(arm.torque(), Torque::On);
    assert!(arm.holding());
}

#[test]
fn motors_that_hold_another_calibration_are_named_and_can_be_given_the_files() {
    let bench = Bench::follower();
    let mut arm = bench.connect();
    assert!(arm.calibration_differences().expect("asked").is_empty());
    bench
        .chain
        .set_register(2, table::HOMING_OFFSET, 7)
        .expect("a motor");
    bench
        .chain
        .set_register(5, table::MAX_POSITION_LIMIT, 4000)
        .expect("a motor");

    let error = arm.require_calibrated().expect_err("they differ");
    assert_eq!(
        error.to_string(),
        "follower: the motors do not hold the calibration of the file:\n  shoulder_lift: Homing_Offset is 1131 in the file, 7 in the motor\n  wrist_roll: Max_Position_Limit is 4095 in the file, 4000 in the motor"
    );
    assert_eq!(arm.write_calibration().expect("written").len(), 2);
    bench.chain.power_cycle();
    assert!(arm.calibration_differences().expect("asked").is_empty());
}

#[test]
fn a_line_that_loses_every_fourth_request_is_ridden_out() {
    let bench = Bench::follower();
    bench
        .chain
        .misbehave(Misbehaviour::LostRequests { every: 4 })
        .expect("the line");
    let mut arm = bench.holding();
    assert_eq!(arm.torque(), Torque::On);
    arm.release_gently().expect("released");
    assert_eq!(bench.registers(table::TORQUE_ENABLE), [0; 6]);
}
