//! Less noise by a median: single outliers go, edges stay.

use serde::{Deserialize, Serialize};

use super::tiles::{Tile, neighbours};
use super::{Effect, Scale};
use crate::error::ImagingError;
use crate::operation::Operation;
use crate::picture::Picture;
use crate::run::Run;

/// Largest radius: 49 pixels are compared for each.
const MOST: u32 = 3;

/// The median of the square from `-radius` to `radius`, for each channel by itself (also for alpha, and for colours
/// multiplied by it). Pixels beyond the edge are those at the edge. No new values appear in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denoise {
    /// Pixels to each side, 0 to 3; 0 changes nothing.
    pub radius: u32,
}

impl Effect for Denoise {
    fn check(&self) -> Result<(), ImagingError> {
        if self.radius > MOST {
            return Err(ImagingError::Parameter {
                operation: "denoise",
                field: "radius".to_owned(),
                value: self.radius.to_string(),
                allowed: format!("0 to {MOST}"),
            });
        }
        Ok(())
    }

    fn on_proxy(&self, scale: &Scale) -> Option<Operation> {
        // Shrinking to less than half does away with more noise than a median of the neighbours would.
        Some(Operation::Denoise(Self {
            radius: (self.radius as f32 * scale.mean()).round() as u32,
        }))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        self.check()?;
        let radius = self.radius as usize;
        match radius {
            0 => Ok(picture.clone()),
            1 => neighbours(picture, 1, run, |tile, strip| {
                medians::<9, 6>(tile, strip, 1);
                Ok(())
            }),
            2 => neighbours(picture, 2, run, |tile, strip| {
                medians::<25, 14>(tile, strip, 2);
                Ok(())
            }),
            _ => neighbours(picture, 3, run, |tile, strip| {
                medians::<49, 26>(tile, strip, 3);
                Ok(())
            }),
        }
    }
}

/// Bytes that are sorted side by side; the compiler makes vectors of them.
const LANES: usize = 32;
type Lane = [u8; LANES];

/// Makes the rows of a strip. `N` pixels are compared; `KEPT` is `N / 2 + 2`.
fn medians<const N: usize, const KEPT: usize>(tile: &Tile<'_>, strip: &mut [u8], radius: usize) {
    let (n, row) = (tile.channels, tile.width * tile.channels);
    let last = tile.height - 1;
    // Each line with the pixels at its ends repeated, and room for a whole block behind.
    let padded = row + 2 * radius * n + LANES;
    let side = 2 * radius + 1;
    let mut lines = vec![0u8; side * padded];
    let fill = |line: &mut [u8], at: isize| {
        let at = at.clamp(0, last as isize) as usize;
        let from = &tile.bytes[at * row..][..row];
        let (left, rest) = line.split_at_mut(radius * n);
        left.chunks_mut(n)
            .for_each(|pixel| pixel.copy_from_slice(&from[..n]));
        rest[..row].copy_from_slice(from);
        let right = &mut rest[row..][..radius * n];
        right
            .chunks_mut(n)
            .for_each(|pixel| pixel.copy_from_slice(&from[row - n..]));
    };
    let first = tile.skip as isize - radius as isize;
    for (index, line) in lines.chunks_mut(padded).enumerate() {
        fill(line, first + index as isize);
    }
    for (index, out) in strip.chunks_mut(row).enumerate() {
        if index > 0 {
            // The oldest line makes room for the next; their order does not matter to a median.
            let next = index + side - 1;
            let place = next % side;
            fill(
                &mut lines[place * padded..][..padded],
                first + next as isize,
            );
        }
        for (block, out) in out.chunks_mut(LANES).enumerate() {
            let lane = |number: usize| -> Lane {
                let start = number / side * padded + block * LANES + number % side * n;
                lines[start..].first_chunk().copied().unwrap_or([0; LANES])
            };
            let median = median::<N, KEPT>(lane);
            out.copy_from_slice(&median[..out.len()]);
        }
    }
}

/// The median of `N` values in each lane. Of any `N / 2 + 2` of them, the least and the largest cannot be the median and
/// are forgotten; each further value takes the place of one, until a single one is left.
#[inline(always)]
fn median<const N: usize, const KEPT: usize>(value: impl Fn(usize) -> Lane) -> Lane {
    let mut kept = [[0; LANES]; KEPT];
    for (number, lane) in kept.iter_mut().enumerate() {
        *lane = value(number);
    }
    let mut end = KEPT;
    let mut next = KEPT;
    while end > 1 {
        // The least to the front, the largest to the end.
        for at in 1..end {
            exchange(&mut kept, 0, at);
        }
        for at in 1..end - 1 {
            exchange(&mut kept, at, end - 1);
        }
        if next < N {
            // Both are forgotten: the last place is given up, the first gets the new value.
            kept[0] = value(next);
            next += 1;
            end -= 1;
        } else {
            // Only an odd rest is left: without its ends the middle stays.
            kept.copy_within(1..end - 1, 0);
            end -= 2;
        }
    }
    kept[0]
}

/// Puts the lesser of each lane at `low`, the larger at `high`.
#[inline(always)]
fn exchange<const KEPT: usize>(kept: &mut [Lane; KEPT], low: usize, high: usize) {
    let (a, b) = (kept[low], kept[high]);
    for lane in 0..LANES {
        kept[low][lane] = a[lane].min(b[lane]);
        kept[high][lane] = a[lane].max(b[lane]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgetting_the_ends_leaves_the_median() {
        fn check<const N: usize, const KEPT: usize>() {
            assert_eq!(KEPT, N / 2 + 2);
            let mut seed = N as u32;
            for _ in 0..200 {
                let mut values = [[0u8; LANES]; N];
                for v in values.as_flattened_mut() {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *v = (seed >> 27) as u8;
                }
                let found = median::<N, KEPT>(|number| values[number]);
                for lane in 0..LANES {
                    let mut sorted = values.map(|value| value[lane]);
                    sorted.sort_unstable();
                    assert_eq!(found[lane], sorted[N / 2], "of {N}");
                }
            }
        }
        check::<9, 6>();
        check::<25, 14>();
        check::<49, 26>();
    }
}
