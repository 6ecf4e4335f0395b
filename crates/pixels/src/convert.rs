//! From a camera's bytes to the planes that an encoder takes: 4:2:0, limited range BT.601, upright.
//!
//! MJPG, YUYV and NV12 never become RGB on the way. Colour of 4:2:2 and 4:4:4 is averaged over the pixels it then stands
//! for; range is converted where the camera's is full. Not here: what a picture looks like when it is good enough.

use crate::error::{PictureError, whole};
use crate::format::{PixelFormat, Rotation, Size};
use crate::frame::CameraFrame;
use crate::jpeg;
use crate::range;
use crate::rgb::yuv420_from_rgb;
use crate::rotate::turn;
use crate::yuv::Yuv420;

/// Turns pictures of one camera into 4:2:0. Keeps its memory from picture to picture.
#[derive(Debug)]
pub struct Converter {
    decoder: jpeg::Decoder,
    lying: Yuv420,
}

impl Default for Converter {
    fn default() -> Self {
        Self::new()
    }
}

impl Converter {
    /// A converter for pictures of any format and size.
    pub fn new() -> Self {
        Self {
            decoder: jpeg::Decoder::default(),
            lying: Yuv420 {
                size: Size::ONE,
                y: Vec::new(),
                u: Vec::new(),
                v: Vec::new(),
            },
        }
    }

    /// Makes `out` the upright 4:2:0 picture of `frame`, whatever size it had before.
    ///
    /// # Errors
    /// When the picture is not whole: cut off anywhere, damaged, of another size than the frame says. `out` then holds
    /// nothing that means anything.
    pub fn to_yuv420(&mut self, frame: &CameraFrame, out: &mut Yuv420) -> Result<(), PictureError> {
        if frame.rotation == Rotation::None {
            return convert(&mut self.decoder, frame, out);
        }
        convert(&mut self.decoder, frame, &mut self.lying)?;
        turn(&mut self.lying, frame.rotation, out);
        Ok(())
    }
}

fn convert(
    decoder: &mut jpeg::Decoder,
    frame: &CameraFrame,
    out: &mut Yuv420,
) -> Result<(), PictureError> {
    let (size, bytes) = (frame.size, &frame.bytes[..]);
    whole(frame.format, size, bytes.len())?;
    match frame.format {
        PixelFormat::Mjpg => return decoder.decode_into(bytes, size, out),
        PixelFormat::Rgb => return yuv420_from_rgb(size, bytes, out),
        PixelFormat::Yuyv => {
            out.reshape(size);
            yuyv(size, bytes, out);
        }
        PixelFormat::Nv12 => {
            out.reshape(size);
            let (y, uv) = bytes.split_at(size.pixels());
            out.y.copy_from_slice(y);
            for (pair, (u, v)) in uv.chunks_exact(2).zip(out.u.iter_mut().zip(&mut out.v)) {
                (*u, *v) = (pair[0], pair[1]);
            }
        }
        PixelFormat::Gray => {
            out.reshape(size);
            for (y, &full) in out.y.iter_mut().zip(bytes) {
                *y = range::limited_luma(full);
            }
            out.u.fill(128);
            out.v.fill(128);
        }
    }
    Ok(())
}

/// Splits the pairs of pixels and takes the mean colour of two rows.
fn yuyv(size: Size, bytes: &[u8], out: &mut Yuv420) {
    let width = size.width() as usize;
    let chroma = size.chroma().width() as usize;
    let stride = 4 * chroma;
    for (row, into) in bytes
        .chunks_exact(stride)
        .zip(out.y.chunks_exact_mut(width))
    {
        for (y, &pair) in into.iter_mut().zip(row.as_chunks().0) {
            *y = u16::from_le_bytes(pair) as u8;
        }
    }
    let rows = out
        .u
        .chunks_exact_mut(chroma)
        .zip(out.v.chunks_exact_mut(chroma));
    for (two, (u, v)) in bytes.chunks(2 * stride).zip(rows) {
        // The last row of an odd height stands for itself.
        let (upper, lower) = (&two[..stride], &two[two.len() - stride..]);
        let pairs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (((&above, &below), u), v) in pairs.zip(u).zip(v) {
            // Both colours at once, each in half of a word, and rounded up.
            let colours = |pair: [u8; 4]| u32::from_le_bytes(pair) >> 8 & 0x00ff_00ff;
            let sums = colours(above) + colours(below) + 0x0001_0001;
            (*u, *v) = ((sums >> 1) as u8, (sums >> 17) as u8);
        }
    }
}
