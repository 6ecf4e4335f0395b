//! What is wanted of a camera.

use std::fmt;
use std::time::Duration;

use pixels::{PixelFormat, Rotation, Size};
use units::Hz;

/// What is wanted of a camera. Size and rate are exact: a camera that cannot do them is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraConfig {
    /// The name it has in datasets, such as `front`; also in its thread's name.
    pub key: String,
    /// Size as the camera sends it, before `rotation`.
    pub size: Size,
    /// Pictures per second.
    pub fps: Hz,
    /// How the bytes are laid out; `None` takes MJPG if the camera has it, else the smallest uncompressed one.
    pub format: Option<PixelFormat>,
    /// How its pictures are turned before anybody sees them.
    pub rotation: Rotation,
    /// Exposure, white balance, focus and the like, set at every opening, in this order.
    pub controls: Vec<ControlSetting>,
    /// When it counts as ready.
    pub warmup: Warmup,
}

impl CameraConfig {
    /// A camera with pictures of this size and rate, and nothing else asked for.
    pub fn new(key: impl Into<String>, size: Size, fps: Hz) -> Self {
        Self {
            key: key.into(),
            size,
            fps,
            format: None,
            rotation: Rotation::None,
            controls: Vec::new(),
            warmup: Warmup::default(),
        }
    }
}

/// When a camera counts as ready: its pictures come steadily and their brightness has settled, or this long has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warmup {
    /// Longest that is waited after the first picture. Zero takes the first picture as ready.
    pub at_most: Duration,
}

impl Default for Warmup {
    /// At most three seconds, in which the automatic exposure of common webcams settles.
    fn default() -> Self {
        Self {
            at_most: Duration::from_secs(3),
        }
    }
}

/// One control of a camera and what it is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlSetting {
    /// Its name in the spelling of `v4l2-ctl`, such as `exposure_time_absolute`.
    pub name: String,
    /// Its value.
    pub value: ControlValue,
}

/// Value of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlValue {
    /// A number, or a menu entry by its number.
    Number(i64),
    /// On or off.
    Switch(bool),
    /// A menu entry by its words, or text.
    Words(String),
}

impl ControlValue {
    /// A number, `on` or `off` (also `true` and `false`), or else words.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Ok(number) = text.parse() {
            return Self::Number(number);
        }
        match text.to_ascii_lowercase().as_str() {
            "on" | "true" => Self::Switch(true),
            "off" | "false" => Self::Switch(false),
            _ => Self::Words(text.to_owned()),
        }
    }
}

impl fmt::Display for ControlValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Switch(true) => f.write_str("on"),
            Self::Switch(false) => f.write_str("off"),
            Self::Words(words) => f.write_str(words),
        }
    }
}
