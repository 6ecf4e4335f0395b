//! Benches of pictures: what each step of a camera's picture costs, at the size that robot arms use.
//!
//! Not here: the same under a profiler's eye (`crates/pixels/benches/pictures.rs`), films, and whole sessions.

use std::hint::black_box;

use anyhow::{Context as _, Result};
use pixels::{
    CameraFrame, Converter, PixelFormat, Preview, Rotation, Size, View, Yuv420, jpeg,
    rgb_from_yuv420, yuv420_from_rgb,
};
use stdx::Clock as _;
use units::MonoTime;

use super::figures::{Figure, Results, say};
use super::tendon::Tendon;
use super::{Effort, clock};

/// Each step is done so often, and the middle one counts: a shared machine disturbs single ones by much.
const TIMES: usize = 201;

/// Time per picture of 640x480 of everything that happens to one outside the encoder of films.
pub fn steps(_: &Tendon, _effort: Effort, results: &mut Results) -> Result<()> {
    let size = Size::new(640, 480).context("a size of a camera")?;
    let rgb = scene(size);
    let mjpg = jpeg::encode_rgb(size, &rgb, 80)?;
    say(&format!(
        "pictures: 640x480, the MJPG has {} kB, {TIMES} times each",
        mjpg.len() / 1000
    ));
    let mut add = |what: &str, target: f64, each: f64| {
        let name = format!("pictures 640x480: {what}, p50");
        results.add(Figure::new(name, each, "ms").target(target));
    };
    let checked = middle(|| jpeg::check(black_box(&mjpg)).is_ok())?;
    add("check an MJPG", 0.05, checked);
    let mut converter = Converter::new();
    let mut out = Yuv420::black(size);
    let yuyv: Vec<u8> = rgb.chunks_exact(3).flat_map(|p| [p[1], p[0]]).collect();
    for (format, bytes, target) in [
        (PixelFormat::Mjpg, mjpg.clone(), 1.0),
        (PixelFormat::Yuyv, yuyv.clone(), 0.1),
        (
            PixelFormat::Nv12,
            rgb[..size.pixels() * 3 / 2].to_vec(),
            0.1,
        ),
        (PixelFormat::Rgb, rgb.clone(), 0.5),
    ] {
        let mut frame = frame(format, size, bytes);
        let each = middle(|| converter.to_yuv420(black_box(&frame), &mut out).is_ok())?;
        add(&format!("{format} to 4:2:0"), target, each);
        frame.rotation = Rotation::Quarter;
        let each = middle(|| converter.to_yuv420(black_box(&frame), &mut out).is_ok())?;
        add(&format!("{format} to 4:2:0, turned"), target + 0.3, each);
    }
    yuv420_from_rgb(size, &rgb, &mut out)?;
    let mut back = Vec::new();
    let each = middle(|| rgb_from_yuv420(black_box(&out), &mut back).is_ok())?;
    add("4:2:0 to RGB", 0.5, each);
    let each = middle(|| jpeg::encode(black_box(&out), 75).is_ok())?;
    add("4:2:0 to JPEG", 2.5, each);
    for (format, bytes, target) in [
        (PixelFormat::Mjpg, mjpg, 0.05),
        (PixelFormat::Yuyv, yuyv, 2.7),
    ] {
        let (camera, newest) = stdx::latest();
        let mut preview = Preview::new(newest);
        let mut picture = frame(format, size, bytes);
        let mut view = View::new(size);
        let each = middle(|| {
            picture.sequence += 1;
            camera.put(picture.clone());
            view.drawn();
            matches!(preview.pull(&mut view), Ok(Some(_)))
        })?;
        add(&format!("preview of {format}"), target, each);
    }
    Ok(())
}

/// Milliseconds of the middle one of many runs of a step that says whether it succeeded.
fn middle(mut step: impl FnMut() -> bool) -> Result<f64> {
    let clock = clock();
    let mut spans = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let before = clock.now();
        let done = step();
        spans.push(clock.now().since(before).as_secs_f64() * 1e3);
        anyhow::ensure!(done, "a picture was refused");
    }
    spans.sort_by(f64::total_cmp);
    Ok(spans[TIMES / 2])
}

fn frame(format: PixelFormat, size: Size, bytes: Vec<u8>) -> CameraFrame {
    CameraFrame {
        format,
        size,
        rotation: Rotation::None,
        sequence: 0,
        arrived_at: MonoTime(0),
        bytes: bytes.into(),
    }
}

/// A cluttered scene with a sensor's noise, which a camera sends in about 52 kB.
fn scene(size: Size) -> Vec<u8> {
    let mut seed = 12_345_u32;
    let mut rgb = Vec::with_capacity(size.pixels() * 3);
    for y in 0..size.height() {
        for x in 0..size.width() {
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
