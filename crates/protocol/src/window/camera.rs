//! Cameras: what is there, how each is set up, and what it is doing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::bench::{Notice, Online};

/// Where a camera's pictures come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "at", rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum CameraPlace {
    /// A device, by an identity that is the same tomorrow.
    Device(String),
    /// MJPEG over HTTP.
    Network(String),
    /// The simulated bench: `front` or `wrist`.
    Sim(String),
}

/// A way a camera can send pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CameraMode {
    /// The layout's usual name: `MJPG`, `YUYV`.
    pub format: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pictures a second.
    pub fps: f64,
}

/// How a camera is to be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CameraSetup {
    /// Its name in datasets: `observation.images.NAME`.
    pub name: String,
    /// Where its pictures come from.
    pub place: CameraPlace,
    /// Pixels across, as the camera sends it.
    pub width: u32,
    /// Pixels down, as the camera sends it.
    pub height: u32,
    /// Pictures a second.
    pub fps: f64,
    /// The layout; `None` takes the best.
    pub format: Option<String>,
    /// Degrees clockwise that the picture is turned by: 0, 90, 180, 270.
    pub rotation: u32,
    /// Values of controls that were set, by name.
    pub controls: Vec<(String, f64)>,
}

/// Which kind of control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum ControlKind {
    /// A number.
    Range {
        /// Least.
        least: f64,
        /// Most.
        most: f64,
        /// Distance of two values.
        step: f64,
    },
    /// On or off.
    Switch,
    /// One of these.
    Choice {
        /// Value and name.
        options: Vec<(f64, String)>,
    },
}

/// Exposure, white balance, focus and what else a camera lets one set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CameraControl {
    /// What names it in requests.
    pub name: String,
    /// What the camera calls it.
    pub label: String,
    /// What can be set.
    pub kind: ControlKind,
    /// What is set.
    pub value: f64,
    /// What the camera comes with.
    pub usual: f64,
    /// Why it cannot be set now; empty when it can.
    pub why_not: String,
}

/// What a camera will cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CameraCost {
    /// Bits a second on its bus, as far as they can be told before.
    pub bus_bits: f64,
    /// Share of what its bus has, 0 to 1, of all cameras on it.
    pub bus_share: Option<f64>,
    /// Bytes a minute in a dataset, as far as they can be told before.
    pub disk_bytes_a_minute: f64,
}

/// What a camera is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum CameraWord {
    /// Closed.
    #[default]
    Closed,
    /// It is being opened.
    Opening,
    /// Pictures come, and it settles.
    Warming,
    /// Pictures come.
    Streaming,
    /// It is gone, and looked for.
    Lost,
    /// It cannot be used as asked.
    Refused,
}

/// A camera at work. Counts are since it was opened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CameraLive {
    /// What it is doing.
    pub word: CameraWord,
    /// Measured rate.
    pub fps: Option<f64>,
    /// Good pictures.
    #[ts(type = "number")]
    pub pictures: u64,
    /// Damaged pictures.
    #[ts(type = "number")]
    pub bad: u64,
    /// Pictures that never arrived, where the device tells.
    #[ts(type = "number")]
    pub missed: u64,
    /// How often it was lost and came back.
    pub reconnects: u32,
    /// Milliseconds that it took to settle.
    pub warmed_in_ms: Option<f64>,
    /// What is wrong, when it is lost or refused.
    pub trouble: Option<Notice>,
}

/// A camera that is set up, or that is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct CameraCard {
    /// What names it in requests: its name once it is set up, else its identity.
    pub key: String,
    /// How it is used; `None` while nobody has set it up.
    pub setup: Option<CameraSetup>,
    /// Where its pictures come from.
    pub place: CameraPlace,
    /// What it calls itself.
    pub label: String,
    /// Whether it is there.
    pub online: Online,
    /// What it offers.
    pub modes: Vec<CameraMode>,
    /// What it lets one set, while it is open.
    pub controls: Vec<CameraControl>,
    /// What it will cost as it is set up.
    pub cost: Option<CameraCost>,
    /// What it is doing.
    pub live: CameraLive,
    /// What keeps it from being used.
    pub notice: Option<Notice>,
}
