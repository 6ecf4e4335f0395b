//! Batches from the outside: what becomes of files, whatever happens on the way.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod crash;
mod drawn;
mod frames;
mod plan;
mod queue;
mod run;
mod watch;
