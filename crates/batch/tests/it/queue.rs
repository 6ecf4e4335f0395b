//! The queue's file: opened once at a time, checked, and put in order.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use batch::{BatchError, Counts, ItemState, Output, Plan, Queue};
use imaging::effects::Colour;
use imaging::{Existing, Format, Quality};

use crate::drawn::{begin, draw, files, pool, run, task};

fn three(folder: &Path) -> batch::Task {
    let from = folder.join("in");
    for name in ["a.png", "b.png", "c/d.png"] {
        draw(from.join(name), 6, 4);
    }
    fs::write(from.join("notes.txt"), "words").unwrap();
    task(&[&from], &folder.join("out"))
}

#[test]
fn a_queue_keeps_everything_it_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut task = three(folder.path());
    task.output = Output {
        format: Some(Format::WebP),
        quality: Quality::Level(71),
        ground: Colour {
            red: 1,
            green: 20,
            blue: 255,
        },
    };
    task.existing = Existing::Replace;
    task.recursive = true;
    let queue = begin(&task);
    let path = queue.path().to_owned();
    let (items, kept) = (queue.items(None).unwrap(), queue.task().clone());
    drop(queue);
    let queue = Queue::open(&path).unwrap();
    assert_eq!(queue.task(), &kept);
    assert_eq!(kept.output, task.output);
    assert_eq!(kept.preset, task.preset);
    assert_eq!(queue.items(None).unwrap(), items);
    assert_eq!(
        queue.counts().unwrap(),
        Counts {
            waiting: 3,
            passed: 1,
            ..Counts::default()
        }
    );
    assert_eq!(queue.recovered(), batch::Recovered::default());
}

#[test]
fn only_one_may_work_on_a_queue_and_only_one_batch_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let task = three(folder.path());
    let queue = begin(&task);
    let path = queue.path().to_owned();
    let error = Queue::open(&path).unwrap_err();
    assert!(matches!(error, BatchError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("another program"), "{error}");
    drop(queue);
    let error = Queue::create(&path, &task, &Plan::of(&task).unwrap()).unwrap_err();
    assert!(matches!(error, BatchError::Exists { .. }), "{error}");
    Queue::open(&path).unwrap().forget().unwrap();
    assert!(!Queue::exists(&path) && files(&task.into).is_empty());
    assert_eq!(
        fs::read_dir(&task.into).unwrap().count(),
        0,
        "nothing is left"
    );
    let error = Queue::open(&path).unwrap_err();
    assert!(matches!(error, BatchError::NoBatch { .. }), "{error}");
    begin(&task);
}

#[test]
fn a_broken_queue_is_told_and_can_be_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let task = three(folder.path());
    let path = begin(&task).path().to_owned();
    let sound = fs::read(&path).unwrap();
    let cut = sound.get(..sound.len() / 2).unwrap().to_vec();
    for (number, broken) in [b"words, and no database".repeat(100), cut]
        .iter()
        .enumerate()
    {
        fs::write(&path, broken).unwrap();
        let error = Queue::open(&path).unwrap_err();
        assert!(matches!(error, BatchError::Broken { .. }), "{error}");
        assert!(error.remedy().contains("Set the queue aside"));
        let aside = Queue::set_aside(&path).unwrap();
        assert_eq!(&fs::read(&aside).unwrap(), broken, "nothing is deleted");
        assert!(
            aside
                .to_str()
                .unwrap()
                .ends_with(&format!("broken-{}", number + 1))
        );
        assert!(!Queue::exists(&path));
        drop(begin(&task));
        Queue::open(&path).unwrap().forget().unwrap();
    }
}

#[test]
fn a_page_of_rubbish_is_found_when_the_queue_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let task = three(folder.path());
    let path = begin(&task).path().to_owned();
    // The second page is that of the first table.
    let mut file = fs::File::options().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(4096)).unwrap();
    file.write_all(&[0xa5; 4096]).unwrap();
    drop(file);
    let error = Queue::open(&path).unwrap_err();
    assert!(matches!(error, BatchError::Broken { .. }), "{error}");
}

#[test]
fn databases_of_others_and_of_later_programs_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.queue");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    let error = Queue::open(&path).unwrap_err();
    assert!(error.to_string().contains("another program"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);

    let task = three(folder.path());
    let path = begin(&task).path().to_owned();
    let later = rusqlite::Connection::open(&path).unwrap();
    later.pragma_update(None, "user_version", 99).unwrap();
    drop(later);
    let error = Queue::open(&path).unwrap_err();
    assert!(
        matches!(error, BatchError::Newer { found: 99, .. }),
        "{error}"
    );
}

#[test]
fn what_failed_is_tried_again_when_somebody_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let task = three(folder.path());
    let broken = folder.path().join("in/b.png");
    fs::write(&broken, "no picture").unwrap();
    let queue = begin(&task);
    let path = queue.path().to_owned();
    let (outcome, _) = run(queue, batch::Setup::new(pool(1)));
    assert_eq!(
        (outcome.report.counts.done, outcome.report.counts.failed),
        (2, 1)
    );
    draw(&broken, 6, 4);
    let queue = Queue::open(&path).unwrap();
    assert_eq!(queue.retry_failed().unwrap(), 1);
    let (outcome, _) = run(queue, batch::Setup::new(pool(1)));
    assert_eq!(
        (outcome.report.counts.done, outcome.report.counts.failed),
        (3, 0)
    );
    let queue = Queue::open(&path).unwrap();
    let done = queue.items(Some(ItemState::Done)).unwrap();
    assert!(done.iter().all(|item| item.attempts == 1), "{done:?}");
}
