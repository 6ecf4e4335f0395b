//! A batch while it runs: what it does with files, memory, and the wishes of whoever started it.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch::{
    Batch, BatchError, Event, Local, MEMORY, Queue, Render, Rendered, Setup, State, Task, needed,
};
use imaging::{Existing, Format, ImagingError, Limits, Picture, Pipeline, Run};
use jobs::{Config, Ctx, Kind, Kinds, Product};
use stdx::{Clock, SystemClock};

use crate::drawn::{begin, draw, files, left, picture, pool, run, shown, task, wait};

fn some(folder: &Path, count: u32) -> Task {
    let from = folder.join("in");
    for number in 0..count {
        draw(from.join(format!("{number:02}.png")), 10 + number, 8);
    }
    task(&[&from], &folder.join("out"))
}

fn on(pool: Arc<jobs::Pool>, render: impl Render + 'static) -> Setup {
    Setup::new(pool).render(Arc::new(render))
}

/// Work that waits for a word before each picture.
fn gated() -> (SyncSender<()>, impl Render) {
    let (word, words): (SyncSender<()>, Receiver<()>) = sync_channel(100);
    let words = Mutex::new(words);
    let render = move |picture: &Picture, pipeline: &Pipeline, ctx: &Ctx| {
        while words.lock().unwrap().try_recv().is_err() {
            ctx.checkpoint().map_err(|_asked| ImagingError::Stopped)?;
            SystemClock.sleep(Duration::from_millis(1));
        }
        pipeline.apply(picture, &Run::default())
    };
    (word, render)
}

#[test]
fn every_file_is_made_and_a_broken_one_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut task = some(folder.path(), 12);
    let from = folder.path().join("in");
    fs::write(from.join("05.png"), "no picture").unwrap();
    fs::write(from.join("notes.txt"), "words").unwrap();
    task.output.format = Some(Format::WebP);
    let (outcome, events) = run(begin(&task), Setup::new(pool(2)));
    assert!(outcome.finished);
    let counts = outcome.report.counts;
    assert_eq!(
        (counts.done, counts.failed, counts.passed, counts.waiting),
        (11, 1, 1, 0)
    );
    for number in (0..12).filter(|number| *number != 5) {
        let expected = task
            .pipeline()
            .apply(&picture(10 + number, 8), &Run::default())
            .unwrap();
        assert_eq!(
            shown(&task.into.join(format!("{number:02}.webp"))),
            expected
        );
    }
    let began = events
        .iter()
        .filter(|event| matches!(event, Event::Began { .. }));
    let done = events
        .iter()
        .filter(|event| matches!(event, Event::Done { .. }));
    assert_eq!((began.count(), done.count()), (12, 11));
    let failed = events.iter().find_map(|event| match event {
        Event::Failed {
            input,
            message,
            remedy,
            ..
        } => Some((input, message, remedy)),
        _ => None,
    });
    let (input, message, remedy) = failed.unwrap();
    assert!(input.ends_with("05.png"));
    assert!(
        message.contains("6e 6f 20"),
        "what it begins with: {message}"
    );
    assert!(remedy.contains("PNG"), "{remedy}");

    let text = outcome.report.to_string();
    assert!(
        text.starts_with("11 done, 1 failed, 1 passed over\n"),
        "{text}"
    );
    for part in [
        "05.png",
        &**message,
        &**remedy,
        "notes.txt",
        "no picture of a known format",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let json = serde_json::to_value(&outcome.report).unwrap();
    assert_eq!(json["counts"]["done"], 11);
    assert_eq!(json["failed"][0]["state"], "failed");
    assert_eq!(json["failed"][0]["error"], **message);
    assert_eq!(json["failed"][0]["remedy"], **remedy);
    assert_eq!(json["passed"][0]["error"], "no picture of a known format");
    assert_eq!(left(&task.into), Vec::<std::path::PathBuf>::new());
}

#[test]
fn each_keeps_its_format_and_says_what_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    draw(from.join("a.JPG"), 8, 8);
    draw(from.join("b.tiff"), 8, 8);
    let mut task = task(&[&from], &folder.path().join("out"));
    task.output.format = None;
    let noted = |picture: &Picture, _: &Pipeline, _: &Ctx| Ok(picture.clone());
    struct Noting<F>(F);
    impl<F: Render> Render for Noting<F> {
        fn render(
            &self,
            picture: &Picture,
            pipeline: &Pipeline,
            ctx: &Ctx,
        ) -> Result<Rendered, ImagingError> {
            let mut rendered = self.0.render(picture, pipeline, ctx)?;
            rendered.notes.push("made elsewhere".into());
            Ok(rendered)
        }
    }
    let (outcome, _) = run(begin(&task), on(pool(1), Noting(noted)));
    assert_eq!(files(&task.into), ["a.JPG", "b.tiff"]);
    for (name, format) in [("a.JPG", Format::Jpeg), ("b.tiff", Format::Tiff)] {
        let bytes = fs::read(task.into.join(name)).unwrap();
        assert_eq!(Format::from_bytes(&bytes), Some(format));
    }
    assert_eq!(outcome.report.noted.len(), 2);
    assert_eq!(outcome.report.noted[0].notes, ["made elsewhere"]);
    assert!(outcome.report.to_string().contains("made elsewhere"));
}

#[test]
fn a_file_that_appears_where_an_output_goes_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut task = some(folder.path(), 3);
    let queue = begin(&task);
    fs::write(task.into.join("01.png"), "somebody else's").unwrap();
    let (outcome, events) = run(queue, Setup::new(pool(1)));
    assert_eq!(
        fs::read(task.into.join("01.png")).unwrap(),
        b"somebody else's"
    );
    let counts = outcome.report.counts;
    assert_eq!((counts.done, counts.passed, counts.failed), (2, 1, 0));
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Passed { input, .. } if input.ends_with("01.png")))
    );
    // Asked to, it is replaced.
    let path = folder.path().join("second.queue");
    task.existing = Existing::Replace;
    let queue = Queue::create(&path, &task, &batch::Plan::of(&task).unwrap()).unwrap();
    let (outcome, _) = run(queue, Setup::new(pool(1)));
    assert_eq!(outcome.report.counts.done, 3);
    assert_eq!(shown(&task.into.join("01.png")).size().width(), 11);
}

#[test]
fn a_pause_begins_nothing_new_and_a_stop_leaves_the_rest_to_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let task = some(folder.path(), 8);
    let (word, render) = gated();
    let mut batch = Batch::new(begin(&task), on(pool(2), render).at_once(2));
    assert_eq!(
        (batch.state(), batch.progress().counts.waiting),
        (State::Ready, 8)
    );
    batch.start().unwrap();
    assert!(matches!(batch.start(), Err(BatchError::NotWhile { .. })));
    for _ in 0..2 {
        wait(&batch, |event| {
            matches!(event, Event::Began { .. }).then_some(())
        });
    }
    batch.pause();
    wait(&batch, |event| (*event == Event::Paused).then_some(()));
    assert_eq!(batch.state(), State::Paused);
    word.send(()).unwrap();
    word.send(()).unwrap();
    for _ in 0..2 {
        // What was under way is finished, and nothing else begins.
        wait(&batch, |event| match event {
            Event::Done { .. } => Some(()),
            Event::Began { .. } => panic!("begun during a pause"),
            _ => None,
        });
    }
    batch.resume();
    wait(&batch, |event| (*event == Event::Resumed).then_some(()));
    for _ in 0..2 {
        wait(&batch, |event| {
            matches!(event, Event::Began { .. }).then_some(())
        });
    }
    let progress = batch.progress();
    assert_eq!((progress.counts.done, progress.running.len()), (2, 2));
    assert!(progress.memory > 0);
    batch.stop();
    let outcome = batch.result().unwrap();
    assert!(!outcome.finished);
    let counts = outcome.report.counts;
    assert_eq!(
        (counts.done, counts.waiting, counts.running, counts.failed),
        (2, 6, 0, 0)
    );
    assert!(outcome.report.to_string().contains("6 waiting"));
    let queue = Queue::open(&Queue::beside(&task.into)).unwrap();
    assert_eq!(left(&task.into), Vec::<std::path::PathBuf>::new());
    let (outcome, _) = run(queue, Setup::new(pool(2)));
    assert_eq!((outcome.finished, outcome.report.counts.done), (true, 8));
}

#[test]
fn a_handle_that_is_dropped_stops_its_batch() {
    let folder = tempfile::tempdir().unwrap();
    let task = some(folder.path(), 4);
    let (_word, render) = gated();
    let mut batch = Batch::new(begin(&task), on(pool(1), render));
    batch.start().unwrap();
    wait(&batch, |event| {
        matches!(event, Event::Began { .. }).then_some(())
    });
    drop(batch);
    let queue = Queue::open(&Queue::beside(&task.into)).unwrap();
    assert_eq!(queue.counts().unwrap().waiting, 4);
}

#[test]
fn a_panic_and_a_hang_cost_their_own_file_only() {
    let folder = tempfile::tempdir().unwrap();
    let task = some(folder.path(), 5);
    let render = |picture: &Picture, pipeline: &Pipeline, _: &Ctx| {
        assert_ne!(picture.size().width(), 12, "the third is unlucky");
        pipeline.apply(picture, &Run::default())
    };
    let (outcome, _) = run(begin(&task), on(pool(2), render));
    assert_eq!(
        (outcome.report.counts.done, outcome.report.counts.failed),
        (4, 1)
    );
    let failed = outcome.report.failed.first().unwrap();
    assert!(failed.input.ends_with("02.png"));
    assert!(
        failed.error.as_ref().unwrap().contains("unlucky"),
        "{failed:?}"
    );
    assert!(failed.remedy.is_some());
}

#[test]
fn pictures_under_way_stay_below_the_ceiling_and_a_larger_one_runs_alone() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    for number in 0..9 {
        draw(from.join(format!("{number}.png")), 200, 200);
    }
    draw(from.join("4-large.png"), 900, 900);
    let task = task(&[&from], &folder.path().join("out"));
    let of = |name: &str| {
        let header = imaging::header(&from.join(name), &Limits::USUAL).unwrap();
        needed(&header, task.pipeline(), &Limits::USUAL, &Local::default())
    };
    let (small, large) = (of("0.png"), of("4-large.png"));
    // Room for two small ones, and not for the large one.
    let ceiling = 2 * small + small / 2;
    assert!(large > ceiling && ceiling < MEMORY);
    #[derive(Default)]
    struct Seen {
        now: AtomicUsize,
        most: AtomicUsize,
        large: AtomicUsize,
    }
    let seen = Arc::new(Seen::default());
    let watched = Arc::clone(&seen);
    let render = move |picture: &Picture, pipeline: &Pipeline, _: &Ctx| {
        let now = watched.now.fetch_add(1, Ordering::SeqCst) + 1;
        watched.most.fetch_max(now, Ordering::SeqCst);
        // Long enough for others to be begun beside it, if they may.
        SystemClock.sleep(Duration::from_millis(40));
        if picture.size().width() == 900 {
            let now = watched.now.load(Ordering::SeqCst);
            watched.large.fetch_max(now, Ordering::SeqCst);
        }
        let made = pipeline.apply(picture, &Run::default());
        watched.now.fetch_sub(1, Ordering::SeqCst);
        made
    };
    let setup = on(pool(4), render).at_once(4).memory(ceiling);
    let (outcome, _) = run(begin(&task), setup);
    assert_eq!(outcome.report.counts.done, 10);
    assert_eq!(seen.most.load(Ordering::SeqCst), 2);
    assert_eq!(
        seen.large.load(Ordering::SeqCst),
        1,
        "the large one was alone"
    );
}

#[test]
fn a_file_that_changes_while_it_is_worked_on_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let task = some(folder.path(), 1);
    let input = folder.path().join("in/00.png");
    let pool = pool(1);
    // The only worker is busy, so that the file is begun and not yet read.
    let (go, going) = sync_channel::<()>(1);
    let busy = pool
        .submit(pool.order("batch-picture").unwrap(), move |_| {
            going.recv().ok();
            Ok(())
        })
        .unwrap();
    let mut batch = Batch::new(begin(&task), Setup::new(Arc::clone(&pool)));
    batch.start().unwrap();
    wait(&batch, |event| {
        matches!(event, Event::Began { .. }).then_some(())
    });
    draw(&input, 99, 77);
    go.send(()).unwrap();
    busy.wait().unwrap();
    let outcome = batch.result().unwrap();
    let failed = outcome.report.failed.first().unwrap();
    assert!(
        failed.error.as_ref().unwrap().contains("changed"),
        "{failed:?}"
    );
    assert_eq!(files(&task.into), Vec::<String>::new());
}

#[test]
fn a_file_that_is_gone_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let task = some(folder.path(), 3);
    let queue = begin(&task);
    fs::remove_file(folder.path().join("in/01.png")).unwrap();
    let (outcome, _) = run(queue, Setup::new(pool(1)));
    assert_eq!(
        (outcome.report.counts.done, outcome.report.counts.failed),
        (2, 1)
    );
}

#[test]
fn a_pool_that_does_not_know_pictures_is_told_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let task = some(folder.path(), 2);
    let kinds = Kinds::new([Kind::new("other", Product::Export)]);
    let other = Arc::new(jobs::Setup::new(Config::default(), kinds).build().unwrap());
    let mut batch = Batch::new(begin(&task), Setup::new(other));
    batch.start().unwrap();
    let error = batch.result().unwrap_err();
    assert!(error.to_string().contains("batch-picture"), "{error}");
    let (outcome, _) = run(
        Queue::open(&Queue::beside(&task.into)).unwrap(),
        Setup::new(pool(1)),
    );
    assert_eq!(outcome.report.counts.done, 2);
}

#[test]
fn switched_off_the_batch_runs_on_its_own_thread() {
    let folder = tempfile::tempdir().unwrap();
    let task = some(folder.path(), 3);
    let mut config = Config::default();
    config.products.of_mut(Product::Batch).on = false;
    let pool = jobs::Setup::new(config, Kinds::new([batch::PICTURE]))
        .build()
        .unwrap();
    let on_ours = Arc::new(AtomicBool::new(true));
    let seen = Arc::clone(&on_ours);
    let render = move |picture: &Picture, pipeline: &Pipeline, _: &Ctx| {
        seen.fetch_and(
            std::thread::current().name() == Some("batch"),
            Ordering::SeqCst,
        );
        pipeline.apply(picture, &Run::default())
    };
    let (outcome, _) = run(begin(&task), on(Arc::new(pool), render));
    assert_eq!(outcome.report.counts.done, 3);
    assert!(on_ours.load(Ordering::SeqCst));
}

#[test]
fn a_panic_before_an_output_is_written_down_is_understood_afterwards() {
    use stdx::failpoint::{Fault, arm};
    let folder = tempfile::tempdir().unwrap();
    let task = some(folder.path(), 3);
    let faults = arm([Fault::panic("batch.placed")]);
    let mut batch = Batch::new(begin(&task), Setup::new(pool(1)));
    batch.start().unwrap();
    let error = batch.result().unwrap_err();
    assert!(matches!(error, BatchError::Thread { .. }), "{error}");
    drop(faults);
    assert_eq!(files(&task.into), ["00.png"], "it has its name");
    let before = fs::metadata(task.into.join("00.png"))
        .unwrap()
        .modified()
        .unwrap();
    let queue = Queue::open(&Queue::beside(&task.into)).unwrap();
    assert_eq!(queue.recovered().finished, 1);
    let (outcome, _) = run(queue, Setup::new(pool(1)));
    assert_eq!(outcome.report.counts.done, 3);
    let after = fs::metadata(task.into.join("00.png"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after, "not made twice");
}
