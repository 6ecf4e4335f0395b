//! What an SO-101 is made of for the eye: convex bodies in the links' frames.
//!
//! Fitted by eye to TheRobotStudio's meshes: 17 boxes and 3 hulls cover 92 % of the silhouette; the discs at the joints
//! are the motors' horns (r 10 mm in the CAD). Millimetres here, as the drawing data has them.

use super::canvas::Ramp;
use crate::scene::frames::{Frame, LINKS, Vector};

/// What a body is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Material {
    /// Yellow plastic.
    Printed,
    /// Black motors.
    Motor,
    /// Grey metal.
    Horn,
    /// The block.
    Block,
}

impl Material {
    /// Its colours from shade to light.
    pub fn ramp(self) -> Ramp {
        let (colour, shine) = match self {
            Self::Printed => ([1.0, 0.74, 0.10], 0.25),
            Self::Motor => ([0.115, 0.118, 0.13], 0.20),
            Self::Horn => ([0.52, 0.53, 0.56], 0.35),
            Self::Block => ([0.80, 0.10, 0.09], 0.25),
        };
        std::array::from_fn(|place| {
            let light = place as f32 / 160.0;
            let gloss = (place as f32 / 255.0).powi(6) * shine;
            colour.iter().fold(0, |word, part| {
                // Shade is a little bluer than light.
                let value = (part * light + gloss).clamp(0.0, 1.0);
                word << 8 | (value.powf(0.85) * 255.0) as u32
            })
        })
    }
}

/// A convex body: corners, and faces whose corners turn clockwise seen from outside.
#[derive(Debug, Clone)]
pub struct Body {
    /// Which link carries it; [`LINKS`] for the block.
    pub link: usize,
    /// What it is made of.
    pub material: Material,
    /// In the link's frame, metres.
    pub corners: Vec<[f32; 3]>,
    /// Places of corners, and the face's direction outwards.
    pub faces: Vec<(Vec<u8>, [f32; 3])>,
}

impl Body {
    /// A box between two corners, millimetres.
    fn cuboid(link: usize, material: Material, x: [f32; 2], y: [f32; 2], z: [f32; 2]) -> Self {
        let ring = |z: f32| {
            vec![
                [x[0], y[0], z],
                [x[1], y[0], z],
                [x[1], y[1], z],
                [x[0], y[1], z],
            ]
        };
        Self::loft(link, material, &[ring(z[0]), ring(z[1])])
    }

    /// A body through rings of corners, all with the same number, closed at both ends; millimetres.
    fn loft(link: usize, material: Material, rings: &[Vec<[f32; 3]>]) -> Self {
        let around = rings[0].len();
        let corners: Vec<[f32; 3]> = rings
            .iter()
            .flatten()
            .map(|corner| corner.map(|part| part / 1000.0))
            .collect();
        let mut faces: Vec<Vec<u8>> = vec![
            (0..around as u8).collect(),
            (corners.len() - around..corners.len())
                .map(|place| place as u8)
                .collect(),
        ];
        for ring in 0..rings.len() - 1 {
            for place in 0..around {
                let next = (place + 1) % around;
                let (here, there) = (ring * around, (ring + 1) * around);
                faces.push(
                    [here + place, here + next, there + next, there + place]
                        .map(|place| place as u8)
                        .to_vec(),
                );
            }
        }
        let count = corners.len() as f32;
        let middle: [f32; 3] =
            [0, 1, 2].map(|part| corners.iter().map(|corner| corner[part]).sum::<f32>() / count);
        let faces = faces
            .into_iter()
            .filter_map(|face| outwards(&corners, middle, face))
            .collect();
        Self {
            link,
            material,
            corners,
            faces,
        }
    }

    /// A disc across z, millimetres.
    fn disc(link: usize, [x, y]: [f32; 2], radius: f32, z: [f32; 2]) -> Self {
        const CORNERS: usize = 12;
        let ring = |z: f32| {
            (0..CORNERS)
                .map(|place| {
                    let (sin, cos) =
                        (place as f32 * std::f32::consts::TAU / CORNERS as f32).sin_cos();
                    [x + radius * cos, y + radius * sin, z]
                })
                .collect::<Vec<_>>()
        };
        Self::loft(link, Material::Horn, &[ring(z[0]), ring(z[1])])
    }
}

/// The face with its corners clockwise from outside, and its direction; `None` for a face without area.
fn outwards(
    corners: &[[f32; 3]],
    middle: [f32; 3],
    mut face: Vec<u8>,
) -> Option<(Vec<u8>, [f32; 3])> {
    // Newell's sum: exact for flat faces, fair for slightly bent ones.
    let mut normal = [0.0_f32; 3];
    let mut centre = [0.0_f32; 3];
    for place in 0..face.len() {
        let a = corners[usize::from(face[place])];
        let b = corners[usize::from(face[(place + 1) % face.len()])];
        for part in 0..3 {
            let (one, other) = ((part + 1) % 3, (part + 2) % 3);
            normal[part] += (a[one] - b[one]) * (a[other] + b[other]);
            centre[part] += a[part] / face.len() as f32;
        }
    }
    let length = normal.iter().map(|part| part * part).sum::<f32>().sqrt();
    if length < 1e-9 {
        return None;
    }
    let mut normal = normal.map(|part| part / length);
    let out: f32 = (0..3)
        .map(|part| normal[part] * (centre[part] - middle[part]))
        .sum();
    if out < 0.0 {
        normal = normal.map(|part| -part);
    } else {
        // Counter-clockwise seen from outside is clockwise on no screen.
        face.reverse();
    }
    Some((face, normal))
}

/// All bodies of the arm.
pub fn arm() -> Vec<Body> {
    use Material::{Motor as K, Printed as Y};
    const BASE: usize = 0;
    const SHOULDER: usize = 1;
    const UPPER: usize = 2;
    const LOWER: usize = 3;
    const WRIST: usize = 4;
    const GRIPPER: usize = 5;
    const JAW: usize = 6;
    let both = |half: f32| [-half, half];
    let mut bodies: Vec<Body> = [
        (BASE, Y, [-29.0, 8.0], both(22.0), [13.0, 68.0]),
        (BASE, K, [3.6, 51.0], both(18.0), [24.0, 58.0]),
        (SHOULDER, Y, [-48.0, 12.0], both(19.7), [-9.0, 0.0]),
        (SHOULDER, Y, [-47.0, 12.0], both(18.5), [37.0, 46.0]),
        (SHOULDER, Y, [-48.0, -20.0], both(23.0), both(38.0)),
        (SHOULDER, K, [-42.8, -18.0], both(19.8), [-64.0, -38.0]),
        (UPPER, Y, [-130.0, 10.0], both(12.0), [-11.0, 47.0]),
        (UPPER, K, [-125.0, -100.2], [-38.0, -12.0], [-1.5, 38.0]),
        (LOWER, Y, [-95.0, 9.0], both(12.0), [-9.0, 45.5]),
        (LOWER, Y, [-118.7, -90.7], [-15.0, 20.6], [-8.0, 44.2]),
        (LOWER, K, [-145.0, -118.0], [-7.2, 17.6], [-1.5, 38.0]),
        (WRIST, Y, both(12.0), [-24.0, 9.0], [-9.0, 45.5]),
        (WRIST, Y, both(15.3), [-60.0, -24.0], [-2.0, 53.0]),
        (GRIPPER, Y, [-34.0, 28.0], both(16.0), [-10.5, 1.0]),
        (GRIPPER, Y, [-35.2, -15.0], both(15.9), [-43.0, -5.0]),
        (GRIPPER, K, [-16.0, 29.0], both(22.0), [-35.0, -10.0]),
        (JAW, Y, [-10.0, 8.5], [-24.0, 7.0], [-4.0, 41.5]),
    ]
    .into_iter()
    .map(|(link, material, x, y, z)| Body::cuboid(link, material, x, y, z))
    .collect();
    let foot = |z: f32| {
        let half = [[-22.4, 42.0], [16.0, 55.5], [22.0, 55.5], [64.6, 32.0]];
        let left = half.iter().map(|[x, y]| [*x, *y, z]);
        let right = half.iter().rev().map(|[x, y]| [*x, -*y, z]);
        left.chain(right).collect::<Vec<_>>()
    };
    let rectangle = |x: [f32; 2], y: f32, z: f32| {
        vec![[x[0], -y, z], [x[1], -y, z], [x[1], y, z], [x[0], y, z]]
    };
    let upright = |x: [f32; 2], y: f32, z: [f32; 2]| {
        vec![
            [x[0], y, z[0]],
            [x[1], y, z[0]],
            [x[1], y, z[1]],
            [x[0], y, z[1]],
        ]
    };
    let root = upright([-8.3, 7.5], -24.0, [8.5, 29.3]);
    let knee = upright([-8.3, 3.8], -58.0, [11.4, 26.4]);
    bodies.extend([
        Body::loft(BASE, Y, &[foot(-2.4), foot(13.0)]),
        Body::loft(
            GRIPPER,
            Y,
            &[
                rectangle([-35.1, -15.0], 12.4, -43.0),
                rectangle([-13.0, -7.9], 2.2, -104.4),
            ],
        ),
        Body::loft(JAW, Y, &[root, knee.clone()]),
        Body::loft(
            JAW,
            Y,
            &[
                knee,
                vec![
                    [-12.3, -80.0, 15.0],
                    [-7.0, -82.0, 15.0],
                    [-7.0, -82.0, 22.8],
                    [-12.3, -80.0, 22.8],
                ],
            ],
        ),
        Body::disc(UPPER, [0.0, 0.0], 10.0, [-13.0, 49.0]),
        Body::disc(LOWER, [0.0, 0.0], 10.0, [-11.5, 48.0]),
        Body::disc(WRIST, [0.0, 0.0], 10.0, [-11.5, 48.0]),
        Body::disc(JAW, [0.0, 0.0], 8.5, [-6.0, 43.5]),
    ]);
    bodies
}

/// The block, whose frame stands behind those of the links.
pub fn block() -> Body {
    let half = (crate::scene::block::EDGE * 500.0) as f32;
    let both = [-half, half];
    Body::cuboid(LINKS, Material::Block, both, both, both)
}

/// A point of a body's frame in the base's.
pub fn placed(frame: &Frame, [x, y, z]: [f32; 3]) -> [f32; 3] {
    let point: Vector = frame.point([f64::from(x), f64::from(y), f64::from(z)]);
    point.map(|part| part as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_is_closed_and_its_faces_look_outwards() {
        for body in arm().iter().chain([&block()]) {
            let count = body.corners.len() as f32;
            let middle: [f32; 3] =
                [0, 1, 2].map(|part| body.corners.iter().map(|at| at[part]).sum::<f32>() / count);
            let mut edges = Vec::new();
            for (face, normal) in &body.faces {
                let at = body.corners[usize::from(face[0])];
                let out: f32 = (0..3)
                    .map(|part| normal[part] * (at[part] - middle[part]))
                    .sum();
                assert!(out > 0.0, "{body:?}");
                for place in 0..face.len() {
                    edges.push((face[place], face[(place + 1) % face.len()]));
                }
            }
            for (from, to) in &edges {
                assert!(edges.contains(&(*to, *from)), "an open edge of {body:?}");
            }
        }
    }
}
