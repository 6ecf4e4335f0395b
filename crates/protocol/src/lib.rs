//! The shapes that cross a wire of ours: events, reports and errors as the window, `--json` readers and
//! sidecar files see them. Versioned; no logic.
//!
//! Not here: the shapes of LeRobot's files (`dataset`) or of its calibration files (`arms`).

mod error;
mod report;
pub mod window;

pub use error::{ErrorCode, Failure, RequestId};
pub use report::{LoopReport, MotorReport, Spread};

/// Version of every shape in this crate. Raised when a reader of the older one would misread a newer one.
pub const VERSION: u32 = 1;
