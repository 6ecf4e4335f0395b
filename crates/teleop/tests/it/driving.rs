//! What each teleoperator makes an arm do.

use arms::{ArmKind, JOINTS, Joint, SafetyConfig, Values};
use teleop::{
    KeyBoard, LeaderTeleoperator, ReplayTeleoperator, Script, ScriptTeleoperator, Teleoperator,
    direct, keyboard,
};

use crate::bench::{Bench, MIDDLE, hz, ms};

const ELBOW: usize = Joint::ElbowFlex as usize;
const GRIPPER: usize = Joint::Gripper as usize;

fn with_keys(rate: f64) -> (Bench, KeyBoard) {
    let mut keys = None;
    let bench = Bench::driving(rate, 1, None, |clock| {
        let (board, teleoperator) = keyboard(&SafetyConfig::default(), clock.shared());
        keys = Some(board);
        Box::new(teleoperator)
    });
    (bench, keys.expect("a keyboard"))
}

fn goal(bench: &mut Bench, joint: usize) -> f64 {
    bench.turn_for(ms(200));
    bench.status().goals.as_slice()[joint]
}

#[test]
fn a_held_key_moves_its_joint_as_fast_at_every_rate() {
    for rate in [30.0, 60.0, 120.0, 250.0] {
        let (mut bench, mut keys) = with_keys(rate);
        let before = goal(&mut bench, ELBOW);
        keys.press("w");
        keys.press("O");
        bench.turn_for_with(ms(600), |_| keys.heartbeat());
        keys.all_released();
        let moved = goal(&mut bench, ELBOW) - before;
        let one_cycle = 42.2 / rate;
        assert!(
            (moved - 42.2 * 0.6).abs() < 2.0 * one_cycle,
            "{rate} Hz: {moved}"
        );
        let opened = bench.status().goals.as_slice()[GRIPPER] - 50.0;
        assert!(
            (opened - 36.0).abs() < 3.0 + 120.0 / rate,
            "{rate} Hz: {opened}"
        );
    }
}

#[test]
fn opposite_keys_cancel_and_case_and_spelling_do_not_matter() {
    let (mut bench, mut keys) = with_keys(120.0);
    let before = goal(&mut bench, ELBOW);
    keys.press("W");
    keys.press("s");
    bench.turn_for_with(ms(300), |_| keys.heartbeat());
    assert_eq!(goal(&mut bench, ELBOW), before);
    keys.release("KeyS");
    bench.turn_for_with(ms(100), |_| keys.heartbeat());
    keys.release("w");
    assert!(goal(&mut bench, ELBOW) > before + 2.0);
}

#[test]
fn keys_count_as_released_a_quarter_second_after_the_last_heartbeat() {
    let (mut bench, mut keys) = with_keys(120.0);
    let before = goal(&mut bench, ELBOW);
    keys.press("w");
    bench.turn_for(ms(1_000));
    let moved = goal(&mut bench, ELBOW) - before;
    assert!((moved - 42.2 * 0.25).abs() < 0.8, "{moved}");
    // A heartbeat does not bring a key back that had already counted as released.
    bench.turn_for_with(ms(200), |_| keys.heartbeat());
    let after = goal(&mut bench, ELBOW) - before;
    assert!((after - moved).abs() < 0.01, "{after}");
}

#[test]
fn a_tap_between_two_cycles_is_not_lost_and_a_struck_key_moves_one_step() {
    let (mut bench, mut keys) = with_keys(60.0);
    let before = goal(&mut bench, ELBOW);
    keys.press("w");
    keys.release("w");
    let tapped = goal(&mut bench, ELBOW) - before;
    assert!((tapped - 42.2 / 60.0).abs() < 1e-6, "{tapped}");
    for _ in 0..100 {
        keys.strike("s");
    }
    bench.turn_for(ms(500));
    let struck = before + tapped - goal(&mut bench, ELBOW);
    assert!((struck - 3.0 * 42.2 / 30.0).abs() < 0.01, "{struck}");
}

#[test]
fn the_speed_has_bounds_and_holds_at_four_times_the_usual() {
    let (mut bench, mut keys) = with_keys(120.0);
    assert_eq!(keys.set_speed(9.0), 4.0);
    assert_eq!(keys.set_speed(f32::NAN), 1.0);
    assert_eq!(keys.set_speed(0.0), 0.25);
    keys.set_speed(4.0);
    let before = goal(&mut bench, ELBOW);
    keys.press("s");
    bench.turn_for_with(ms(300), |_| keys.heartbeat());
    keys.release("s");
    bench.turn_for(ms(300));
    let moved = before - goal(&mut bench, ELBOW);
    assert!((moved - 4.0 * 42.2 * 0.3).abs() < 3.0, "{moved}");
}

#[test]
fn a_key_drives_no_further_than_the_calibrated_range() {
    let (mut bench, mut keys) = with_keys(120.0);
    keys.press("w");
    bench.turn_for_with(ms(4_000), |_| keys.heartbeat());
    let most = bench.status().goals.as_slice()[ELBOW];
    assert!((94.0..97.0).contains(&most), "{most}");
    // Turning back answers at once: nothing was wound up behind the limit.
    keys.release("w");
    keys.press("s");
    bench.turn_for_with(ms(200), |_| keys.heartbeat());
    assert!(goal(&mut bench, ELBOW) < most - 6.0);
}

#[test]
fn a_follower_goes_to_a_leader_ninety_degrees_away_at_a_bounded_speed() {
    let mut pose = MIDDLE;
    pose[0] = 90.0;
    let mut bench = Bench::driving(120.0, 1, Some(pose), |_| {
        Box::new(LeaderTeleoperator::default())
    });
    bench.take_steps();
    bench.turn_for(ms(4_000));
    let steps = bench.take_steps();
    let pan: Vec<f64> = steps.iter().map(|step| step.action.as_slice()[0]).collect();
    let fastest = pan
        .windows(2)
        .filter(|pair| pair[1] < 88.0)
        .map(|pair| (pair[1] - pair[0]).abs() * 120.0)
        .fold(0.0, f64::max);
    assert!(fastest < 31.0, "first move at {fastest} degrees per second");
    let last = pan[pan.len() - 1];
    assert!((last - 90.0).abs() < 0.5, "{last}");
    assert!(!bench.status().first_move);
    // Having arrived, it follows quickly.
    let sim = sim::SimArm::leader();
    bench.leaders[0]
        .hand(1, Some(sim::Hand::HoldsAt(sim.angle_at(0, 0.0))))
        .expect("held");
    bench.turn_for(ms(1_000));
    let goals = bench.status().goals;
    assert!(goals.as_slice()[0].abs() < 1.0, "{goals:?}");
}

#[test]
fn direct_goals_move_one_joint_and_leave_the_others() {
    let mut handle = None;
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        let (goals, teleoperator) = direct();
        handle = Some(goals);
        Box::new(teleoperator) as Box<dyn Teleoperator>
    });
    let handle = handle.expect("a handle");
    let before = bench.status().goals;
    assert!(handle.move_joint(ELBOW, -20.0));
    assert!(!handle.move_joint(ELBOW, f64::NAN) && !handle.move_joint(40, 0.0));
    bench.turn_for(ms(1_500));
    let after = bench.status().goals;
    for (joint, (before, after)) in before.as_slice().iter().zip(after.as_slice()).enumerate() {
        let wanted = if joint == ELBOW { -20.0 } else { *before };
        assert!((after - wanted).abs() < 0.01, "joint {joint}: {after}");
    }
}

#[test]
fn a_script_presses_keys_and_reaches_goals_in_time() {
    let script = Script::parse(
        "at 0s press w for 0.5s\nat 1s goal shoulder_pan=0\nat 2s goal shoulder_pan=20 gripper=80\nat 3s end",
    )
    .expect("a script");
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ScriptTeleoperator::new(script))
    });
    let before = bench.status().goals.as_slice()[ELBOW];
    bench.turn_for(ms(2_050));
    let goals = bench.status().goals;
    let moved = goals.as_slice()[ELBOW] - before;
    assert!((moved - 21.1).abs() < 1.0, "{moved}");
    assert!((goals.as_slice()[0] - 20.0).abs() < 1.0, "{goals:?}");
    assert!((goals.as_slice()[GRIPPER] - 80.0).abs() < 1.0, "{goals:?}");
    assert!(!bench.status().finished);
    bench.turn_for(ms(1_000));
    assert!(bench.status().finished);
    assert_eq!(bench.word(), "driving");
}

#[test]
fn a_replay_goes_to_its_first_row_slowly_and_then_keeps_time() {
    let rows: Vec<Values> = (0..60)
        .map(|row| {
            let mut pose = MIDDLE;
            pose[0] = 30.0 + f64::from(row);
            Values::from_arms(&[pose])
        })
        .collect();
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ReplayTeleoperator::new(rows, hz(30.0)))
    });
    bench.take_steps();
    bench.turn_for(ms(5_000));
    assert!(bench.status().finished);
    let steps = bench.take_steps();
    let pan = |step: &arms::Step| step.action.as_slice()[0];
    let first = steps.iter().rfind(|step| pan(step) <= 30.0).expect("row 0");
    assert!(
        first.sent_at.since(steps[0].sent_at) > ms(900),
        "30 degrees at 30 a second"
    );
    let last = steps.iter().find(|step| pan(step) >= 88.9).expect("row 59");
    let took = last.sent_at.since(first.sent_at).as_secs_f64();
    assert!((1.9..2.2).contains(&took), "{took} s for 59 rows");
}

#[test]
fn a_replay_whose_first_row_lies_beyond_the_range_begins_at_the_range() {
    let mut pose = MIDDLE;
    pose[0] = 400.0;
    let rows = vec![Values::from_arms(&[pose]); 3];
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ReplayTeleoperator::new(rows, hz(30.0)))
    });
    bench.turn_for(ms(20_000));
    assert!(bench.status().finished);
    assert!(bench.status().goals.as_slice()[0] < 180.0);
}

#[test]
fn a_step_holds_what_was_seen_before_and_what_was_sent() {
    let (mut bench, mut keys) = with_keys(120.0);
    keys.press("w");
    bench.take_steps();
    bench.turn_for_with(ms(200), |_| keys.heartbeat());
    let steps = bench.take_steps();
    assert!(steps.len() > 20);
    for pair in steps.windows(2) {
        assert_eq!(pair[1].slot, pair[0].slot + 1);
        assert!(pair[0].observed_at < pair[0].sent_at && pair[0].sent_at < pair[1].observed_at);
        assert_eq!(pair[0].stale, 0);
        assert!(pair[1].action.as_slice()[ELBOW] >= pair[0].action.as_slice()[ELBOW]);
    }
    let last = steps[steps.len() - 1];
    let sent = bench.followers[0].truth(3).expect("elbow").goal;
    let calibration = sim::FOLLOWER_CALIBRATION[ELBOW];
    let middle = f64::from(calibration.range_min + calibration.range_max) / 2.0;
    let value = (f64::from(sent) - middle) * 360.0 / 4095.0;
    assert!(
        (value - last.action.as_slice()[ELBOW]).abs() < 0.1,
        "{value}"
    );
}

#[test]
fn two_pairs_are_driven_left_and_right_in_dataset_order() {
    let mut pose = MIDDLE;
    pose[0] = 10.0;
    let mut bench = Bench::driving(60.0, 2, Some(pose), |_| {
        Box::new(LeaderTeleoperator::default())
    });
    let sim = sim::SimArm::leader();
    bench.leaders[1]
        .hand(1, Some(sim::Hand::HoldsAt(sim.angle_at(0, -25.0))))
        .expect("held");
    bench.turn_for(ms(3_000));
    let goals = bench.status().goals;
    assert_eq!(goals.as_slice().len(), 2 * JOINTS);
    assert!((goals.as_slice()[0] - 10.0).abs() < 0.5, "{goals:?}");
    assert!((goals.as_slice()[JOINTS] + 25.0).abs() < 0.5, "{goals:?}");
}

#[test]
fn arms_that_do_not_go_together_are_refused() {
    let (_clock, mut rig, _followers, _leaders) = crate::bench::rig(2, Some(MIDDLE));
    rig.check().expect("two pairs");
    let leader = rig.leaders.pop().expect("a leader");
    assert!(rig.check().is_err());
    assert_eq!(leader.kind(), ArmKind::Leader);
    rig.followers[0] = leader;
    rig.leaders.clear();
    let error = rig.check().expect_err("a leader among the followers");
    assert!(error.to_string().contains("right_leader"), "{error}");
}

#[test]
fn the_keys_of_a_pair_drive_the_arm_that_was_chosen() {
    let mut keys = None;
    let mut bench = Bench::driving(120.0, 2, None, |clock| {
        let (board, teleoperator) = keyboard(&SafetyConfig::default(), clock.shared());
        keys = Some(board);
        Box::new(teleoperator)
    });
    let mut keys = keys.expect("a keyboard");
    let left = goal(&mut bench, ELBOW);
    let right = goal(&mut bench, JOINTS + ELBOW);
    keys.press("w");
    bench.turn_for_with(ms(200), |_| keys.heartbeat());
    // Choosing the other arm lets the key go; it is not held over.
    keys.select_arm(1);
    bench.turn_for_with(ms(200), |_| keys.heartbeat());
    let left_moved = goal(&mut bench, ELBOW) - left;
    assert!((7.0..10.0).contains(&left_moved), "{left_moved}");
    assert_eq!(goal(&mut bench, JOINTS + ELBOW), right);
    keys.press("s");
    bench.turn_for_with(ms(200), |_| keys.heartbeat());
    drop(keys);
    let right_moved = goal(&mut bench, JOINTS + ELBOW) - right;
    assert!((-10.0..-7.0).contains(&right_moved), "{right_moved}");
    assert_eq!(goal(&mut bench, ELBOW), left + left_moved);
}

#[test]
fn a_key_is_on_the_wire_within_one_cycle_and_a_millisecond() {
    for rate in [60.0, 120.0, 250.0] {
        let (mut bench, mut keys) = with_keys(rate);
        bench.turn_for(ms(1_000));
        for key in ["w", "s", "w"] {
            bench.followers[0].take_goal_log(100);
            bench.turn();
            let pressed = stdx::Clock::now(&bench.clock);
            keys.press(key);
            bench.turn_for(ms(100));
            let log = bench.followers[0].take_goal_log(0);
            let before = log.arrivals().next().expect("a goal").goal(3);
            let moved = log
                .arrivals()
                .find(|arrival| arrival.goal(3) != before)
                .expect("the elbow moves");
            let took = moved.at.since(pressed);
            assert!(took <= hz(rate).period() + ms(1), "{rate} Hz: {took:?}");
            keys.all_released();
            bench.turn_for(ms(300));
        }
    }
}
