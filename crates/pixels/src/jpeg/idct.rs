//! The inverse cosine transform of 8x8 blocks, and the same with neighbours averaged, which is cheaper than the whole.
//!
//! Sums of cosines are split in the middle again and again (Lee's way): the even coefficients are a transform of half
//! the length, the odd ones after adding neighbours another. All weights that a coefficient needs are in the table that
//! it is multiplied with anyway ([`weights`]), also the way from full to limited range, so a value is rounded once.
//!
//! A mean of two neighbours is `cos(kπ/16)` times a transform of half the length in which coefficient `8 - k` counts
//! against coefficient `k`, and coefficient 4 not at all. So a 4:2:2 picture's colour comes out halved in height.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

use wide::{f32x4, i16x8, i32x8, u8x16};

/// Coefficients of a block, the eight of one column after those of the column before.
pub(super) type Block = [f32; 64];

/// What is done along an axis of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// Eight values.
    Whole,
    /// f32x4 values, each the mean of two neighbours.
    Halved,
}

/// Where the coefficient that comes `n`th in the data belongs in a [`Block`].
pub(super) const PLACES: [u8; 64] = places();

const fn places() -> [u8; 64] {
    let mut places = [0; 64];
    let (mut x, mut y, mut n) = (0i32, 0i32, 0);
    let mut up = true;
    while n < 64 {
        places[n] = (x * 8 + y) as u8;
        n += 1;
        // Along the diagonals, turning round at the edges.
        match (up, x, y) {
            (true, 7, _) => (y, up) = (y + 1, false),
            (true, _, 0) => (x, up) = (x + 1, false),
            (true, _, _) => (x, y) = (x + 1, y - 1),
            (false, _, 7) => (x, up) = (x + 1, true),
            (false, 0, _) => (y, up) = (y + 1, true),
            (false, _, _) => (x, y) = (x - 1, y + 1),
        }
    }
    places
}

/// What each coefficient is multiplied with, in the order of the data, for a quantisation table in that order and values
/// that are then scaled by `scale`.
pub(super) fn weights(
    quantisation: &[u16; 64],
    columns: Axis,
    rows: Axis,
    scale: f32,
) -> [f32; 64] {
    std::array::from_fn(|n| {
        let (x, y) = (usize::from(PLACES[n]) / 8, usize::from(PLACES[n]) % 8);
        f32::from(quantisation[n]) * along(columns, x) * along(rows, y) * scale
    })
}

fn along(axis: Axis, k: usize) -> f32 {
    let plain = if k == 0 { FRAC_1_SQRT_2 / 2.0 } else { 0.5 };
    match axis {
        Axis::Whole => plain,
        Axis::Halved => plain * (k as f32 * PI / 16.0).cos(),
    }
}

/// 1 / (2 cos((2n + 1) π / 8)).
const QUARTER: [f32; 2] = [0.541_196_1, 1.306_563];
/// 1 / (2 cos((2n + 1) π / 16)).
const EIGHTH: [f32; 4] = [0.509_795_6, 0.601_344_9, 0.899_976_2, 2.562_915_4];

#[inline(always)]
fn two(a: f32x4, b: f32x4) -> [f32x4; 2] {
    let b = b * FRAC_1_SQRT_2;
    [a + b, a - b]
}

#[inline(always)]
fn four(f: [f32x4; 4]) -> [f32x4; 4] {
    let even = two(f[0], f[2]);
    let odd = two(f[1], f[1] + f[3]);
    let (a, b) = (odd[0] * QUARTER[0], odd[1] * QUARTER[1]);
    [even[0] + a, even[1] + b, even[1] - b, even[0] - a]
}

#[inline(always)]
fn eight(f: [f32x4; 8]) -> [f32x4; 8] {
    let even = four([f[0], f[2], f[4], f[6]]);
    let odd = four([f[1], f[1] + f[3], f[3] + f[5], f[5] + f[7]]);
    let odd = [
        odd[0] * EIGHTH[0],
        odd[1] * EIGHTH[1],
        odd[2] * EIGHTH[2],
        odd[3] * EIGHTH[3],
    ];
    [
        even[0] + odd[0],
        even[1] + odd[1],
        even[2] + odd[2],
        even[3] + odd[3],
        even[3] - odd[3],
        even[2] - odd[2],
        even[1] - odd[1],
        even[0] - odd[0],
    ]
}

#[inline(always)]
fn halved(f: [f32x4; 8]) -> [f32x4; 4] {
    four([f[0], f[1] - f[7], f[2] - f[6], f[3] - f[5]])
}

/// What becomes of a component's values, which are full range around zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Levels {
    /// What they are scaled with.
    pub scale: f32,
    /// What a block of nothing is.
    pub middle: f32,
    /// Nothing is below.
    pub lowest: f32,
    /// Nothing is above.
    pub highest: f32,
}

impl Levels {
    /// Limited luma.
    pub(super) const LUMA: Self = Self {
        scale: 219.0 / 255.0,
        middle: 16.0 + 128.0 * 219.0 / 255.0,
        lowest: 16.0,
        highest: 235.0,
    };
    /// Limited colour.
    pub(super) const COLOUR: Self = Self {
        scale: 224.0 / 255.0,
        middle: 128.0,
        lowest: 16.0,
        highest: 240.0,
    };

    /// Eight pixels of a row.
    #[inline(always)]
    fn row(self, left: f32x4, right: f32x4) -> i16x8 {
        let whole = |values: f32x4| {
            let cut = values.fast_max(f32x4::splat(self.lowest));
            let cut = cut.fast_min(f32x4::splat(self.highest));
            cut.fast_round_int().to_array()
        };
        let ([a, b, c, d], [e, f, g, h]) = (whole(left), whole(right));
        i16x8::from_i32x8_saturate(i32x8::new([a, b, c, d, e, f, g, h]))
    }

    /// Rows of pixels, of which there is an even number.
    #[inline(always)]
    fn pixels<const ROWS: usize>(self, left: [f32x4; ROWS], right: [f32x4; ROWS]) -> [[u8; 8]; 8] {
        let mut pixels = [[0; 8]; 8];
        for y in (0..ROWS).step_by(2) {
            let upper = self.row(left[y], right[y]);
            let lower = self.row(left[y + 1], right[y + 1]);
            let both = u8x16::narrow_i16x8(upper, lower).to_array();
            pixels[y].copy_from_slice(&both[..8]);
            pixels[y + 1].copy_from_slice(&both[8..]);
        }
        pixels
    }
}

/// The pixels of a block, row by row, eight bytes to a row; halved axes fill only the first four of a row, or rows.
/// The block's mean already has the middle of `levels` in it.
#[inline]
pub(super) fn pixels(block: &Block, columns: Axis, rows: Axis, levels: Levels) -> [[u8; 8]; 8] {
    // Along the rows, which lie across the lanes; then each four lanes become rows.
    let mut left = [f32x4::ZERO; 8];
    let mut right = [f32x4::ZERO; 8];
    for lanes in [0, 4] {
        let frequencies: [f32x4; 8] = std::array::from_fn(|k| {
            let at = 8 * k + lanes;
            f32x4::new([block[at], block[at + 1], block[at + 2], block[at + 3]])
        });
        match columns {
            Axis::Whole => {
                let [a, b, c, d, e, f, g, h] = eight(frequencies);
                left[lanes..lanes + 4].copy_from_slice(&f32x4::transpose([a, b, c, d]));
                right[lanes..lanes + 4].copy_from_slice(&f32x4::transpose([e, f, g, h]));
            }
            Axis::Halved => {
                let values = f32x4::transpose(halved(frequencies));
                left[lanes..lanes + 4].copy_from_slice(&values);
            }
        }
    }
    match (rows, columns) {
        (Axis::Whole, Axis::Whole) => levels.pixels(eight(left), eight(right)),
        (Axis::Whole, Axis::Halved) => levels.pixels(eight(left), right),
        (Axis::Halved, Axis::Whole) => levels.pixels(halved(left), halved(right)),
        (Axis::Halved, Axis::Halved) => levels.pixels(halved(left), [f32x4::ZERO; 4]),
    }
}

/// The one value of a block that is nothing but its mean, with the middle of `levels` in it.
#[inline]
pub(super) fn flat(mean: f32, levels: Levels) -> u8 {
    // In range by then, and positive: the cut is what rounds.
    (mean.max(levels.lowest).min(levels.highest) + 0.5) as u8
}
