//! Films: pictures become samples, samples become an mp4 that survives a kill, and every picture is found again.
//!
//! Not here: which picture belongs to which row (`recorder`), where a film lies in a dataset (`dataset`), a camera's own
//! bytes (`pixels`, `cameras`).

mod codec;
mod decode;
mod error;
pub mod h264;
pub mod mp4;
mod reader;

pub use codec::{Codec, Track};
pub use error::VideoError;
pub use reader::{Reader, TOLERANCE};
