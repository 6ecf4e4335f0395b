//! What the weight of the links and of a load at the tip does to the three joints that bend in the vertical plane.
//!
//! Torques of the stretched SO-101 and what 100 g at the tip add: masses of so101_new_calib.urdf, motor of Rhoban's bam. Elevations of the
//! links at angle zero: from the link frames of that file.

/// Torques at lift, elbow and wrist_flex of the arm stretched level, N·m; each carries all that is beyond it.
const STRETCHED: [f64; 3] = [0.864, 0.453, 0.117];
/// The same for each kilogram at the tip.
const PER_KILOGRAM: [f64; 3] = [4.02, 2.89, 1.56];
/// Elevation of the upper arm at lift zero, degrees.
const UPPER_ARM: f64 = 76.032_040;
/// Elevation of the forearm at lift and elbow zero, degrees.
const FOREARM: f64 = 2.207_492;

/// Torque at lift, elbow and wrist_flex in N·m for these three angles in rad, `load` in kg.
/// Positive turns towards higher angles: down, when the arm reaches forward.
pub fn torques(angles: [f64; 3], load: f64) -> [f64; 3] {
    let all = |joint: usize| STRETCHED[joint] + PER_KILOGRAM[joint] * load;
    let upper = UPPER_ARM.to_radians() - angles[0];
    let fore = FOREARM.to_radians() - angles[0] - angles[1];
    let hand = angles[0] + angles[1] + angles[2];
    let wrist = all(2) * hand.cos();
    let elbow = (all(1) - all(2)) * fore.cos() + wrist;
    let lift = (all(0) - all(1)) * upper.cos() + elbow;
    [lift, elbow, wrist]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lift and elbow that lay both links level, wrist_flex that lays the hand level.
    pub const LEVEL: [f64; 3] = [76.032_040, -73.824_548, -2.207_492];

    #[test]
    fn the_stretched_arm_and_its_load_weigh_what_the_reference_says() {
        let level = LEVEL.map(f64::to_radians);
        for (load, expected) in [(0.0, [0.864, 0.453, 0.117]), (0.1, [1.266, 0.742, 0.273])] {
            for (torque, expected) in torques(level, load).iter().zip(expected) {
                assert!(
                    (torque - expected).abs() < 1e-9,
                    "{load} kg: {torque} for {expected}"
                );
            }
        }
    }

    #[test]
    fn an_arm_that_points_straight_up_needs_no_torque() {
        let up = [
            UPPER_ARM - 90.0,
            FOREARM - UPPER_ARM,
            -90.0 - FOREARM + 90.0,
        ];
        let up = [up[0], up[1], -90.0 - up[0] - up[1]].map(f64::to_radians);
        for torque in torques(up, 0.2) {
            assert!(torque.abs() < 1e-9, "{torque}");
        }
    }
}
