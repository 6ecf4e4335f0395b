//! What can be wrong with a picture, and what the person at the bench can do.

use crate::format::{PixelFormat, Size};

/// A picture that cannot be used. The one before it is repeated, and this one is counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The bytes end before the picture does.
    #[error("the {format} picture is cut off: it ends at byte {at}, {what}")]
    CutOff {
        /// Layout of the bytes.
        format: PixelFormat,
        /// What was being read or is missing.
        what: &'static str,
        /// Where the bytes end.
        at: usize,
    },
    /// The bytes are not what their format demands.
    #[error("the {format} picture is damaged at byte {at}: {what}")]
    Damaged {
        /// Layout of the bytes.
        format: PixelFormat,
        /// What was found.
        what: &'static str,
        /// Where.
        at: usize,
    },
    /// Sound, but of a kind that is not read here.
    #[error("the {format} picture is of a kind that cannot be read: {what}")]
    Unsupported {
        /// Layout of the bytes.
        format: PixelFormat,
        /// What kind.
        what: &'static str,
    },
    /// A picture without compression has another length than its size demands.
    #[error("a {format} picture of {size} has {expected} bytes, but {got} came")]
    Length {
        /// Layout of the bytes.
        format: PixelFormat,
        /// The size that was agreed on.
        size: Size,
        /// Bytes of a whole picture.
        expected: usize,
        /// Bytes that came.
        got: usize,
    },
    /// The picture says of itself that it has another size than was agreed on.
    #[error("the picture is {got} instead of {expected}")]
    OtherSize {
        /// The size that was agreed on.
        expected: Size,
        /// The size in the picture.
        got: Size,
    },
    /// A PNG that cannot be read or written.
    #[error("the PNG cannot be used: {what}")]
    Png {
        /// What the library says.
        what: String,
    },
    /// A JPEG could not be written.
    #[error("the picture cannot be written as JPEG: {what}")]
    NotWritten {
        /// What the library says.
        what: String,
    },
}

impl PictureError {
    /// What the person at the bench can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::CutOff { .. } | Self::Length { .. } => {
                "Single ones are harmless. If they come often, the USB bus is short of time: plug the camera into another port, without a hub, or choose a smaller size or rate."
            }
            Self::Damaged { .. } => {
                "Single ones are harmless. If they come often, check the camera's cable and plug, or choose a smaller size or rate."
            }
            Self::Unsupported { .. } => {
                "Choose another format for this camera; MJPG or YUYV work with almost every one."
            }
            Self::OtherSize { .. } => {
                "Choose a size that the camera offers (`tendon find-cameras` lists them), and check that nobody else changes its settings."
            }
            Self::Png { .. } => {
                "The file is damaged or no PNG of 8 bits; `tendon dataset verify` says which episodes are concerned."
            }
            Self::NotWritten { .. } => "Choose a smaller picture.",
        }
    }

    pub(crate) fn cut_off(what: &'static str, at: usize) -> Self {
        Self::CutOff {
            format: PixelFormat::Mjpg,
            what,
            at,
        }
    }

    pub(crate) fn damaged(what: &'static str, at: usize) -> Self {
        Self::Damaged {
            format: PixelFormat::Mjpg,
            what,
            at,
        }
    }

    pub(crate) fn unsupported(what: &'static str) -> Self {
        Self::Unsupported {
            format: PixelFormat::Mjpg,
            what,
        }
    }
}

/// Whether uncompressed `bytes` are as long as a picture of `size` in `format` is.
///
/// # Errors
/// [`PictureError::Length`] when they are not. MJPG has no length of its own and passes.
pub(crate) fn whole(format: PixelFormat, size: Size, got: usize) -> Result<(), PictureError> {
    match format.bytes(size) {
        Some(expected) if expected != got => Err(PictureError::Length {
            format,
            size,
            expected,
            got,
        }),
        _ => Ok(()),
    }
}
