//! Steps on single channels, which lie as plain rows: what becomes of the masks at the end.

use rayon::prelude::*;

use crate::maps::Between;

/// Linear in rows and columns; `width` is that of a row of `from`.
pub fn resized(
    from: &[f32],
    width: usize,
    rows: &[Between],
    columns: &[Between],
    out: &mut [f32],
    spread: bool,
) {
    let work = |(y, row): (usize, &mut [f32])| {
        let Between {
            first,
            second,
            part: down,
        } = rows[y];
        let above = &from[first * width..][..width];
        let below = &from[second * width..][..width];
        for (out, column) in row.iter_mut().zip(columns) {
            let along = |row: &[f32]| {
                let (a, b) = (row[column.first], row[column.second]);
                a + (b - a) * column.part
            };
            let (a, b) = (along(above), along(below));
            *out = a + (b - a) * down;
        }
    };
    if spread {
        out.par_chunks_mut(columns.len()).enumerate().for_each(work);
    } else {
        out.chunks_mut(columns.len()).enumerate().for_each(work);
    }
}

/// A convolution of 1 by 1 over single channels, one channel out.
pub fn mixed(from: &[&[f32]], weights: &[f32], bias: f32, out: &mut [f32]) {
    out.fill(bias);
    for (plane, weight) in from.iter().zip(weights) {
        for (out, value) in out.iter_mut().zip(*plane) {
            *out += weight * value;
        }
    }
}

/// `1 / (1 + exp(-x))` of each.
pub fn sigmoid(from: &[f32], out: &mut [f32]) {
    for (out, value) in out.iter_mut().zip(from) {
        *out = 1.0 / (1.0 + (-value).exp());
    }
}
