//! Making a picture larger or smaller.

use std::borrow::Cow;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use pixels::Size;
use serde::{Deserialize, Serialize};

use super::alpha::{divide, multiplied};
use super::{Effect, Scale, Shape};
use crate::error::ImagingError;
use crate::limits::Limits;
use crate::operation::Operation;
use crate::picture::{Canvas, Layout, Picture};
use crate::run::Run;

/// How a picture gets a size of another shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The largest size of the picture's own shape within width and height. One of the two may come out smaller.
    #[default]
    Inside,
    /// Exactly width and height, the picture distorted.
    Stretch,
    /// Exactly width and height, the picture undistorted and cut off at two sides alike.
    Cover,
}

/// How pixels are weighed. When a picture becomes smaller, every filter but `nearest` is widened by the same factor, so
/// that all pixels count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// The nearest pixel: hard edges, no new colours; for masks and pixel art.
    Nearest,
    /// The mean of the pixels that a new one covers.
    Box,
    /// Weights that fall linearly: soft, fast.
    Bilinear,
    /// The cubic of Catmull and Rom: sharp, with slight overshoot at edges.
    CatmullRom,
    /// The cubic of Mitchell and Netravali: between soft and sharp.
    Mitchell,
    /// A windowed sinc over three lobes: sharpest, with overshoot at hard edges.
    #[default]
    Lanczos3,
}

impl Filter {
    fn algorithm(self) -> ResizeAlg {
        let filter = match self {
            Self::Nearest => return ResizeAlg::Nearest,
            Self::Box => FilterType::Box,
            Self::Bilinear => FilterType::Bilinear,
            Self::CatmullRom => FilterType::CatmullRom,
            Self::Mitchell => FilterType::Mitchell,
            Self::Lanczos3 => FilterType::Lanczos3,
        };
        ResizeAlg::Convolution(filter)
    }
}

/// Gives the picture another size. On sRGB-encoded values, as most programs do; colours multiplied by alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resize {
    /// Pixels in a row, 1 to 16384.
    pub width: u32,
    /// Rows, 1 to 16384.
    pub height: u32,
    /// What happens when the shape differs; `inside` where nothing is said.
    #[serde(default)]
    pub fit: Fit,
    /// How pixels are weighed; `lanczos3` where nothing is said.
    #[serde(default)]
    pub filter: Filter,
}

impl Resize {
    /// The size of the result.
    fn size(&self, from: Size, limits: &Limits) -> Result<Size, ImagingError> {
        self.check()?;
        let (mut width, mut height) = (self.width, self.height);
        if self.fit == Fit::Inside {
            let across = f64::from(width) / f64::from(from.width());
            let down = f64::from(height) / f64::from(from.height());
            let side = |side: u32, room: u32| {
                ((f64::from(side) * across.min(down)).round() as u32).clamp(1, room)
            };
            (width, height) = (side(from.width(), width), side(from.height(), height));
        }
        limits.size(width, height, "the resized picture")
    }

    /// The part of `from` that is used: left, top, width, height.
    fn used(&self, from: Size, to: Size) -> [f64; 4] {
        let (width, height) = (f64::from(from.width()), f64::from(from.height()));
        if self.fit != Fit::Cover {
            return [0.0, 0.0, width, height];
        }
        let across = f64::from(to.width()) / width;
        let down = f64::from(to.height()) / height;
        let scale = across.max(down);
        let (used_width, used_height) = (
            (f64::from(to.width()) / scale).min(width),
            (f64::from(to.height()) / scale).min(height),
        );
        [
            (width - used_width) / 2.0,
            (height - used_height) / 2.0,
            used_width,
            used_height,
        ]
    }
}

impl Effect for Resize {
    fn check(&self) -> Result<(), ImagingError> {
        for (field, value) in [("width", self.width), ("height", self.height)] {
            if !(1..=Size::LARGEST).contains(&value) {
                return Err(ImagingError::Parameter {
                    operation: "resize",
                    field: field.to_owned(),
                    value: value.to_string(),
                    allowed: format!("1 to {}", Size::LARGEST),
                });
            }
        }
        Ok(())
    }

    fn shape(&self, from: Shape, limits: &Limits) -> Result<Shape, ImagingError> {
        Ok(Shape {
            size: self.size(from.size, limits)?,
            ..from
        })
    }

    fn on_proxy(&self, scale: &Scale) -> Option<Operation> {
        // As much of the result as a view shows, and never more than the result has.
        let to = shrunk(scale.full_out, scale.longest);
        Some(Operation::Resize(Self {
            width: to.width(),
            height: to.height(),
            fit: match self.fit {
                Fit::Inside | Fit::Stretch => Fit::Stretch,
                Fit::Cover => Fit::Cover,
            },
            filter: self.filter,
        }))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let to = self.size(picture.size(), &run.limits)?;
        let used = self.used(picture.size(), to);
        resized(picture, to, used, self.filter, run)
    }
}

/// `size`, or its own shape with a longest side of `longest`.
pub(crate) fn shrunk(size: Size, longest: u32) -> Size {
    let side = size.width().max(size.height());
    if side <= longest {
        return size;
    }
    let factor = f64::from(longest.max(1)) / f64::from(side);
    let scaled = |side: u32| ((f64::from(side) * factor).round() as u32).max(1);
    Size::new(scaled(size.width()), scaled(size.height())).unwrap_or(size)
}

/// Rows of the result that are made at once; enough that rows read twice at the seams do not count.
const BAND: usize = 128;

/// The part `used` (left, top, width, height) of `picture` as a picture of size `to`.
pub(crate) fn resized(
    picture: &Picture,
    to: Size,
    used: [f64; 4],
    filter: Filter,
    run: &Run<'_>,
) -> Result<Picture, ImagingError> {
    let [left, top, width, height] = used;
    let whole = [
        0.0,
        0.0,
        f64::from(picture.size().width()),
        f64::from(picture.size().height()),
    ];
    if to == picture.size() && used == whole {
        return Ok(picture.clone());
    }
    // The library's own multiplication would start anew for every band.
    let (from, run) = match filter {
        Filter::Nearest => (Cow::Borrowed(picture), run.clone()),
        _ => multiplied(picture, run)?,
    };
    let mut canvas = Canvas::new(to, picture.layout(), &run.buffers);
    let row = canvas.row_bytes();
    let step = height / f64::from(to.height());
    run.strips(&mut canvas.bytes, row, BAND, |first, strip| {
        let rows = strip.len() / row;
        let options = ResizeOptions::new()
            .resize_alg(filter.algorithm())
            .use_alpha(false)
            .crop(
                left,
                top + first as f64 * step,
                width,
                within(rows as f64 * step, top + first as f64 * step, whole[3]),
            );
        let size = [to.width(), rows as u32];
        match picture.layout() {
            Layout::Rgb => band::<U8x3>(&from, size, strip, &options)?,
            Layout::Rgba => band::<U8x4>(&from, size, strip, &options)?,
        }
        if picture.layout() == Layout::Rgba && filter != Filter::Nearest {
            divide(strip);
        }
        Ok(())
    })?;
    Ok(canvas.finish())
}

/// Fills `strip`, which has width and height `size`. The kind of pixel is fixed here, because leaving the choice to the
/// library compiles its filters for every kind that it knows, for minutes.
fn band<P: PixelTrait>(
    from: &Picture,
    [width, height]: [u32; 2],
    strip: &mut [u8],
    options: &ResizeOptions,
) -> Result<(), ImagingError> {
    let size = from.size();
    let source = TypedImageRef::<P>::from_buffer(size.width(), size.height(), from.bytes())
        .map_err(|error| not_done(error.to_string()))?;
    let mut band = TypedImage::<P>::from_buffer(width, height, strip)
        .map_err(|error| not_done(error.to_string()))?;
    Resizer::new()
        .resize_typed(&source, &mut band, options)
        .map_err(|error| not_done(error.to_string()))
}

/// `length` from `start`, but not beyond `end` by the last bit of a sum.
fn within(length: f64, start: f64, end: f64) -> f64 {
    length.min(end - start)
}

fn not_done(what: String) -> ImagingError {
    ImagingError::NotDone {
        operation: "resize",
        what,
    }
}
