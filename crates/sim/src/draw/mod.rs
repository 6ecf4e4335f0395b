//! Pictures of the simulated arm: a small software renderer, quick enough to run beside a recording.
//!
//! Table first, then shadows on it, then the bodies with a depth for each pixel. A camera that never moves keeps the table
//! drawn. Not here: when pictures are taken and what becomes of their bytes (`camera`).

pub mod canvas;
pub mod desk;
mod ground;
pub mod lens;
mod parts;
mod shadow;
mod smooth;
pub mod text;

use pixels::Size;

use crate::scene::frames::{Frame, LINKS, links, unit};
use crate::scene::{Sight, TABLE};
use canvas::{Canvas, Corner, Ramp};
use desk::Desk;
pub use lens::View;
use lens::{Lens, NEAREST};
use parts::{Body, Material};
use smooth::Smooth;

/// Towards the lamp: above, behind and to the arm's right.
const LAMP: [f64; 3] = [0.16, -0.50, 0.85];
/// Height above the table at which its nearness no longer darkens, metres.
const OPEN: f32 = 0.12;
/// Most corners of a face on the screen, after cutting.
const MOST_CORNERS: usize = 16;

/// Draws what one camera sees.
#[derive(Debug)]
pub struct Painter {
    view: View,
    canvas: Canvas,
    /// The table as a camera sees it that never moves.
    still: Option<Vec<u32>>,
    /// Depth of the table, without anything on it.
    table: Vec<f32>,
    bodies: Vec<Body>,
    ramps: [Ramp; 4],
    desk: &'static Desk,
    smooth: Smooth,
}

impl Painter {
    /// A painter for pictures of one size.
    pub fn new(view: View, size: Size) -> Self {
        let mut canvas = Canvas::new(size);
        let desk = Desk::shared();
        let still = (view == View::Front).then(|| {
            let lens = Lens::new(view, size, &links(&[0.0; 6]));
            ground::draw_finely(&mut canvas, &lens, desk);
            canvas.colours.clone()
        });
        let table = canvas.near.clone();
        let mut bodies = parts::arm();
        bodies.push(parts::block());
        Self {
            view,
            canvas,
            still,
            table,
            bodies,
            ramps: MATERIALS.map(Material::ramp),
            desk,
            smooth: Smooth::default(),
        }
    }

    /// What it draws.
    pub fn view(&self) -> View {
        self.view
    }

    /// Pixels of its pictures.
    pub fn size(&self) -> Size {
        self.canvas.size()
    }

    /// Draws, and hands out the canvas for what is written over the picture.
    pub fn draw(&mut self, sight: &Sight) -> &mut Canvas {
        let links = links(&sight.joints.degrees);
        let lens = Lens::new(self.view, self.canvas.size(), &links);
        match &self.still {
            Some(colours) => {
                self.canvas.colours.copy_from_slice(colours);
                self.canvas.near.copy_from_slice(&self.table);
            }
            None => {
                ground::draw(&mut self.canvas, &lens, self.desk);
                self.table.copy_from_slice(&self.canvas.near);
            }
        }
        let mut frames = [Frame::BASE; LINKS + 1];
        frames[..LINKS].copy_from_slice(&links);
        frames[LINKS] = sight.block.frame;
        let mut placed = Vec::with_capacity(24);
        for body in &self.bodies {
            placed.clear();
            placed.extend(
                body.corners
                    .iter()
                    .map(|at| parts::placed(&frames[body.link], *at)),
            );
            shadow::throw(&mut self.canvas, &lens, &placed);
        }
        self.canvas.darken(shadow::shares());
        let lamp = unit(LAMP).map(|part| part as f32);
        for body in &self.bodies {
            let frame = &frames[body.link];
            placed.clear();
            placed.extend(body.corners.iter().map(|at| parts::placed(frame, *at)));
            paint(
                &mut self.canvas,
                &lens,
                body,
                frame,
                &placed,
                lamp,
                &self.ramps,
            );
        }
        self.smooth.edges(&mut self.canvas, &self.table);
        &mut self.canvas
    }
}

/// Materials in the order of their ramps.
const MATERIALS: [Material; 4] = [
    Material::Printed,
    Material::Motor,
    Material::Horn,
    Material::Block,
];

fn paint(
    canvas: &mut Canvas,
    lens: &Lens,
    body: &Body,
    frame: &Frame,
    placed: &[[f32; 3]],
    lamp: [f32; 3],
    ramps: &[Ramp; 4],
) {
    let eye = lens.origin();
    let ramp = &ramps[body.material as usize];
    for (face, normal) in &body.faces {
        let at = placed[usize::from(face[0])];
        let normal = frame
            .direction(normal.map(f64::from))
            .map(|part| part as f32);
        let towards = [0, 1, 2].map(|part| eye[part] - at[part]);
        if inner(normal, towards) <= 0.0 {
            continue;
        }
        let mut seen = [([0.0; 3], 0.0); MOST_CORNERS];
        let mut count = 0;
        for &place in face.iter().take(MOST_CORNERS - 1) {
            let at = placed[usize::from(place)];
            seen[count] = (lens.seen(at), light(at, normal, eye, lamp));
            count += 1;
        }
        let mut corners = [Corner::default(); MOST_CORNERS];
        let count = cut(
            &seen[..count],
            |(at, light)| {
                let [x, y, near] = lens.project(at);
                Corner { x, y, near, light }
            },
            &mut corners,
        );
        canvas.fill(&corners[..count], ramp);
    }
}

/// How light a point of a face is, as a place on a ramp.
fn light(at: [f32; 3], normal: [f32; 3], eye: [f32; 3], lamp: [f32; 3]) -> f32 {
    let towards: [f32; 3] = [0, 1, 2].map(|part| eye[part] - at[part]);
    let length = inner(towards, towards).sqrt().max(1e-6);
    let half: [f32; 3] = [0, 1, 2].map(|part| towards[part] / length + lamp[part]);
    let half_length = inner(half, half).sqrt().max(1e-6);
    let gloss = (inner(normal, half) / half_length).max(0.0).powi(24);
    let sun = inner(normal, lamp).max(0.0);
    // The sky is above, the table throws a little back.
    let sky = 0.5 + 0.5 * normal[2];
    let open = ((at[2] - TABLE as f32) / OPEN).clamp(0.0, 1.0);
    let around = 0.26 + 0.20 * sky + 0.04 * open;
    // A little of the light comes along with the camera, so that faces in the shade differ.
    let fill = 0.24 * (inner(normal, towards) / length).max(0.0);
    (around * (0.8 + 0.2 * open) + 0.48 * sun + fill + 0.35 * gloss) * 160.0
}

/// Cuts a polygon off where it comes too near the camera, and projects the rest; the number of its corners.
fn cut<T: Cuttable>(
    seen: &[T],
    project: impl Fn(T) -> Corner,
    into: &mut [Corner; MOST_CORNERS],
) -> usize {
    let Some(mut before) = seen.last().copied() else {
        return 0;
    };
    let mut count = 0;
    let mut put = |corner: T| {
        if count < MOST_CORNERS {
            into[count] = project(corner);
            count += 1;
        }
    };
    for &corner in seen {
        let (a, b) = (before.depth() - NEAREST, corner.depth() - NEAREST);
        if (a < 0.0) != (b < 0.0) {
            put(before.towards(&corner, a / (a - b)));
        }
        if b >= 0.0 {
            put(corner);
        }
        before = corner;
    }
    count
}

/// A corner that can be cut off.
trait Cuttable: Copy {
    fn depth(&self) -> f32;
    fn towards(&self, other: &Self, share: f32) -> Self;
}

impl Cuttable for [f32; 3] {
    fn depth(&self) -> f32 {
        self[2]
    }

    fn towards(&self, other: &Self, share: f32) -> Self {
        [0, 1, 2].map(|part| self[part] + (other[part] - self[part]) * share)
    }
}

impl Cuttable for ([f32; 3], f32) {
    fn depth(&self) -> f32 {
        self.0[2]
    }

    fn towards(&self, other: &Self, share: f32) -> Self {
        (
            self.0.towards(&other.0, share),
            self.1 + (other.1 - self.1) * share,
        )
    }
}

fn inner(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
