//! Bench of the encoders: what one picture costs from a camera's bytes to a film on disk, in CPU time of its thread.
//!
//! Not here: single steps under a profiler's eye (`crates/video/benches/encoding.rs`), a whole recording.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use pixels::png::Compression;
use pixels::{CameraFrame, Converter, PixelFormat, Rotation, Size, Yuv420};
use units::MonoTime;
use video::encode::{Coded, Encode, Quantizer, Settings, encoder};
use video::mp4::Writer;
use video::pngs::PngWriter;
use video::stats::Histogram;
use video::{Codec, PictureStats, Track};

use super::Effort;
use super::figures::{Better, Figure, Results, say};
use super::tendon::Tendon;

/// Pictures of the clip, which is played forwards and back.
const CLIP: u32 = 60;
const FPS: u32 = 30;

struct Case {
    name: &'static str,
    codec: Codec,
    format: PixelFormat,
    gop: u32,
    pictures: u32,
    /// Milliseconds; two cameras at 30 a second then take an eighth of a core.
    target: Option<f64>,
}

const CASES: [Case; 6] = [
    case(
        "H.264, a key picture every 2, from MJPG",
        Codec::H264,
        PixelFormat::Mjpg,
        2,
        600,
        Some(2.6),
    ),
    case(
        "H.264, a key picture every 2, from YUYV",
        Codec::H264,
        PixelFormat::Yuyv,
        2,
        600,
        Some(1.8),
    ),
    case(
        "H.264, a key picture every 30, from MJPG",
        Codec::H264,
        PixelFormat::Mjpg,
        30,
        600,
        None,
    ),
    case(
        "H.264, a key picture every 30, from YUYV",
        Codec::H264,
        PixelFormat::Yuyv,
        30,
        600,
        None,
    ),
    case(
        "AV1, a key picture every 2, from MJPG",
        Codec::Av1,
        PixelFormat::Mjpg,
        2,
        60,
        None,
    ),
    case(
        "AV1, a key picture every 30, from MJPG",
        Codec::Av1,
        PixelFormat::Mjpg,
        30,
        90,
        None,
    ),
];

const fn case(
    name: &'static str,
    codec: Codec,
    format: PixelFormat,
    gop: u32,
    pictures: u32,
    target: Option<f64>,
) -> Case {
    Case {
        name,
        codec,
        format,
        gop,
        pictures,
        target,
    }
}

/// CPU time per picture of 640x480, pictures a second of one core, and size, for each codec, format and distance.
pub fn films(_: &Tendon, _effort: Effort, results: &mut Results) -> Result<()> {
    let size = Size::new(640, 480).context("a size")?;
    let folder = tempfile::tempdir_in(crate::house::root().join("target"))?;
    let clip: Vec<Yuv420> = (0..CLIP).map(|at| scene(size, at)).collect();
    for case in CASES {
        let frames = clip
            .iter()
            .map(|picture| frame(picture, case.format))
            .collect::<Result<Vec<_>>>()?;
        let (spent, bytes) = film(&case, &frames, folder.path())?;
        let each = spent.as_secs_f64() * 1e3 / f64::from(case.pictures);
        let name = format!("encoding {}", case.name);
        let mut figure = Figure::new(format!("{name}: CPU per picture"), each, "ms");
        if let Some(target) = case.target {
            figure = figure.target(target);
        }
        results.add(figure);
        let mut rate = Figure::new(format!("{name}: pictures of one core"), 1e3 / each, "1/s");
        rate.better = Better::Higher;
        results.add(rate);
        let megabytes = bytes as f64 / 1e6 * 300.0 / f64::from(case.pictures);
        results.add(Figure::new(format!("{name}: 10 s"), megabytes, "MB"));
    }
    let spent = pngs(&clip, folder.path())?;
    results.add(Figure::new(
        "encoding PNG, quick, from MJPG: CPU per picture",
        spent.as_secs_f64() * 1e3 / f64::from(CLIP),
        "ms",
    ));
    say(
        "encoding: a synthetic scene of 640x480 with a sensor's noise; conversion, statistics, encoder and file",
    );
    Ok(())
}

fn film(case: &Case, frames: &[CameraFrame], folder: &Path) -> Result<(Duration, u64)> {
    let size = frames[0].size;
    let settings = Settings {
        size,
        fps: FPS,
        quantizer: Quantizer::DEFAULT,
    };
    let path = folder.join("film.mp4");
    let before = spent();
    let mut encoder = encoder(case.codec, settings)?;
    let (mut converter, mut picture) = (Converter::new(), Yuv420::black(size));
    let (mut stats, mut coded, mut writer) = (PictureStats::default(), Coded::default(), None);
    for at in 0..case.pictures {
        converter.to_yuv420(&frames[there_and_back(at)], &mut picture)?;
        stats.add(&Histogram::of_yuv420(&picture));
        coded.clear();
        encoder.encode(&picture, at % case.gop == 0, &mut coded)?;
        write(&mut writer, &coded, &*encoder, settings, &path)?;
    }
    coded.clear();
    encoder.drain(&mut coded)?;
    write(&mut writer, &coded, &*encoder, settings, &path)?;
    let finished = writer.context("a film")?.finish()?;
    let span = spent().saturating_sub(before);
    anyhow::ensure!(
        finished.samples == u64::from(case.pictures),
        "a picture is missing"
    );
    std::fs::remove_file(&path)?;
    Ok((span, finished.bytes))
}

fn write(
    writer: &mut Option<Writer>,
    coded: &Coded,
    encoder: &dyn Encode,
    settings: Settings,
    path: &Path,
) -> Result<()> {
    for (sample, key) in coded.iter() {
        if writer.is_none() {
            let track = Track {
                codec: encoder.codec(),
                size: settings.size,
                fps: settings.fps,
                parameters: encoder.parameters().context("parameters")?.to_vec(),
            };
            *writer = Some(Writer::create(path, track)?);
        }
        writer.as_mut().context("a film")?.push(sample, key)?;
    }
    Ok(())
}

fn pngs(clip: &[Yuv420], folder: &Path) -> Result<Duration> {
    let frames = clip
        .iter()
        .map(|picture| frame(picture, PixelFormat::Mjpg))
        .collect::<Result<Vec<_>>>()?;
    let before = spent();
    let mut writer = PngWriter::create(&folder.join("front.pngs"))?;
    let (mut converter, mut picture, mut rgb) =
        (Converter::new(), Yuv420::black(clip[0].size), Vec::new());
    let mut stats = PictureStats::default();
    for frame in &frames {
        converter.to_yuv420(frame, &mut picture)?;
        pixels::rgb_from_yuv420(&picture, &mut rgb)?;
        stats.add(&Histogram::of_rgb(picture.size, &rgb));
        writer.push(&pixels::png::encode(picture.size, &rgb, Compression::Fast)?)?;
    }
    writer.finish()?;
    Ok(spent().saturating_sub(before))
}

/// CPU time of this thread, so that what others do on the machine does not count.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn there_and_back(at: u32) -> usize {
    let turn = 2 * (CLIP - 1);
    let at = at % turn;
    at.min(turn - at) as usize
}

fn frame(picture: &Yuv420, format: PixelFormat) -> Result<CameraFrame> {
    let bytes = match format {
        PixelFormat::Mjpg => pixels::jpeg::encode(picture, 90)?,
        _ => yuyv(picture),
    };
    Ok(CameraFrame {
        format,
        size: picture.size,
        rotation: Rotation::None,
        sequence: 0,
        arrived_at: MonoTime(0),
        bytes: bytes.into(),
    })
}

fn yuyv(picture: &Yuv420) -> Vec<u8> {
    let width = picture.size.width() as usize;
    let mut bytes = Vec::with_capacity(picture.y.len() * 2);
    for (at, pair) in picture.y.chunks_exact(2).enumerate() {
        let (column, row) = (at % (width / 2), at / (width / 2));
        let colour = row / 2 * (width / 2) + column;
        bytes.extend_from_slice(&[pair[0], picture.u[colour], pair[1], picture.v[colour]]);
    }
    bytes
}

/// A cluttered bench, an arm of two links that moves over it, and a sensor's noise that is new in every picture; about as hard
/// to encode as the clip that the choice of encoders was measured with (2.1 MB in 10 s with a key picture every second one).
fn scene(size: Size, at: u32) -> Yuv420 {
    let mut picture = Yuv420::black(size);
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut seed = 12_345_u32.wrapping_add(at.wrapping_mul(7919));
    let turn = f64::from(at) * 0.03;
    let elbow = (320.0 + 110.0 * turn.cos(), 400.0 - 150.0 * turn.sin().abs());
    let tip = (
        elbow.0 + 120.0 * (turn * 1.7).cos(),
        elbow.1 - 90.0 * (turn * 1.3).sin(),
    );
    for row in 0..height {
        for column in 0..width {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            let noise = f64::from(seed >> 24) / 64.0 - 2.0;
            let (x, y) = (column as f64, row as f64);
            let light = 110.0 + 40.0 * (x * 0.013).sin() + 30.0 * (y * 0.021 + x * 0.007).cos();
            let tile = if (column / 37 + row / 29) % 5 == 0 {
                35.0
            } else {
                0.0
            };
            let texture = 5.0 * (x * 0.5).sin() * (y * 0.43).cos();
            let link = |a: (f64, f64), b: (f64, f64)| from_link((x, y), a, b) < 16.0;
            let value = if link((320.0, 470.0), elbow) || link(elbow, tip) {
                200.0 + noise
            } else {
                light + tile + texture + noise
            };
            picture.y[row * width + column] = value.clamp(16.0, 235.0) as u8;
        }
    }
    for (at, (u, v)) in picture.u.iter_mut().zip(&mut picture.v).enumerate() {
        *u = 118 + (at / 80 % 20) as u8;
        *v = 122 + (at / 50 % 16) as u8;
    }
    picture
}

fn from_link(point: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (along, across) = (b.0 - a.0, b.1 - a.1);
    let length = along * along + across * across;
    let share = ((point.0 - a.0) * along + (point.1 - a.1) * across) / length.max(1.0);
    let share = share.clamp(0.0, 1.0);
    let (x, y) = (
        point.0 - a.0 - share * along,
        point.1 - a.1 - share * across,
    );
    x.hypot(y)
}
