//! The convolution that gives one channel: a product of vectors for each pixel instead of one for each channel out.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use crate::blocks::{Block, LANES};
use crate::conv::Source;
use crate::isa::{Isa, vectors};

/// Pixels that are summed at once, so that no sum waits for itself.
const TILE: usize = 4;

/// A convolution with one channel out.
#[derive(Debug, Clone)]
pub struct Few {
    /// 1 or 3.
    pub kernel: usize,
    pub dilation: usize,
    /// For each input map and its blocks, for each tap: the weights of the block's channels.
    pub weights: Vec<Block>,
    pub bias: f32,
}

impl Few {
    /// Packs weights as a file has them: channels in, rows, columns.
    pub fn packed(&self, flat: &[f32], inputs: &[usize]) -> Vec<Block> {
        let taps = self.kernel * self.kernel;
        let mut packed = Vec::new();
        let mut before = 0;
        for input in inputs {
            for block in (0..*input).step_by(LANES) {
                for tap in 0..taps {
                    let weight = |lane: usize| match block + lane {
                        channel if channel < *input => flat[(before + channel) * taps + tap],
                        _ => 0.0,
                    };
                    packed.push(Block(std::array::from_fn(weight)));
                }
            }
            before += input;
        }
        packed
    }

    /// Pixels that a border must have for this convolution.
    pub fn reach(&self) -> usize {
        self.kernel / 2 * self.dilation
    }

    /// Fills the plane `out`, whose rows have the sources' width.
    pub fn run(&self, from: &[Source<'_>], out: &mut [f32], spread: bool, isa: Isa) {
        let Some(first) = from.first() else { return };
        let width = first.shape.width;
        let work = |(y, row): (usize, &mut [f32])| {
            isa.run(Row {
                few: self,
                from,
                y,
                row,
            });
        };
        if spread {
            out.par_chunks_mut(width).enumerate().for_each(work);
        } else {
            out.chunks_mut(width).enumerate().for_each(work);
        }
    }
}

struct Row<'a> {
    few: &'a Few,
    from: &'a [Source<'a>],
    y: usize,
    row: &'a mut [f32],
}

impl WithSimd for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match vectors::<S>() {
            1 => self.filled::<S, 1>(simd),
            2 => self.filled::<S, 2>(simd),
            4 => self.filled::<S, 4>(simd),
            _ => self.with_simd(pulp::Scalar256b),
        }
    }
}

impl Row<'_> {
    #[inline(always)]
    fn filled<S: Simd, const V: usize>(self, simd: S) {
        let (few, y) = (self.few, self.y);
        let mut x = 0;
        for out in self.row.chunks_mut(TILE) {
            match out {
                [_, _, _, _] => sums::<S, V, TILE>(simd, few, self.from, y, x, out),
                _ => {
                    for (p, out) in out.iter_mut().enumerate() {
                        let out = std::slice::from_mut(out);
                        sums::<S, V, 1>(simd, few, self.from, y, x + p, out);
                    }
                }
            }
            x += TILE;
        }
    }
}

#[inline(always)]
fn sums<S: Simd, const V: usize, const P: usize>(
    simd: S,
    few: &Few,
    from: &[Source<'_>],
    y: usize,
    x: usize,
    out: &mut [f32],
) {
    let mut sums = [[simd.splat_f32s(0.0); V]; P];
    let reach = few.reach();
    let mut weights = few.weights.iter();
    for source in from {
        let shape = &source.shape;
        for block in 0..shape.blocks() {
            let corner = shape.at(block, y, x) - reach * shape.row() - reach;
            for tap_y in 0..few.kernel {
                for tap_x in 0..few.kernel {
                    let Some(weight) = weights.next() else { return };
                    let weight = S::as_simd_f32s(&weight.0).0;
                    let start = corner + few.dilation * (tap_y * shape.row() + tap_x);
                    let pixels = &source.blocks[start..][..P];
                    for (sum, pixel) in sums.iter_mut().zip(pixels) {
                        let pixel = S::as_simd_f32s(&pixel.0).0;
                        for v in 0..V {
                            sum[v] = simd.mul_add_e_f32s(weight[v], pixel[v], sum[v]);
                        }
                    }
                }
            }
        }
    }
    for (out, sum) in out.iter_mut().zip(&sums) {
        let mut all = sum[0];
        for more in &sum[1..] {
            all = simd.add_f32s(all, *more);
        }
        *out = few.bias + simd.reduce_sum_f32s(all);
    }
}
