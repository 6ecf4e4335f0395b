//! How a follower follows its leader: scaled, smoothed, filtered, with a clutch, from a start without a bump.

use std::time::Duration;

use arms::{JOINTS, Joint};
use stdx::Clock as _;
use teleop::{
    FilterConfig, Filtered, LeaderConfig, LeaderControls, LeaderStart, LeaderTeleoperator,
    Teleoperator, leader,
};

use crate::bench::{Bench, MIDDLE, ms};

const PAN: usize = Joint::ShoulderPan as usize;
const GRIPPER: usize = Joint::Gripper as usize;

fn led(config: LeaderConfig, pose: [f64; JOINTS]) -> (Bench, LeaderControls) {
    let mut controls = None;
    let bench = Bench::driving(120.0, 1, Some(pose), |_| {
        let (handle, teleoperator) = leader(config);
        controls = Some(handle);
        Box::new(teleoperator)
    });
    (bench, controls.expect("a handle"))
}

/// A hand moves joint `joint` of the first leader to `value`, at once.
fn hand(bench: &Bench, joint: usize, value: f64) {
    let angle = sim::SimArm::leader().angle_at(joint, value);
    bench.leaders[0]
        .hand(joint as u8 + 1, Some(sim::Hand::HoldsAt(angle)))
        .expect("held");
}

fn goal(bench: &mut Bench, joint: usize) -> f64 {
    bench.status().goals.as_slice()[joint]
}

/// The largest step of a joint's goal between two cycles, as a speed.
fn fastest(bench: &Bench, joint: usize) -> f64 {
    let steps = bench.take_steps();
    let goals: Vec<f64> = steps
        .iter()
        .map(|step| step.action.as_slice()[joint])
        .collect();
    goals
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs() * 120.0)
        .fold(0.0, f64::max)
}

#[test]
fn a_scale_makes_the_movement_smaller_but_never_the_grippers() {
    let config = LeaderConfig {
        scale: [0.5; JOINTS],
        ..LeaderConfig::default()
    };
    let (mut bench, controls) = led(config, MIDDLE);
    bench.turn_for(ms(500));
    hand(&bench, PAN, 40.0);
    hand(&bench, GRIPPER, 90.0);
    bench.turn_for(ms(2_000));
    assert!((goal(&mut bench, PAN) - 20.0).abs() < 0.2);
    assert!((goal(&mut bench, GRIPPER) - 90.0).abs() < 0.5);
    // Another scale does not move the follower; it counts from where the arms are.
    bench.take_steps();
    assert_eq!(controls.set_scale(Joint::ShoulderPan, 2.0), 2.0);
    assert_eq!(controls.set_scale(Joint::Gripper, 2.0), 1.0);
    assert_eq!(controls.set_scale(Joint::ElbowFlex, 9.0), 2.0);
    bench.turn_for(ms(500));
    assert!(fastest(&bench, PAN) < 0.1);
    hand(&bench, PAN, 50.0);
    bench.turn_for(ms(1_500));
    assert!((goal(&mut bench, PAN) - 40.0).abs() < 0.3);
}

#[test]
fn while_the_clutch_is_open_the_leader_moves_freely_and_nothing_jumps_when_it_closes() {
    let (mut bench, controls) = led(LeaderConfig::default(), MIDDLE);
    bench.turn_for(ms(500));
    controls.set_clutch(true);
    bench.turn_for(ms(100));
    assert_eq!(bench.status().input.clutch_open, Some(true));
    let held = goal(&mut bench, PAN);
    bench.take_steps();
    hand(&bench, PAN, -50.0);
    bench.turn_for(ms(1_000));
    assert_eq!(goal(&mut bench, PAN), held);
    assert_eq!(bench.word(), "driving");
    assert!(!controls.toggle_clutch());
    bench.turn_for(ms(1_000));
    assert!(fastest(&bench, PAN) < 0.5, "the follower jumped");
    // From there on it moves with the leader, from where both stand, and stays that far from it.
    hand(&bench, PAN, -20.0);
    bench.turn_for(ms(2_000));
    let moved = goal(&mut bench, PAN) - held;
    assert!((moved - 30.0).abs() < 0.3, "{moved}");
}

#[test]
fn a_follower_on_its_way_comes_to_rest_when_the_clutch_opens_and_does_not_turn_back() {
    let (mut bench, controls) = led(LeaderConfig::default(), MIDDLE);
    bench.turn_for(ms(500));
    hand(&bench, PAN, 80.0);
    bench.turn_for(ms(250));
    bench.take_steps();
    controls.set_clutch(true);
    bench.turn_for(ms(600));
    let steps = bench.take_steps();
    let pan: Vec<f64> = steps
        .iter()
        .map(|step| step.action.as_slice()[PAN])
        .collect();
    assert!(pan[1] > pan[0] + 0.5, "it did not move");
    assert!(
        pan.windows(2).all(|pair| pair[1] >= pair[0] - 1e-9),
        "it turned back: {pan:?}"
    );
    let far = pan[pan.len() - 1] - pan[0];
    assert!(far < 25.0, "it went on for {far} degrees");
    assert_eq!(pan[pan.len() - 1], pan[pan.len() - 20]);
}

#[test]
fn after_the_clutch_the_gripper_finds_back_to_the_leaders_slowly() {
    let (mut bench, controls) = led(LeaderConfig::default(), MIDDLE);
    bench.turn_for(ms(500));
    controls.set_clutch(true);
    bench.turn_for(ms(100));
    hand(&bench, GRIPPER, 80.0);
    bench.turn_for(ms(500));
    bench.take_steps();
    controls.set_clutch(false);
    bench.turn_for(ms(500));
    let speed = fastest(&bench, GRIPPER);
    assert!(speed < 60.0, "{speed} percent a second");
    bench.turn_for(ms(1_000));
    assert!((goal(&mut bench, GRIPPER) - 80.0).abs() < 0.5);
}

#[test]
fn a_session_can_begin_with_an_open_clutch() {
    let mut pose = MIDDLE;
    pose[PAN] = 70.0;
    let config = LeaderConfig {
        clutch_open: true,
        ..LeaderConfig::default()
    };
    let (mut bench, controls) = led(config, pose);
    bench.turn_for(ms(1_000));
    assert!(goal(&mut bench, PAN).abs() < 0.2);
    controls.set_clutch(false);
    bench.turn_for(ms(1_000));
    assert!(goal(&mut bench, PAN).abs() < 0.2, "it went to the leader");
}

#[test]
fn a_start_without_a_bump_keeps_the_distance_and_works_it_off_slowly() {
    let mut pose = MIDDLE;
    pose[PAN] = 30.0;
    let config = LeaderConfig {
        start: LeaderStart::Bumpless,
        ..LeaderConfig::default()
    };
    let (mut bench, _controls) = led(config, pose);
    bench.take_steps();
    bench.turn_for(ms(1_000));
    let speed = fastest(&bench, PAN);
    assert!(speed < 6.0, "{speed} degrees a second");
    // What the leader does is done meanwhile.
    hand(&bench, PAN, 50.0);
    bench.turn_for(ms(500));
    let pan = goal(&mut bench, PAN);
    assert!((24.0..32.0).contains(&pan), "{pan}");
    bench.turn_for(ms(6_000));
    assert!((goal(&mut bench, PAN) - 50.0).abs() < 0.3);
}

/// How many milliseconds the goal lies behind the leader while both move steadily at 30 degrees a second.
fn lag(teleoperator: Box<dyn Teleoperator>) -> (f64, f64) {
    let mut pose = MIDDLE;
    pose[PAN] = -45.0;
    let mut bench = Bench::driving(120.0, 1, Some(pose), |_| teleoperator);
    bench.turn_for(ms(4_000));
    let speed = 30.0;
    let start = bench.clock.now();
    bench.turn_for_with(ms(2_500), |bench| {
        let moved = speed * bench.clock.now().since(start).as_secs_f64();
        hand(bench, PAN, -45.0 + moved);
    });
    let status = bench.status();
    let leader = status.leaders.expect("a leader").as_slice()[PAN];
    let behind = leader - status.goals.as_slice()[PAN];
    let shown = status.input.delay.unwrap_or_default();
    (behind / speed * 1e3, shown.as_secs_f64() * 1e3)
}

#[test]
fn the_delay_of_smoothing_and_filter_is_measured_and_is_the_one_that_is_shown() {
    let (plain, shown) = lag(Box::new(LeaderTeleoperator::default()));
    assert!(plain.abs() < 9.0 && shown == 0.0, "{plain} ms");
    let smooth = |smoothing| {
        leader(LeaderConfig {
            smoothing,
            ..LeaderConfig::default()
        })
        .1
    };
    let filters: [(&str, Box<dyn Teleoperator>); 3] = [
        ("smoothing", Box::new(smooth(Duration::from_millis(80)))),
        (
            "light",
            Box::new(Filtered::new(
                LeaderTeleoperator::default(),
                FilterConfig::LIGHT,
            )),
        ),
        (
            "strong",
            Box::new(Filtered::new(
                smooth(Duration::from_millis(50)),
                FilterConfig::STRONG,
            )),
        ),
    ];
    for (name, teleoperator) in filters {
        let (measured, shown) = lag(teleoperator);
        assert!(shown > 10.0, "{name}: {shown} ms");
        // One cycle and the rounding of an encoder's tick.
        assert!(
            (measured - plain - shown).abs() < 6.0,
            "{name}: {measured} ms, shown {shown} ms"
        );
    }
}

#[test]
fn a_filter_forgets_the_past_when_driving_begins_again() {
    let mut bench = Bench::driving(120.0, 1, Some(MIDDLE), |_| {
        Box::new(Filtered::new(
            LeaderTeleoperator::default(),
            FilterConfig::STRONG,
        ))
    });
    bench.turn_for(ms(500));
    bench.controls.hold();
    bench.turn_for(ms(200));
    hand(&bench, PAN, 60.0);
    bench.turn_for(ms(500));
    bench.take_steps();
    bench.controls.resume();
    bench.turn_for(ms(1_000));
    // A first move like any other: the filter does not drag the goal along from where the leader was.
    let speed = fastest(&bench, PAN);
    assert!((29.0..31.0).contains(&speed), "{speed}");
}

#[test]
fn no_play_with_clutch_scale_and_smoothing_leaves_the_limits() {
    let limits = {
        let (_clock, rig, _followers, _leaders) = crate::bench::rig(1, Some(MIDDLE));
        *rig.followers[0].limiter().limits()
    };
    let (mut bench, controls) = led(LeaderConfig::default(), MIDDLE);
    bench.turn_for(ms(300));
    let mut seed = 7u64;
    let mut random = move |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for _ in 0..120 {
        match random(5) {
            0 => drop(controls.toggle_clutch()),
            1 => controls.set_scales(random(200) as f64 / 100.0),
            2 => drop(controls.set_smoothing(Duration::from_millis(random(600)))),
            _ => {
                let joint = random(6) as usize;
                hand(&bench, joint, random(180) as f64 - 90.0);
            }
        }
        bench.turn_for(ms(100));
    }
    let steps = bench.take_steps();
    assert!(steps.len() > 1_000);
    for pair in steps.windows(2) {
        for (joint, limits) in limits.iter().enumerate() {
            let (from, to) = (
                pair[0].action.as_slice()[joint],
                pair[1].action.as_slice()[joint],
            );
            assert!((limits.least..=limits.most).contains(&to), "{joint}: {to}");
            assert!((to - from).abs() * 120.0 <= limits.speed + 1e-6);
        }
    }
}
