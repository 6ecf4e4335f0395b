//! Cutting out and mirroring: pixels move, and none changes.

use serde::{Deserialize, Serialize};

use super::{Effect, Scale, Shape};
use crate::error::ImagingError;
use crate::limits::Limits;
use crate::operation::Operation;
use crate::picture::{Canvas, Layout, Picture};
use crate::run::{Run, cached_rows};

/// Cuts out a rectangle. Pixels of the picture as it reaches this stage, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crop {
    /// Columns that are cut off on the left.
    pub left: u32,
    /// Rows that are cut off at the top.
    pub top: u32,
    /// Columns that stay, at least 1; with `left` no more than the picture has.
    pub width: u32,
    /// Rows that stay, at least 1; with `top` no more than the picture has.
    pub height: u32,
}

impl Effect for Crop {
    fn check(&self) -> Result<(), ImagingError> {
        for (field, value) in [("width", self.width), ("height", self.height)] {
            if value == 0 {
                return Err(beyond(field, value, "at least 1".to_owned()));
            }
        }
        Ok(())
    }

    fn shape(&self, from: Shape, limits: &Limits) -> Result<Shape, ImagingError> {
        self.check()?;
        for (start, length, field, whole) in [
            (self.left, self.width, "left + width", from.size.width()),
            (self.top, self.height, "top + height", from.size.height()),
        ] {
            if u64::from(start) + u64::from(length) > u64::from(whole) {
                let allowed = format!("at most the picture's {whole}");
                return Err(beyond(field, u64::from(start) + u64::from(length), allowed));
            }
        }
        Ok(Shape {
            size: limits.size(self.width, self.height, "the cut-out")?,
            ..from
        })
    }

    fn on_proxy(&self, scale: &Scale) -> Option<Operation> {
        let span = |start: u32, length: u32, factor: f64, whole: u32| {
            let edge = |at: u32| (f64::from(at) * factor).round() as u32;
            // At least one pixel of what there is.
            let first = edge(start).min(whole - 1);
            let last = edge(start + length).clamp(first + 1, whole);
            (first, last - first)
        };
        let (left, width) = span(self.left, self.width, scale.across(), scale.proxy.width());
        let (top, height) = span(self.top, self.height, scale.down(), scale.proxy.height());
        Some(Operation::Crop(Self {
            left,
            top,
            width,
            height,
        }))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let from = Shape {
            size: picture.size(),
            layout: picture.layout(),
        };
        let shape = self.shape(from, &run.limits)?;
        if shape == from {
            return Ok(picture.clone());
        }
        let mut canvas = Canvas::new(shape.size, shape.layout, &run.buffers);
        let (wide, row) = (picture.row_bytes(), canvas.row_bytes());
        let left = self.left as usize * shape.layout.channels();
        run.strips(&mut canvas.bytes, row, cached_rows(row), |first, strip| {
            let rows = picture.bytes()[(self.top as usize + first) * wide..].chunks(wide);
            for (to, from) in strip.chunks_mut(row).zip(rows) {
                to.copy_from_slice(&from[left..][..row]);
            }
            Ok(())
        })?;
        Ok(canvas.finish())
    }
}

fn beyond(field: &str, value: impl ToString, allowed: String) -> ImagingError {
    ImagingError::Parameter {
        operation: "crop",
        field: field.to_owned(),
        value: value.to_string(),
        allowed,
    }
}

/// Which way a picture is mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Left and right change places.
    Horizontal,
    /// Top and bottom change places.
    Vertical,
}

/// Mirrors the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flip {
    /// Which way.
    pub axis: Axis,
}

impl Effect for Flip {
    fn check(&self) -> Result<(), ImagingError> {
        Ok(())
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let mut canvas = Canvas::new(picture.size(), picture.layout(), &run.buffers);
        let row = picture.row_bytes();
        let height = picture.size().height() as usize;
        run.strips(&mut canvas.bytes, row, cached_rows(row), |first, strip| {
            for (index, to) in strip.chunks_mut(row).enumerate() {
                let at = first + index;
                let from = match self.axis {
                    Axis::Horizontal => at,
                    Axis::Vertical => height - 1 - at,
                };
                let from = &picture.bytes()[from * row..][..row];
                match (self.axis, picture.layout()) {
                    (Axis::Vertical, _) => to.copy_from_slice(from),
                    (Axis::Horizontal, Layout::Rgb) => mirror::<3>(from, to),
                    (Axis::Horizontal, Layout::Rgba) => mirror::<4>(from, to),
                }
            }
            Ok(())
        })?;
        Ok(canvas.finish())
    }
}

fn mirror<const N: usize>(from: &[u8], to: &mut [u8]) {
    let from = from.as_chunks::<N>().0.iter().rev();
    for (to, from) in to.as_chunks_mut::<N>().0.iter_mut().zip(from) {
        *to = *from;
    }
}
