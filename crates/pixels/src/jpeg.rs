//! JPEG as cameras send it: a cheap look whether a picture is whole, passing it on as it is, and writing one.
//!
//! A camera's bytes are hostile: they may be cut off anywhere, carry rubbish behind their end, or lack their Huffman
//! tables. Not here: the way from JPEG to 4:2:0 ([`crate::Converter`]).

mod decode;
mod encode;
mod header;
mod huffman;
mod idct;
mod markers;
mod scan;
mod tables;

use std::borrow::Cow;

use crate::error::PictureError;
use crate::format::Size;

pub use encode::{encode, encode_rgb};

pub(crate) use decode::Decoder;
pub(crate) use markers::Markers;

/// Whether these bytes look like a whole JPEG, and its size: every marker from the start of the picture to its end is
/// where it belongs. Nothing is decoded; it costs some microseconds, so that every picture can be looked at on arrival.
///
/// # Errors
/// [`PictureError`] with the place when the picture is cut off, damaged, or of a kind that cannot be decoded.
pub fn check(bytes: &[u8]) -> Result<Size, PictureError> {
    Markers::of(bytes).map(|markers| markers.size)
}

/// The picture as any reader of JPEG takes it: without what follows its end, and with the standard Huffman tables where
/// the camera left them out, as UVC allows. Bytes that need neither are lent, not copied; bytes that are no JPEG stay
/// as they are.
pub fn passed_on(bytes: &[u8]) -> Cow<'_, [u8]> {
    match Markers::of(bytes) {
        Ok(markers) => markers.passed_on(bytes),
        Err(_) => Cow::Borrowed(bytes),
    }
}
