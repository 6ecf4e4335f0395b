//! From a drawn picture to the bytes a camera sends.
//!
//! BT.601 as `pixels` reads it, worked out apart from it, so that the two check each other.

use pixels::{PixelFormat, Size, Yuv420};

use crate::draw::canvas::Canvas;
use crate::line::Random;

/// Amounts of noise that are drawn beforehand.
const GRAINS: usize = 8192;
/// Pixels that take their noise in one piece.
const PIECE: usize = 512;

/// What a camera sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    /// One JPEG a picture, of this quality, 1 to 100.
    Mjpg(u8),
    /// Packed 4:2:2; of an odd width, the last column is left out.
    Yuyv,
}

impl Sends {
    /// The format's name for everybody else.
    pub fn format(self) -> PixelFormat {
        match self {
            Self::Mjpg(_) => PixelFormat::Mjpg,
            Self::Yuyv => PixelFormat::Yuyv,
        }
    }
}

/// Makes bytes of pictures. Owns its scratch.
#[derive(Debug)]
pub(crate) struct Sensor {
    grains: Vec<i16>,
    planes: Yuv420,
}

impl Sensor {
    /// A sensor whose luma differs by about `noise` levels from what it sees, drawn from `seed`.
    pub fn new(size: Size, noise: u8, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let grains = (0..GRAINS + PIECE)
            .map(|_| {
                // Three even draws are bell-shaped enough.
                let sum: f64 = (0..3).map(|_| random.share() - 0.5).sum();
                (sum * 2.0 * f64::from(noise)).round() as i16
            })
            .collect();
        Self {
            grains,
            planes: Yuv420::black(size),
        }
    }

    /// Puts the bytes of a picture into `into`; `random` says where the noise begins.
    pub fn read(&mut self, canvas: &Canvas, sends: Sends, random: &mut Random, into: &mut Vec<u8>) {
        into.clear();
        if self.planes.size != canvas.size() {
            self.planes = Yuv420::black(canvas.size());
        }
        self.luma(canvas, random);
        match sends {
            Sends::Yuyv => self.packed(canvas, into),
            Sends::Mjpg(quality) => {
                self.chroma(canvas);
                if let Ok(bytes) = pixels::jpeg::encode(&self.planes, quality.clamp(1, 100)) {
                    into.extend_from_slice(&bytes);
                }
            }
        }
    }

    fn luma(&mut self, canvas: &Canvas, random: &mut Random) {
        let width = canvas.size().width() as usize;
        let rows = canvas
            .colours
            .chunks_exact(width)
            .zip(self.planes.y.chunks_exact_mut(width));
        for (row, out) in rows {
            let start = (random.share() * GRAINS as f64) as usize;
            for (piece, (row, out)) in row.chunks(PIECE).zip(out.chunks_mut(PIECE)).enumerate() {
                let from = (start + piece * PIECE) % GRAINS;
                let grains = &self.grains[from..from + row.len()];
                for ((out, colour), grain) in out.iter_mut().zip(row).zip(grains) {
                    *out = (luma(*colour) + i32::from(*grain)).clamp(16, 235) as u8;
                }
            }
        }
    }

    fn packed(&self, canvas: &Canvas, into: &mut Vec<u8>) {
        let width = canvas.size().width() as usize;
        into.resize(width / 2 * 4 * canvas.size().height() as usize, 0);
        let rows = canvas
            .colours
            .chunks_exact(width)
            .zip(self.planes.y.chunks_exact(width));
        for ((row, y), out) in rows.zip(into.chunks_exact_mut((width / 2 * 4).max(1))) {
            let pairs = row.chunks_exact(2).zip(y.chunks_exact(2));
            for ((pair, y), out) in pairs.zip(out.chunks_exact_mut(4)) {
                let [blue, red] = chroma([pair[0], pair[1], pair[0], pair[1]]);
                out.copy_from_slice(&[y[0], blue, y[1], red]);
            }
        }
    }

    fn chroma(&mut self, canvas: &Canvas) {
        let size = canvas.size();
        let width = size.width() as usize;
        let half = size.chroma().width() as usize;
        let planes = self
            .planes
            .u
            .chunks_exact_mut(half)
            .zip(self.planes.v.chunks_exact_mut(half));
        for ((u, v), rows) in planes.zip(canvas.colours.chunks(width * 2)) {
            let (upper, lower) = rows.split_at(width);
            let lower = if lower.is_empty() { upper } else { lower };
            let pairs = upper.chunks(2).zip(lower.chunks(2));
            for ((u, v), (upper, lower)) in u.iter_mut().zip(v.iter_mut()).zip(pairs) {
                let last = upper.len() - 1;
                [*u, *v] = chroma([upper[0], upper[last], lower[0], lower[last]]);
            }
        }
    }
}

/// Luma of a colour, 16 to 235.
fn luma(colour: u32) -> i32 {
    let [red, green, blue] = split(colour);
    16 + ((16_829 * red + 33_039 * green + 6_416 * blue + 32_768) >> 16)
}

/// Blue and red difference of four pixels, 16 to 240.
fn chroma(colours: [u32; 4]) -> [u8; 2] {
    let mut sum = [0; 3];
    for colour in colours {
        for (sum, part) in sum.iter_mut().zip(split(colour)) {
            *sum += part;
        }
    }
    let [red, green, blue] = sum;
    let level = |value: i32| (128 + ((value + 131_072) >> 18)) as u8;
    [
        level(-9_714 * red - 19_070 * green + 28_784 * blue),
        level(28_784 * red - 24_103 * green - 4_681 * blue),
    ]
}

fn split(colour: u32) -> [i32; 3] {
    [colour >> 16 & 255, colour >> 8 & 255, colour & 255].map(|part| part as i32)
}

#[cfg(test)]
mod tests {
    use pixels::{CameraFrame, Converter, Rotation};
    use units::MonoTime;

    use super::*;

    #[test]
    fn pixels_reads_the_colours_that_were_sent() {
        for (width, height) in [(64, 48), (66, 50)] {
            let size = Size::new(width, height).unwrap();
            for (colour, y, u, v) in [
                (0x0000_0000, 16, 128, 128),
                (0x00ff_ffff, 235, 128, 128),
                (0x0080_8080, 126, 128, 128),
                (0x00ff_0000, 81, 90, 240),
                (0x0000_ff00, 145, 54, 34),
                (0x0000_00ff, 41, 240, 110),
            ] {
                let mut canvas = Canvas::new(size);
                canvas.colours.fill(colour);
                let mut sensor = Sensor::new(size, 0, 1);
                for sends in [Sends::Yuyv, Sends::Mjpg(90)] {
                    let mut bytes = Vec::new();
                    sensor.read(&canvas, sends, &mut Random::new(1), &mut bytes);
                    let frame = CameraFrame {
                        format: sends.format(),
                        size,
                        rotation: Rotation::None,
                        sequence: 0,
                        arrived_at: MonoTime(0),
                        bytes: bytes.into(),
                    };
                    let mut out = Yuv420::black(size);
                    Converter::new().to_yuv420(&frame, &mut out).unwrap();
                    let near = |got: u8, expected: i32| (i32::from(got) - expected).abs() <= 2;
                    let middle = size.pixels() / 2;
                    let half = size.chroma().pixels() / 2;
                    assert!(
                        near(out.y[middle], y) && near(out.u[half], u) && near(out.v[half], v),
                        "{colour:06x} by {sends:?}: {} {} {}",
                        out.y[middle],
                        out.u[half],
                        out.v[half]
                    );
                }
            }
        }
    }

    #[test]
    fn noise_is_small_and_its_own_for_each_picture() {
        let size = Size::new(640, 480).unwrap();
        let mut canvas = Canvas::new(size);
        canvas.colours.fill(0x0080_8080);
        let mut sensor = Sensor::new(size, 2, 7);
        let mut random = Random::new(3);
        let mut taken = [Vec::new(), Vec::new()];
        for bytes in &mut taken {
            sensor.read(&canvas, Sends::Yuyv, &mut random, bytes);
            let off: Vec<i32> = bytes
                .iter()
                .step_by(2)
                .map(|y| i32::from(*y) - 126)
                .collect();
            assert!(off.iter().all(|off| off.abs() <= 6));
            let spread = off.iter().map(|off| f64::from(off * off)).sum::<f64>() / off.len() as f64;
            assert!((1.0..9.0).contains(&spread), "{spread}");
        }
        assert_ne!(taken[0], taken[1]);
    }
}
