//! The table and the room behind it, as a camera sees them.
//!
//! A table is flat: one over its distance is linear along a row of the picture. The place on it is worked out every
//! sixteen pixels and evenly between. Not here: what the table looks like (`desk`).

use super::canvas::Canvas;
use super::desk::{self, CORNER, Desk, SIDE};
use super::lens::Lens;
use crate::scene::TABLE;

/// Pixels between two exact places.
const RUN: usize = 16;
/// Farthest that the table's own colours are looked for, metres.
const FAR: f32 = 2.5;
/// Lowest a camera looks at the table from, metres: one that dives below it would see nothing at all.
const LOWEST: f32 = 0.002;

const FLOOR: [f32; 3] = [138.0, 134.0, 130.0];
const WALL: [[f32; 3]; 2] = [[168.0, 174.0, 181.0], [216.0, 220.0, 224.0]];

/// The rays of one row.
struct Row {
    first: [f32; 3],
    step: [f32; 3],
    at: [f32; 3],
    height: f32,
}

impl Row {
    fn new(lens: &Lens, row: f32) -> Self {
        let (first, second) = (lens.ray(0.5, row), lens.ray(1.5, row));
        let at = lens.origin();
        Self {
            first,
            step: [0, 1, 2].map(|part| second[part] - first[part]),
            at,
            height: (at[2] - TABLE as f32).max(LOWEST),
        }
    }

    fn ray(&self, column: f32) -> [f32; 3] {
        [0, 1, 2].map(|part| self.first[part] + self.step[part] * column)
    }

    /// One over the distance of the table along a ray; not above zero when the ray never meets it.
    fn near(&self, ray: &[f32; 3]) -> f32 {
        -ray[2] / self.height
    }

    /// The place on the table in texels.
    fn texel(&self, ray: &[f32; 3], near: f32) -> [f32; 2] {
        [0, 1].map(|part| (self.at[part] + ray[part] / near - CORNER[part]) * 1000.0)
    }

    /// What lies beside the table.
    fn room(ray: &[f32; 3], near: f32) -> [f32; 3] {
        let rise = (ray[2] / (ray[0] * ray[0] + ray[1] * ray[1] + ray[2] * ray[2]).sqrt() + 0.12)
            .clamp(0.0, 1.0);
        let wall = [0, 1, 2].map(|part| WALL[0][part] + (WALL[1][part] - WALL[0][part]) * rise);
        let haze = (near * 1.1).clamp(0.0, 1.0);
        [0, 1, 2].map(|part| wall[part] + (FLOOR[part] - wall[part]) * haze)
    }
}

/// Draws table and room over everything, quickly.
pub fn draw(canvas: &mut Canvas, lens: &Lens, desk: &Desk) {
    let width = canvas.size().width() as usize;
    let rows = canvas
        .colours
        .chunks_exact_mut(width)
        .zip(canvas.near.chunks_exact_mut(width));
    for (number, (colours, depths)) in rows.enumerate() {
        let row = Row::new(lens, number as f32 + 0.5);
        let near_step = -row.step[2] / row.height;
        let mut near = row.near(&row.first);
        for depth in depths.iter_mut() {
            *depth = near.max(0.0);
            near += near_step;
        }
        for (run, colours) in colours.chunks_mut(RUN).enumerate() {
            let column = (run * RUN) as f32;
            let (from, to) = (row.ray(column), row.ray(column + RUN as f32));
            let (a, b) = (row.near(&from), row.near(&to));
            let straight = a.min(b) > 1.0 / FAR;
            let ends = [row.texel(&from, a), row.texel(&to, b)];
            let on_table = ends
                .iter()
                .flatten()
                .all(|at| (0.0..SIDE as f32 - 1.0).contains(at));
            if straight && on_table {
                run_of_table(colours, desk, ends);
            } else if beside([a, b], &ends) {
                let (from, to) = (Row::room(&from, a), Row::room(&to, b));
                for (place, colour) in colours.iter_mut().enumerate() {
                    let share = place as f32 / RUN as f32;
                    let mixed = [0, 1, 2].map(|part| from[part] + (to[part] - from[part]) * share);
                    *colour = desk::word(mixed);
                }
            } else {
                for (place, colour) in colours.iter_mut().enumerate() {
                    let ray = row.ray(column + place as f32);
                    *colour = desk::word(look(desk, &row, &ray));
                }
            }
        }
    }
}

/// Whether nothing of the table lies between two ends of a run: it is beyond both, or both are on one side of it.
fn beside(near: [f32; 2], [from, to]: &[[f32; 2]; 2]) -> bool {
    let side =
        |part: usize| from[part].max(to[part]) < 0.0 || from[part].min(to[part]) > SIDE as f32;
    let [most, least] = [near[0].max(near[1]), near[0].min(near[1])];
    most < 1.0 / FAR || (least > 0.0 && (side(0) || side(1)))
}

fn run_of_table(colours: &mut [u32], desk: &Desk, [from, to]: [[f32; 2]; 2]) {
    let fixed = |value: f32| (value * 65_536.0) as i32;
    let step = [0, 1].map(|part| (to[part] - from[part]) / RUN as f32);
    let (texels, level) = desk.level(step[0].abs().max(step[1].abs()));
    let (mut u, mut v) = (fixed(from[0]), fixed(from[1]));
    let (du, dv) = (fixed(step[0]), fixed(step[1]));
    for colour in colours {
        *colour = texels[Desk::place(u, v, level)];
        u = u.wrapping_add(du);
        v = v.wrapping_add(dv);
    }
}

/// What one ray meets.
fn look(desk: &Desk, row: &Row, ray: &[f32; 3]) -> [f32; 3] {
    let near = row.near(ray);
    if near > 1.0 / FAR {
        let [u, v] = row.texel(ray, near);
        if let Some(colour) = desk.smooth(u, v) {
            return colour;
        }
    }
    Row::room(ray, near)
}

/// Draws table and room with nine rays a pixel, for a camera that does not move.
pub fn draw_finely(canvas: &mut Canvas, lens: &Lens, desk: &Desk) {
    const RAYS: [f32; 3] = [-0.333, 0.0, 0.333];
    draw(canvas, lens, desk);
    let width = canvas.size().width() as usize;
    for (number, colours) in canvas.colours.chunks_exact_mut(width).enumerate() {
        let rows = RAYS.map(|down| Row::new(lens, number as f32 + 0.5 + down));
        for (column, colour) in colours.iter_mut().enumerate() {
            let mut sum = [0.0; 3];
            for row in &rows {
                for along in RAYS {
                    let met = look(desk, row, &row.ray(column as f32 + along));
                    for (sum, part) in sum.iter_mut().zip(met) {
                        *sum += part / 9.0;
                    }
                }
            }
            *colour = desk::word(sum);
        }
    }
}
