//! Imaging inside a job.

use std::sync::mpsc;

use imaging::effects::{GaussianBlur, Invert, Rotate};
use imaging::removal::{Doubt, LITE};
use imaging::{ImagingError, Layout, Operation, Picture, Pipeline};
use jobs::{JobError, Pool, Stop};
use studio::{PREVIEW, PREVIEW_FULL, Tools};

use crate::drawn::{answer, pool, scene};

/// Blur, a fused pass, a turn: three pictures, of which one remains.
fn three_steps() -> Pipeline {
    Pipeline::new()
        .then(GaussianBlur { sigma: 2.0 })
        .then(Invert {})
        .then(Rotate {
            degrees: 90.0,
            expand: true,
        })
}

fn made(pool: &Pool, kind: &str, source: &Picture, pipeline: Pipeline) -> Picture {
    let source = source.clone();
    let ticket = pool.submit(pool.order(kind).unwrap(), move |ctx| {
        let address = source.bytes().as_ptr() as usize;
        let made = Tools::default().run(ctx, |run| pipeline.apply(&source, run))?;
        Ok((made.value, address))
    });
    answer(ticket.unwrap()).unwrap().0
}

#[test]
fn pixels_cross_threads_without_a_copy_and_their_memory_is_used_again() {
    let pool = pool(2);
    let source = scene(300, 200, Layout::Rgb);
    let first = made(&pool, PREVIEW, &source, three_steps());
    let before = pool.buffers().report();
    assert!(before.allocated >= 2, "{before:?}");
    assert!(
        before.live_bytes >= 180_000,
        "the result lies in the pool's buffers: {before:?}"
    );
    // The very bytes that one job made are what the next one reads, and what this thread reads.
    let (address, here) = (first.bytes().as_ptr() as usize, first.clone());
    let seen = pool
        .run(pool.order(PREVIEW).unwrap(), move |_| {
            Ok(here.bytes().as_ptr() as usize)
        })
        .unwrap();
    assert_eq!(seen, address);
    for _ in 0..5 {
        assert_eq!(made(&pool, PREVIEW, &source, three_steps()), first);
    }
    let after = pool.buffers().report();
    assert_eq!((after.copies, after.copied_bytes), (0, 0));
    assert!(
        after.allocated <= before.allocated + 1,
        "only what the first result still holds is new: {before:?}, {after:?}"
    );
    assert!(after.recycled >= before.recycled + 10, "{after:?}");
    drop(first);
    assert_eq!(pool.buffers().report().live_bytes, 0);
}

#[test]
fn a_result_is_the_same_in_the_pool_and_outside_on_one_core_and_on_all() {
    let pool = pool(1);
    let source = scene(1000, 700, Layout::Rgba);
    let plain = three_steps()
        .apply(&source, &imaging::Run::default())
        .unwrap();
    for kind in [PREVIEW, PREVIEW_FULL] {
        assert_eq!(made(&pool, kind, &source, three_steps()), plain, "{kind}");
    }
}

#[test]
fn work_ends_where_its_job_is_called_off_and_progress_only_grows() {
    let pool = pool(1);
    let source = scene(800, 600, Layout::Rgb);
    let (begun, wait) = mpsc::sync_channel(1);
    let order = pool.order(PREVIEW).unwrap();
    let ticket = pool
        .submit(order, move |ctx| {
            begun.send(()).unwrap();
            // Runs for ever, unless it is stopped from inside.
            Tools::default().run(ctx, |run| -> Result<(), ImagingError> {
                loop {
                    three_steps().apply(&source, run)?;
                }
            })
        })
        .unwrap();
    wait.recv().unwrap();
    let handle = ticket.handle();
    let mut last = 0;
    while last < 1000 {
        if let Some((done, of)) = handle.progress() {
            assert!(done >= last && of == 1000, "{done} after {last}");
            last = done;
        }
        std::thread::yield_now();
    }
    assert!(ticket.cancel());
    assert!(matches!(answer(ticket), Err(JobError::Cancelled)));
    // The worker is free again, so the work did end.
    pool.run(pool.order(PREVIEW).unwrap(), |_| Ok(())).unwrap();
}

#[test]
fn a_failure_keeps_its_own_words() {
    let pool = pool(1);
    let source = scene(20, 20, Layout::Rgb);
    let wrong = Pipeline::new().then(GaussianBlur { sigma: -1.0 });
    let expected = wrong.apply(&source, &imaging::Run::default()).unwrap_err();
    let order = pool.order(PREVIEW).unwrap();
    let failed = pool.run(order, move |ctx| {
        Tools::default().run(ctx, |run| wrong.apply(&source, run))
    });
    match failed.unwrap_err() {
        JobError::Failed(error) => {
            assert_eq!(error.to_string(), expected.to_string());
            assert!(error.downcast_ref::<ImagingError>().is_some());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn doubts_come_back_with_the_result() {
    let pool = pool(1);
    // Nothing but one colour: there is nothing to keep.
    let size = pixels::Size::new(64, 64).unwrap();
    let plain = Picture::new(size, Layout::Rgb, vec![120; 3 * 64 * 64]).unwrap();
    let removal = imaging::effects::RemoveBackground {
        model: LITE.to_owned(),
        ..Default::default()
    };
    let order = pool.order(PREVIEW).unwrap();
    let made = pool
        .run(order, move |ctx| -> Result<_, Stop> {
            Tools::default().run(ctx, |run| Operation::from(removal).apply(&plain, run))
        })
        .unwrap();
    assert_eq!(made.doubts, [Doubt::NothingFound]);
}
