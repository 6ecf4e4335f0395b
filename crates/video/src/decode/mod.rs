//! Samples become pictures: each sample handed over gives exactly one, its own.
//!
//! Not here: which samples a picture needs (`reader`), reading them (`mp4`).

mod av1;
mod colour;
mod h264;
mod sequence;

use std::path::Path;

use pixels::{Size, Yuv420};

use crate::codec::Codec;
use crate::error::VideoError;
use crate::mp4::Opened;

/// What every remedy for a film of another kind comes down to.
const RE_ENCODE: &str = "Re-encode it: ffmpeg -i IN.mp4 -c:v libx264 -pix_fmt yuv420p -color_range tv -g 2 -bf 0 OUT.mp4";

/// Decodes samples in their order, from a key on.
pub(crate) trait Decode: Send {
    /// Decodes one sample, and puts its picture into `picture` where somebody wants to see it.
    ///
    /// # Errors
    /// What is wrong with the sample: it gives no picture, or not one as the film promises.
    fn decode(&mut self, sample: &[u8], picture: Option<&mut Yuv420>) -> Result<(), String>;

    /// Whether decoding can begin with this sample, which its film calls a key: some keep that word also for pictures
    /// that only look like one, with others behind them that need what came before.
    fn can_begin_with(&self, sample: &[u8]) -> bool;

    /// Makes ready for a key that does not follow the sample before.
    ///
    /// # Errors
    /// When the decoder cannot begin again.
    fn begin_again(&mut self) -> Result<(), String>;
}

/// The decoder for a film.
///
/// # Errors
/// When this program cannot decode it: says what it is and what to do.
pub(crate) fn decoder_for(film: &Opened, path: &Path) -> Result<Box<dyn Decode>, VideoError> {
    let unsupported = |what: String| VideoError::Unsupported {
        what,
        remedy: RE_ENCODE,
        path: path.to_owned(),
    };
    match film.codec() {
        Some(Codec::H264) => {
            let decoder = h264::H264::new(film.parameters(), film.size(), film.colour());
            Ok(Box::new(decoder.map_err(unsupported)?))
        }
        Some(Codec::Av1) => {
            let decoder = av1::Av1::new(film.parameters(), film.size(), film.colour());
            Ok(Box::new(decoder.map_err(unsupported)?))
        }
        None => Err(unsupported(format!(
            "the film is coded with {}",
            film.codec_name()
        ))),
    }
}

/// Copies a plane of `size` whose rows are `stride` bytes apart.
fn copy_plane(from: &[u8], stride: usize, size: Size, into: &mut Vec<u8>) -> Result<(), String> {
    let width = size.width() as usize;
    into.clear();
    into.reserve(size.pixels());
    for row in from.chunks(stride.max(1)).take(size.height() as usize) {
        let row = row.get(..width).ok_or("the decoder gave short rows")?;
        into.extend_from_slice(row);
    }
    if into.len() == size.pixels() {
        Ok(())
    } else {
        Err("the decoder gave too few rows".into())
    }
}

/// A picture must have the size that the film says.
fn same_size(width: usize, height: usize, size: Size) -> Result<(), String> {
    if width == size.width() as usize && height == size.height() as usize {
        Ok(())
    } else {
        Err(format!("it is {width}x{height} in a film of {size}"))
    }
}
