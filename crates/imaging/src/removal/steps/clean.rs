//! Cleaning a mask: what is thinner than three pixels goes, the outline becomes smooth and hard.

use pixels::Size;

use crate::error::ImagingError;
use crate::run::Run;

/// Width of the blur, in pixels.
const SIGMA: f64 = 2.0;

/// Pixels on each side that the blur looks at: four sigmas.
const REACH: usize = 8;

/// What is at least so much after the blur is kept.
const KEPT: f64 = 127.0;

/// Opening with a pixel and its four neighbours, a gaussian blur of sigma 2 that mirrors the picture at its edges (the edge
/// pixel is repeated first), then 0 below 127 and 255 from there on.
pub(crate) fn cleaned(mask: &[u8], size: Size, run: &Run<'_>) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let opened = crossed(&crossed(mask, width, u8::min), width, u8::max);
    let weights = weights();
    let mut out = vec![0; opened.len()];
    // Row by row: a large picture's worth of double precision would be too much.
    run.strips(&mut out, width, 64, |first, strip| {
        let mut blurred = vec![0.0f64; width];
        let mut padded = vec![0.0; width + 2 * REACH];
        for (row, out) in strip.chunks_exact_mut(width).enumerate() {
            // Down first: whole rows are added, which vectors do well.
            blurred.fill(0.0);
            for (offset, weight) in weights.iter().enumerate() {
                let from = mirrored(first + row + offset, height) * width;
                for (sum, value) in blurred.iter_mut().zip(&opened[from..from + width]) {
                    *sum += weight * f64::from(*value);
                }
            }
            for (x, value) in padded.iter_mut().enumerate() {
                *value = blurred[mirrored(x, width)];
            }
            let windows = padded.windows(2 * REACH + 1);
            for (out, window) in out.iter_mut().zip(windows) {
                let sum: f64 = window.iter().zip(&weights).map(|(v, w)| v * w).sum();
                *out = if sum < KEPT { 0 } else { 255 };
            }
        }
        Ok(())
    })?;
    Ok(out)
}

/// The least or largest of each pixel and its four neighbours; beyond the edge nothing counts.
fn crossed(mask: &[u8], width: usize, choose: fn(u8, u8) -> u8) -> Vec<u8> {
    let mut out = mask.to_vec();
    for (out, row) in out.chunks_exact_mut(width).zip(mask.chunks_exact(width)) {
        for (out, left) in out[1..].iter_mut().zip(row) {
            *out = choose(*out, *left);
        }
        for (out, right) in out.iter_mut().zip(&row[1..]) {
            *out = choose(*out, *right);
        }
    }
    for (out, above) in out[width..].iter_mut().zip(mask) {
        *out = choose(*out, *above);
    }
    for (out, below) in out.iter_mut().zip(&mask[width..]) {
        *out = choose(*out, *below);
    }
    out
}

fn weights() -> [f64; 2 * REACH + 1] {
    let bell: [f64; 2 * REACH + 1] = std::array::from_fn(|at| {
        let away = (at as f64 - REACH as f64) / SIGMA;
        (-0.5 * away * away).exp()
    });
    let sum: f64 = bell.iter().sum();
    bell.map(|weight| weight / sum)
}

/// The place of `at - REACH` in a row of `len` that goes on mirrored at both ends for ever.
fn mirrored(at: usize, len: usize) -> usize {
    let period = 2 * len;
    let at = (at + period * REACH.div_ceil(period) - REACH) % period;
    at.min(period - 1 - at)
}
