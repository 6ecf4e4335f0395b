//! Shadows on the table: each body's outline thrown along the light of a lamp that is not a point.
//!
//! Only the table takes shadows; bodies do not darken each other.

use super::canvas::{Canvas, Corner};
use super::lens::Lens;
use super::{LAMP, MOST_CORNERS, cut};
use crate::scene::TABLE;

/// Where the lamp is seen from the table, beside its middle: its size makes shadows soft.
const POINTS: [[f32; 2]; 6] = [
    [0.0, 0.0],
    [0.09, 0.03],
    [-0.08, 0.05],
    [0.02, -0.10],
    [-0.05, -0.06],
    [0.04, 0.11],
];
/// What is left of the light where nothing of the lamp arrives, of 256.
const DARKEST: u32 = 132;
/// Most corners of a body.
const MOST: usize = 32;

/// What is left of a colour for each set of lamp points that do not reach it, of 256.
pub fn shares() -> &'static [u32; 256] {
    static SHARES: std::sync::OnceLock<[u32; 256]> = std::sync::OnceLock::new();
    SHARES.get_or_init(|| {
        std::array::from_fn(|marks| {
            256 - (256 - DARKEST) * marks.count_ones().min(6) / POINTS.len() as u32
        })
    })
}

/// Marks where a body with these corners keeps the light away.
pub fn throw(canvas: &mut Canvas, lens: &Lens, corners: &[[f32; 3]]) {
    let table = TABLE as f32;
    for (place, point) in POINTS.iter().enumerate() {
        let lean = [0, 1].map(|part| LAMP[part] as f32 / LAMP[2] as f32 + point[part]);
        let mut thrown = [[0.0; 2]; MOST];
        let count = corners.len().min(MOST);
        for (thrown, corner) in thrown.iter_mut().zip(corners) {
            let height = (corner[2] - table).max(0.0);
            *thrown = [0, 1].map(|part| corner[part] - lean[part] * height);
        }
        let mut outline = [[0.0; 2]; MOST + 1];
        let count = hull(&mut thrown[..count], &mut outline);
        let mut seen = [[0.0; 3]; MOST_CORNERS - 2];
        let count = count.min(seen.len());
        // From above and counter-clockwise; the camera is above too, so any turn will do for marks.
        for (seen, [x, y]) in seen.iter_mut().zip(&outline[..count]) {
            *seen = lens.seen([*x, *y, table]);
        }
        let mut screen = [Corner::default(); MOST_CORNERS];
        let count = cut(
            &seen[..count],
            |at| {
                let [x, y, near] = lens.project(at);
                Corner {
                    x,
                    y,
                    near,
                    light: 0.0,
                }
            },
            &mut screen,
        );
        if count >= 3 {
            canvas.shade(&screen[..count], 1 << place);
        }
    }
}

/// The convex outline of points, in order; how many corners it has.
fn hull(points: &mut [[f32; 2]], into: &mut [[f32; 2]; MOST + 1]) -> usize {
    points.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let mut count = 0;
    let mut run = |points: &mut dyn Iterator<Item = [f32; 2]>, keep: usize, count: &mut usize| {
        for point in points {
            while *count >= keep + 2 && !left(into[*count - 2], into[*count - 1], point) {
                *count -= 1;
            }
            into[*count] = point;
            *count += 1;
        }
    };
    run(&mut points.iter().copied(), 0, &mut count);
    let keep = count.saturating_sub(1);
    run(&mut points.iter().rev().skip(1).copied(), keep, &mut count);
    // The first point came again at the end.
    count.saturating_sub(1)
}

fn left(a: [f32; 2], b: [f32; 2], c: [f32; 2]) -> bool {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_goes_round_the_outer_points_only() {
        let mut points = [
            [0.0, 0.0],
            [2.0, 0.0],
            [1.0, 0.5],
            [2.0, 2.0],
            [0.0, 2.0],
            [1.0, 1.0],
            [1.0, 0.0],
        ];
        let mut outline = [[0.0; 2]; MOST + 1];
        let count = hull(&mut points, &mut outline);
        assert_eq!(
            outline[..count],
            [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]
        );
    }

    #[test]
    fn less_of_the_lamp_means_less_light_and_never_none() {
        let shares = shares();
        assert_eq!(shares[0], 256);
        assert_eq!(shares[0b11_1111], DARKEST);
        assert!(shares[1] > shares[3] && shares[3] > shares[7]);
    }
}
