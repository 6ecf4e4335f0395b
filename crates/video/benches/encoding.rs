//! What encoding a picture of 640x480 costs: every step of it, and each codec with what is around it.
//!
//! Budget: from the planes to a sample 1.7 ms with a key picture every second one, 0.3 ms for a picture that is shown again,
//! 0.15 ms for its statistics. `make bench NAME=encoding` measures the whole way from a camera's bytes.

#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot go on says so by panicking"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pixels::{Size, Yuv420};
use video::encode::{Coded, Quantizer, Settings, encoder};
use video::stats::Histogram;
use video::{Codec, PictureStats};

/// A wave over noise, moved by two pixels a picture.
fn picture(size: Size, at: u32) -> Yuv420 {
    let mut picture = Yuv420::black(size);
    let width = size.width() as usize;
    let mut seed = 12_345_u32.wrapping_add(at.wrapping_mul(7919));
    for (place, y) in picture.y.iter_mut().enumerate() {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let (column, row) = ((place % width) as f64, (place / width) as f64);
        let moved = column + 2.0 * f64::from(at);
        let value = 120.0 + 40.0 * (moved * 0.05).sin() + 30.0 * (row * 0.07).cos();
        *y = (value + f64::from(seed >> 24) / 64.0) as u8;
    }
    picture
}

fn encoding(criterion: &mut Criterion) {
    let size = Size::new(640, 480).unwrap();
    let pictures: Vec<_> = (0..60).map(|at| picture(size, at)).collect();
    let settings = Settings {
        size,
        fps: 30,
        quantizer: Quantizer::DEFAULT,
    };
    let mut group = criterion.benchmark_group("encoding");
    group.sample_size(20);
    for (codec, gop) in [
        (Codec::H264, 1),
        (Codec::H264, 2),
        (Codec::H264, 30),
        (Codec::Av1, 30),
    ] {
        let (mut encoder, mut coded, mut at) =
            (encoder(codec, settings).unwrap(), Coded::default(), 0);
        group.bench_function(format!("{codec}, a key picture every {gop}"), |bencher| {
            bencher.iter(|| {
                coded.clear();
                let picture = &pictures[at % pictures.len()];
                encoder.encode(picture, at % gop == 0, &mut coded).unwrap();
                at += 1;
            });
        });
    }
    let (mut encoder, mut coded, mut key) = (
        encoder(Codec::H264, settings).unwrap(),
        Coded::default(),
        true,
    );
    group.bench_function("h264, a picture that is shown again", |bencher| {
        bencher.iter(|| {
            coded.clear();
            encoder.encode(&pictures[0], key, &mut coded).unwrap();
            key = false;
        });
    });
    let mut stats = PictureStats::default();
    group.bench_function("statistics of a picture", |bencher| {
        bencher.iter(|| stats.add(&Histogram::of_yuv420(black_box(&pictures[0]))));
    });
    group.bench_function("statistics of a film when it ends", |bencher| {
        bencher.iter(|| black_box(&stats).colours());
    });
    group.finish();
}

criterion_group!(benches, encoding);
criterion_main!(benches);
