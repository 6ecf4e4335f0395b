//! How far each pixel is from the outline, on both sides of it.

/// Distances are counted up to this; in thirds of a pixel.
pub(super) const FARTHEST: u8 = 96;

/// A step to a neighbour in a row or column, and to one at a corner.
const STRAIGHT: u8 = 3;
const ACROSS: u8 = 4;

/// For each pixel the distance to the nearest of the other value, in thirds of a pixel, at most [`FARTHEST`]; a pixel next
/// to one of the other value has 3. Beyond the picture's edge nothing is.
pub(super) fn distances(map: &[u8], width: usize) -> Vec<u8> {
    let mut out = vec![FARTHEST; map.len()];
    let rows = map.len() / width.max(1);
    for y in 0..rows {
        pass(map, &mut out, width, y, y.checked_sub(1), false);
    }
    for y in (0..rows).rev() {
        pass(
            map,
            &mut out,
            width,
            y,
            Some(y + 1).filter(|y| *y < rows),
            true,
        );
    }
    out
}

/// Lowers the distances of row `y` by what is known of row `other` and of the pixel before, in reading order or against it.
fn pass(map: &[u8], out: &mut [u8], width: usize, y: usize, other: Option<usize>, back: bool) {
    let at = y * width;
    let row = &map[at..at + width];
    if let Some(other) = other {
        let other_row = &map[other * width..][..width];
        let (above, here) = match back {
            false => {
                let (above, here) = out.split_at_mut(at);
                (&above[other * width..], &mut here[..width])
            }
            true => {
                let (here, below) = out.split_at_mut(at + width);
                (&below[..width], &mut here[at..])
            }
        };
        lower(row, here, other_row, above);
    }
    let here = &mut out[at..at + width];
    let step = |here: &mut [u8], from: usize, to: usize| {
        let near = match row[from] == row[to] {
            true => here[from] + STRAIGHT,
            false => STRAIGHT,
        };
        here[to] = here[to].min(near);
    };
    match back {
        false => (1..width).for_each(|x| step(here, x - 1, x)),
        true => (1..width).rev().for_each(|x| step(here, x, x - 1)),
    }
}

/// What the row above or below says; pixels do not depend on each other here.
fn lower(row: &[u8], here: &mut [u8], other: &[u8], known: &[u8]) {
    let width = row.len();
    let (other, known) = (&other[..width], &known[..width]);
    let near = |x: usize, from: usize, step: u8| match row[x] == other[from] {
        true => known[from] + step,
        false => step,
    };
    let edge = |here: &mut [u8], x: usize| {
        let mut least = here[x].min(near(x, x, STRAIGHT));
        if x > 0 {
            least = least.min(near(x, x - 1, ACROSS));
        }
        if x + 1 < width {
            least = least.min(near(x, x + 1, ACROSS));
        }
        here[x] = least;
    };
    edge(here, 0);
    edge(here, width - 1);
    if width < 3 {
        return;
    }
    let inner = here[1..width - 1].iter_mut().zip(&row[1..width - 1]);
    let others = other.windows(3).zip(known.windows(3));
    for ((here, own), (other, known)) in inner.zip(others) {
        let near = |i: usize, step: u8| {
            let same = u8::from(other[i] == *own);
            known[i] * same + step
        };
        let least = near(1, STRAIGHT).min(near(0, ACROSS)).min(near(2, ACROSS));
        *here = (*here).min(least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_grow_from_the_outline_to_both_sides() {
        let map = [
            [0, 0, 0, 0, 0], //
            [0, 0, 1, 1, 1],
            [0, 0, 1, 1, 1],
            [0, 0, 1, 1, 1],
        ]
        .concat();
        let found = distances(&map, 5);
        let expected = [
            [7, 4, 3, 3, 3], //
            [6, 3, 3, 3, 3],
            [6, 3, 3, 6, 6],
            [6, 3, 3, 6, 9],
        ]
        .concat();
        assert_eq!(found, expected);
        assert_eq!(distances(&[1; 6], 3), [FARTHEST; 6]);
        assert_eq!(distances(&[1, 0], 1), [3, 3]);
    }
}
