//! Chains against their operations one by one, stages that are left out, and work that is stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use imaging::effects::{
    Brightness, Channel, Contrast, Crop, Curves, Exposure, Gamma, GaussianBlur, Grayscale, Hue,
    Invert, Levels, Resize, Saturation, Threshold, WhiteBalance,
};
use imaging::{
    Backdrops, Buffers, Checkpoint, Format, Layout, Memory, Operation, Picture, Pipeline, Preview,
    Recycler, Run, Saving, Spread, Stage, StageCache, Stop, encode, open_bytes,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::drawn::{noisy, scene, size};

/// Every pointwise operation, over all of its range.
pub fn pointwise() -> impl Strategy<Value = Operation> {
    let unit = || 0.0f32..=1.0;
    prop_oneof![
        (-1.0f32..=1.0).prop_map(|amount| Brightness { amount }.into()),
        (0.0f32..=4.0).prop_map(|factor| Contrast { factor }.into()),
        (0.1f32..=10.0).prop_map(|gamma| Gamma { gamma }.into()),
        (-5.0f32..=5.0).prop_map(|stops| Exposure { stops }.into()),
        (0.0f32..=3.0).prop_map(|factor| Saturation { factor }.into()),
        (-180.0f32..=180.0).prop_map(|degrees| Hue { degrees }.into()),
        (-1.0f32..=1.0, -1.0f32..=1.0).prop_map(|(temperature, tint)| WhiteBalance {
            temperature,
            tint
        }
        .into()),
        unit().prop_map(|amount| Grayscale { amount }.into()),
        Just(Invert {}.into()),
        unit().prop_map(|level| Threshold { level }.into()),
        (
            0.0f32..0.5,
            0.51f32..=1.0,
            0.1f32..=10.0,
            unit(),
            unit(),
            0..4usize
        )
            .prop_map(|(black, white, gamma, out_black, out_white, channel)| {
                let channels = [Channel::All, Channel::Red, Channel::Green, Channel::Blue];
                let channel = channels[channel];
                Levels {
                    channel,
                    black,
                    white,
                    gamma,
                    out_black,
                    out_white,
                }
                .into()
            }),
        (unit(), unit(), unit()).prop_map(|(low, middle, high)| {
            let all = vec![[0.0, low], [0.4, middle], [1.0, high]];
            let green = vec![[0.1, high], [0.9, low]];
            Curves {
                all,
                green,
                ..Curves::default()
            }
            .into()
        }),
    ]
}

fn one_by_one(pipeline: &Pipeline, picture: &Picture) -> Picture {
    pipeline
        .active()
        .fold(picture.clone(), |made, (_, operation)| {
            operation.apply(&made, &Run::default()).unwrap()
        })
}

fn of(operations: Vec<Operation>) -> Pipeline {
    Pipeline {
        stages: operations.into_iter().map(Stage::from).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Stronger than a tolerance: fused or not, not a bit differs, so no cache and no bypass can show a seam in time.
    #[test]
    fn a_fused_chain_is_the_same_as_its_operations_one_by_one(
        operations in vec(pointwise(), 0..11), alpha: bool, seed: u32, width in 1u32..70,
    ) {
        let layout = if alpha { Layout::Rgba } else { Layout::Rgb };
        let picture = noisy(width, 9, layout, seed);
        let pipeline = of(operations);
        let fused = pipeline.apply(&picture, &Run::default()).unwrap();
        prop_assert_eq!(fused, one_by_one(&pipeline, &picture));
    }

    #[test]
    fn a_bypassed_stage_is_as_if_it_were_not_there(
        operations in vec(pointwise(), 1..6), left_out: prop::sample::Index,
    ) {
        let picture = noisy(31, 7, Layout::Rgb, 1);
        let index = left_out.index(operations.len());
        let mut with = of(operations.clone());
        with.stages[index].bypass = true;
        let mut without = of(operations);
        without.stages.remove(index);
        prop_assert_eq!(
            with.apply(&picture, &Run::default()).unwrap(),
            without.apply(&picture, &Run::default()).unwrap()
        );
    }
}

fn mixed() -> Pipeline {
    Pipeline::new()
        .then(Exposure { stops: 0.3 })
        .then(Saturation { factor: 1.4 })
        .then(GaussianBlur { sigma: 1.5 })
        .then(Contrast { factor: 1.2 })
        .then(Crop {
            left: 100,
            top: 50,
            width: 700,
            height: 500,
        })
        .then(Resize {
            width: 350,
            height: 350,
            fit: imaging::effects::Fit::Inside,
            filter: imaging::effects::Filter::Lanczos3,
        })
        .then(Invert {})
}

#[test]
fn order_counts_and_every_mixture_equals_its_single_operations() {
    let picture = scene(1000, 700, Layout::Rgba);
    let pipeline = mixed();
    let result = pipeline.apply(&picture, &Run::default()).unwrap();
    assert_eq!(result.size(), size(350, 250));
    assert_eq!(result, one_by_one(&pipeline, &picture));
    let spread = Run {
        spread: Spread::AllCores,
        ..Run::default()
    };
    assert_eq!(pipeline.apply(&picture, &spread).unwrap(), result);
    let mut other = pipeline.clone();
    other.stages.swap(0, 2);
    assert_eq!(
        other.apply(&picture, &Run::default()).unwrap(),
        one_by_one(&other, &picture)
    );
    assert_eq!(
        Pipeline::new().apply(&picture, &Run::default()).unwrap(),
        picture
    );
}

#[test]
fn an_error_names_the_stage() {
    let pipeline = Pipeline::new()
        .then(Invert {})
        .then(Brightness { amount: 0.1 })
        .then(Crop {
            left: 0,
            top: 0,
            width: 50,
            height: 5,
        });
    let error = pipeline
        .apply(&noisy(20, 20, Layout::Rgb, 1), &Run::default())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "stage 3 (crop): crop: left + width is 50; allowed is at most the picture's 20"
    );
    let many = Pipeline {
        stages: vec![Stage::from(Invert {}); Pipeline::MOST + 1],
    };
    let error = many.check().unwrap_err();
    assert!(error.to_string().contains("at most 256"), "{error}");
}

/// Lets so many checkpoints pass and then stops; keeps what it was told.
struct StopsAfter {
    left: AtomicUsize,
    told: std::sync::Mutex<Vec<f32>>,
}

impl StopsAfter {
    fn new(passes: usize) -> Self {
        Self {
            left: AtomicUsize::new(passes),
            told: std::sync::Mutex::default(),
        }
    }
}

impl Checkpoint for StopsAfter {
    fn pass(&self, done: f32) -> Result<(), Stop> {
        self.told.lock().unwrap().push(done);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        taken.map(drop).or(Err(Stop))
    }
}

#[test]
fn work_stops_at_any_checkpoint_and_progress_only_grows() {
    let picture = scene(1000, 700, Layout::Rgb);
    let all = StopsAfter::new(usize::MAX);
    let run = Run {
        checkpoint: &all,
        ..Run::default()
    };
    mixed().apply(&picture, &run).unwrap();
    let told = all.told.into_inner().unwrap();
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!((told[0], told.last()), (0.0, Some(&1.0)));
    assert!(told.len() > 20, "asked only {} times", told.len());
    for passes in (0..told.len()).step_by(7) {
        let checkpoint = StopsAfter::new(passes);
        let run = Run {
            checkpoint: &checkpoint,
            ..Run::default()
        };
        let error = mixed().apply(&picture, &run).unwrap_err();
        assert!(error.stopped(), "{error}");
        let told = checkpoint.told.into_inner().unwrap();
        assert_eq!(told.len(), passes + 1, "nothing goes on after a stop");
    }
}

#[test]
fn progress_only_grows_in_every_operation() {
    use imaging::effects::*;
    let backdrops = Backdrops::default().with("ground", scene(90, 40, Layout::Rgba));
    let operations: [Operation; 12] = [
        Contrast { factor: 2.0 }.into(),
        crop_of(100).into(),
        Flip {
            axis: Axis::Vertical,
        }
        .into(),
        Rotate {
            degrees: 90.0,
            expand: true,
        }
        .into(),
        Rotate {
            degrees: 10.0,
            expand: true,
        }
        .into(),
        Resize {
            width: 300,
            height: 300,
            fit: Fit::Cover,
            filter: Filter::Mitchell,
        }
        .into(),
        GaussianBlur { sigma: 1.0 }.into(),
        BoxBlur { radius: 1.0 }.into(),
        Sharpen {
            amount: 1.0,
            sigma: 1.0,
            threshold: 0.0,
        }
        .into(),
        Denoise { radius: 1 }.into(),
        BackgroundColour {
            colour: Colour::WHITE,
        }
        .into(),
        BackgroundPicture {
            picture: "ground".to_owned(),
            fit: Fit::Cover,
        }
        .into(),
    ];
    for layout in [Layout::Rgb, Layout::Rgba] {
        let picture = scene(120, 700, layout);
        for operation in &operations {
            let all = StopsAfter::new(usize::MAX);
            let run = Run {
                checkpoint: &all,
                backdrops: backdrops.clone(),
                ..Run::default()
            };
            operation.apply(&picture, &run).unwrap();
            let told = all.told.into_inner().unwrap();
            assert!(told.is_sorted(), "{operation:?} {layout:?}: {told:?}");
            let nothing = layout == Layout::Rgb && operation.name().starts_with("background");
            assert_eq!(
                told.last(),
                (!nothing).then_some(&1.0),
                "{operation:?} {layout:?}"
            );
        }
    }
    // Opening, showing and saving too.
    let all = StopsAfter::new(usize::MAX);
    let run = Run {
        checkpoint: &all,
        ..Run::default()
    };
    let glass = scene(120, 700, Layout::Rgba);
    let saving = Saving::usual(Format::Jpeg);
    let bytes = encode(&glass, &saving, &run.part(0, 3)).unwrap();
    let opened = open_bytes(&bytes, &run.part(1, 3)).unwrap();
    let preview = Preview::new(opened.picture, Arc::new(StageCache::new(1 << 20)));
    let pipeline = of(operations[..4].to_vec());
    preview.proxy(&pipeline, 90, &run.part(2, 3)).unwrap();
    let told = all.told.into_inner().unwrap();
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&1.0));
}

fn crop_of(height: u32) -> Crop {
    Crop {
        left: 3,
        top: 2,
        width: 50,
        height,
    }
}

#[test]
fn memory_is_used_again_and_no_picture_is_copied_for_nothing() {
    /// Counts what is asked for.
    struct Counted(Recycler, AtomicUsize);
    impl Buffers for Counted {
        fn take(&self, len: usize) -> Box<dyn Memory> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.take(len)
        }
    }
    let counted = Arc::new(Counted(Recycler::new(1 << 20), AtomicUsize::new(0)));
    let run = Run {
        buffers: counted.clone(),
        ..Run::default()
    };
    let picture = noisy(100, 100, Layout::Rgb, 1);
    let pointwise = of(vec![Invert {}.into(); 9]);
    let result = pointwise.apply(&picture, &run).unwrap();
    assert_eq!(
        counted.1.load(Ordering::Relaxed),
        1,
        "one pass, one picture"
    );
    assert_eq!(counted.0.unused(), 0);
    drop(result);
    assert_eq!(counted.0.unused(), 30_000);
    // Content that is left over from before must not shine through.
    let clean = mixed_small().apply(&picture, &Run::default()).unwrap();
    for _ in 0..3 {
        assert_eq!(mixed_small().apply(&picture, &run).unwrap(), clean);
    }
}

fn mixed_small() -> Pipeline {
    Pipeline::new()
        .then(GaussianBlur { sigma: 2.0 })
        .then(imaging::effects::Rotate {
            degrees: 10.0,
            expand: false,
        })
        .then(Invert {})
        .then(imaging::effects::BackgroundColour {
            colour: imaging::effects::Colour::WHITE,
        })
}
