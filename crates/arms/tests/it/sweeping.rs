//! What is recorded while simulated hands move the joints, and what cannot be used.

use arms::calibrate::{CalibrateOptions, Command, Event, Progress, Unusable, WristRoll};
use arms::{ArmKind, CalibrateState, Joint};
use sim::SimArm;

use crate::bench::Bench;
use crate::hands::{MOVED, Session};

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
fn a_leaders_trigger_turns_less_far_than_a_gripper_and_is_calibrated_too() {
    let bench = Bench::of(ArmKind::Leader, SimArm::leader().uncalibrated());
    let mut session = Session::recording(bench, CalibrateOptions::default());
    session.move_through(&MOVED);
    let events = session.command(Command::Finish);
    let Some(Event::Saved { calibration, .. }) = events.last() else {
        panic!("{events:?}");
    };
    // 66.5 degrees between its stops.
    let trigger = calibration.joint(Joint::Gripper);
    let width = trigger.range_max - trigger.range_min;
    assert!((width - 757).abs() <= 1, "{trigger:?}");
}
