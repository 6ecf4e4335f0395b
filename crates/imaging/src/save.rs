//! From a picture to the bytes of a file.

use std::fs;
use std::io::{Cursor, ErrorKind, Write};
use std::path::Path;

use image::codecs::bmp::BmpEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::effects::{BackgroundColour, Colour};
use crate::error::ImagingError;
use crate::format::Format;
use crate::operation::Operation;
use crate::picture::{Layout, Picture};
use crate::run::Run;

/// Largest side of a WebP: its header has 14 bits for it.
const WEBP_SIDE: u32 = 16_383;

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saving {
    /// Format of the file.
    pub format: Format,
    /// How good.
    pub quality: Quality,
    /// What lies under a picture with alpha in a format without it (JPEG, and BMP, whose alpha many programs ignore).
    pub ground: Colour,
}

impl Saving {
    /// As most people want it: JPEG at 90, everything else without loss; white under what has alpha.
    pub fn usual(format: Format) -> Self {
        Self {
            format,
            quality: Quality::Usual,
            ground: Colour::WHITE,
        }
    }
}

/// What a format's quality is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quality {
    /// 90 for JPEG, without loss for the others.
    #[default]
    Usual,
    /// 1 to 100. For JPEG (4:2:2) and WebP, larger is finer; 100 is not without loss. For PNG how hard it is pressed: below 34
    /// fast, above 66 smallest, always without loss. TIFF and BMP have nothing to choose.
    Level(u8),
    /// Without loss: refused for JPEG, which cannot.
    Lossless,
}

/// The bytes of a file. EXIF data of the file that the picture came from is not written: the picture is upright already, and
/// where it was taken is nobody's business. No profile is written either: without one, sRGB is meant.
///
/// # Errors
/// When the format cannot hold the picture, or the quality is not allowed.
pub fn encode(picture: &Picture, saving: &Saving, run: &Run<'_>) -> Result<Vec<u8>, ImagingError> {
    let level = level(saving)?;
    let opaque = matches!(saving.format, Format::Jpeg | Format::Bmp);
    let under = Operation::BackgroundColour(BackgroundColour {
        colour: saving.ground,
    });
    let picture = match opaque {
        true => under.apply(picture, &run.part(0, 2))?,
        false => picture.clone(),
    };
    run.pass(1, 2)?;
    let (width, height) = (picture.size().width(), picture.size().height());
    let colour = match picture.layout() {
        Layout::Rgb => ExtendedColorType::Rgb8,
        Layout::Rgba => ExtendedColorType::Rgba8,
    };
    let not_written = |what: String| ImagingError::NotWritten {
        format: saving.format,
        what,
    };
    let failed = |error: image::ImageError| not_written(error.to_string());
    let mut bytes = Cursor::new(Vec::new());
    match saving.format {
        Format::Png => {
            let effort = match level {
                Some(..34) => CompressionType::Fast,
                Some(67..) => CompressionType::Best,
                _ => CompressionType::Default,
            };
            PngEncoder::new_with_quality(&mut bytes, effort, FilterType::Adaptive)
                .write_image(picture.bytes(), width, height, colour)
                .map_err(failed)?;
        }
        Format::Jpeg => {
            return pixels::jpeg::encode_rgb(picture.size(), picture.bytes(), level.unwrap_or(90))
                .map_err(|error| not_written(error.to_string()));
        }
        Format::WebP => {
            if width.max(height) > WEBP_SIDE {
                let what =
                    format!("it is {width}x{height}, and a WebP has at most {WEBP_SIDE} a side");
                return Err(not_written(what));
            }
            let Some(level) = level else {
                WebPEncoder::new_lossless(&mut bytes)
                    .write_image(picture.bytes(), width, height, colour)
                    .map_err(failed)?;
                return Ok(bytes.into_inner());
            };
            let encoder = match picture.layout() {
                Layout::Rgb => webp::Encoder::from_rgb(picture.bytes(), width, height),
                Layout::Rgba => webp::Encoder::from_rgba(picture.bytes(), width, height),
            };
            return encoder
                .encode_simple(false, f32::from(level))
                .map(|memory| memory.to_vec())
                .map_err(|error| not_written(format!("{error:?}")));
        }
        Format::Tiff => TiffEncoder::new(&mut bytes)
            .write_image(picture.bytes(), width, height, colour)
            .map_err(failed)?,
        Format::Bmp => BmpEncoder::new(&mut bytes)
            .write_image(picture.bytes(), width, height, colour)
            .map_err(failed)?,
    }
    Ok(bytes.into_inner())
}

/// The number of a quality, `None` where there is none.
fn level(saving: &Saving) -> Result<Option<u8>, ImagingError> {
    let refused = |value: String, allowed: String| {
        Err(ImagingError::Parameter {
            operation: "save",
            field: "quality".to_owned(),
            value,
            allowed,
        })
    };
    match saving.quality {
        Quality::Usual => Ok(None),
        Quality::Level(level @ 1..=100) => Ok(Some(level)),
        Quality::Level(level) => refused(level.to_string(), "1 to 100".to_owned()),
        Quality::Lossless if saving.format == Format::Jpeg => {
            let allowed = "1 to 100 for JPEG, which always loses something".to_owned();
            refused("lossless".to_owned(), allowed)
        }
        Quality::Lossless => Ok(None),
    }
}

/// Whether a file that exists may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// It stays, and that is an error.
    #[default]
    Keep,
    /// It is replaced at once: under the name is either the old file or the whole new one.
    Replace,
}

/// Writes a file. It appears whole under its name, or not at all.
///
/// # Errors
/// When the picture cannot be encoded, the file exists and is to be kept, or the disk refuses.
pub fn save(
    picture: &Picture,
    path: &Path,
    saving: &Saving,
    existing: Existing,
    run: &Run<'_>,
) -> Result<(), ImagingError> {
    let exists = || ImagingError::Exists {
        path: path.to_owned(),
    };
    // Said before the work, and seen to again when the file gets its name.
    if existing == Existing::Keep && fs::symlink_metadata(path).is_ok() {
        return Err(exists());
    }
    let bytes = encode(picture, saving, run)?;
    let failed = |source| ImagingError::File {
        doing: "writing the picture",
        path: path.to_owned(),
        source,
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".tendon-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(&bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match existing {
        Existing::Replace => file.persist(path).map_err(|error| failed(error.error))?,
        Existing::Keep => file
            .persist_noclobber(path)
            .map_err(|error| match error.error {
                error if error.kind() == ErrorKind::AlreadyExists => exists(),
                error => failed(error),
            })?,
    };
    Ok(())
}
