//! Pointwise operations as one pass over the picture.
//!
//! Every pointwise operation maps the 8 bits of a colour to 8 bits: by a table for each channel, or by a matrix over the
//! three channels whose result is rounded and cut to 0..=255. A chain is compiled before it runs: tables that follow
//! each other become one, a table before a matrix goes into the products that the matrix adds up, and one behind it
//! into the table that cuts its sums; two matrices are one step. What is left runs strip by strip, so that the picture is
//! read and written once.
//!
//! Invariant: the result equals running the operations one by one to the last bit, because the tables hold what the
//! single operations round to. So it does not matter where a cache or a bypass cuts a chain.

mod mix;

use mix::{Mix, Pair};

use crate::error::ImagingError;
use crate::picture::{Canvas, Layout, Picture};
use crate::run::{Run, cached_rows};

#[cfg(test)]
pub(crate) use mix::LARGEST_ROW;

/// A value for each of 256, for each channel.
pub(crate) type Tables = [[u8; 256]; 3];

/// Rows make red, green and blue from red, green and blue.
pub(crate) type Matrix = [[f64; 3]; 3];

/// What one pointwise operation does to red, green and blue. Alpha stays.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pass {
    /// Each channel for itself.
    Tables(Box<Tables>),
    /// Channels mixed.
    Matrix(Matrix),
}

impl Pass {
    /// One table for all channels from a formula over 0..=1, whose result is cut to that range and rounded.
    pub fn tone(formula: impl Fn(f64) -> f64) -> Self {
        let table = table(formula);
        Self::Tables(Box::new([table, table, table]))
    }

    /// A table for each channel.
    pub fn tones(formula: impl Fn(usize, f64) -> f64) -> Self {
        Self::Tables(Box::new([0, 1, 2].map(|c| table(|v| formula(c, v)))))
    }
}

fn table(formula: impl Fn(f64) -> f64) -> [u8; 256] {
    std::array::from_fn(|v| (formula(v as f64 / 255.0).clamp(0.0, 1.0) * 255.0).round() as u8)
}

/// What `first` and then `second` do.
fn composed(first: &Tables, second: &Tables) -> Tables {
    std::array::from_fn(|c| first[c].map(|v| second[c][usize::from(v)]))
}

enum Step {
    /// The same table for all channels.
    Tone(Box<[u8; 256]>),
    Tables(Box<Tables>),
    Mix(Box<Mix>),
    Pair(Pair),
}

/// A chain of pointwise operations, ready to run.
pub(crate) struct Program(Vec<Step>);

impl Program {
    /// Compiles operations in the order they are to have effect.
    pub fn new<'a>(passes: impl IntoIterator<Item = &'a Pass>) -> Self {
        let mut mixes: Vec<Box<Mix>> = Vec::new();
        // The tables since the last matrix.
        let mut waiting: Option<Tables> = None;
        for pass in passes {
            match pass {
                Pass::Tables(next) => {
                    waiting = Some(waiting.map_or(**next, |first| composed(&first, next)));
                }
                Pass::Matrix(matrix) => {
                    // Between two matrices tables belong to the first.
                    let before = match (mixes.last_mut(), waiting.take()) {
                        (Some(last), Some(tables)) => {
                            last.then(&tables);
                            None
                        }
                        (_, tables) => tables,
                    };
                    mixes.push(Box::new(Mix::new(before.as_ref(), matrix)));
                }
            }
        }
        let steps = match (mixes.last_mut(), waiting) {
            (Some(last), Some(tables)) => {
                last.then(&tables);
                paired(mixes)
            }
            (Some(_), None) => paired(mixes),
            (None, Some([red, green, blue])) if red == green && green == blue => {
                vec![Step::Tone(Box::new(red))]
            }
            (None, Some(tables)) => vec![Step::Tables(Box::new(tables))],
            (None, None) => Vec::new(),
        };
        Self(steps)
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The picture that the chain makes of `picture`.
    pub fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let mut canvas = Canvas::new(picture.size(), picture.layout(), &run.buffers);
        let row = picture.row_bytes();
        run.strips(&mut canvas.bytes, row, cached_rows(row), |first, strip| {
            let from = &picture.bytes()[first * row..][..strip.len()];
            match picture.layout() {
                Layout::Rgb => self.strip::<3>(from, strip),
                Layout::Rgba => self.strip::<4>(from, strip),
            }
            Ok(())
        })?;
        Ok(canvas.finish())
    }

    /// `N` bytes make a pixel.
    fn strip<const N: usize>(&self, from: &[u8], to: &mut [u8]) {
        let Some((first, rest)) = self.0.split_first() else {
            return to.copy_from_slice(from);
        };
        first.pass::<N>(Some(from), to);
        for step in rest {
            step.pass::<N>(None, to);
        }
    }
}

/// Every two matrices that follow each other in one step.
fn paired(mixes: Vec<Box<Mix>>) -> Vec<Step> {
    let mut mixes = mixes.into_iter();
    let mut steps = Vec::new();
    while let Some(first) = mixes.next() {
        steps.push(match mixes.next() {
            Some(second) => Step::Pair(Pair::new(first, second)),
            None => Step::Mix(first),
        });
    }
    steps
}

impl Step {
    /// From `from` to `to`, or in place.
    fn pass<const N: usize>(&self, from: Option<&[u8]>, to: &mut [u8]) {
        match self {
            Self::Tone(table) => {
                let table = &**table;
                each::<N>(from, to, |pixel| pixel.map(|v| table[usize::from(v)]));
            }
            Self::Tables(tables) => {
                let [red, green, blue] = &**tables;
                each::<N>(from, to, |[r, g, b]| {
                    [
                        red[usize::from(r)],
                        green[usize::from(g)],
                        blue[usize::from(b)],
                    ]
                });
            }
            Self::Mix(mix) if mix.grey => each::<N>(from, to, |pixel| mix.grey_pixel(pixel)),
            Self::Mix(mix) => each::<N>(from, to, |pixel| mix.pixel(pixel)),
            Self::Pair(pair) => each::<N>(from, to, |pixel| pair.pixel(pixel)),
        }
    }
}

/// Pixels that are taken at once: their bytes are known before the first is written, so loads need not wait for stores.
const BLOCK: usize = 8;

#[inline(always)]
fn each<const N: usize>(from: Option<&[u8]>, to: &mut [u8], work: impl Fn([u8; 3]) -> [u8; 3]) {
    let pixel = |from: &[u8; N], to: &mut [u8; N]| {
        let made = work([from[0], from[1], from[2]]);
        // Alpha, where there is one, is copied with the rest.
        *to = *from;
        to[..3].copy_from_slice(&made);
    };
    let (blocks, rest) = to.as_chunks_mut::<N>().0.as_chunks_mut::<BLOCK>();
    match from {
        Some(from) => {
            let (from, last) = from.as_chunks::<N>().0.as_chunks::<BLOCK>();
            for (from, to) in from.iter().zip(blocks) {
                let mut made = *from;
                for (from, to) in from.iter().zip(&mut made) {
                    pixel(from, to);
                }
                *to = made;
            }
            for (from, to) in last.iter().zip(rest) {
                pixel(from, to);
            }
        }
        None => {
            for to in blocks {
                let from = *to;
                for (from, to) in from.iter().zip(to) {
                    pixel(from, to);
                }
            }
            for to in rest {
                let from = *to;
                pixel(&from, to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> pixels::Size {
        pixels::Size::new(width, height).unwrap()
    }

    fn noise(bytes: usize) -> Vec<u8> {
        let mut seed = 99u32;
        (0..bytes)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            })
            .collect()
    }

    #[test]
    fn a_matrix_is_within_six_tenths_of_a_level_of_the_exact_product() {
        let matrix = [[2.3, -1.1, -0.2], [-0.4, 1.7, -0.3], [0.3, -3.1, 3.8]];
        let picture = Picture::new(size(100, 40), Layout::Rgb, noise(12_000)).unwrap();
        let made = Program::new([&Pass::Matrix(matrix)])
            .apply(&picture, &Run::default())
            .unwrap();
        for (from, to) in picture.bytes().chunks(3).zip(made.bytes().chunks(3)) {
            for (row, got) in matrix.iter().zip(to) {
                let exact: f64 = row.iter().zip(from).map(|(f, v)| f * f64::from(*v)).sum();
                let exact = exact.clamp(0.0, 255.0);
                assert!(
                    (f64::from(*got) - exact).abs() <= 0.6,
                    "{from:?}: {got} for {exact}"
                );
            }
        }
    }

    #[test]
    fn a_chain_equals_its_passes_one_by_one_to_the_last_bit() {
        let luma = [0.2126, 0.7152, 0.0722];
        let passes = [
            Pass::tone(|v| v.powf(0.7)),
            Pass::tones(|c, v| v * (0.8 + 0.2 * c as f64)),
            Pass::Matrix([[2.3, -1.1, -0.2], [-0.4, 1.7, -0.3], [0.3, -3.1, 3.8]]),
            Pass::tone(|v| 1.0 - v),
            Pass::Matrix([[0.1, 0.8, 0.1], [1.5, -0.5, 0.0], [-0.2, 0.2, 1.0]]),
            Pass::Matrix([luma, luma, luma]),
            Pass::tone(|v| (v - 0.5) * 3.0 + 0.5),
        ];
        for (layout, bytes) in [(Layout::Rgb, 3 * 17 * 13), (Layout::Rgba, 4 * 17 * 13)] {
            let picture = Picture::new(size(17, 13), layout, noise(bytes)).unwrap();
            for from in 0..passes.len() {
                for to in from..=passes.len() {
                    let fused = Program::new(&passes[from..to])
                        .apply(&picture, &Run::default())
                        .unwrap();
                    let single = passes[from..to].iter().fold(picture.clone(), |made, pass| {
                        Program::new([pass]).apply(&made, &Run::default()).unwrap()
                    });
                    assert_eq!(fused, single, "{from}..{to} of {layout:?}");
                }
            }
        }
    }

    #[test]
    fn alpha_passes_through() {
        let bytes = noise(4 * 33);
        let picture = Picture::new(size(11, 3), Layout::Rgba, bytes.clone()).unwrap();
        let passes = [Pass::tone(|_| 0.0), Pass::Matrix([[0.5, 0.2, 0.1]; 3])];
        let made = Program::new(&passes)
            .apply(&picture, &Run::default())
            .unwrap();
        for (from, to) in bytes.chunks(4).zip(made.bytes().chunks(4)) {
            assert_eq!(to, [0, 0, 0, from[3]]);
        }
    }
}
