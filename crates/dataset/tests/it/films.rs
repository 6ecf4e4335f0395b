//! Footage for tests: films whose samples LeRobot encoded (AV1, 64x48), and PNGs drawn here.

use std::path::Path;
use std::sync::OnceLock;

use dataset::camera::{CameraKind, CameraSpec, FilmSpec, PictureFlags, PictureNote};
use dataset::{
    Dataset, DatasetSpec, Draft, EpisodeSaved, FeatureStats, Footage, Row, RowFlags, Squeezed,
};
use pixels::Size;
use serde_json::json;
use units::MonoTime;
use video::mp4::{Samples, Writer};
use video::pngs::PngWriter;
use video::stats::Histogram;
use video::{Codec, PictureStats, Reader, Track};

use crate::fixtures::{golden, one_arm, values};

/// Both cameras of the golden datasets.
pub const CAMERAS: [&str; 2] = ["front", "wrist"];

pub fn key(name: &str) -> String {
    format!("observation.images.{name}")
}

pub fn size() -> Size {
    Size::new(64, 48).unwrap()
}

/// One arm and both cameras, kept like this.
pub fn spec(kind: CameraKind) -> DatasetSpec {
    DatasetSpec {
        cameras: CAMERAS
            .iter()
            .map(|name| CameraSpec::new(name, size(), kind))
            .collect(),
        ..one_arm()
    }
}

/// As LeRobot's golden films are.
pub fn films() -> CameraKind {
    CameraKind::Video(FilmSpec {
        codec: Codec::Av1,
        gop: 2,
        quality: 30,
    })
}

/// A film as samples, each with whether it is a key.
type Film = (Track, Vec<(Vec<u8>, bool)>);

/// The samples of a golden film: 28 pictures, every second one a key.
fn golden_samples() -> &'static Film {
    static SAMPLES: OnceLock<Film> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let path =
            golden("png-video").join("videos/observation.images.front/chunk-000/file-000.mp4");
        let mut samples = Samples::open(&path).unwrap();
        let mut all = Vec::new();
        for index in 0..samples.len() {
            let mut bytes = Vec::new();
            samples.read(index, &mut bytes).unwrap();
            all.push((bytes, samples.is_key(index)));
        }
        (samples.track().unwrap(), all)
    })
}

/// A film that is being written, with so many pictures in it; more than 28 begin again.
pub fn growing(path: &Path, pictures: usize) -> Writer {
    let (track, samples) = golden_samples();
    let mut writer = Writer::create(path, track.clone()).unwrap();
    for (sample, key) in samples.iter().cycle().take(pictures) {
        writer.push(sample, *key).unwrap();
    }
    writer
}

pub fn film_stats(path: &Path) -> FeatureStats {
    let mut stats = PictureStats::default();
    for picture in Reader::open(path).unwrap() {
        stats.add_yuv420(&picture.unwrap());
    }
    FeatureStats::from(&stats.colours().unwrap())
}

/// A picture that can be told from every other: its colour is its number.
pub fn drawn(row: usize) -> Vec<u8> {
    let rgb: Vec<u8> = (0..size().pixels())
        .flat_map(|pixel| [(row * 8) as u8, (pixel % 64) as u8 * 4, 77])
        .collect();
    pixels::png::encode(size(), &rgb, pixels::png::Compression::Fast).unwrap()
}

/// A file of PNGs that is being written.
pub fn growing_pngs(path: &Path, pictures: usize) -> PngWriter {
    let mut writer = PngWriter::create(path).unwrap();
    for row in 0..pictures {
        writer.push(&drawn(row)).unwrap();
    }
    writer
}

/// Makes the footage of one camera of a draft, finished.
pub fn shoot(draft: &Draft, name: &str, kind: CameraKind, pictures: usize) -> Footage {
    let key = key(name);
    let path = draft.footage_path(&key);
    let stats = match kind {
        CameraKind::Video(_) => {
            growing(&path, pictures).finish().unwrap();
            film_stats(&path)
        }
        CameraKind::Image => {
            growing_pngs(&path, pictures).finish().unwrap();
            let mut stats = PictureStats::default();
            for row in 0..pictures {
                let (size, rgb) = pixels::png::decode(&drawn(row)).unwrap();
                stats.add(&Histogram::of_rgb(size, &rgb));
            }
            FeatureStats::from(&stats.colours().unwrap())
        }
    };
    Footage {
        key,
        samples: pictures as u64,
        stats,
        squeezed: Some(Squeezed::default()),
    }
}

/// The note of a row's picture: row 2 repeats row 1, row 4 skips one and is late.
pub fn note(row: usize) -> PictureNote {
    let sequence = match row {
        0 | 1 => row as u64,
        2 => 1,
        3 => 2,
        _ => row as u64,
    };
    PictureNote {
        sequence,
        arrived_at: MonoTime(990_000_000 + sequence * 33_000_000),
        skipped: u32::from(row == 4),
        flags: match row {
            2 => PictureFlags::REPEATED,
            4 => PictureFlags::LATE,
            _ => PictureFlags::default(),
        },
    }
}

pub fn push_rows(draft: &mut Draft, rows: usize) {
    let episode = draft.episode_index();
    for row in 0..rows {
        let (state, action) = values(episode, row);
        draft
            .push(Row {
                state: &state,
                action: &action,
                observed_at: MonoTime(1_000_000_000 + row as u64 * 33_333_333),
                flags: RowFlags::default(),
                pictures: &[note(row), note(row)],
            })
            .unwrap();
    }
}

/// An episode with all its rows and films, not saved yet.
pub fn recorded(
    dataset: &Dataset,
    task: &str,
    kind: CameraKind,
    rows: usize,
) -> (Draft, Vec<Footage>) {
    let mut draft = dataset.begin_episode(task).unwrap();
    push_rows(&mut draft, rows);
    let footage = CAMERAS
        .iter()
        .map(|name| shoot(&draft, name, kind, rows))
        .collect();
    (draft, footage)
}

/// Records and saves an episode.
pub fn record(dataset: &Dataset, task: &str, kind: CameraKind, rows: usize) -> EpisodeSaved {
    let (draft, footage) = recorded(dataset, task, kind, rows);
    draft.save(json!({"ended": "full"}), &footage).unwrap()
}
