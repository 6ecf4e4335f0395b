//! The planes that an encoder takes and a decoder gives: 4:2:0, limited range BT.601, as the datasets' films are.

use crate::format::Size;

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
}
