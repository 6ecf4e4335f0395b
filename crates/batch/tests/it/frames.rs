//! Frames of a dataset through a pipeline into another dataset.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use batch::frames::{
    FRAME, FramesError, FramesOutcome, FramesSetup, FramesTask, Provenance, make, plan,
};
use batch::{Render, Rendered};
use dataset::camera::{CameraKind, CameraSpec, Codec, FilmSpec, PictureNote};
use dataset::progress::Progress;
use dataset::{Dataset, DatasetSpec, FeatureStats, Footage, Row, RowFlags, Squeezed, sidecar};
use imaging::effects::{Colour, Filter, Fit, Invert, Resize};
use imaging::{ImagingError, Layout, Picture, Pipeline, Preset, Run};
use jobs::{Config, Ctx, Kinds};
use pixels::{Size, Yuv420};
use serde_json::json;
use units::MonoTime;
use video::encode::{Coded, Quantizer, Settings, encoder};
use video::mp4::Writer;
use video::pngs::PngWriter;
use video::stats::Histogram;
use video::{PictureStats, Track};

const FRONT: &str = "observation.images.front";
const WRIST: &str = "observation.images.wrist";
const ROWS: [usize; 3] = [5, 7, 3];

fn size() -> Size {
    Size::new(64, 48).unwrap()
}

fn films() -> CameraKind {
    CameraKind::Video(FilmSpec {
        codec: Codec::H264,
        gop: 4,
        quality: 16,
    })
}

/// A plain colour that tells episode and row.
fn colour(episode: usize, row: usize) -> [u8; 3] {
    [40 + 60 * episode as u8, 20 * row as u8 + 10, 90]
}

fn rgb(episode: usize, row: usize) -> Vec<u8> {
    colour(episode, row).repeat(size().pixels())
}

fn shoot(path: &Path, kind: CameraKind, episode: usize, rows: usize) -> FeatureStats {
    let mut stats = PictureStats::default();
    match kind {
        CameraKind::Video(film) => {
            let settings = Settings {
                size: size(),
                fps: 10,
                quantizer: Quantizer::new(film.quality as u8).unwrap(),
            };
            let mut encoder = encoder(film.codec, settings).unwrap();
            let mut writer: Option<Writer> = None;
            let mut planes = Yuv420::black(size());
            for row in 0..rows {
                pixels::yuv420_from_rgb(size(), &rgb(episode, row), &mut planes).unwrap();
                stats.add_yuv420(&planes);
                let mut coded = Coded::default();
                encoder
                    .encode(&planes, row.is_multiple_of(4), &mut coded)
                    .unwrap();
                for (sample, key) in coded.iter() {
                    let parameters = encoder.parameters().unwrap().to_vec();
                    let track = Track {
                        codec: film.codec,
                        size: size(),
                        fps: 10,
                        parameters,
                    };
                    writer
                        .get_or_insert_with(|| Writer::create(path, track).unwrap())
                        .push(sample, key)
                        .unwrap();
                }
            }
            writer.unwrap().finish().unwrap();
        }
        CameraKind::Image => {
            let mut writer = PngWriter::create(path).unwrap();
            for row in 0..rows {
                let rgb = rgb(episode, row);
                let png =
                    pixels::png::encode(size(), &rgb, pixels::png::Compression::Fast).unwrap();
                writer.push(&png).unwrap();
                stats.add(&Histogram::of_rgb(size(), &rgb));
            }
            writer.finish().unwrap();
        }
    }
    FeatureStats::from(&stats.colours().unwrap())
}

fn values(episode: usize, row: usize) -> [f32; 6] {
    std::array::from_fn(|joint| (episode * 100 + row * 10 + joint) as f32 / 4.0)
}

/// Three episodes of two tasks, two cameras.
fn recorded(root: &Path, kind: CameraKind) {
    let spec = DatasetSpec {
        fps: 10,
        cameras: ["front", "wrist"]
            .map(|name| CameraSpec::new(name, size(), kind))
            .into(),
        ..DatasetSpec::so_follower(10, false)
    };
    let dataset = Dataset::create(root, &spec).unwrap();
    for (episode, rows) in ROWS.into_iter().enumerate() {
        let task = ["grab", "drop", "grab"][episode];
        let mut draft = dataset.begin_episode(task).unwrap();
        for row in 0..rows {
            let values = values(episode, row);
            draft
                .push(Row {
                    state: &values,
                    action: &values,
                    observed_at: MonoTime(7_000_000_000 + row as u64 * 100_000_123),
                    flags: RowFlags {
                        bits: u8::from(row == 2),
                        stale: 0,
                    },
                    pictures: &[PictureNote {
                        sequence: 50 + row as u64,
                        arrived_at: MonoTime(6_900_000_000 + row as u64 * 100_000_000),
                        ..PictureNote::default()
                    }; 2],
                })
                .unwrap();
        }
        let footage = [FRONT, WRIST].map(|key| Footage {
            key: key.into(),
            samples: rows as u64,
            stats: shoot(&draft.footage_path(key), kind, episode, rows),
            squeezed: Some(Squeezed::default()),
        });
        draft.save(json!({"ended": "full"}), &footage).unwrap();
    }
}

fn inverted() -> Preset {
    Preset {
        name: "Inverted".into(),
        pipeline: Pipeline::new().then(Invert::default()),
    }
}

fn task(folder: &Path) -> FramesTask {
    FramesTask {
        source: folder.join("source"),
        into: folder.join("new"),
        cameras: Vec::new(),
        episodes: None,
        preset: inverted(),
        ground: Colour::WHITE,
    }
}

fn setup() -> FramesSetup {
    let config = Config {
        workers: Some(2),
        ..Config::default()
    };
    let pool = jobs::Setup::new(config, Kinds::new([FRAME]))
        .build()
        .unwrap();
    FramesSetup::new(Arc::new(pool))
}

fn made(task: &FramesTask) -> FramesOutcome {
    make(task, &setup(), &Progress::new()).unwrap()
}

/// The colour in the middle of a picture of a dataset.
fn middle(root: &Path, episode: u64, row: u64, key: &str) -> [u8; 3] {
    let dataset = Dataset::open(root).unwrap();
    let picture = dataset.picture(episode, row, key).unwrap();
    let rgb = picture.rgb().unwrap();
    let at = rgb.len() / 6 * 3;
    [rgb[at], rgb[at + 1], rgb[at + 2]]
}

fn near(got: [u8; 3], expected: [u8; 3]) {
    let far = got.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max();
    assert!(far.unwrap() <= 5, "{got:?} instead of {expected:?}");
}

fn turned(colour: [u8; 3]) -> [u8; 3] {
    colour.map(|value| 255 - value)
}

/// Every file of a folder with its bytes.
fn snapshot(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(found.insert(path.clone(), fs::read(&path).unwrap())),
            }
        }
    }
    found
}

#[test]
fn chosen_cameras_and_episodes_become_a_dataset_that_says_where_it_is_from() {
    for kind in [films(), CameraKind::Image] {
        let folder = tempfile::tempdir().unwrap();
        let mut task = task(folder.path());
        recorded(&task.source, kind);
        let before = snapshot(&task.source);
        task.cameras = vec!["front".into()];
        task.episodes = Some(vec![2, 1]);
        let looked = plan(&task).unwrap();
        assert_eq!((looked.pictures, looked.already), (10, 0));
        assert_eq!(
            (&*looked.copied, &*looked.episodes),
            (&[WRIST.to_owned()][..], &[1, 2][..])
        );
        assert!(!task.into.exists(), "a plan writes nothing");

        let outcome = made(&task);
        assert_eq!((outcome.made, outcome.already), (2, 0));
        assert!(outcome.report.clean(), "{:?}", outcome.report);
        assert_eq!(snapshot(&task.source), before, "the source is as it was");

        let new = Dataset::open(&task.into).unwrap();
        for (number, from) in [(0, 1_usize), (1, 2)] {
            let rows: Vec<_> = new.rows(number).unwrap().map(Result::unwrap).collect();
            assert_eq!(rows.len(), ROWS[from]);
            let episode = &new.episodes()[number as usize];
            assert_eq!(episode.tasks, [["grab", "drop", "grab"][from]]);
            for (at, row) in rows.iter().enumerate() {
                assert_eq!(row.state, values(from, at));
                assert_eq!(row.action, values(from, at));
                near(
                    middle(&task.into, number, at as u64, FRONT),
                    turned(colour(from, at)),
                );
                near(
                    middle(&task.into, number, at as u64, WRIST),
                    colour(from, at),
                );
            }
            let read = |root: &Path, episode| sidecar::read(root, episode).unwrap().unwrap();
            let (old, kept) = (read(&task.source, from as u64), read(&task.into, number));
            assert_eq!(kept.observed_at_ns, old.observed_at_ns);
            assert_eq!((&kept.flags, &kept.stale), (&old.flags, &old.stale));
            assert_eq!(kept.cameras, old.cameras);
            assert_eq!(kept.report["frames_of_episode"], from);
            assert_eq!(kept.report["report"]["ended"], "full");
        }
        // The mean of what is seen now: the green of rows 0 to 6 and 0 to 2, turned round.
        let stats = new.stats().unwrap().unwrap();
        let greens: Vec<f64> = [7, 3]
            .iter()
            .flat_map(|rows| (0..*rows).map(|row| f64::from(255 - (20 * row + 10)) / 255.0))
            .collect();
        let mean = greens.iter().sum::<f64>() / greens.len() as f64;
        let told = stats.get(FRONT).unwrap().values["mean"][1];
        assert!((told - mean).abs() < 0.02, "{told} and not {mean}");

        let provenance = Provenance::read(&task.into).unwrap().unwrap();
        assert_eq!(provenance.episodes, [1, 2]);
        assert_eq!(provenance.cameras, [FRONT]);
        assert_eq!(
            (provenance.source_episodes, provenance.source_rows),
            (3, 15)
        );
        assert_eq!(provenance.preset["stages"][0]["operation"], "invert");
        assert!(provenance.finished && provenance.source.ends_with("source"));
        if kind == films() {
            let film = |root: &Path, number| {
                let name = format!("videos/{WRIST}/chunk-000/file-{number:03}.mp4");
                fs::read(root.join(name)).unwrap()
            };
            assert_eq!(
                film(&task.into, 0),
                film(&task.source, 1),
                "copied as it is"
            );
        }
        // Asked once more, there is nothing to do.
        let again = made(&task);
        assert_eq!((again.made, again.already), (0, 2));
    }
}

#[test]
fn the_size_changes_for_all_alike() {
    let folder = tempfile::tempdir().unwrap();
    let mut task = task(folder.path());
    recorded(&task.source, films());
    let resize = |width, height| Resize {
        width,
        height,
        fit: Fit::Stretch,
        filter: Filter::default(),
    };
    task.preset.pipeline = Pipeline::new().then(resize(32, 20));
    let looked = plan(&task).unwrap();
    assert_eq!(
        (looked.cameras[0].from, looked.cameras[0].to),
        ((64, 48), (32, 20))
    );
    assert!(made(&task).report.clean());
    let new = Dataset::open(&task.into).unwrap();
    assert_eq!(new.info().feature(FRONT).unwrap().shape, [20, 32, 3]);
    assert_eq!(
        new.picture(2, 2, WRIST).unwrap().size(),
        Size::new(32, 20).unwrap()
    );
    near(middle(&task.into, 2, 2, WRIST), colour(2, 2));
    // A film cannot have it: told before anything is written.
    task.into = folder.path().join("odd");
    task.preset.pipeline = Pipeline::new().then(resize(33, 20));
    let error = plan(&task).unwrap_err();
    assert!(
        error.to_string().contains("33x20") && !task.into.exists(),
        "{error}"
    );
}

#[test]
fn a_picture_of_another_size_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let task = task(folder.path());
    recorded(&task.source, films());
    let count = AtomicU64::new(0);
    let render = move |picture: &Picture, _: &Pipeline, _: &Ctx| {
        match count.fetch_add(1, Ordering::SeqCst) {
            // The second picture of the second episode's first camera, after ten of the first.
            11 => Picture::new(Size::new(2, 2).unwrap(), Layout::Rgb, vec![0; 12]),
            _ => Ok(picture.clone()),
        }
    };
    let one = FramesSetup::render(setup(), Arc::new(render)).memory(1);
    let error = make(&task, &one, &Progress::new()).unwrap_err();
    assert!(
        matches!(
            error,
            FramesError::Size {
                episode: 1,
                row: 1,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("2x2") && error.remedy().contains("resize"));
    let dataset = Dataset::open(&task.into).unwrap();
    assert_eq!(dataset.next_episode(), 1, "what was whole before stays");
    // What was in the way is gone: it goes on behind the first episode.
    let outcome = made(&task);
    assert_eq!((outcome.made, outcome.already), (2, 1));
    assert!(outcome.report.clean(), "{:?}", outcome.report);
}

#[test]
fn transparency_lies_over_the_stated_colour() {
    struct Glass;
    impl Render for Glass {
        fn render(
            &self,
            picture: &Picture,
            _: &Pipeline,
            _: &Ctx,
        ) -> Result<Rendered, ImagingError> {
            let bytes = vec![0; Layout::Rgba.bytes(picture.size())];
            Picture::new(picture.size(), Layout::Rgba, bytes).map(Rendered::from)
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut task = task(folder.path());
    recorded(&task.source, CameraKind::Image);
    task.ground = Colour {
        red: 10,
        green: 200,
        blue: 30,
    };
    let setup = setup().render(Arc::new(Glass));
    assert!(
        make(&task, &setup, &Progress::new())
            .unwrap()
            .report
            .clean()
    );
    assert_eq!(middle(&task.into, 1, 3, FRONT), [10, 200, 30]);
}

#[test]
fn stopped_in_the_middle_it_goes_on_behind_the_last_whole_episode() {
    let folder = tempfile::tempdir().unwrap();
    let task = task(folder.path());
    recorded(&task.source, films());
    let progress = Progress::new();
    let stop = progress.clone();
    let count = AtomicU64::new(0);
    let render = move |picture: &Picture, pipeline: &Pipeline, _: &Ctx| {
        // In the middle of the second episode.
        if count.fetch_add(1, Ordering::SeqCst) == 14 {
            stop.cancel();
        }
        pipeline.apply(picture, &Run::default())
    };
    let error = make(&task, &setup().render(Arc::new(render)), &progress).unwrap_err();
    assert!(matches!(error, FramesError::Cancelled), "{error}");
    let provenance = Provenance::read(&task.into).unwrap().unwrap();
    assert!(!provenance.finished);
    let first = snapshot(&task.into.join("videos"));
    assert_eq!(first.len(), 2, "the films of one episode");

    // Another task is not mixed into it.
    let mut other = task.clone();
    other.ground = Colour {
        red: 0,
        green: 0,
        blue: 0,
    };
    let error = make(&other, &setup(), &Progress::new()).unwrap_err();
    assert!(matches!(error, FramesError::Other { .. }), "{error}");
    assert!(error.to_string().contains("the ground"), "{error}");

    let outcome = made(&task);
    assert_eq!((outcome.made, outcome.already), (2, 1));
    assert!(outcome.report.clean(), "{:?}", outcome.report);
    for (path, bytes) in first {
        assert_eq!(fs::read(path).unwrap(), bytes, "not made twice");
    }
    for (episode, rows) in ROWS.into_iter().enumerate() {
        let last = rows - 1;
        let got = middle(&task.into, episode as u64, last as u64, WRIST);
        near(got, turned(colour(episode, last)));
    }
}

#[test]
fn an_episode_that_was_cut_short_by_a_crash_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let task = task(folder.path());
    recorded(&task.source, films());
    let panics = |_: &Picture, _: &Pipeline, _: &Ctx| -> Result<Picture, ImagingError> {
        panic!("out of luck")
    };
    let error = make(&task, &setup().render(Arc::new(panics)), &Progress::new()).unwrap_err();
    assert!(error.to_string().contains("out of luck"), "{error}");
    // As a crash leaves it: a draft that was begun and never ended.
    let spec = {
        let source = Dataset::open(&task.source).unwrap();
        drop(source);
        DatasetSpec {
            cameras: ["front", "wrist"]
                .map(|name| CameraSpec::new(name, size(), films()))
                .into(),
            ..DatasetSpec::so_follower(10, false)
        }
    };
    let dataset = Dataset::resume(&task.into, &spec).unwrap();
    let mut draft = dataset.begin_episode("grab").unwrap();
    let values = values(0, 0);
    draft
        .push(Row {
            state: &values,
            action: &values,
            observed_at: MonoTime(1),
            flags: RowFlags::default(),
            pictures: &[PictureNote::default(); 2],
        })
        .unwrap();
    shoot(&draft.footage_path(FRONT), films(), 0, 1);
    drop((draft, dataset));
    let outcome = made(&task);
    assert_eq!((outcome.made, outcome.already), (3, 0));
    assert!(outcome.report.clean(), "{:?}", outcome.report);
}

#[test]
fn what_cannot_be_done_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let good = task(folder.path());
    recorded(&good.source, films());
    let refused = |task: &FramesTask| {
        let error = make(task, &setup(), &Progress::new()).unwrap_err();
        assert!(!error.remedy().is_empty());
        assert!(!good.into.exists(), "{error}");
        error
    };
    let mut bad = good.clone();
    bad.cameras = vec!["side".into()];
    let error = refused(&bad);
    assert!(error.to_string().contains("front, wrist"), "{error}");
    bad = good.clone();
    bad.episodes = Some(vec![0, 3]);
    let error = refused(&bad);
    assert!(error.to_string().contains("no episode 3"), "{error}");
    bad = good.clone();
    bad.into = good.source.join("new");
    assert!(matches!(refused(&bad), FramesError::Nested { .. }));
    bad.into = folder.path().to_owned();
    assert!(matches!(refused(&bad), FramesError::Nested { .. }));
    bad = good.clone();
    bad.into = folder.path().join("other");
    recorded(&bad.into, films());
    let error = refused(&bad);
    assert!(matches!(error, FramesError::Other { .. }), "{error}");
    bad.into = folder.path().join("full");
    fs::create_dir(&bad.into).unwrap();
    fs::write(bad.into.join("letter.txt"), "words").unwrap();
    assert!(matches!(refused(&bad), FramesError::Other { .. }));
    assert_eq!(snapshot(&bad.into).len(), 1, "nothing was added");
    bad.source = folder.path().join("nowhere");
    assert!(matches!(refused(&bad), FramesError::Dataset(_)));
}
