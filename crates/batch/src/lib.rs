//! Many pictures through one pipeline: files of folders, folders that are watched, frames of a dataset.
//!
//! A [`Task`] is what a person asks for; a [`Plan`] says what becomes of each file before anything is done; a [`Queue`]
//! keeps in a file what is done and what is not; a [`Batch`] does it on the worker pool and can be paused, stopped, and
//! taken up again after a crash. A [`Report`] says what became of each file.
//!
//! Invariants: an input is never changed. An output appears whole under its name or not at all, and nothing is made
//! twice. A file that cannot be made is told and stops nothing else.
//! Not here: what is done to one picture (`imaging`), where (`Render` is handed in), who asks (`station`, `cli`).

mod aside;
mod error;
pub mod frames;
mod plan;
mod queue;
mod render;
mod report;
mod run;
mod task;
mod watch;

pub use error::{BatchError, ItemError};
pub use plan::{Passed, Plan, Planned, WhyPassed};
pub use queue::{Counts, Item, ItemId, ItemState, Queue, Recovered};
pub use render::{Local, Render, Rendered};
pub use report::Report;
pub use run::{Batch, Event, MEMORY, Outcome, PICTURE, Progress, Setup, State, Underway, needed};
pub use task::{Output, Task};
pub use watch::Watch;
