//! The convolution that takes nine tenths of all time.
//!
//! A tile is a few pixels of a row by 16 channels: its sums stay in registers while all inputs pass by. Weights lie in the
//! order in which they are read.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use crate::blocks::{Block, LANES, Shape, pieces};
use crate::isa::{Isa, vectors};

/// A convolution, ready to run.
#[derive(Debug, Clone)]
pub struct Conv {
    /// 1 or 3.
    pub kernel: usize,
    pub dilation: usize,
    /// 1 or 2.
    pub stride: usize,
    /// For each 16 channels out, for each input map and its blocks, for each tap, for each channel of the block: the
    /// weights of the 16 channels out.
    pub weights: Vec<Block>,
    /// What is added, for each 16 channels out.
    pub bias: Vec<Block>,
    /// Whether what is below zero becomes zero.
    pub relu: bool,
}

/// A map that is read.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub shape: Shape,
    pub blocks: &'a [Block],
}

impl Conv {
    /// Packs weights as a file has them: channels out, channels in, rows, columns.
    pub fn packed(&self, flat: &[f32], inputs: &[usize], outputs: usize) -> Vec<Block> {
        let taps = self.kernel * self.kernel;
        let channels: usize = inputs.iter().sum();
        let mut packed = Vec::new();
        for first in (0..outputs).step_by(LANES) {
            let mut before = 0;
            for input in inputs {
                for block in (0..*input).step_by(LANES) {
                    for tap in 0..taps {
                        for channel in block..(block + LANES).min(*input) {
                            let weight = |lane: usize| match first + lane {
                                out if out < outputs => {
                                    flat[(out * channels + before + channel) * taps + tap]
                                }
                                _ => 0.0,
                            };
                            packed.push(Block(std::array::from_fn(weight)));
                        }
                    }
                }
                before += input;
            }
        }
        packed
    }

    /// Pixels that a border must have for this convolution.
    pub fn reach(&self) -> usize {
        self.kernel / 2 * self.dilation
    }

    /// Fills `out` from `from`; `add` is added afterwards. On as many threads as the pool has, where `spread`.
    pub fn run(
        &self,
        from: &[Source<'_>],
        add: Option<Source<'_>>,
        out: (&mut [Block], &Shape),
        spread: bool,
        isa: Isa,
    ) {
        let (blocks, shape) = out;
        let each = self.weights.len() / shape.blocks().max(1);
        let threads = if spread { rayon::current_num_threads() } else { 1 };
        // Some pieces a thread, so that none waits long for the slowest.
        let rows = match threads {
            1 => shape.height,
            threads => shape.height.div_ceil(4 * threads).max(2),
        };
        let work = |(plane, first, rows): (usize, usize, &mut [Block])| {
            isa.run(Piece {
                conv: self,
                from,
                add,
                shape,
                plane,
                first,
                weights: &self.weights[plane * each..][..each],
                rows,
            });
        };
        let pieces = pieces(blocks, shape, rows);
        if threads > 1 {
            pieces.into_par_iter().for_each(work);
        } else {
            pieces.into_iter().for_each(work);
        }
    }
}

struct Piece<'a> {
    conv: &'a Conv,
    from: &'a [Source<'a>],
    add: Option<Source<'a>>,
    shape: &'a Shape,
    plane: usize,
    first: usize,
    weights: &'a [Block],
    rows: &'a mut [Block],
}

impl WithSimd for Piece<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Sums of a tile and a few more values must fit the registers: 32 of AVX-512 and NEON, 16 of the others.
        let width = self.shape.width;
        match vectors::<S>() {
            1 => match fitting(width, [14, 10, 5]) {
                14 => self.rows_of::<S, 1, 14>(simd),
                10 => self.rows_of::<S, 1, 10>(simd),
                5 => self.rows_of::<S, 1, 5>(simd),
                _ => self.rows_of::<S, 1, 1>(simd),
            },
            4 => match fitting(width, [5, 4, 3]) {
                5 => self.rows_of::<S, 4, 5>(simd),
                4 => self.rows_of::<S, 4, 4>(simd),
                3 => self.rows_of::<S, 4, 3>(simd),
                _ => self.rows_of::<S, 4, 1>(simd),
            },
            2 => match fitting(width, [6, 5, 3]) {
                6 => self.rows_of::<S, 2, 6>(simd),
                5 => self.rows_of::<S, 2, 5>(simd),
                3 => self.rows_of::<S, 2, 3>(simd),
                _ => self.rows_of::<S, 2, 1>(simd),
            },
            _ => self.with_simd(pulp::Scalar256b),
        }
    }
}

/// Pixels of a tile for rows of this width: what does the least twice at their ends. 1 where a row is shorter than all.
fn fitting(width: usize, tiles: [usize; 3]) -> usize {
    let fit = tiles.into_iter().filter(|tile| *tile <= width);
    // A fifth of a pixel stands for what each tile costs besides its pixels.
    fit.min_by_key(|tile| width.div_ceil(*tile) * (5 * tile + 1)).unwrap_or(1)
}

impl Piece<'_> {
    #[inline(always)]
    fn rows_of<S: Simd, const V: usize, const P: usize>(mut self, simd: S) {
        let (row, width) = (self.shape.row(), self.shape.width);
        for index in 0..self.rows.len() / row {
            let mut x = 0;
            while x < width {
                // The last tile of a row overlaps the one before.
                let at = x.min(width - P);
                self.tile::<S, V, P>(simd, index, at);
                x = at + P;
            }
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const V: usize, const P: usize>(&mut self, simd: S, index: usize, x: usize) {
        match self.conv.stride {
            1 => self.summed::<S, V, P, 1>(simd, index, x),
            _ => self.summed::<S, V, P, 2>(simd, index, x),
        }
    }

    #[inline(always)]
    fn summed<S: Simd, const V: usize, const P: usize, const STRIDE: usize>(
        &mut self,
        simd: S,
        index: usize,
        x: usize,
    ) {
        let conv = self.conv;
        let y = self.first + index;
        let mut sums = [[simd.splat_f32s(0.0); V]; P];
        let bias = S::as_simd_f32s(&conv.bias[self.plane].0).0;
        for sum in &mut sums {
            for v in 0..V {
                sum[v] = bias[v];
            }
        }
        let reach = conv.reach();
        let mut weights = self.weights;
        for source in self.from {
            let shape = &source.shape;
            for block in 0..shape.blocks() {
                let filled = shape.filled(block);
                // The border is at least as wide as the reach, so this never lies before the plane.
                let corner = shape.at(block, STRIDE * y, STRIDE * x) - reach * shape.row() - reach;
                for tap_y in 0..conv.kernel {
                    for tap_x in 0..conv.kernel {
                        let start = corner + conv.dilation * (tap_y * shape.row() + tap_x);
                        let pixels = &source.blocks[start..][..(P - 1) * STRIDE + 1];
                        let (now, rest) = weights.split_at(filled);
                        weights = rest;
                        if let Ok(now) = <&[Block; LANES]>::try_from(now) {
                            for (channel, weight) in now.iter().enumerate() {
                                add_channel::<S, V, P, STRIDE>(simd, &mut sums, weight, pixels, channel);
                            }
                        } else {
                            for (channel, weight) in now.iter().enumerate().take(LANES) {
                                add_channel::<S, V, P, STRIDE>(simd, &mut sums, weight, pixels, channel);
                            }
                        }
                    }
                }
            }
        }
        let start = index * self.shape.row() + self.shape.border + x;
        let out = &mut self.rows[start..][..P];
        for (p, (out, sum)) in out.iter_mut().zip(&sums).enumerate() {
            let added = self.add.map(|add| &add.blocks[add.shape.at(self.plane, y, x + p)].0);
            let out = S::as_mut_simd_f32s(&mut out.0).0;
            for v in 0..V {
                let mut value = sum[v];
                if conv.relu {
                    value = simd.max_f32s(value, simd.splat_f32s(0.0));
                }
                if let Some(added) = added {
                    value = simd.add_f32s(value, S::as_simd_f32s(added).0[v]);
                }
                out[v] = value;
            }
        }
    }
}

#[inline(always)]
fn add_channel<S: Simd, const V: usize, const P: usize, const STRIDE: usize>(
    simd: S,
    sums: &mut [[S::f32s; V]; P],
    weight: &Block,
    pixels: &[Block],
    channel: usize,
) {
    let weight = S::as_simd_f32s(&weight.0).0;
    for (p, sum) in sums.iter_mut().enumerate() {
        let value = simd.splat_f32s(pixels[p * STRIDE].0[channel]);
        for v in 0..V {
            sum[v] = simd.mul_add_e_f32s(weight[v], value, sum[v]);
        }
    }
}
