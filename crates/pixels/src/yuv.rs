//! The planes that an encoder takes and a decoder gives: 4:2:0, limited range BT.601, as the datasets' films are.

use crate::error::PictureError;
use crate::format::{PixelFormat, Size};

/// A planar 4:2:0 picture: luma 16 to 235, colour 16 to 240 around 128, BT.601, rows without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yuv420 {
    /// Size of the luma plane; the colour planes have [`Size::chroma`].
    pub size: Size,
    /// Luma, row by row.
    pub y: Vec<u8>,
    /// Blue difference.
    pub u: Vec<u8>,
    /// Red difference.
    pub v: Vec<u8>,
}

impl Yuv420 {
    /// A black picture.
    pub fn black(size: Size) -> Self {
        let chroma = size.chroma().pixels();
        Self {
            size,
            y: vec![16; size.pixels()],
            u: vec![128; chroma],
            v: vec![128; chroma],
        }
    }

    /// Gives the planes the lengths of a picture of `size`, in the memory they have. What they hold is left to whoever
    /// fills them.
    pub fn reshape(&mut self, size: Size) {
        let chroma = size.chroma().pixels();
        self.size = size;
        self.y.resize(size.pixels(), 16);
        self.u.resize(chroma, 128);
        self.v.resize(chroma, 128);
    }

    /// Whether the planes are as long as the size says.
    ///
    /// # Errors
    /// [`PictureError::Length`] when one is not.
    pub fn whole(&self) -> Result<(), PictureError> {
        let (pixels, chroma) = (self.size.pixels(), self.size.chroma().pixels());
        if (self.y.len(), self.u.len(), self.v.len()) == (pixels, chroma, chroma) {
            return Ok(());
        }
        Err(PictureError::Length {
            format: PixelFormat::Nv12,
            size: self.size,
            expected: pixels + 2 * chroma,
            got: self.y.len() + self.u.len() + self.v.len(),
        })
    }
}
