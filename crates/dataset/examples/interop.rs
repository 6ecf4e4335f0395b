//! Our side of the talk with LeRobot: makes a dataset, adds to one, tells what it reads as JSON, verifies.
//!
//! `interop create|films|images|add|reencode|reencode-last|tell|verify|repair FOLDER`. The values are a fixed function of their place, so that nothing
//! random stands between two runs; so are the pictures of the two cameras of `films` (H.264) and `images` (PNG).
//! Used by `tests/interop/run.sh`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use dataset::camera::{CameraKind, CameraSpec, FilmSpec, PictureNote};
use dataset::progress::Progress;
use dataset::{
    Dataset, DatasetSpec, Draft, FeatureStats, Footage, Info, Kind, Row, RowFlags, Squeezed,
    reencode,
};
use pixels::{Size, Yuv420};
use serde_json::{Map, Value, json};
use units::MonoTime;
use video::encode::{Coded, Quantizer, Settings, encoder};
use video::mp4::Writer;
use video::pngs::PngWriter;
use video::stats::Histogram;
use video::{Codec, PictureStats, Track};

const FPS: u32 = 30;
/// Wide enough that statistics leave pixels out, as LeRobot's do from 300 on.
const SIZE: (u32, u32) = (320, 240);
/// A picture is told as the mean colours of so many fields, across and down.
const FIELDS: (usize, usize) = (4, 3);
/// Tasks of the episodes that are made here; not plain English only, because labels are not.
const TASKS: [&str; 3] = [
    "Pick up the cube",
    "Put it — ici — 在这里",
    "Pick up the cube",
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [verb, folder] = arguments.as_slice() else {
        bail!(
            "usage: interop create|films|images|add|reencode|reencode-last|tell|verify|repair FOLDER"
        );
    };
    let root = Path::new(folder);
    match verb.as_str() {
        "create" => create(root, Vec::new()),
        "films" => create(root, cameras(film())),
        "images" => create(root, cameras(CameraKind::Image)),
        "add" => add(root),
        "reencode" => again(root, 0),
        "reencode-last" => again(root, Info::read(root)?.total_episodes.saturating_sub(1)),
        "tell" => tell(root),
        "verify" => verify(root),
        "repair" => repair(root),
        other => bail!("there is no verb {other:?}"),
    }
}

/// What we record with: H.264, a key picture every second picture.
fn film() -> CameraKind {
    CameraKind::Video(FilmSpec {
        codec: Codec::H264,
        gop: 2,
        quality: u32::from(Quantizer::DEFAULT.get()),
    })
}

fn cameras(kind: CameraKind) -> Vec<CameraSpec> {
    let size = Size::new(SIZE.0, SIZE.1);
    let camera = |name: &&str| Some(CameraSpec::new(name, size?, kind));
    ["front", "wrist"].iter().filter_map(camera).collect()
}

fn create(root: &Path, cameras: Vec<CameraSpec>) -> Result<()> {
    let spec = DatasetSpec {
        cameras,
        ..DatasetSpec::so_follower(FPS, false)
    };
    let dataset = Dataset::create(root, &spec)?;
    for (task, rows) in TASKS.into_iter().zip([45, 31, 1]) {
        record(&dataset, &spec, task, rows)?;
    }
    Ok(())
}

/// Goes on with whatever cameras the dataset has.
fn add(root: &Path) -> Result<()> {
    let spec = DatasetSpec {
        cameras: cameras_of(&Info::read(root)?)?,
        ..DatasetSpec::so_follower(FPS, false)
    };
    let dataset = Dataset::resume(root, &spec)?;
    record(&dataset, &spec, "Hand it over", 20)?;
    record(&dataset, &spec, TASKS[0], 33)
}

/// Makes the films from this episode on again in AV1.
fn again(root: &Path, from_episode: u64) -> Result<()> {
    let film = FilmSpec {
        codec: Codec::Av1,
        gop: 2,
        quality: u32::from(Quantizer::DEFAULT.get()),
    };
    let how = reencode::Reencode { film, from_episode };
    let report = reencode::apply(root, how, &Progress::new())?;
    ensure!(report.left.is_empty(), "{report:?}");
    let (made, already) = (report.made.len(), report.already);
    writeln!(
        std::io::stdout(),
        "{made} films made again in AV1, {already} were already"
    )?;
    Ok(())
}

fn cameras_of(info: &Info) -> Result<Vec<CameraSpec>> {
    let features = info.cameras();
    features
        .map(|feature| {
            let [height, width, _] = feature.shape[..] else {
                bail!("{} has the shape {:?}", feature.name, feature.shape);
            };
            Ok(CameraSpec {
                key: feature.name.clone(),
                size: Size::new(u32::try_from(width)?, u32::try_from(height)?)
                    .context("a camera without pixels")?,
                kind: match feature.kind {
                    Kind::Image => CameraKind::Image,
                    _ => film(),
                },
            })
        })
        .collect()
}

fn record(dataset: &Dataset, spec: &DatasetSpec, task: &str, rows: u32) -> Result<()> {
    let episode = dataset.next_episode();
    let mut draft = dataset.begin_episode(task)?;
    for row in 0..rows {
        let time = f64::from(row) / f64::from(FPS);
        let at = |joint: usize, delay: f64| {
            let turn = (time - delay) * (0.7 + joint as f64 * 0.3) + episode as f64;
            (turn.sin() * (20.0 + 15.0 * joint as f64)) as f32
        };
        let state: Vec<f32> = (0..6).map(|joint| at(joint, 0.05)).collect();
        let action: Vec<f32> = (0..6).map(|joint| at(joint, 0.0)).collect();
        let observed_at = MonoTime(1_000_000_000 + u64::from(row) * 33_333_333);
        let note = PictureNote {
            sequence: u64::from(row),
            arrived_at: MonoTime(observed_at.as_nanos() - 5_000_000),
            ..PictureNote::default()
        };
        draft.push(Row {
            state: &state,
            action: &action,
            observed_at,
            flags: RowFlags::default(),
            pictures: &vec![note; spec.cameras.len()],
        })?;
    }
    let footage = spec
        .cameras
        .iter()
        .enumerate()
        .map(|(number, camera)| shoot(&draft, camera, number, episode, rows))
        .collect::<Result<Vec<_>>>()?;
    draft.save(json!({"made_by": "the interop example"}), &footage)?;
    Ok(())
}

/// A picture whose colours say where and when it was taken: soft, as a codec likes them.
fn draw(size: Size, camera: usize, episode: u64, row: u32) -> Vec<u8> {
    let (width, height) = (size.width(), size.height());
    let time = f64::from(row) * 0.15 + episode as f64;
    let wave = |turn: f64| (128.0 + 100.0 * turn.sin()) as u8;
    (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let (x, y) = (f64::from(x) / 60.0, f64::from(y) / 45.0);
            [
                wave(x + time),
                wave(y + time + camera as f64 * 2.0),
                wave(x - y + camera as f64),
            ]
        })
        .collect()
}

/// Makes the film of one camera, or its pictures for the table.
fn shoot(
    draft: &Draft,
    camera: &CameraSpec,
    number: usize,
    episode: u64,
    rows: u32,
) -> Result<Footage> {
    let path = draft.footage_path(&camera.key);
    let size = camera.size;
    let mut stats = PictureStats::default();
    let samples = match camera.kind {
        CameraKind::Image => {
            let mut pngs = PngWriter::create(&path)?;
            for row in 0..rows {
                let rgb = draw(size, number, episode, row);
                stats.add(&Histogram::of_rgb(size, &rgb));
                let compression = pixels::png::Compression::LikeLeRobot;
                pngs.push(&pixels::png::encode(size, &rgb, compression)?)?;
            }
            pngs.finish()?.samples
        }
        CameraKind::Video(film) => {
            let quantizer = u8::try_from(film.quality).ok().and_then(Quantizer::new);
            let mut encoder = encoder(
                film.codec,
                Settings {
                    size,
                    fps: FPS,
                    quantizer: quantizer.context("no such quantizer")?,
                },
            )?;
            let mut writer = None;
            let mut picture = Yuv420::black(size);
            let mut coded = Coded::default();
            for row in 0..rows {
                pixels::yuv420_from_rgb(size, &draw(size, number, episode, row), &mut picture)?;
                stats.add_yuv420(&picture);
                coded.clear();
                encoder.encode(&picture, row % film.gop == 0, &mut coded)?;
                if row + 1 == rows {
                    encoder.drain(&mut coded)?;
                }
                if coded.is_empty() {
                    continue;
                }
                let parameters = encoder.parameters().context("no parameters")?.to_vec();
                let writer = match &mut writer {
                    Some(writer) => writer,
                    none => none.insert(Writer::create(
                        &path,
                        Track {
                            codec: film.codec,
                            size,
                            fps: FPS,
                            parameters,
                        },
                    )?),
                };
                for (sample, key) in coded.iter() {
                    writer.push(sample, key)?;
                }
            }
            writer.context("a film without pictures")?.finish()?.samples
        }
    };
    Ok(Footage {
        key: camera.key.clone(),
        samples,
        stats: FeatureStats::from(&stats.colours().context("no pictures")?),
        squeezed: Some(Squeezed::default()),
    })
}

/// The mean colours of each field of a picture, 0 to 1: red, green and blue of the first field, then of the next.
fn fields(size: Size, rgb: &[u8]) -> Vec<f64> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let (across, down) = FIELDS;
    let mut means = Vec::new();
    for field in 0..across * down {
        let (column, row) = (field % across, field / across);
        let columns = column * width / across..(column + 1) * width / across;
        let rows = row * height / down..(row + 1) * height / down;
        let pixels = (columns.len() * rows.len()) as f64;
        let mut sums = [0.0; 3];
        for y in rows {
            for x in columns.clone() {
                let at = (y * width + x) * 3;
                for (sum, value) in sums.iter_mut().zip(&rgb[at..at + 3]) {
                    *sum += f64::from(*value);
                }
            }
        }
        means.extend(sums.map(|sum| (sum / pixels / 255.0 * 1e4).round() / 1e4));
    }
    means
}

/// All that our reader reads, as one JSON object on standard output.
fn tell(root: &Path) -> Result<()> {
    let dataset = Dataset::open(root)?;
    let tasks = dataset.tasks();
    let info = dataset.info();
    let cameras: Vec<&str> = info
        .cameras()
        .map(|feature| feature.name.as_str())
        .collect();
    let mut rows = Vec::new();
    for row in dataset.all_rows() {
        let row = row?;
        let task = tasks
            .text(row.task_index)
            .with_context(|| format!("row {} has a task that does not exist", row.index))?;
        let mut pictures = Map::new();
        for camera in &cameras {
            let (episode, frame) = (row.episode_index as u64, row.frame_index as u64);
            let picture = dataset.picture(episode, frame, camera)?;
            let told = fields(picture.size(), &picture.rgb()?);
            pictures.insert((*camera).to_owned(), json!(told));
        }
        rows.push(json!({
            "pictures": pictures,
            "index": row.index,
            "episode_index": row.episode_index,
            "frame_index": row.frame_index,
            "timestamp": row.timestamp,
            "task_index": row.task_index,
            "task": task,
            "observation.state": row.state,
            "action": row.action,
        }));
    }
    let lengths: Vec<u64> = dataset
        .episodes()
        .iter()
        .map(|episode| episode.length)
        .collect();
    let stats = dataset.stats()?.context("there are no statistics")?;
    let names: Map<String, Value> = info
        .features
        .iter()
        .map(|feature| (feature.name.clone(), json!(feature.names)))
        .collect();
    let told = json!({
        "fps": info.fps,
        "robot_type": info.robot_type,
        "fields": FIELDS,
        "names": names,
        "lengths": lengths,
        "stats": stats.to_value(),
        "rows": rows,
    });
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}

fn verify(root: &Path) -> Result<()> {
    let report = dataset::verify::verify(root, &Progress::new());
    let mut out = std::io::stdout();
    for finding in &report.findings {
        writeln!(out, "{finding}")?;
    }
    writeln!(
        out,
        "verified {}: {} episodes, {} rows, {} findings",
        root.display(),
        report.episodes,
        report.rows,
        report.findings.len()
    )?;
    if !report.clean() {
        bail!("the dataset is not clean");
    }
    Ok(())
}

fn repair(root: &Path) -> Result<()> {
    let mut out = std::io::stdout();
    for step in dataset::repair::apply(root, &Progress::new())?.done {
        writeln!(out, "{step}")?;
    }
    Ok(())
}
