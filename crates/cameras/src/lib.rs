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
mod warmup;

pub use camera::{Camera, start};
pub use config::{CameraConfig, ControlSetting, ControlValue, Warmup};
pub use device::{Device, Mode, OpenDevice, Opened};
pub use error::CameraError;
pub use network::NetworkCamera;
pub use status::{CameraEvent, CameraState, CameraStatus, Pace, Trouble};
