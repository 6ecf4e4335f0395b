//! A loop that begins by holding: torque where the arm is, and nothing moves before somebody says so.

use arms::Torque;
use stdx::latest;
use teleop::{Controls, LoopConfig, Outputs, State, direct};

use crate::bench::{ms, rig, unhurried, wait_for};

#[test]
fn a_loop_that_begins_holding_has_torque_where_the_arm_is_and_drives_only_when_told() {
    let (clock, rig, chains, _) = rig(1, None);
    let (goals, sliders) = direct();
    let (status, reader) = latest();
    let outputs = Outputs {
        steps: None,
        status,
    };
    // The pan: nothing pulls at it, while the others sag before they are held.
    let before = chains[0].truth(1).expect("pan").angle;
    let handle = teleop::start(
        rig,
        Box::new(sliders),
        LoopConfig {
            start_holding: true,
            ..unhurried()
        },
        stdx::FakeClock::shared(&clock),
        outputs,
        &Controls::new(),
    )
    .expect("started");
    let held = wait_for(&reader, |status| status.state != State::Idle);
    assert_eq!(held.state, State::Holding);
    assert_eq!(held.torque[0], Some(Torque::On));
    // Asked for while it holds: nobody drives, so nothing moves.
    goals.move_joint(0, 40.0);
    let begun = held.at;
    let later = wait_for(&reader, |status| {
        assert_eq!(status.state, State::Holding);
        status.at.since(begun) > ms(1_000)
    });
    for (goal, was) in later.goals.as_slice().iter().zip(held.goals.as_slice()) {
        assert_eq!(goal, was);
    }
    let now = chains[0].truth(1).expect("pan").angle;
    assert!((now - before).abs() < 1.0, "{before} to {now}");
    handle.resume();
    wait_for(&reader, |status| status.state == State::Driving);
}

#[test]
fn a_stop_that_came_before_a_loop_that_begins_holding_keeps_torque_off() {
    let (clock, rig, _, _) = rig(1, None);
    let (status, reader) = latest();
    let outputs = Outputs {
        steps: None,
        status,
    };
    let controls = Controls::new();
    controls.emergency_stop().press();
    let _handle = teleop::start(
        rig,
        Box::new(direct().1),
        LoopConfig {
            start_holding: true,
            ..unhurried()
        },
        stdx::FakeClock::shared(&clock),
        outputs,
        &controls,
    )
    .expect("started");
    let later = wait_for(&reader, |status| status.cycles > 60);
    assert_eq!(later.state, State::Idle);
    assert_ne!(later.torque[0], Some(Torque::On));
}
