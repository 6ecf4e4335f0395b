//! Motors and lines that fail under a running loop.

use arms::{Joint, SafetyConfig, Torque};
use protocol::ErrorCode;
use sim::Misbehaviour;
use teleop::{KeyBoard, LeaderTeleoperator, State, WarningKind, keyboard};

use crate::bench::{Bench, MIDDLE, ms};

const ELBOW: usize = Joint::ElbowFlex as usize;

fn with_keys() -> (Bench, KeyBoard) {
    let mut keys = None;
    let bench = Bench::driving(120.0, 1, None, |clock| {
        let (board, teleoperator) = keyboard(&SafetyConfig::default(), clock.shared());
        keys = Some(board);
        Box::new(teleoperator)
    });
    (bench, keys.expect("a keyboard"))
}

fn fault(bench: &Bench) -> protocol::Failure {
    match bench.control_loop.state() {
        State::Faulted(failure) => (**failure).clone(),
        other => panic!("not faulted but {other:?}"),
    }
}

fn mute(bench: &Bench, id: u8) {
    bench.followers[0]
        .misbehave(Misbehaviour::MuteMotor { id })
        .expect("a motor");
}

#[test]
fn a_mute_motor_is_warned_of_then_held_then_a_fault() {
    let (mut bench, mut keys) = with_keys();
    bench.turn_for(ms(200));
    keys.press("w");
    bench.turn_for_with(ms(200), |_| keys.heartbeat());
    mute(&bench, 3);
    bench.take_steps();
    bench.turn_for_with(ms(60), |_| keys.heartbeat());
    assert_eq!(bench.word(), "driving");
    let steps = bench.take_steps();
    assert!(steps.iter().all(|step| step.stale == 1 << ELBOW));
    let status = bench.status();
    assert!(
        status.warnings.iter().any(|warning| {
            warning.joint == Some(Joint::ElbowFlex)
                && matches!(warning.kind, WarningKind::Silent(_))
        }),
        "{:?}",
        status.warnings
    );
    bench.turn_for_with(ms(140), |_| keys.heartbeat());
    bench.take_steps();
    bench.turn_for_with(ms(200), |_| keys.heartbeat());
    let steps = bench.take_steps();
    let elbow = |step: &arms::Step| step.action.as_slice()[ELBOW];
    assert_eq!(
        elbow(&steps[0]),
        elbow(&steps[steps.len() - 1]),
        "the joint is held"
    );
    assert_eq!(bench.status().missed, 0, "a mute motor costs no slot");
    bench.turn_for_with(ms(150), |_| keys.heartbeat());
    let failure = fault(&bench);
    assert_eq!(failure.code, ErrorCode::Motor);
    assert!(
        failure.message.contains("elbow flex (motor 3)"),
        "{failure}"
    );
    assert_eq!(bench.status().torque[0], Some(Torque::On), "the arm holds");
    // Answering again is not enough; a person says when to go on.
    bench.followers[0].behave();
    bench.turn_for(ms(100));
    assert_eq!(bench.word(), "faulted");
    bench.controls.resume();
    bench.turn_for(ms(60));
    assert_eq!(bench.word(), "driving");
}

#[test]
fn a_motor_that_misses_single_cycles_disturbs_nobody() {
    let (mut bench, mut keys) = with_keys();
    bench.followers[0]
        .misbehave(Misbehaviour::CorruptReply { id: 3, every: 2 })
        .expect("a motor");
    keys.press("w");
    bench.turn_for_with(ms(600), |_| keys.heartbeat());
    assert_eq!(bench.word(), "driving");
    assert!(bench.status().goals.as_slice()[ELBOW] > 20.0);
    assert_eq!(bench.status().missed, 0);
}

#[test]
fn a_silent_line_holds_at_once_and_is_a_fault_after_a_quarter_second() {
    let (mut bench, mut keys) = with_keys();
    bench.turn_for(ms(200));
    keys.press("w");
    bench.turn_for_with(ms(300), |_| keys.heartbeat());
    for id in 1..=6 {
        mute(&bench, id);
    }
    bench.take_steps();
    bench.turn_for_with(ms(230), |_| keys.heartbeat());
    assert_eq!(bench.word(), "driving");
    let steps = bench.take_steps();
    let elbow: Vec<f64> = steps
        .iter()
        .map(|step| step.action.as_slice()[ELBOW])
        .collect();
    // It brakes within the acceleration limit, which from 42 degrees per second takes under 50 ms.
    assert!(elbow[elbow.len() - 1] - elbow[0] < 1.5, "{elbow:?}");
    bench.turn_for_with(ms(60), |_| keys.heartbeat());
    let failure = fault(&bench);
    assert_eq!(failure.code, ErrorCode::LineLost);
    assert!(failure.message.contains("left_follower"), "{failure}");
}

#[test]
fn an_unplugged_follower_is_noticed_in_its_cycle_and_its_torque_is_unknown() {
    let (mut bench, _keys) = with_keys();
    bench.turn_for(ms(100));
    bench.followers[0].unplug();
    bench.turn();
    let failure = fault(&bench);
    assert_eq!(failure.code, ErrorCode::LineLost);
    assert!(!failure.remedy.is_empty());
    assert_eq!(bench.status().torque[0], Some(Torque::Unknown));
    bench.controls.resume();
    bench.turn();
    assert_eq!(
        bench.word(),
        "faulted",
        "a lost line does not come back by itself"
    );
    bench.controls.stop();
    assert!(!bench.turn(), "nothing is left to release");
}

#[test]
fn a_line_lost_in_the_middle_of_a_packet_is_a_lost_line() {
    let (mut bench, _keys) = with_keys();
    bench.followers[0]
        .misbehave(Misbehaviour::UnpluggedMidPacket { after: 29 })
        .expect("a line");
    bench.turn_for(ms(50));
    assert_eq!(fault(&bench).code, ErrorCode::LineLost);
}

#[test]
fn the_follower_keeps_still_while_the_leader_is_unplugged() {
    let mut bench = Bench::driving(120.0, 1, Some(MIDDLE), |_| {
        Box::new(LeaderTeleoperator::default())
    });
    bench.turn_for(ms(1_500));
    let before = bench.status().goals;
    bench.leaders[0].unplug();
    bench.turn_for(ms(300));
    let failure = fault(&bench);
    assert!(failure.message.contains("left_leader"), "{failure}");
    let status = bench.status();
    assert_eq!(status.torque[0], Some(Torque::On));
    for (before, after) in before.as_slice().iter().zip(status.goals.as_slice()) {
        assert!((before - after).abs() < 0.5, "{before} {after}");
    }
    // What can still be reached is let down gently.
    bench.controls.stop();
    while bench.turn() {}
    assert_eq!(
        bench.followers[0].truth(2).expect("lift").torque,
        sim::Torque::Off
    );
}

#[test]
fn one_arm_of_two_that_is_lost_leaves_the_other_holding() {
    let mut bench = Bench::driving(120.0, 2, Some(MIDDLE), |_| {
        Box::new(LeaderTeleoperator::default())
    });
    bench.turn_for(ms(200));
    bench.followers[0].unplug();
    bench.turn_for(ms(300));
    assert_eq!(fault(&bench).code, ErrorCode::LineLost);
    let status = bench.status();
    assert_eq!(status.torque, [Some(Torque::Unknown), Some(Torque::On)]);
    bench.followers[1].take_goal_log(10);
    bench.turn_for(ms(100));
    assert!(bench.followers[1].take_goal_log(0).len() >= 10);
}

#[test]
fn a_hot_motor_stops_the_arm() {
    let (mut bench, _keys) = with_keys();
    bench.turn_for(ms(200));
    bench.followers[0].heat_to(2, 66.0).expect("a motor");
    bench.turn_for(ms(300));
    let failure = fault(&bench);
    assert!(
        failure.message.contains("shoulder lift (motor 2) is at 6"),
        "{failure}"
    );
}

#[test]
fn a_stuck_joint_is_warned_of_and_then_gives_way() {
    let (mut bench, mut keys) = with_keys();
    bench.turn_for(ms(200));
    bench.followers[0]
        .misbehave(Misbehaviour::StuckJoint { id: 3 })
        .expect("a motor");
    keys.press("w");
    bench.turn_for_with(ms(330), |_| keys.heartbeat());
    keys.all_released();
    bench.turn_for(ms(100));
    let pushed = bench.status().goals.as_slice()[ELBOW];
    assert!(pushed > 8.0, "{pushed}");
    let mut warned = false;
    bench.turn_for_with(ms(2_500), |bench| {
        warned |= bench
            .status()
            .warnings
            .iter()
            .any(|warning| warning.joint == Some(Joint::ElbowFlex));
    });
    assert!(warned);
    let status = bench.status();
    let (goal, present) = (
        status.goals.as_slice()[ELBOW],
        status.observation.as_slice()[ELBOW],
    );
    assert!(
        (goal - present).abs() < 1.0,
        "goal {goal}, present {present}"
    );
    assert_eq!(bench.word(), "driving");
}

#[test]
fn a_motor_that_draws_far_too_much_stops_pushing() {
    let (mut bench, mut keys) = with_keys();
    bench.turn_for(ms(200));
    bench.followers[0]
        .misbehave(Misbehaviour::StuckJoint { id: 3 })
        .expect("a motor");
    keys.press("w");
    bench.turn_for_with(ms(1_500), |_| keys.heartbeat());
    bench.turn_for(ms(500));
    assert!(fault(&bench).message.contains("draws"), "{}", fault(&bench));
    let truth = bench.followers[0].truth(3).expect("elbow");
    assert!((truth.goal - truth.position).abs() < 10, "{truth:?}");
}

#[test]
fn a_broken_supply_stops_the_arm_after_half_a_second() {
    let (mut bench, _keys) = with_keys();
    bench.turn_for(ms(300));
    bench.followers[0].set_supply(5.0);
    bench.turn_for(ms(400));
    assert_eq!(bench.word(), "driving");
    bench.turn_for(ms(400));
    assert!(fault(&bench).message.contains('V'), "{}", fault(&bench));
}

#[test]
fn a_motor_that_lost_its_torque_stops_the_others_until_a_person_says_go_on() {
    let (mut bench, _keys) = with_keys();
    bench.turn_for(ms(300));
    bench.followers[0].brown_out(5).expect("a motor");
    bench.turn_for(ms(400));
    let failure = fault(&bench);
    assert!(
        failure
            .message
            .contains("wrist roll (motor 5) has lost its torque"),
        "{failure}"
    );
    bench.controls.resume();
    bench.turn_for(ms(300));
    assert_eq!(bench.word(), "driving");
    let truth = bench.followers[0].truth(5).expect("roll");
    assert_ne!(truth.torque, sim::Torque::Off);
}

#[test]
fn a_supply_that_sags_is_told_once_for_the_arm_also_while_it_recovers() {
    let (mut bench, _keys) = with_keys();
    bench.turn_for(ms(300));
    let mut told = std::collections::BTreeSet::new();
    let mut look = |bench: &mut Bench, span| {
        bench.turn_for_with(span, |bench| {
            let status = bench.status();
            told.extend(status.warnings.iter().map(ToString::to_string));
        });
    };
    // Below the level of a warning, above the one of a stop.
    bench.followers[0].set_supply(6.3);
    look(&mut bench, ms(1000));
    bench.followers[0].set_supply(7.4);
    look(&mut bench, ms(1000));
    assert_eq!(bench.word(), "driving");
    assert_eq!(
        told.into_iter().collect::<Vec<_>>(),
        ["Follower: its supply sags, its motors get only 6.3 V."]
    );
    assert_eq!(bench.status().warnings.iter().count(), 0, "it is over");
}
