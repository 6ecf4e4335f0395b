//! A camera that is plugged in, as a list shows it, and the ways to name one.

use std::fmt;
use std::path::PathBuf;

use crate::device::Mode;
use crate::status::Trouble;
use crate::usb::controls::Control;
use crate::usb::modes::table;

/// A camera that is plugged in.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What tells it from every other camera, also after it was plugged in again; takes its place in settings.
    pub identity: String,
    /// What it calls itself.
    pub name: String,
    /// Where the system has it now, such as `/dev/video0`.
    pub device: String,
    /// The system's number for it now, as LeRobot's `index_or_path` takes it.
    pub number: u32,
    /// Where it is plugged in; `None` for one that is not on USB, or where the system does not tell.
    pub usb: Option<UsbPlace>,
    /// What it offers of what Tendon can read.
    pub modes: Vec<Mode>,
    /// What can be set on it.
    pub controls: Vec<Control>,
    /// Why more is not known of it.
    pub trouble: Option<Trouble>,
}

impl Found {
    /// What it offers, a line for each layout and size.
    pub fn offers(&self) -> Vec<String> {
        table(&self.modes)
    }
}

/// Where a USB device is plugged in, and what it says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct UsbPlace {
    /// Who made it, as a number.
    pub vendor: u16,
    /// What it is, as a number.
    pub product: u16,
    /// Its serial number, if it has one; cheap cameras share theirs.
    pub serial: Option<String>,
    /// The port, such as `1-2.3`: bus 1, port 2, port 3 of the hub there.
    pub port: String,
    /// Number of the interface, for a device with several cameras in it.
    pub interface: u8,
    /// Number of the bus whose bandwidth it shares.
    pub bus: u32,
    /// Speed of its connection in Mbit/s: 12, 480, 5000 or more.
    pub mbits: f64,
}

/// How a person names a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The system's number, as LeRobot's `index_or_path: 0`. Only looked at once: see [`crate::usb::open`].
    Number(u32),
    /// A device file, or a link to one, such as `/dev/v4l/by-id/...`. Also only looked at once.
    Path(PathBuf),
    /// What [`crate::find`] tells.
    Identity(String),
}

impl Which {
    /// A number, a path, or else an identity.
    pub fn parse(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) if text.starts_with('/') => Self::Path(text.into()),
            Err(_) => Self::Identity(text.to_owned()),
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Identity(identity) => f.write_str(identity),
        }
    }
}
