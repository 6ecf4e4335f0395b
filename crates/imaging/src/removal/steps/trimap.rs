//! What of a mask is certain: kept, background, or left to matting.

use pixels::Size;
use serde::{Deserialize, Serialize};

/// Certainly background.
pub(crate) const BACKGROUND: u8 = 0;
/// To be decided.
pub(crate) const UNKNOWN: u8 = 128;
/// Certainly kept.
pub(crate) const FOREGROUND: u8 = 255;

/// How much of a mask matting takes for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matting {
    /// Above this mask value a pixel is kept for certain.
    pub foreground: u8,
    /// Below this one it is background for certain.
    pub background: u8,
    /// Side of the square around a pixel that has to be certain too, in pixels, 0 to 100; 0 asks the four neighbours.
    pub erode: u32,
}

impl Matting {
    /// Largest [`Matting::erode`].
    pub const WIDEST: u32 = 100;
}

impl Default for Matting {
    /// rembg's own defaults.
    fn default() -> Self {
        Self {
            foreground: 240,
            background: 10,
            erode: 10,
        }
    }
}

/// [`FOREGROUND`], [`BACKGROUND`] or [`UNKNOWN`] for each pixel. Beyond the picture's edge all is background.
pub(crate) fn trimap(mask: &[u8], size: Size, matting: &Matting) -> Vec<u8> {
    let width = size.width() as usize;
    let kept: Vec<bool> = mask.iter().map(|m| *m > matting.foreground).collect();
    let gone: Vec<bool> = mask.iter().map(|m| *m < matting.background).collect();
    let kept = eroded(&kept, width, matting.erode as usize, false);
    let gone = eroded(&gone, width, matting.erode as usize, true);
    let each = kept
        .iter()
        .zip(&gone)
        .map(|(kept, gone)| match (kept, gone) {
            // Thresholds that overlap leave a pixel both; background was written last.
            (_, true) => BACKGROUND,
            (true, false) => FOREGROUND,
            (false, false) => UNKNOWN,
        });
    each.collect()
}

/// What stays where all around it is set; `beyond` tells what lies outside the picture. An even square reaches one pixel
/// farther up and left.
fn eroded(set: &[bool], width: usize, side: usize, beyond: bool) -> Vec<bool> {
    let height = set.len() / width.max(1);
    if side == 0 {
        let at = |x: Option<usize>, y: Option<usize>| match (x, y) {
            (Some(x), Some(y)) if x < width && y < height => set[y * width + x],
            _ => beyond,
        };
        return (0..set.len())
            .map(|i| {
                let (x, y) = (i % width, i / width);
                at(Some(x), Some(y))
                    && at(x.checked_sub(1), Some(y))
                    && at(Some(x + 1), Some(y))
                    && at(Some(x), y.checked_sub(1))
                    && at(Some(x), Some(y + 1))
            })
            .collect();
    }
    let (before, after) = (side / 2, side - 1 - side / 2);
    let row: Vec<bool> = set
        .chunks_exact(width)
        .flat_map(|row| filled(row.iter().copied(), width, [before, after], beyond))
        .collect();
    let mut out = vec![false; set.len()];
    for x in 0..width {
        let column = row.iter().skip(x).step_by(width).copied();
        let made = filled(column, height, [before, after], beyond);
        for (y, value) in made.into_iter().enumerate() {
            out[y * width + x] = value;
        }
    }
    out
}

/// Whether all from `before` pixels before to `after` pixels behind are set, for each pixel of a line.
fn filled(
    line: impl Iterator<Item = bool>,
    len: usize,
    [before, after]: [usize; 2],
    beyond: bool,
) -> Vec<bool> {
    // Counts of what is not set, up to each pixel.
    let mut unset = Vec::with_capacity(len + 1);
    unset.push(0usize);
    for (at, set) in line.enumerate() {
        unset.push(unset[at] + usize::from(!set));
    }
    (0..len)
        .map(|at| {
            let inside = beyond || (at >= before && at + after < len);
            inside && unset[(at + after + 1).min(len)] == unset[at.saturating_sub(before)]
        })
        .collect()
}
