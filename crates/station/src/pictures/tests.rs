//! Pictures as those meet them who ask for one: files in, files out, refusals, batches that are stopped and go on.

use std::fs;
use std::path::{Path, PathBuf};

use ::batch::{Output, Task};
use imaging::effects::{Exposure, Grayscale, RemoveBackground};
use imaging::{
    Existing, Format, Layout, Picture, Preset, Quality, Saving, encode, open, open_bytes,
};
use jobs::Config;
use pixels::Size;
use studio::routing::RouteRules;
use tempfile::TempDir;

use super::apply::{Applied, ApplyConfig, Source, Target, apply};
use super::batch::{BatchConfig, BatchEvent, batch, begin, take_up};
use super::*;
use crate::process::{Process, ProcessState, Verb};
use crate::workers::{Machine, Told};

const WIDTH: u32 = 96;
const HEIGHT: u32 = 64;

struct Home {
    folder: TempDir,
    pictures: Arc<Pictures>,
}

fn settings(folder: &Path) -> ImagingSettings {
    ImagingSettings {
        server: None,
        rules: RouteRules::default(),
        models: folder.join("models"),
        models_address: "http://127.0.0.1:9".to_owned(),
        batch_memory: ::batch::MEMORY,
    }
}

fn workers() -> Arc<Workers> {
    let config = Config {
        workers: Some(2),
        ..Config::default()
    };
    let machine = Machine {
        memory_short: Box::new(|| false),
        ..Machine::this()
    };
    Arc::new(Workers::new(config, machine).unwrap())
}

impl Home {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let pictures = Pictures::new(settings(folder.path()), workers()).unwrap();
        Self { folder, pictures }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn apply(&self, items: Vec<(Source, Target)>, pipeline: Pipeline) -> Result<Applied, Failure> {
        let config = ApplyConfig {
            pictures: Arc::clone(&self.pictures),
            items,
            pipeline,
            output: Output::default(),
            existing: Existing::Keep,
        };
        followed(apply(config), |_, _| {})
    }

    /// A red disk on a plain light ground, as a PNG.
    fn drawn(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, disk()).unwrap();
        path
    }
}

fn disk() -> Vec<u8> {
    let mut bytes = Vec::new();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (dx, dy) = (f64::from(x) - 48.0, f64::from(y) - 32.0);
            let inside = dx.hypot(dy) < 20.0;
            bytes.extend(if inside {
                [200, 30, 30]
            } else {
                [235, 235, 230]
            });
        }
    }
    let size = Size::new(WIDTH, HEIGHT).unwrap();
    let picture = Picture::new(size, Layout::Rgb, bytes).unwrap();
    encode(&picture, &Saving::usual(Format::Png), &Run::default()).unwrap()
}

fn followed<V: Verb>(
    mut process: Process<V>,
    mut each: impl FnMut(&V::Event, &Process<V>),
) -> Result<V::Outcome, Failure> {
    process.start().unwrap();
    loop {
        match process.next_event(Duration::from_millis(20)) {
            Some(event) => each(&event, &process),
            None if process.state() == ProcessState::Ended => return process.result(),
            None => {}
        }
    }
}

fn pixel(picture: &Picture, x: usize, y: usize) -> &[u8] {
    let channels = picture.layout().channels();
    let at = (y * picture.size().width() as usize + x) * channels;
    &picture.bytes()[at..at + channels]
}

#[test]
fn a_file_goes_through_a_pipeline_into_another_format() {
    let home = Home::new();
    let (source, target) = (home.drawn("in.png"), home.path("out.tif"));
    let items = vec![(Source::File(source.clone()), Target::File(target.clone()))];
    let pipeline = Pipeline::new().then(Grayscale { amount: 1.0 });
    let applied = home.apply(items, pipeline).unwrap();
    assert_eq!(applied.made[0].format, Format::Tiff);
    let opened = open(&target, &Run::default()).unwrap();
    assert_eq!(opened.format, Format::Tiff);
    let [red, green, blue] = pixel(&opened.picture, 48, 32) else {
        panic!("no colours");
    };
    assert!(red == green && green == blue);
    assert_eq!(fs::read(source).unwrap(), disk(), "what was read stays");
}

#[test]
fn bytes_come_back_as_bytes_in_their_own_format() {
    let home = Home::new();
    let items = vec![(Source::Bytes(disk().into()), Target::Bytes)];
    let applied = home
        .apply(items, Pipeline::new().then(Exposure { stops: -1.0 }))
        .unwrap();
    let bytes = applied.made[0].bytes.as_deref().unwrap();
    let opened = open_bytes(bytes, &Run::default()).unwrap();
    assert_eq!(opened.format, Format::Png);
    assert!(pixel(&opened.picture, 0, 0)[0] < 200);
}

#[test]
fn a_background_is_removed_and_the_decision_is_told_to_whoever_listens() {
    let home = Home::new();
    let mut stream = home.pictures.workers().listen();
    let target = home.path("out.png");
    let items = vec![(
        Source::File(home.drawn("in.png")),
        Target::File(target.clone()),
    )];
    let pipeline = Pipeline::new().then(RemoveBackground::default());
    let applied = home.apply(items, pipeline).unwrap();
    assert_eq!(applied.made[0].decisions.len(), 1);
    let picture = open(&target, &Run::default()).unwrap().picture;
    assert_eq!(pixel(&picture, 2, 2)[3], 0, "the ground is gone");
    assert_eq!(pixel(&picture, 48, 32)[3], 255, "the disk is there");
    let mut news = Vec::new();
    while let Some(told) = stream.next_told() {
        match told {
            Told::News(it) => news.push(it),
            Told::Figures(_) => break,
        }
    }
    assert!(
        news.iter()
            .any(|it| it.message.starts_with("background with lite:")),
        "{news:?}"
    );
}

#[test]
fn what_cannot_be_is_refused_with_its_reason() {
    let home = Home::new();
    let source = home.drawn("in.png");
    let one = |target: &str, pipeline: Pipeline| {
        let items = vec![(
            Source::File(source.clone()),
            Target::File(home.path(target)),
        )];
        home.apply(items, pipeline).unwrap_err()
    };
    let ending = one("out", Pipeline::new());
    assert_eq!(ending.code, ErrorCode::BadRequest);
    assert!(ending.message.contains("does not tell its format"));
    let itself = one("in.png", Pipeline::new());
    assert!(
        itself.message.contains("the place of the input"),
        "{itself}"
    );
    home.drawn("there.png");
    let exists = one("there.png", Pipeline::new());
    assert!(exists.message.contains("exists already"), "{exists}");
    let network = one(
        "out.png",
        Pipeline::new().then(RemoveBackground {
            model: "u2netp".to_owned(),
            ..RemoveBackground::default()
        }),
    );
    assert_eq!(network.code, ErrorCode::BadRequest, "{network}");
    assert!(
        network.message.contains("u2netp") && network.remedy.contains("Download or import"),
        "{network:?}"
    );
    assert!(!home.path("out.png").exists());
}

#[test]
fn of_several_pictures_one_that_is_broken_stops_no_other() {
    let home = Home::new();
    fs::write(home.path("broken.png"), b"\x89PNG\r\n\x1a\nand no more").unwrap();
    let items = ["broken.png", "in.png"].map(|name| {
        if name == "in.png" {
            home.drawn(name);
        }
        let target = home.path("out").join(name);
        (Source::File(home.path(name)), Target::File(target))
    });
    fs::create_dir(home.path("out")).unwrap();
    let applied = home.apply(items.into(), Pipeline::new()).unwrap();
    assert_eq!((applied.made.len(), applied.failed.len()), (1, 1));
    assert!(applied.failed[0].0.ends_with("broken.png"));
    assert!(home.path("out/in.png").exists() && !home.path("out/broken.png").exists());
}

fn task(home: &Home, pictures: usize) -> Task {
    for number in 0..pictures {
        home.drawn(&format!("in/{number}.png"));
    }
    let preset = Preset {
        name: String::new(),
        pipeline: Pipeline::new().then(RemoveBackground::default()),
    };
    Task::new(vec![home.path("in")], home.path("out"), preset)
}

fn run(
    home: &Home,
    queue: ::batch::Queue,
    each: impl FnMut(&BatchEvent, &Process<super::batch::Pile>),
) -> ::batch::Outcome {
    let config = BatchConfig {
        pictures: Arc::clone(&home.pictures),
        queue,
        watch: None,
    };
    followed(batch(config), each).unwrap()
}

fn outputs(home: &Home) -> usize {
    fs::read_dir(home.path("out"))
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "png"))
        .count()
}

#[test]
fn a_batch_reports_a_broken_file_and_makes_the_others_without_their_backgrounds() {
    let home = Home::new();
    let task = task(&home, 3);
    fs::write(home.path("in/broken.png"), b"\x89PNG\r\n\x1a\nand no more").unwrap();
    let outcome = run(&home, begin(&task).unwrap(), |_, _| {});
    assert!(outcome.finished);
    let counts = outcome.report.counts;
    assert_eq!((counts.done, counts.failed), (3, 1));
    assert!(outcome.report.failed[0].input.ends_with("broken.png"));
    let made = open(&home.path("out/0.png"), &Run::default()).unwrap();
    assert!(made.picture.transparent());
    // What failed is tried again when it is asked for, and is well by then.
    home.drawn("in/broken.png");
    let again = run(&home, take_up(&task.into, true).unwrap(), |_, _| {});
    assert_eq!(again.report.counts.failed, 0);
    assert_eq!(outputs(&home), 4);
}

#[test]
fn a_batch_that_was_stopped_goes_on_where_it_was_and_its_folder_is_not_taken() {
    let home = Home::new();
    let task = task(&home, 12);
    let mut done = 0;
    let outcome = run(&home, begin(&task).unwrap(), |event, process| {
        if let BatchEvent::Event(::batch::Event::Done { .. }) = event {
            done += 1;
            process.stop();
        }
    });
    assert!(done >= 1);
    if !outcome.finished {
        let taken = begin(&task).unwrap_err();
        assert_eq!(taken.code, ErrorCode::NotWhile);
        assert!(taken.remedy.contains("--resume"), "{taken}");
    }
    let outcome = run(&home, take_up(&task.into, false).unwrap(), |_, _| {});
    assert!(outcome.finished);
    assert_eq!(outcome.report.counts.done, 12);
    assert_eq!(outputs(&home), 12);
}

#[test]
fn a_folder_without_a_batch_has_none_to_go_on_with() {
    let home = Home::new();
    let none = take_up(&home.path("nothing"), false).unwrap_err();
    assert_eq!(none.code, ErrorCode::BadRequest);
    assert!(none.message.starts_with("there is no batch to go on with"));
}

#[test]
fn a_look_tells_of_networks_that_are_there_and_of_a_server_that_is_not() {
    let folder = TempDir::new().unwrap();
    let nobody = ImagingSettings {
        server: Some("http://127.0.0.1:9".to_owned()),
        ..settings(folder.path())
    };
    let found = super::look::look(&nobody);
    assert_eq!(found.models, [""; 0]);
    let answer = found.server.unwrap().answer.unwrap_err();
    assert!(answer.message.contains("127.0.0.1:9"), "{answer}");
    assert!(!answer.remedy.is_empty());
    assert_eq!(super::look::look(&settings(folder.path())).server, None);
}

#[test]
fn addresses_that_are_none_are_refused_before_anything_is_done() {
    let folder = TempDir::new().unwrap();
    let wrong = ImagingSettings {
        server: Some("192.168.1.20".to_owned()),
        ..settings(folder.path())
    };
    let refused = Pictures::new(wrong, workers()).unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadRequest);
    assert!(refused.message.contains("192.168.1.20"), "{refused}");
}

#[test]
fn quality_that_a_format_does_not_have_is_refused() {
    let home = Home::new();
    let config = ApplyConfig {
        pictures: Arc::clone(&home.pictures),
        items: vec![(Source::Bytes(disk().into()), Target::Bytes)],
        pipeline: Pipeline::new(),
        output: Output {
            format: Some(Format::Jpeg),
            quality: Quality::Lossless,
            ..Output::default()
        },
        existing: Existing::Keep,
    };
    let refused = followed(apply(config), |_, _| {}).unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadRequest);
    assert!(refused.message.contains("quality"), "{refused}");
}
