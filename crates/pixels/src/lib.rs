//! Pictures in memory: what a camera's bytes are, where they live, and how they become the planes that an encoder takes.
//!
//! The recording path goes from a camera's bytes to [`Yuv420`] without a detour through RGB.
//! Not here: devices (`cameras`), codecs of films (`video`), operations a person chooses (`imaging`).

mod convert;
mod error;
mod format;
mod frame;
pub mod jpeg;
pub mod png;
mod pool;
mod preview;
mod range;
mod rgb;
mod ring;
mod rotate;
mod scale;
mod yuv;

pub use convert::Converter;
pub use error::PictureError;
pub use format::{PixelFormat, Rotation, Size};
pub use frame::CameraFrame;
pub use pool::{Bytes, Pool, PoolBuffer};
pub use preview::{Jpeg, Preview, Shown, View};
pub use rgb::{rgb_from_yuv420, yuv420_from_rgb};
pub use ring::{PictureReader, PictureWriter, RingSize, picture_ring};
pub use scale::{shrink, times_smaller};
pub use yuv::Yuv420;
