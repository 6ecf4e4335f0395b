//! What the background would look like everywhere: a smooth surface for each channel, fitted to the picture's border and
//! then to all that fits it.
//!
//! A cubic in x and y holds plain sheets, light that falls off to a side or to the corners, and gradients that people
//! draw. It is fitted to means of small cells, so that noise hardly counts.

use pixels::Size;

/// Terms of the cubic: 1, x, y, x², xy, y², x³, x²y, xy², y³.
const TERMS: usize = 10;

/// Terms of the quadratic that the border alone decides about: it says too little for more.
const BORDER_TERMS: usize = 6;

/// Cells along the longer side, at most.
const CELLS: usize = 128;

/// Pixels of a cell that are looked at, along each side.
const LOOKS: usize = 4;

/// Differences in levels below which a cell fits for sure; what cameras and JPEG leave in a plain area.
const TOLERANCE: f64 = 5.0;

/// The mean colour of a part of the picture, and where it is: x and y from -1 to 1.
struct Cell {
    at: [f64; 2],
    colour: [f64; 3],
}

/// The background as a function of the place.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    /// A row of terms for each channel.
    terms: [[f64; TERMS]; 3],
    /// Width and height in pixels, less one.
    span: [f64; 2],
    /// Standard deviation of a pixel's channel around the surface, in levels; at least half of one.
    pub noise: f32,
    /// How far means of background lie from the surface: in 19 of 20 places not farther, in levels.
    pub misfit: f32,
    /// Part of the border that fits.
    pub fits: f32,
}

/// The surface of one row, as cubics in x from -1 to 1.
pub(super) struct GroundRow {
    cubics: [[f32; 4]; 3],
    scale: f32,
}

impl Ground {
    /// Fits the background of a picture whose pixel at x and y is `pixel(x, y)`.
    pub fn fit(size: Size, pixel: impl Fn(usize, usize) -> [u8; 3]) -> Self {
        let (width, height) = (size.width() as usize, size.height() as usize);
        let span = [(width - 1).max(1) as f64, (height - 1).max(1) as f64];
        let side = width.max(height).div_ceil(CELLS);
        let (across, down) = (width.div_ceil(side), height.div_ceil(side));
        let mut cells = Vec::with_capacity(across * down);
        for row in 0..down {
            for column in 0..across {
                cells.push(cell(
                    [column * side, row * side],
                    [
                        ((column + 1) * side).min(width),
                        ((row + 1) * side).min(height),
                    ],
                    span,
                    &pixel,
                ));
            }
        }
        let rim = (across.min(down) / 32).max(1);
        let at_rim = |index: usize| {
            let (x, y) = (index % across, index / across);
            x < rim || y < rim || x + rim >= across || y + rim >= down
        };
        let border: Vec<usize> = (0..cells.len()).filter(|index| at_rim(*index)).collect();

        let mut terms = from_border(&cells, &border);
        let off = |terms: &[[f64; TERMS]; 3], index: usize| off(terms, &cells[index]);
        let mut tolerance = TOLERANCE;
        let mut ground = Vec::new();
        for _ in 0..3 {
            ground = grown(across, down, &border, |index| {
                off(&terms, index) < 2.0 * tolerance
            });
            if ground.len() < 6 * TERMS {
                break;
            }
            let weights = vec![1.0; ground.len()];
            if let Some(better) = solved(&cells, &ground, &weights, TERMS) {
                terms = better;
            }
            let mut far: Vec<f64> = ground.iter().map(|index| off(&terms, *index)).collect();
            tolerance = (3.0 * percentile(&mut far, 0.5)).clamp(TOLERANCE, 3.0 * TOLERANCE);
        }
        let fitting = border
            .iter()
            .filter(|index| off(&terms, **index) < 2.0 * tolerance);
        let fits = fitting.count() as f32 / border.len().max(1) as f32;
        let mut far: Vec<f64> = ground.iter().map(|index| off(&terms, *index)).collect();
        let mut made = Self {
            terms,
            span,
            noise: 0.0,
            misfit: percentile(&mut far, 0.95) as f32,
            fits,
        };
        made.noise = made.noise_of(&ground, [across, side], [width, height], &pixel);
        made
    }

    /// The surface along row `y`.
    pub fn row(&self, y: usize) -> GroundRow {
        let y = y as f64 / self.span[1] * 2.0 - 1.0;
        let cubics = self.terms.map(|t| {
            [
                t[0] + t[2] * y + t[5] * y * y + t[9] * y * y * y,
                t[1] + t[4] * y + t[8] * y * y,
                t[3] + t[7] * y,
                t[6],
            ]
            .map(|term| term as f32)
        });
        GroundRow {
            cubics,
            scale: (2.0 / self.span[0]) as f32,
        }
    }

    /// Spread of single pixels around the surface, where cells are background.
    fn noise_of(
        &self,
        ground: &[usize],
        [across, side]: [usize; 2],
        [width, height]: [usize; 2],
        pixel: &impl Fn(usize, usize) -> [u8; 3],
    ) -> f32 {
        let step = (ground.len() / 1000).max(1);
        let mut far = Vec::new();
        for index in ground.iter().step_by(step) {
            let (x, y) = (index % across * side, index / across * side);
            for (x, y) in [(x, y), (x + side / 2, y + side / 2)] {
                let (x, y) = (x.min(width - 1), y.min(height - 1));
                let under = self.row(y).at(x);
                let colour = pixel(x, y);
                far.extend((0..3).map(|c| f64::from((f32::from(colour[c]) - under[c]).abs())));
            }
        }
        // Half of a normal distribution lies within 0.6745 of its deviation.
        (percentile(&mut far, 0.5) / 0.6745).max(0.5) as f32
    }
}

impl GroundRow {
    /// The background at pixel `x` of the row, in levels.
    #[inline(always)]
    pub fn at(&self, x: usize) -> [f32; 3] {
        let x = x as f32 * self.scale - 1.0;
        self.cubics
            .map(|[a, b, c, d]| ((d * x + c) * x + b) * x + a)
    }

    /// One channel of the whole row, in eighths of a level.
    pub fn eighths(&self, channel: usize, row: &mut [i16]) {
        let [a, b, c, d] = self.cubics[channel];
        for (x, out) in row.iter_mut().enumerate() {
            let x = x as i32 as f32 * self.scale - 1.0;
            let value = ((d * x + c) * x + b) * x + a;
            // Beyond white and black there is nothing, so a surface that overshoots must not.
            *out = (value.clamp(0.0, 255.0) * 8.0 + 0.5) as i32 as i16;
        }
    }
}

fn cell(
    [left, top]: [usize; 2],
    [right, bottom]: [usize; 2],
    span: [f64; 2],
    pixel: &impl Fn(usize, usize) -> [u8; 3],
) -> Cell {
    let looks = |from: usize, to: usize| {
        let count = (to - from).min(LOOKS);
        (0..count).map(move |look| from + (2 * look + 1) * (to - from) / (2 * count))
    };
    let mut sum = [0.0; 5];
    let mut count = 0.0;
    for y in looks(top, bottom) {
        for x in looks(left, right) {
            let [r, g, b] = pixel(x, y).map(f64::from);
            for (sum, value) in sum.iter_mut().zip([x as f64, y as f64, r, g, b]) {
                *sum += value;
            }
            count += 1.0;
        }
    }
    let [x, y, r, g, b] = sum.map(|sum| sum / count);
    Cell {
        at: [x / span[0] * 2.0 - 1.0, y / span[1] * 2.0 - 1.0],
        colour: [r, g, b],
    }
}

/// A quadratic through most of the border. An object that touches it is outvoted: weights fall with the distance, then
/// what lies far does not count at all.
fn from_border(cells: &[Cell], border: &[usize]) -> [[f64; TERMS]; 3] {
    let mut weights = vec![1.0; border.len()];
    let mut terms = [[0.0; TERMS]; 3];
    for round in 0..20 {
        let Some(better) = solved(cells, border, &weights, BORDER_TERMS) else {
            break;
        };
        terms = better;
        let mut far: Vec<f64> = border.iter().map(|at| off(&terms, &cells[*at])).collect();
        let each = far.clone();
        let limit = (3.0 * percentile(&mut far, 0.5)).max(TOLERANCE);
        for (weight, far) in weights.iter_mut().zip(each) {
            *weight = match round {
                0..12 => 1.0 / (far + 0.5),
                _ if far <= limit => 1.0,
                _ => 1e-3,
            };
        }
    }
    terms
}

/// Distance of a cell's colour from the surface, in levels.
fn off(terms: &[[f64; TERMS]; 3], cell: &Cell) -> f64 {
    let basis = basis(cell.at);
    let squares = terms.iter().zip(cell.colour).map(|(terms, colour)| {
        let under: f64 = terms.iter().zip(basis).map(|(t, b)| t * b).sum();
        (colour - under).powi(2)
    });
    squares.sum::<f64>().sqrt()
}

fn basis([x, y]: [f64; 2]) -> [f64; TERMS] {
    [
        1.0,
        x,
        y,
        x * x,
        x * y,
        y * y,
        x * x * x,
        x * x * y,
        x * y * y,
        y * y * y,
    ]
}

/// Cells that fit and hang together with the border.
fn grown(across: usize, down: usize, border: &[usize], fits: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut seen = vec![false; across * down];
    let mut found = Vec::new();
    for start in border {
        if !seen[*start] && fits(*start) {
            seen[*start] = true;
            found.push(*start);
        }
    }
    let mut next = 0;
    while let Some(&at) = found.get(next) {
        next += 1;
        let (x, y) = (at % across, at / across);
        let neighbours = [
            (x > 0).then(|| at - 1),
            (x + 1 < across).then(|| at + 1),
            (y > 0).then(|| at - across),
            (y + 1 < down).then(|| at + across),
        ];
        for neighbour in neighbours.into_iter().flatten() {
            if !seen[neighbour] && fits(neighbour) {
                seen[neighbour] = true;
                found.push(neighbour);
            }
        }
    }
    found
}

/// Least squares over `chosen` cells with the first `count` terms. `None` where the cells do not decide about them.
fn solved(
    cells: &[Cell],
    chosen: &[usize],
    weights: &[f64],
    count: usize,
) -> Option<[[f64; TERMS]; 3]> {
    let mut matrix = [[0.0; TERMS]; TERMS];
    let mut right = [[0.0; 3]; TERMS];
    for (at, weight) in chosen.iter().zip(weights) {
        let cell = &cells[*at];
        let basis = basis(cell.at);
        for i in 0..count {
            for j in 0..count {
                matrix[i][j] += weight * basis[i] * basis[j];
            }
            for (sum, colour) in right[i].iter_mut().zip(cell.colour) {
                *sum += weight * basis[i] * colour;
            }
        }
    }
    for (i, row) in matrix.iter_mut().enumerate() {
        // A picture one pixel high says nothing about y: the smallest surface is taken.
        row[i] += 1e-9 * (1.0 + row[i]);
    }
    for i in 0..count {
        let pivot =
            (i..count).max_by(|a, b| matrix[*a][i].abs().total_cmp(&matrix[*b][i].abs()))?;
        matrix.swap(i, pivot);
        right.swap(i, pivot);
        let (upper, below) = matrix.split_at_mut(i + 1);
        let (upper_right, below_right) = right.split_at_mut(i + 1);
        let (row, values) = (&upper[i], &upper_right[i]);
        for (other, other_values) in below.iter_mut().zip(below_right).take(count - i - 1) {
            let factor = other[i] / row[i];
            for j in i..count {
                other[j] -= factor * row[j];
            }
            for c in 0..3 {
                other_values[c] -= factor * values[c];
            }
        }
    }
    let mut terms = [[0.0; TERMS]; 3];
    for i in (0..count).rev() {
        for c in 0..3 {
            let known: f64 = (i + 1..count).map(|j| matrix[i][j] * terms[c][j]).sum();
            terms[c][i] = (right[i][c] - known) / matrix[i][i];
        }
    }
    let finite = terms.iter().flatten().all(|term| term.is_finite());
    finite.then_some(terms)
}

/// The value that `part` of all do not exceed; 0 where there are none.
fn percentile(values: &mut [f64], part: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() - 1) as f64 * part).round() as usize;
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).unwrap()
    }

    #[test]
    fn a_gradient_is_found_under_an_object_that_touches_the_border() {
        let shade = |x: usize, y: usize| [40.0 + x as f64 * 0.4, 200.0 - y as f64 * 0.5, 90.0];
        let ground = Ground::fit(size(300, 200), |x, y| {
            if (100..180).contains(&x) && y > 80 {
                return [255, 0, 255];
            }
            shade(x, y).map(|level| level.round() as u8)
        });
        for (x, y) in [(0, 0), (140, 150), (299, 199), (150, 40)] {
            for (found, truth) in ground.row(y).at(x).into_iter().zip(shade(x, y)) {
                assert!(
                    (f64::from(found) - truth).abs() < 1.0,
                    "{x} {y}: {found} {truth}"
                );
            }
        }
        assert!(ground.fits > 0.8 && ground.fits < 1.0, "{}", ground.fits);
        assert!(ground.noise < 1.0, "{}", ground.noise);
    }

    #[test]
    fn the_smallest_pictures_have_a_background_too() {
        for (width, height) in [(1, 1), (2, 1), (1, 7), (3, 3)] {
            let ground = Ground::fit(size(width, height), |_, _| [9, 90, 200]);
            let under = ground.row(0).at(0);
            assert!((under[2] - 200.0).abs() < 0.5, "{under:?}");
        }
    }
}
