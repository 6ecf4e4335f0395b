//! What operations cost at 2, 8 and 24 megapixels, and a chain of ten pointwise ones against a plain copy.
//!
//! Budget: the chain on 24 megapixels takes at most 3 times a copy of the picture, with all cores. Memory is recycled, as
//! it is in a session: otherwise most of the time would be the system's, for memory that is touched for the first time.

#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot go on says so by panicking"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use imaging::effects::{
    Axis, BackgroundColour, BoxBlur, Brightness, Colour, Contrast, Crop, Curves, Denoise, Exposure,
    Filter, Fit, Flip, Gamma, GaussianBlur, Grayscale, Hue, Invert, Levels, RemoveBackground,
    Resize, Rotate, Saturation, Sharpen, Threshold, WhiteBalance,
};
use imaging::removal::remove_background;
use imaging::{
    Format, Layout, Operation, Picture, Pipeline, Preview, Quality, Recycler, Run, Saving, Spread,
    StageCache, encode, open_bytes,
};
use pixels::Size;

const SIZES: [(&str, u32, u32); 3] = [
    ("2 MP", 1600, 1200),
    ("8 MP", 3264, 2448),
    ("24 MP", 6000, 4000),
];

/// Slow waves with a sensor's noise, as a photograph has them.
fn photograph(width: u32, height: u32, layout: Layout) -> Picture {
    let size = Size::new(width, height).unwrap();
    let mut seed = 12_345u32;
    let mut bytes = Vec::with_capacity(layout.bytes(size));
    for y in 0..height {
        for x in 0..width {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (seed >> 27) as i32 - 16;
            let wave = 120.0
                + 90.0 * (f32::from(x as u16) * 0.004).sin() * (f32::from(y as u16) * 0.007).cos();
            for tint in [0, 15, 40] {
                bytes.push((wave as i32 + noise + tint).clamp(0, 255) as u8);
            }
            if layout == Layout::Rgba {
                bytes.push((x * 255 / width) as u8);
            }
        }
    }
    Picture::new(size, layout, bytes).unwrap()
}

fn run(spread: Spread) -> Run<'static> {
    Run {
        spread,
        buffers: Arc::new(Recycler::new(1 << 30)),
        ..Run::default()
    }
}

fn operations(width: u32, height: u32) -> Vec<(&'static str, Operation)> {
    let (half, quarter) = ((width / 2, height / 2), (width / 4, height / 4));
    let resize = |filter| Resize {
        width: (f64::from(width) * 0.354) as u32,
        height: (f64::from(height) * 0.354) as u32,
        fit: Fit::Stretch,
        filter,
    };
    let turn = |degrees| Rotate {
        degrees,
        expand: true,
    };
    vec![
        ("brightness", Brightness { amount: 0.1 }.into()),
        ("contrast", Contrast { factor: 1.3 }.into()),
        ("gamma", Gamma { gamma: 1.4 }.into()),
        ("exposure", Exposure { stops: 0.5 }.into()),
        (
            "levels",
            Levels {
                black: 0.05,
                white: 0.9,
                ..Levels::default()
            }
            .into(),
        ),
        (
            "curves",
            Curves {
                all: vec![[0.0, 0.05], [0.5, 0.6], [1.0, 1.0]],
                ..Curves::default()
            }
            .into(),
        ),
        (
            "white balance",
            WhiteBalance {
                temperature: 0.3,
                tint: 0.1,
            }
            .into(),
        ),
        ("invert", Invert {}.into()),
        ("saturation", Saturation { factor: 1.4 }.into()),
        ("hue", Hue { degrees: 20.0 }.into()),
        ("grayscale", Grayscale { amount: 1.0 }.into()),
        ("threshold", Threshold { level: 0.5 }.into()),
        (
            "crop 1/4",
            Crop {
                left: quarter.0,
                top: quarter.1,
                width: half.0,
                height: half.1,
            }
            .into(),
        ),
        (
            "flip horizontal",
            Flip {
                axis: Axis::Horizontal,
            }
            .into(),
        ),
        (
            "flip vertical",
            Flip {
                axis: Axis::Vertical,
            }
            .into(),
        ),
        ("rotate 90", turn(90.0).into()),
        ("rotate 180", turn(180.0).into()),
        ("rotate 7 degrees", turn(7.0).into()),
        ("resize to 1/8, lanczos3", resize(Filter::Lanczos3).into()),
        ("resize to 1/8, bilinear", resize(Filter::Bilinear).into()),
        ("gaussian sigma 5", GaussianBlur { sigma: 5.0 }.into()),
        ("box radius 5", BoxBlur { radius: 5.0 }.into()),
        (
            "sharpen",
            Sharpen {
                amount: 0.8,
                sigma: 1.5,
                threshold: 0.0,
            }
            .into(),
        ),
        ("median 3x3", Denoise { radius: 1 }.into()),
        ("median 5x5", Denoise { radius: 2 }.into()),
        (
            "background colour",
            BackgroundColour {
                colour: Colour::WHITE,
            }
            .into(),
        ),
    ]
}

fn each(criterion: &mut Criterion) {
    for layout in [Layout::Rgb, Layout::Rgba] {
        for (name, width, height) in SIZES {
            let picture = photograph(width, height, layout);
            let mut group = criterion.benchmark_group(format!("{layout:?} {name}"));
            group
                .sample_size(10)
                .warm_up_time(Duration::from_millis(300))
                .measurement_time(Duration::from_secs(1));
            for (operation, parameters) in operations(width, height) {
                for (cores, spread) in [
                    ("one core", Spread::OneThread),
                    ("all cores", Spread::AllCores),
                ] {
                    let run = run(spread);
                    group.bench_function(BenchmarkId::new(operation, cores), |bencher| {
                        bencher.iter(|| parameters.apply(black_box(&picture), &run).unwrap());
                    });
                }
            }
            group.finish();
        }
    }
}

/// Ten sliders that are all moved.
fn ten() -> Pipeline {
    Pipeline::new()
        .then(Exposure { stops: 0.3 })
        .then(WhiteBalance {
            temperature: 0.2,
            tint: 0.05,
        })
        .then(Levels {
            black: 0.03,
            white: 0.95,
            ..Levels::default()
        })
        .then(Brightness { amount: 0.05 })
        .then(Contrast { factor: 1.2 })
        .then(Gamma { gamma: 1.1 })
        .then(Saturation { factor: 1.3 })
        .then(Hue { degrees: 5.0 })
        .then(Curves {
            all: vec![[0.0, 0.02], [0.5, 0.55], [1.0, 1.0]],
            ..Curves::default()
        })
        .then(Invert {})
}

/// Ten that treat each channel by itself.
fn tones() -> Pipeline {
    let mut tones = ten();
    tones.stages[6] = Gamma { gamma: 0.9 }.into();
    tones.stages[7] = Contrast { factor: 0.95 }.into();
    tones
}

fn chain(criterion: &mut Criterion) {
    for layout in [Layout::Rgb, Layout::Rgba] {
        for (name, width, height) in SIZES {
            let picture = photograph(width, height, layout);
            let mut group = criterion.benchmark_group(format!("ten pointwise, {layout:?} {name}"));
            group
                .sample_size(10)
                .throughput(Throughput::Bytes(picture.bytes().len() as u64));
            let mut copy = picture.bytes().to_vec();
            group.bench_function("plain copy", |bencher| {
                bencher.iter(|| {
                    copy.copy_from_slice(black_box(picture.bytes()));
                    black_box(&mut copy);
                });
            });
            for (cores, spread) in [
                ("one core", Spread::OneThread),
                ("all cores", Spread::AllCores),
            ] {
                let run = run(spread);
                for (chain, pipeline) in [("with two matrices", ten()), ("tones only", tones())] {
                    group.bench_function(BenchmarkId::new(chain, cores), |bencher| {
                        bencher.iter(|| pipeline.apply(black_box(&picture), &run).unwrap());
                    });
                }
            }
            group.finish();
        }
    }
}

fn previews(criterion: &mut Criterion) {
    let run = run(Spread::AllCores);
    let source = photograph(6000, 4000, Layout::Rgb);
    let preview = Preview::new(source, StageCache::new(1 << 29).into());
    let mut group = criterion.benchmark_group("preview of 24 MP");
    group.sample_size(20);
    let mut step = 0u32;
    for (name, longest) in [("proxy of 1280", Some(1280)), ("full", None)] {
        group.bench_function(
            BenchmarkId::new("a slider behind a blur", name),
            |bencher| {
                bencher.iter(|| {
                    step = (step + 1) % 1000;
                    let pipeline =
                        Pipeline::new()
                            .then(GaussianBlur { sigma: 2.0 })
                            .then(Brightness {
                                amount: step as f32 / 2000.0,
                            });
                    match longest {
                        Some(longest) => preview.proxy(&pipeline, longest, &run).unwrap(),
                        None => preview.full(&pipeline, &run).unwrap(),
                    }
                });
            },
        );
    }
    group.finish();
}

fn files(criterion: &mut Criterion) {
    let run = run(Spread::AllCores);
    let picture = photograph(1600, 1200, Layout::Rgb);
    let mut group = criterion.benchmark_group("files of 2 MP");
    group.sample_size(10);
    for format in Format::ALL {
        for (name, quality) in [("usual", Quality::Usual), ("level 80", Quality::Level(80))] {
            let saving = Saving {
                quality,
                ..Saving::usual(format)
            };
            let bytes = encode(&picture, &saving, &run).unwrap();
            group.bench_function(format!("write {format}, {name}"), |bencher| {
                bencher.iter(|| encode(black_box(&picture), &saving, &run).unwrap());
            });
            group.bench_function(format!("open {format}, {name}"), |bencher| {
                bencher.iter(|| open_bytes(black_box(&bytes), &run).unwrap());
            });
        }
    }
    group.finish();
}

/// Something round in front of a shaded sheet, with a sensor's noise.
fn product(width: u32, height: u32) -> Picture {
    let size = Size::new(width, height).unwrap();
    let mut seed = 12_345u32;
    let mut bytes = Vec::with_capacity(Layout::Rgb.bytes(size));
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let inside = (0.3 - (u - 0.5).hypot(v - 0.5)) * width as f32;
            let alpha = (inside / 2.0 + 0.5).clamp(0.0, 1.0);
            for (object, ground) in [(170.0, 240.0), (40.0, 235.0), (35.0, 225.0)] {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = (seed >> 29) as f32 - 3.5;
                let sheet = ground - 60.0 * u;
                bytes.push((alpha * object + (1.0 - alpha) * sheet + noise) as u8);
            }
        }
    }
    Picture::new(size, Layout::Rgb, bytes).unwrap()
}

/// Budget of `lite`: 30 ms for one megapixel on one core.
fn removal(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("remove background, lite");
    group.sample_size(20);
    for (name, width, height) in [("1 MP", 1000, 1000), ("24 MP", 6000, 4000)] {
        let picture = product(width, height);
        let run = run(Spread::OneThread);
        let lite = RemoveBackground::default();
        group.bench_function(name, |bencher| {
            bencher.iter(|| remove_background(black_box(&picture), &lite, &run).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, chain, each, previews, files, removal);
criterion_main!(benches);
