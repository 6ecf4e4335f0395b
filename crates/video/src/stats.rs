//! Statistics of a film's pictures, as LeRobot has them: exact, from one histogram of 256 values for each colour.
//!
//! Of every picture every k-th pixel counts in both axes, k = the longer side / 150 rounded down, from 300 pixels on; each
//! picture of the film counts, also one that repeats the one before. Mean and deviation are exact to a double's rounding;
//! quantiles come from LeRobot's 5000 bins between the smallest and the largest value, into which 256 values fall exactly.
//! Not here: statistics of joints, merging with those of other episodes (`dataset`).

use std::path::Path;

use pixels::{Size, Yuv420};

use crate::error::VideoError;
use crate::pngs::PngReader;
use crate::reader::Reader;

/// Values that a colour can have.
const VALUES: usize = 256;
/// Bins that quantiles are read from (LeRobot's `RunningQuantileStats`).
const BINS: usize = 5000;
/// How far the bins reach beyond the smallest and the largest value.
const MARGIN: f64 = 1e-10;
/// Side from which pixels are left out, and the side that is then about left.
const LARGE: u32 = 300;
const LEFT: u32 = 150;

/// How often each value of red, green and blue occurs in one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram(Box<[[u32; VALUES]; 3]>);

impl Default for Histogram {
    fn default() -> Self {
        Self(Box::new([[0; VALUES]; 3]))
    }
}

/// Every how many pixels of a picture of this size count, in both axes.
pub fn stride(size: Size) -> usize {
    let longer = size.width().max(size.height());
    if longer < LARGE {
        1
    } else {
        (longer / LEFT) as usize
    }
}

impl Histogram {
    /// Of the red, green and blue that the planes stand for, as `pixels` makes them; nothing of planes that are too short.
    pub fn of_yuv420(picture: &Yuv420) -> Self {
        let mut this = Self::default();
        let step = stride(picture.size);
        let width = picture.size.width() as usize;
        let chroma = picture.size.chroma().width() as usize;
        let columns = width.div_ceil(step);
        let Some(size) = Size::new(2 * columns as u32, 1) else {
            return this;
        };
        if picture.whole().is_err() {
            return this;
        }
        // The pixels that count, side by side, each with a colour of its own and therefore twice.
        let (mut row, mut rgb) = (Yuv420::black(size), Vec::new());
        for at in (0..picture.size.height() as usize).step_by(step) {
            let y = &picture.y[at * width..][..width];
            let u = &picture.u[at / 2 * chroma..][..chroma];
            let v = &picture.v[at / 2 * chroma..][..chroma];
            let counts = (0..width).step_by(step);
            let colours = row.u.iter_mut().zip(&mut row.v);
            for ((x, pair), (blue, red)) in counts.zip(row.y.chunks_exact_mut(2)).zip(colours) {
                pair.fill(y[x]);
                (*blue, *red) = (u[x / 2], v[x / 2]);
            }
            if pixels::rgb_from_yuv420(&row, &mut rgb).is_ok() {
                for pair in rgb.chunks_exact(6) {
                    this.count(&pair[..3]);
                }
            }
        }
        this
    }

    fn count(&mut self, pixel: &[u8]) {
        for (counts, value) in self.0.iter_mut().zip(pixel) {
            counts[usize::from(*value)] += 1;
        }
    }

    /// Of a picture of `size` in red, green and blue bytes; nothing of rows that are missing.
    pub fn of_rgb(size: Size, pixels: &[u8]) -> Self {
        let mut this = Self::default();
        let step = stride(size);
        let row = size.width() as usize * 3;
        for pixels in pixels.chunks_exact(row).step_by(step) {
            for pixel in pixels.chunks_exact(3).step_by(step) {
                this.count(pixel);
            }
        }
        this
    }
}

/// Statistics of all pictures of a film so far.
#[derive(Clone, PartialEq, Eq)]
pub struct PictureStats {
    counts: Box<[[u64; VALUES]; 3]>,
    pictures: u64,
}

impl Default for PictureStats {
    fn default() -> Self {
        Self {
            counts: Box::new([[0; VALUES]; 3]),
            pictures: 0,
        }
    }
}

impl std::fmt::Debug for PictureStats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PictureStats")
            .field("pictures", &self.pictures)
            .field("colours", &self.colours())
            .finish()
    }
}

/// Statistics of one film, each for red, green and blue, colours from 0 to 1: LeRobot's shape of them is `[3, 1, 1]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColourStats {
    /// Smallest.
    pub min: [f64; 3],
    /// Largest.
    pub max: [f64; 3],
    /// Mean.
    pub mean: [f64; 3],
    /// Standard deviation of all pixels.
    pub std: [f64; 3],
    /// Quantile of 1 %.
    pub q01: [f64; 3],
    /// Quantile of 10 %.
    pub q10: [f64; 3],
    /// Median.
    pub q50: [f64; 3],
    /// Quantile of 90 %.
    pub q90: [f64; 3],
    /// Quantile of 99 %.
    pub q99: [f64; 3],
    /// Pixels that were looked at, as LeRobot counts while it encodes.
    pub count: u64,
}

impl ColourStats {
    /// All but the count, by LeRobot's names.
    pub fn named(&self) -> [(&'static str, [f64; 3]); 9] {
        [
            ("min", self.min),
            ("max", self.max),
            ("mean", self.mean),
            ("std", self.std),
            ("q01", self.q01),
            ("q10", self.q10),
            ("q50", self.q50),
            ("q90", self.q90),
            ("q99", self.q99),
        ]
    }
}

impl PictureStats {
    /// Of every picture of a film, decoded: what is left to do when nobody counted while it was recorded.
    ///
    /// # Errors
    /// When the film cannot be read or a picture does not decode.
    pub fn of_film(path: &Path) -> Result<Self, VideoError> {
        let mut reader = Reader::open(path)?;
        let mut picture = Yuv420::black(reader.film().size);
        let mut this = Self::default();
        while reader.next_into(&mut picture)? {
            this.add_yuv420(&picture);
        }
        Ok(this)
    }

    /// The same of a file of recorded PNGs, up to the first record that is not whole.
    ///
    /// # Errors
    /// When the file cannot be read or holds something else than PNGs.
    pub fn of_pngs(path: &Path) -> Result<Self, VideoError> {
        let mut reader = PngReader::open(path)?;
        let mut this = Self::default();
        while let Some(png) = reader.next_png()? {
            let (size, rgb) =
                pixels::png::decode(&png).map_err(|error| VideoError::Undecodable {
                    index: this.pictures,
                    problem: error.to_string(),
                    path: path.to_owned(),
                })?;
            this.add(&Histogram::of_rgb(size, &rgb));
        }
        Ok(this)
    }

    /// Counts one more picture.
    pub fn add(&mut self, picture: &Histogram) {
        for (sums, counts) in self.counts.iter_mut().zip(picture.0.iter()) {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += u64::from(*count);
            }
        }
        self.pictures += 1;
    }

    /// Counts a picture's planes.
    pub fn add_yuv420(&mut self, picture: &Yuv420) {
        self.add(&Histogram::of_yuv420(picture));
    }

    /// Counts the pictures of another film too.
    pub fn merge(&mut self, other: &Self) {
        for (sums, counts) in self.counts.iter_mut().zip(other.counts.iter()) {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += *count;
            }
        }
        self.pictures += other.pictures;
    }

    /// Pictures counted.
    pub fn pictures(&self) -> u64 {
        self.pictures
    }

    /// The numbers for `stats.json` and the episode's row; `None` when no pixel was counted.
    pub fn colours(&self) -> Option<ColourStats> {
        let count = self.counts[0].iter().sum();
        if count == 0 {
            return None;
        }
        let of = |share: f64| {
            let mut values = [0.0; 3];
            for (value, counts) in values.iter_mut().zip(self.counts.iter()) {
                *value = quantile(counts, count, share) / 255.0;
            }
            values
        };
        let each = |statistic: fn(&[u64; VALUES], u64) -> f64| {
            let mut values = [0.0; 3];
            for (value, counts) in values.iter_mut().zip(self.counts.iter()) {
                *value = statistic(counts, count) / 255.0;
            }
            values
        };
        Some(ColourStats {
            min: each(|counts, _| smallest(counts) as f64),
            max: each(|counts, _| largest(counts) as f64),
            mean: each(mean),
            std: each(deviation),
            q01: of(0.01),
            q10: of(0.10),
            q50: of(0.50),
            q90: of(0.90),
            q99: of(0.99),
            count,
        })
    }
}

fn smallest(counts: &[u64; VALUES]) -> usize {
    counts.iter().position(|count| *count > 0).unwrap_or(0)
}

fn largest(counts: &[u64; VALUES]) -> usize {
    counts.iter().rposition(|count| *count > 0).unwrap_or(0)
}

/// Sums of values and of squares, exact: 2^64 pixels of white have 80 bits.
fn moments(counts: &[u64; VALUES]) -> (u128, u128) {
    let (mut sum, mut squares) = (0, 0);
    for (value, count) in (0_u128..).zip(counts) {
        sum += value * u128::from(*count);
        squares += value * value * u128::from(*count);
    }
    (sum, squares)
}

fn mean(counts: &[u64; VALUES], count: u64) -> f64 {
    moments(counts).0 as f64 / count as f64
}

fn deviation(counts: &[u64; VALUES], count: u64) -> f64 {
    let (sum, squares) = moments(counts);
    let n = u128::from(count);
    // In whole numbers, so that nothing cancels: n times the sum of squares less the square of the sum.
    let spread = n
        .saturating_mul(squares)
        .saturating_sub(sum.saturating_mul(sum));
    (spread as f64).sqrt() / count as f64
}

/// The first bin whose cumulative count reaches the target, interpolated inside it; the left edge for the first bin.
fn quantile(counts: &[u64; VALUES], count: u64, share: f64) -> f64 {
    let first = smallest(counts) as f64 - MARGIN;
    let last = largest(counts) as f64 + MARGIN;
    // As numpy.linspace spaces them.
    let step = (last - first) / BINS as f64;
    let edge = |at: usize| {
        if at >= BINS {
            last
        } else {
            at as f64 * step + first
        }
    };
    let bin = |value: f64| {
        let near = ((value - first) / step) as usize;
        // The division may be off by one where a value lies on an edge.
        let mut bin = near.min(BINS - 1);
        while bin > 0 && value < edge(bin) {
            bin -= 1;
        }
        while bin + 1 < BINS && value >= edge(bin + 1) {
            bin += 1;
        }
        bin
    };
    let target = share * count as f64;
    let mut before = 0_u64;
    let mut values = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(value, count)| (bin(value as f64), *count))
        .peekable();
    while let Some((bin, mut inside)) = values.next() {
        // Two values share a bin only where all of them lie within less than 5000 bins' width: never more than the range.
        while let Some((_, more)) = values.next_if(|(next, _)| *next == bin) {
            inside += more;
        }
        let reached = before + inside;
        if reached as f64 >= target {
            if bin == 0 {
                return edge(0);
            }
            let (begin, end) = (edge(bin), edge(bin + 1));
            return begin + (target - before as f64) / inside as f64 * (end - begin);
        }
        before = reached;
    }
    last
}
