//! Benches of reading films: what a browser of episodes asks for.
//!
//! Not here: writing them; single functions under a profiler's eye (`crates/video/benches/reading.rs`).

use std::path::Path;

use anyhow::{Context, Result};
use pixels::{Size, Yuv420};
use stdx::Clock as _;
use video::encode::{Coded, Quantizer, Settings, encoder};
use video::mp4::{Writer, inspect};
use video::{Codec, Reader, Track};

use super::figures::{Figure, Results, say};
use super::tendon::Tendon;
use super::{Effort, clock};

/// Codec, pictures from key to key, pictures in all: AV1 takes a while to write.
const FILMS: [(Codec, u64, u64); 4] = [
    (Codec::H264, 2, 300),
    (Codec::H264, 30, 300),
    (Codec::Av1, 2, 60),
    (Codec::Av1, 30, 60),
];

/// Jumps in a film.
const JUMPS: u64 = 200;
/// What a person who drags a slider does not notice, milliseconds.
const JUMP_TARGET_MS: f64 = 20.0;
/// A film in a quarter of the time it lasts at 60 pictures a second, milliseconds a picture.
const READ_TARGET_MS: f64 = 4.0;

/// Opening, reading on and jumping in films of 640x480.
pub fn films(_: &Tendon, _effort: Effort, results: &mut Results) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let clock = clock();
    for (codec, gop, pictures) in FILMS {
        let path = folder.path().join(format!("{codec}-{gop}.mp4"));
        film(&path, codec, gop, pictures)?;
        let name = format!("reading {codec}, key every {gop}");
        let mut add = |what: &str, value: f64, target: Option<f64>| {
            let figure = Figure::new(format!("{name}: {what}"), value, "ms");
            results.add(match target {
                Some(target) => figure.target(target),
                None => figure,
            });
        };
        let mut times = Vec::new();
        for _ in 0..JUMPS {
            let before = clock.now();
            inspect(&path)?;
            times.push(clock.now().since(before));
        }
        add("open and parse p50", percentile(&mut times, 50), None);
        let mut reader = Reader::open(&path)?;
        let mut picture = Yuv420::black(reader.film().size);
        let before = clock.now();
        while reader.next_into(&mut picture)? {}
        let each = clock.now().since(before).as_secs_f64() * 1e3 / pictures as f64;
        add("a picture in order", each, Some(READ_TARGET_MS));
        let mut times = Vec::new();
        for jump in 1..=JUMPS {
            let before = clock.now();
            reader.frame_into(jump * 7_919 % pictures, &mut picture)?;
            times.push(clock.now().since(before));
        }
        add(
            "a jump p50",
            percentile(&mut times, 50),
            Some(JUMP_TARGET_MS),
        );
        add("a jump p99", percentile(&mut times, 99), None);
    }
    say("reading: 640x480, one thread, moving waves under a sensor's noise");
    Ok(())
}

fn percentile(times: &mut [std::time::Duration], share: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * share / 100).min(times.len().saturating_sub(1));
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn film(path: &Path, codec: Codec, gop: u64, pictures: u64) -> Result<()> {
    let size = Size::new(640, 480).context("no such size")?;
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
        parameters: encoder.parameters().context("no parameters")?.to_vec(),
    };
    let mut writer = Writer::create(path, track)?;
    for (sample, key) in coded.iter() {
        writer.push(sample, key)?;
    }
    writer.finish()?;
    Ok(())
}

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
