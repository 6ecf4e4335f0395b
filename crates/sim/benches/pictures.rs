//! What a simulated picture costs: drawing it, and drawing it with the bytes a camera sends.
//!
//! Budget on the reference machine (two cores of a shared server): 1.5 ms for drawing 640x480.

#![expect(
    clippy::unwrap_used,
    reason = "a bench may stop at what it did not expect"
)]

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use pixels::Size;
use sim::{Painter, Scene, Sends, Sight, SimArm, View, Webcam, WebcamConfig};
use stdx::{Clock as _, FakeClock};

/// Poses between which an arm with a block moves.
const POSES: [[f64; 6]; 3] = [
    [0.0, 0.0, 0.0, 0.0, 0.0, 30.0],
    [-24.0, -7.0, 5.6, 86.0, -21.0, 36.0],
    [24.0, 3.0, 23.0, 62.0, 26.0, 7.0],
];

fn drawing(c: &mut Criterion) {
    let mut group = c.benchmark_group("draw");
    for (width, height) in [(640, 480), (1280, 720)] {
        let size = Size::new(width, height).unwrap();
        for view in [View::Front, View::Wrist] {
            let mut painter = Painter::new(view, size);
            let sights = POSES.map(Sight::posed);
            let mut turn = 0;
            group.bench_function(format!("{} {size}", view.name()), |b| {
                b.iter(|| {
                    turn += 1;
                    painter.draw(&sights[turn % sights.len()]).colours[0]
                });
            });
        }
    }
    group.finish();
}

fn taking(c: &mut Criterion) {
    let mut group = c.benchmark_group("take");
    for (name, sends) in [("MJPG", Sends::Mjpg(85)), ("YUYV", Sends::Yuyv)] {
        let clock = FakeClock::default();
        let chain = SimArm::follower().chain(clock.shared());
        let scene = Scene::new(Some(chain.eye()), clock.now());
        let config = WebcamConfig {
            sends,
            ..WebcamConfig::new(View::Wrist)
        };
        let mut camera = Webcam::new(config, scene, clock.shared()).open().unwrap();
        let mut bytes = Vec::new();
        group.bench_function(format!("wrist 640x480 {name}"), |b| {
            b.iter(|| camera.next(Duration::from_millis(100), &mut bytes).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, drawing, taking);
criterion_main!(benches);
