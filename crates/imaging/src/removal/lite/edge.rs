//! Alpha and the object's own colour along its outline.
//!
//! A pixel there is taken for a mixture: `alpha * object + (1 - alpha) * background`. The background is known; the
//! object's colour is the mean of the deepest pixels of it nearby. How wide the zone of mixtures is differs from picture
//! to picture (a lens out of focus, fur), so it is measured first: as deep as colours still move away from the background.
//! A pixel whose colour is no such mixture, because the object is patterned, gets the alpha that others have at its depth.

use super::ground::{Ground, GroundRow};
use super::outline::FARTHEST;
use crate::error::ImagingError;
use crate::picture::Picture;
use crate::run::Run;

/// Pixels of a cell in which the object's colours are gathered, along each side.
const CELL: usize = 4;

/// The zone is at least so deep, in thirds of a pixel: three by three pixels were averaged, which moves the outline out
/// by one pixel, and a sharp edge mixes one more.
const SHARP: u8 = 9;

/// The deepest zone that is measured.
const SOFTEST: u8 = 72;

/// At this part of the final difference the zone of mixtures has ended.
const ENDED: f32 = 0.97;

/// An object whose colour differs from the background by less than so many deviations of noise, and levels, is faint.
const FAINT: (f32, f32) = (4.0, 8.0);

/// A colour is no mixture as far as it is off by more than so many deviations of noise, and levels.
const OFF: (f32, f32) = (3.0, 6.0);

pub(super) struct Edge<'a> {
    picture: &'a Picture,
    ground: &'a Ground,
    map: &'a [u8],
    distances: &'a [u8],
    /// Depth of the zone inside the outline, in thirds of a pixel.
    inside: u8,
    /// Depth outside.
    outside: u8,
    cells: Cells,
    /// Mean alpha at each distance: outside, then inside.
    usual: [[f32; FARTHEST as usize + 1]; 2],
}

/// A pixel as a mixture.
struct Mixture {
    behind: [f32; 3],
    object: [f32; 3],
    /// Between the two, as near as it comes; `None` where they are too much alike.
    part: Option<Part>,
}

struct Part {
    alpha: f32,
    /// How far the colour is from this mixture, squared.
    off: f32,
}

/// The object's colours around each cell.
struct Cells {
    across: usize,
    colours: Vec<[f32; 3]>,
}

impl<'a> Edge<'a> {
    pub fn of(
        picture: &'a Picture,
        ground: &'a Ground,
        map: &'a [u8],
        distances: &'a [u8],
    ) -> Self {
        let inside = depth(picture, ground, map, distances);
        // What was found begins where the mixture shows; before that lies about as much as noise hides.
        let outside = SHARP + inside.saturating_sub(SHARP) / 4;
        let cells = Cells::gathered(picture, map, distances, inside);
        let mut edge = Self {
            picture,
            ground,
            map,
            distances,
            inside,
            outside,
            cells,
            usual: [[0.0; FARTHEST as usize + 1]; 2],
        };
        edge.usual = edge.usual();
        edge
    }

    /// Whether the pixel lies in the zone of mixtures.
    fn mixed(&self, at: usize) -> bool {
        match self.map[at] {
            0 => self.distances[at] <= self.outside,
            _ => self.distances[at] <= self.inside,
        }
    }

    fn mixture(&self, seen: [f32; 3], under: &GroundRow, x: usize, y: usize) -> Mixture {
        let behind = under.at(x);
        let object = self.cells.at(x, y);
        let reach = difference(object, behind);
        let squares = dot(reach, reach);
        let least = (FAINT.0 * self.ground.noise).max(FAINT.1).powi(2);
        let part = (squares >= least).then(|| {
            let away = difference(seen, behind);
            let alpha = dot(away, reach) / squares;
            let off = difference(away, reach.map(|c| alpha * c));
            Part {
                alpha: alpha.clamp(0.0, 1.0),
                off: dot(off, off),
            }
        });
        Mixture {
            behind,
            object,
            part,
        }
    }

    /// Mean alpha at each distance, from every third row.
    fn usual(&self) -> [[f32; FARTHEST as usize + 1]; 2] {
        let width = self.picture.size().width() as usize;
        let channels = self.picture.layout().channels();
        let mut sums = [[(0.0f32, 0.0f32); FARTHEST as usize + 1]; 2];
        for y in (0..self.picture.size().height() as usize).step_by(3) {
            let under = self.ground.row(y);
            for x in 0..width {
                let at = y * width + x;
                if !self.mixed(at) {
                    continue;
                }
                let bytes = &self.picture.bytes()[at * channels..at * channels + 3];
                let seen = [bytes[0], bytes[1], bytes[2]].map(f32::from);
                if let Some(part) = self.mixture(seen, &under, x, y).part {
                    let bin = &mut sums[usize::from(self.map[at])][usize::from(self.distances[at])];
                    bin.0 += part.alpha;
                    bin.1 += 1.0;
                }
            }
        }
        let mut usual = [[0.0; FARTHEST as usize + 1]; 2];
        for (side, (usual, sums)) in usual.iter_mut().zip(&sums).enumerate() {
            for (mean, (sum, count)) in usual.iter_mut().zip(sums) {
                *mean = if *count > 0.0 {
                    sum / count
                } else {
                    side as f32
                };
            }
        }
        usual
    }

    /// The mask, the colours, and the part of the outline that is faint.
    pub fn solved(&self, run: &Run<'_>) -> Result<(Vec<u8>, Vec<u8>, f32), ImagingError> {
        let picture = self.picture;
        let width = picture.size().width() as usize;
        let channels = picture.layout().channels();
        let row_bytes = picture.row_bytes();
        let mut mask: Vec<u8> = self.map.iter().map(|kept| kept * 255).collect();
        let mut colours = vec![0; width * 3 * picture.size().height() as usize];
        let (mut faint, mut outline) = (0usize, 0usize);
        let trusted = (OFF.0 * self.ground.noise + OFF.1).powi(2);
        let of = colours.len() / (width * 3);
        let rows = mask
            .chunks_exact_mut(width)
            .zip(colours.chunks_exact_mut(width * 3));
        for (y, (mask, colours)) in rows.enumerate() {
            if y % 64 == 0 {
                run.pass(of + y, 2 * of)?;
            }
            let row = &picture.bytes()[y * row_bytes..][..row_bytes];
            copied(row, channels, colours);
            let under = self.ground.row(y);
            for x in 0..width {
                let at = y * width + x;
                if !self.mixed(at) {
                    continue;
                }
                let colour = &mut colours[3 * x..3 * x + 3];
                let seen = [colour[0], colour[1], colour[2]].map(f32::from);
                let mixture = self.mixture(seen, &under, x, y);
                let (side, distance) = (self.map[at], self.distances[at]);
                let at_outline = usize::from(side == 1 && distance == 3);
                outline += at_outline;
                let Some(part) = mixture.part else {
                    faint += at_outline;
                    continue;
                };
                let usual = self.usual[usize::from(side)][usize::from(distance)];
                let alpha = usual + (part.alpha - usual) * trusted / (trusted + part.off);
                mask[x] = (alpha * 255.0 + 0.5) as u8;
                if alpha < 1.0 {
                    let own = unmixed(seen, mixture.behind, mixture.object, alpha);
                    colour.copy_from_slice(&own);
                }
            }
        }
        Ok((mask, colours, faint as f32 / outline.max(1) as f32))
    }
}

/// The object's colour in a pixel of which it makes `alpha`. Where that is little, a small error of the background would
/// become a large one of the colour, so the colour nearby is taken as far as alpha is small.
fn unmixed(seen: [f32; 3], behind: [f32; 3], object: [f32; 3], alpha: f32) -> [u8; 3] {
    [0, 1, 2].map(|c| {
        let alone = (seen[c] - (1.0 - alpha) * behind[c]) / alpha.max(1.0 / 255.0);
        let colour = alpha * alone.clamp(0.0, 255.0) + (1.0 - alpha) * object[c];
        (colour + 0.5) as u8
    })
}

fn copied(row: &[u8], channels: usize, colours: &mut [u8]) {
    if channels == 3 {
        colours.copy_from_slice(row);
        return;
    }
    let pixels = row.as_chunks::<4>().0;
    for (out, [r, g, b, _]) in colours.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
        *out = [*r, *g, *b];
    }
}

/// How deep inside the outline colours still move away from the background, in thirds of a pixel.
fn depth(picture: &Picture, ground: &Ground, map: &[u8], distances: &[u8]) -> u8 {
    let width = picture.size().width() as usize;
    let channels = picture.layout().channels();
    let mut far = [(0.0f32, 0.0f32); FARTHEST as usize + 1];
    // Every third row is enough of an outline to measure it by.
    for y in (0..picture.size().height() as usize).step_by(3) {
        let under: GroundRow = ground.row(y);
        for x in 0..width {
            let at = y * width + x;
            if map[at] == 0 || distances[at] == FARTHEST {
                continue;
            }
            let bytes = &picture.bytes()[at * channels..at * channels + 3];
            let seen = [bytes[0], bytes[1], bytes[2]].map(f32::from);
            let off = difference(seen, under.at(x));
            let bin = &mut far[usize::from(distances[at])];
            bin.0 += dot(off, off).sqrt();
            bin.1 += 1.0;
        }
    }
    // Bins of two pixels, so that the few distances that occur along a straight edge do not leave gaps.
    let bins: Vec<f32> = far[3..]
        .chunks(6)
        .map_while(|bins| {
            let (sum, count) = bins.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
            (count >= 8.0).then(|| sum / count)
        })
        .collect();
    for (index, here) in bins.iter().enumerate() {
        let beyond = &bins[index + 1..bins.len().min(index + 5)];
        let most = beyond.iter().copied().fold(0.0, f32::max);
        if *here >= ENDED * most {
            return (3 + 6 * index as u8).clamp(SHARP, SOFTEST);
        }
    }
    SHARP
}

impl Cells {
    /// Means over the cells around each, weighed by depth, so that the deepest pixels decide wherever there are any.
    fn gathered(picture: &Picture, map: &[u8], distances: &[u8], inside: u8) -> Self {
        let (width, height) = (
            picture.size().width() as usize,
            picture.size().height() as usize,
        );
        let channels = picture.layout().channels();
        let (across, down) = (width.div_ceil(CELL), height.div_ceil(CELL));
        let deepest = inside + SHARP;
        let mut sums = vec![[0.0f32; 4]; across * down];
        for y in 0..height {
            let cells = &mut sums[y / CELL * across..][..across];
            for x in 0..width {
                let at = y * width + x;
                // Beyond twice the zone nothing is looked up.
                if map[at] == 0 || distances[at] > 2 * deepest {
                    continue;
                }
                let bytes = &picture.bytes()[at * channels..at * channels + 3];
                let weight = f32::from(distances[at].min(deepest)).powi(6);
                let cell = &mut cells[x / CELL];
                for c in 0..3 {
                    cell[c] += weight * f32::from(bytes[c]);
                }
                cell[3] += weight;
            }
        }
        let reach = (usize::from(2 * inside) / 3).div_ceil(CELL).max(2);
        let sums = summed(&sums, across, reach);
        let colours = sums.iter().map(|[r, g, b, weight]| {
            let weight = weight.max(f32::MIN_POSITIVE);
            [r / weight, g / weight, b / weight]
        });
        Self {
            across,
            colours: colours.collect(),
        }
    }

    fn at(&self, x: usize, y: usize) -> [f32; 3] {
        self.colours[y / CELL * self.across + x / CELL]
    }
}

/// Sums over squares of `2 * reach + 1` cells.
fn summed(cells: &[[f32; 4]], across: usize, reach: usize) -> Vec<[f32; 4]> {
    let down = cells.len() / across.max(1);
    let add = |sum: &mut [f32; 4], cell: &[f32; 4]| {
        for (sum, value) in sum.iter_mut().zip(cell) {
            *sum += value;
        }
    };
    let mut rows = vec![[0.0; 4]; cells.len()];
    for (from, to) in cells
        .chunks_exact(across)
        .zip(rows.chunks_exact_mut(across))
    {
        for (x, sum) in to.iter_mut().enumerate() {
            let around = x.saturating_sub(reach)..(x + reach + 1).min(across);
            from[around].iter().for_each(|cell| add(sum, cell));
        }
    }
    let mut all = vec![[0.0; 4]; cells.len()];
    for (y, to) in all.chunks_exact_mut(across).enumerate() {
        for other in y.saturating_sub(reach)..(y + reach + 1).min(down) {
            let from = &rows[other * across..][..across];
            to.iter_mut()
                .zip(from)
                .for_each(|(sum, cell)| add(sum, cell));
        }
    }
    all
}

fn difference(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
