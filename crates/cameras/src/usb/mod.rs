//! Cameras that are plugged in: which there are, what they offer, and the way to one.
//!
//! On Linux pictures come through `v4l`, the library under `nokhwa`: `nokhwa` does not tell how many bytes of a buffer
//! a picture has, waits for ever for one, and cannot set menus such as automatic exposure. On Windows and macOS, where
//! none of this was run yet, they come through `nokhwa` itself (`portable`); that way is also there on Linux, and is
//! tried there against the kernel's own driver.
//! Not here: cameras on the network (`network`), the thread that owns a camera (`capture`).

mod bandwidth;
mod controls;
mod found;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
pub(crate) mod modes;
pub mod portable;
#[cfg(any(windows, test))]
mod windows;

pub use bandwidth::{Crowded, Load, MJPG_BITS_PER_PIXEL, crowded, room};
pub use controls::{Control, ControlKind};
pub use found::{Found, UsbPlace, Which};

use crate::config::CameraConfig;
use crate::device::OpenDevice;
use crate::error::CameraError;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use portable as system;

/// Every camera that is plugged in, in the system's order; the second, pictureless node of a webcam is left out.
///
/// Looking opens each of them for a moment, but takes no picture and changes nothing. One that somebody else uses is
/// listed too.
pub fn find() -> Vec<Found> {
    system::find()
}

/// The way to a camera. Which one a number or a path means is settled when it is opened first; from then on it is
/// recognised by what it is, so that it is the same camera after it was plugged in again, and another is not taken for
/// it.
pub fn open(which: Which, config: &CameraConfig) -> Box<dyn OpenDevice> {
    system::open(which, config)
}

/// What cameras want of the buses that they are on, to be judged by [`crowded`]. Those that are not on USB, or of which
/// the system does not tell, are left out.
///
/// # Errors
/// When one of them is not there, or does not offer what is asked for.
pub fn loads(cameras: &[(Which, CameraConfig)]) -> Result<Vec<Load>, CameraError> {
    let mut loads = Vec::new();
    for (which, config) in cameras {
        loads.extend(system::load(which, config)?);
    }
    Ok(loads)
}
