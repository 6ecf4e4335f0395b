//! Replays, poses and the way to rest.

use std::time::Duration;

use arms::{JOINTS, Joint, Step, Values};
use sim::Misbehaviour;
use teleop::{PoseTeleoperator, ReplayTeleoperator, Resting, chosen_pose, direct};

use crate::bench::{Bench, MIDDLE, hz, ms};

const PAN: usize = Joint::ShoulderPan as usize;
const ELBOW: usize = Joint::ElbowFlex as usize;

fn pose(joint: usize, value: f64) -> Values {
    let mut pose = MIDDLE;
    pose[joint] = value;
    Values::from_arms(&[pose])
}

fn of(steps: &[Step], joint: usize) -> Vec<f64> {
    steps
        .iter()
        .map(|step| step.action.as_slice()[joint])
        .collect()
}

/// Speeds between neighbours, at 120 Hz.
fn speeds(goals: &[f64]) -> Vec<f64> {
    goals
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) * 120.0)
        .collect()
}

#[test]
fn the_way_to_a_replays_first_row_begins_and_ends_softly() {
    let rows = vec![pose(PAN, 60.0); 30];
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ReplayTeleoperator::new(rows, hz(30.0)))
    });
    assert!(bench.status().first_move);
    bench.turn_for(ms(6_000));
    let goals = of(&bench.take_steps(), PAN);
    let speeds = speeds(&goals);
    let top = speeds.iter().copied().fold(0.0, f64::max);
    assert!((28.0..=30.1).contains(&top), "{top}");
    let sharpest = speeds
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs() * 120.0)
        .fold(0.0, f64::max);
    assert!(sharpest < 60.0, "{sharpest} degrees per second squared");
    assert!(bench.status().finished && !bench.status().first_move);
    assert_eq!(goals[goals.len() - 1], 60.0);
}

/// From `from` on at `speed` degrees a second for two seconds, 30 rows to a second.
fn ramp(from: f64, speed: f64) -> Vec<Values> {
    (0..60)
        .map(|row| pose(PAN, from + speed * f64::from(row) / 30.0))
        .collect()
}

#[test]
fn a_replay_takes_as_much_longer_or_shorter_as_its_speed_says() {
    for (factor, seconds) in [(0.5, 3.9), (1.0, 1.95), (4.0, 0.6)] {
        let mut bench = Bench::driving(120.0, 1, None, |_| {
            let replay = ReplayTeleoperator::new(ramp(0.0, 20.0), hz(30.0));
            Box::new(replay.at_speed(factor))
        });
        bench.turn_for(ms(6_000));
        let steps = bench.take_steps();
        let moving: Vec<&Step> = steps
            .iter()
            .filter(|step| (0.5..39.0).contains(&step.action.as_slice()[PAN]))
            .collect();
        let took = moving[moving.len() - 1]
            .sent_at
            .since(moving[0].sent_at)
            .as_secs_f64();
        assert!((took - seconds).abs() < 0.1, "{factor}x: {took} s");
        let place = bench.status().input.replay.expect("a replay");
        assert_eq!((place.slowed, place.beyond), (None, None));
        assert!(bench.status().finished, "{factor}x");
    }
}

#[test]
fn a_replay_that_asks_for_too_much_speed_goes_slower_and_keeps_its_path() {
    let mut rows: Vec<Values> = Vec::new();
    for row in 0..30 {
        let mut pose = MIDDLE;
        pose[PAN] = 3.0 * f64::from(row);
        pose[ELBOW] = 1.0 * f64::from(row);
        rows.push(Values::from_arms(&[pose]));
    }
    // 360 degrees a second at four times the speed.
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ReplayTeleoperator::new(rows, hz(30.0)).at_speed(4.0))
    });
    bench.turn_for(ms(3_000));
    let place = bench.status().input.replay.expect("a replay");
    assert!(matches!(place.slowed, Some((0, at)) if at < ms(300)));
    let lost = place.lost.as_secs_f64();
    assert!((0.2..0.3).contains(&lost), "{lost}");
    for step in bench.take_steps() {
        let (pan, elbow) = (step.action.as_slice()[PAN], step.action.as_slice()[ELBOW]);
        // At the beginning both joints accelerate alike, and the end is a stop.
        if (50.0..80.0).contains(&pan) {
            assert!((pan - 3.0 * elbow).abs() < 4.0, "{pan} and {elbow}");
        }
    }
}

#[test]
fn a_row_beyond_the_range_is_told_of() {
    let mut rows = ramp(0.0, 10.0);
    rows.extend(vec![pose(ELBOW, 120.0); 30]);
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ReplayTeleoperator::new(rows, hz(30.0)).beginning_at(Duration::from_secs(5)))
    });
    bench.turn_for(ms(5_000));
    let place = bench.status().input.replay.expect("a replay");
    let (joint, at) = place.beyond.expect("told");
    assert_eq!(joint as usize, ELBOW);
    assert!((6_900..7_100).contains(&at.as_millis()), "{at:?}");
    assert!(bench.status().goals.as_slice()[ELBOW] < 97.0);
}

#[test]
fn a_replay_that_was_held_goes_on_where_it_was() {
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ReplayTeleoperator::new(ramp(0.0, 20.0), hz(30.0)))
    });
    bench.turn_for(ms(1_300));
    bench.controls.hold();
    bench.turn_for(ms(2_000));
    let held = bench.status().goals.as_slice()[PAN];
    assert!((5.0..22.0).contains(&held), "{held}");
    bench.take_steps();
    bench.controls.resume();
    bench.turn_for(ms(3_000));
    let goals = of(&bench.take_steps(), PAN);
    assert!(goals.iter().all(|goal| *goal > held - 0.5), "it went back");
    assert!(bench.status().finished);
    assert!((goals[goals.len() - 1] - 39.3).abs() < 0.2);
    // Played to its end, it begins anew.
    bench.controls.hold();
    bench.turn_for(ms(100));
    bench.controls.resume();
    bench.turn_for(ms(2_000));
    assert!(bench.status().goals.as_slice()[PAN] < 10.0);
}

#[test]
fn a_joint_that_does_not_follow_stops_the_replay_and_is_named_with_its_place() {
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ReplayTeleoperator::new(ramp(0.0, 12.0), hz(30.0)))
    });
    bench.turn_for(ms(1_000));
    assert_eq!(bench.status().input.stuck, None);
    bench.followers[0]
        .misbehave(Misbehaviour::StuckJoint { id: 1 })
        .expect("a motor");
    bench.turn_for(ms(1_300));
    let status = bench.status();
    assert_eq!(status.input.stuck, Some(0));
    let place = status.input.replay.expect("a replay").at;
    assert!((ms(900)..ms(1_700)).contains(&place), "{place:?}");
    // Its goal goes back to where it is, so that it does not go on pushing.
    bench.turn_for(ms(2_000));
    let status = bench.status();
    let (goal, is) = (
        status.goals.as_slice()[PAN],
        status.observation.as_slice()[PAN],
    );
    assert!((goal - is).abs() < 0.5, "{goal}, is at {is}");
    assert_eq!((bench.word(), status.finished), ("driving", false));
    assert_eq!(status.input.replay.expect("a replay").at, place);
    // Held and let go on, it tries again from there.
    bench.followers[0].behave();
    bench.controls.hold();
    bench.turn_for(ms(100));
    bench.controls.resume();
    bench.turn_for(ms(4_000));
    assert!(bench.status().finished);
}

#[test]
fn a_gripper_that_closes_on_something_does_not_stop_a_replay() {
    let rows: Vec<Values> = (0..60)
        .map(|row| pose(5, 50.0 - f64::from(row) * 0.14))
        .collect();
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(ReplayTeleoperator::new(rows, hz(30.0)))
    });
    bench.followers[0]
        .misbehave(Misbehaviour::StuckJoint { id: 6 })
        .expect("a motor");
    bench.turn_for(ms(4_000));
    assert_eq!(bench.status().input.stuck, None);
    assert!(bench.status().finished);
}

#[test]
fn poses_are_reached_softly_one_after_the_other_and_stay_within_the_range() {
    let targets = vec![pose(PAN, 20.0), pose(PAN, -400.0)];
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(PoseTeleoperator::new(targets, 2.0))
    });
    assert!(!bench.status().input.arrived);
    bench.turn_for(ms(500));
    assert!(!bench.status().input.arrived);
    bench.turn_for(ms(10_000));
    assert!(bench.status().finished && bench.status().input.arrived);
    let goals = of(&bench.take_steps(), PAN);
    let top = speeds(&goals)
        .iter()
        .map(|speed| speed.abs())
        .fold(0.0, f64::max);
    assert!((55.0..=60.1).contains(&top), "{top}");
    let most = goals.iter().copied().fold(f64::MIN, f64::max);
    assert_eq!(most, 20.0);
    let last = goals[goals.len() - 1];
    assert!((-119.0..-117.0).contains(&last), "{last}");
}

#[test]
fn an_arm_that_is_stopped_on_its_way_to_a_pose_stays_there() {
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        Box::new(PoseTeleoperator::new(vec![pose(PAN, 80.0)], 1.0))
    });
    bench.turn_for(ms(1_500));
    bench.controls.emergency_stop().press();
    bench.turn_for(ms(1_000));
    assert_eq!(bench.word(), "stopped");
    let stopped = bench.status().goals.as_slice()[PAN];
    assert!((1.0..60.0).contains(&stopped), "{stopped}");
    bench.controls.resume();
    bench.turn_for(ms(6_000));
    assert!(bench.status().finished);
    assert!((bench.status().goals.as_slice()[PAN] - 80.0).abs() < 0.01);
}

#[test]
fn whatever_drives_the_rig_goes_to_rest_when_asked() {
    let mut control = None;
    let mut goals = None;
    let rest = Values::from_arms(&[[-4.0, -103.0, 97.0, 78.0, -65.0, 0.0]]);
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        let (handle, inner) = direct();
        goals = Some(handle);
        let (asking, teleoperator) = Resting::new(inner, rest);
        control = Some(asking);
        Box::new(teleoperator)
    });
    let goals = goals.expect("goals");
    goals.move_joint(PAN, 30.0);
    bench.turn_for(ms(2_000));
    assert!((bench.status().goals.as_slice()[PAN] - 30.0).abs() < 0.1);
    control.expect("a control").ask();
    bench.turn_for(ms(200));
    goals.move_joint(PAN, 60.0);
    bench.turn_for(ms(12_000));
    let status = bench.status();
    assert!(status.input.rested, "{:?}", status.input);
    for (joint, (goal, rest)) in status
        .goals
        .as_slice()
        .iter()
        .zip(rest.as_slice())
        .enumerate()
    {
        // The elbow of this arm ends at 95.7 degrees.
        let near = if joint == ELBOW { 1.5 } else { 0.1 };
        assert!((goal - rest).abs() < near, "joint {joint}: {goal}");
    }
    assert_eq!(status.goals.as_slice().len(), JOINTS);
}

#[test]
fn an_arm_whose_person_said_so_is_left_holding_at_an_orderly_end_and_only_then() {
    let (clock, sim) = (stdx::FakeClock::default(), sim::SimArm::follower());
    for (emergency, left) in [(false, sim::Torque::On), (true, sim::Torque::Off)] {
        let chain = sim.clone().posed(MIDDLE).chain(clock.shared());
        let arm = crate::bench::arm_with(
            &chain,
            &sim,
            arms::ArmKind::Follower,
            "follower",
            &clock,
            |config| config.disable_torque_on_disconnect = false,
        );
        let rig = teleop::Rig {
            followers: vec![arm],
            leaders: Vec::new(),
        };
        let (_goals, teleoperator) = direct();
        let chains = vec![chain.clone()];
        let mut bench = Bench::of(
            120.0,
            clock.clone(),
            rig,
            chains,
            Vec::new(),
            Box::new(teleoperator),
        );
        bench.controls.resume();
        bench.turn_for(ms(500));
        if emergency {
            bench.controls.emergency_stop().press();
            bench.turn_for(ms(500));
        }
        bench.controls.stop();
        for _ in 0..1_000 {
            if !bench.turn() {
                break;
            }
        }
        assert!(bench.controls.ended());
        assert_eq!(chain.truth(2).expect("lift").torque, left, "{emergency}");
    }
}

#[test]
fn a_pose_that_is_chosen_while_the_arm_is_at_work_is_gone_to_softly_and_waited_at() {
    let mut goal = None;
    let mut bench = Bench::driving(120.0, 1, None, |_| {
        let (chosen, pose) = chosen_pose();
        goal = Some(chosen);
        Box::new(pose)
    });
    let goal = goal.expect("the end that chooses");
    bench.turn_for(ms(1_000));
    let still = of(&bench.take_steps(), PAN);
    assert!(
        still.iter().all(|value| (value - still[0]).abs() < 0.1),
        "nothing was chosen"
    );
    for to in [30.0, -10.0] {
        // A place of which only one joint is wanted; it counts when driving begins again.
        let mut place = [f64::NAN; JOINTS];
        place[PAN] = to;
        goal.go_to(&Values::from_arms(&[place]), 1.0);
        bench.controls.hold();
        bench.turn_for(ms(50));
        bench.take_steps();
        bench.controls.resume();
        bench.turn_for(ms(200));
        assert!(!bench.status().input.arrived);
        bench.turn_for(ms(5_000));
        let goals = of(&bench.take_steps(), PAN);
        let fastest = speeds(&goals).iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        assert!((5.0..31.0).contains(&fastest), "{fastest}");
        assert!((goals[goals.len() - 1] - to).abs() < 0.1);
        let status = bench.status();
        assert!(status.input.arrived && !status.finished && !status.input.once);
    }
}
