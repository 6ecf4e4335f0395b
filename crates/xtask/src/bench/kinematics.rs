//! Benches of the kinematics: what a jog asks of them in every cycle.
//!
//! Not here: single functions under a profiler's eye (`crates/arms/benches/kinematics.rs`).

use std::hint::black_box;

use anyhow::{Context, Result};
use arms::kinematics::{Angles, ArmModel, Kinematics, Trims};
use stdx::Clock as _;

use super::figures::{Figure, Results, say};
use super::tendon::Tendon;
use super::{Effort, clock};

/// Poses that are solved, all reachable.
const POSES: u32 = 100_000;
/// A jog may ask a dozen times in a cycle; that is to stay far below a hundredth of it at 120 Hz. Microseconds.
const TARGET_US: f64 = 5.0;

/// Time per forward and per inverse solution, over reachable poses that differ.
pub fn solves(_: &Tendon, _effort: Effort, results: &mut Results) -> Result<()> {
    let clock = clock();
    for model in [ArmModel::So100, ArmModel::So101] {
        let arm = Kinematics::new(model, Trims::preset(model));
        let angles: Vec<Angles> = (0..POSES).map(angles).collect();
        let before = clock.now();
        let tips: Vec<_> = angles.iter().map(|at| arm.forward(black_box(at))).collect();
        let forward = clock.now().since(before);
        let before = clock.now();
        for (tip, near) in tips.iter().zip(&angles) {
            black_box(arm.solve(black_box(&tip.pose), near))
                .ok()
                .context("a reachable pose was refused")?;
        }
        let inverse = clock.now().since(before);
        for (what, span) in [("place of the tip", forward), ("solve", inverse)] {
            let each = span.as_secs_f64() * 1e6 / f64::from(POSES);
            results.add(
                Figure::new(format!("kinematics {}: {what}", model.name()), each, "us")
                    .target(TARGET_US),
            );
        }
    }
    say("kinematics: 100,000 reachable poses each");
    Ok(())
}

/// Angles away from stretched, folded and central poses, never the same twice.
fn angles(at: u32) -> Angles {
    let turn = f64::from(at);
    [
        80.0 * (turn * 0.37).sin(),
        10.0 + 40.0 * (turn * 0.91).sin(),
        10.0 + 50.0 * (turn * 1.31).cos(),
        40.0 * (turn * 0.53).sin(),
        140.0 * (turn * 0.77).cos(),
    ]
}
