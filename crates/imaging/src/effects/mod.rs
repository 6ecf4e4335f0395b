//! What each operation means: its parameters, their ranges and neutral values, its formula.
//!
//! Values are sRGB-encoded, `v` from 0 to 1 in formulas, unless an operation says that it works in linear light.
//! Every operation rounds its result to 8 bits. Pointwise ones leave alpha as it is; those that mix pixels do so with
//! colours multiplied by alpha, so that the colour of a transparent pixel never shows.

mod alpha;
mod blur;
mod colour;
mod compose;
mod crop;
mod curves;
mod denoise;
mod levels;
mod remove_background;
mod resize;
mod rotate;
mod sharpen;
mod tiles;
mod tone;

use pixels::Size;

pub use blur::{BoxBlur, GaussianBlur};
pub use colour::{Grayscale, Hue, Saturation, Threshold, WhiteBalance};
pub use compose::{BackgroundColour, BackgroundPicture, Colour};
pub use crop::{Axis, Crop, Flip};
pub use curves::Curves;
pub use denoise::Denoise;
pub use levels::{Channel, Levels};
pub use remove_background::{Colours, RemoveBackground};
pub use resize::{Filter, Fit, Resize};
pub use rotate::Rotate;
pub use sharpen::Sharpen;
pub use tone::{Brightness, Contrast, Exposure, Gamma, Invert};

pub(crate) use alpha::times;
pub(crate) use resize::{resized, shrunk};
pub(crate) use rotate::{Quarters, turned};

use crate::error::ImagingError;
use crate::fused::{Pass, Program};
use crate::limits::Limits;
use crate::operation::Operation;
use crate::picture::{Layout, Picture};
use crate::run::Run;

/// Size and layout of a picture, known before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width and height.
    pub size: Size,
    /// With or without alpha.
    pub layout: Layout,
}

/// How a proxy stands for the full picture at the entrance of a stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// The full picture there.
    pub full: Size,
    /// The proxy there.
    pub proxy: Size,
    /// What the stage makes of the full picture.
    pub full_out: Size,
    /// Longest side that a proxy may have.
    pub longest: u32,
}

impl Scale {
    /// Proxy pixels for each full pixel, in a row.
    pub fn across(&self) -> f64 {
        f64::from(self.proxy.width()) / f64::from(self.full.width())
    }

    /// Proxy pixels for each full pixel, in a column.
    pub fn down(&self) -> f64 {
        f64::from(self.proxy.height()) / f64::from(self.full.height())
    }

    /// For lengths without a direction.
    pub fn mean(&self) -> f32 {
        (self.across() * self.down()).sqrt() as f32
    }
}

/// What an operation can be asked.
pub(crate) trait Effect {
    /// Whether all parameters are within what they may be.
    fn check(&self) -> Result<(), ImagingError>;

    /// What a pointwise operation does to each pixel; empty where the parameters are neutral. `None` for operations that
    /// look at more than one pixel.
    fn passes(&self) -> Option<Vec<Pass>> {
        None
    }

    /// The shape of the result.
    fn shape(&self, from: Shape, _limits: &Limits) -> Result<Shape, ImagingError> {
        Ok(from)
    }

    /// The operation whose effect on a proxy is this one's effect on the full picture, where it is another one.
    fn on_proxy(&self, _scale: &Scale) -> Option<Operation> {
        None
    }

    /// Makes the picture.
    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let passes = self.passes().unwrap_or_default();
        let program = Program::new(&passes);
        if program.is_empty() {
            return Ok(picture.clone());
        }
        program.apply(picture, run)
    }
}

/// Whether `value` is a number within `allowed`.
pub(crate) fn within(
    operation: &'static str,
    field: &str,
    value: f32,
    allowed: std::ops::RangeInclusive<f32>,
) -> Result<(), ImagingError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(ImagingError::Parameter {
        operation,
        field: field.to_owned(),
        value: value.to_string(),
        allowed: format!("{} to {}", allowed.start(), allowed.end()),
    })
}
