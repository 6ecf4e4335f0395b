//! Proxies against full results, and what the cache does for a slider.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use imaging::effects::{
    BackgroundPicture, BoxBlur, Brightness, Contrast, Crop, Denoise, Filter, Fit, Flip,
    GaussianBlur, Resize, Rotate, Saturation, Sharpen,
};
use imaging::{
    Backdrops, Checkpoint, Layout, Operation, Picture, Pipeline, Preview, Run, StageCache, Stop,
};

use crate::drawn::{differences, scene, size};

fn preview(picture: Picture) -> (Preview, Arc<StageCache>) {
    let cache = Arc::new(StageCache::new(64 << 20));
    (Preview::new(picture, cache.clone()), cache)
}

fn resize(width: u32, height: u32, fit: Fit) -> Resize {
    Resize {
        width,
        height,
        fit,
        filter: Filter::Lanczos3,
    }
}

#[test]
fn a_proxy_is_the_full_result_shrunk() {
    let crop = Crop {
        left: 117,
        top: 63,
        width: 900,
        height: 601,
    };
    let cases: Vec<(&str, Pipeline)> = vec![
        ("nothing", Pipeline::new()),
        (
            "tones",
            Pipeline::new()
                .then(Contrast { factor: 1.4 })
                .then(Saturation { factor: 1.5 }),
        ),
        ("crop", Pipeline::new().then(crop)),
        (
            "crop and turn",
            Pipeline::new()
                .then(crop)
                .then(Rotate {
                    degrees: 90.0,
                    expand: true,
                })
                .then(crop_again()),
        ),
        (
            "free turn",
            Pipeline::new().then(Rotate {
                degrees: 12.0,
                expand: true,
            }),
        ),
        (
            "smaller than the view",
            Pipeline::new().then(resize(150, 100, Fit::Inside)),
        ),
        (
            "a little smaller",
            Pipeline::new().then(resize(800, 800, Fit::Inside)),
        ),
        (
            "larger",
            Pipeline::new()
                .then(resize(2400, 1600, Fit::Stretch))
                .then(GaussianBlur { sigma: 8.0 }),
        ),
        (
            "distorted",
            Pipeline::new()
                .then(resize(500, 900, Fit::Stretch))
                .then(crop_again()),
        ),
        (
            "covered",
            Pipeline::new().then(resize(640, 640, Fit::Cover)),
        ),
        (
            "wide blur",
            Pipeline::new().then(GaussianBlur { sigma: 14.0 }),
        ),
        ("box", Pipeline::new().then(BoxBlur { radius: 20.0 })),
        (
            "sharpened",
            Pipeline::new().then(Sharpen {
                amount: 1.0,
                sigma: 12.0,
                threshold: 0.0,
            }),
        ),
        ("noise", Pipeline::new().then(Denoise { radius: 3 })),
        (
            "blurred after a cut",
            Pipeline::new()
                .then(crop)
                .then(GaussianBlur { sigma: 9.0 })
                .then(Flip {
                    axis: imaging::effects::Axis::Horizontal,
                }),
        ),
    ];
    for layout in [Layout::Rgb, Layout::Rgba] {
        let (preview, _) = preview(scene(1200, 800, layout));
        for (name, pipeline) in &cases {
            let full = preview.full(pipeline, &Run::default()).unwrap();
            for longest in [300, 240] {
                let proxy = preview.proxy(pipeline, longest, &Run::default()).unwrap();
                let shrunk = Resize {
                    width: proxy.size().width(),
                    height: proxy.size().height(),
                    fit: Fit::Stretch,
                    filter: Filter::Box,
                };
                let shrunk = Operation::from(shrunk)
                    .apply(&full, &Run::default())
                    .unwrap();
                let (mean, _) = differences(&shrunk, &proxy);
                // Of 255; a hard edge that is half a pixel off costs about 2 in such a picture.
                assert!(mean < 3.0, "{name} at {longest} ({layout:?}): {mean} off");
                // The same shape within a pixel.
                let ratio =
                    |p: &Picture| f64::from(p.size().width()) / f64::from(p.size().height());
                assert!((ratio(&full) / ratio(&proxy) - 1.0).abs() < 0.02, "{name}");
            }
        }
    }
}

fn crop_again() -> Crop {
    Crop {
        left: 50,
        top: 100,
        width: 400,
        height: 500,
    }
}

#[test]
fn a_resize_shows_its_own_pixels_where_they_fit_the_view() {
    let (preview, _) = preview(scene(1200, 800, Layout::Rgb));
    let small = Pipeline::new().then(resize(90, 60, Fit::Inside));
    let proxy = preview.proxy(&small, 300, &Run::default()).unwrap();
    assert_eq!(proxy.size(), size(90, 60));
    let large = Pipeline::new().then(resize(900, 600, Fit::Inside));
    let proxy = preview.proxy(&large, 300, &Run::default()).unwrap();
    assert_eq!(proxy.size(), size(300, 200));
}

#[test]
fn a_view_as_large_as_the_picture_shows_the_full_result() {
    let (preview, _) = preview(scene(300, 200, Layout::Rgb));
    let pipeline = Pipeline::new()
        .then(GaussianBlur { sigma: 2.0 })
        .then(crop(10, 100))
        .then(resize(80, 80, Fit::Inside));
    assert_eq!(
        preview.proxy(&pipeline, 1000, &Run::default()).unwrap(),
        preview.full(&pipeline, &Run::default()).unwrap()
    );
}

fn crop(left: u32, width: u32) -> Crop {
    Crop {
        left,
        top: 5,
        width,
        height: 150,
    }
}

#[test]
fn what_fails_at_full_size_fails_on_the_proxy_alike() {
    let (preview, _) = preview(scene(300, 200, Layout::Rgb));
    let beyond = Pipeline::new().then(crop(250, 60));
    let full = preview.full(&beyond, &Run::default()).unwrap_err();
    let proxy = preview.proxy(&beyond, 50, &Run::default()).unwrap_err();
    assert_eq!(full.to_string(), proxy.to_string());
    assert!(full.to_string().contains("310"), "{full}");
}

#[test]
fn a_slider_at_the_end_does_not_start_from_the_beginning() {
    let (preview, cache) = preview(scene(300, 200, Layout::Rgb));
    let pipeline = |sigma, amount, last| {
        Pipeline::new()
            .then(GaussianBlur { sigma })
            .then(Brightness { amount })
            .then(Contrast { factor: 1.5 })
            .then(BoxBlur { radius: last })
    };
    let counts = || {
        let report = cache.report();
        (report.hits, report.misses)
    };
    let run = Run::default();
    let first = preview.full(&pipeline(2.0, 0.1, 1.0), &run).unwrap();
    assert_eq!(counts(), (0, 3), "blur, a fused chain, blur");
    preview.full(&pipeline(2.0, 0.1, 2.0), &run).unwrap();
    assert_eq!(counts(), (1, 4), "only the last blur is new");
    preview.full(&pipeline(2.0, 0.2, 2.0), &run).unwrap();
    assert_eq!(counts(), (2, 6), "the chain and what follows");
    preview.full(&pipeline(3.0, 0.1, 1.0), &run).unwrap();
    assert_eq!(counts(), (2, 9), "everything");
    assert_eq!(preview.full(&pipeline(2.0, 0.1, 1.0), &run).unwrap(), first);
    assert_eq!(counts(), (3, 9), "all is there");
    let proxy = preview.proxy(&pipeline(2.0, 0.1, 1.0), 100, &run).unwrap();
    assert_eq!(counts(), (3, 12), "a proxy is another picture");
    assert_ne!(proxy.size(), first.size());
}

#[test]
fn a_cached_result_is_the_one_that_would_be_made() {
    let source = scene(200, 160, Layout::Rgba);
    let (kept, _) = preview(source.clone());
    let operations: Vec<Operation> = vec![
        Brightness { amount: 0.2 }.into(),
        GaussianBlur { sigma: 1.0 }.into(),
        Saturation { factor: 2.0 }.into(),
        crop(20, 100).into(),
        Contrast { factor: 0.5 }.into(),
    ];
    // Every stage left out in every combination, so that chains are cut in every way.
    for left_out in 0..1u32 << operations.len() {
        let mut pipeline = Pipeline::new();
        for (index, operation) in operations.iter().enumerate() {
            pipeline = pipeline.then(imaging::Stage {
                operation: operation.clone(),
                bypass: left_out >> index & 1 == 1,
            });
        }
        let expected = pipeline.apply(&source, &Run::default()).unwrap();
        assert_eq!(kept.full(&pipeline, &Run::default()).unwrap(), expected);
    }
}

#[test]
fn another_background_under_the_same_name_is_noticed() {
    let (preview, _) = preview(scene(60, 40, Layout::Rgba));
    let pipeline = Pipeline::new().then(BackgroundPicture {
        picture: "ground".to_owned(),
        fit: Fit::Cover,
    });
    let with = |value: u8| {
        let ground = Picture::new(size(1, 1), Layout::Rgb, vec![value; 3]).unwrap();
        let run = Run {
            backdrops: Backdrops::default().with("ground", ground),
            ..Run::default()
        };
        preview.full(&pipeline, &run).unwrap()
    };
    assert_ne!(with(0), with(255));
}

#[test]
fn a_preview_that_is_gone_leaves_nothing_in_the_cache() {
    let cache = Arc::new(StageCache::new(64 << 20));
    let pipeline = Pipeline::new().then(Contrast { factor: 1.5 });
    let one = Preview::new(scene(60, 40, Layout::Rgb), cache.clone());
    let other = Preview::new(scene(60, 40, Layout::Rgb), cache.clone());
    assert_ne!(one.revision(), other.revision());
    one.full(&pipeline, &Run::default()).unwrap();
    other.full(&pipeline, &Run::default()).unwrap();
    assert_eq!(cache.report().kept, 2);
    drop(one);
    assert_eq!(cache.report().kept, 1);
}

#[test]
fn the_ceiling_holds_and_a_cache_of_nothing_still_shows_pictures() {
    for ceiling in [0, 100_000] {
        let cache = Arc::new(StageCache::new(ceiling));
        let preview = Preview::new(scene(150, 100, Layout::Rgb), cache.clone());
        for step in 0..20 {
            let pipeline = Pipeline::new()
                .then(GaussianBlur { sigma: 1.0 })
                .then(Brightness {
                    amount: step as f32 / 40.0,
                });
            preview.full(&pipeline, &Run::default()).unwrap();
            assert!(cache.report().bytes <= ceiling);
        }
    }
}

#[test]
fn a_stopped_preview_keeps_what_was_finished_and_nothing_else() {
    struct StopsAfter(AtomicUsize);
    impl Checkpoint for StopsAfter {
        fn pass(&self, _done: f32) -> Result<(), Stop> {
            let taken = self
                .0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(1)
                });
            taken.map(drop).or(Err(Stop))
        }
    }
    let pipeline = Pipeline::new()
        .then(GaussianBlur { sigma: 2.0 })
        .then(Contrast { factor: 1.5 })
        .then(BoxBlur { radius: 3.0 });
    let source = scene(300, 400, Layout::Rgb);
    let expected = pipeline.apply(&source, &Run::default()).unwrap();
    let mut stopped = 0;
    for passes in 0..60 {
        let (preview, _) = preview(source.clone());
        let checkpoint = StopsAfter(AtomicUsize::new(passes));
        let run = Run {
            checkpoint: &checkpoint,
            ..Run::default()
        };
        stopped += usize::from(
            preview
                .full(&pipeline, &run)
                .is_err_and(|error| error.stopped()),
        );
        assert_eq!(preview.full(&pipeline, &Run::default()).unwrap(), expected);
    }
    assert!(stopped > 8, "{stopped}");
}
