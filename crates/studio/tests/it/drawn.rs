//! Pictures and pools for tests.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use imaging::{Layout, Picture};
use jobs::{Config, Kinds, Pool, Setup, Ticket};
use pixels::Size;

/// Far longer than anything here takes; a test that reaches it has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A picture in which every pixel differs from its neighbours.
pub fn scene(width: u32, height: u32, layout: Layout) -> Picture {
    let size = Size::new(width, height).unwrap();
    let mut bytes = Vec::with_capacity(layout.bytes(size));
    for y in 0..height {
        for x in 0..width {
            bytes.extend([
                (x * 255 / width) as u8,
                (y * 255 / height) as u8,
                (x ^ y) as u8,
            ]);
            if layout == Layout::Rgba {
                bytes.push(if x < width / 2 { 255 } else { 0 });
            }
        }
    }
    Picture::new(size, layout, bytes).unwrap()
}

/// A set-up of so many workers on a machine of four cores, with the kinds of this crate.
pub fn setup(workers: usize) -> Setup {
    let config = Config {
        workers: Some(workers),
        ..Config::default()
    };
    Setup::new(config, Kinds::new(studio::kinds())).cores(4)
}

pub fn pool(workers: usize) -> Arc<Pool> {
    Arc::new(setup(workers).build().unwrap())
}

/// The answer, or an end of the test instead of an endless wait.
pub fn answer<T: Send + 'static>(ticket: Ticket<T>) -> Result<T, jobs::JobError> {
    ticket.wait_for(PATIENCE).expect("every job is answered")
}

/// Keeps a worker busy without yielding, until what is returned is dropped.
pub fn occupied(pool: &Pool, kind: &str) -> mpsc::SyncSender<()> {
    let (begun, wait) = mpsc::sync_channel(1);
    let (release, gate) = mpsc::sync_channel::<()>(1);
    let order = pool.order(kind).unwrap();
    let ticket = pool
        .submit(order, move |ctx| {
            begun.send(()).unwrap();
            while let Err(mpsc::RecvTimeoutError::Timeout) =
                gate.recv_timeout(Duration::from_millis(20))
            {
                ctx.beat();
            }
            Ok(())
        })
        .unwrap();
    drop(ticket);
    wait.recv_timeout(PATIENCE).unwrap();
    release
}
