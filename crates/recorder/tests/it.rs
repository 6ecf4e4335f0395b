//! A record session from the loop's queue to a dataset on a disk, on a clock that a test owns.

#![expect(
    clippy::unwrap_used,
    reason = "the bench of a test may fail like a test"
)]

use std::path::Path;
use std::time::Duration;

use arms::{Step, Values};
use dataset::{CommitStep, Dataset, DatasetSpec, recovery, sidecar};
use recorder::{
    Command, DatasetStore, Ended, Event, Outputs, RecordConfig, Recorder, RowFlags, Status,
};
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
    assert!(recovery::find(&root).unwrap().is_empty());
}

#[test]
fn recording_again_leaves_no_file_of_the_discarded_episode_and_undo_brings_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cups");
    let dataset = create(&root);
    let before = files_below(&root);
    let mut bench = Bench::new(dataset, 3, 2);
    bench.run(120);
    bench.recorder.command(Command::ReRecord).unwrap();
    assert_eq!(files_below(&root), before);
    bench.run(60);
    bench.recorder.command(Command::Undo).unwrap();
    assert_eq!(Dataset::open(&root).unwrap().info().total_frames, 30);
    bench.recorder.command(Command::Stop).unwrap();
    let saved: Vec<_> = std::iter::from_fn(|| bench.events.pop())
        .filter_map(|event| match event {
            Event::EpisodeSaved(saved) => Some((saved.index, saved.rows, saved.ended)),
            _ => None,
        })
        .collect();
    assert_eq!(saved, [(0, 30, Ended::Asked)]);
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
    let found = recovery::find(&root).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rows, rows);
    recovery::keep(&root, &found[0]).unwrap();
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
        for interrupted in recovery::find(&root).unwrap() {
            recovery::keep(&root, &interrupted).unwrap();
        }
        let info = Dataset::open(&root).unwrap().info();
        assert_eq!(
            (info.total_episodes, info.total_frames),
            (1, 30),
            "{step:?}"
        );
    }
}
