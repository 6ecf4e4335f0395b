//! How large a picture may be, so that a small file or a slip of a finger cannot ask for all memory.

use pixels::Size;

use crate::error::ImagingError;

/// Limits on pictures that are opened or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of one picture. Each takes four bytes at most.
    pub pixels: usize,
    /// Bytes of a file or of bytes that are opened.
    pub file: u64,
    /// Bytes that a decoder may take besides the finished picture. Some decoders count only roughly.
    pub decoder: u64,
}

impl Limits {
    /// 200 megapixels (0.8 GB with alpha), files of 1 GB, 1 GB for decoding: above any camera of a person.
    pub const USUAL: Self = Self {
        pixels: 200_000_000,
        file: 1 << 30,
        decoder: 1 << 30,
    };

    /// The size of a picture of `width` times `height`.
    ///
    /// # Errors
    /// [`ImagingError::TooLarge`] beyond the limits, [`ImagingError::Empty`] without pixels.
    pub fn size(&self, width: u32, height: u32, what: &str) -> Result<Size, ImagingError> {
        if width == 0 || height == 0 {
            return Err(ImagingError::Empty {
                what: what.to_owned(),
                width,
                height,
            });
        }
        Size::new(width, height)
            .filter(|size| size.pixels() <= self.pixels)
            .ok_or_else(|| ImagingError::TooLarge {
                what: what.to_owned(),
                width,
                height,
                side: Size::LARGEST,
                pixels: self.pixels,
            })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::USUAL
    }
}
