//! Turning pictures by quarters, plane by plane.

use crate::format::{Rotation, Size};
use crate::yuv::Yuv420;

/// Side of the squares in which a plane is turned, so that both its rows and its columns stay in the fast cache.
const TILE: usize = 32;

/// Turns `from` clockwise into `into`, which gets its size.
///
/// Colour belongs to pairs of pixels that are counted from the left and the top. Where an odd side is mirrored the pairs
/// begin at the other end, so a colour there is the mean of the two it now lies between.
pub(crate) fn turn(from: &mut Yuv420, rotation: Rotation, into: &mut Yuv420) {
    into.reshape(rotation.applied_to(from.size));
    let (mirror_rows, mirror_columns) = match rotation {
        Rotation::None => (false, false),
        Rotation::Quarter => (false, true),
        Rotation::Half => (true, true),
        Rotation::ThreeQuarters => (true, false),
    };
    let (size, chroma) = (from.size, from.size.chroma());
    plane(&from.y, size, rotation, &mut into.y);
    for (from, into) in [(&mut from.u, &mut into.u), (&mut from.v, &mut into.v)] {
        let width = chroma.width() as usize;
        if mirror_rows && !size.width().is_multiple_of(2) {
            for row in from.chunks_exact_mut(width) {
                for x in 1..width {
                    row[width - x] = mean(row[width - x], row[width - x - 1]);
                }
            }
        }
        if mirror_columns && !size.height().is_multiple_of(2) {
            for at in (width..from.len()).rev() {
                from[at] = mean(from[at], from[at - width]);
            }
        }
        plane(from, chroma, rotation, into);
    }
}

fn mean(a: u8, b: u8) -> u8 {
    (u16::from(a) + u16::from(b)).div_ceil(2) as u8
}

/// Turns one plane of `size`; `into` is as long as `from`.
fn plane(from: &[u8], size: Size, rotation: Rotation, into: &mut [u8]) {
    let (width, height) = (size.width() as usize, size.height() as usize);
    match rotation {
        Rotation::None => into.copy_from_slice(from),
        Rotation::Half => {
            for (into, from) in into.iter_mut().zip(from.iter().rev()) {
                *into = *from;
            }
        }
        Rotation::Quarter | Rotation::ThreeQuarters => {
            for top in (0..height).step_by(TILE) {
                for left in (0..width).step_by(TILE) {
                    let (bottom, right) = ((top + TILE).min(height), (left + TILE).min(width));
                    for x in left..right {
                        // Column x becomes a row: from the bottom up in a quarter to the right.
                        if rotation == Rotation::Quarter {
                            let row = &mut into[x * height..][height - bottom..height - top];
                            let column = from[top * width + x..].iter().step_by(width);
                            for (into, from) in row.iter_mut().rev().zip(column) {
                                *into = *from;
                            }
                        } else {
                            let row = &mut into[(width - 1 - x) * height..][top..bottom];
                            let column = from[top * width + x..].iter().step_by(width);
                            for (into, from) in row.iter_mut().zip(column) {
                                *into = *from;
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a pixel of the turned picture comes from, said apart from the code above.
    fn source(rotation: Rotation, size: Size, x: usize, y: usize) -> (usize, usize) {
        let (width, height) = (size.width() as usize, size.height() as usize);
        match rotation {
            Rotation::None => (x, y),
            Rotation::Quarter => (y, height - 1 - x),
            Rotation::Half => (width - 1 - x, height - 1 - y),
            Rotation::ThreeQuarters => (width - 1 - y, x),
        }
    }

    const ALL: [Rotation; 4] = [
        Rotation::None,
        Rotation::Quarter,
        Rotation::Half,
        Rotation::ThreeQuarters,
    ];

    fn picture(size: Size) -> Yuv420 {
        let mut picture = Yuv420::black(size);
        let chroma = size.chroma().width() as usize;
        for (at, y) in picture.y.iter_mut().enumerate() {
            *y = (at * 7 % 251) as u8;
        }
        for at in 0..picture.u.len() {
            picture.u[at] = (16 + at % chroma * 5 % 200) as u8;
            picture.v[at] = (16 + at / chroma * 5 % 200) as u8;
        }
        picture
    }

    #[test]
    fn every_pixel_goes_where_it_belongs() {
        for (width, height) in [
            (1, 1),
            (2, 2),
            (7, 3),
            (64, 48),
            (33, 65),
            (100, 31),
            (1, 40),
        ] {
            let size = Size::new(width, height).unwrap();
            for rotation in ALL {
                let mut from = picture(size);
                let before = from.clone();
                let mut into = Yuv420::black(Size::new(1, 1).unwrap());
                turn(&mut from, rotation, &mut into);
                assert_eq!(into.size, rotation.applied_to(size));
                into.whole().unwrap();
                let turned = into.size.width() as usize;
                for (at, &y) in into.y.iter().enumerate() {
                    let (x, row) = source(rotation, size, at % turned, at / turned);
                    assert_eq!(y, before.y[row * width as usize + x], "{size} {rotation:?}");
                }
            }
        }
    }

    #[test]
    fn colour_stays_with_its_pixels_at_odd_sizes_too() {
        for (width, height) in [(1, 1), (8, 6), (7, 3), (9, 10), (10, 9), (33, 65), (3, 3)] {
            let size = Size::new(width, height).unwrap();
            for rotation in ALL {
                let mut from = picture(size);
                let before = from.clone();
                let mut into = Yuv420::black(size);
                turn(&mut from, rotation, &mut into);
                let (old, new) = (size.chroma(), into.size.chroma());
                for at in 0..new.pixels() {
                    let (x, y) = (at % new.width() as usize, at / new.width() as usize);
                    // The mean over the up to four pixels that this colour stands for.
                    let mut sums = (0.0, 0.0, 0.0);
                    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                        let (px, py) = (2 * x + dx, 2 * y + dy);
                        if px < into.size.width() as usize && py < into.size.height() as usize {
                            let (sx, sy) = source(rotation, size, px, py);
                            let at = sy / 2 * old.width() as usize + sx / 2;
                            sums.0 += f64::from(before.u[at]);
                            sums.1 += f64::from(before.v[at]);
                            sums.2 += 1.0;
                        }
                    }
                    let near = |got: u8, sum: f64| (f64::from(got) - sum / sums.2).abs() <= 0.5;
                    assert!(near(into.u[at], sums.0), "{size} {rotation:?} {x} {y}");
                    assert!(near(into.v[at], sums.1), "{size} {rotation:?} {x} {y}");
                }
            }
        }
    }

    #[test]
    fn four_quarters_are_a_whole_turn() {
        let size = Size::new(34, 20).unwrap();
        let before = picture(size);
        let (mut a, mut b) = (before.clone(), before.clone());
        for _ in 0..2 {
            turn(&mut a, Rotation::Quarter, &mut b);
            turn(&mut b, Rotation::Quarter, &mut a);
        }
        assert_eq!(a, before);
    }
}
