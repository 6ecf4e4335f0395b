//! From JPEG to 4:2:0 in limited range.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::Markers;
use crate::error::PictureError;
use crate::format::Size;
use crate::range;
use crate::yuv::Yuv420;

/// Decodes pictures of one camera; keeps its memory from picture to picture.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    pixels: Vec<u8>,
}

impl Decoder {
    /// Makes `out` the picture in `bytes`, which is to be of `expected` size.
    pub(crate) fn decode_into(
        &mut self,
        bytes: &[u8],
        expected: Size,
        out: &mut Yuv420,
    ) -> Result<(), PictureError> {
        let markers = Markers::of(bytes)?;
        let got = markers.size;
        if got != expected {
            return Err(PictureError::OtherSize { expected, got });
        }
        let whole = markers.passed_on(bytes);
        let options = DecoderOptions::default()
            .set_strict_mode(true)
            .jpeg_set_out_colorspace(ColorSpace::YCbCr);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&*whole), options);
        let damaged = |_| PictureError::damaged("its data make no picture", markers.first_scan);
        decoder.decode_headers().map_err(damaged)?;
        let gray = decoder.input_colorspace() == Some(ColorSpace::Luma);
        if gray {
            decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::Luma));
        }
        out.reshape(got);
        self.pixels
            .resize(got.pixels() * if gray { 1 } else { 3 }, 0);
        decoder.decode_into(&mut self.pixels).map_err(damaged)?;
        if gray {
            for (y, &full) in out.y.iter_mut().zip(&self.pixels) {
                *y = range::limited_luma(full);
            }
            out.u.fill(128);
            out.v.fill(128);
        } else {
            planes(got, &self.pixels, out);
        }
        Ok(())
    }
}

/// Splits Y, Cb, Cr of every pixel into planes.
fn planes(size: Size, pixels: &[u8], out: &mut Yuv420) {
    let width = size.width() as usize;
    let chroma = size.chroma().width() as usize;
    for (y, pixel) in out.y.iter_mut().zip(pixels.chunks_exact(3)) {
        *y = range::limited_luma(pixel[0]);
    }
    let rows = out
        .u
        .chunks_exact_mut(chroma)
        .zip(out.v.chunks_exact_mut(chroma));
    for (two, (u, v)) in pixels.chunks(6 * width).zip(rows) {
        let (upper, lower) = (&two[..3 * width], &two[two.len() - 3 * width..]);
        for x in 0..chroma {
            let (left, right) = (6 * x, (6 * x + 3).min(3 * (width - 1)));
            let sum = |c: usize| {
                u16::from(upper[left + c])
                    + u16::from(upper[right + c])
                    + u16::from(lower[left + c])
                    + u16::from(lower[right + c])
            };
            u[x] = range::limited_chroma_of_4(sum(1));
            v[x] = range::limited_chroma_of_4(sum(2));
        }
    }
}
