//! Cameras as a person asks for them: a name each, where the pictures come from, and how they are to be.
//!
//! Plain values, from a command line, a settings file or a window. Not here: opening them (`cameras`).

use cameras::CameraConfig;

/// One camera of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraSetting {
    /// Name, size, rate, layout, rotation, controls, warm-up.
    pub config: CameraConfig,
    /// Where its pictures come from.
    pub source: CameraSource,
}

/// Where the pictures of a camera come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameraSource {
    /// A camera of this machine: its identity as `tendon find-cameras` shows it, its device file, or its index.
    Device(String),
    /// A camera on the network that sends JPEG pictures over HTTP.
    Network(String),
    /// A drawing of the simulated arm.
    Sim(SimView),
}

/// What a simulated camera looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimView {
    /// The arm and its table from the front.
    Front,
    /// From the wrist, along the gripper.
    Wrist,
}

impl SimView {
    /// The view of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "front" => Some(Self::Front),
            "wrist" => Some(Self::Wrist),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Wrist => "wrist",
        }
    }
}
