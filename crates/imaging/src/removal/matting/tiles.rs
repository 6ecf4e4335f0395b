//! Matting of large pictures by tiles, within a fixed memory.
//!
//! First the whole picture is solved small. Then each tile is solved at full size with the pixels around it; what is
//! uncertain at the rim of those is held at the small solution, so that neighbours agree where they meet.

use pixels::Size;

use super::super::steps::trimap::{BACKGROUND, FOREGROUND, UNKNOWN};
use super::closed_form::{HELD, solved};
use crate::error::ImagingError;
use crate::run::Run;

/// How a picture is cut up.
pub(super) struct Tiles {
    /// Pixels of the small picture at most.
    pub small: usize,
    /// Side of a tile, in pixels.
    pub core: usize,
    /// Pixels around a tile that are solved with it.
    pub around: usize,
}

impl Tiles {
    /// About 160 MB for the small picture, then 110 MB for a tile.
    pub const USUAL: Self = Self {
        small: 400_000,
        core: 448,
        around: 32,
    };
}

/// Alpha for each pixel.
pub(super) fn alpha(
    rgb: &[u8],
    trimap: &[u8],
    guess: impl Fn(usize) -> f32,
    size: Size,
    tiles: &Tiles,
    run: &Run<'_>,
) -> Result<Vec<f32>, ImagingError> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let step = (size.pixels() as f64 / tiles.small as f64).sqrt().ceil() as usize;
    let coarse = Coarse::solved(rgb, trimap, &guess, size, step.max(1), &run.part(0, 8))?;
    let certain = |at: usize| match trimap[at] {
        FOREGROUND => 1.0,
        _ => 0.0,
    };
    let mut alpha: Vec<f32> = (0..trimap.len()).map(certain).collect();
    let (across, down) = (width.div_ceil(tiles.core), height.div_ceil(tiles.core));
    let of = across * down;
    for index in 0..of {
        // One eighth of the time has gone to the small picture.
        let run = run.part(of + 7 * index, 8 * of);
        run.pass(0, 1)?;
        let left = index % across * tiles.core;
        let top = index / across * tiles.core;
        let tile = [
            left,
            top,
            (left + tiles.core).min(width),
            (top + tiles.core).min(height),
        ];
        let [_, _, right, bottom] = tile;
        let rows = || (top..bottom).map(|y| y * width + left..y * width + right);
        if !rows().any(|row| trimap[row].contains(&UNKNOWN)) {
            continue;
        }
        let cut = Cut {
            left: left.saturating_sub(tiles.around),
            top: top.saturating_sub(tiles.around),
            right: (right + tiles.around).min(width),
            bottom: (bottom + tiles.around).min(height),
        };
        let found = cut.solved(rgb, trimap, &coarse, size, &run)?;
        let cut_width = cut.right - cut.left;
        for (y, row) in (top..bottom).zip(rows()) {
            let from = (y - cut.top) * cut_width + left - cut.left;
            let len = row.len();
            alpha[row].copy_from_slice(&found[from..from + len]);
        }
    }
    Ok(alpha)
}

/// A part of the picture that is solved by itself.
struct Cut {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Cut {
    fn solved(
        &self,
        rgb: &[u8],
        trimap: &[u8],
        coarse: &Coarse,
        size: Size,
        run: &Run<'_>,
    ) -> Result<Vec<f32>, ImagingError> {
        let (width, height) = (size.width() as usize, size.height() as usize);
        let across = self.right - self.left;
        let places =
            || (self.top..self.bottom).flat_map(|y| (self.left..self.right).map(move |x| (x, y)));
        // Beyond the picture's own edge nobody has another opinion.
        let rim = |x: usize, y: usize| {
            (x == self.left && x > 0)
                || (y == self.top && y > 0)
                || (x + 1 == self.right && x + 1 < width)
                || (y + 1 == self.bottom && y + 1 < height)
        };
        let known: Vec<u8> = places()
            .map(|(x, y)| match trimap[y * width + x] {
                UNKNOWN if rim(x, y) => HELD,
                other => other,
            })
            .collect();
        let colours: Vec<u8> = (self.top..self.bottom)
            .flat_map(|y| &rgb[3 * (y * width + self.left)..3 * (y * width + self.right)])
            .copied()
            .collect();
        let guess = |at: usize| coarse.at(self.left + at % across, self.top + at / across);
        let sides = [across, self.bottom - self.top];
        solved(&colours, &known, guess, sides, run)
    }
}

/// The solution of the picture made smaller.
struct Coarse {
    alpha: Vec<f32>,
    across: usize,
    down: usize,
    /// Pixels of the picture for one of these, along each side.
    step: usize,
}

impl Coarse {
    fn solved(
        rgb: &[u8],
        trimap: &[u8],
        guess: &impl Fn(usize) -> f32,
        size: Size,
        step: usize,
        run: &Run<'_>,
    ) -> Result<Self, ImagingError> {
        let (width, height) = (size.width() as usize, size.height() as usize);
        let (across, down) = (width.div_ceil(step), height.div_ceil(step));
        let pixels = rgb.as_chunks::<3>().0;
        let (mut colours, mut known, mut guesses) = (Vec::new(), Vec::new(), Vec::new());
        for square in 0..across * down {
            let (left, top) = (square % across * step, square / across * step);
            let mut sum = [0usize; 3];
            let mut guessed = 0.0;
            let mut seen = [0usize; 2];
            let mut count = 0;
            for y in top..(top + step).min(height) {
                for at in y * width + left..y * width + (left + step).min(width) {
                    for (sum, level) in sum.iter_mut().zip(pixels[at]) {
                        *sum += usize::from(level);
                    }
                    guessed += guess(at);
                    seen[0] += usize::from(trimap[at] == BACKGROUND);
                    seen[1] += usize::from(trimap[at] == FOREGROUND);
                    count += 1;
                }
            }
            colours.extend(sum.map(|sum| (sum / count) as u8));
            guesses.push(guessed / count as f32);
            known.push(match seen {
                [background, _] if background == count => BACKGROUND,
                [_, foreground] if foreground == count => FOREGROUND,
                _ => UNKNOWN,
            });
        }
        Ok(Self {
            alpha: solved(&colours, &known, |at| guesses[at], [across, down], run)?,
            across,
            down,
            step,
        })
    }

    /// Between the four nearest.
    fn at(&self, x: usize, y: usize) -> f32 {
        let place = |at: usize, len: usize| {
            let place = (at as f32 + 0.5) / self.step as f32 - 0.5;
            let place = place.clamp(0.0, (len - 1) as f32);
            let first = place as usize;
            (first, (first + 1).min(len - 1), place - first as f32)
        };
        let (left, right, right_by) = place(x, self.across);
        let (above, below, down_by) = place(y, self.down);
        let row = |y: usize| {
            let [from, to] = [left, right].map(|x| self.alpha[y * self.across + x]);
            from + (to - from) * right_by
        };
        row(above) + (row(below) - row(above)) * down_by
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A soft edge over a shaded ground, and what of it is certain.
    fn scene(width: usize, height: usize) -> (Vec<u8>, Vec<u8>, Vec<f32>) {
        let (mut rgb, mut trimap, mut truth) = (Vec::new(), Vec::new(), Vec::new());
        for y in 0..height {
            for x in 0..width {
                let edge = width as f32 / 2.0 + 20.0 * (y as f32 / 17.0).sin();
                let own = ((x as f32 - edge) / 24.0 + 0.5).clamp(0.0, 1.0);
                let front = [200.0, 70.0 + 60.0 * y as f32 / height as f32, 40.0];
                let back = [40.0, 80.0, 150.0 + 60.0 * x as f32 / width as f32];
                rgb.extend([0, 1, 2].map(|c| (own * front[c] + (1.0 - own) * back[c]) as u8));
                let far = x as f32 - edge;
                trimap.push(match far {
                    ..-30.0 => BACKGROUND,
                    30.0.. => FOREGROUND,
                    _ => UNKNOWN,
                });
                truth.push(own);
            }
        }
        (rgb, trimap, truth)
    }

    #[test]
    fn tiles_give_what_the_whole_gives() {
        let (width, height) = (190, 150);
        let size = Size::new(width as u32, height as u32).unwrap();
        let (rgb, trimap, truth) = scene(width, height);
        let run = Run::default();
        let whole = solved(&rgb, &trimap, |_| 0.5, [width, height], &run).unwrap();
        let tiles = Tiles {
            small: 4000,
            core: 48,
            around: 12,
        };
        let tiled = alpha(&rgb, &trimap, |_| 0.5, size, &tiles, &run).unwrap();
        let far = |a: &[f32], b: &[f32]| {
            let each = || a.iter().zip(b).map(|(a, b)| (a - b).abs());
            let unknown = trimap.iter().filter(|t| **t == UNKNOWN).count();
            (
                each().sum::<f32>() / unknown as f32,
                each().fold(0.0, f32::max),
            )
        };
        assert!(far(&whole, &truth).0 < 0.05, "{:?}", far(&whole, &truth));
        let (mean, most) = far(&whole, &tiled);
        assert!(mean < 0.01 && most < 0.1, "{mean} {most}");
    }
}
