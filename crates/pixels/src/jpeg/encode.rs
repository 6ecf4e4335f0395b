//! Writing a JPEG, for previews of cameras that send none and for simulated cameras.

use jpeg_encoder::{
    ChromaSubsamplingMethod, ColorType, Encoder, ImageBuffer, JpegColorType, SamplingFactor,
};

use crate::error::{PictureError, whole};
use crate::format::{PixelFormat, Size};
use crate::range;
use crate::yuv::Yuv420;

/// A JPEG of `picture`, 4:2:0 and full range as JPEG is, at `quality` from 1 to 100.
///
/// # Errors
/// When the planes are not as large as the size says.
pub fn encode(picture: &Yuv420, quality: u8) -> Result<Vec<u8>, PictureError> {
    picture.whole()?;
    written(picture.size, quality, |mut encoder| {
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.encode_image(Planes(picture))
    })
}

/// A JPEG of the red, green and blue bytes of a picture of `size`, 4:2:2 as USB cameras send it, at `quality` from 1 to
/// 100.
///
/// # Errors
/// When there are not three bytes for each pixel.
pub fn encode_rgb(size: Size, rgb: &[u8], quality: u8) -> Result<Vec<u8>, PictureError> {
    whole(PixelFormat::Rgb, size, rgb.len())?;
    written(size, quality, |mut encoder| {
        let (width, height) = sides(size);
        encoder.set_sampling_factor(SamplingFactor::F_2_1);
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        encoder.encode(rgb, width, height, ColorType::Rgb)
    })
}

fn written(
    size: Size,
    quality: u8,
    write: impl FnOnce(Encoder<&mut Vec<u8>>) -> Result<(), jpeg_encoder::EncodingError>,
) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::with_capacity(size.pixels() / 4 + 1024);
    let encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
    write(encoder).map_err(|error| PictureError::NotWritten {
        what: error.to_string(),
    })?;
    Ok(bytes)
}

fn sides(size: Size) -> (u16, u16) {
    // A size is at most 16,384 each way.
    (size.width() as u16, size.height() as u16)
}

/// The planes as the encoder asks for them: rows of full range, colour repeated.
struct Planes<'a>(&'a Yuv420);

impl ImageBuffer for Planes<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        sides(self.0.size).0
    }

    fn height(&self) -> u16 {
        sides(self.0.size).1
    }

    fn fill_buffers(&self, row: u16, buffers: &mut [Vec<u8>; 4]) {
        let width = self.0.size.width() as usize;
        let chroma = self.0.size.chroma().width() as usize;
        let row = usize::from(row);
        let [y, cb, cr, _] = buffers;
        let luma = &self.0.y[row * width..][..width];
        y.extend(luma.iter().map(|&y| range::full_luma(y)));
        for (plane, into) in [(&self.0.u, cb), (&self.0.v, cr)] {
            let from = &plane[row / 2 * chroma..][..chroma];
            let doubled = from.iter().flat_map(|&c| [range::full_chroma(c); 2]);
            into.extend(doubled.take(width));
        }
    }
}
