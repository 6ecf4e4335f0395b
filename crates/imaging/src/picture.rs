//! A picture that operations work on: 8 bits a channel, sRGB, with or without alpha.
//!
//! Not here: bytes of cameras and their formats (`pixels`), files (`open`, `save`).

use std::fmt;
use std::sync::Arc;

use pixels::{CameraFrame, Converter, Size, Yuv420};

use crate::buffers::{Buffers, Filled};
use crate::error::ImagingError;

/// What the bytes of one pixel are. Values are sRGB-encoded, full range, one byte each, rows without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Red, green, blue. Every pixel is opaque.
    Rgb,
    /// Red, green, blue, alpha. Straight: colours are not multiplied by alpha. 0 is fully transparent, 255 opaque.
    Rgba,
}

impl Layout {
    /// Bytes of one pixel.
    pub const fn channels(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// Bytes of a whole picture of `size`.
    pub const fn bytes(self, size: Size) -> usize {
        size.pixels() * self.channels()
    }
}

/// A finished picture that nobody changes any more. Cloning shares the bytes.
#[derive(Clone)]
pub struct Picture {
    size: Size,
    layout: Layout,
    bytes: Arc<Filled>,
}

impl Picture {
    /// A picture of `size` from its bytes.
    ///
    /// # Errors
    /// [`ImagingError::Length`] when there are not as many bytes as size and layout demand.
    pub fn new(size: Size, layout: Layout, bytes: Vec<u8>) -> Result<Self, ImagingError> {
        let expected = layout.bytes(size);
        if bytes.len() != expected {
            return Err(ImagingError::Length {
                size,
                expected,
                got: bytes.len(),
            });
        }
        Ok(Self {
            size,
            layout,
            bytes: Arc::new(Filled::from(bytes)),
        })
    }

    /// A picture of a film or of a dataset, opaque, from the 4:2:0 planes it is decoded to.
    ///
    /// # Errors
    /// When the planes are not as long as the size says.
    pub fn from_yuv420(planes: &Yuv420) -> Result<Self, ImagingError> {
        let mut bytes = Vec::new();
        pixels::rgb_from_yuv420(planes, &mut bytes).map_err(ImagingError::Camera)?;
        Self::new(planes.size, Layout::Rgb, bytes)
    }

    /// A camera's picture, upright and opaque, with the colours that a film of it would have.
    ///
    /// # Errors
    /// When its bytes are damaged.
    pub fn from_camera(frame: &CameraFrame) -> Result<Self, ImagingError> {
        let mut planes = Yuv420::black(frame.upright_size());
        Converter::new()
            .to_yuv420(frame, &mut planes)
            .map_err(ImagingError::Camera)?;
        Self::from_yuv420(&planes)
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        self.size
    }

    /// What the bytes of a pixel are.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// All rows from the top, without gaps.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes of one row.
    pub fn row_bytes(&self) -> usize {
        self.size.width() as usize * self.layout.channels()
    }

    /// Whether a pixel is not fully opaque. Looks at every pixel of a picture with alpha.
    pub fn transparent(&self) -> bool {
        self.layout == Layout::Rgba
            && self
                .bytes
                .as_chunks::<4>()
                .0
                .iter()
                .any(|[_, _, _, alpha]| *alpha != 255)
    }
}

impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        (self.size, self.layout) == (other.size, other.layout) && self.bytes() == other.bytes()
    }
}

impl Eq for Picture {}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture")
            .field("size", &self.size)
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}

/// A picture while it is made.
pub(crate) struct Canvas {
    pub size: Size,
    pub layout: Layout,
    pub bytes: Filled,
}

impl Canvas {
    /// Memory for a picture, with whatever was in it before.
    pub fn new(size: Size, layout: Layout, buffers: &Arc<dyn Buffers>) -> Self {
        Self {
            size,
            layout,
            bytes: Filled::take(layout.bytes(size), buffers),
        }
    }

    pub fn row_bytes(&self) -> usize {
        self.size.width() as usize * self.layout.channels()
    }

    pub fn finish(self) -> Picture {
        Picture {
            size: self.size,
            layout: self.layout,
            bytes: Arc::new(self.bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_as_many_bytes_as_its_size_says() {
        let size = Size::new(2, 3).unwrap();
        assert!(Picture::new(size, Layout::Rgb, vec![0; 18]).is_ok());
        let error = Picture::new(size, Layout::Rgba, vec![0; 18]).unwrap_err();
        assert!(error.to_string().contains("24"), "{error}");
    }

    #[test]
    fn only_a_pixel_with_some_alpha_makes_a_picture_transparent() {
        let size = Size::new(2, 1).unwrap();
        let opaque = Picture::new(size, Layout::Rgba, vec![9, 9, 9, 255, 0, 0, 0, 255]).unwrap();
        let glass = Picture::new(size, Layout::Rgba, vec![9, 9, 9, 255, 0, 0, 0, 254]).unwrap();
        assert_eq!((opaque.transparent(), glass.transparent()), (false, true));
    }

    #[test]
    fn a_grey_film_picture_becomes_the_grey_it_shows() {
        let size = Size::new(4, 2).unwrap();
        let mut planes = Yuv420::black(size);
        // Limited range: 16 is black, 235 white, so 126 is 128.08 of 255.
        planes.y.fill(126);
        let picture = Picture::from_yuv420(&planes).unwrap();
        assert_eq!(picture.bytes(), [128; 24]);
    }
}
