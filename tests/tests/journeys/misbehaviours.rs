//! A story per misbehaviour of the simulated arm: what the person is told, that nothing saved is lost, that no goal left
//! the limits.

#![expect(
    clippy::unwrap_used,
    reason = "a story stops at what it did not expect"
)]

use insta::assert_snapshot;
use sim::{Hand, Misbehaviour, SimArm, Whom, table};
use stdx::FakeClock;

use crate::story::{Story, connect, connecting, told, unchecked};

#[test]
fn a_mute_motor() {
    assert_snapshot!(told("mute=3", 1.2), @r"
    0.04 s  warning: Follower: elbow flex (motor 3) has not answered for 44 ms.
    0.50 s  faulted: follower: elbow flex (motor 3) has not answered for 502 ms
        Check the motor's power and its bus cable, then resume.
    1.04 s  episode saved, ended by gap
    saved: 43 rows, 14 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_mute_motor_that_comes_back_in_time() {
    assert_snapshot!(told("mute=3@0s+200ms", 1.2), @r"
    0.04 s  warning: Follower: elbow flex (motor 3) has not answered for 44 ms.
    saved: 65 rows, 6 stale, 0 repeated, ended by stop
    ");
}

#[test]
fn a_late_reply() {
    assert_snapshot!(told("late=4:20ms", 1.2), @r"
    0.04 s  warning: Follower: wrist flex (motor 4) has not answered for 44 ms.
    0.50 s  faulted: follower: wrist flex (motor 4) has not answered for 502 ms
        Check the motor's power and its bus cable, then resume.
    1.04 s  episode saved, ended by gap
    saved: 43 rows, 14 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn corrupt_checksums_and_lost_replies_at_a_rate() {
    let mut story = Story::driving();
    story.fault("corrupt=*:2%");
    story.fault("lost-replies=*:1%");
    story.drive(5.0);
    assert_snapshot!(story.end(), @"saved: 179 rows, 34 stale, 0 repeated, ended by stop");
}

#[test]
fn a_motor_whose_every_answer_is_corrupt() {
    assert_snapshot!(told("corrupt=2", 1.2), @r"
    0.04 s  warning: Follower: shoulder lift (motor 2) has not answered for 44 ms.
    0.50 s  faulted: follower: shoulder lift (motor 2) has not answered for 502 ms
        Check the motor's power and its bus cable, then resume.
    1.04 s  episode saved, ended by gap
    saved: 43 rows, 14 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn noise_before_answers() {
    assert_snapshot!(told("noise=*:9:5%", 2.0), @"saved: 89 rows, 0 stale, 0 repeated, ended by stop");
}

#[test]
fn split_packets() {
    assert_snapshot!(told("split=5:100us", 2.0), @"saved: 89 rows, 0 stale, 0 repeated, ended by stop");
}

#[test]
fn split_packets_that_take_half_a_cycle() {
    assert_snapshot!(told("split=8:1ms", 1.2), @r"
    0.04 s  warning: Follower has not answered for 25 ms.
    0.09 s  warning: Follower: shoulder pan (motor 1) has not answered for 75 ms.
    0.19 s  warning: Follower: shoulder lift (motor 2) has not answered for 91 ms.
    0.19 s  warning: Follower: elbow flex (motor 3) has not answered for 91 ms.
    0.19 s  warning: Follower: wrist flex (motor 4) has not answered for 100 ms.
    0.19 s  warning: Follower: wrist roll (motor 5) has not answered for 108 ms.
    0.94 s  warning: Follower: gripper (motor 6) has not answered for 25 ms.
    saved: 65 rows, 36 stale, 0 repeated, ended by stop
    ");
}

#[test]
fn split_packets_that_take_longer_than_a_cycle() {
    assert_snapshot!(told("split=7:5ms", 1.2), @r"
    0.04 s  warning: Follower has not answered for 44 ms.
    0.25 s  faulted: follower: no motor answers any more
        Check the arm's power supply and the cable to its first motor, then resume.
    0.79 s  episode saved, ended by gap
    saved: 36 rows, 7 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn unplugged_in_the_middle_of_a_packet() {
    assert_snapshot!(told("cut=29", 1.2), @r"
    0.01 s  faulted: follower: serial line lost
    Port: sim:follower
        Hold the arm: torque may still be on. Plug the adapter back in, then reconnect.
    0.56 s  episode saved, ended by gap
    saved: 29 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn unplugged_and_plugged_in_again() {
    assert_snapshot!(told("unplug@0s+500ms", 1.5), @r"
    0.01 s  faulted: follower: serial line lost
    Port: sim:follower
        Hold the arm: torque may still be on. Plug the adapter back in, then reconnect.
    0.56 s  episode saved, ended by gap
    saved: 29 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_motor_that_is_unplugged() {
    assert_snapshot!(told("unplugged=4", 1.2), @r"
    0.04 s  warning: Follower: wrist flex (motor 4) has not answered for 44 ms.
    0.50 s  faulted: follower: wrist flex (motor 4) has not answered for 502 ms
        Check the motor's power and its bus cable, then resume.
    1.04 s  episode saved, ended by gap
    saved: 43 rows, 14 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_motor_whose_plug_is_loose_for_a_moment() {
    assert_snapshot!(told("unplugged=4@0s+100ms", 1.2), @r"
    0.04 s  warning: Follower: wrist flex (motor 4) has not answered for 44 ms.
    0.14 s  faulted: follower: wrist flex (motor 4) has lost its torque
        Check the motor's plug and the power supply, then resume.
    0.69 s  episode saved, ended by gap
    saved: 33 rows, 3 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_hand_that_takes_a_joint_away() {
    let mut story = Story::driving();
    let hand = Hand::parse("0s:0 1s:35 4s:35").unwrap();
    story.chain.hand(1, Some(hand)).unwrap();
    story.drive(4.0);
    assert_snapshot!(story.end(), @r"
    0.92 s  faulted: follower: shoulder pan (motor 1) draws 2.8 A
        Take the load off the joint, then resume.
    1.47 s  episode saved, ended by gap
    saved: 56 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn an_arm_that_is_heavier_than_it_can_carry() {
    let mut story = Story::driving();
    story.chain.set_load(1.5);
    story.drive(4.0);
    assert_snapshot!(story.end(), @r"
    0.57 s  faulted: follower: shoulder lift (motor 2) draws 2.4 A
        Take the load off the joint, then resume.
    1.13 s  episode saved, ended by gap
    1.83 s  warning: Follower: shoulder lift (motor 2) draws 1.6 A.
    1.99 s  warning: Follower: shoulder lift (motor 2) pushes and does not move.
    saved: 46 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_motor_that_lost_its_power_for_a_moment() {
    assert_snapshot!(told("brownout=5", 1.2), @r"
    0.05 s  faulted: follower: wrist roll (motor 5) has lost its torque
        Check the motor's plug and the power supply, then resume.
    0.60 s  episode saved, ended by gap
    saved: 30 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_motor_that_overheats() {
    assert_snapshot!(told("overheat=2:10", 6.0), @r"
    2.88 s  warning: Follower: shoulder lift (motor 2) is at 55 °C.
    3.88 s  faulted: follower: shoulder lift (motor 2) is at 65 °C
        Let the arm rest until the motor has cooled down, then resume.
    4.43 s  episode saved, ended by gap
    4.47 s  warning: Follower: shoulder lift (motor 2) reports too hot.
    saved: 145 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_motor_that_is_overloaded() {
    assert_snapshot!(told("overload=1:3", 6.0), @r"
    0.57 s  faulted: follower: shoulder pan (motor 1) draws 2.5 A
        Take the load off the joint, then resume.
    1.11 s  warning: Follower: shoulder pan (motor 1) draws 2.6 A.
    1.12 s  episode saved, ended by gap
    1.88 s  warning: Follower: shoulder pan (motor 1) pushes with 94 % of its force.
    2.48 s  warning: Follower: shoulder pan (motor 1) pushes and does not move.
    2.85 s  warning: Follower: shoulder pan (motor 1) reports overload.
    saved: 46 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_supply_that_sags() {
    assert_snapshot!(told("sag=6.3", 1.2), @r"
    0.04 s  warning: Follower: its supply sags, its motors get only 6.3 V.
    saved: 65 rows, 0 stale, 0 repeated, ended by stop
    ");
}

#[test]
fn a_supply_that_breaks_down() {
    assert_snapshot!(told("sag=5", 2.0), @r"
    0.04 s  warning: Follower: its supply sags, its motors get only 5.0 V.
    0.51 s  faulted: follower: gripper (motor 6) gets only 5.0 V
        Check plug and power supply, then resume.
    1.06 s  episode saved, ended by gap
    saved: 44 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_motor_that_answers_under_another_id() {
    assert_snapshot!(told("wrong-id=2:9", 1.2), @r"
    0.04 s  warning: Follower: shoulder lift (motor 2) has not answered for 44 ms.
    0.50 s  faulted: follower: shoulder lift (motor 2) has not answered for 502 ms
        Check the motor's power and its bus cable, then resume.
    1.04 s  episode saved, ended by gap
    saved: 43 rows, 14 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn two_motors_with_one_id() {
    assert_snapshot!(told("same-id=4:3", 1.2), @r"
    0.04 s  warning: Follower: elbow flex (motor 3) has not answered for 44 ms.
    0.04 s  warning: Follower: wrist flex (motor 4) has not answered for 44 ms.
    0.50 s  faulted: follower: wrist flex (motor 4) has not answered for 502 ms
        Check the motor's power and its bus cable, then resume.
    1.04 s  episode saved, ended by gap
    saved: 43 rows, 14 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn a_joint_that_is_jammed() {
    let mut story = Story::driving();
    story.fault("stuck=3");
    story.drive_on(4.0);
    assert_snapshot!(story.end(), @r"
    0.98 s  faulted: follower: elbow flex (motor 3) draws 2.6 A
        Take the load off the joint, then resume.
    1.53 s  episode saved, ended by gap
    saved: 58 rows, 0 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn an_arm_that_is_driven_against_its_end_while_answers_are_lost() {
    let mut story = Story::driving();
    story.fault("corrupt=*:5%");
    story.fault("lost-replies=*:5%");
    story.drive_on(4.0);
    assert_snapshot!(story.end(), @"saved: 149 rows, 60 stale, 0 repeated, ended by stop");
}

#[test]
fn requests_that_are_lost() {
    assert_snapshot!(told("lost=20", 2.0), @r"
    1.24 s  warning: Follower has not answered for 10 ms.
    saved: 89 rows, 0 stale, 0 repeated, ended by stop
    ");
}

#[test]
fn an_adapter_with_a_latency_timer() {
    assert_snapshot!(told("latency=16ms", 1.2), @r"
    0.04 s  warning: Follower has not answered for 44 ms.
    0.25 s  faulted: follower: no motor answers any more
        Check the arm's power supply and the cable to its first motor, then resume.
    0.79 s  episode saved, ended by gap
    saved: 36 rows, 7 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn an_error_bit_that_stays() {
    assert_snapshot!(told("fault=6:32", 1.2), @r"
    0.04 s  warning: Follower: gripper (motor 6) reports overload.
    saved: 65 rows, 0 stale, 0 repeated, ended by stop
    ");
}

#[test]
fn the_supply_of_the_whole_arm_is_switched_off() {
    let mut story = Story::driving();
    story.chain.set_power(false);
    story.drive(1.0);
    assert_snapshot!(story.end(), @r"
    0.04 s  warning: Follower has not answered for 44 ms.
    0.25 s  faulted: follower: no motor answers any more
        Check the arm's power supply and the cable to its first motor, then resume.
    0.79 s  episode saved, ended by gap
    saved: 36 rows, 7 stale, 0 repeated, ended by gap
    ");
}

#[test]
fn connecting_to_an_arm_with_a_mute_motor() {
    assert_snapshot!(connecting("mute=4"), @r"
    follower cannot be used:
      wrist_flex (motor 4) does not answer
        Check the power supply and the cable to this motor. A motor that was never set up has another id: run the motor set-up.
    ");
}

#[test]
fn connecting_to_an_arm_with_a_motor_of_a_wrong_id() {
    assert_snapshot!(connecting("wrong-id=4:9"), @r"
    follower cannot be used:
      wrist_flex (motor 4) does not answer
        Check the power supply and the cable to this motor. A motor that was never set up has another id: run the motor set-up.
    ");
}

#[test]
fn connecting_to_an_arm_with_two_motors_of_one_id() {
    assert_snapshot!(connecting("same-id=4:3"), @r"
    follower cannot be used:
      elbow_flex (motor 3) answers, but its answers are damaged
      wrist_flex (motor 4) does not answer
        Check that no two motors have the same id, and that the bus cables sit firmly.
    ");
}

#[test]
fn connecting_to_an_arm_with_a_damaged_line() {
    assert_snapshot!(connecting("corrupt=4"), @r"
    follower cannot be used:
      wrist_flex (motor 4) answers, but its answers are damaged
        Check that no two motors have the same id, and that the bus cables sit firmly.
    ");
}

#[test]
fn connecting_to_an_arm_with_an_overloaded_motor() {
    assert_snapshot!(connecting("fault=6:32"), @r"
    connected; gripper (motor 6) is there but reports overload
        Take the load off the joint and switch the arm's power off and on.
    ");
}

#[test]
fn connecting_to_an_arm_whose_supply_does_not_fit() {
    assert_snapshot!(connecting("sag=3.5"), @r"
    connected; shoulder_pan (motor 1) is there but reports voltage out of range
        Check that the power supply fits the motors.
    connected; shoulder_lift (motor 2) is there but reports voltage out of range
        Check that the power supply fits the motors.
    connected; elbow_flex (motor 3) is there but reports voltage out of range
        Check that the power supply fits the motors.
    connected; wrist_flex (motor 4) is there but reports voltage out of range
        Check that the power supply fits the motors.
    connected; wrist_roll (motor 5) is there but reports voltage out of range
        Check that the power supply fits the motors.
    connected; gripper (motor 6) is there but reports voltage out of range
        Check that the power supply fits the motors.
    ");
}

#[test]
fn connecting_through_an_adapter_that_is_pulled_out_meanwhile() {
    assert_snapshot!(connecting("cut=40"), @r"
    follower, shoulder_lift: serial line lost
    Port: sim:follower
        Hold the arm: torque may still be on. Plug the adapter back in, then reconnect.
    ");
}

#[test]
fn connecting_on_a_noisy_line_takes_a_second_try_and_nothing_else() {
    assert_snapshot!(connecting("corrupt=*:2%"), @"");
    assert_snapshot!(connecting("lost-replies=*:1%"), @"");
    assert_snapshot!(connecting("split=1:200us"), @"");
}

/// A follower whose motors lost their homing offsets, and the calibration that should be in them.
fn needs_writing(whom: Whom, deaf: bool) -> (FakeClock, sim::Chain, SimArm) {
    let clock = FakeClock::default();
    let sim = SimArm::follower();
    let chain = sim.chain(clock.shared());
    chain.set_register(3, table::HOMING_OFFSET, 0).unwrap();
    let fault = if deaf {
        Misbehaviour::DeafEeprom { whom }
    } else {
        Misbehaviour::ForgetfulEeprom { whom }
    };
    chain.misbehave(fault).unwrap();
    (clock, chain, sim)
}

#[test]
fn an_eeprom_that_takes_nothing_is_told_of_when_it_is_written() {
    let (clock, chain, sim) = needs_writing(Whom::Motor(3), true);
    let error = connect(&chain, &sim, &clock).unwrap_err();
    assert_snapshot!(format!("{error}\n    {}", error.remedy()), @r"
    follower: the motors do not hold the calibration of the file:
      elbow_flex: Homing_Offset is -892 in the file, 0 in the motor
        Check that the right arm is on this port; then write the file to the motors (`tendon calibrate --write=motors`), or calibrate again.
    ");
    let mut arm = unchecked(&chain, &sim, &clock);
    let error = arm.write_calibration().unwrap_err();
    assert_snapshot!(format!("{error}\n    {}", error.remedy()), @r"
    follower, elbow_flex: Homing_Offset was set to -892 but reads 0
        Switch the arm's power off and on and try again; if it stays, the motor may be damaged.
    ");
}

#[test]
fn an_eeprom_that_forgets_is_told_of_at_the_next_connect() {
    let (clock, chain, sim) = needs_writing(Whom::All, false);
    let mut arm = unchecked(&chain, &sim, &clock);
    arm.write_calibration().unwrap();
    arm.require_calibrated().unwrap();
    chain.power_cycle();
    let error = connect(&chain, &sim, &clock).unwrap_err();
    assert_snapshot!(format!("{error}\n    {}", error.remedy()), @r"
    follower: the motors do not hold the calibration of the file:
      elbow_flex: Homing_Offset is -892 in the file, 0 in the motor
        Check that the right arm is on this port; then write the file to the motors (`tendon calibrate --write=motors`), or calibrate again.
    ");
}
