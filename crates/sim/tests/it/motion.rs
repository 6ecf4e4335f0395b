//! Motion: the right time at a given speed, sag, drop, soft release, modes.

use std::time::Duration;

use sim::{ChainConfig, Hand, SimArm};
use stdx::Clock;

use crate::host::{Host, packet};

const PRESENT_POSITION: u8 = 56;
const TORQUE_ENABLE: u8 = 40;

/// The follower stretched level, with the masses of so101_new_calib.urdf; torque on everywhere.
fn stretched() -> Host {
    let mut arm = SimArm::follower();
    for (motor, angle) in arm
        .config
        .motors
        .iter_mut()
        .zip([0.0, 76.032, -73.8245, -2.2075, 0.0, 0.0])
    {
        motor.angle = angle;
    }
    let mut host = Host::of_arm(&arm);
    host.exchange(&packet(0xfe, 3, &[TORQUE_ENABLE, 1]));
    host
}

#[test]
fn a_goal_is_reached_in_the_time_that_speed_and_acceleration_say() {
    for (speed, acceleration, ticks, seconds) in [
        (1000u16, 0u8, 1000u16, 1.0),
        (500, 0, 1000, 2.0),
        (0, 0, 1000, 1000.0 / 3400.0),
        // d/v + v/a
        (1000, 20, 1500, 2.0),
        // 2·sqrt(d/a)
        (0, 10, 1000, 2.0),
    ] {
        let mut host = Host::of(ChainConfig::factory_fresh(&[1]));
        host.write(1, TORQUE_ENABLE, &[1]);
        host.write(1, 41, &[acceleration]);
        host.write2(1, 46, speed);
        host.write2(1, 42, 2048 + ticks);
        let begun = host.clock.now();
        while host.read(1, PRESENT_POSITION, 2) < 2048 + ticks - 4 {
            assert!(
                host.clock.now().since(begun) < Duration::from_secs(5),
                "never arrived"
            );
        }
        let taken = host.clock.now().since(begun).as_secs_f64();
        // The joint runs behind its ramp by the controller's lag, about 50 ms.
        assert!(
            (seconds - 0.1..seconds + 0.25).contains(&taken),
            "{taken} s for {seconds}"
        );
        assert!(
            host.read(1, PRESENT_POSITION, 2) <= 2048 + ticks + 60,
            "overshoot"
        );
    }
}

#[test]
fn a_stretched_arm_sags_by_what_its_gain_gives_away() {
    let mut host = stretched();
    let before = host.chain.truth(2).unwrap().angle;
    host.clock.sleep(Duration::from_secs(3));
    let after = host.chain.truth(2).unwrap();
    let sag = after.angle - before;
    assert!(
        (5.0..6.0).contains(&sag),
        "{sag} degrees, the reference says 5.6"
    );
    assert_eq!(after.speed, 0.0);

    host.write(2, 21, &[32]);
    host.clock.sleep(Duration::from_secs(3));
    let stiffer = host.chain.truth(2).unwrap().angle - before;
    assert!(
        (2.2..3.3).contains(&stiffer),
        "{stiffer} degrees with twice the gain"
    );
}

#[test]
fn a_load_in_the_gripper_pulls_further() {
    let sag = |load| {
        let host = stretched();
        host.chain.set_load(load);
        let before = host.chain.truth(2).unwrap().angle;
        host.clock.sleep(Duration::from_secs(3));
        host.chain.truth(2).unwrap().angle - before
    };
    let (empty, loaded) = (sag(0.0), sag(0.1));
    assert!(
        (2.0..3.2).contains(&(loaded - empty)),
        "0.402 N·m more: {empty} to {loaded}"
    );
}

#[test]
fn a_released_arm_drops_and_a_softly_released_one_sinks() {
    let mut host = stretched();
    host.clock.sleep(Duration::from_secs(1));
    host.exchange(&packet(0xfe, 3, &[TORQUE_ENABLE, 0]));
    let mut fastest = 0.0f64;
    for _ in 0..100 {
        host.clock.sleep(Duration::from_millis(10));
        fastest = fastest.max(host.chain.truth(2).unwrap().speed);
    }
    assert!(fastest > 150.0, "a drop, {fastest} degrees/s");

    let mut host = stretched();
    host.clock.sleep(Duration::from_secs(1));
    let mut fastest_soft = 0.0f64;
    for step in (0..=150u32).rev() {
        let limit = (step * 1000 / 150).to_le_bytes();
        host.exchange(&packet(0xfe, 3, &[48, limit[0], limit[1]]));
        fastest_soft = fastest_soft.max(host.chain.truth(2).unwrap().speed);
    }
    assert!(
        fastest_soft < 0.7 * fastest,
        "{fastest_soft} against {fastest} degrees/s"
    );
    assert!(host.chain.truth(2).unwrap().angle > 90.0, "it is down");
}

#[test]
fn velocity_pwm_and_step_modes_move_as_named() {
    let mut host = Host::of(ChainConfig::factory_fresh(&[1]));
    host.write(1, 33, &[1]);
    host.write2(1, 46, 0x8000 | 800);
    host.write(1, TORQUE_ENABLE, &[1]);
    host.clock.sleep(Duration::from_secs(1));
    let speed = host.chain.truth(1).unwrap().speed * 4096.0 / 360.0;
    assert!(
        (-830.0..-760.0).contains(&speed),
        "velocity: {speed} steps/s"
    );

    host.write(1, 33, &[2]);
    host.write2(1, 44, 500);
    host.clock.sleep(Duration::from_secs(1));
    let half = host.chain.truth(1).unwrap().speed;
    host.write2(1, 44, 0x400 | 500);
    host.clock.sleep(Duration::from_secs(1));
    let back = host.chain.truth(1).unwrap().speed;
    assert!(
        half > 120.0 && (half + back).abs() < 5.0,
        "PWM: {half}, {back}"
    );

    host.write2(1, 44, 0);
    host.clock.sleep(Duration::from_secs(1));
    host.write(1, 33, &[3]);
    for step in [100, 100, 0x8000 | 150] {
        let before = host.chain.truth(1).unwrap().angle;
        host.write2(1, 46, 0);
        host.write2(1, 42, step);
        host.clock.sleep(Duration::from_secs(1));
        let ticks = (host.chain.truth(1).unwrap().angle - before) * 4096.0 / 360.0;
        let wanted = if step & 0x8000 == 0 {
            f64::from(step)
        } else {
            -150.0
        };
        assert!((ticks - wanted).abs() < 4.0, "step {step:#x}: {ticks}");
    }
}

#[test]
fn position_limits_keep_the_joint_inside() {
    let mut host = Host::of_arm(&SimArm::follower().posed([0.0; 6]));
    host.write(1, TORQUE_ENABLE, &[1]);
    for (goal, end) in [(4000u16, 3384u16), (0x8000 | 300, 695)] {
        host.write2(1, 42, goal);
        host.clock.sleep(Duration::from_secs(3));
        let position = host.read(1, PRESENT_POSITION, 2);
        assert!(position.abs_diff(end) < 5, "{position} for {end}");
    }
}

#[test]
fn a_scripted_hand_moves_a_leader_along_its_path() {
    let host = Host::of_arm(&SimArm::leader());
    host.chain
        .hand(1, Some(Hand::swinging(4.25, 30.0, Duration::from_secs(4))))
        .unwrap();
    for (millis, angle) in [(1000, 34.25), (1000, 4.25), (1000, -25.75)] {
        host.clock.sleep(Duration::from_millis(millis));
        let there = host.chain.truth(1).unwrap().angle;
        assert!((there - angle).abs() < 0.5, "{there} for {angle}");
    }
}

#[test]
fn an_hour_of_standing_still_is_simulated_at_once() {
    let mut host = stretched();
    host.clock.sleep(Duration::from_secs(3600));
    assert!(host.read(2, 63, 1) > 30, "holding warms the motor");
    assert_eq!(host.ask(2, 1, &[]).unwrap().1, 0);
}
