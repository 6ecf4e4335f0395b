//! Random arms are what they say they are.

use std::time::Duration;

use sim::{Hand, RandomArm, table};
use stdx::{Clock, FakeClock};

#[test]
fn one_seed_is_one_arm_and_seeds_differ() {
    let arm = |seed| format!("{:?}", RandomArm::of(seed));
    assert_eq!(arm(5), arm(5));
    assert_ne!(arm(5), arm(6));
}

#[test]
fn among_many_arms_everything_occurs() {
    let arms: Vec<RandomArm> = (0..300).map(RandomArm::of).collect();
    let share = |of: &dyn Fn(&RandomArm, usize) -> bool| {
        let hits = arms
            .iter()
            .flat_map(|arm| (0..6).map(move |place| (arm, place)))
            .filter(|(arm, place)| of(arm, *place))
            .count();
        hits as f64 / (arms.len() * 6) as f64
    };
    let seams = share(&|arm, place| arm.seam_inside(place));
    assert!((0.4..0.9).contains(&seams), "{seams}");
    let multi_turn = share(&|arm, place| arm.multi_turn[place]);
    assert!((0.15..0.25).contains(&multi_turn), "{multi_turn}");
    let noisy = share(&|arm, _| arm.noise > 0.0);
    assert!((0.2..0.4).contains(&noisy), "{noisy}");
}

#[test]
fn the_perfect_calibration_reads_the_middle_and_the_stops_as_it_says() {
    for seed in 0..60 {
        let random = RandomArm::of(seed);
        let clock = FakeClock::default();
        let chain = random.arm.chain(clock.shared());
        for place in 0..6 {
            let joint = random.arm.calibration[place];
            let (low, high) = random.stops(place);
            chain.set_register(joint.id, table::PHASE, 12).unwrap();
            chain
                .set_register(joint.id, table::HOMING_OFFSET, joint.homing_offset)
                .unwrap();
            let at = |degrees: f64| {
                chain.hand(joint.id, Some(Hand::HoldsAt(degrees))).unwrap();
                clock.sleep(Duration::from_secs(1));
                chain.truth(joint.id).unwrap().position
            };
            assert!(
                (at((low + high) / 2.0) - 2047).abs() <= 1,
                "{seed}, {joint:?}"
            );
            if joint.name != "wrist_roll" {
                assert!(
                    (at(-400.0) - joint.range_min).abs() <= 1,
                    "{seed}, {joint:?}"
                );
                assert!(
                    (at(400.0) - joint.range_max).abs() <= 1,
                    "{seed}, {joint:?}"
                );
            }
        }
    }
}

#[test]
fn a_motor_in_multi_turn_mode_counts_on_beyond_the_seam() {
    let mut seen = (0, 0);
    for seed in 0..60 {
        let random = RandomArm::of(seed);
        let clock = FakeClock::default();
        let chain = random.arm.chain(clock.shared());
        for place in 0..6 {
            let id = place as u8 + 1;
            chain.set_register(id, table::HOMING_OFFSET, 0).unwrap();
            let mut beyond = false;
            for degrees in [-400.0, 400.0] {
                chain.hand(id, Some(Hand::HoldsAt(degrees))).unwrap();
                clock.sleep(Duration::from_secs(1));
                let position = chain.register(id, table::PRESENT_POSITION).unwrap();
                beyond |= !(0..4096).contains(&position);
            }
            let expected = random.multi_turn[place] && random.seam_inside(place);
            assert_eq!(beyond, expected, "seed {seed}, motor {id}");
            seen.0 += usize::from(beyond);
            seen.1 += 1;
        }
    }
    assert!(seen.0 > 20, "{seen:?}");
}
