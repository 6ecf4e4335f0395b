//! One picture from a camera: its bytes as they came, and when they had arrived.

use units::MonoTime;

use crate::format::{PixelFormat, Rotation, Size};
use crate::pool::Bytes;

/// One image from a device. Cloning shares the bytes.
#[derive(Debug, Clone)]
pub struct CameraFrame {
    /// Layout of `bytes`.
    pub format: PixelFormat,
    /// Size as the camera sends it, before `rotation`.
    pub size: Size,
    /// What is still to be turned.
    pub rotation: Rotation,
    /// Counts the pictures of a camera since it was started; one that never arrived leaves a hole where that is known.
    pub sequence: u64,
    /// When it was complete in memory; given by [`crate::PictureWriter::push`].
    pub arrived_at: MonoTime,
    /// The picture.
    pub bytes: Bytes,
}

impl CameraFrame {
    /// Size once it is turned, as it is recorded and shown.
    pub fn upright_size(&self) -> Size {
        self.rotation.applied_to(self.size)
    }
}
