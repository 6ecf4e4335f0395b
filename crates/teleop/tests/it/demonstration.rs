//! The demonstration's script on a simulated arm: the block really goes where a picture of it says.

use arms::kinematics::{ArmModel, Kinematics, Trims};
use proptest::prelude::*;
use sim::scene::{block, frames};
use sim::{Scene, SimArm, draw};
use teleop::{Script, ScriptTeleoperator};

use crate::bench::{Bench, folded, ms};

/// What `tendon demo` plays.
const SCRIPT: &str = include_str!("../../../cli/demo.script");
/// Length of one round.
const ROUND: u64 = 21_000;

/// How far the block lies from a place on the table, metres.
fn away(block: &sim::Block, place: [f64; 2]) -> f64 {
    let [x, y, _] = block.frame.at;
    ((x - place[0]).powi(2) + (y - place[1]).powi(2)).sqrt()
}

#[test]
fn each_round_of_the_demonstration_puts_the_block_into_the_ring_and_takes_it_back() {
    let (clock, rig, chains) = folded();
    let scene = Scene::new(Some(chains[0].eye()), stdx::Clock::now(&clock));
    let script = Script::parse(SCRIPT).expect("a script");
    let teleoperator = Box::new(ScriptTeleoperator::new(script));
    let mut bench = Bench::of(120.0, clock, rig, chains, Vec::new(), teleoperator);
    bench.controls.resume();
    bench.turn();
    bench.turn();
    let look = |bench: &Bench| scene.at(stdx::Clock::now(&bench.clock));
    let began = stdx::Clock::now(&bench.clock);
    for round in 0..3 {
        let until = began + ms(ROUND) * (round + 1);
        let (mut carried, mut highest, mut lowest) = (0, 0.0_f64, 1.0_f64);
        let mut in_ring = false;
        while stdx::Clock::now(&bench.clock) < until {
            bench.turn_for(ms(40));
            let sight = look(&bench);
            let links = frames::links(&sight.joints.degrees);
            let end = links[frames::GRIPPER].point([-0.0104, 0.0, -0.1044]);
            lowest = lowest.min(end[2]);
            highest = highest.max(sight.block.frame.at[2]);
            carried += usize::from(sight.block.held());
            in_ring |= !sight.block.held() && away(&sight.block, draw::desk::TARGET) < 0.008;
        }
        let block = look(&bench).block;
        assert!(in_ring, "round {round}: the block lay in the ring");
        assert!(
            away(&block, block::PLACE) < 0.008 && !block.held(),
            "round {round}: the block is back: {block:?}"
        );
        assert!(highest > 0.05, "round {round}: lifted to {highest} m");
        assert!(
            lowest > sim::scene::TABLE,
            "round {round}: a finger at {lowest} m"
        );
        assert!(
            (80..200).contains(&carried),
            "round {round}: carried for {carried} looks"
        );
    }
}

proptest! {
    #[test]
    fn the_pictures_kinematics_and_ours_put_the_tip_in_the_same_place(
        pose in (-110.0..110.0, -100.0..100.0, -96.0..96.0, -95.0..95.0, -157.0..162.0)
    ) {
        let (pan, lift, elbow, wrist, roll) = pose;
        let ours = Kinematics::new(ArmModel::So101, Trims::NOMINAL)
            .forward(&[pan, lift, elbow, wrist, roll]);
        let links = frames::links(&[pan, lift, elbow, wrist, roll, 0.0]);
        let drawn = links[frames::GRIPPER].point(frames::TIP);
        for (part, expected) in drawn.into_iter().zip(ours.pose.position) {
            prop_assert!((part - expected).abs() < 1e-6, "{drawn:?} for {:?}", ours.pose.position);
        }
        let approach = links[frames::GRIPPER].axis(2).map(|part| -part);
        for (part, expected) in approach.into_iter().zip(ours.rotation.z) {
            prop_assert!((part - expected).abs() < 1e-6);
        }
    }
}

/// The angles that a simulated arm has and the ones that its calibration tells are a trim apart, which the drawing knows.
#[test]
fn an_arm_that_is_told_to_stand_straight_is_drawn_where_its_motors_are() {
    let sim = SimArm::follower();
    let clock = stdx::FakeClock::default();
    let chain = sim.posed([0.0; 6]).chain(clock.shared());
    let seen = chain.eye().at(stdx::Clock::now(&clock));
    for (id, angle) in (1..).zip(seen.joints.degrees) {
        let truth = chain.truth(id).expect("a motor");
        assert!((truth.angle - angle).abs() < 1e-3);
        assert_eq!(
            i32::from(seen.joints.ticks[usize::from(id) - 1]),
            truth.position
        );
    }
}
