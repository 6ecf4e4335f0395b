//! PNG of red, green and blue bytes, as the `image` datasets hold it.

use crate::error::{PictureError, whole};
use crate::format::{PixelFormat, Size};

/// How hard a PNG is pressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compression {
    /// Some times larger files, written many times faster: for what is written while an arm is driven.
    Fast,
    /// As LeRobot writes its own: zlib's level 6.
    #[default]
    LikeLeRobot,
}

/// The PNG of a picture of `size`, from three bytes for each pixel.
///
/// # Errors
/// When there are not three bytes for each pixel.
pub fn encode(size: Size, rgb: &[u8], compression: Compression) -> Result<Vec<u8>, PictureError> {
    whole(PixelFormat::Rgb, size, rgb.len())?;
    let mut bytes = Vec::with_capacity(rgb.len() / 2 + 1024);
    let mut encoder = ::png::Encoder::new(&mut bytes, size.width(), size.height());
    encoder.set_color(::png::ColorType::Rgb);
    encoder.set_depth(::png::BitDepth::Eight);
    match compression {
        Compression::Fast => encoder.set_compression(::png::Compression::Fastest),
        Compression::LikeLeRobot => {
            encoder.set_deflate_compression(::png::DeflateCompression::Level(6));
            encoder.set_filter(::png::Filter::Adaptive);
        }
    }
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(rgb)?;
        writer.finish()
    });
    written.map_err(|error| PictureError::Png {
        what: error.to_string(),
    })?;
    Ok(bytes)
}

/// Size and red, green and blue bytes of a PNG; grey and palettes are spread out, transparency is left out.
///
/// # Errors
/// When these bytes are no whole PNG, or one larger than [`Size::LARGEST`] either way.
pub fn decode(bytes: &[u8]) -> Result<(Size, Vec<u8>), PictureError> {
    let refused = |error: ::png::DecodingError| PictureError::Png {
        what: error.to_string(),
    };
    let mut decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(::png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(refused)?;
    let (width, height) = reader.info().size();
    let too_large = || PictureError::Png {
        what: format!("its size of {width}x{height} cannot be"),
    };
    let size = Size::new(width, height).ok_or_else(too_large)?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or_else(too_large)?];
    let info = reader.next_frame(&mut pixels).map_err(refused)?;
    reader.finish().map_err(refused)?;
    let rgb = match info.color_type.samples() {
        3 => pixels,
        1 | 2 => pixels
            .chunks_exact(info.color_type.samples())
            .flat_map(|pixel| [pixel[0]; 3])
            .collect(),
        _ => pixels
            .chunks_exact(4)
            .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect(),
    };
    Ok((size, rgb))
}
