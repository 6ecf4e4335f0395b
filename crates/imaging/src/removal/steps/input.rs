//! A picture as the numbers that a network reads.

use std::borrow::Cow;

use pixels::Size;
use serde::{Deserialize, Serialize};

use super::lanczos::lanczos;
use crate::error::ImagingError;
use crate::picture::{Layout, Picture};
use crate::run::Run;

/// What colours are shifted and divided by, for red, green and blue from 0 to 1: `(v - mean) / deviation`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalisation {
    /// What is subtracted.
    pub mean: [f64; 3],
    /// What is divided by; above 0.
    pub deviation: [f64; 3],
}

impl Normalisation {
    /// Mean and deviation of ImageNet's photographs, which most networks were trained with.
    pub const IMAGENET: Self = Self {
        mean: [0.485, 0.456, 0.406],
        deviation: [0.229, 0.224, 0.225],
    };

    /// From -0.5 to 0.5.
    pub const HALF: Self = Self {
        mean: [0.5; 3],
        deviation: [1.0; 3],
    };
}

/// Red, green and blue of the picture, a plane after the other, resized to a square of `side`. Colours are divided by the
/// brightest value of the resized picture, not by 255. Alpha is left out, as if every pixel were opaque.
pub(crate) fn input(
    picture: &Picture,
    side: Size,
    normalisation: &Normalisation,
    run: &Run<'_>,
) -> Result<Vec<f32>, ImagingError> {
    let small = lanczos::<3>(&opaque(picture), picture.size(), side, run)?;
    let brightest = f64::from(small.iter().copied().max().unwrap_or(0)).max(1e-6);
    let mut out = Vec::with_capacity(small.len());
    for c in 0..3 {
        let table: [f32; 256] = std::array::from_fn(|level| {
            let value = level as f64 / brightest;
            ((value - normalisation.mean[c]) / normalisation.deviation[c]) as f32
        });
        let pixels = small.as_chunks::<3>().0;
        out.extend(pixels.iter().map(|pixel| table[usize::from(pixel[c])]));
    }
    Ok(out)
}

/// Colours alone.
pub(crate) fn opaque(picture: &Picture) -> Cow<'_, [u8]> {
    match picture.layout() {
        Layout::Rgb => Cow::Borrowed(picture.bytes()),
        Layout::Rgba => {
            let pixels = picture.bytes().as_chunks::<4>().0;
            Cow::Owned(
                pixels
                    .iter()
                    .flat_map(|[r, g, b, _]| [*r, *g, *b])
                    .collect(),
            )
        }
    }
}
