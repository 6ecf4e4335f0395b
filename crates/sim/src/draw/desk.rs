//! The table top as a picture: wood, a cutting mat with a grid of centimetres, and a ring to put the block into.
//!
//! Made once by noise with a fixed seed and kept in sizes halved again and again, so that what lies far away does not
//! flicker. Not here: where it falls in a picture (`ground`).

use std::sync::OnceLock;

/// Side of the table, texels of a millimetre each.
pub const SIDE: usize = 1 << BITS;
const BITS: usize = 10;
/// The table's corner with the least x and y in the base's frame, metres.
pub const CORNER: [f32; 2] = [-0.362, -0.512];
/// Sizes that are kept.
const LEVELS: usize = 6;

/// The mat: x and y in the base's frame, millimetres.
const MAT: [[f32; 2]; 2] = [[80.0, 380.0], [-230.0, 230.0]];
/// The ring: its middle in the base's frame and its radii, millimetres.
const RING: [f32; 2] = [TARGET[0] as f32 * 1000.0, TARGET[1] as f32 * 1000.0];
const RING_RADII: [f32; 2] = [30.0, 34.0];

/// Where the ring lies: x and y in the base's frame, metres.
pub const TARGET: [f64; 2] = [0.215, -0.075];

/// The table top.
#[derive(Debug)]
pub struct Desk {
    levels: Vec<Vec<u32>>,
}

impl Desk {
    /// The one table there is.
    pub fn shared() -> &'static Self {
        static DESK: OnceLock<Desk> = OnceLock::new();
        DESK.get_or_init(Self::made)
    }

    fn made() -> Self {
        let mut levels = vec![
            (0..SIDE * SIDE)
                .map(|place| texel((place % SIDE) as f32, (place / SIDE) as f32))
                .collect::<Vec<_>>(),
        ];
        for level in 1..LEVELS {
            let side = SIDE >> level;
            let finer = &levels[level - 1];
            let halved = (0..side * side)
                .map(|place| {
                    let at = (place / side) * 4 * side + (place % side) * 2;
                    mean([
                        finer[at],
                        finer[at + 1],
                        finer[at + 2 * side],
                        finer[at + 2 * side + 1],
                    ])
                })
                .collect();
            levels.push(halved);
        }
        Self { levels }
    }

    /// The level whose texels are about `step` texels of the finest wide, and its number.
    pub fn level(&self, step: f32) -> (&[u32], u32) {
        let level = ((step * 1.4) as u32)
            .checked_ilog2()
            .unwrap_or(0)
            .min(LEVELS as u32 - 1);
        (&self.levels[level as usize], level)
    }

    /// The place of a texel in its level, for coordinates in parts of 1 in 65,536 of a texel of the finest, inside the table.
    pub const fn place(u: i32, v: i32, level: u32) -> usize {
        let shift = 16 + level;
        (((v >> shift) as usize) << (BITS as u32 - level)) | (u >> shift) as usize
    }

    /// The colour at a place in texels, smooth between them; `None` beside the table.
    pub fn smooth(&self, u: f32, v: f32) -> Option<[f32; 3]> {
        let most = (SIDE - 2) as f32;
        if !(0.5..most).contains(&u) || !(0.5..most).contains(&v) {
            return None;
        }
        let (u, v) = (u - 0.5, v - 0.5);
        let at = v as usize * SIDE + u as usize;
        let (along, down) = (u.fract(), v.fract());
        let mut colour = [0.0; 3];
        for (place, share) in [
            (at, (1.0 - along) * (1.0 - down)),
            (at + 1, along * (1.0 - down)),
            (at + SIDE, (1.0 - along) * down),
            (at + SIDE + 1, along * down),
        ] {
            for (part, value) in colour.iter_mut().zip(parts(self.levels[0][place])) {
                *part += value * share;
            }
        }
        Some(colour)
    }
}

/// Red, green and blue of a word, 0 to 255.
pub fn parts(word: u32) -> [f32; 3] {
    [word >> 16 & 255, word >> 8 & 255, word & 255].map(|part| part as f32)
}

/// A word of red, green and blue, 0 to 255.
pub fn word(colour: [f32; 3]) -> u32 {
    colour.iter().fold(0, |word, part| {
        word << 8 | (part.clamp(0.0, 255.0) + 0.5) as u32
    })
}

fn mean(four: [u32; 4]) -> u32 {
    let mut sum = [0.0; 3];
    for colour in four {
        for (sum, part) in sum.iter_mut().zip(parts(colour)) {
            *sum += part / 4.0;
        }
    }
    word(sum)
}

/// One millimetre of the table.
fn texel(u: f32, v: f32) -> u32 {
    let (x, y) = (u + CORNER[0] * 1000.0, v + CORNER[1] * 1000.0);
    let inside = MAT
        .iter()
        .zip([x, y])
        .map(|([least, most], at)| (at - least).min(most - at))
        .fold(f32::INFINITY, f32::min);
    let mut colour = if inside > 0.0 {
        mat(x, y, inside)
    } else {
        wood(x, y, inside)
    };
    let radius = ((x - RING[0]).powi(2) + (y - RING[1]).powi(2)).sqrt();
    let on_ring = (radius - RING_RADII[0]).min(RING_RADII[1] - radius);
    colour = mix(colour, [236.0, 232.0, 222.0], on_ring + 0.5);
    let edge = (u
        .min(v)
        .min((SIDE - 1) as f32 - u)
        .min((SIDE - 1) as f32 - v)
        / 5.0)
        .min(1.0);
    word(colour.map(|part| part * (0.55 + 0.45 * edge)))
}

fn mat(x: f32, y: f32, inside: f32) -> [f32; 3] {
    let rough =
        1.0 + 0.05 * (noise(x * 0.9, y * 0.9) - 0.5) + 0.05 * (noise(x * 0.02, y * 0.02) - 0.5);
    let mut colour = [44.0, 78.0, 84.0].map(|part| part * rough);
    let off = |at: f32, pitch: f32| (at - (at / pitch).round() * pitch).abs();
    for (pitch, strength) in [(10.0, 0.16), (50.0, 0.42)] {
        let near = off(x, pitch).min(off(y, pitch));
        colour = mix(
            colour,
            [170.0, 200.0, 200.0],
            (1.1 - near).clamp(0.0, 1.0) * strength,
        );
    }
    // A border line, and a darker rim.
    colour = mix(
        colour,
        [190.0, 214.0, 212.0],
        (1.2 - (inside - 7.0).abs()).clamp(0.0, 1.0) * 0.7,
    );
    colour.map(|part| part * (0.7 + 0.3 * (inside / 1.5).min(1.0)))
}

fn wood(x: f32, y: f32, inside: f32) -> [f32; 3] {
    let plank = (x / 128.0).floor();
    let along = y + plank * 371.0;
    let wave = 9.0 * noise(x * 0.010, along * 0.004) + 2.0 * noise(x * 0.05, along * 0.012);
    let ring = ((wave * 3.0 + x * 0.07).sin() * 0.5 + 0.5).powi(2);
    let fibre = noise(x * 0.8, along * 0.03);
    let tone = 0.93 + 0.07 * noise(plank * 7.3, 1.5) - 0.10 * ring - 0.07 * (fibre - 0.5);
    let seam = (x - plank * 128.0).min(plank * 128.0 + 128.0 - x);
    let seam = 0.72 + 0.28 * (seam / 1.2).min(1.0);
    // The mat has a thickness: it throws a soft shadow on the wood around it.
    let shadow = 1.0 - 0.28 * (1.0 + inside / 9.0).clamp(0.0, 1.0);
    [214.0, 183.0, 141.0].map(|part| part * tone * seam * shadow)
}

fn mix(colour: [f32; 3], other: [f32; 3], share: f32) -> [f32; 3] {
    let share = share.clamp(0.0, 1.0);
    [0, 1, 2].map(|part| colour[part] + (other[part] - colour[part]) * share)
}

/// Smooth noise from 0 to 1 that changes within a distance of one.
fn noise(x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let ease = |at: f32| at * at * (3.0 - 2.0 * at);
    let (along, down) = (ease(x - left), ease(y - top));
    let at = |dx: i32, dy: i32| hash(left as i32 + dx, top as i32 + dy);
    let upper = at(0, 0) + (at(1, 0) - at(0, 0)) * along;
    let lower = at(0, 1) + (at(1, 1) - at(0, 1)) * along;
    upper + (lower - upper) * down
}

/// 0 to 1, always the same for a place.
fn hash(x: i32, y: i32) -> f32 {
    let mut word = (x as u32).wrapping_mul(0x85eb_ca6b) ^ (y as u32).wrapping_mul(0xc2b2_ae35);
    word = (word ^ word >> 15).wrapping_mul(0x2c1b_3c6d);
    word = (word ^ word >> 12).wrapping_mul(0x297a_2d39);
    (word >> 8) as f32 / (1 << 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_of_the_table_shows_the_same_table() {
        let desk = Desk::shared();
        let mean = |level: &[u32]| {
            level
                .iter()
                .map(|word| f64::from(parts(*word)[1]))
                .sum::<f64>()
                / level.len() as f64
        };
        let finest = mean(&desk.levels[0]);
        for level in &desk.levels {
            assert!((mean(level) - finest).abs() < 1.0);
        }
        for (step, number) in [(0.1, 0), (1.0, 0), (1.5, 1), (3.0, 2), (100.0, 5)] {
            let (level, got) = desk.level(step);
            assert_eq!(got, number, "{step}");
            assert_eq!(level.len(), (SIDE * SIDE) >> (2 * number));
        }
        let last = (SIDE as i32) << 16;
        for number in 0..LEVELS {
            let place = Desk::place(last - 1, last - 1, number as u32);
            assert_eq!(place, desk.levels[number].len() - 1);
        }
    }

    #[test]
    fn the_ring_is_bright_on_a_dark_mat() {
        let desk = Desk::shared();
        let at = |x: f32, y: f32| {
            let [_, green, _] = desk
                .smooth(x - CORNER[0] * 1000.0, y - CORNER[1] * 1000.0)
                .unwrap();
            green
        };
        assert!(at(RING[0] + 32.0, RING[1]) > 200.0);
        assert!(at(RING[0] + 5.0, RING[1] + 5.0) < 110.0);
        assert!(desk.smooth(-3.0, 5.0).is_none());
    }
}
