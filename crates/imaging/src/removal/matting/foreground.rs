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

/// The object's colours, from the picture's (three bytes a pixel) and alpha from 0 to 1.
pub(crate) fn foreground(
    rgb: &[u8],
    alpha: &[f32],
    size: Size,
    run: &Run<'_>,
) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let image: Vec<[f32; 3]> = rgb
        .as_chunks::<3>()
        .0
        .iter()
        .map(|pixel| pixel.map(|level| f32::from(level) / 255.0))
        .collect();
    let levels = (width.max(height) as f64).log2().ceil() as i32;
    let mean = mean(&image);
    let mut known = Level {
        width: 1,
        height: 1,
        pairs: vec![[mean, mean]],
    };
    for level in 0..=levels {
        // One pixel has no level but itself.
        let part = f64::from(level) / f64::from(levels.max(1));
        let side = |whole: usize| (whole as f64).powf(part).round_ties_even().max(1.0) as usize;
        let (w, h) = (side(width), side(height));
        let (w, h) = if level == levels { (width, height) } else { (w, h) };
        let from = |x: usize, y: usize| y * height / h * width + x * width / w;
        let places = || (0..h).flat_map(|y| (0..w).map(move |x| (x, y)));
        let colours: Vec<[f32; 3]> = places().map(|(x, y)| image[from(x, y)]).collect();
        let alpha: Vec<f32> = places().map(|(x, y)| alpha[from(x, y)]).collect();
        known = known.enlarged(w, h);
        let rounds = if w.max(h) <= SMALL.0 { SMALL.1 } else { ROUNDS };
        for round in 0..rounds {
            // The last sizes take nearly all of the time.
            let done = f64::from(level) / f64::from(levels + 1) + round as f64 / rounds as f64 * 0.1;
            let done = (done * 900.0) as usize;
            known.relax(&colours, &alpha, || run.pass(done, 1000))?;
        }
    }
    let byte = |value: f32| (value * 255.0).clamp(0.0, 255.0) as u8;
    let front = known.pairs.iter().flat_map(|[front, _]| front.map(byte));
    Ok(front.collect())
}

/// Front and back colours at one size.
struct Level {
    width: usize,
    height: usize,
    pairs: Vec<[[f32; 3]; 2]>,
}

impl Level {
    fn enlarged(&self, width: usize, height: usize) -> Self {
        let pairs = (0..height).flat_map(|y| {
            let row = y * self.height / height * self.width;
            (0..width).map(move |x| self.pairs[row + x * self.width / width])
        });
        Self {
            width,
            height,
            pairs: pairs.collect(),
        }
    }

    /// One round: each pixel takes what its own colour and its four neighbours want, those before it already new.
    fn relax(
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

fn mean(image: &[[f32; 3]]) -> [f32; 3] {
    let mut sum = [0.0f64; 3];
    for pixel in image {
        for (sum, value) in sum.iter_mut().zip(pixel) {
            *sum += f64::from(*value);
        }
    }
    sum.map(|sum| (sum / image.len().max(1) as f64) as f32)
}
