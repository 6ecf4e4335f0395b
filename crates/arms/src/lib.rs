//! SO-100 and SO-101 arms: their joints, units, calibration and limits, and what one cycle sees and sends.

pub mod joint;
pub mod step;

pub use joint::{JOINTS, Joint};
pub use step::{MAX_VALUES, Step, Values};
