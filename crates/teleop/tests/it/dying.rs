//! A control thread that panics or hangs: the arm holds, is let down gently, and never pushes without an owner.

use arms::{JOINTS, Torque};
use stdx::failpoint::{self, Fault};
use stdx::{Clock as _, latest};
use teleop::{Controls, Outputs, RESTARTS, State, Status};

use crate::bench::{folded, ms, started, unhurried, wait_for};
use crate::timing::Still;

fn state(word: &'static str) -> impl Fn(&Status) -> bool {
    move |status| status.state.word() == word
}

#[test]
fn a_panic_at_any_point_lets_the_arm_down_gently_and_a_person_may_drive_on() {
    for (point, nth) in [
        ("teleop.cycle", 30),
        ("teleop.act", 30),
        ("teleop.torque_on", 1),
        ("teleop.release", 3),
    ] {
        let armed = failpoint::arm([Fault::panic(point).on(nth)]);
        let (clock, chains, _, handle, reader) = started(2, None, Box::new(Still));
        if point == "teleop.release" {
            wait_for(&reader, state("driving"));
            handle.release();
        }
        let status = wait_for(&reader, |status| {
            matches!(status.state, State::Faulted(_)) && status.torque[0] == Some(Torque::Off)
        });
        let State::Faulted(failure) = &status.state else {
            unreachable!()
        };
        assert!(
            failure.message.starts_with("the control loop failed"),
            "{point}: {failure}"
        );
        assert!(failure.remedy.contains("drive on"), "{failure}");
        assert_eq!(armed.hits(point), 1);
        for chain in &chains {
            assert_eq!(chain.truth(2).expect("lift").torque, sim::Torque::Off);
        }
        let before = clock.now();
        handle.resume();
        wait_for(&reader, state("driving"));
        handle.stop();
        let ended = handle.join().expect("joined");
        assert!(ended.fault.is_none(), "{point}: {:?}", ended.fault);
        assert!(clock.now().since(before) > ms(1_500), "it sank");
    }
}

#[test]
fn a_loop_that_panics_again_and_again_is_ended_after_a_stated_number_of_times() {
    let armed = failpoint::arm([Fault::panic("teleop.act").on(20).times(100)]);
    let (_clock, chains, _, handle, _reader) = started(1, None, Box::new(Still));
    while !handle.finished() {
        handle.resume();
        std::thread::yield_now();
    }
    assert_eq!(armed.hits("teleop.act"), u64::from(RESTARTS) + 1);
    let ended = handle.join().expect("joined");
    let fault = ended.fault.expect("a fault");
    assert!(fault.message.contains("the control loop failed"), "{fault}");
    assert!(!fault.remedy.contains("drive on"), "{fault}");
    assert_eq!(ended.rig.followers[0].torque(), Torque::Off);
    assert_eq!(chains[0].truth(2).expect("lift").torque, sim::Torque::Off);
    assert_eq!(ended.report.motors.len(), JOINTS);
}

#[test]
fn a_panic_while_the_loop_is_told_to_end_still_lets_the_arm_down() {
    let _armed = failpoint::arm([Fault::panic("teleop.release").on(2)]);
    let (_clock, chains, _, handle, reader) = started(2, None, Box::new(Still));
    wait_for(&reader, state("driving"));
    handle.stop();
    let ended = handle.join().expect("joined");
    assert!(ended.fault.is_some());
    for (arm, chain) in ended.rig.followers.iter().zip(&chains) {
        assert_eq!(arm.torque(), Torque::Off);
        assert_eq!(chain.truth(2).expect("lift").torque, sim::Torque::Off);
    }
}

#[test]
fn a_loop_that_hangs_loses_its_lines_and_the_arms_are_let_down_gently() {
    for point in ["teleop.cycle", "teleop.act", "teleop.torque_on"] {
        let armed = failpoint::arm([Fault::hang(point).when_triggered()]);
        let (clock, chains, _, mut handle, reader) = started(2, None, Box::new(Still));
        wait_for(&reader, state("driving"));
        if point == "teleop.torque_on" {
            handle.hold();
            wait_for(&reader, state("holding"));
            handle.release();
            wait_for(&reader, state("idle"));
        }
        armed.trigger(point);
        handle.resume();
        while armed.hanging(point) == 0 {
            std::thread::yield_now();
        }
        let controls = handle.controls().clone();
        if point != "teleop.torque_on" {
            let lift = chains[0].truth(2).expect("lift");
            assert_ne!(
                lift.torque,
                sim::Torque::Off,
                "a hung loop leaves it holding"
            );
        }
        let before = clock.now();
        let rescued = handle.rescue();
        assert_eq!(rescued.len(), 2);
        for rescued in rescued {
            rescued.released.expect("released");
        }
        assert!(
            clock.now().since(before) > ms(3_000),
            "each sank, none dropped"
        );
        for chain in &chains {
            for id in 1..=6 {
                assert_eq!(chain.truth(id).expect("motor").torque, sim::Torque::Off);
            }
        }
        // The thread wakes up again: it has no line any more, and ends.
        chains[0].take_goal_log(16);
        armed.release(point);
        while controls.heartbeat() < before {
            std::thread::yield_now();
        }
        assert!(
            chains[0].take_goal_log(0).is_empty(),
            "{point}: it kept its line"
        );
    }
}

#[test]
fn an_arm_that_was_never_held_is_not_touched_by_a_rescue_it_does_not_need() {
    let (clock, rig, chains) = folded();
    let (status, _reader) = latest();
    let controls = Controls::new();
    let _armed = failpoint::arm([Fault::hang("teleop.cycle")]);
    let mut handle = teleop::start(
        rig,
        Box::new(Still),
        unhurried(),
        clock.shared(),
        Outputs {
            steps: None,
            status,
        },
        &controls,
    )
    .expect("started");
    for rescued in handle.rescue() {
        rescued.released.expect("it confirms that it is off");
    }
    assert_eq!(chains[0].truth(2).expect("lift").torque, sim::Torque::Off);
}
