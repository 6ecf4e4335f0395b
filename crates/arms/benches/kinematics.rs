//! What kinematics cost the processor: where the tip is, the joint angles of a pose, and of a wanted orientation.
//!
//! Budget: 20 microseconds for a solve, a quarter of a hundredth of a cycle at 120 Hz, because a jog that shrinks a
//! step solves it up to a dozen times.

use std::hint::black_box;

use arms::kinematics::{ArmModel, Kinematics, Trims};
use criterion::{Criterion, criterion_group, criterion_main};

/// Reachable poses that are gone through in turn, so that no branch of the code is guessed.
const POSES: usize = 1024;

fn kinematics(criterion: &mut Criterion) {
    let arm = Kinematics::new(ArmModel::So101, Trims::preset(ArmModel::So101));
    let angles: Vec<[f64; 5]> = (0..POSES)
        .map(|at| {
            let turn = at as f64;
            [
                80.0 * (turn * 0.37).sin(),
                40.0 * (turn * 0.91).sin(),
                50.0 * (turn * 1.31).cos(),
                60.0 * (turn * 0.53).sin(),
                140.0 * (turn * 0.77).cos(),
            ]
        })
        .collect();
    let tips: Vec<_> = angles.iter().map(|angles| arm.forward(angles)).collect();
    let mut at = 0;
    let mut next = move || {
        at = (at + 1) % POSES;
        at
    };
    criterion.bench_function("where the tip is", |bencher| {
        bencher.iter(|| arm.forward(black_box(&angles[next()])));
    });
    criterion.bench_function("solve a pose, nearest of all branches", |bencher| {
        bencher.iter(|| {
            let at = next();
            arm.solve(black_box(&tips[at].pose), black_box(&angles[at]))
                .is_ok()
        });
    });
    criterion.bench_function("solve a pose, branch kept", |bencher| {
        bencher.iter(|| {
            let at = next();
            arm.solve_keeping_branch(black_box(&tips[at].pose), black_box(&angles[at]))
                .is_ok()
        });
    });
    criterion.bench_function("solve an orientation", |bencher| {
        bencher.iter(|| {
            let at = next();
            let tip = &tips[at];
            arm.solve_orientation(tip.pose.position, black_box(&tip.rotation), &angles[at])
                .is_ok()
        });
    });
}

criterion_group!(benches, kinematics);
criterion_main!(benches);
