//! Alpha of uncertain pixels by the closed form of matting.
//!
//! In every window of three by three pixels alpha is taken for a linear function of colour; the alpha that fits all
//! windows best, with the certain pixels held by springs, solves a linear system. After Levin et al., "A Closed-Form
//! Solution to Natural Image Matting" (2008), with pymatting's parameters. Only windows with an uncertain pixel are
//! looked at: in the others the certain ones decide anyhow.
//!
//! Solved by conjugate gradients without writing the matrix down: each window adds its part to the product.

use pixels::Size;

use super::super::steps::trimap::{BACKGROUND, FOREGROUND, UNKNOWN};
use super::tiles::{self, Tiles};
use crate::error::ImagingError;
use crate::run::Run;

/// Keeps windows of one colour solvable; in squares of colours from 0 to 1.
const EPSILON: f64 = 1e-7;

/// Stiffness of the springs.
const SPRING: f64 = 100.0;

/// The remaining error, as part of the first one, at which the solution is good enough for 8 bits.
const GOOD: f64 = 1e-6;

/// Rounds after which the solution is taken as it is; the error has long stopped to show by then.
const ROUNDS: usize = 2000;

/// Uncertain windows that are solved at once; each takes about 400 bytes, so 160 MB.
const AT_ONCE: usize = 400_000;

/// In a trimap: to be held at what was guessed.
pub(super) const HELD: u8 = 64;

/// Pixels of a window.
const PIXELS: usize = 9;

/// Three by three pixels and how alpha follows colour in them.
struct Window {
    /// Index of each pixel among those that are solved for.
    at: [u32; PIXELS],
    /// Colours less their mean.
    colours: [[f64; 3]; PIXELS],
    /// The inverse of nine times their covariance.
    inverse: [[f64; 3]; 3],
}

/// Alpha from 0 to 1 for each pixel: as the trimap says where it is certain. `guess` is where the search begins.
/// `None` where nothing is certain to be kept, or nothing to be background: then there is nothing to go by.
///
/// Up to [`AT_ONCE`] uncertain windows are solved at once; what has more goes by [`tiles`](super::tiles).
pub(crate) fn alpha(
    rgb: &[u8],
    trimap: &[u8],
    guess: &[u8],
    size: Size,
    run: &Run<'_>,
) -> Result<Option<Vec<f32>>, ImagingError> {
    if !trimap.contains(&FOREGROUND) || !trimap.contains(&BACKGROUND) {
        return Ok(None);
    }
    let guess = |at: usize| f32::from(guess[at]) / 255.0;
    let sides = [size.width() as usize, size.height() as usize];
    let uncertain = uncertain(trimap, sides).take(AT_ONCE + 1).count();
    if uncertain > AT_ONCE {
        return tiles::alpha(rgb, trimap, guess, size, &Tiles::USUAL, run).map(Some);
    }
    solved(rgb, trimap, guess, sides, run).map(Some)
}

/// Alpha for each pixel of a picture of width and height `sides`, all at once. What the trimap says to be [`HELD`] is held at the guess.
pub(super) fn solved(
    rgb: &[u8],
    trimap: &[u8],
    guess: impl Fn(usize) -> f32,
    sides: [usize; 2],
    run: &Run<'_>,
) -> Result<Vec<f32>, ImagingError> {
    let certain = |at: usize| match trimap[at] {
        FOREGROUND => 1.0,
        BACKGROUND => 0.0,
        _ => guess(at),
    };
    let mut alpha: Vec<f32> = (0..trimap.len()).map(certain).collect();
    let (pixels, windows) = windows(rgb, trimap, sides);
    run.pass(0, ROUNDS)?;
    if windows.is_empty() {
        // All is certain, or the picture too small for a window: then what the mask says stays.
        return Ok(alpha);
    }
    let held: Vec<f64> = pixels
        .iter()
        .map(|at| if trimap[*at] == UNKNOWN { 0.0 } else { SPRING })
        .collect();
    let mut found: Vec<f64> = pixels.iter().map(|at| f64::from(alpha[*at])).collect();
    let right: Vec<f64> = held.iter().zip(&found).map(|(h, f)| h * f).collect();
    solve(&windows, &held, &right, &mut found, run)?;
    for (at, value) in pixels.iter().zip(&found) {
        alpha[*at] = value.clamp(0.0, 1.0) as f32;
    }
    Ok(alpha)
}

/// Upper left corners of windows with an uncertain pixel.
fn uncertain(trimap: &[u8], [width, height]: [usize; 2]) -> impl Iterator<Item = usize> {
    let corners = (0..height.saturating_sub(2))
        .flat_map(move |top| (0..width.saturating_sub(2)).map(move |left| top * width + left));
    corners
        .filter(move |corner| (0..3).any(|y| trimap[corner + y * width..][..3].contains(&UNKNOWN)))
}

/// Windows with an uncertain pixel, and the pixels that they cover.
fn windows(rgb: &[u8], trimap: &[u8], sides: [usize; 2]) -> (Vec<usize>, Vec<Window>) {
    let width = sides[0];
    let colours = rgb.as_chunks::<3>().0;
    let mut number = vec![u32::MAX; trimap.len()];
    let mut pixels = Vec::new();
    let windows = uncertain(trimap, sides).map(|corner| {
        let places: [usize; PIXELS] = std::array::from_fn(|i| corner + i / 3 * width + i % 3);
        let at = places.map(|place| {
            if number[place] == u32::MAX {
                number[place] = pixels.len() as u32;
                pixels.push(place);
            }
            number[place]
        });
        let seen = places.map(|place| colours[place].map(|level| f64::from(level) / 255.0));
        Window::new(at, seen)
    });
    let windows = windows.collect();
    (pixels, windows)
}

impl Window {
    fn new(at: [u32; PIXELS], mut colours: [[f64; 3]; PIXELS]) -> Self {
        let mean: [f64; 3] =
            std::array::from_fn(|c| colours.iter().map(|colour| colour[c]).sum::<f64>() / 9.0);
        for colour in &mut colours {
            for (value, mean) in colour.iter_mut().zip(mean) {
                *value -= mean;
            }
        }
        let mut spread = [[0.0; 3]; 3];
        for (i, row) in spread.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                *cell = colours.iter().map(|colour| colour[i] * colour[j]).sum();
            }
            row[i] += EPSILON;
        }
        Self {
            at,
            colours,
            inverse: inverse(&spread),
        }
    }

    /// Adds this window's part of the product of the matrix with `vector`.
    fn add(&self, vector: &[f64], product: &mut [f64]) {
        let mut mean = 0.0;
        let mut slope = [0.0; 3];
        for (at, colour) in self.at.iter().zip(&self.colours) {
            let value = vector[*at as usize];
            mean += value / 9.0;
            for (slope, c) in slope.iter_mut().zip(colour) {
                *slope += value * c;
            }
        }
        let slope = times(&self.inverse, slope);
        for (at, colour) in self.at.iter().zip(&self.colours) {
            let line = mean + dot(&slope, colour);
            product[*at as usize] += vector[*at as usize] - line;
        }
    }
}

/// Conjugate gradients, each unknown scaled by its own entry on the diagonal.
fn solve(
    windows: &[Window],
    held: &[f64],
    right: &[f64],
    found: &mut [f64],
    run: &Run<'_>,
) -> Result<(), ImagingError> {
    let product = |vector: &[f64], out: &mut [f64]| {
        for ((out, held), value) in out.iter_mut().zip(held).zip(vector) {
            *out = held * value;
        }
        windows.iter().for_each(|window| window.add(vector, out));
    };
    let mut diagonal = held.to_vec();
    for window in windows {
        for (at, colour) in window.at.iter().zip(&window.colours) {
            let own = dot(&times(&window.inverse, *colour), colour);
            diagonal[*at as usize] += (8.0 / 9.0 - own).max(0.0);
        }
    }
    for entry in &mut diagonal {
        *entry = 1.0 / entry.max(1e-9);
    }
    let mut image = vec![0.0; found.len()];
    product(found, &mut image);
    let mut rest: Vec<f64> = right.iter().zip(&image).map(|(a, b)| a - b).collect();
    let good = GOOD * norm(right).max(norm(&rest));
    let mut scaled: Vec<f64> = rest.iter().zip(&diagonal).map(|(a, b)| a * b).collect();
    let mut direction = scaled.clone();
    let mut weight = inner(&rest, &scaled);
    for round in 0..ROUNDS {
        if norm(&rest) <= good {
            break;
        }
        run.pass(round, ROUNDS)?;
        product(&direction, &mut image);
        let step = weight / inner(&direction, &image);
        if !step.is_finite() {
            break;
        }
        for i in 0..found.len() {
            found[i] += step * direction[i];
            rest[i] -= step * image[i];
            scaled[i] = rest[i] * diagonal[i];
        }
        let next = inner(&rest, &scaled);
        let turn = next / weight;
        weight = next;
        for (direction, scaled) in direction.iter_mut().zip(&scaled) {
            *direction = scaled + turn * *direction;
        }
    }
    Ok(())
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    inner(a, a).sqrt()
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn times(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| dot(&row, &vector))
}

/// The inverse of a symmetric matrix that has one.
fn inverse(m: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let [[a, b, c], [_, d, e], [_, _, f]] = *m;
    let (ca, cb, cc) = (d * f - e * e, c * e - b * f, b * e - c * d);
    let over = 1.0 / (a * ca + b * cb + c * cc);
    let (dd, de, ff) = (a * f - c * c, b * c - a * e, a * d - b * b);
    [
        [ca * over, cb * over, cc * over],
        [cb * over, dd * over, de * over],
        [cc * over, de * over, ff * over],
    ]
}
