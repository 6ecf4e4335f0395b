//! What can go wrong with a camera on the network, and what the person at the bench can do.

use std::io;
use std::time::Duration;

use pixels::Size;

use crate::error::CameraError;

/// A camera on the network that does not send the pictures that were asked for.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// What was given is no address.
    #[error("{address} is no address of a camera: {why}")]
    BadAddress {
        /// What was given, without user and password.
        address: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The address asks for another way of speaking.
    #[error("{address}: cameras are spoken to by http, not by {scheme}")]
    OtherScheme {
        /// What was given, without user and password.
        address: String,
        /// What stands before `://`, in lower case.
        scheme: String,
    },
    /// Nobody knows a machine of that name.
    #[error("there is no machine called {host} on the network")]
    NoSuchHost {
        /// The name.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// The machine does not answer, or cannot be reached.
    #[error("nothing answers at {place}")]
    Unreachable {
        /// Host and port.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// The machine is there and nobody listens at that port.
    #[error("{place} is there, but no camera listens at that port")]
    NobodyListens {
        /// Host and port.
        place: String,
    },
    /// It took the request and said nothing.
    #[error("it took the request, but did not answer within {:.1} s", waited.as_secs_f64())]
    NoAnswer {
        /// For how long.
        waited: Duration,
    },
    /// It took the connection and closed it.
    #[error("it closed the connection without an answer")]
    HungUp,
    /// It speaks something else.
    #[error("what answers there does not speak HTTP")]
    NotHttp,
    /// It wants a user and a password.
    #[error("it wants a user and a password")]
    LoginNeeded,
    /// User or password are wrong.
    #[error("it does not accept this user and password")]
    LoginWrong,
    /// It wants them in a way that is not spoken here.
    #[error("it wants the password in a way that Tendon does not know ({scheme})")]
    OtherLogin {
        /// The way's name.
        scheme: String,
    },
    /// There is nothing at that path.
    #[error("it has nothing at {path} (404)")]
    NoSuchPath {
        /// Path and query.
        path: String,
    },
    /// It is busy, or not ready.
    #[error("it cannot send pictures now ({status} {reason})")]
    NotNow {
        /// The status, 429 or 500 and above.
        status: u16,
        /// What it calls it.
        reason: String,
    },
    /// Another answer than a picture.
    #[error("it answers with {status} {reason} instead of pictures")]
    Status {
        /// The status.
        status: u16,
        /// What it calls it.
        reason: String,
    },
    /// It sends from one address to the next.
    #[error("it sends from one address to the next without end, last to {last}")]
    Redirects {
        /// The last address.
        last: String,
    },
    /// A web page instead of pictures.
    #[error("there is a web page at this address, not a stream of pictures")]
    WebPage,
    /// Something else instead of pictures.
    #[error("it sends {kind}, not JPEG pictures")]
    NotPictures {
        /// The type, as it tells it.
        kind: String,
    },
    /// Its stream holds no picture.
    #[error("it sent {bytes} bytes within {:.1} s and no whole picture among them", waited.as_secs_f64())]
    NoPicture {
        /// How many bytes came.
        bytes: u64,
        /// For how long.
        waited: Duration,
    },
    /// Its pictures have another size than the one that was asked for.
    #[error("it sends pictures of {sends}, and {asked} was asked for")]
    OtherSize {
        /// What was asked for.
        asked: Size,
        /// What it sends.
        sends: Size,
    },
    /// A picture without end, or a much larger one than was asked for.
    #[error("it sends a picture of more than {} kB, too much for {asked}", limit / 1000)]
    TooLarge {
        /// What was asked for.
        asked: Size,
        /// Most bytes that such a picture may have.
        limit: usize,
    },
    /// Its stream is not as HTTP wants it.
    #[error("its stream is damaged: the size of a chunk cannot be read")]
    Chunks,
    /// It stopped sending.
    #[error("it has sent no picture for {:.1} s", waited.as_secs_f64())]
    Stalled {
        /// For how long.
        waited: Duration,
    },
    /// It ended the stream.
    #[error("it ended the stream{}", if *in_picture { " in the middle of a picture" } else { "" })]
    Closed {
        /// Whether that cut a picture.
        in_picture: bool,
    },
    /// The connection broke.
    #[error("the connection broke")]
    Broken {
        /// What the system said.
        source: io::Error,
    },
}

/// Addresses at which common cameras send their pictures.
const USUAL: &str = "IP Webcam on Android: http://PHONE:8080/video. ESP32-CAM: http://ESP32:81/stream. mjpg-streamer: http://HOST:8080/?action=stream. For another one, look into its manual for MJPEG.";

impl NetworkError {
    /// What the person at the bench can do. Shown under the message.
    pub fn remedy(&self) -> String {
        match self {
            Self::BadAddress { .. } => {
                "Write it like http://192.168.1.20:8080/video, as the camera's app shows it.".to_owned()
            }
            Self::OtherScheme { scheme, .. } if scheme == "https" => {
                "Choose http in the camera's settings, and use it only in a network that you trust.".to_owned()
            }
            Self::OtherScheme { .. } => {
                "Let the camera send MJPEG over HTTP; most can, in their settings or at another address.".to_owned()
            }
            Self::NoSuchHost { .. } => {
                "Check the spelling, and that both are in the same network; the number that the camera shows (such as 192.168.1.20) works where a name does not.".to_owned()
            }
            Self::Unreachable { .. } => {
                "Check that the camera has power, that its app runs, and that both are in the same network (a guest network keeps devices apart).".to_owned()
            }
            Self::NobodyListens { .. } => {
                "Start the camera's app or server, and check the port: 8080 for most phones, 81 for the stream of an ESP32-CAM.".to_owned()
            }
            Self::NoAnswer { .. } | Self::HungUp | Self::NotNow { .. } => {
                "Close other viewers, such as a browser: small cameras serve one at a time. Then switch it off and on.".to_owned()
            }
            Self::NotHttp => "Check the port: cameras often have another one for another way of speaking.".to_owned(),
            Self::LoginNeeded => "Put them into the address: http://USER:PASSWORD@HOST:PORT/PATH.".to_owned(),
            Self::LoginWrong => {
                "Check them; write @ as %40, : as %3A, / as %2F and % as %25 inside a password.".to_owned()
            }
            Self::OtherLogin { .. } => {
                "Choose the basic way in the camera's settings, or no password in a network that you trust.".to_owned()
            }
            Self::NoSuchPath { .. } | Self::Status { .. } | Self::WebPage => {
                format!("Use the address of the stream itself. {USUAL}")
            }
            Self::Redirects { .. } => "Open the address in a browser, and use the one where the picture is.".to_owned(),
            Self::NotPictures { .. } | Self::NoPicture { .. } | Self::Chunks => {
                format!("Let the camera send MJPEG, not H.264. {USUAL}")
            }
            Self::OtherSize { sends, .. } => format!(
                "Set width: {}, height: {} here, or choose the other size in the camera's settings. A phone also turns its picture when it is turned.",
                sends.width(),
                sends.height()
            ),
            Self::TooLarge { .. } => "Choose the size, or a lower quality, in the camera's settings.".to_owned(),
            Self::Stalled { .. } | Self::Closed { .. } | Self::Broken { .. } => {
                "Keep the camera's screen on and its Wi-Fi near; a smaller size or lower quality needs less of it. It goes on by itself when the camera is back.".to_owned()
            }
        }
    }

    /// Whether asking again may help.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::NoSuchHost { .. }
                | Self::Unreachable { .. }
                | Self::NobodyListens { .. }
                | Self::NoAnswer { .. }
                | Self::HungUp
                | Self::NotNow { .. }
                | Self::NoPicture { .. }
                | Self::Chunks
                | Self::Stalled { .. }
                | Self::Closed { .. }
                | Self::Broken { .. }
        )
    }

    /// As the error of the camera of this name.
    pub fn of(self, name: &str) -> CameraError {
        let source = std::error::Error::source(&self).map(|source| format!(" ({source})"));
        CameraError::Network {
            name: name.to_owned(),
            why: format!("{self}{}", source.unwrap_or_default()),
            remedy: self.remedy(),
            may_pass: self.may_pass(),
        }
    }

    /// Why a connection was not made, or broke, by what the system said.
    pub(super) fn connecting(place: &str, source: io::Error) -> Self {
        let place = place.to_owned();
        match source.kind() {
            io::ErrorKind::ConnectionRefused => Self::NobodyListens { place },
            _ => Self::Unreachable { place, source },
        }
    }
}
