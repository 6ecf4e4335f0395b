//! From the bytes of a file to a picture: upright, sRGB, 8 bits a channel, and notes on what had to change for it.
//!
//! The bytes are trusted with nothing. Sizes are checked before memory is taken, a JPEG is looked through for its end,
//! and a decoder that panics is a damaged picture.

mod colour;
mod depth;
mod header;
mod jpeg;
mod webp;

use std::fmt;
use std::fs::File;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::codecs::bmp::BmpDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder};
use pixels::Size;

use crate::effects::{Axis, Flip, Quarters, turned};
use crate::error::ImagingError;
use crate::format::Format;
use crate::limits::Limits;
use crate::operation::Operation;
use crate::picture::Picture;
use crate::run::Run;

pub use header::{Header, header};

/// A picture and what is to be known about how it came out of its file.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Upright, sRGB.
    pub picture: Picture,
    /// Format of the file, whatever its name says.
    pub format: Format,
    /// What had to be changed. Empty where the picture is exactly what the file holds.
    pub notes: Vec<Note>,
}

/// Something that was changed while a picture was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// It was turned or mirrored, as its EXIF orientation (2 to 8) demands.
    Turned {
        /// The number in the file.
        orientation: u8,
    },
    /// It had more than 8 bits a channel and was rounded to 8.
    Rounded {
        /// Bits of a channel in the file.
        bits: u8,
    },
    /// It had floating-point values; they were taken as sRGB-encoded and cut to 0..=1.
    Cut,
    /// Its colours were converted to sRGB from this profile.
    Converted {
        /// Name of the profile, or the kind of its colours where it has none.
        profile: String,
    },
    /// Its colour profile could not be used; the colours were taken as sRGB.
    ProfileIgnored {
        /// Why.
        why: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turned { orientation } => {
                write!(f, "turned upright (EXIF orientation {orientation})")
            }
            Self::Rounded { bits } => write!(f, "{bits} bits a channel rounded to 8"),
            Self::Cut => f.write_str(
                "floating-point values taken as sRGB, cut to 0..1 and rounded to 8 bits",
            ),
            Self::Converted { profile } => {
                write!(
                    f,
                    "colours converted from the profile \"{profile}\" to sRGB"
                )
            }
            Self::ProfileIgnored { why } => {
                write!(f, "colour profile not used, colours taken as sRGB: {why}")
            }
        }
    }
}

/// Opens a file.
///
/// # Errors
/// When it cannot be read, is too large, or is no sound picture of a known format.
pub fn open(path: &Path, run: &Run<'_>) -> Result<Opened, ImagingError> {
    let failed = |source| ImagingError::File {
        doing: "reading the picture",
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large, also one that has no size, such as a pipe.
    file.take(run.limits.file.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    open_bytes(&bytes, run)
}

/// Opens the bytes of a file. Their format is told by themselves.
///
/// # Errors
/// As [`open`].
pub fn open_bytes(bytes: &[u8], run: &Run<'_>) -> Result<Opened, ImagingError> {
    if bytes.len() as u64 > run.limits.file {
        return Err(ImagingError::TooManyBytes {
            bytes: bytes.len() as u64,
            limit: run.limits.file,
        });
    }
    let format = format_of(bytes)?;
    run.pass(0, 4)?;
    // A panic of a library must not become one of ours. Nothing it could leave half done is used afterwards.
    let raw = catch_unwind(AssertUnwindSafe(|| decoded(format, bytes, &run.limits)))
        .unwrap_or_else(|_| {
            Err(ImagingError::Damaged {
                format,
                what: "the decoder gave up".to_owned(),
            })
        })?;
    run.pass(1, 4)?;
    let mut notes = Vec::new();
    let plain = depth::eight_bits(raw.colour, raw.bytes, &mut notes);
    let picture = in_srgb(raw.size, plain, raw.profile.as_deref(), &mut notes)?;
    let upright = upright(picture, raw.orientation, run)?;
    if raw.orientation != Orientation::NoTransforms {
        notes.push(Note::Turned {
            orientation: raw.orientation.to_exif(),
        });
    }
    Ok(Opened {
        picture: upright,
        format,
        notes,
    })
}

/// The format of bytes, by how they begin.
fn format_of(bytes: &[u8]) -> Result<Format, ImagingError> {
    Format::from_bytes(bytes).ok_or_else(|| {
        let begins: Vec<String> = bytes
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        ImagingError::UnknownFormat {
            begins: match begins.is_empty() {
                true => "nothing, it is empty".to_owned(),
                false => begins.join(" "),
            },
        }
    })
}

/// The picture with its colours converted where a profile asks for it and can be used.
fn in_srgb(
    size: Size,
    plain: depth::Plain,
    profile: Option<&[u8]>,
    notes: &mut Vec<Note>,
) -> Result<Picture, ImagingError> {
    let Some(profile) = profile else {
        return colour::as_is(size, plain);
    };
    let work = AssertUnwindSafe(|| colour::converted(size, &plain, profile));
    let converted = catch_unwind(work).unwrap_or_else(|_| Err("it is damaged".to_owned()));
    match converted {
        Ok(Some((picture, note))) => {
            notes.push(note);
            return Ok(picture);
        }
        Ok(None) => {}
        Err(why) => notes.push(Note::ProfileIgnored { why }),
    }
    colour::as_is(size, plain)
}

/// What a decoder gave.
struct Raw {
    size: Size,
    colour: ColorType,
    bytes: Vec<u8>,
    profile: Option<Vec<u8>>,
    orientation: Orientation,
}

fn decoded(format: Format, bytes: &[u8], limits: &Limits) -> Result<Raw, ImagingError> {
    let failed = |error| told(format, bytes.len(), limits, error);
    let reader = Cursor::new(bytes);
    match format {
        Format::Png => read(
            PngDecoder::new(reader).map_err(failed)?,
            format,
            bytes,
            limits,
        ),
        Format::Jpeg => {
            jpeg::whole(bytes)?;
            read(
                JpegDecoder::new(reader).map_err(failed)?,
                format,
                bytes,
                limits,
            )
        }
        Format::WebP => {
            webp::whole(bytes)?;
            read(
                WebPDecoder::new(reader).map_err(failed)?,
                format,
                bytes,
                limits,
            )
        }
        Format::Tiff => read(
            TiffDecoder::new(reader).map_err(failed)?,
            format,
            bytes,
            limits,
        ),
        Format::Bmp => read(
            BmpDecoder::new(reader).map_err(failed)?,
            format,
            bytes,
            limits,
        ),
    }
}

fn read(
    mut decoder: impl ImageDecoder,
    format: Format,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Raw, ImagingError> {
    let failed = |error| told(format, bytes.len(), limits, error);
    let (width, height) = decoder.dimensions();
    let size = limits.size(width, height, "the picture")?;
    let needed = decoder.total_bytes();
    let mut allowed = image::Limits::no_limits();
    allowed.max_image_width = Some(Size::LARGEST);
    allowed.max_image_height = Some(Size::LARGEST);
    allowed.max_alloc = Some(needed.saturating_add(limits.decoder));
    decoder.set_limits(allowed).map_err(failed)?;
    let colour = decoder.color_type();
    // What is told about colours and orientation may be damaged while the picture is sound.
    let profile = decoder.icc_profile().unwrap_or_default();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut pixels = vec![
        0;
        usize::try_from(needed)
            .unwrap_or(usize::MAX)
            .min(size.pixels() * 16)
    ];
    if pixels.len() as u64 != needed {
        return Err(ImagingError::Unsupported {
            format,
            what: format!("{colour:?}"),
        });
    }
    decoder.read_image(&mut pixels).map_err(failed)?;
    Ok(Raw {
        size,
        colour,
        bytes: pixels,
        profile,
        orientation,
    })
}

/// What a decoder's error means to a person.
fn told(format: Format, length: usize, limits: &Limits, error: ImageError) -> ImagingError {
    let text = error.to_string();
    match error {
        ImageError::Unsupported(_) => ImagingError::Unsupported { format, what: text },
        ImageError::IoError(_) => ImagingError::CutOff {
            format,
            what: format!("it ends after {length} bytes ({text})"),
        },
        ImageError::Limits(limit) => match limit.kind() {
            LimitErrorKind::InsufficientMemory => ImagingError::Unsupported {
                format,
                what: format!(
                    "it asks for more than the {} bytes that decoding may take",
                    limits.decoder
                ),
            },
            _ => ImagingError::Unsupported { format, what: text },
        },
        // Decoders wrap an early end of the bytes in words of their own.
        _ if ends_early(&text) => ImagingError::CutOff {
            format,
            what: format!("it ends after {length} bytes ({text})"),
        },
        _ => ImagingError::Damaged { format, what: text },
    }
}

fn ends_early(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "unexpected eof",
        "unexpected end",
        "end of file",
        "failed to fill whole buffer",
        "exhausted",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

fn upright(
    picture: Picture,
    orientation: Orientation,
    run: &Run<'_>,
) -> Result<Picture, ImagingError> {
    let (quarters, flip) = match orientation {
        Orientation::NoTransforms => (Quarters::None, None),
        Orientation::Rotate90 => (Quarters::One, None),
        Orientation::Rotate180 => (Quarters::Two, None),
        Orientation::Rotate270 => (Quarters::Three, None),
        Orientation::FlipHorizontal => (Quarters::None, Some(Axis::Horizontal)),
        Orientation::FlipVertical => (Quarters::None, Some(Axis::Vertical)),
        Orientation::Rotate90FlipH => (Quarters::One, Some(Axis::Horizontal)),
        Orientation::Rotate270FlipH => (Quarters::Three, Some(Axis::Horizontal)),
    };
    let picture = turned(&picture, quarters, &run.part(2, 4))?;
    match flip {
        Some(axis) => Operation::Flip(Flip { axis }).apply(&picture, &run.part(3, 4)),
        None => Ok(picture),
    }
}
