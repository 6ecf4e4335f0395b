//! What a camera's picture costs on its way: every step on one of 640x480, as cameras for robot arms send them.
//!
//! Budget: a millisecond from MJPG to 4:2:0, because two cameras at 30 pictures a second are to take no more than a
//! twentieth of a core for it, and microseconds for whatever the capture thread does with each picture.

#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot go on says so by panicking"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pixels::{
    CameraFrame, Converter, PixelFormat, Preview, Rotation, Size, View, Yuv420, jpeg, png,
    rgb_from_yuv420, shrink, yuv420_from_rgb,
};
use units::MonoTime;

fn size() -> Size {
    Size::new(640, 480).unwrap()
}

fn frame(format: PixelFormat, bytes: Vec<u8>) -> CameraFrame {
    CameraFrame {
        format,
        size: size(),
        rotation: Rotation::None,
        sequence: 0,
        arrived_at: MonoTime(0),
        bytes: bytes.into(),
    }
}

/// A cluttered scene with a sensor's noise.
fn scene() -> Vec<u8> {
    let mut seed = 12_345_u32;
    let mut rgb = Vec::with_capacity(size().pixels() * 3);
    for y in 0..480 {
        for x in 0..640 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (f64::from(seed >> 24) - 128.0) * 0.06;
            let tile = if (x / 37 + y / 29) % 5 == 0 {
                40.0
            } else {
                0.0
            };
            let (x, y) = (f64::from(x), f64::from(y));
            let texture = 12.0 * (x * 0.5).sin() * (y * 0.43).cos();
            let light = 120.0 + 50.0 * (x * 0.013).sin() + 40.0 * (y * 0.021 + x * 0.007).cos();
            for tint in [0.0, 20.0, 40.0] {
                let value = light + tile + texture + noise + tint * (x * 0.004).cos();
                rgb.push(value.clamp(0.0, 255.0) as u8);
            }
        }
    }
    rgb
}

fn pictures(criterion: &mut Criterion) {
    let rgb = scene();
    // About 52 kB, as a camera's at its usual quality.
    let mjpg = jpeg::encode_rgb(size(), &rgb, 80).unwrap();
    let mut planes = Yuv420::black(size());
    yuv420_from_rgb(size(), &rgb, &mut planes).unwrap();
    let half = Size::new(320, 240).unwrap();

    criterion.bench_function("check MJPG", |bencher| {
        bencher.iter(|| jpeg::check(black_box(&mjpg)).unwrap());
    });
    let yuyv: Vec<u8> = rgb.chunks_exact(3).flat_map(|p| [p[1], p[0]]).collect();
    let nv12 = rgb[..size().pixels() * 3 / 2].to_vec();
    let mut converter = Converter::new();
    let mut out = Yuv420::black(size());
    for (format, bytes) in [
        (PixelFormat::Mjpg, mjpg.clone()),
        (PixelFormat::Yuyv, yuyv.clone()),
        (PixelFormat::Nv12, nv12),
        (PixelFormat::Rgb, rgb.clone()),
    ] {
        let frame = frame(format, bytes);
        criterion.bench_function(&format!("{format} to 4:2:0"), |bencher| {
            bencher.iter(|| converter.to_yuv420(black_box(&frame), &mut out).unwrap());
        });
        let mut turned = frame.clone();
        turned.rotation = Rotation::Quarter;
        criterion.bench_function(&format!("{format} to 4:2:0, turned"), |bencher| {
            bencher.iter(|| converter.to_yuv420(black_box(&turned), &mut out).unwrap());
        });
    }
    let mut back = Vec::new();
    criterion.bench_function("4:2:0 to RGB", |bencher| {
        bencher.iter(|| rgb_from_yuv420(black_box(&planes), &mut back).unwrap());
    });
    criterion.bench_function("4:2:0 to JPEG", |bencher| {
        bencher.iter(|| jpeg::encode(black_box(&planes), 75).unwrap());
    });
    let mut small = Yuv420::black(half);
    criterion.bench_function("4:2:0 to a half", |bencher| {
        bencher.iter(|| shrink(black_box(&planes), 2, &mut small).unwrap());
    });
    for compression in [png::Compression::Fast, png::Compression::LikeLeRobot] {
        criterion.bench_function(&format!("RGB to PNG, {compression:?}"), |bencher| {
            bencher.iter(|| png::encode(size(), black_box(&rgb), compression).unwrap());
        });
    }
    let bytes = png::encode(size(), &rgb, png::Compression::LikeLeRobot).unwrap();
    criterion.bench_function("PNG to RGB", |bencher| {
        bencher.iter(|| png::decode(black_box(&bytes)).unwrap());
    });
    for (name, format, bytes, room) in [
        ("MJPG", PixelFormat::Mjpg, &mjpg, size()),
        (
            "MJPG, small view",
            PixelFormat::Mjpg,
            &mjpg,
            Size::new(160, 120).unwrap(),
        ),
        ("YUYV", PixelFormat::Yuyv, &yuyv, size()),
        ("YUYV, half view", PixelFormat::Yuyv, &yuyv, half),
    ] {
        let (camera, newest) = stdx::latest();
        let mut preview = Preview::new(newest);
        let mut picture = frame(format, bytes.clone());
        let mut view = View::new(room);
        criterion.bench_function(&format!("preview of {name}"), |bencher| {
            bencher.iter(|| {
                picture.sequence += 1;
                camera.put(picture.clone());
                view.drawn();
                preview.pull(&mut view).unwrap().unwrap()
            });
        });
    }
}

criterion_group!(benches, pictures);
criterion_main!(benches);
