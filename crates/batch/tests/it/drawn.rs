//! Pictures drawn for tests, and pools to work on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use batch::{Batch, Event, Outcome, PICTURE, Plan, Queue, Setup, Task};
use imaging::effects::Invert;
use imaging::{Format, Layout, Picture, Pipeline, Preset, Run, Saving};
use jobs::{Config, Kinds, Pool};
use pixels::Size;

/// Longer than anything takes, on a machine that does other things too.
pub const LONG: Duration = Duration::from_secs(60);

/// A picture of this size that has every colour somewhere.
pub fn picture(width: u32, height: u32) -> Picture {
    let size = Size::new(width, height).unwrap();
    let bytes = (0..size.pixels())
        .flat_map(|at| [at as u8, (at / 7) as u8, (at / width as usize) as u8])
        .collect();
    Picture::new(size, Layout::Rgb, bytes).unwrap()
}

/// Writes a picture, in the format of its name.
pub fn draw(path: impl AsRef<Path>, width: u32, height: u32) {
    let path = path.as_ref();
    let format = Format::from_path(path).unwrap();
    let saving = Saving::usual(format);
    let bytes = imaging::encode(&picture(width, height), &saving, &Run::default()).unwrap();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Every colour turned round.
pub fn inverted() -> Preset {
    Preset {
        name: "Inverted".into(),
        pipeline: Pipeline::new().then(Invert::default()),
    }
}

/// These inputs, all outputs as PNG.
pub fn task(inputs: &[&Path], into: &Path) -> Task {
    let inputs = inputs.iter().map(|path| path.to_path_buf()).collect();
    let mut task = Task::new(inputs, into, inverted());
    task.output.format = Some(Format::Png);
    task
}

pub fn pool(workers: usize) -> Arc<Pool> {
    let config = Config {
        workers: Some(workers),
        ..Config::default()
    };
    Arc::new(
        jobs::Setup::new(config, Kinds::new([PICTURE]))
            .build()
            .unwrap(),
    )
}

/// Plans a task and begins its queue.
pub fn begin(task: &Task) -> Queue {
    let plan = Plan::of(task).unwrap();
    Queue::create(&Queue::beside(&task.into), task, &plan).unwrap()
}

/// Runs a batch to its end.
pub fn run(queue: Queue, setup: Setup) -> (Outcome, Vec<Event>) {
    let mut batch = Batch::new(queue, setup);
    batch.start().unwrap();
    let mut events = Vec::new();
    while batch.state() != batch::State::Ended {
        events.extend(batch.next_event(Duration::from_millis(10)));
    }
    events.extend(batch.events());
    (batch.result().unwrap(), events)
}

/// The next event that is wanted; fails when none comes.
pub fn wait<T>(batch: &Batch, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
    loop {
        let event = batch.next_event(LONG).expect("an event in time");
        if let Some(found) = wanted(&event) {
            return found;
        }
    }
}

/// Every file below a folder that is not hidden, relative to it, in order.
pub fn files(root: &Path) -> Vec<String> {
    let mut found: Vec<String> = all(root)
        .into_iter()
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            !name.starts_with('.')
        })
        .map(|path| {
            path.strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    found.sort();
    found
}

/// Half-written files that were left.
pub fn left(root: &Path) -> Vec<PathBuf> {
    let mut found = all(root);
    found.retain(|path| path.extension().is_some_and(|ending| ending == "tmp"));
    found
}

fn all(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            match entry.file_type().unwrap().is_dir() {
                true => waiting.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    found
}

/// What an output shows.
pub fn shown(path: &Path) -> Picture {
    imaging::open(path, &Run::default()).unwrap().picture
}
