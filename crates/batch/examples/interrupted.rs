//! A batch in a process of its own, to be killed: goes on with the queue it is given and writes a line into a file for
//! every picture it has made. Used by the tests, which say how many pictures it makes before it makes no more.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use batch::{Batch, PICTURE, Queue, Setup};
use imaging::{ImagingError, Picture, Pipeline, Run};
use jobs::{Config, Ctx, Kinds};
use stdx::{Clock, SystemClock};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("queue, log, and how many pictures");
    let queue = Queue::open(next()?.as_ref())?;
    let log = next()?;
    let most: u64 = next()?.parse()?;
    let config = Config {
        workers: Some(2),
        ..Config::default()
    };
    let pool = jobs::Setup::new(config, Kinds::new([PICTURE]))
        .build()
        .map_err(|errors| format!("{errors:?}"))?;
    let begun = AtomicU64::new(0);
    let render = move |picture: &Picture, pipeline: &Pipeline, ctx: &Ctx| {
        while begun.fetch_add(1, Ordering::SeqCst) >= most {
            ctx.checkpoint().map_err(|_asked| ImagingError::Stopped)?;
            begun.fetch_sub(1, Ordering::SeqCst);
            SystemClock.sleep(Duration::from_millis(1));
        }
        SystemClock.sleep(Duration::from_millis(3));
        let made = pipeline.apply(picture, &Run::default())?;
        let line = format!("{}\n", picture.size().width());
        std::fs::File::options()
            .append(true)
            .create(true)
            .open(&log)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|source| ImagingError::File {
                doing: "writing the log",
                path: log.clone().into(),
                source,
            })?;
        Ok(made)
    };
    let mut batch = Batch::new(queue, Setup::new(Arc::new(pool)).render(Arc::new(render)));
    batch.start()?;
    batch.result()?;
    Ok(())
}
