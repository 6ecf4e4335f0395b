//! What a file says of its picture before anything is decoded, for whoever has to find memory for it first.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::codecs::bmp::BmpDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ImageDecoder, ImageResult};
use pixels::Size;

use super::told;
use crate::error::ImagingError;
use crate::format::Format;
use crate::limits::Limits;

/// What stands at the beginning of a file. The picture behind it may still be damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Format of the file, whatever its name says.
    pub format: Format,
    /// Width and height as they lie in the file, before it is turned upright.
    pub size: Size,
    /// Bytes of the file.
    pub file: u64,
    /// Bytes that the decoded picture takes, with the file's own depth.
    pub decoded: u64,
}

/// Reads a file's header.
///
/// # Errors
/// As [`super::open`], but for what only decoding finds.
pub fn header(path: &Path, limits: &Limits) -> Result<Header, ImagingError> {
    let failed = |source| ImagingError::File {
        doing: "reading the picture",
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > limits.file {
        return Err(ImagingError::TooManyBytes {
            bytes: length,
            limit: limits.file,
        });
    }
    let mut first = Vec::new();
    file.by_ref()
        .take(16)
        .read_to_end(&mut first)
        .map_err(failed)?;
    file.rewind().map_err(failed)?;
    let format = super::format_of(&first)?;
    let shape = AssertUnwindSafe(|| shape(format, BufReader::new(file)));
    let bytes = usize::try_from(length).unwrap_or(usize::MAX);
    let (size, decoded) = catch_unwind(shape)
        .map_err(|_panic| ImagingError::Damaged {
            format,
            what: "the decoder gave up".to_owned(),
        })?
        .map_err(|error| told(format, bytes, limits, error))?;
    Ok(Header {
        format,
        size: limits.size(size.0, size.1, "the picture")?,
        file: length,
        decoded,
    })
}

fn shape(format: Format, reader: BufReader<File>) -> ImageResult<((u32, u32), u64)> {
    let told = |decoder: &dyn ImageDecoder| (decoder.dimensions(), decoder.total_bytes());
    Ok(match format {
        Format::Png => told(&PngDecoder::new(reader)?),
        Format::Jpeg => told(&JpegDecoder::new(reader)?),
        Format::WebP => told(&WebPDecoder::new(reader)?),
        Format::Tiff => told(&TiffDecoder::new(reader)?),
        Format::Bmp => told(&BmpDecoder::new(reader)?),
    })
}
