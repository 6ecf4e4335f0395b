//! Turning: by right angles without touching a pixel's value, by any other angle with interpolation.

use pixels::Size;
use serde::{Deserialize, Serialize};

use super::alpha::{divide, multiplied};
use super::{Effect, Shape, within};
use crate::error::ImagingError;
use crate::limits::Limits;
use crate::picture::{Canvas, Layout, Picture};
use crate::run::{Run, cached_rows};

/// Turns the picture around its middle. Multiples of 90 degrees move pixels and change none, and width and height change
/// places. Every other angle gives each new pixel the bilinear mean of the four around its place (colours multiplied by
/// alpha, sRGB-encoded), and the result has alpha: what lies beyond the picture is transparent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// Degrees clockwise, -360 to 360; 0 changes nothing.
    pub degrees: f32,
    /// Whether the result is large enough for all of the turned picture, which it is where nothing is said; else it keeps
    /// its size and corners are cut off. Right angles always keep everything.
    #[serde(default = "yes")]
    pub expand: bool,
}

fn yes() -> bool {
    true
}

/// Whole quarters of a turn, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quarters {
    None,
    One,
    Two,
    Three,
}

impl Rotate {
    fn quarters(&self) -> Option<Quarters> {
        let turned = self.degrees.rem_euclid(360.0);
        [
            (0.0, Quarters::None),
            (90.0, Quarters::One),
            (180.0, Quarters::Two),
            (270.0, Quarters::Three),
        ]
        .into_iter()
        .find_map(|(degrees, quarters)| (turned == degrees).then_some(quarters))
    }
}

impl Effect for Rotate {
    fn check(&self) -> Result<(), ImagingError> {
        within("rotate", "degrees", self.degrees, -360.0..=360.0)
    }

    fn shape(&self, from: Shape, limits: &Limits) -> Result<Shape, ImagingError> {
        self.check()?;
        match self.quarters() {
            Some(Quarters::None | Quarters::Two) => Ok(from),
            Some(Quarters::One | Quarters::Three) => Ok(Shape {
                size: from.size.turned(),
                ..from
            }),
            None => {
                let mut size = from.size;
                if self.expand {
                    let (sine, cosine) = f64::from(self.degrees).to_radians().sin_cos();
                    let [width, height] = [size.width(), size.height()].map(f64::from);
                    // What a sum of products is too large by makes no pixel.
                    let side = |length: f64| (length - 1e-6).ceil() as u32;
                    size = limits.size(
                        side(width * cosine.abs() + height * sine.abs()),
                        side(width * sine.abs() + height * cosine.abs()),
                        "the turned picture",
                    )?;
                }
                Ok(Shape {
                    size,
                    layout: Layout::Rgba,
                })
            }
        }
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        if let Some(quarters) = self.quarters() {
            return turned(picture, quarters, run);
        }
        let from = Shape {
            size: picture.size(),
            layout: picture.layout(),
        };
        let to = self.shape(from, &run.limits)?.size;
        free(picture, f64::from(self.degrees), to, run)
    }
}

/// Columns that are read together while a picture is turned, so that a line of the cache is used whole.
const BLOCK: usize = 32;

/// The picture after whole quarters of a turn.
pub(crate) fn turned(
    picture: &Picture,
    quarters: Quarters,
    run: &Run<'_>,
) -> Result<Picture, ImagingError> {
    match (quarters, picture.layout()) {
        (Quarters::None, _) => Ok(picture.clone()),
        (Quarters::Two, Layout::Rgb) => half::<3>(picture, run),
        (Quarters::Two, Layout::Rgba) => half::<4>(picture, run),
        (_, Layout::Rgb) => quarter::<3>(picture, quarters == Quarters::One, run),
        (_, Layout::Rgba) => quarter::<4>(picture, quarters == Quarters::One, run),
    }
}

fn half<const N: usize>(picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
    let mut canvas = Canvas::new(picture.size(), picture.layout(), &run.buffers);
    let row = canvas.row_bytes();
    let from = picture.bytes();
    run.strips(&mut canvas.bytes, row, cached_rows(row), |first, strip| {
        let end = from.len() - first * row;
        let backwards = from[end - strip.len()..end].as_chunks::<N>().0.iter().rev();
        for (to, from) in strip.as_chunks_mut::<N>().0.iter_mut().zip(backwards) {
            *to = *from;
        }
        Ok(())
    })?;
    Ok(canvas.finish())
}

fn quarter<const N: usize>(
    picture: &Picture,
    clockwise: bool,
    run: &Run<'_>,
) -> Result<Picture, ImagingError> {
    let mut canvas = Canvas::new(picture.size().turned(), picture.layout(), &run.buffers);
    let row = canvas.row_bytes();
    let (width, height) = (
        picture.size().width() as usize,
        picture.size().height() as usize,
    );
    let from = picture.bytes().as_chunks::<N>().0;
    run.strips(&mut canvas.bytes, row, BLOCK, |first, strip| {
        let to = strip.as_chunks_mut::<N>().0;
        let rows = to.len() / height;
        for left in (0..height).step_by(BLOCK) {
            let columns = BLOCK.min(height - left);
            for (index, line) in to.chunks_exact_mut(height).take(rows).enumerate() {
                let at = first + index;
                for (offset, pixel) in line[left..][..columns].iter_mut().enumerate() {
                    let column = left + offset;
                    *pixel = match clockwise {
                        // The upper row of the result is the left column, read from below.
                        true => from[(height - 1 - column) * width + at],
                        false => from[column * width + width - 1 - at],
                    };
                }
            }
        }
        Ok(())
    })?;
    Ok(canvas.finish())
}

fn free(picture: &Picture, degrees: f64, to: Size, run: &Run<'_>) -> Result<Picture, ImagingError> {
    let (from, run) = multiplied(picture, run)?;
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let mut canvas = Canvas::new(to, Layout::Rgba, &run.buffers);
    let row = canvas.row_bytes();
    let middle = [from.size().width(), from.size().height()].map(|side| f64::from(side) / 2.0);
    let centre = [to.width(), to.height()].map(|side| f64::from(side) / 2.0);
    run.strips(&mut canvas.bytes, row, cached_rows(row), |first, strip| {
        for (index, line) in strip.chunks_mut(row).enumerate() {
            let y = (first + index) as f64 + 0.5 - centre[1];
            for (column, pixel) in line.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                let x = column as f64 + 0.5 - centre[0];
                // Back by the angle; y points down, so this is the way a clockwise turn came.
                let source = [
                    x * cosine + y * sine + middle[0] - 0.5,
                    y * cosine - x * sine + middle[1] - 0.5,
                ];
                *pixel = match from.layout() {
                    Layout::Rgb => sample::<3>(&from, source),
                    Layout::Rgba => sample::<4>(&from, source),
                };
            }
        }
        divide(strip);
        Ok(())
    })?;
    Ok(canvas.finish())
}

/// The mean of the four pixels around a place, nearer ones weighing more; beyond the picture all is transparent.
#[inline(always)]
fn sample<const N: usize>(from: &Picture, [x, y]: [f64; 2]) -> [u8; 4] {
    let (width, height) = (
        i64::from(from.size().width()),
        i64::from(from.size().height()),
    );
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = ((x - left) as f32, (y - top) as f32);
    let (left, top) = (left as i64, top as i64);
    if left < -1 || top < -1 || left >= width || top >= height {
        return [0; 4];
    }
    let pixels = from.bytes().as_chunks::<N>().0;
    let mut sums = [0.5f32; 4];
    for (row, column, weight) in [
        (top, left, (1.0 - across) * (1.0 - down)),
        (top, left + 1, across * (1.0 - down)),
        (top + 1, left, (1.0 - across) * down),
        (top + 1, left + 1, across * down),
    ] {
        if row < 0 || column < 0 || row >= height || column >= width {
            continue;
        }
        let pixel = &pixels[(row * width + column) as usize];
        for channel in 0..N {
            sums[channel] += weight * f32::from(pixel[channel]);
        }
        if N == 3 {
            sums[3] += weight * 255.0;
        }
    }
    sums.map(|sum| sum as u8)
}
