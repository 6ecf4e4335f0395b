//! Cameras: one thread owns a device and turns what it sends into pictures with a time of arrival.
//!
//! [`start`] runs any [`Device`]: it measures when the camera is ready, counts what was bad, tells what was lost, and
//! opens a camera that went away again until it is back. Recording reads [`Camera::pictures`], a preview
//! [`Camera::preview`]; neither can slow the camera down.
//! Not here: encoding (`video`), which picture belongs to which row (`recorder`), drawing cameras (`sim`).

mod camera;
mod capture;
mod check;
mod config;
mod device;
mod error;
pub mod network;
mod pace;
mod status;
pub mod usb;
mod warmup;

pub use camera::{Camera, CameraView, start};
pub use config::{CameraConfig, ControlSetting, ControlValue, Warmup};
pub use device::{Device, Mode, OpenDevice, Opened};
pub use error::CameraError;
pub use network::NetworkCamera;
pub use status::{CameraEvent, CameraState, CameraStatus, Pace, Trouble};
pub use usb::{Crowded, Found, Which, find};

/// The way to a camera of this machine: its identity as [`find`] tells it, its device file, or the system's number.
pub fn device(wanted: &str, config: &CameraConfig) -> Box<dyn OpenDevice> {
    usb::open(Which::parse(wanted), config)
}
