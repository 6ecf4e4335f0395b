//! How much of each pixel belongs to what is kept.

use std::fmt;
use std::sync::Arc;

use pixels::Size;

use crate::error::ImagingError;

/// One byte for each pixel: 0 is background, 255 is kept, between them a part of the pixel is. Cloning shares the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Mask {
    size: Size,
    bytes: Arc<[u8]>,
}

impl Mask {
    /// A mask of `size` from its bytes, rows from the top without gaps.
    ///
    /// # Errors
    /// [`ImagingError::Length`] when there are not as many bytes as pixels.
    pub fn new(size: Size, bytes: Vec<u8>) -> Result<Self, ImagingError> {
        if bytes.len() != size.pixels() {
            return Err(ImagingError::Length {
                size,
                expected: size.pixels(),
                got: bytes.len(),
            });
        }
        Ok(Self {
            size,
            bytes: bytes.into(),
        })
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        self.size
    }

    /// All rows from the top, without gaps.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Which part of the picture is kept, from 0 to 1.
    pub fn share(&self) -> f64 {
        let sum: u64 = self.bytes.iter().map(|byte| u64::from(*byte)).sum();
        sum as f64 / (255 * self.bytes.len().max(1)) as f64
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
