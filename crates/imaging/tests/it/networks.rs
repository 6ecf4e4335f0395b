//! Networks from files: what they give, how long they stay, and files that are not what they should be.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use imaging::effects::{Colours, RemoveBackground};
use imaging::removal::{
    Doubt, IDLE, Model, ModelSpec, Networks, Normalisation, Session, SessionReport, Squash,
    remove_background,
};
use imaging::{Checkpoint, ImagingError, Layout, Picture, Pipeline, Run, Spread, Stop};
use proptest::prelude::*;
use serde_json::Value;
use units::MonoTime;

use crate::drawn::{scene, size};
use crate::onnx::{Onnx, colours};

/// What networks may take here; far more than any of them needs, and less than any bomb wants.
const MEMORY: u64 = 64 << 20;

fn spec(side: u32) -> ModelSpec {
    ModelSpec {
        name: "colours".to_owned(),
        side,
        normalisation: Normalisation::IMAGENET,
        squash: Squash::None,
    }
}

fn session(folder: &Path, onnx: &Onnx, side: u32) -> Arc<Session> {
    let path = folder.join("model.onnx");
    std::fs::write(&path, onnx.file()).unwrap();
    Arc::new(Session::new(spec(side), &path).unwrap())
}

fn run(session: &Arc<Session>) -> Run<'static> {
    Run {
        networks: Networks::default().with(Arc::clone(session)),
        ..Run::default()
    }
}

fn removal() -> RemoveBackground {
    RemoveBackground {
        model: "colours".to_owned(),
        ..RemoveBackground::default()
    }
}

fn refused(onnx: &Onnx) -> String {
    let error = Model::from_bytes(&spec(16), &onnx.file(), MEMORY).unwrap_err();
    assert!(matches!(error, ImagingError::Model { .. }), "{error:?}");
    assert!(!error.remedy().is_empty());
    error.to_string()
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
    (0..text.len() / 2).map(byte).collect()
}

#[test]
fn a_network_gives_what_it_gives_elsewhere() {
    let vectors = include_str!("../vectors/removal_steps.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let whole = &vectors["whole"][0];
    let picture = Picture::new(size(45, 30), Layout::Rgb, hex(&whole["rgb"])).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path(), &colours(16), 16);
    for spread in [Spread::OneThread, Spread::AllCores] {
        let run = Run {
            spread,
            ..run(&session)
        };
        let plain = RemoveBackground {
            colours: Colours::Multiplied,
            ..removal()
        };
        let cut = remove_background(&picture, &plain, &run).unwrap();
        let far = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max();
        // Sums of floating-point numbers in another order: a level, where one lies on the border of two.
        assert!(far(cut.mask.bytes(), &hex(&whole["mask"])) <= Some(1));
        assert!(far(cut.picture.bytes(), &hex(&whole["cutout"])) <= Some(1));
        assert_eq!(cut.doubts, []);
        let clean = RemoveBackground {
            clean: true,
            ..removal()
        };
        let cut = remove_background(&picture, &clean, &run).unwrap();
        assert_eq!(cut.mask.bytes(), hex(&whole["cleaned"]));
    }
}

#[test]
fn a_network_leaves_memory_after_half_a_minute_without_use() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path(), &colours(16), 16);
    let at = |seconds: f64| MonoTime(0) + Duration::from_secs_f64(seconds);
    assert!(!session.report().loaded);
    assert!(!session.tick(at(0.0)), "there is nothing to release yet");
    session.warm().unwrap();
    let report = session.report();
    // Three weights and a bias of four bytes, and planes of 16 by 16.
    assert!(report.loaded && report.weights >= 16, "{report:?}");
    assert!(report.working >= 16 * 16 * 4, "{report:?}");
    assert!(!session.tick(at(100.0)), "warming is a use");
    assert!(!session.tick(at(100.0) + IDLE - Duration::from_millis(1)));
    let held = session.model().unwrap();
    assert_eq!(session.report().running, 1);
    assert!(!session.tick(at(200.0)), "it is being used");
    assert!(!session.tick(at(300.0)), "it is still being used");
    drop(held);
    assert!(!session.tick(at(329.0)));
    assert!(session.tick(at(330.0)));
    assert_eq!(session.report(), Default::default());

    let picture = scene(40, 30, Layout::Rgb);
    remove_background(&picture, &removal(), &run(&session)).unwrap();
    assert!(session.report().loaded, "it comes back when it is needed");
    assert!(session.release() && !session.report().loaded);
    assert!(!session.release(), "there is nothing left");
}

#[test]
fn the_same_picture_asks_the_network_once() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path(), &colours(16), 16);
    let run = run(&session);
    let first = remove_background(&scene(40, 30, Layout::Rgb), &removal(), &run).unwrap();
    // The same content from somewhere else, and with other parameters after the network.
    let again = scene(40, 30, Layout::Rgb);
    assert_eq!(
        remove_background(&again, &removal(), &run).unwrap().mask,
        first.mask
    );
    let finer = RemoveBackground {
        refine: 4,
        ..removal()
    };
    remove_background(&again, &finer, &run).unwrap();
    let report = run.networks.report();
    assert_eq!((report.misses, report.hits), (1, 2));
    remove_background(&scene(41, 30, Layout::Rgb), &removal(), &run).unwrap();
    assert_eq!(run.networks.report().misses, 2);
}

#[test]
fn a_preset_removes_a_background_and_keeps_the_pictures_own_alpha() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path(), &colours(16), 16);
    let picture = scene(60, 40, Layout::Rgba);
    let pipeline = Pipeline::new().then(imaging::Operation::from(removal()));
    let run = run(&session);
    let made = pipeline.apply(&picture, &run).unwrap();
    let cut = remove_background(&picture, &removal(), &run).unwrap();
    assert_eq!(made, cut.picture);
    for (at, mask) in cut.mask.bytes().iter().enumerate() {
        let (own, alpha) = (picture.bytes()[4 * at + 3], made.bytes()[4 * at + 3]);
        let expected = (f64::from(own) * f64::from(*mask) / 255.0).round();
        assert_eq!(f64::from(alpha), expected);
    }
    let error = pipeline.apply(&picture, &Run::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "stage 1 (remove_background): there is no model named \"colours\"; known are: lite"
    );
}

#[test]
fn nothing_stands_out_where_a_network_says_the_same_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let flat = Onnx::default()
        .input("picture", &[1, 3, 16, 16])
        .floats("nothing", &[1, 3, 1, 1], &[0.0; 3])
        .node("Conv", &["picture", "nothing"], "mask")
        .output("mask");
    let session = session(folder.path(), &flat, 16);
    let picture = scene(30, 30, Layout::Rgb);
    let cut = remove_background(&picture, &removal(), &run(&session)).unwrap();
    assert_eq!(cut.doubts, [Doubt::NothingFound]);
    assert!(cut.mask.bytes().iter().all(|byte| *byte == 0));
}

#[test]
fn a_picture_much_larger_than_the_network_sees_is_cut_out_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path(), &colours(16), 16);
    let picture = scene(200, 90, Layout::Rgb);
    let cut = remove_background(&picture, &removal(), &run(&session)).unwrap();
    assert_eq!(cut.mask.size(), picture.size());
    assert_eq!(cut.doubts, [Doubt::Coarse { times: 12.5 }]);
    let finer = RemoveBackground {
        refine: 12,
        ..removal()
    };
    let cut = remove_background(&picture, &finer, &run(&session)).unwrap();
    assert_eq!(cut.doubts, []);
}

/// Stops at its `left`-th question.
struct Patience {
    asked: AtomicUsize,
    left: usize,
}

impl Checkpoint for Patience {
    fn pass(&self, _done: f32) -> Result<(), Stop> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        if asked >= self.left {
            Err(Stop)
        } else {
            Ok(())
        }
    }
}

#[test]
fn a_network_stops_between_layers() {
    let mut deep = Onnx::default().input("picture", &[1, 3, 16, 16]);
    let mut before = "picture".to_owned();
    for layer in 0..30 {
        let (weights, name) = (format!("weights{layer}"), format!("layer{layer}"));
        deep = deep
            .floats(&weights, &[3, 3, 1, 1], &[0.1 * layer as f32; 9])
            .node("Conv", &[&before, &weights], &format!("{name}sum"))
            .node("Sigmoid", &[&format!("{name}sum")], &name);
        before = name;
    }
    let deep = deep.output(&before);
    let model = Model::from_bytes(&spec(16), &deep.file(), MEMORY).unwrap();
    let asked = |left: usize| {
        let patience = Patience {
            asked: AtomicUsize::new(0),
            left,
        };
        let run = Run {
            checkpoint: &patience,
            ..Run::default()
        };
        let made = model.run(vec![0.5; 3 * 256], &run);
        (made, patience.asked.into_inner())
    };
    let (whole, layers) = asked(usize::MAX);
    assert_eq!(whole.unwrap().len(), 256);
    assert!(layers >= 30, "{layers}");
    let (stopped, before) = asked(layers / 2);
    assert!(matches!(stopped, Err(ImagingError::Stopped)));
    assert_eq!(before, layers / 2 + 1, "nothing ran after the stop");
}

#[test]
fn numbers_that_are_none_are_told() {
    let broken = Onnx::default()
        .input("picture", &[1, 3, 16, 16])
        .floats("minus", &[1], &[-1.0])
        .floats("weights", &[1, 3, 1, 1], &[1.0; 3])
        .node("Conv", &["picture", "weights"], "sum")
        .node("Sigmoid", &["sum"], "part")
        .node("Mul", &["part", "minus"], "below")
        .node("Log", &["below"], "broken")
        .output("broken");
    let model = Model::from_bytes(&spec(16), &broken.file(), MEMORY).unwrap();
    let error = model.run(vec![0.5; 3 * 256], &Run::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the model \"colours\" gave 256 of 256 values that are no finite numbers"
    );
}

#[test]
fn a_network_that_does_not_fit_is_refused_with_the_reason() {
    let other = refused(&colours(32));
    assert!(
        other.contains("1,3,16,16") && other.contains("32"),
        "{other}"
    );

    let flat = Onnx::default()
        .input("picture", &[1, 3, 16, 16])
        .node("Flatten", &["picture"], "row")
        .output("row");
    assert!(
        refused(&flat).contains("instead of one mask"),
        "{}",
        refused(&flat)
    );

    let two = Onnx::default()
        .input("a", &[1, 3, 16, 16])
        .input("b", &[1, 3, 16, 16])
        .node("Add", &["a", "b"], "mask")
        .output("mask");
    assert!(refused(&two).contains("2 inputs"), "{}", refused(&two));

    let strange = Onnx::default()
        .input("picture", &[1, 3, 16, 16])
        .node("Frobnicate", &["picture"], "mask")
        .output("mask");
    assert!(
        refused(&strange).contains("Frobnicate"),
        "{}",
        refused(&strange)
    );

    assert!(
        refused(&Onnx::default()).contains("no ONNX"),
        "{}",
        refused(&Onnx::default())
    );
}

#[test]
fn letters_in_the_declared_shape_stand_for_the_size_that_is_read() {
    let open = Onnx::default()
        .open_input("picture", &["batch", "3", "height", "width"])
        .floats("weights", &[1, 3, 1, 1], &[0.5, -0.2, 0.8])
        .node("Conv", &["picture", "weights"], "sum")
        .node("Sigmoid", &["sum"], "mask")
        .output("mask");
    for side in [16, 40] {
        let model = Model::from_bytes(&spec(side), &open.file(), MEMORY).unwrap();
        assert_eq!(model.mask(), size(side, side));
        let pixels = (side * side) as usize;
        let made = model.run(vec![0.5; 3 * pixels], &Run::default()).unwrap();
        assert_eq!(made.len(), pixels);
    }
    let grey = Onnx::default()
        .open_input("picture", &["batch", "1", "height", "width"])
        .node("Sigmoid", &["picture"], "mask")
        .output("mask");
    assert!(refused(&grey).contains("1,3,16,16"), "{}", refused(&grey));
}

#[test]
fn a_few_bytes_cannot_ask_for_all_memory() {
    let start = || Onnx::default().input("picture", &[1, 3, 16, 16]);
    let sides = [100_000, 100_000];
    let one = &[1.0];
    let long = vec![1.0; 20_000];
    let ready = |bomb: Onnx| {
        bomb.node("ReduceSum", &["large"], "sum")
            .node("Add", &["picture", "sum"], "mask")
            .output("mask")
    };
    let bombs = [
        start()
            .ints("times", &[1, 1, 100_000, 100_000])
            .node("Tile", &["picture", "times"], "mask")
            .output("mask"),
        ready(
            start()
                .floats("one", &[1, 1], one)
                .ints("times", &sides)
                .node("Tile", &["one", "times"], "large"),
        ),
        ready(
            start()
                .ints("sides", &sides)
                .node("ConstantOfShape", &["sides"], "large"),
        ),
        ready(
            start()
                .floats("one", &[1, 1], one)
                .ints("sides", &sides)
                .node("Expand", &["one", "sides"], "large"),
        ),
        ready(
            start()
                .floats("row", &[1, 20_000], &long)
                .floats("column", &[20_000, 1], &long)
                .node("Mul", &["row", "column"], "large"),
        ),
        // Nobody asks for the result.
        start()
            .ints("sides", &sides)
            .node("ConstantOfShape", &["sides"], "large")
            .node("Sigmoid", &["picture"], "mask")
            .output("mask"),
    ];
    for bomb in bombs {
        let text = refused(&bomb);
        assert!(
            text.contains("would take") && text.contains("bytes"),
            "{text}"
        );
    }

    let mut doubled = start().floats("step0", &[1], one);
    for step in 0..40 {
        let (from, to) = (format!("step{step}"), format!("step{}", step + 1));
        doubled = doubled.node("Add", &[&from, &from], &format!("{from}sum"));
        doubled = doubled.ints(&format!("{from}times"), &[2]).node(
            "Tile",
            &[&format!("{from}sum"), &format!("{from}times")],
            &to,
        );
    }
    let doubled = doubled
        .node("ReduceSum", &["step40"], "sum")
        .node("Add", &["picture", "sum"], "mask")
        .output("mask");
    let text = refused(&doubled);
    assert!(text.contains("bytes"), "{text}");
}

#[test]
fn tables_hold_what_they_claim_and_nothing_lies_outside_the_file() {
    let with = |table: fn(Onnx) -> Onnx| {
        table(Onnx::default().input("picture", &[1, 3, 16, 16]))
            .node("Add", &["picture", "table"], "mask")
            .output("mask")
    };
    let huge = with(|onnx| onnx.claiming("table", &[1 << 40, 1 << 20], &[0; 8]));
    assert!(
        refused(&huge).contains("holds 8 bytes"),
        "{}",
        refused(&huge)
    );
    let negative = with(|onnx| onnx.claiming("table", &[-1, -4], &[0; 16]));
    assert!(
        refused(&negative).contains("[-1, -4]"),
        "{}",
        refused(&negative)
    );
    let outside = with(|onnx| onnx.outside("table", "/etc/hostname"));
    assert!(
        refused(&outside).contains("another file"),
        "{}",
        refused(&outside)
    );
    let inner = Onnx::default().node("Sigmoid", &["picture"], "inner");
    let nested = Onnx::default()
        .input("picture", &[1, 3, 16, 16])
        .nested("If", "picture", &inner, "mask")
        .output("mask");
    assert!(
        refused(&nested).contains("chooses between"),
        "{}",
        refused(&nested)
    );
}

#[test]
fn a_network_that_needs_more_than_it_may_take_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, colours(256).file()).unwrap();
    let session = Session::new(spec(256), &path).unwrap();
    session.warm().unwrap();
    let report = session.report();
    let needed = report.weights + report.working;
    assert!(needed > 256 * 256 * 4, "{report:?}");
    let enough = Session::new(spec(256), &path).unwrap().within(needed);
    enough.warm().unwrap();
    let short = Session::new(spec(256), &path).unwrap().within(needed - 1);
    let error = short.warm().unwrap_err();
    assert!(error.to_string().contains("bytes"), "{error}");
    assert_eq!(short.report(), SessionReport::default());
}

#[test]
fn a_file_that_is_missing_or_empty_is_told_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Session::new(spec(16), &folder.path().join("gone.onnx")).unwrap();
    let error = missing.warm().unwrap_err();
    assert!(error.to_string().contains("gone.onnx"), "{error}");
    let empty = folder.path().join("empty.onnx");
    std::fs::write(&empty, []).unwrap();
    let error = Model::load(&spec(16), &empty, MEMORY).unwrap_err();
    assert!(matches!(error, ImagingError::Model { .. }), "{error}");
}

#[test]
fn every_cut_off_file_is_an_error() {
    let file = colours(16).file();
    for len in 0..file.len() {
        // What is missing may be the number of the format alone; then the network is whole.
        if let Ok(model) = Model::from_bytes(&spec(16), &file[..len], MEMORY) {
            assert_eq!(model.mask(), size(16, 16), "{len} of {}", file.len());
        }
    }
    let half = Model::from_bytes(&spec(16), &file[..file.len() / 2], MEMORY).unwrap_err();
    assert!(half.to_string().contains("cut off"), "{half}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_change_of_a_byte_makes_it_panic(at: prop::sample::Index, byte: u8) {
        let mut file = colours(16).file();
        let at = at.index(file.len());
        file[at] = byte;
        if let Ok(model) = Model::from_bytes(&spec(16), &file, MEMORY) {
            drop(model.run(vec![0.5; 3 * 256], &Run::default()));
        }
    }
}

#[test]
fn a_custom_network_needs_sound_numbers() {
    let wrong = |change: fn(&mut ModelSpec)| {
        let mut spec = spec(16);
        change(&mut spec);
        spec.check().unwrap_err().to_string()
    };
    assert!(wrong(|spec| spec.side = 0).contains("16 to 4096"));
    assert!(wrong(|spec| spec.name = "lite".to_owned()).contains("not \"lite\""));
    assert!(wrong(|spec| spec.normalisation.deviation[1] = 0.0).contains("deviation"));
    assert!(wrong(|spec| spec.normalisation.mean[2] = f64::NAN).contains("mean"));
    for known in ModelSpec::all() {
        known.check().unwrap();
    }
}
