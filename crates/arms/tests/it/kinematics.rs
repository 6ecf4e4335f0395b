//! Kinematics against the reference's vectors, against chains of joints as the published files write them, and
//! against themselves over a hundred thousand random targets.

use arms::kinematics::{
    Angles, ArmModel, Guard, Kinematics, Pose, Range, Rotation, Trims, Unsolved,
};
use arms::{Joint, JointLimits};
use proptest::prelude::*;

use crate::chains::{Digits, VECTORS, chain, quaternion_of};

const MODELS: [ArmModel; 2] = [ArmModel::So101, ArmModel::So100];

fn nominal(model: ArmModel) -> Kinematics {
    Kinematics::new(model, Trims::NOMINAL)
}

#[test]
fn the_references_test_vectors_hold_to_a_millionth() {
    for (number, (angles, so101, so100)) in VECTORS.iter().enumerate() {
        for (model, (position, quaternion, exact)) in MODELS.into_iter().zip([so101, so100]) {
            let tip = nominal(model).forward(angles);
            let name = format!("vector {} of the {}", number + 1, model.name());
            for place in 0..3 {
                let wanted = position[place] + exact[place] * 1e-6;
                let off = tip.pose.position[place] - wanted;
                assert!(off.abs() < 1.2e-8, "{name}: {off:e} m along {place}");
            }
            // The files round pi to five or six digits, which turns the tip by so much and no more.
            for (found, wanted) in tip.quaternion().iter().zip(quaternion) {
                assert!((found - wanted).abs() < 1.7e-5, "{name}: {found} {wanted}");
            }
            // The chain below reads the files as written, to the last printed digit; the closed form is that chain in
            // exact pi, as the next test shows.
            let (at, turn) = chain(model, Digits::AsWritten, angles);
            for place in 0..3 {
                assert!((at[place] - position[place]).abs() < 1e-9, "{name}: {at:?}");
            }
            for (found, wanted) in quaternion_of(&turn).iter().zip(quaternion) {
                assert!((found - wanted).abs() < 1e-6, "{name}: {found} {wanted}");
            }
            let (_, turn) = chain(model, Digits::Exact, angles);
            for (found, wanted) in tip.quaternion().iter().zip(quaternion_of(&turn)) {
                assert!((found - wanted).abs() < 1e-6, "{name}: {found} {wanted}");
            }
        }
    }
}

#[test]
fn the_closed_form_is_the_chain_of_joints_in_exact_pi() {
    let mut random = Random(7);
    for model in MODELS {
        let arm = nominal(model);
        for _ in 0..2_000 {
            let angles = random.angles(arm.ranges());
            let tip = arm.forward(&angles);
            let (at, turn) = chain(model, Digits::Exact, &angles);
            let axes = [tip.rotation.x, tip.rotation.y, tip.rotation.z];
            for place in 0..3 {
                let off = tip.pose.position[place] - at[place];
                assert!(off.abs() < 1e-14, "{model:?} at {angles:?}: {off:e} m");
                for (axis, direction) in axes.iter().enumerate() {
                    let off = direction[place] - turn[place][axis];
                    assert!(off.abs() < 1e-13, "{model:?} at {angles:?}: {off:e}");
                }
            }
        }
    }
}

#[test]
fn every_one_of_a_hundred_thousand_reachable_targets_is_solved() {
    let mut random = Random(1);
    let (mut worst, mut worst_angle) = (0.0_f64, 0.0_f64);
    for model in MODELS {
        for trims in [Trims::NOMINAL, Trims::preset(model)] {
            let arm = Kinematics::new(model, trims).with_guard(Guard::OFF);
            for _ in 0..25_000 {
                let angles = random.angles(arm.ranges());
                let near = random.angles(arm.ranges());
                let target = arm.forward(&angles).pose;
                let solution = arm
                    .solve(&target, &near)
                    .unwrap_or_else(|why| panic!("{model:?} at {angles:?} from {near:?}: {why}"));
                let residual = solution.residual;
                worst = worst.max(residual.position);
                worst_angle = worst_angle.max(residual.pitch).max(residual.roll);
                for (angle, range) in solution.angles.iter().zip(arm.ranges()) {
                    let inside = (range.least - 1e-6..=range.most + 1e-6).contains(angle);
                    assert!(inside, "{angles:?} was solved as {:?}", solution.angles);
                }
            }
        }
    }
    // Asked for are 0.1 mm and 0.1 degrees; a closed form is exact but for rounding at the rim.
    assert!(worst < 1.1e-6, "{worst:e} m");
    assert!(worst_angle < 1e-9, "{worst_angle:e} degrees");
}

#[test]
fn the_usual_guard_refuses_only_stretched_folded_and_central_poses() {
    let mut random = Random(2);
    let arm = nominal(ArmModel::So101);
    let guard = Guard::default();
    let (mut solved, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let angles = random.angles(arm.ranges());
        let tip = arm.forward(&angles);
        let inside = (guard.least_bend..=guard.most_bend).contains(&tip.bend.abs())
            && tip.radius.abs() >= guard.least_radius;
        match arm.solve(&tip.pose, &[0.0; 5]) {
            Ok(_) => solved += 1,
            // Another branch may do where this one is too near to a singular pose, never the other way round.
            Err(why) => {
                assert!(!inside, "{angles:?}: {why}");
                refused += 1;
            }
        }
    }
    assert!(
        solved > 10_000 && refused > 1_000,
        "{solved} solved, {refused} refused"
    );
}

#[test]
fn a_pose_that_cannot_be_taken_is_told_in_words() {
    let arm = nominal(ArmModel::So101);
    let mut told = Vec::new();
    for (position, pitch, roll) in [
        ([0.8, 0.0, 0.2], 0.0, 0.0),
        ([0.479, 0.0, 0.1087], 0.0, 0.0),
        ([0.2, 0.0, 0.12], 0.0, 0.0),
        ([0.0388, 0.0, 0.2], 90.0, 90.0),
        ([0.09, 0.0, 0.018], 90.0, 0.0),
        ([0.3, 0.0, 0.1], 45.0, 170.0),
        ([f64::NAN, 0.0, 0.1], 45.0, 0.0),
    ] {
        let target = Pose {
            position,
            pitch,
            roll,
        };
        let why = arm.solve_keeping_branch(&target, &[0.0; 5]).unwrap_err();
        told.push(format!("{why}. {}", why.remedy()));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    the target is 328 mm out of reach. Move the tip nearer to the arm, or tip the gripper.
    the arm would be stretched, its elbow bent by only 7 degrees. Move the tip back towards the arm.
    shoulder lift would pass its highest angle, 100 degrees. Go back, or drive this joint by itself.
    the target lies on the pan axis. Move the tip away from the arm's foot.
    the tip would be 51 mm from the pan axis, where a small step turns the whole arm. Move the tip away from the arm's foot.
    wrist roll would pass its highest angle, 163 degrees. Go back, or drive this joint by itself.
    the target is no pose. Give a place in metres and angles in degrees.
    ");
}

#[test]
fn the_recorded_ranges_count_and_an_arm_outside_them_is_not_pulled_in() {
    // LeRobot's own rest pose: the lift lies beyond the model's range.
    let rest = [-4.0, -103.0, 97.0, 78.0, -65.0];
    let arm = nominal(ArmModel::So101);
    let held = arm
        .solve_keeping_branch(&arm.forward(&rest).pose, &rest)
        .unwrap();
    for (found, was) in held.angles.iter().zip(rest) {
        assert!((found - was).abs() < 1e-6, "{:?}", held.angles);
    }
    // Seen from elsewhere, the model's range refuses the pose and the recorded range allows it.
    let arm = arm.with_guard(Guard::OFF);
    let away = [0.0, -90.0, 80.0, 60.0, -65.0];
    let refused = arm.solve(&arm.forward(&rest).pose, &away).unwrap_err();
    let lift = Joint::ShoulderLift;
    assert!(
        matches!(refused, Unsolved::BeyondRange { joint, .. } if joint == lift),
        "{refused}"
    );
    let recorded = [JointLimits {
        least: -110.0,
        most: 110.0,
        speed: 180.0,
        acceleration: 1000.0,
        first_speed: 30.0,
        first_within: 2.0,
    }; 6];
    let own = arm.with_limits(&recorded);
    assert!(own.solve(&own.forward(&rest).pose, &away).is_ok());
}

#[test]
fn an_arm_beyond_a_guard_may_be_led_back_and_not_farther() {
    let folded = [0.0, -100.0, 96.0, 75.0, 0.0];
    let arm = nominal(ArmModel::So101).with_limits(&wide());
    let here = arm.forward(&folded);
    assert!(here.bend > Guard::default().most_bend, "{}", here.bend);
    let mut out = here.pose;
    out.position[0] += 0.002;
    assert!(arm.solve_keeping_branch(&out, &folded).is_ok());
    let mut inwards = here.pose;
    inwards.position[0] -= 0.002;
    let why = arm.solve_keeping_branch(&inwards, &folded).unwrap_err();
    assert!(matches!(why, Unsolved::Folded { .. }), "{why}");
}

#[test]
fn what_no_joint_can_give_of_an_orientation_is_told_as_yaw() {
    for model in MODELS {
        let arm = nominal(model);
        let mut random = Random(3);
        for _ in 0..2_000 {
            let angles = random.angles(arm.ranges());
            let tip = arm.forward(&angles);
            if tip.radius.abs() < 0.06 || !(15.0..160.0).contains(&tip.bend.abs()) {
                continue;
            }
            // Its own orientation leaves nothing.
            let own = arm
                .solve_orientation(tip.pose.position, &tip.rotation, &angles)
                .unwrap();
            assert!(own.yaw_remainder.abs() < 1e-6, "{}", own.yaw_remainder);
            assert!(own.residual.position < 1e-9, "{:?}", own.residual);
            for (found, was) in own.angles.iter().zip(angles) {
                assert!((found - was).abs() < 1e-5, "{:?} {angles:?}", own.angles);
            }
        }
        // A level gripper that is to point 20 degrees to the left of where the arm reaches.
        let near = [0.0; 5];
        let tip = arm.forward(&near);
        let (sin, cos) = 20f64.to_radians().sin_cos();
        let turn = |v: [f64; 3]| [v[0] * cos - v[1] * sin, v[0] * sin + v[1] * cos, v[2]];
        let wanted = Rotation {
            x: turn(tip.rotation.x),
            y: turn(tip.rotation.y),
            z: turn(tip.rotation.z),
        };
        let solution = arm
            .solve_orientation(tip.pose.position, &wanted, &near)
            .unwrap();
        assert!((solution.yaw_remainder - 20.0).abs() < 0.2, "{solution:?}");
        let reached = arm.forward(&solution.angles).pose;
        assert!(solution.residual.position < 1e-9 && reached.pitch.abs() < 0.5);
    }
}

#[test]
fn the_wrist_never_takes_the_short_way_through_its_stop() {
    let arm = nominal(ArmModel::So101);
    let near = [0.0, 0.0, 0.0, 0.0, 155.0];
    let wanted = arm.forward(&[0.0, 0.0, 0.0, 0.0, 162.0]);
    let solution = arm
        .solve_orientation(wanted.pose.position, &wanted.rotation, &near)
        .unwrap();
    assert!((solution.angles[4] - 162.0).abs() < 1e-6, "{solution:?}");
    let beyond = Pose {
        roll: 200.0,
        ..wanted.pose
    };
    let refused = arm.solve(&beyond, &near).unwrap_err();
    let roll = Joint::WristRoll;
    assert!(
        matches!(refused, Unsolved::BeyondRange { joint, .. } if joint == roll),
        "{refused}"
    );
}

#[test]
fn trims_move_the_tip_and_not_the_numbers_that_are_sent() {
    let angles = [10.0, 5.0, -12.0, 20.0, 30.0];
    for model in MODELS {
        let preset = Trims::preset(model);
        let (plain, trimmed) = (nominal(model), Kinematics::new(model, preset));
        let shifted: Angles = std::array::from_fn(|joint| angles[joint] + preset.degrees()[joint]);
        let tip = trimmed.forward(&angles);
        assert_eq!(tip.pose.position, plain.forward(&shifted).pose.position);
        let back = trimmed.solve(&tip.pose, &angles).unwrap();
        for (found, was) in back.angles.iter().zip(angles) {
            assert!((found - was).abs() < 1e-9, "{:?}", back.angles);
        }
    }
    // The reference's figure for the SO-101: the preset moves the tip of the middle pose by (-7, -25, 48) mm.
    let plain = nominal(ArmModel::So101).forward(&[0.0; 5]).pose.position;
    let preset = Kinematics::new(ArmModel::So101, Trims::preset(ArmModel::So101));
    let moved = preset.forward(&[0.0; 5]).pose.position;
    for (place, wanted) in [-0.007, -0.025, 0.048].into_iter().enumerate() {
        let off = moved[place] - plain[place] - wanted;
        assert!(off.abs() < 0.003, "{place}: {off}");
    }
}

proptest! {
    #[test]
    fn a_path_keeps_its_branch_and_never_jumps(
        seed in any::<u64>(), way in prop::array::uniform5(-1.0f64..1.0), so100 in any::<bool>()
    ) {
        let arm = nominal(MODELS[usize::from(so100)]);
        let mut angles = Random(seed).angles(arm.ranges());
        let start = arm.forward(&angles);
        let guard = Guard::default();
        let outside = start.bend.abs() < guard.least_bend || start.radius.abs() < guard.least_radius;
        prop_assume!(!outside);
        let mut target = start.pose;
        for _ in 0..400 {
            // Half a millimetre along each axis and half a degree at most.
            for (place, part) in target.position.iter_mut().enumerate() {
                *part += way[place] * 0.000_5;
            }
            target.pitch += way[3] * 0.5;
            target.roll += way[4] * 0.5;
            let Ok(solution) = arm.solve_keeping_branch(&target, &angles) else { break };
            prop_assert_eq!(solution.branch, start.branch);
            prop_assert!(solution.residual.position < 1e-9);
            for (found, was) in solution.angles.iter().zip(angles) {
                // 19 degrees per 5 mm is the reference's worst for a fixed pitch.
                prop_assert!((found - was).abs() < 8.0, "{angles:?} to {:?}", solution.angles);
            }
            angles = solution.angles;
        }
    }

    #[test]
    fn no_numbers_make_it_panic(
        position in prop::array::uniform3(any::<f64>()), pitch in any::<f64>(), roll in any::<f64>(),
        near in prop::array::uniform5(any::<f64>()), parts in prop::array::uniform4(any::<f64>())
    ) {
        let arm = nominal(ArmModel::So101);
        let target = Pose { position, pitch, roll };
        if let Ok(solution) = arm.solve(&target, &near) {
            prop_assert!(solution.angles.iter().all(|angle| angle.is_finite()));
        }
        if let Some(rotation) = Rotation::from_quaternion(parts)
            && let Ok(solution) = arm.solve_orientation(position, &rotation, &near)
        {
            prop_assert!(solution.yaw_remainder.is_finite());
        }
    }
}

fn wide() -> [JointLimits; 6] {
    [JointLimits {
        least: -170.0,
        most: 170.0,
        speed: 180.0,
        acceleration: 1000.0,
        first_speed: 30.0,
        first_within: 2.0,
    }; 6]
}

/// Numbers that are the same in every run: splitmix64.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn angles(&mut self, ranges: &[Range; 5]) -> Angles {
        std::array::from_fn(|joint| {
            let Range { least, most } = ranges[joint];
            least + (most - least) * self.unit()
        })
    }
}
