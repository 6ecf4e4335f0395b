//! A line that was lost and comes back: driving goes on where it was, as a bounded first move, when the arm is as it was.

use std::cell::Cell;

use arms::{ArmKind, Joint, Torque};
use protocol::ErrorCode;
use sim::{Misbehaviour, SimArm};
use stdx::Clock as _;
use teleop::{ArmPlace, LeaderTeleoperator, State};

use crate::bench::{Bench, MIDDLE, ms, reopened, started, wait_for};
use crate::timing::Still;

#[test]
fn a_follower_that_comes_back_is_driven_on() {
    let (clock, followers, _, mut handle, reader) = started(1, None, Box::new(Still));
    wait_for(&reader, |status| status.state.word() == "driving");
    followers[0].unplug();
    let status = wait_for(&reader, |status| status.state.word() == "faulted");
    assert_eq!(status.torque[0], Some(Torque::Unknown));
    let places: Vec<_> = status.lost.places().collect();
    assert_eq!(places, [ArmPlace::Follower(0)]);
    let lift = followers[0].truth(2).expect("lift");
    assert_ne!(lift.torque, sim::Torque::Off, "it holds its last goal");
    handle.let_go_of_lost(status.lost.places());
    followers[0].replug();
    let arm = reopened(&followers[0], ArmKind::Follower, "left_follower", &clock);
    handle
        .bring_back(ArmPlace::Follower(0), arm)
        .expect("taken");
    let status = wait_for(&reader, |status| status.state.word() == "driving");
    assert_eq!(status.lost.places().count(), 0);
    assert_eq!(status.torque[0], Some(Torque::On));
    let after = followers[0].truth(2).expect("lift");
    assert!(
        (after.position - lift.position).abs() < 60,
        "{lift:?} {after:?}"
    );
    handle.stop();
    let ended = handle.join().expect("joined");
    assert!(ended.fault.is_none(), "{:?}", ended.fault);
    assert_eq!(
        followers[0].truth(2).expect("lift").torque,
        sim::Torque::Off
    );
}

#[test]
fn an_arm_that_lost_its_power_too_waits_for_a_person() {
    let (clock, followers, _, mut handle, reader) = started(1, None, Box::new(Still));
    wait_for(&reader, |status| status.state.word() == "driving");
    followers[0].unplug();
    wait_for(&reader, |status| status.state.word() == "faulted");
    followers[0].power_cycle();
    followers[0].replug();
    let arm = reopened(&followers[0], ArmKind::Follower, "left_follower", &clock);
    handle
        .bring_back(ArmPlace::Follower(0), arm)
        .expect("taken");
    let status = wait_for(
        &reader,
        |status| matches!(&status.state, State::Faulted(failure) if failure.code == ErrorCode::Motor),
    );
    let State::Faulted(failure) = &status.state else {
        unreachable!()
    };
    assert!(failure.message.contains("lost their torque"), "{failure}");
    assert_eq!(status.torque[0], Some(Torque::Off));
    handle.resume();
    wait_for(&reader, |status| status.state.word() == "driving");
    handle.stop();
    handle.join().expect("joined");
}

#[test]
fn a_person_who_said_stop_meanwhile_is_not_driven_over() {
    for told in ["hold", "emergency"] {
        let (clock, followers, _, mut handle, reader) = started(1, None, Box::new(Still));
        wait_for(&reader, |status| status.state.word() == "driving");
        followers[0].unplug();
        wait_for(&reader, |status| status.state.word() == "faulted");
        // A press in the moment of the fault would still be the first one.
        let faulted_at = clock.now();
        wait_for(&reader, |status| status.at.since(faulted_at) > ms(1_000));
        match told {
            "hold" => handle.hold(),
            _ => handle.emergency_stop(),
        }
        let told_at = clock.now();
        wait_for(&reader, |status| status.at.since(told_at) > ms(100));
        followers[0].replug();
        let arm = reopened(&followers[0], ArmKind::Follower, "left_follower", &clock);
        handle
            .bring_back(ArmPlace::Follower(0), arm)
            .expect("taken");
        let back_at = clock.now();
        let status = wait_for(&reader, |status| status.at.since(back_at) > ms(4_000));
        let wanted = match told {
            "hold" => "holding",
            // It was to be let go of, and is now that it can be reached.
            _ => "idle",
        };
        assert_eq!(status.state.word(), wanted, "{told}");
        handle.stop();
        handle.join().expect("joined");
        assert_eq!(
            followers[0].truth(2).expect("lift").torque,
            sim::Torque::Off
        );
    }
}

#[test]
fn a_leader_that_comes_back_elsewhere_is_approached_slowly() {
    let (clock, followers, leaders, mut handle, reader) =
        started(1, Some(MIDDLE), Box::new(LeaderTeleoperator::default()));
    wait_for(&reader, |status| {
        status.state.word() == "driving" && !status.first_move
    });
    leaders[0].unplug();
    let lost = wait_for(&reader, |status| status.state.word() == "faulted");
    assert_eq!(lost.torque[0], Some(Torque::On), "the follower holds");
    let sim = SimArm::leader();
    leaders[0]
        .hand(1, Some(sim::Hand::HoldsAt(sim.angle_at(0, 60.0))))
        .expect("held");
    clock.advance(ms(500));
    leaders[0].replug();
    followers[0].take_goal_log(10_000);
    let arm = reopened(&leaders[0], ArmKind::Leader, "left_leader", &clock);
    handle.bring_back(ArmPlace::Leader(0), arm).expect("taken");
    wait_for(&reader, |status| {
        status.state.word() == "driving" && status.goals.as_slice()[0] > 50.0
    });
    let log = followers[0].take_goal_log(0);
    let last: Cell<Option<i32>> = Cell::new(None);
    let fastest = log
        .arrivals()
        .filter_map(|arrival| arrival.goal(1))
        .filter_map(|goal| last.replace(Some(goal)).map(|before| (goal - before).abs()))
        .max()
        .expect("goals");
    // 30 degrees a second at 120 Hz are 2.8 ticks a goal.
    assert!(fastest <= 4, "{fastest} ticks from one goal to the next");
    handle.stop();
    handle.join().expect("joined");
}

#[test]
fn a_line_that_was_only_silent_goes_on_by_itself() {
    let mut bench = Bench::driving(120.0, 1, None, |_| Box::new(Still));
    bench.turn_for(ms(200));
    for id in 1..=6 {
        bench.followers[0]
            .misbehave(Misbehaviour::MuteMotor { id })
            .expect("a motor");
    }
    bench.turn_for(ms(600));
    assert_eq!(bench.word(), "faulted");
    bench.followers[0].behave();
    bench.turn_for(ms(200));
    assert_eq!(bench.word(), "faulted", "not at the first answer");
    bench.turn_for(ms(400));
    assert_eq!(bench.word(), "driving");
}

#[test]
fn a_supply_that_was_gone_for_a_moment_does_not_drive_on_by_itself() {
    let mut bench = Bench::driving(120.0, 1, None, |_| Box::new(Still));
    bench.turn_for(ms(200));
    bench.followers[0].set_power(false);
    bench.turn_for(ms(600));
    assert_eq!(bench.word(), "faulted");
    bench.followers[0].set_power(true);
    bench.turn_for(ms(1_000));
    assert_eq!(bench.word(), "faulted");
    assert_eq!(bench.status().torque[0], Some(Torque::Off));
    assert_eq!(
        bench.followers[0].register(2, sim::table::ACCELERATION),
        Ok(0)
    );
    bench.controls.resume();
    bench.turn_for(ms(300));
    assert_eq!(bench.word(), "driving");
    let chain = &bench.followers[0];
    assert_eq!(
        chain.register(2, sim::table::ACCELERATION),
        Ok(254),
        "what the motor forgot is put back"
    );
    assert_eq!(
        bench
            .status()
            .warnings
            .iter()
            .find(|w| w.joint == Some(Joint::ElbowFlex)),
        None
    );
}
