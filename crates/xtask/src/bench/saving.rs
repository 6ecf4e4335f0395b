//! How long a person waits after an episode: from stop to ready for the next, with two cameras, beside what staging PNG
//! files and encoding them afterwards takes.
//!
//! Not here: recording in real time through the program (`filming`).

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use arms::{Step, Values};
use dataset::{CameraKind, CameraSpec, Codec, Dataset, DatasetSpec, FilmSpec};
use pixels::{CameraFrame, PictureWriter, PixelFormat, Rotation, Size, Yuv420, picture_ring};
use recorder::{DatasetStore, Eye, Outputs, RecordConfig, Recorder, Sight, VideoFilm};
use stdx::thread::{Intent, spawn};
use stdx::watchdog::{AfterHang, Policy};
use stdx::{Clock, SystemClock, latest, queue};
use units::{Hz, MonoTime};
use video::encode::{Coded, Quantizer, Settings, encoder};
use video::encoder::EncoderConfig;

use super::arrivals::quantile_of;
use super::figures::{Figure, Results, say};
use super::tendon::Tendon;
use super::{Effort, clock};
use crate::house::root;

/// A minute at 30 rows a second.
const ROWS: u64 = 1800;
const FPS: u32 = 30;
/// Cycles of a 120 Hz loop per row.
const STRIDE: u64 = 4;
/// Episodes that are measured.
const EPISODES: u32 = 5;
/// What the issue of cameras promises, in milliseconds.
const TARGET_MS: f64 = 150.0;
/// Time from one row to the next: eight times real time, which the encoders keep up with.
const PACE: Duration = Duration::from_millis(4);
/// Different pictures that go round.
const PICTURES: u32 = 30;
/// Rows that are staged and encoded afterwards; the figure is scaled up from them.
const STAGED: u64 = 300;

const ENCODER: Policy = Policy {
    thread: "enc",
    intent: Intent::Encode,
    slow_after: Duration::from_secs(2),
    hangs_after: Duration::from_secs(10),
    restarts: 3,
    after_hang: AfterHang::Abandon,
};

/// From stop to ready, for episodes of a minute with two cameras of 640x480.
pub fn saving(_: &Tendon, _effort: Effort, results: &mut Results) -> Result<()> {
    let size = Size::new(640, 480).context("a size")?;
    let pictures = pictures(size)?;
    let folder = tempfile::Builder::new()
        .prefix("saving-bench")
        .tempdir_in(root().join("target"))?;
    let mut took = episodes(folder.path(), size, &pictures)?;
    took.sort_by(f64::total_cmp);
    let ours = quantile_of(&took, 0.5);
    let theirs = afterwards(folder.path(), size, &pictures)?;
    results.add(
        Figure::new(
            "saving: a minute with two cameras, stop to ready",
            ours,
            "ms",
        )
        .target(TARGET_MS)
        .ratio(ours / theirs, 1.0),
    );
    let most = took.last().copied().unwrap_or(ours);
    results.add(Figure::new("saving: the longest of them", most, "ms").target(TARGET_MS));
    results.add(Figure::new(
        "saving: staged PNG files, encoded afterwards",
        theirs,
        "ms",
    ));
    say(&format!(
        "saving: {EPISODES} episodes; of the staged pictures {STAGED} of {ROWS} rows were encoded"
    ));
    Ok(())
}

/// Records episodes of two cameras; how long each took to save, in milliseconds.
fn episodes(folder: &Path, size: Size, pictures: &[Vec<u8>]) -> Result<Vec<f64>> {
    let film = CameraKind::Video(FilmSpec {
        codec: Codec::H264,
        gop: 2,
        quality: 26,
    });
    let spec = DatasetSpec {
        cameras: vec![
            CameraSpec::new("front", size, film),
            CameraSpec::new("wrist", size, film),
        ],
        ..DatasetSpec::so_follower(FPS, false)
    };
    let dataset = Dataset::create(folder.join("dataset"), &spec)?;
    let clock: Arc<dyn Clock> = SystemClock::shared();
    let (steps, taken) = queue(64);
    let (events, told) = queue(1024);
    let (status, _newest) = latest();
    let config = RecordConfig {
        task: "measure".to_owned(),
        fps: FPS,
        control_rate: Hz::new(f64::from(FPS) * STRIDE as f64).context("a rate")?,
        episode_time: Duration::from_secs(ROWS / u64::from(FPS)),
        reset_time: Duration::ZERO,
        num_episodes: EPISODES,
        start_at_once: true,
    };
    let outputs = Outputs {
        events,
        status,
        loop_report: Box::new(|| None),
    };
    let (mut eyes, mut cameras) = (Vec::new(), Vec::new());
    for camera in &spec.cameras {
        let (writer, reader) = picture_ring(64, Arc::clone(&clock));
        let config = EncoderConfig::new(camera.name(), size, FPS);
        let maker = video::encoder::start(config, ENCODER, Arc::clone(&clock))?;
        let sight = Sight::new(reader, Duration::from_secs_f64(1.0 / f64::from(FPS)));
        let film = Box::new(VideoFilm::new(camera.name(), maker));
        eyes.push(Eye::new(camera.name(), sight, film));
        cameras.push(writer);
    }
    let store = DatasetStore::with_cameras(dataset, &spec.cameras);
    let mut recorder =
        Recorder::new(taken, store, &config, Arc::clone(&clock), outputs)?.with_cameras(eyes);
    let mut slot = 0;
    let mut due = clock.now();
    while !recorder.finished() {
        for camera in &cameras {
            show(camera, size, pictures, slot / STRIDE);
        }
        for _ in 0..STRIDE {
            let now = clock.now();
            let step = step(slot, now);
            if steps.push(step).is_err() {
                bail!("the recorder takes no steps");
            }
            slot += 1;
        }
        recorder.poll();
        due = (due + PACE).max(clock.now());
        clock.sleep_until(due);
    }
    let outcome = recorder.into_outcome();
    drop(told);
    if let Some(failure) = outcome.summary.failure {
        bail!("recording failed: {failure}");
    }
    for saved in &outcome.summary.episodes {
        let squeezed: u64 = saved.cameras.iter().map(|it| it.counts.squeezed).sum();
        if saved.rows != ROWS || squeezed > 0 {
            bail!(
                "{} rows, {squeezed} pictures not encoded in time",
                saved.rows
            );
        }
    }
    let took = |saved: &recorder::Saved| saved.took.as_secs_f64() * 1e3;
    Ok(outcome.summary.episodes.iter().map(took).collect())
}

fn show(camera: &PictureWriter, size: Size, pictures: &[Vec<u8>], sequence: u64) {
    let at = (sequence % pictures.len() as u64) as usize;
    camera.push(CameraFrame {
        format: PixelFormat::Mjpg,
        size,
        rotation: Rotation::None,
        sequence,
        arrived_at: MonoTime(0),
        bytes: pictures[at].clone().into(),
    });
}

fn step(slot: u64, now: MonoTime) -> Step {
    let angle = slot as f64 / 100.0;
    let values = Values::from_arms(&[std::array::from_fn(|joint| {
        50.0 * (angle + joint as f64).sin()
    })]);
    Step {
        slot,
        observed_at: now,
        sent_at: now,
        observation: values,
        action: values,
        stale: 0,
    }
}

/// What LeRobot does without streaming: PNG files while recording, read and encoded when the episode is over, its cameras
/// side by side. With our own codecs, so that the order of the work is all that differs. Milliseconds for a whole
/// episode, the writing of the files not counted.
fn afterwards(folder: &Path, size: Size, pictures: &[Vec<u8>]) -> Result<f64> {
    let clock = clock();
    let mut staged = Vec::new();
    for camera in ["front", "wrist"] {
        let place = folder.join("images").join(camera);
        fs::create_dir_all(&place)?;
        let mut files = Vec::new();
        for row in 0..STAGED {
            let jpeg = &pictures[(row % pictures.len() as u64) as usize];
            let path = place.join(format!("frame-{row:06}.png"));
            let rgb = rgb(size, jpeg)?;
            fs::write(
                &path,
                pixels::png::encode(size, &rgb, pixels::png::Compression::Fast)?,
            )?;
            files.push(path);
        }
        staged.push(files);
    }
    let before = clock.now();
    let mut threads = Vec::new();
    for (at, files) in staged.into_iter().enumerate() {
        let film = folder.join(format!("afterwards-{at}.mp4"));
        threads.push(spawn(format!("enc{at}"), Intent::Encode, move || {
            encode_files(&files, size, &film)
        })?);
    }
    for thread in threads {
        thread.join()??;
    }
    let span = clock.now().since(before);
    Ok(span.as_secs_f64() * 1e3 * ROWS as f64 / STAGED as f64)
}

/// Reads pictures back and makes a film of them.
fn encode_files(files: &[std::path::PathBuf], size: Size, film: &Path) -> Result<()> {
    let settings = Settings {
        size,
        fps: FPS,
        quantizer: Quantizer::DEFAULT,
    };
    let mut encoder = encoder(video::Codec::H264, settings)?;
    let mut out = fs::File::create(film)?;
    let mut samples = Coded::default();
    let mut planes = Yuv420::black(size);
    for (at, file) in files.iter().enumerate() {
        let (size, rgb) = pixels::png::decode(&fs::read(file)?)?;
        pixels::yuv420_from_rgb(size, &rgb, &mut planes)?;
        samples.clear();
        encoder.encode(&planes, at % 2 == 0, &mut samples)?;
        for (sample, _) in samples.iter() {
            out.write_all(sample)?;
        }
    }
    Ok(out.sync_all()?)
}

/// A moving pattern with a sensor's noise, as JPEG.
fn pictures(size: Size) -> Result<Vec<Vec<u8>>> {
    let mut noise = 1u32;
    let mut all = Vec::new();
    for picture in 0..PICTURES {
        let mut planes = Yuv420::black(size);
        for (at, y) in planes.y.iter_mut().enumerate() {
            let (x, row) = (at as u32 % size.width(), at as u32 / size.width());
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let wave = ((x + 4 * picture) / 16 + row / 24) % 8 * 24;
            *y = (24 + wave + (noise >> 29)) as u8;
        }
        all.push(pixels::jpeg::encode(&planes, 85)?);
    }
    Ok(all)
}

fn rgb(size: Size, jpeg: &[u8]) -> Result<Vec<u8>> {
    let frame = CameraFrame {
        format: PixelFormat::Mjpg,
        size,
        rotation: Rotation::None,
        sequence: 0,
        arrived_at: MonoTime(0),
        bytes: jpeg.to_vec().into(),
    };
    let mut planes = Yuv420::black(size);
    let mut rgb = Vec::new();
    pixels::Converter::new().to_yuv420(&frame, &mut planes)?;
    pixels::rgb_from_yuv420(&planes, &mut rgb)?;
    Ok(rgb)
}
