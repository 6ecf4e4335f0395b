//! Softer pictures: the mean of the neighbourhood, evenly or by a bell curve.

use libblur::{
    BlurImage, BlurImageMut, ConvolutionMode, EdgeMode, EdgeMode2D, FastBlurChannels,
    GaussianBlurParams, ThreadingPolicy, gaussian_blur,
};
use serde::{Deserialize, Serialize};

use super::tiles::{Tile, neighbours};
use super::{Effect, Scale, within};
use crate::error::ImagingError;
use crate::operation::Operation;
use crate::picture::Picture;
use crate::run::Run;

/// Below this deviation a neighbour weighs less than a fifth of a level, and nothing is done.
pub(super) const SHARP: f32 = 0.2;

/// The mean of the neighbourhood, weighed by `exp(-d^2 / (2 sigma^2))` of the distance `d`, out to `3 sigma` (rounded up)
/// in rows and columns, where the weights add up to one. Pixels beyond the edge are those at the edge. On sRGB-encoded
/// values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianBlur {
    /// Standard deviation in pixels, 0 to 100; below 0.2 nothing changes.
    pub sigma: f32,
}

impl Effect for GaussianBlur {
    fn check(&self) -> Result<(), ImagingError> {
        within("gaussian_blur", "sigma", self.sigma, 0.0..=100.0)
    }

    fn on_proxy(&self, scale: &Scale) -> Option<Operation> {
        Some(Operation::GaussianBlur(Self {
            sigma: self.sigma * scale.mean(),
        }))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        if self.sigma < SHARP {
            return Ok(picture.clone());
        }
        neighbours(picture, reach(self.sigma), run, |tile, strip| {
            let blurred = gaussian(tile, self.sigma, "gaussian_blur")?;
            let start = tile.skip * tile.width * tile.channels;
            strip.copy_from_slice(&blurred[start..][..strip.len()]);
            Ok(())
        })
    }
}

/// Pixels to each side that count.
pub(super) fn reach(sigma: f32) -> usize {
    (3.0 * sigma).ceil() as usize
}

/// All rows of the tile, blurred. Those nearer than [`reach`] to a seam are not those of the whole picture.
pub(super) fn gaussian(
    tile: &Tile<'_>,
    sigma: f32,
    operation: &'static str,
) -> Result<Vec<u8>, ImagingError> {
    let channels = match tile.channels {
        3 => FastBlurChannels::Channels3,
        _ => FastBlurChannels::Channels4,
    };
    let (width, height) = (tile.width as u32, tile.height as u32);
    let mut made = vec![0; tile.bytes.len()];
    gaussian_blur(
        &BlurImage::borrow(tile.bytes, width, height, channels),
        &mut BlurImageMut::borrow(&mut made, width, height, channels),
        GaussianBlurParams::new(2 * reach(sigma) as u32 + 1, f64::from(sigma)),
        EdgeMode2D::new(EdgeMode::Clamp),
        ThreadingPolicy::Single,
        ConvolutionMode::Exact,
    )
    .map_err(|error| ImagingError::NotDone {
        operation,
        what: error.to_string(),
    })?;
    Ok(made)
}

/// The even mean of the square from `-radius` to `radius` in rows and columns. Of a radius between whole numbers the
/// outermost pixels count by the part that is covered. Pixels beyond the edge are those at the edge. On sRGB-encoded
/// values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxBlur {
    /// Pixels to each side, 0 to 200; 0 changes nothing.
    pub radius: f32,
}

impl Effect for BoxBlur {
    fn check(&self) -> Result<(), ImagingError> {
        within("box_blur", "radius", self.radius, 0.0..=200.0)
    }

    fn on_proxy(&self, scale: &Scale) -> Option<Operation> {
        // The square is 2 r + 1 wide, and so it is what is scaled.
        let wide = (2.0 * self.radius + 1.0) * scale.mean();
        Some(Operation::BoxBlur(Self {
            radius: ((wide - 1.0) / 2.0).max(0.0),
        }))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let square = Square::new(self.radius);
        if square.edge == 0 && square.whole == 0 {
            return Ok(picture.clone());
        }
        neighbours(picture, square.reach(), run, |tile, strip| {
            square.blur(tile, strip);
            Ok(())
        })
    }
}

/// Parts of a pixel that a square covers.
const PARTS: u32 = 256;

/// What a mean is made of.
struct Square {
    /// Pixels to each side that count wholly.
    whole: usize,
    /// Parts of 256 by which the next ones count.
    edge: u32,
}

impl Square {
    fn new(radius: f32) -> Self {
        let parts = (radius * PARTS as f32).round() as u32;
        Self {
            whole: (parts / PARTS) as usize,
            edge: parts % PARTS,
        }
    }

    fn reach(&self) -> usize {
        self.whole + usize::from(self.edge > 0)
    }

    /// Weight of a full row or column, in parts of 256.
    fn weight(&self) -> u32 {
        (2 * self.whole as u32 + 1) * PARTS + 2 * self.edge
    }

    /// Columns first, whose sums run down the tile row by row, then along each row; rounded once after each.
    fn blur(&self, tile: &Tile<'_>, strip: &mut [u8]) {
        let row = tile.width * tile.channels;
        let last = tile.height - 1;
        let line = |at: isize| {
            let at = at.clamp(0, last as isize) as usize;
            &tile.bytes[at * row..][..row]
        };
        let (whole, weight) = (self.whole as isize, self.weight());
        let first = tile.skip as isize;
        let mut sums = vec![0u32; row];
        for at in first - whole..=first + whole {
            for (sum, v) in sums.iter_mut().zip(line(at)) {
                *sum += u32::from(*v);
            }
        }
        let scale = Mean::of(weight);
        let mut means = vec![0u8; row];
        for (index, out) in strip.chunks_mut(row).enumerate() {
            let at = first + index as isize;
            let edges = line(at - whole - 1).iter().zip(line(at + whole + 1));
            for ((mean, sum), (above, below)) in means.iter_mut().zip(&sums).zip(edges) {
                let outer = u32::from(*above) + u32::from(*below);
                *mean = scale.rounded(sum * PARTS + outer * self.edge);
            }
            match tile.channels {
                3 => self.along::<3>(&means, out, &scale),
                _ => self.along::<4>(&means, out, &scale),
            }
            let moves = line(at - whole).iter().zip(line(at + whole + 1));
            for (sum, (gone, new)) in sums.iter_mut().zip(moves) {
                *sum = *sum + u32::from(*new) - u32::from(*gone);
            }
        }
    }

    fn along<const N: usize>(&self, from: &[u8], to: &mut [u8], scale: &Mean) {
        let pixels = from.as_chunks::<N>().0;
        let Some(last) = pixels.len().checked_sub(1) else {
            return;
        };
        let pixel = |at: isize| &pixels[at.clamp(0, last as isize) as usize];
        let whole = self.whole as isize;
        let mut sums = [0u32; N];
        for at in -whole..=whole {
            for (sum, v) in sums.iter_mut().zip(pixel(at)) {
                *sum += u32::from(*v);
            }
        }
        for (at, out) in to.as_chunks_mut::<N>().0.iter_mut().enumerate() {
            let at = at as isize;
            let (left, right) = (pixel(at - whole - 1), pixel(at + whole + 1));
            let gone = pixel(at - whole);
            for channel in 0..N {
                let outer = u32::from(left[channel]) + u32::from(right[channel]);
                out[channel] = scale.rounded(sums[channel] * PARTS + outer * self.edge);
                sums[channel] =
                    sums[channel] + u32::from(right[channel]) - u32::from(gone[channel]);
            }
        }
    }
}

/// A division by a weight, as a multiplication.
struct Mean {
    half: u64,
    inverse: u64,
}

impl Mean {
    fn of(weight: u32) -> Self {
        Self {
            half: u64::from(weight / 2),
            // Rounded up. Sums stay below 2^25 and weights below 2^17, so what is too much never makes a whole.
            inverse: (1u64 << 44).div_ceil(u64::from(weight)),
        }
    }

    #[inline(always)]
    fn rounded(&self, sum: u32) -> u8 {
        (((u64::from(sum) + self.half) * self.inverse) >> 44) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_the_rounded_quotient_for_every_weight_and_at_every_edge() {
        for parts in (0..=200 * PARTS).step_by(41) {
            let weight = PARTS + 2 * parts;
            let mean = Mean::of(weight);
            for v in 0..255u32 {
                let half = v * weight + weight / 2;
                for sum in [v * weight, half - 1, half, half + 1] {
                    let exact = (sum + weight / 2) / weight;
                    assert_eq!(u32::from(mean.rounded(sum)), exact, "{sum} / {weight}");
                }
            }
            assert_eq!(mean.rounded(255 * weight), 255);
        }
    }
}
