//! The table and the room behind it, as a camera sees them.
//!
//! A table is flat: one over its distance is linear along a row of the picture. The place on it is worked out every
//! thirty-two pixels and evenly between. Not here: what the table looks like (`desk`).

use super::canvas::Canvas;
use super::desk::{self, CORNER, Desk, SIDE};
use super::lens::Lens;
use crate::scene::TABLE;

/// Pixels between two exact places.
const RUN: usize = 32;
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
        let (near, near_step) = (row.near(&row.first), -row.step[2] / row.height);
        for (column, depth) in depths.iter_mut().enumerate() {
            // Not summed up, so that several are worked out at once.
            let near = near + near_step * column as i32 as f32;
            *depth = if near > 0.0 { near } else { 0.0 };
        }
        let mut from = End::new(&row, 0.0);
        for (run, colours) in colours.chunks_mut(RUN).enumerate() {
            let column = (run * RUN) as f32;
            let to = End::new(&row, column + RUN as f32);
            if from.on_table && to.on_table {
                run_of_table(colours, desk, [from.texel, to.texel]);
            } else if beside(&from, &to) {
                run_of_room(colours, [&from, &to]);
            } else {
                for (place, colour) in colours.iter_mut().enumerate() {
                    let ray = row.ray(column + place as f32);
                    *colour = desk::word(look(desk, &row, &ray));
                }
            }
            from = to;
        }
    }
}

/// One end of a run of pixels.
struct End {
    ray: [f32; 3],
    near: f32,
    texel: [f32; 2],
    on_table: bool,
}

impl End {
    fn new(row: &Row, column: f32) -> Self {
        let ray = row.ray(column);
        let near = row.near(&ray);
        let texel = row.texel(&ray, near);
        let inside = |at: &f32| (0.0..SIDE as f32 - 1.0).contains(at);
        Self {
            on_table: near > 1.0 / FAR && texel.iter().all(inside),
            ray,
            near,
            texel,
        }
    }
}

/// Whether nothing of the table lies between two ends of a run: it is beyond both, or both are on one side of it.
fn beside(from: &End, to: &End) -> bool {
    let side = |part: usize| {
        let (one, other) = (from.texel[part], to.texel[part]);
        one.max(other) < 0.0 || one.min(other) > SIDE as f32
    };
    from.near.max(to.near) < 1.0 / FAR || (from.near.min(to.near) > 0.0 && (side(0) || side(1)))
}

/// A run of the room, mixed from its ends.
fn run_of_room(colours: &mut [u32], ends: [&End; 2]) {
    let [from, to] = ends.map(|end| Row::room(&end.ray, end.near));
    let fixed = |value: f32| (value * 65_536.0) as i32;
    let mut parts = from.map(fixed);
    let steps = [0, 1, 2].map(|part| fixed((to[part] - from[part]) / RUN as f32));
    for colour in colours {
        let [red, green, blue] = parts.map(|part| (part >> 16) as u32 & 255);
        *colour = red << 16 | green << 8 | blue;
        for (part, step) in parts.iter_mut().zip(steps) {
            *part += step;
        }
    }
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
