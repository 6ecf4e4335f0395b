//! What looking at films costs: opening one, reading on, and jumping anywhere, at 640x480.
//!
//! Budget: a jump within 20 ms at the longest distance between keys that is offered (30), so that a browser of episodes
//! follows a hand; reading on within 4 ms a picture. Measured on two shared cores with AVX-512, one thread, keys every
//! 2 / 30: open 0.02 ms; H.264 reads on in 1.0 / 0.6 ms and jumps in 1.8 / 4.9 ms; AV1 of our own encoder, under noise, in
//! 2.2 / 0.9 ms and 3.7 / 7.7 ms.

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use pixels::{Size, Yuv420};
use video::encode::{Coded, Quantizer, Settings, encoder};
use video::mp4::{Writer, inspect};
use video::{Codec, Reader, Track, VideoError};

/// Codec, pictures from key to key, pictures in all: ten seconds of what is written live, two of what is not.
const FILMS: [(Codec, u64, u64); 4] = [
    (Codec::H264, 2, 300),
    (Codec::H264, 30, 300),
    (Codec::Av1, 2, 60),
    (Codec::Av1, 30, 60),
];

/// Waves that move, under the noise of a sensor.
fn draw(number: u64, picture: &mut Yuv420) {
    let width = picture.size.width() as usize;
    let mut noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for (at, luma) in picture.y.iter_mut().enumerate() {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        let (x, y) = ((at % width) as f32, (at / width) as f32);
        let wave = 70.0 * ((x + 3.0 * number as f32) / 19.0).sin() * (y / 17.0).cos();
        *luma = (126.0 + wave + (noise % 7) as f32) as u8;
    }
    for (at, (u, v)) in picture.u.iter_mut().zip(&mut picture.v).enumerate() {
        *u = 96 + (at / 40 % 64) as u8;
        *v = 96 + (number as usize * 2 + at / 700) as u8 % 64;
    }
}

fn film(path: &Path, codec: Codec, gop: u64, pictures: u64) -> Result<(), VideoError> {
    let wrong = || VideoError::BadInput {
        problem: "the bench asks for a film that cannot be".into(),
    };
    let size = Size::new(640, 480).ok_or_else(wrong)?;
    let settings = Settings {
        size,
        fps: 30,
        quantizer: Quantizer::DEFAULT,
    };
    let mut encoder = encoder(codec, settings)?;
    let mut picture = Yuv420::black(size);
    let mut coded = Coded::default();
    for number in 0..pictures {
        draw(number, &mut picture);
        encoder.encode(&picture, number % gop == 0, &mut coded)?;
    }
    encoder.drain(&mut coded)?;
    let track = Track {
        codec,
        size,
        fps: 30,
        parameters: encoder.parameters().ok_or_else(wrong)?.to_vec(),
    };
    let mut writer = Writer::create(path, track)?;
    for (sample, key) in coded.iter() {
        writer.push(sample, key)?;
    }
    writer.finish().map(drop)
}

fn read(criterion: &mut Criterion, folder: &Path) -> Result<(), VideoError> {
    for (codec, gop, pictures) in FILMS {
        let name = format!("{codec}, key every {gop}");
        let path = folder.join(format!("{codec}-{gop}.mp4"));
        film(&path, codec, gop, pictures)?;
        let mut reader = Reader::open(&path)?;
        let mut picture = Yuv420::black(reader.film().size);
        let mut group = criterion.benchmark_group("reading");
        group.bench_function(BenchmarkId::new("open and parse", &name), |bencher| {
            bencher.iter(|| inspect(black_box(&path)).is_ok());
        });
        group.bench_function(BenchmarkId::new("read on", &name), |bencher| {
            let mut next = 0;
            bencher.iter(|| {
                let read = reader.frame_into(next, &mut picture).is_ok();
                next = (next + 1) % pictures;
                read
            });
        });
        group.bench_function(BenchmarkId::new("jump", &name), |bencher| {
            let mut place = 1_u64;
            bencher.iter(|| {
                // Goes through all pictures without an order.
                place = (place * 7_919 + 13) % pictures;
                reader.frame_into(place, &mut picture).is_ok()
            });
        });
        group.finish();
    }
    Ok(())
}

fn reading(criterion: &mut Criterion) {
    let outcome = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .map_err(|error| error.to_string())
        .and_then(|folder| read(criterion, folder.path()).map_err(|error| error.to_string()));
    assert!(outcome.is_ok(), "{outcome:?}");
}

criterion_group!(benches, reading);
criterion_main!(benches);
