//! A real process that is killed, and what another one finds afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use batch::{Batch, ItemState, Queue, Report, Setup, Task};
use imaging::{Picture, Pipeline, Run};
use jobs::Ctx;
use stdx::{Clock, SystemClock};

use crate::drawn::{begin, draw, files, left, pool, run, shown, task};

const PICTURES: u32 = 50;
/// The one that is no picture.
const BROKEN: u32 = 17;
/// Widths tell pictures apart.
const FIRST_WIDTH: u32 = 40;

/// Fifty pictures in folders, one of which is broken.
fn fifty(folder: &Path) -> Task {
    let from = folder.join("in");
    for number in 0..PICTURES {
        let path = from.join(format!("{}/{number:02}.png", number % 3));
        draw(&path, FIRST_WIDTH + number, 30);
        if number == BROKEN {
            let whole = fs::read(&path).unwrap();
            fs::write(&path, whole.get(..whole.len() / 2).unwrap()).unwrap();
        }
    }
    task(&[&from], &folder.join("out"))
}

/// Goes on with a queue in a process of its own, which makes so many pictures at most.
fn go_on(queue: &Path, log: &Path, most: u64) -> Child {
    let here = std::env::current_exe().unwrap();
    let built = here.parent().unwrap().parent().unwrap();
    let program = built
        .join("examples")
        .join(format!("interrupted{}", std::env::consts::EXE_SUFFIX));
    Command::new(&program)
        .args([queue, log])
        .arg(most.to_string())
        .spawn()
        .unwrap_or_else(|error| panic!("{program:?}, which is built with the tests: {error}"))
}

/// Waits until so many outputs are there.
fn until(task: &Task, child: &mut Child, outputs: usize) {
    let clock = SystemClock;
    let patience = clock.now() + Duration::from_secs(120);
    while files(&task.into).len() < outputs {
        assert!(clock.now() < patience, "too slow");
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        clock.sleep(Duration::from_millis(2));
    }
}

fn times(task: &Task) -> BTreeMap<PathBuf, SystemTime> {
    let of = |name: String| {
        let path = task.into.join(name);
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        (path, time)
    };
    files(&task.into).into_iter().map(of).collect()
}

fn lines(log: &Path) -> Vec<u32> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let mut lines: Vec<u32> = text.lines().map(|line| line.parse().unwrap()).collect();
    lines.sort_unstable();
    lines
}

/// All outputs are there and right, the broken one is told, and nothing is left over.
fn check(task: &Task, report: &Report) {
    assert_eq!(report.counts.done, u64::from(PICTURES) - 1);
    assert_eq!((report.counts.waiting, report.counts.running), (0, 0));
    let failed: Vec<&Path> = report.failed.iter().map(|item| &*item.input).collect();
    assert_eq!(failed.len(), 1);
    assert!(
        failed
            .first()
            .unwrap()
            .ends_with(format!("{}/{BROKEN}.png", BROKEN % 3))
    );
    assert!(report.to_string().contains("PNG"), "{report}");
    assert_eq!(files(&task.into).len() as u32, PICTURES - 1);
    for number in (0..PICTURES).filter(|number| *number != BROKEN) {
        let output = task.into.join(format!("{}/{number:02}.png", number % 3));
        let mut expected = crate::drawn::picture(FIRST_WIDTH + number, 30);
        expected = task.pipeline().apply(&expected, &Run::default()).unwrap();
        assert_eq!(shown(&output), expected, "{output:?}");
    }
    assert_eq!(left(&task.into), Vec::<PathBuf>::new());
}

#[test]
fn a_batch_that_is_killed_in_the_middle_is_resumed_and_makes_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let task = fifty(folder.path());
    let log = folder.path().join("log");
    let path = begin(&task).path().to_owned();
    let inputs = {
        let all = files(&folder.path().join("in"));
        all.into_iter().map(|name| {
            let path = folder.path().join("in").join(name);
            let bytes = fs::read(&path).unwrap();
            (path, bytes)
        })
    };
    let inputs: Vec<(PathBuf, Vec<u8>)> = inputs.collect();

    let mut child = go_on(&path, &log, 23);
    until(&task, &mut child, 23);
    // It is at work on the next ones and will not get on with them.
    let error = Queue::open(&path).unwrap_err();
    assert!(error.to_string().contains("another program"), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();

    let before = times(&task);
    assert_eq!((before.len(), lines(&log).len()), (23, 23));
    let queue = Queue::open(&path).unwrap();
    let recovered = queue.recovered();
    assert!(recovered.again >= 1, "{recovered:?}");
    assert_eq!(queue.counts().unwrap().done, 23);
    assert_eq!(queue.counts().unwrap().running, 0);
    assert_eq!(left(&task.into), Vec::<PathBuf>::new());

    let record = log.clone();
    let render = move |picture: &Picture, pipeline: &Pipeline, _: &Ctx| {
        use std::io::Write;
        let mut file = fs::File::options().append(true).open(&record).unwrap();
        writeln!(file, "{}", picture.size().width()).unwrap();
        pipeline.apply(picture, &Run::default())
    };
    let (outcome, _) = run(queue, Setup::new(pool(2)).render(Arc::new(render)));
    assert!(outcome.finished);
    check(&task, &outcome.report);
    for (path, time) in &before {
        assert_eq!(
            fs::metadata(path).unwrap().modified().unwrap(),
            *time,
            "{path:?}"
        );
    }
    let once: Vec<u32> = (0..PICTURES)
        .filter(|number| *number != BROKEN)
        .map(|number| FIRST_WIDTH + number)
        .collect();
    assert_eq!(lines(&log), once, "each picture was made once");
    for (path, bytes) in inputs {
        assert_eq!(fs::read(&path).unwrap(), bytes, "{path:?}");
    }
    // Asked once more, there is nothing to do.
    let (again, events) = run(Queue::open(&path).unwrap(), Setup::new(pool(1)));
    assert_eq!((again.report, events), (outcome.report, Vec::new()));
}

#[test]
fn killed_again_and_again_at_whatever_moment_a_batch_comes_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let task = fifty(folder.path());
    let log = folder.path().join("log");
    let path = begin(&task).path().to_owned();
    let mut made = BTreeMap::new();
    for more in [5, 7, 6, 9, 5, 8] {
        let there = files(&task.into).len();
        let mut child = go_on(&path, &log, u64::MAX);
        until(&task, &mut child, there + more);
        child.kill().unwrap();
        child.wait().unwrap();
        let queue = Queue::open(&path).unwrap();
        assert_eq!(left(&task.into), Vec::<PathBuf>::new());
        let done = queue.items(Some(ItemState::Done)).unwrap();
        assert_eq!(done.len(), files(&task.into).len(), "every output is known");
        for (path, time) in times(&task) {
            assert_eq!(*made.entry(path).or_insert(time), time, "not made twice");
        }
    }
    let mut batch = Batch::new(Queue::open(&path).unwrap(), Setup::new(pool(2)));
    batch.start().unwrap();
    let outcome = batch.result().unwrap();
    check(&task, &outcome.report);
    for (path, time) in made {
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), time);
    }
}
