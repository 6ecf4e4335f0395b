//! What every room of the house stands on: clocks a test can own, threads with a name and an owner,
//! and carriers between threads whose policy when full is part of their type.
//!
//! Not here: anything that knows an arm, a file format or a picture.

pub mod clock;
pub mod failpoint;
pub mod latest;
pub mod priority;
pub mod queue;
pub mod request;
#[cfg(target_os = "linux")]
mod rtkit;
pub mod thread;
pub mod watchdog;

pub use clock::{Clock, FakeClock, SystemClock};
pub use latest::{Latest, LatestReader, LatestWriter, latest};
pub use priority::{Elevation, elevate};
pub use queue::{QueueReader, QueueWriter, queue};
