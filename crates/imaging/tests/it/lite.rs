//! `lite` against pictures whose alpha is known, because they were drawn from it.

use imaging::removal::{Doubt, Lite, LiteCut};
use imaging::{Layout, Picture, Run};

use crate::drawn::size;

/// Colour of a ground or an object at a place, from 0 to 1 on both axes.
type Colour = fn(f64, f64) -> [f64; 3];

/// How far a pixel lies inside the object, in pixels; negative outside.
type Inside = fn(f64, f64, f64) -> f64;

struct Scene {
    ground: Colour,
    object: Colour,
    inside: Inside,
    /// Over how many pixels alpha rises from 0 to 1.
    softness: f64,
    /// Standard deviation of noise, in levels.
    noise: f64,
}

const PAPER: Colour = |_, _| [238.0, 240.0, 236.0];
const GREY: Colour = |_, _| [120.0, 122.0, 125.0];
const SIDE_LIGHT: Colour = |u, v| [250.0 - 90.0 * u, 245.0 - 80.0 * u - 20.0 * v, 235.0 - 60.0 * v];
const VIGNETTE: Colour = |u, v| {
    let fall = 130.0 * ((u - 0.5).powi(2) + (v - 0.5).powi(2));
    [210.0 - fall, 225.0 - fall, 230.0 - 1.1 * fall]
};
const SKY: Colour = |_, v| [40.0 + 120.0 * v, 90.0 + 110.0 * v, 200.0 + 40.0 * v];

const BRICK: Colour = |_, _| [170.0, 40.0, 35.0];
const STRIPES: Colour = |u, v| match ((u + v) * 30.0) as i32 % 2 {
    0 => [30.0, 60.0, 150.0],
    _ => [60.0, 20.0, 60.0],
};
const SHADED: Colour = |u, v| [60.0 + 90.0 * u, 90.0 - 60.0 * v, 30.0 + 80.0 * v];

const DISC: Inside = |u, v, side| (0.3 - (u - 0.5).hypot(v - 0.5)) * side;
const FLOWER: Inside = |u, v, side| {
    let angle = (v - 0.5).atan2(u - 0.5);
    (0.28 + 0.06 * (7.0 * angle).sin() - (u - 0.5).hypot(v - 0.5)) * side
};
/// A bar with three wires of four pixels.
const WIRES: Inside = |u, v, side| {
    let bar = (0.08 - (v - 0.5).abs()).min(0.35 - (u - 0.5).abs()) * side;
    let wire = |at: f64| (2.0 - (u - at).abs() * side).min((0.4 - (v - 0.5).abs()) * side);
    bar.max(wire(0.3)).max(wire(0.52)).max(wire(0.71))
};
/// A cup that stands on the lower border, with a handle.
const CUP: Inside = |u, v, side| {
    let cup = (0.18 - (u - 0.45).abs()).min(v - 0.35) * side;
    let handle = (0.03 - ((u - 0.66).hypot(v - 0.6) - 0.1).abs()) * side;
    cup.max(handle)
};

impl Scene {
    fn draw(&self, side: u32, layout: Layout) -> (Picture, Vec<f64>) {
        let mut noise = gaussian(side + self.noise as u32);
        let (mut bytes, mut alphas) = (Vec::new(), Vec::new());
        for y in 0..side {
            for x in 0..side {
                let at = |i: u32| (f64::from(i) + 0.5) / f64::from(side);
                let (u, v) = (at(x), at(y));
                let inside = (self.inside)(u, v, f64::from(side));
                let alpha = (inside / self.softness + 0.5).clamp(0.0, 1.0);
                let (object, ground) = ((self.object)(u, v), (self.ground)(u, v));
                for c in 0..3 {
                    let mixed = alpha * object[c] + (1.0 - alpha) * ground[c];
                    bytes.push((mixed + self.noise * noise()).round().clamp(0.0, 255.0) as u8);
                }
                if layout == Layout::Rgba {
                    bytes.push(255);
                }
                alphas.push(alpha);
            }
        }
        (Picture::new(size(side, side), layout, bytes).unwrap(), alphas)
    }
}

/// Numbers with mean 0 and deviation 1, the same for the same seed.
fn gaussian(seed: u32) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        let mut sum = -6.0;
        for _ in 0..12 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            sum += f64::from(state >> 8) / f64::from(1u32 << 24);
        }
        sum
    }
}

fn cut(picture: &Picture) -> LiteCut {
    Lite { holes: true }.cut(picture, &Run::default()).unwrap()
}

fn error(cut: &LiteCut, alphas: &[f64]) -> f64 {
    let off = cut.mask.bytes().iter().zip(alphas);
    off.map(|(a, b)| (f64::from(*a) / 255.0 - b).abs()).sum::<f64>() / alphas.len() as f64
}

#[test]
fn alpha_is_right_on_plain_and_shaded_grounds_with_noise() {
    let grounds = [PAPER, GREY, SIDE_LIGHT, VIGNETTE, SKY];
    let objects = [BRICK, STRIPES, SHADED];
    let shapes = [DISC, FLOWER, WIRES, CUP];
    let mut wrong = Vec::new();
    for (g, ground) in grounds.into_iter().enumerate() {
        for (s, inside) in shapes.into_iter().enumerate() {
            for noise in [0.0, 2.0, 5.0, 8.0] {
                // Every shape meets every ground, objects take turns.
                let object = objects[(g + s) % objects.len()];
                for softness in [1.0, 4.0, 14.0] {
                    // A wire softer than it is thick is opaque nowhere, so nobody can know its colour.
                    if s == 2 && softness > 4.0 {
                        continue;
                    }
                    let scene = Scene { ground, object, inside, softness, noise };
                    let (picture, alphas) = scene.draw(320, Layout::Rgb);
                    let cut = cut(&picture);
                    let error = error(&cut, &alphas);
                    if error >= 0.01 || !cut.doubts.iter().all(expected_at(s == 3)) {
                        wrong.push(format!("{g} {s} {noise} {softness}: {error:.4} {:?}", cut.doubts));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

/// The inside of the cup's handle is worth a word; nothing else is in these pictures.
fn expected_at(cup: bool) -> impl Fn(&Doubt) -> bool {
    move |doubt| cup && matches!(doubt, Doubt::Enclosed { .. })
}
