//! Pictures in memory: what a camera's bytes are, where they live, and how they become the planes that an encoder takes.
//!
//! The recording path goes from a camera's bytes to [`Yuv420`] without a detour through RGB.
//! Not here: devices (`cameras`), codecs of films (`video`), operations a person chooses (`imaging`).

mod format;
mod frame;
mod pool;
mod ring;
mod yuv;

pub use format::{PixelFormat, Rotation, Size};
pub use frame::CameraFrame;
pub use pool::{Bytes, Pool, PoolBuffer};
pub use ring::{PictureReader, PictureWriter, picture_ring};
pub use yuv::Yuv420;
