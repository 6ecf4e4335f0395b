//! A record session from the loop's queue to a dataset on a disk, on a clock that a test owns.

#![expect(
    clippy::unwrap_used,
    reason = "the bench of a test may fail like a test"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use arms::{Step, Values};
use dataset::progress::Progress;
use dataset::verify::verify;
use dataset::{CommitStep, Dataset, DatasetSpec, recovery, sidecar};
use recorder::{
    Command, DatasetStore, Ended, Event, Outputs, RecordConfig, Recorder, RowFlags, Status,
};
use stdx::failpoint::{Fault, arm};
use stdx::{FakeClock, LatestReader, QueueReader, QueueWriter, latest, queue};
use units::{Hz, MonoTime};

struct Bench {
    clock: FakeClock,
    steps: QueueWriter<Step>,
    events: QueueReader<Event>,
    _status: LatestReader<Status>,
    recorder: Recorder<DatasetStore>,
    slot: u64,
}

const RATE: u64 = 120;

impl Bench {
    fn new(dataset: Dataset, seconds: u64, episodes: u32) -> Self {
        let clock = FakeClock::default();
        let (steps, taken) = queue(1024);
        let (told, events) = queue(64);
        let (put, status) = latest();
        let config = RecordConfig {
            task: "stack the cups".into(),
            fps: 30,
            control_rate: Hz::new(RATE as f64).unwrap(),
            episode_time: Duration::from_secs(seconds),
            reset_time: Duration::from_secs(1),
            num_episodes: episodes,
            start_at_once: true,
        };
        let outputs = Outputs {
            events: told,
            status: put,
            loop_report: Box::new(|| Some(protocol::LoopReport::default())),
        };
        let store = DatasetStore::new(dataset);
        let recorder = Recorder::new(taken, store, &config, clock.shared(), outputs).unwrap();
        Self {
            clock,
            steps,
            events,
            _status: status,
            recorder,
            slot: 0,
        }
    }

    fn run(&mut self, cycles: u64) {
        for _ in 0..cycles {
            let at = MonoTime(1_000_000_000 + self.slot * 1_000_000_000 / RATE);
            self.clock.advance(at.since(stdx::Clock::now(&self.clock)));
            let step = Step {
                slot: self.slot,
                observed_at: at,
                sent_at: at,
                observation: Values::from_arms(&[[self.slot as f64; 6]]),
                action: Values::from_arms(&[[self.slot as f64 + 0.5; 6]]),
                stale: 0,
            };
            self.steps.push(step).unwrap();
            self.slot += 1;
            self.recorder.poll();
        }
    }
}

fn create(root: &Path) -> Dataset {
    Dataset::create(root, DatasetSpec::so_follower(30, false)).unwrap()
}

fn files_below(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn a_session_becomes_a_dataset_of_exactly_fps_rows_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cups");
    let mut bench = Bench::new(create(&root), 3, 2);
    bench.run(100);
    bench.slot += 41; // a stall of a third of a second
    while bench.recorder.poll() {
        bench.run(1);
    }
    drop(bench.recorder.into_outcome());
    let dataset = Dataset::open(&root).unwrap();
    assert_eq!(dataset.info().total_episodes, 2);
    for episode in 0..2 {
        let rows: Vec<_> = dataset.rows(episode).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 90);
    }
    let first = sidecar::read(&root, 0).unwrap().unwrap();
    assert_eq!(first.report["marks"]["repeated_rows"], 11);
    assert_eq!(
        first
            .flags
            .iter()
            .filter(|bits| **bits == RowFlags::REPEATED.0)
            .count(),
        11
    );
    assert_eq!(first.report["sent_at_ns"].as_array().unwrap().len(), 90);
    assert_eq!(first.report["loop"]["missed"], 0);
    assert!(recovery::find(&root).unwrap().interrupted.is_empty());
}

#[test]
fn a_discarded_episode_is_out_of_the_way_comes_back_by_undo_and_leaves_no_file_when_the_session_ends()
 {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cups");
    let dataset = create(&root);
    let mut bench = Bench::new(dataset, 3, 2);
    bench.run(120);
    bench.recorder.command(Command::ReRecord).unwrap();
    let journal = |files: Vec<String>| files.iter().any(|file| file.ends_with(".journal"));
    assert!(!journal(files_below(&root)), "nobody is asked about it");
    bench.run(60);
    bench.recorder.command(Command::Undo).unwrap();
    assert_eq!(Dataset::open(&root).unwrap().info().total_frames, 30);
    bench.run(180);
    bench.recorder.command(Command::ReRecord).unwrap();
    let aside = |files: Vec<String>| files.iter().any(|file| file.ends_with(".aside"));
    assert!(aside(files_below(&root)), "kept while the session lasts");
    bench.recorder.command(Command::Stop).unwrap();
    let saved: Vec<_> = std::iter::from_fn(|| bench.events.pop())
        .filter_map(|event| match event {
            Event::EpisodeSaved(saved) => Some((saved.index, saved.rows, saved.ended)),
            _ => None,
        })
        .collect();
    assert_eq!(saved, [(0, 30, Ended::Asked)]);
    assert!(!aside(files_below(&root)));
}

#[test]
fn a_recorder_that_dies_leaves_every_row_of_its_episode_in_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cups");
    let mut bench = Bench::new(create(&root), 3, 2);
    bench.run(361);
    bench.run(200);
    let rows = bench.recorder.status().rows;
    drop(bench);
    let found = recovery::find(&root).unwrap().interrupted;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rows, rows);
    recovery::keep(&root, &found[0], &Progress::new()).unwrap();
    let dataset = Dataset::open(&root).unwrap();
    assert_eq!(dataset.info().total_frames, 90 + rows);
}

#[test]
fn a_value_that_is_not_a_number_ends_the_session_with_the_rows_before_it_saved() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cups");
    let mut bench = Bench::new(create(&root), 3, 2);
    bench.run(41);
    bench.slot += 3;
    let at = MonoTime(1_000_000_000 + 44_000_000_000 / RATE);
    let broken = Step {
        slot: 44,
        observed_at: at,
        sent_at: at,
        observation: Values::from_arms(&[[f64::NAN; 6]]),
        action: Values::from_arms(&[[0.0; 6]]),
        stale: 0,
    };
    bench.steps.push(broken).unwrap();
    assert!(!bench.recorder.poll());
    let outcome = bench.recorder.into_outcome();
    assert_eq!(outcome.summary.rows(), 11);
    assert_eq!(outcome.summary.episodes[0].ended, Ended::StoreFailed);
    assert!(outcome.summary.failure.is_some());
}

#[test]
fn an_episode_that_cannot_be_saved_waits_in_its_journal_and_is_whole_at_the_next_start() {
    for step in CommitStep::all() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("cups");
        let dataset = create(&root);
        dataset.stop_commit_at(step);
        let mut bench = Bench::new(dataset, 3, 2);
        bench.run(120);
        bench.recorder.command(Command::Stop).unwrap();
        assert!(!bench.recorder.poll());
        let failed = std::iter::from_fn(|| bench.events.pop()).find_map(|event| match event {
            Event::StoreFailed {
                rows_in_journal, ..
            } => Some(rows_in_journal),
            _ => None,
        });
        assert_eq!(failed, Some(30), "{step:?}");
        drop(bench.recorder.into_outcome());
        for interrupted in recovery::find(&root).unwrap().interrupted {
            recovery::keep(&root, &interrupted, &Progress::new()).unwrap();
        }
        let info = Dataset::open(&root).unwrap().info();
        assert_eq!(
            (info.total_episodes, info.total_frames),
            (1, 30),
            "{step:?}"
        );
    }
}

/// A session of three episodes of a second each, whose recorder panics at the given passing of a point and begins again.
fn session_with_a_panic(root: &Path, point: &'static str, nth: u64) -> Vec<(u64, Ended)> {
    let dataset = create(root);
    let mut bench = Bench::new(dataset, 1, 3);
    let armed = arm([Fault::panic(point).on(nth)]);
    let mut again = false;
    loop {
        let turned = catch_unwind(AssertUnwindSafe(|| bench.run(1)));
        if turned.is_err() {
            assert!(!again, "{point} {nth}");
            again = true;
            // The step that was being pushed is in the queue or taken; the loop goes on in any case.
            bench.slot += 1;
            bench.recorder.begin_again();
        }
        if bench.recorder.finished() {
            break;
        }
    }
    assert_eq!(armed.hits(point), 1, "{point} {nth}");
    let outcome = bench.recorder.into_outcome();
    assert_eq!(outcome.summary.failure, None);
    let told: Vec<_> = std::iter::from_fn(|| bench.events.pop())
        .filter_map(|event| match event {
            Event::EpisodeSaved(saved) => Some(saved),
            _ => None,
        })
        .collect();
    assert_eq!(
        told, outcome.summary.episodes,
        "{point} {nth}: all is told once"
    );
    told.iter().map(|saved| (saved.rows, saved.ended)).collect()
}

#[test]
fn a_panic_at_any_point_costs_no_saved_row_and_the_session_comes_to_its_end() {
    let points = [
        ("recorder.poll", vec![1, 2, 60, 121, 170]),
        ("recorder.journal", vec![1, 2, 30, 31, 45]),
        ("recorder.save", vec![1, 2, 3]),
        ("recorder.saved", vec![1, 2, 3]),
        ("dataset.journal", vec![1, 2, 3, 33, 35, 36]),
        // The seal and the six files of a first episode in three steps each, then some of the later ones.
        ("dataset.commit", (1..=19).chain([20, 28, 35, 51]).collect()),
    ];
    for (point, passings) in points {
        for nth in passings {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().join("cups");
            let saved = session_with_a_panic(&root, point, nth);
            assert_eq!(saved.len(), 3, "{point} {nth}: {saved:?}");
            let failed: Vec<_> = saved
                .iter()
                .filter(|(_, ended)| *ended == Ended::RecorderFailed)
                .collect();
            assert!(failed.len() <= 1, "{point} {nth}: {saved:?}");
            for (rows, ended) in &saved {
                assert!(
                    *rows == 30 || *ended == Ended::RecorderFailed,
                    "{point} {nth}: {saved:?}"
                );
            }
            if point == "dataset.commit" || point.starts_with("recorder.save") {
                assert!(
                    saved.iter().all(|(rows, _)| *rows == 30),
                    "an episode that had ended is whole: {point} {nth}: {saved:?}"
                );
            }
            let report = verify(&root, &Progress::new());
            assert!(report.clean(), "{point} {nth}: {:?}", report.findings);
            let dataset = Dataset::open(&root).unwrap();
            let rows: u64 = saved.iter().map(|(rows, _)| rows).sum();
            assert_eq!(dataset.info().total_frames, rows);
            assert_eq!(dataset.all_rows().map(Result::unwrap).count() as u64, rows);
            assert!(recovery::find(&root).unwrap().interrupted.is_empty());
            for (index, (_, ended)) in saved.iter().enumerate() {
                let sidecar = sidecar::read(&root, index as u64).unwrap().unwrap();
                if *ended != Ended::RecorderFailed {
                    assert_eq!(sidecar.report["ended"], ended.name());
                }
            }
        }
    }
}

#[test]
fn an_episode_kept_after_a_panic_says_so_in_its_sidecar() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cups");
    let saved = session_with_a_panic(&root, "recorder.journal", 12);
    assert_eq!(saved[0], (11, Ended::RecorderFailed));
    let sidecar = sidecar::read(&root, 0).unwrap().unwrap();
    assert!(sidecar.recovered);
    assert_eq!(sidecar.report["ended"], "recorder_failed");
}

#[test]
fn a_disk_that_is_full_for_a_moment_ends_the_session_with_every_row_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cups");
    let mut bench = Bench::new(create(&root), 1, 3);
    // The header is two writes; the 21st row is refused.
    let fault = Fault::error("dataset.journal", std::io::ErrorKind::StorageFull).on(23);
    let armed = arm([fault]);
    while bench.recorder.poll() {
        bench.run(1);
    }
    assert_eq!(armed.hits("dataset.journal"), 1);
    let outcome = bench.recorder.into_outcome();
    assert_eq!(outcome.summary.rows(), 20);
    let failure = outcome.summary.failure.unwrap();
    assert_eq!(failure.code, protocol::ErrorCode::Disk);
    assert!(verify(&root, &Progress::new()).clean());
}
