//! The inverse cosine transform of 8x8 blocks, and the same with neighbours averaged, which is cheaper than the whole.
//!
//! Sums of cosines are split in the middle again and again (Lee's way): the even coefficients are a transform of half
//! the length, the odd ones after adding neighbours another. All weights that a coefficient needs are in the table that
//! it is multiplied with anyway ([`weights`]), also the way from full to limited range, so a value is rounded once.
//!
//! A mean of two neighbours is `cos(kπ/16)` times a transform of half the length in which coefficient `8 - k` counts
//! against coefficient `k`, and coefficient 4 not at all. So a 4:2:2 picture's colour comes out halved in height.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

/// Coefficients of a block, the eight of one column after those of the column before.
pub(super) type Block = [f32; 64];

/// What is done along an axis of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// Eight values.
    Whole,
    /// Four values, each the mean of two neighbours.
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
fn two(a: f32, b: f32) -> [f32; 2] {
    let b = b * FRAC_1_SQRT_2;
    [a + b, a - b]
}

#[inline(always)]
fn four(f: [f32; 4]) -> [f32; 4] {
    let even = two(f[0], f[2]);
    let odd = two(f[1], f[1] + f[3]);
    let (a, b) = (odd[0] * QUARTER[0], odd[1] * QUARTER[1]);
    [even[0] + a, even[1] + b, even[1] - b, even[0] - a]
}

#[inline(always)]
fn eight(f: [f32; 8]) -> [f32; 8] {
    let even = four([f[0], f[2], f[4], f[6]]);
    let odd = four([f[1], f[1] + f[3], f[3] + f[5], f[5] + f[7]]);
    let odd: [f32; 4] = std::array::from_fn(|n| odd[n] * EIGHTH[n]);
    std::array::from_fn(|n| {
        if n < 4 {
            even[n] + odd[n]
        } else {
            even[7 - n] - odd[7 - n]
        }
    })
}

#[inline(always)]
fn halved(f: [f32; 8]) -> [f32; 4] {
    four([f[0], f[1] - f[7], f[2] - f[6], f[3] - f[5]])
}

/// Along the rows: `block` is by column, lane by lane of the eight vertical frequencies; the result too.
#[inline(always)]
fn first(block: &Block, columns: Axis, into: &mut Block) {
    match columns {
        Axis::Whole => {
            for lane in 0..8 {
                let values = eight(std::array::from_fn(|k| block[8 * k + lane]));
                for (k, value) in values.into_iter().enumerate() {
                    into[8 * k + lane] = value;
                }
            }
        }
        Axis::Halved => {
            for lane in 0..8 {
                let values = halved(std::array::from_fn(|k| block[8 * k + lane]));
                for (k, value) in values.into_iter().enumerate() {
                    into[8 * k + lane] = value;
                }
            }
        }
    }
}

/// Adding this puts a value's integer part, rounded, into the lowest bits of the float.
const ROUND: f32 = 12_582_912.0;

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

    #[inline(always)]
    fn byte(self, value: f32) -> u8 {
        let cut = (value + self.middle).max(self.lowest).min(self.highest);
        (cut + ROUND).to_bits() as u8
    }
}

/// The pixels of a block, row by row, eight bytes to a row; halved axes fill only the first four of a row, or rows.
#[inline]
pub(super) fn pixels(block: &Block, columns: Axis, rows: Axis, levels: Levels) -> [[u8; 8]; 8] {
    let mut by_column = [0.0; 64];
    first(block, columns, &mut by_column);
    let mut by_row = [0.0; 64];
    for y in 0..8 {
        for x in 0..8 {
            by_row[8 * y + x] = by_column[8 * x + y];
        }
    }
    let mut pixels = [[0; 8]; 8];
    match rows {
        Axis::Whole => {
            for x in 0..8 {
                let values = eight(std::array::from_fn(|k| by_row[8 * k + x]));
                for (y, value) in values.into_iter().enumerate() {
                    pixels[y][x] = levels.byte(value);
                }
            }
        }
        Axis::Halved => {
            for x in 0..8 {
                let values = halved(std::array::from_fn(|k| by_row[8 * k + x]));
                for (y, value) in values.into_iter().enumerate() {
                    pixels[y][x] = levels.byte(value);
                }
            }
        }
    }
    pixels
}

/// The one value of a block that is nothing but its mean.
#[inline]
pub(super) fn flat(mean: f32, levels: Levels) -> u8 {
    levels.byte(mean)
}
