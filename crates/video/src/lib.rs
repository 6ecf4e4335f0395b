//! Films: pictures become samples, samples become an mp4 that survives a kill, and every picture is found again.
//!
//! Not here: which picture belongs to which row (`recorder`), where a film lies in a dataset (`dataset`), a camera's own
//! bytes (`pixels`, `cameras`).

mod codec;
mod decode;
mod durable;
pub mod encode;
pub mod encoder;
mod error;
pub mod gauge;
pub mod h264;
pub mod mp4;
pub mod pngs;
mod reader;
pub mod reencode;
pub mod stats;

pub use codec::{Codec, Track};
pub use encoder::{Encoded, EncoderConfig, EncoderHandle, FootageKind, Pushed};
pub use error::VideoError;
pub use reader::{Reader, TOLERANCE};
pub use reencode::{Reencode, reencode};
pub use stats::PictureStats;
