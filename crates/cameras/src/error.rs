//! What can go wrong with a camera, and what the person at the bench can do.

use std::io;
use std::time::Duration;

use crate::device::Mode;
use crate::usb::modes::table;

/// A camera that does not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CameraError {
    /// No such camera is plugged in.
    #[error("camera {wanted} is not there")]
    NotFound {
        /// What was looked for.
        wanted: String,
        /// What is there instead, one line for each.
        there: Vec<String>,
    },
    /// The system does not let this user open it.
    #[error("no permission to open camera {name}\nDevice: {path}")]
    NoPermission {
        /// The camera.
        name: String,
        /// Its device.
        path: String,
    },
    /// Somebody else uses it.
    #[error("camera {name} is used by another program")]
    Busy {
        /// The camera.
        name: String,
    },
    /// It could not be stopped when it was closed, so this program still holds it.
    #[error("camera {name} could not be stopped and is still held by Tendon itself")]
    Held {
        /// The camera.
        name: String,
    },
    /// It has no such layout, size or rate.
    #[error("camera {name} does not offer {wanted}")]
    NotOffered {
        /// The camera.
        name: String,
        /// What was asked for, in words.
        wanted: String,
        /// What it offers.
        offered: Vec<Mode>,
    },
    /// It agreed to something other than what was asked for.
    #[error("camera {name} was asked for {wanted} and gives {given}")]
    Disobeys {
        /// The camera.
        name: String,
        /// What was asked for.
        wanted: String,
        /// What it gives.
        given: String,
    },
    /// It has no such control, or not such a value.
    #[error("camera {name} cannot set {control} to {value}: {why}")]
    Control {
        /// The camera.
        name: String,
        /// The control's name.
        control: String,
        /// The value.
        value: String,
        /// What is in the way.
        why: String,
        /// The controls it has, one line for each.
        there: Vec<String>,
    },
    /// It is gone, or its stream is.
    #[error("camera {name} is gone")]
    Lost {
        /// The camera.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is there and sends nothing.
    #[error("camera {name} has sent no whole picture for {:.1} s", waited.as_secs_f64())]
    Silent {
        /// The camera.
        name: String,
        /// For how long.
        waited: Duration,
    },
    /// A camera on the network does not answer as one should.
    #[error("camera {name}: {why}")]
    Network {
        /// The camera.
        name: String,
        /// What happened.
        why: String,
        /// What to do.
        remedy: String,
        /// Whether it may answer if it is asked again.
        may_pass: bool,
    },
    /// The bus has no room for its pictures.
    #[error("the USB bus has no bandwidth left for camera {name}")]
    NoBandwidth {
        /// The camera.
        name: String,
    },
    /// Another camera is where this one was.
    #[error("another camera is in the place of {wanted}: {found}")]
    Another {
        /// The camera that was there.
        wanted: String,
        /// The one that is.
        found: String,
    },
    /// The system refused something.
    #[error("camera {name}: {what}")]
    System {
        /// The camera.
        name: String,
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

impl CameraError {
    /// What the person at the bench can do. Shown under the message.
    pub fn remedy(&self) -> String {
        match self {
            Self::NotFound { there, .. } if there.is_empty() => {
                "No camera is plugged in. Plug it in, and try another cable or port if it stays away.".to_owned()
            }
            Self::NotFound { there, .. } => {
                format!("Plug it in, or choose one that is there:\n{}", lines(there))
            }
            Self::NoPermission { path, .. } => format!(
                "Join the group that owns {path}, usually `video` (sudo usermod -aG video $USER), and log in again."
            ),
            Self::Busy { .. } => "Close the program that shows it, such as a browser or a video call.".to_owned(),
            Self::Held { .. } => {
                "Unplug the camera and plug it in again; if that does not help, restart Tendon.".to_owned()
            }
            Self::NotOffered { offered, .. } if offered.is_empty() => {
                "It tells of no picture that Tendon can read. Try another camera.".to_owned()
            }
            Self::NotOffered { offered, .. } => {
                format!("Choose one of these:\n{}", lines(&table(offered)))
            }
            Self::Disobeys { .. } => {
                "Choose another size or rate; unplug the camera and plug it in again if it did this before.".to_owned()
            }
            Self::Control { there, .. } if there.is_empty() => "It has no controls.".to_owned(),
            Self::Control { there, .. } => format!("It has these controls:\n{}", lines(there)),
            Self::Lost { .. } => {
                "Plug it in again; it goes on by itself. If it happens often, try another cable or port.".to_owned()
            }
            Self::Silent { .. } => "Unplug it and plug it in again; it goes on by itself.".to_owned(),
            Self::Network { remedy, .. } => remedy.clone(),
            Self::NoBandwidth { .. } => "Plug it into a port of another controller, not into the same hub; or choose \
                MJPG, a smaller size or a lower rate for the cameras on this bus."
                .to_owned(),
            Self::Another { .. } => "Put the camera back that was there before.".to_owned(),
            Self::System { .. } => "Unplug the camera and plug it in again, then try once more.".to_owned(),
        }
    }

    /// A short name for programs; it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "camera_not_found",
            Self::NoPermission { .. } => "camera_no_permission",
            Self::Busy { .. } => "camera_busy",
            Self::Held { .. } => "camera_held",
            Self::NotOffered { .. } => "camera_mode_not_offered",
            Self::Disobeys { .. } => "camera_disobeys",
            Self::Control { .. } => "camera_control",
            Self::Lost { .. } => "camera_lost",
            Self::Silent { .. } => "camera_silent",
            Self::Network { .. } => "camera_network",
            Self::NoBandwidth { .. } => "camera_no_bandwidth",
            Self::Another { .. } => "camera_other",
            Self::System { .. } => "camera_system",
        }
    }

    /// Whether asking again may help.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. }
            | Self::Held { .. }
            | Self::Lost { .. }
            | Self::Silent { .. }
            | Self::System { .. } => true,
            Self::Network { may_pass, .. } => *may_pass,
            _ => false,
        }
    }
}

fn lines(there: &[String]) -> String {
    let lines: Vec<String> = there.iter().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
