//! What a camera is to the thread that owns it: something that can be opened, and then gives one picture after the other.
//!
//! A real camera, one on the network and a drawn one are the same here.

use std::fmt;
use std::time::Duration;

use pixels::{PixelFormat, Size};
use units::Hz;

use crate::config::ControlSetting;
use crate::error::CameraError;
use crate::usb::Control;

/// Layout, size and rate of a camera's pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// Layout of the bytes.
    pub format: PixelFormat,
    /// Width and height.
    pub size: Size,
    /// Pictures per second.
    pub fps: Hz,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} at {} fps", self.format, self.size, self.fps.get())
    }
}

/// A camera that is open, and what it agreed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Layout of the bytes that it sends.
    pub format: PixelFormat,
    /// Size as it sends it.
    pub size: Size,
    /// Rate that it agreed to.
    pub fps: Hz,
    /// What it calls itself.
    pub name: String,
    /// What tells it from every other camera, also after it was plugged in again: never an index.
    pub identity: String,
}

/// An open camera. Dropping it closes it.
pub trait Device: Send {
    /// What it agreed to.
    fn info(&self) -> &Opened;

    /// Waits at most `wait` for the next picture and puts its bytes, as they came, into `into`, which is empty.
    /// `None` when nothing came within `wait`; then `into` is left empty.
    ///
    /// # Errors
    /// When the camera is gone or its stream is broken: it is then closed and opened anew.
    fn next(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError>;

    /// What can be set on it while it is open, with what it is now.
    fn controls(&self) -> Vec<Control> {
        Vec::new()
    }

    /// Sets a control while it is open.
    ///
    /// # Errors
    /// When there is no such control, or it does not take the value.
    fn set(&mut self, setting: &ControlSetting) -> Result<(), CameraError> {
        Err(CameraError::Control {
            name: self.info().name.clone(),
            control: setting.name.clone(),
            value: setting.value.to_string(),
            why: "nothing can be set on this camera while it is open".to_owned(),
            there: Vec::new(),
        })
    }

    /// Pictures that the device took since it was opened and that never arrived, where it tells.
    fn missed(&self) -> u64 {
        0
    }
}

/// The way to a camera, used again after a loss: always leads to the same camera.
pub trait OpenDevice: Send {
    /// Opens it, with everything set that was asked for.
    ///
    /// # Errors
    /// When it is not there, is used by somebody else, or does not offer what was asked for.
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError>;

    /// Which camera this is, in a few words for a person.
    fn describe(&self) -> String;

    /// A second way to the same camera, for the thread that replaces one that hangs in this one; `None` where there
    /// can be only one.
    fn another(&self) -> Option<Box<dyn OpenDevice>> {
        None
    }
}
