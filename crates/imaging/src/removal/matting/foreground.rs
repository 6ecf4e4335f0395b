//! What colour the object has where background shines through, estimated over several sizes.
//!
//! Each pixel is a mixture of a front and a back colour that vary slowly, except where alpha does. From a picture of one
//! pixel on, every larger one begins with the result of the smaller and is relaxed in reading order. After Germer et al.,
//! "Fast Multi-Level Foreground Estimation" (2020), with its usual parameters.

use pixels::Size;

use crate::error::ImagingError;
use crate::run::Run;

/// Pull of neighbours where alpha does not change.
const REGULAR: f32 = 1e-5;

/// Rounds on small sizes and on large ones, and what is small: the longer side in pixels.
const SMALL: (usize, usize) = (32, 10);
const ROUNDS: usize = 2;

/// Sizes up to so many pixels are relaxed as a whole, at about 50 bytes each; larger ones by bands of rows.
const WHOLE: usize = 4_000_000;

/// Rows around a band that are relaxed with it, so that bands leave no trace that shows.
const AROUND: usize = 64;

/// The object's colours, from the picture's (three bytes a pixel) and alpha from 0 to 1.
pub(crate) fn foreground(
    rgb: &[u8],
    alpha: &[f32],
    size: Size,
    run: &Run<'_>,
) -> Result<Vec<u8>, ImagingError> {
    by_bands(rgb, alpha, size, WHOLE, run)
}

/// Sizes up to `whole` pixels as a whole. From the largest of them on, every band of the picture goes its own way.
fn by_bands(
    rgb: &[u8],
    alpha: &[f32],
    size: Size,
    whole: usize,
    run: &Run<'_>,
) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let sizes = sizes(width, height);
    let small = sizes.iter().take_while(|[w, h]| w * h <= whole).count();
    let (small, large) = sizes.split_at(small.max(1));
    let all = Source {
        rgb,
        alpha,
        width,
        height,
    };
    let mean = mean(rgb);
    let mut known = Level {
        width: 1,
        height: 1,
        pairs: vec![[mean, mean]],
    };
    let early = if large.is_empty() {
        run.clone()
    } else {
        run.part(0, 10)
    };
    let first = Span {
        start: 0,
        rows: height,
        of: height,
    };
    for (index, [w, h]) in small.iter().enumerate() {
        known = known.enlarged([*w, *h], &first);
        // The last sizes take nearly all of the time.
        known.relax(&all, index, small.len(), &early)?;
    }
    if large.is_empty() {
        return Ok(known.bytes(0, height));
    }
    let core = (whole / width).saturating_sub(2 * AROUND).max(AROUND);
    let of = height.div_ceil(core);
    let mut out = Vec::with_capacity(rgb.len());
    for (index, first) in (0..height).step_by(core).enumerate() {
        // One tenth of the time has gone to the small sizes.
        let run = run.part(of + 9 * index, 10 * of);
        let start = first.saturating_sub(AROUND);
        let end = (first + core + AROUND).min(height);
        let band = Source {
            rgb: &rgb[3 * start * width..3 * end * width],
            alpha: &alpha[start * width..end * width],
            width,
            height: end - start,
        };
        let span = Span {
            start,
            rows: end - start,
            of: height,
        };
        let mut of_band: Option<Level> = None;
        for (index, [w, h]) in large.iter().enumerate() {
            let rows = (span.rows * h).div_ceil(height);
            let mut next = match &of_band {
                None => known.enlarged([*w, rows], &span),
                Some(before) => before.enlarged([*w, rows], &span.alone()),
            };
            next.relax(&band, index, large.len(), &run)?;
            of_band = Some(next);
        }
        if let Some(level) = of_band {
            let end = (first + core).min(height);
            out.extend(level.bytes(first - start, end - start));
        }
    }
    Ok(out)
}

/// From one pixel to the whole picture; the last is the picture's own size.
fn sizes(width: usize, height: usize) -> Vec<[usize; 2]> {
    let levels = (width.max(height) as f64).log2().ceil() as i32;
    let each = (0..=levels).map(|level| {
        if level == levels {
            return [width, height];
        }
        let part = f64::from(level) / f64::from(levels);
        [width, height].map(|side| (side as f64).powf(part).round_ties_even().max(1.0) as usize)
    });
    each.collect()
}

/// Rows of a picture and their alpha.
struct Source<'a> {
    rgb: &'a [u8],
    alpha: &'a [f32],
    width: usize,
    height: usize,
}

/// Which rows of a picture a level stands for.
struct Span {
    start: usize,
    rows: usize,
    of: usize,
}

impl Span {
    /// The same rows, as all there are.
    fn alone(&self) -> Self {
        Self {
            start: 0,
            rows: self.rows,
            of: self.rows,
        }
    }
}

/// Front and back colours at one size.
struct Level {
    width: usize,
    height: usize,
    pairs: Vec<[[f32; 3]; 2]>,
}

impl Level {
    /// The rows of `span`, `self` being all that it counts from, at another size.
    fn enlarged(&self, [width, height]: [usize; 2], span: &Span) -> Self {
        let pairs = (0..height).flat_map(|y| {
            // Of a picture's worth of rows at the new size, so that bands and the whole agree.
            let row = (span.start * height + y * span.rows) * self.height / (span.of * height);
            let row = row.min(self.height - 1) * self.width;
            (0..width).map(move |x| self.pairs[row + x * self.width / width])
        });
        Self {
            width,
            height,
            pairs: pairs.collect(),
        }
    }

    /// Colours of what is in front, of the rows from `first` to before `end`.
    fn bytes(&self, first: usize, end: usize) -> Vec<u8> {
        let byte = |value: f32| (value * 255.0).clamp(0.0, 255.0) as u8;
        let pairs = &self.pairs[first * self.width..end * self.width];
        pairs
            .iter()
            .flat_map(|[front, _]| front.map(byte))
            .collect()
    }

    /// All rounds at this size, which is `index` of `of`.
    fn relax(
        &mut self,
        source: &Source<'_>,
        index: usize,
        of: usize,
        run: &Run<'_>,
    ) -> Result<(), ImagingError> {
        let (w, h) = (self.width, self.height);
        let from = |x: usize, y: usize| y * source.height / h * source.width + x * source.width / w;
        let places = || (0..h).flat_map(|y| (0..w).map(move |x| (x, y)));
        let pixels = source.rgb.as_chunks::<3>().0;
        let colours: Vec<[f32; 3]> = places()
            .map(|(x, y)| pixels[from(x, y)].map(|level| f32::from(level) / 255.0))
            .collect();
        let alpha: Vec<f32> = places().map(|(x, y)| source.alpha[from(x, y)]).collect();
        let rounds = if w.max(h) <= SMALL.0 { SMALL.1 } else { ROUNDS };
        for round in 0..rounds {
            let done = index * rounds + round;
            self.round(&colours, &alpha, || run.pass(done, of * rounds))?;
        }
        Ok(())
    }

    /// One round: each pixel takes what its own colour and its four neighbours want, those before it already new.
    fn round(
        &mut self,
        colours: &[[f32; 3]],
        alpha: &[f32],
        go_on: impl Fn() -> Result<(), ImagingError>,
    ) -> Result<(), ImagingError> {
        let (width, height) = (self.width, self.height);
        for y in 0..height {
            if y % 64 == 0 {
                go_on()?;
            }
            let rows = [y, y, y.saturating_sub(1), (y + 1).min(height - 1)];
            for x in 0..width {
                let at = y * width + x;
                let columns = [x.saturating_sub(1), (x + 1).min(width - 1), x, x];
                let own = alpha[at];
                let rest = 1.0 - own;
                let mut matrix = [own * own, own * rest, rest * rest];
                let mut right = [0, 1, 2].map(|c| [own * colours[at][c], rest * colours[at][c]]);
                for (row, column) in rows.into_iter().zip(columns) {
                    let other = row * width + column;
                    let weight = REGULAR + (own - alpha[other]).abs();
                    matrix[0] += weight;
                    matrix[2] += weight;
                    let [front, back] = self.pairs[other];
                    for c in 0..3 {
                        right[c][0] += weight * front[c];
                        right[c][1] += weight * back[c];
                    }
                }
                let [a, b, d] = matrix;
                let inverse = 1.0 / (a * d - b * b);
                let pair = &mut self.pairs[at];
                for (c, [front, back]) in right.into_iter().enumerate() {
                    pair[0][c] = ((d * front - b * back) * inverse).clamp(0.0, 1.0);
                    pair[1][c] = ((a * back - b * front) * inverse).clamp(0.0, 1.0);
                }
            }
        }
        Ok(())
    }
}

fn mean(rgb: &[u8]) -> [f32; 3] {
    let mut sum = [0u64; 3];
    for pixel in rgb.as_chunks::<3>().0 {
        for (sum, value) in sum.iter_mut().zip(pixel) {
            *sum += u64::from(*value);
        }
    }
    let count = (rgb.len() / 3).max(1) as f64;
    sum.map(|sum| (sum as f64 / 255.0 / count) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_leave_no_trace_that_shows() {
        let size = Size::new(160, 500).unwrap();
        let (mut rgb, mut alpha) = (Vec::new(), Vec::new());
        for y in 0..500 {
            for x in 0..160 {
                let own = ((f64::from(x) - 60.0 - f64::from(y % 90) / 9.0) / 40.0).clamp(0.0, 1.0);
                let front = [210.0, 90.0 + f64::from(y) / 9.0, 40.0];
                let back = [30.0, 60.0, 200.0 - f64::from(y) / 5.0];
                rgb.extend([0, 1, 2].map(|c| (own * front[c] + (1.0 - own) * back[c]) as u8));
                alpha.push(own as f32);
            }
        }
        let made = |whole: usize| by_bands(&rgb, &alpha, size, whole, &Run::default()).unwrap();
        let (whole, bands) = (made(WHOLE), made(8000));
        assert_eq!(whole.len(), bands.len());
        let (mut far, mut of, mut off) = (0.0, 0.0, 0.0);
        for (at, own) in alpha.iter().enumerate() {
            // What is hardly there shows hardly.
            for c in 3 * at..3 * at + 3 {
                far += f64::from(own * f32::from(whole[c].abs_diff(bands[c])));
                off += f64::from(own * f32::from(whole[c].abs_diff(rgb[c])));
                of += 1.0;
            }
        }
        assert!(far / of < 0.5, "{}", far / of);
        assert!(
            off / of > 4.0 * far / of,
            "colours were taken apart: {}",
            off / of
        );
    }
}
