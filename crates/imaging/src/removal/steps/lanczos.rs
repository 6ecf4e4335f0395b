//! Resizing as networks were trained to expect it, equal to the LANCZOS of Pillow 11 to the last bit.
//!
//! A windowed sinc over three lobes, widened when the picture becomes smaller; weights in 22 bits behind the point; rows
//! first, rounded to 8 bits, then columns (Pillow 13 begins with columns where that is less work, which rounds elsewhere: a
//! level or two). [`crate::effects::Resize`] is faster and up to a level off.

use std::borrow::Cow;

use pixels::Size;

use crate::error::ImagingError;
use crate::run::Run;

/// Lobes of the sinc on each side.
const LOBES: f64 = 3.0;

/// Bits behind the point of a weight; a sum of 255 times all weights stays below 31 bits.
const BITS: u32 = 22;

/// Weights of the pixels that make one of the result.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

/// `bytes`, which are a picture of `from` with `N` channels, as one of `to`.
pub(crate) fn lanczos<const N: usize>(
    bytes: &[u8],
    from: Size,
    to: Size,
    run: &Run<'_>,
) -> Result<Vec<u8>, ImagingError> {
    let (from_width, from_height) = (from.width() as usize, from.height() as usize);
    let (width, height) = (to.width() as usize, to.height() as usize);
    let mut rows = Cow::Borrowed(bytes);
    if width != from_width {
        let mut made = vec![0; width * from_height * N];
        let taps = taps(from_width, width);
        run.part(0, 2)
            .strips(&mut made, width * N, 64, |first, strip| {
                let from_rows = bytes[first * from_width * N..].chunks_exact(from_width * N);
                for (to, from) in strip.chunks_exact_mut(width * N).zip(from_rows) {
                    across::<N>(from, &taps, to);
                }
                Ok(())
            })?;
        rows = Cow::Owned(made);
    }
    if height == from_height {
        return Ok(rows.into_owned());
    }
    let taps = taps(from_height, height);
    let mut out = vec![0; width * height * N];
    run.part(1, 2)
        .strips(&mut out, width * N, 16, |first, strip| {
            let mut sums = vec![0i32; width * N];
            for (to, taps) in strip.chunks_exact_mut(width * N).zip(&taps[first..]) {
                sums.fill(1 << (BITS - 1));
                let from = rows[taps.first * width * N..].chunks_exact(width * N);
                for (from, weight) in from.zip(&taps.weights) {
                    for (sum, value) in sums.iter_mut().zip(from) {
                        *sum += i32::from(*value) * weight;
                    }
                }
                for (to, sum) in to.iter_mut().zip(&sums) {
                    *to = cut(*sum);
                }
            }
            Ok(())
        })?;
    Ok(out)
}

fn across<const N: usize>(from: &[u8], taps: &[Taps], to: &mut [u8]) {
    let from = from.as_chunks::<N>().0;
    for (to, taps) in to.as_chunks_mut::<N>().0.iter_mut().zip(taps) {
        let mut sums = [1i32 << (BITS - 1); N];
        for (pixel, weight) in from[taps.first..].iter().zip(&taps.weights) {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += i32::from(*value) * weight;
            }
        }
        *to = sums.map(cut);
    }
}

fn cut(sum: i32) -> u8 {
    (sum >> BITS).clamp(0, 255) as u8
}

fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let widened = scale.max(1.0);
    let support = LOBES * widened;
    let each = (0..to).map(|index| {
        let centre = (index as f64 + 0.5) * scale;
        let first = (centre - support + 0.5).max(0.0) as usize;
        let end = ((centre + support + 0.5) as usize).min(from);
        let weights: Vec<f64> = (first..end)
            .map(|at| sinc_window((at as f64 - centre + 0.5) * widened.recip()))
            .collect();
        let sum: f64 = weights.iter().sum();
        let whole = f64::from(1u32 << BITS);
        let weights = weights
            .iter()
            .map(|weight| (weight / sum * whole).round() as i32);
        Taps {
            first,
            weights: weights.collect(),
        }
    });
    each.collect()
}

fn sinc_window(x: f64) -> f64 {
    if (-LOBES..LOBES).contains(&x) {
        sinc(x) * sinc(x / LOBES)
    } else {
        0.0
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let x = x * std::f64::consts::PI;
    x.sin() / x
}
