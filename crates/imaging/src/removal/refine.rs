//! Drawing a mask's outline to the edges in the picture.
//!
//! A network's mask is coarse: a few hundred pixels are enlarged to the picture's size. A guided filter takes the mask for
//! a linear function of colour within a window, so its edge moves to where colours change. After He et al., "Guided Image
//! Filtering" (2013) and "Fast Guided Filter" (2015): the function is found on a smaller picture and used at full size.

use pixels::Size;

use crate::error::ImagingError;
use crate::run::Run;

/// What counts as one colour: differences whose square, from 0 to 1, is below this are noise.
const FLAT: f32 = 1e-4;

/// Windows have about so many pixels of the smaller picture to each side.
const REACH: usize = 4;

/// A mask within so much of 0 or 1 is certain and stays.
const CERTAIN: f32 = 0.02;

/// Planes of sums: mask, three colours, mask times colours, six products of colours.
const PLANES: usize = 13;

/// So many pixels of the smaller picture are worked on at once; each takes about 200 bytes.
const AT_ONCE: usize = 1 << 18;

/// The mask with its outline drawn to edges up to `radius` pixels away.
pub(crate) fn refined(
    rgb: &[u8],
    mask: &[u8],
    size: Size,
    radius: u32,
    run: &Run<'_>,
) -> Result<Vec<u8>, ImagingError> {
    by_bands(rgb, mask, size, radius, AT_ONCE, run)
}

/// Band by band, each with the rows around it that its result depends on, so that bands leave no trace.
fn by_bands(
    rgb: &[u8],
    mask: &[u8],
    size: Size,
    radius: u32,
    at_once: usize,
    run: &Run<'_>,
) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let step = (radius as usize / REACH).max(1);
    let reach = (radius as usize).div_ceil(step);
    // Means of means, and one more to go between.
    let around = 2 * reach + 1;
    let rows = at_once / width.div_ceil(step);
    let core = rows.saturating_sub(2 * around).max(around) * step;
    let mut out = mask.to_vec();
    let of = height.div_ceil(core);
    for (index, out) in out.chunks_mut(core * width).enumerate() {
        let first = index * core;
        let start = first.saturating_sub(around * step);
        let end = (first + core + around * step).min(height);
        let band = Band {
            rgb: &rgb[3 * start * width..3 * end * width],
            mask: &mask[start * width..end * width],
            width,
            step,
            reach,
        };
        band.refine(first - start, out, &run.part(index, of))?;
    }
    Ok(out)
}

/// Some rows of a picture; the first of them begins a square of the smaller picture.
struct Band<'a> {
    rgb: &'a [u8],
    mask: &'a [u8],
    width: usize,
    /// Pixels of a square of the smaller picture, along each side.
    step: usize,
    /// Squares to each side in a window.
    reach: usize,
}

impl Band<'_> {
    /// The refined rows from `first` on.
    fn refine(&self, first: usize, out: &mut [u8], run: &Run<'_>) -> Result<(), ImagingError> {
        let Self { width, step, .. } = *self;
        let (across, down) = (
            width.div_ceil(step),
            (self.mask.len() / width).div_ceil(step),
        );
        let mut sums = self.small([across, down]);
        run.pass(1, 6)?;
        let mut scratch = vec![[0.0; PLANES]; sums.len()];
        means(&sums, &mut scratch, [across, down], self.reach);
        sums.clear();
        run.pass(2, 6)?;
        let lines: Vec<[f32; 4]> = scratch.iter().map(line).collect();
        // The function of a pixel is the mean of those of all windows that it is in.
        let mut smooth = vec![[0.0; 4]; lines.len()];
        means(&lines, &mut smooth, [across, down], self.reach);
        run.part(1, 2).strips(out, width, 64, |row, strip| {
            for (index, out) in strip.chunks_exact_mut(width).enumerate() {
                let y = first + row + index;
                let pixels = &self.rgb.as_chunks::<3>().0[y * width..][..width];
                let (above, below, down_by) = between(y, step, down);
                for (x, (out, pixel)) in out.iter_mut().zip(pixels).enumerate() {
                    let (left, right, right_by) = between(x, step, across);
                    let corner = |x: usize, y: usize| &smooth[y * across + x];
                    let corners = [
                        corner(left, above),
                        corner(right, above),
                        corner(left, below),
                        corner(right, below),
                    ];
                    let at = |i: usize| {
                        let top = corners[0][i] + (corners[1][i] - corners[0][i]) * right_by;
                        let bottom = corners[2][i] + (corners[3][i] - corners[2][i]) * right_by;
                        top + (bottom - top) * down_by
                    };
                    let sum: f32 = (0..3).map(|c| at(c) * f32::from(pixel[c]) / 255.0).sum();
                    let value = sum + at(3);
                    // A little more contrast, so that what is all but certain becomes so.
                    let value = (value - CERTAIN) / (1.0 - 2.0 * CERTAIN);
                    *out = (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
                }
            }
            Ok(())
        })
    }

    /// Means of `step` by `step` pixels, and their products.
    fn small(&self, [across, down]: [usize; 2]) -> Vec<[f32; PLANES]> {
        let Self {
            rgb,
            mask,
            width,
            step,
            ..
        } = *self;
        let height = mask.len() / width;
        let mut out = Vec::with_capacity(across * down);
        for row in 0..down {
            for column in 0..across {
                let mut sum = [0u32; 4];
                let (bottom, right) = (
                    ((row + 1) * step).min(height),
                    ((column + 1) * step).min(width),
                );
                for y in row * step..bottom {
                    for x in column * step..right {
                        let at = y * width + x;
                        sum[0] += u32::from(mask[at]);
                        for c in 0..3 {
                            sum[c + 1] += u32::from(rgb[3 * at + c]);
                        }
                    }
                }
                let count = (bottom - row * step) * (right - column * step);
                let [m, r, g, b] = sum.map(|sum| sum as f32 / (255 * count) as f32);
                out.push([
                    m,
                    r,
                    g,
                    b,
                    m * r,
                    m * g,
                    m * b,
                    r * r,
                    r * g,
                    r * b,
                    g * g,
                    g * b,
                    b * b,
                ]);
            }
        }
        out
    }
}

/// The two places of the smaller picture around `at`, and how far it is from the first to the second.
fn between(at: usize, step: usize, len: usize) -> (usize, usize, f32) {
    let place = ((at as f32 + 0.5) / step as f32 - 0.5).clamp(0.0, (len - 1) as f32);
    let first = place as usize;
    (first, (first + 1).min(len - 1), place - first as f32)
}

/// Means over squares of `2 * reach + 1`, cut at the picture's edges.
fn means<const N: usize>(
    from: &[[f32; N]],
    to: &mut [[f32; N]],
    [across, down]: [usize; 2],
    reach: usize,
) {
    let mut rows = vec![[0.0; N]; from.len()];
    for y in 0..down {
        let row = &from[y * across..][..across];
        slide(|x| row[x], &mut rows[y * across..][..across], reach);
    }
    let mut column = vec![[0.0; N]; down];
    for x in 0..across {
        slide(|y| rows[y * across + x], &mut column, reach);
        for (y, mean) in column.iter().enumerate() {
            to[y * across + x] = *mean;
        }
    }
}

fn slide<const N: usize>(from: impl Fn(usize) -> [f32; N], to: &mut [[f32; N]], reach: usize) {
    let len = to.len();
    // Double precision, so that what is added and taken away again leaves nothing behind.
    let mut sum = [0.0f64; N];
    let mut change = |at: usize, sign: f64| {
        for (sum, value) in sum.iter_mut().zip(from(at)) {
            *sum += sign * f64::from(value);
        }
        sum
    };
    for at in 0..reach.min(len) {
        change(at, 1.0);
    }
    for (at, to) in to.iter_mut().enumerate() {
        let mut now = [0.0; N];
        if at + reach < len {
            now = change(at + reach, 1.0);
        }
        if at > reach {
            now = change(at - reach - 1, -1.0);
        } else if at + reach >= len {
            now = change(at, 0.0);
        }
        let count = (at + reach).min(len - 1) - at.saturating_sub(reach) + 1;
        *to = now.map(|sum| (sum / count as f64) as f32);
    }
}

/// The linear function of colour that gives the mask: three factors and what is added.
fn line(mean: &[f32; PLANES]) -> [f32; 4] {
    let [m, r, g, b, mr, mg, mb, rr, rg, rb, gg, gb, bb] = *mean;
    let (xx, yy, zz) = (rr - r * r + FLAT, gg - g * g + FLAT, bb - b * b + FLAT);
    let (xy, xz, yz) = (rg - r * g, rb - r * b, gb - g * b);
    let (x, y, z) = (mr - m * r, mg - m * g, mb - m * b);
    let (ca, cb, cc) = (yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy);
    let over = 1.0 / (xx * ca + xy * cb + xz * cc);
    let (dd, de, ff) = (xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy);
    let factors = [
        (ca * x + cb * y + cc * z) * over,
        (cb * x + dd * y + de * z) * over,
        (cc * x + de * y + ff * z) * over,
    ];
    let [p, q, s] = factors;
    [p, q, s, m - p * r - q * g - s * b]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_outline_moves_to_the_edge_in_the_picture() {
        let size = Size::new(80, 40).unwrap();
        let (mut rgb, mut mask) = (Vec::new(), Vec::new());
        for _ in 0..40 {
            for x in 0..80i32 {
                rgb.extend(if x < 37 { [200, 180, 20] } else { [30, 60, 90] });
                // Twelve pixels wide and three too far left.
                mask.push(((40 - x) * 255 / 12).clamp(0, 255) as u8);
            }
        }
        let off = |mask: &[u8]| -> f64 {
            let each = mask.iter().enumerate().map(|(at, m)| {
                let truth = if at % 80 < 37 { 255.0 } else { 0.0 };
                (f64::from(*m) - truth).abs()
            });
            each.sum::<f64>() / (255 * mask.len()) as f64
        };
        let made = refined(&rgb, &mask, size, 12, &Run::default()).unwrap();
        assert!(
            off(&made) < 0.65 * off(&mask),
            "{} {}",
            off(&made),
            off(&mask)
        );
        let step = |mask: &[u8]| i32::from(mask[1636]) - i32::from(mask[1637]);
        assert!(
            step(&mask) < 25 && step(&made) > 130,
            "{} {}",
            step(&mask),
            step(&made)
        );
    }

    #[test]
    fn bands_leave_no_trace() {
        let size = Size::new(90, 200).unwrap();
        let rgb: Vec<u8> = (0..size.pixels() * 3)
            .map(|i| ((i / 270) * 7 % 190 + i % 270 / 5) as u8)
            .collect();
        let mask: Vec<u8> = (0..size.pixels())
            .map(|i| ((i % 90) * 5 + i / 900).min(255) as u8)
            .collect();
        for radius in [3, 17] {
            let refine = |at_once: usize| {
                by_bands(&rgb, &mask, size, radius, at_once, &Run::default()).unwrap()
            };
            let (whole, bands) = (refine(AT_ONCE), refine(1));
            assert_ne!(whole, mask);
            // Places and sums are rounded elsewhere.
            let far = whole.iter().zip(&bands).map(|(a, b)| a.abs_diff(*b));
            assert!(far.max() <= Some(1), "{radius}");
        }
    }

    #[test]
    fn a_certain_mask_stays_and_any_size_works() {
        for (width, height) in [(1, 1), (5, 1), (3, 70)] {
            let size = Size::new(width, height).unwrap();
            let rgb: Vec<u8> = (0..size.pixels() * 3).map(|i| (i * 37) as u8).collect();
            for level in [0, 255] {
                let mask = vec![level; size.pixels()];
                assert_eq!(
                    refined(&rgb, &mask, size, 9, &Run::default()).unwrap(),
                    mask
                );
            }
        }
    }
}
