//! The blocks of a scan, one after the other, into the planes they belong to.

use super::header::{Component, Header};
use super::huffman::{Bits, Code, Next};
use super::idct::{Axis, Block, Levels, PLACES, flat, pixels, weights};
use crate::error::PictureError;
use crate::format::Size;
use crate::yuv::Yuv420;

/// How blocks of a component lie on its plane of the 4:2:0 picture, along one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// A value for each pixel of the plane.
    Same,
    /// Two values for each pixel: the transform gives their mean.
    Halved,
    /// The same, where the last value of an odd number stands for itself: the mean is taken behind the transform.
    HalvedOdd {
        /// How many values there are.
        values: usize,
    },
}

impl Fit {
    /// For colour with `of_all` pixels of the picture, `values` in all, to one value of the component.
    fn colour(luma: usize, colour: usize, values: usize) -> Result<Self, PictureError> {
        match (luma / colour.max(1), luma % colour.max(1)) {
            (1, 0) if values.is_multiple_of(2) => Ok(Self::Halved),
            (1, 0) => Ok(Self::HalvedOdd { values }),
            (2, 0) => Ok(Self::Same),
            _ => Err(PictureError::unsupported(
                "JPEG with an unusual number of colour values",
            )),
        }
    }

    fn axis(self) -> Axis {
        match self {
            Self::Halved => Axis::Halved,
            Self::Same | Self::HalvedOdd { .. } => Axis::Whole,
        }
    }

    /// How many pixels of the plane a block covers.
    fn covers(self) -> usize {
        match self {
            Self::Same => 8,
            Self::Halved | Self::HalvedOdd { .. } => 4,
        }
    }
}

/// What a coefficient is multiplied with, and where it belongs.
#[derive(Debug, Clone, Copy)]
struct Step {
    weight: f32,
    place: u32,
}

/// A component of the scan, ready to be decoded.
#[derive(Debug)]
struct Part<'a> {
    dc: &'a Code,
    ac: &'a Code,
    steps: [Step; 64],
    /// Blocks in a unit, across and down.
    blocks: (usize, usize),
    /// Across and down.
    fit: (Fit, Fit),
    levels: Levels,
}

/// A scan, ready to be decoded.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    parts: Vec<Part<'a>>,
    /// Units across and down.
    units: (usize, usize),
    restart: Option<usize>,
    /// Where its data begin and end in the picture's bytes.
    place: (usize, usize),
}

impl<'a> Scan<'a> {
    pub(super) fn new(
        header: &'a Header,
        size: Size,
        place: (usize, usize),
    ) -> Result<Self, PictureError> {
        let components = &header.components;
        let alone = components.len() == 1;
        // A component alone has units of one block, whatever its factors say.
        let (across, down) = match components.first() {
            Some(luma) if !alone => luma.factors,
            _ => (1, 1),
        };
        let (width, height) = (size.width() as usize, size.height() as usize);
        let mut parts = Vec::with_capacity(components.len());
        for (at, component) in components.iter().enumerate() {
            let part = if at == 0 {
                let fit = (Fit::Same, Fit::Same);
                Part::new(header, component, (across, down), fit, Levels::LUMA)
            } else {
                let (x, y) = component.factors;
                let fit = (
                    Fit::colour(across, x, width)?,
                    Fit::colour(down, y, height)?,
                );
                Part::new(header, component, (x, y), fit, Levels::COLOUR)
            };
            parts.push(part.ok_or_else(|| {
                PictureError::damaged("a table is missing that it uses", header.data)
            })?);
        }
        Ok(Self {
            parts,
            units: (width.div_ceil(8 * across), height.div_ceil(8 * down)),
            restart: header.restart,
            place,
        })
    }

    /// Decodes `data`, whose pieces end at `ends`, into planes that have the picture's size.
    pub(super) fn decode(
        &self,
        data: &[u8],
        ends: &[usize],
        out: &mut Yuv420,
    ) -> Result<(), PictureError> {
        let cut_off = || PictureError::cut_off("inside the picture's data", self.place.1);
        let (luma, colour) = (
            out.size.width() as usize,
            out.size.chroma().width() as usize,
        );
        let mut planes = [
            (&mut out.y[..], luma),
            (&mut out.u[..], colour),
            (&mut out.v[..], colour),
        ];
        let mut ends = ends.iter();
        let mut end = *ends.next().ok_or_else(cut_off)?;
        let mut bits = Bits::new(data, 0);
        let mut means = [0i32; 3];
        let mut block: Block = [0.0; 64];
        let mut left = self.restart.unwrap_or(usize::MAX);
        for unit_y in 0..self.units.1 {
            for unit_x in 0..self.units.0 {
                if left == 0 {
                    bits = Bits::new(data, end);
                    end = *ends.next().ok_or_else(cut_off)?;
                    means = [0; 3];
                    left = self.restart.unwrap_or(usize::MAX);
                }
                left -= 1;
                let parts = self.parts.iter().zip(&mut means).zip(&mut planes);
                for ((part, mean), (plane, stride)) in parts {
                    for y in 0..part.blocks.1 {
                        for x in 0..part.blocks.0 {
                            let used = part
                                .read(&mut bits, mean, &mut block)
                                .map_err(|what| self.damaged(what, &bits))?;
                            let at = (unit_x * part.blocks.0 + x, unit_y * part.blocks.1 + y);
                            part.place(used, &mut block, plane, *stride, at);
                        }
                    }
                }
                if bits.beyond(end) {
                    return Err(cut_off());
                }
            }
        }
        Ok(())
    }

    fn damaged(&self, what: &'static str, bits: &Bits<'_>) -> PictureError {
        PictureError::damaged(what, (self.place.0 + bits.at()).min(self.place.1))
    }
}

impl<'a> Part<'a> {
    fn new(
        header: &'a Header,
        component: &Component,
        blocks: (usize, usize),
        fit: (Fit, Fit),
        levels: Levels,
    ) -> Option<Self> {
        let quantisation = header.quantisation.get(component.quantisation)?.as_ref()?;
        let weights = weights(quantisation, fit.0.axis(), fit.1.axis(), levels.scale);
        Some(Self {
            dc: header.dc.get(component.dc)?.as_ref()?,
            ac: header.ac.get(component.ac)?.as_ref()?,
            steps: std::array::from_fn(|n| Step {
                weight: weights[n],
                place: PLACES[n].into(),
            }),
            blocks,
            fit,
            levels,
        })
    }

    /// Reads the coefficients of a block into zeros. The places of all but the first, or-ed.
    #[inline(always)]
    fn read(
        &self,
        bits: &mut Bits<'_>,
        mean: &mut i32,
        block: &mut Block,
    ) -> Result<u32, &'static str> {
        if let Next::Value { value, .. } = bits.next(self.dc)? {
            *mean = mean.wrapping_add(value);
        }
        block[0] = *mean as f32 * self.steps[0].weight + self.levels.middle;
        let mut used = 0;
        let mut n = 1;
        while n < 64 {
            match bits.next(self.ac)? {
                Next::Value { zeros, value } => {
                    let Some(step) = self.steps.get(n + zeros) else {
                        return Err("a block has too many coefficients");
                    };
                    block[step.place as usize % 64] = value as f32 * step.weight;
                    used |= step.place;
                    n += zeros + 1;
                }
                Next::End => break,
                Next::Zeros => n += 16,
            }
        }
        Ok(used)
    }

    /// Puts the pixels of a block where they belong and makes it zeros again.
    #[inline(always)]
    fn place(
        &self,
        used: u32,
        block: &mut Block,
        plane: &mut [u8],
        stride: usize,
        at: (usize, usize),
    ) {
        let found = if used == 0 {
            [[flat(block[0], self.levels); 8]; 8]
        } else {
            let found = pixels(block, self.fit.0.axis(), self.fit.1.axis(), self.levels);
            block.fill(0.0);
            found
        };
        let (width, height) = (self.fit.0.covers(), self.fit.1.covers());
        let (left, top) = (at.0 * width, at.1 * height);
        if left >= stride {
            return;
        }
        let rows = plane.chunks_exact_mut(stride).skip(top).take(height);
        match self.fit {
            (Fit::Same, Fit::Same | Fit::Halved) if left + 8 <= stride => {
                for (row, from) in rows.zip(&found) {
                    row[left..left + 8].copy_from_slice(from);
                }
            }
            (Fit::Same | Fit::Halved, Fit::Same | Fit::Halved) => {
                let right = (left + width).min(stride);
                for (row, from) in rows.zip(&found) {
                    row[left..right].copy_from_slice(&from[..right - left]);
                }
            }
            _ => {
                let first = (at.0 * 8, at.1 * 8);
                for (y, row) in rows.enumerate() {
                    for (x, pixel) in row.iter_mut().skip(left).take(width).enumerate() {
                        let (x0, x1) = self.fit.0.sources(x, first.0);
                        let (y0, y1) = self.fit.1.sources(y, first.1);
                        let four = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)];
                        let sum: u16 = four.iter().map(|&(x, y)| u16::from(found[y][x])).sum();
                        *pixel = ((sum + 2) / 4) as u8;
                    }
                }
            }
        }
    }
}

impl Fit {
    /// The two places in a block, which begins at value `first`, whose mean pixel `at` of those it covers is.
    fn sources(self, at: usize, first: usize) -> (usize, usize) {
        match self {
            Self::Same | Self::Halved => (at, at),
            Self::HalvedOdd { values } if first + 2 * at + 1 >= values => (2 * at, 2 * at),
            Self::HalvedOdd { .. } => (2 * at, 2 * at + 1),
        }
    }
}
