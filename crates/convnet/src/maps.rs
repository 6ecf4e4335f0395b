//! Steps on whole maps: pooling, resizing, adding.

use rayon::prelude::*;
use tract_onnx::tract_core::ops::nn::resize::CoordTransformer;

use crate::blocks::{Block, LANES, Shape, pieces};
use crate::conv::Source;

/// Rows that one thread does at a time.
const ROWS: usize = 8;

/// Does `work` for each piece of the map.
fn each(
    out: (&mut [Block], &Shape),
    spread: bool,
    work: impl Fn(usize, usize, &mut [Block]) + Sync,
) {
    let (blocks, shape) = out;
    let pieces = pieces(blocks, shape, ROWS);
    let one = |(plane, first, rows): (usize, usize, &mut [Block])| {
        for (index, row) in rows.chunks_exact_mut(shape.row()).enumerate() {
            let inner = &mut row[shape.border..][..shape.width];
            work(plane, first + index, inner);
        }
    };
    if spread {
        pieces.into_par_iter().for_each(one);
    } else {
        pieces.into_iter().for_each(one);
    }
}

fn joined(a: &Block, b: &Block, join: impl Fn(f32, f32) -> f32) -> Block {
    let mut made = *a;
    for (made, b) in made.0.iter_mut().zip(&b.0) {
        *made = join(*made, *b);
    }
    made
}

/// The largest of each 2 by 2 pixels; at an odd edge, of those that there are.
pub fn pooled(from: Source<'_>, out: (&mut [Block], &Shape), spread: bool) {
    let shape = from.shape;
    each(out, spread, |plane, y, row| {
        let largest = |a: &Block, b: &Block| joined(a, b, f32::max);
        let below = (2 * y + 1).min(shape.height - 1);
        for (x, out) in row.iter_mut().enumerate() {
            let right = (2 * x + 1).min(shape.width - 1);
            let at = |y: usize, x: usize| &from.blocks[shape.at(plane, y, x)];
            let above = largest(at(2 * y, 2 * x), at(2 * y, right));
            *out = largest(&above, &largest(at(below, 2 * x), at(below, right)));
        }
    });
}

/// The sum of two maps.
pub fn added(a: Source<'_>, b: Source<'_>, out: (&mut [Block], &Shape), spread: bool) {
    each(out, spread, |plane, y, row| {
        let one = &a.blocks[a.shape.at(plane, y, 0)..];
        let other = &b.blocks[b.shape.at(plane, y, 0)..];
        for (out, (a, b)) in row.iter_mut().zip(one.iter().zip(other)) {
            *out = joined(a, b, |a, b| a + b);
        }
    });
}

/// Which two values lie beside a resized one, and how far it is from the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between {
    pub first: usize,
    pub second: usize,
    pub part: f32,
}

/// For each of `to` values the two of `from` that it lies between.
pub fn between(from: usize, to: usize, how: CoordTransformer) -> Vec<Between> {
    let scale = to as f32 / from as f32;
    let one = |index: usize| {
        let at = how.transform(index, scale, from, to);
        let first = at.floor();
        let part = at - first;
        let inside = |at: f32| (at.max(0.0) as usize).min(from - 1);
        Between {
            first: inside(first),
            second: inside(first + 1.0),
            part,
        }
    };
    (0..to).map(one).collect()
}

/// Linear in rows and columns.
pub fn resized(
    from: Source<'_>,
    rows: &[Between],
    columns: &[Between],
    out: (&mut [Block], &Shape),
    spread: bool,
) {
    let shape = from.shape;
    each(out, spread, |plane, y, row| {
        let Between {
            first,
            second,
            part: down,
        } = rows[y];
        let above = &from.blocks[shape.at(plane, first, 0)..][..shape.width];
        let below = &from.blocks[shape.at(plane, second, 0)..][..shape.width];
        for (out, column) in row.iter_mut().zip(columns) {
            let (left, right) = (column.first, column.second);
            for lane in 0..LANES {
                let along = |row: &[Block]| {
                    let (a, b) = (row[left].0[lane], row[right].0[lane]);
                    a + (b - a) * column.part
                };
                let (a, b) = (along(above), along(below));
                out.0[lane] = a + (b - a) * down;
            }
        }
    });
}
