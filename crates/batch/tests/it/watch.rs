//! Folders that are watched, by a clock that the test moves.

use std::fs;
use std::path::Path;
use std::time::Duration;

use batch::{Batch, BatchError, Event, Plan, Queue, Setup, State, Task, Watch};
use imaging::Existing;
use stdx::FakeClock;

use crate::drawn::{draw, files, picture, pool, shown, task};

const HOW: Watch = Watch {
    every: Duration::from_secs(1),
    quiet: Duration::from_secs(5),
};

fn watched(task: &Task, clock: &FakeClock) -> Batch {
    let path = Queue::beside(&task.into);
    let queue = match Queue::exists(&path) {
        true => Queue::open(&path).unwrap(),
        false => Queue::create(&path, task, &Plan::of_watched(task).unwrap()).unwrap(),
    };
    let mut batch = Batch::new(queue, Setup::new(pool(1)).clock(clock.shared()).watch(HOW));
    batch.start().unwrap();
    batch
}

/// Moves the clock, a second at a time and with time for a look in between, until an event comes.
fn until<T>(
    batch: &Batch,
    clock: &FakeClock,
    mut wanted: impl FnMut(&Event) -> Option<T>,
) -> (T, u32) {
    for seconds in 0..2000 {
        if let Some(found) = batch
            .next_event(Duration::from_millis(50))
            .and_then(|event| wanted(&event))
        {
            return (found, seconds);
        }
        clock.advance(Duration::from_secs(1));
    }
    panic!("nothing came");
}

fn done(event: &Event) -> Option<String> {
    match event {
        Event::Done { output, .. } => {
            let name = output.file_name().unwrap();
            Some(name.to_str().unwrap().to_owned())
        }
        Event::Failed { message, .. } => panic!("{message}"),
        _ => None,
    }
}

fn whole(path: &Path) -> Vec<u8> {
    draw(path, 20, 10);
    let bytes = fs::read(path).unwrap();
    fs::remove_file(path).unwrap();
    bytes
}

#[test]
fn new_files_are_taken_when_they_have_come_to_rest() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    draw(from.join("first.png"), 12, 10);
    // The outputs may lie inside; they are not taken for new files.
    let task = task(&[&from], &from.join("out"));
    let clock = FakeClock::default();
    let batch = watched(&task, &clock);
    let (name, seconds) = until(&batch, &clock, done);
    assert_eq!(name, "first.png");
    assert!(seconds >= 5, "after {seconds} s");

    // One that is written to again and again is not read before its end.
    let path = from.join("slow.png");
    let bytes = whole(&path);
    for end in [10, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..end]).unwrap();
        for _ in 0..4 {
            clock.advance(Duration::from_secs(1));
            assert_eq!(batch.next_event(Duration::from_millis(60)), None);
        }
    }
    fs::write(&path, &bytes).unwrap();
    let (name, _) = until(&batch, &clock, done);
    assert_eq!(name, "slow.png");
    assert_eq!(batch.state(), State::Running, "it goes on watching");
    batch.stop();
    let outcome = batch.result().unwrap();
    assert_eq!(
        (outcome.report.counts.done, outcome.report.counts.failed),
        (2, 0)
    );
    assert_eq!(files(&task.into), ["first.png", "slow.png"]);

    // Started again, it takes what came meanwhile, and nothing twice.
    draw(from.join("later.png"), 14, 10);
    let batch = watched(&task, &clock);
    let (name, _) = until(&batch, &clock, done);
    assert_eq!(name, "later.png");
    batch.stop();
    assert_eq!(batch.result().unwrap().report.counts.done, 3);
}

#[test]
fn a_file_that_is_changed_is_made_again_where_outputs_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    draw(from.join("x.png"), 12, 10);
    let mut task = task(&[&from], &folder.path().join("out"));
    task.existing = Existing::Replace;
    task.preset.pipeline.stages.clear();
    let clock = FakeClock::default();
    let batch = watched(&task, &clock);
    until(&batch, &clock, done);
    draw(from.join("x.png"), 33, 10);
    until(&batch, &clock, done);
    assert_eq!(shown(&task.into.join("x.png")), picture(33, 10));
    assert_eq!(files(&task.into), ["x.png"]);
}

#[test]
fn outputs_do_not_go_into_the_folder_that_is_watched() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    draw(from.join("x.jpg"), 12, 10);
    let task = task(&[&from], &from);
    let batch = watched(&task, &FakeClock::default());
    let error = batch.result().unwrap_err();
    assert!(matches!(error, BatchError::IntoWatched { .. }), "{error}");
    assert_eq!(files(&from), ["x.jpg"]);
}

#[test]
fn a_folder_that_goes_away_is_told_once_and_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (from, away) = (folder.path().join("in"), folder.path().join("away"));
    draw(from.join("x.png"), 12, 10);
    let task = task(&[&from], &folder.path().join("out"));
    let clock = FakeClock::default();
    let batch = watched(&task, &clock);
    until(&batch, &clock, done);
    fs::rename(&from, &away).unwrap();
    let blind = |event: &Event| matches!(event, Event::Blind { .. }).then_some(());
    until(&batch, &clock, blind);
    for _ in 0..3 {
        clock.advance(Duration::from_secs(1));
        assert_eq!(batch.next_event(Duration::from_millis(60)), None);
    }
    draw(away.join("y.png"), 12, 10);
    fs::rename(&away, &from).unwrap();
    let (name, _) = until(&batch, &clock, done);
    assert_eq!(name, "y.png");
    batch.stop();
    assert!(!batch.result().unwrap().finished);
}
