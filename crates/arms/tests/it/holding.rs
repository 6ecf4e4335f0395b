//! Torque: on without a jump, off without a drop.

use arms::{ArmError, ArmKind, Joint, Releasing, Torque};
use sim::{Misbehaviour, SimArm, table};

use crate::bench::{Bench, MIDDLE};

#[test]
fn torque_comes_on_only_after_the_goal_is_where_the_arm_is() {
    let bench = Bench::follower();
    let mut arm = bench.connect();
    arm.configure().expect("configured");
    // Goals left over from somebody else, far away.
    for id in 1..=6 {
        bench
            .chain
            .set_register(id, table::GOAL_POSITION, 3000)
            .expect("a motor");
    }
    let before = bench.angles();
    arm.hold().expect("holding");
    for _ in 0..50 {
        bench.wait_ms(20);
        let moved = Bench::apart(bench.angles(), before);
        assert!(moved < 1.0, "moved by {moved} degrees");
    }
    assert_eq!(arm.torque(), Torque::On);
    assert_eq!(bench.registers(table::TORQUE_ENABLE), [1; 6]);
    assert_eq!(bench.registers(table::LOCK), [1; 6]);
    assert_eq!(
        arm.goal_ticks().map(|ticks| ticks.0),
        bench.registers(table::GOAL_POSITION)
    );
}

#[test]
fn no_motor_pushes_when_one_is_silent_or_unwell() {
    for misbehaviour in [
        Misbehaviour::MuteMotor { id: 6 },
        Misbehaviour::Fault { id: 6, bits: 0x01 },
        Misbehaviour::Fault { id: 6, bits: 0x06 },
    ] {
        let bench = Bench::follower();
        let mut arm = bench.connect();
        arm.configure().expect("configured");
        bench
            .chain
            .misbehave(misbehaviour.clone())
            .expect("a motor");
        let error = arm.hold().expect_err("one motor is unfit");
        assert!(
            error.to_string().starts_with("follower, gripper: "),
            "{error}"
        );
        assert_eq!(
            bench.registers(table::TORQUE_ENABLE),
            [0; 6],
            "{misbehaviour:?}"
        );
        assert!(!arm.holding());
    }
}

#[test]
fn an_arm_that_does_not_hold_takes_no_goals() {
    let bench = Bench::follower();
    let mut arm = bench.connect();
    let goals = bench.registers(table::GOAL_POSITION);
    let error = arm.send_goal(&MIDDLE).expect_err("no torque");
    assert!(matches!(error, ArmError::NotHolding { .. }));
    bench.wait_ms(10);
    assert_eq!(bench.registers(table::GOAL_POSITION), goals);
}

#[test]
fn a_gentle_release_lowers_the_arm_slower_than_a_plain_one_and_leaves_it_as_lerobot_does() {
    let fastest = |gently: bool| {
        let bench = Bench::of(
            ArmKind::Follower,
            SimArm::follower().posed([0.0, 30.0, -30.0, 0.0, 0.0, 50.0]),
        );
        let mut arm = bench.holding();
        let mut release = arm.begin_release();
        if !gently {
            arm.release_motors(&Joint::ALL).expect("released");
        }
        let start = bench.clock_now();
        let mut fastest = 0.0_f64;
        let mut sinking = 0;
        while bench.clock_now().since(start).as_secs_f64() < 4.0 {
            if gently
                && release.step(&mut arm, bench.clock_now()).expect("stepped") == Releasing::Sinking
            {
                sinking += 1;
            }
            bench.wait_ms(10);
            fastest = fastest.max(bench.chain.truth(2).expect("a motor").speed.abs());
        }
        if gently {
            assert!((145..=151).contains(&sinking), "{sinking} steps of 10 ms");
            assert_eq!(
                release.step(&mut arm, bench.clock_now()).expect("stepped"),
                Releasing::Done { unconfirmed: 0 }
            );
            assert_eq!(
                bench.registers(table::TORQUE_LIMIT),
                [1000, 1000, 1000, 1000, 1000, 500]
            );
        }
        assert_eq!(arm.torque(), Torque::Off);
        assert_eq!(bench.registers(table::TORQUE_ENABLE), [0; 6]);
        assert_eq!(bench.registers(table::LOCK), [0; 6]);
        fastest
    };
    let (gentle, plain) = (fastest(true), fastest(false));
    assert!(
        gentle < plain,
        "{gentle} against {plain} degrees per second"
    );
}

#[test]
fn a_release_refuses_goals_from_its_first_moment_and_holding_again_restores_the_strength() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().posed(MIDDLE));
    let mut arm = bench.holding();
    let mut release = arm.begin_release();
    assert!(arm.send_goal(&MIDDLE).is_err());
    release.step(&mut arm, bench.clock_now()).expect("stepped");
    bench.wait_ms(750);
    release.step(&mut arm, bench.clock_now()).expect("stepped");
    bench.wait_ms(2);
    assert_eq!(bench.register(1, table::TORQUE_LIMIT), 500);
    assert_eq!(arm.torque(), Torque::On);
    arm.hold().expect("holding");
    assert_eq!(bench.register(1, table::TORQUE_LIMIT), 1000);
    assert!(arm.holding());
}

#[test]
fn a_motor_that_does_not_confirm_its_release_is_not_called_off() {
    let bench = Bench::follower();
    let mut arm = bench.holding();
    bench
        .chain
        .misbehave(Misbehaviour::MuteMotor { id: 4 })
        .expect("a motor");
    let error = arm.release_gently().expect_err("one motor is silent");
    assert!(
        error.to_string().starts_with("follower, wrist_flex: "),
        "{error}"
    );
    assert_eq!(arm.torque(), Torque::Unknown);
    assert_eq!(arm.joint_torque()[3], Torque::Unknown);
    // It heard, though; the others let go and say so.
    assert_eq!(bench.registers(table::TORQUE_ENABLE), [0; 6]);
    assert_eq!(arm.joint_torque()[4], Torque::Off);
}

#[test]
fn single_motors_can_be_let_go_of() {
    let bench = Bench::follower();
    let mut arm = bench.holding();
    arm.release_motors(&[Joint::Gripper]).expect("released");
    assert_eq!(bench.registers(table::TORQUE_ENABLE), [1, 1, 1, 1, 1, 0]);
    assert_eq!(arm.torque(), Torque::On);
    assert!(!arm.holding());
}

#[test]
fn an_overloaded_motor_still_lets_go() {
    let bench = Bench::follower();
    let mut arm = bench.holding();
    bench
        .chain
        .misbehave(Misbehaviour::Fault { id: 2, bits: 0x20 })
        .expect("a motor");
    arm.release_gently().expect("released");
    assert_eq!(arm.torque(), Torque::Off);
}
