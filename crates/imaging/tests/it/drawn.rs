//! Pictures that the tests work on.

use imaging::{Layout, Picture};
use pixels::Size;

pub fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).unwrap()
}

/// Bytes without any order, the same for the same seed.
pub fn noise(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

pub fn noisy(width: u32, height: u32, layout: Layout, seed: u32) -> Picture {
    let size = size(width, height);
    Picture::new(size, layout, noise(layout.bytes(size), seed)).unwrap()
}

/// Slow waves of colour, as a photograph has them, and a disc with a hard edge.
pub fn scene(width: u32, height: u32, layout: Layout) -> Picture {
    let size = size(width, height);
    let mut bytes = Vec::with_capacity(layout.bytes(size));
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (
                f64::from(x) / f64::from(width),
                f64::from(y) / f64::from(height),
            );
            let inside = (u - 0.6).hypot(v - 0.4) < 0.2;
            for phase in [0.0, 1.3, 2.9] {
                let wave = 0.5 + 0.35 * (7.0 * u + 3.0 * v + phase).sin();
                let value = if inside { 1.0 - 0.7 * wave } else { wave };
                bytes.push((value * 255.0) as u8);
            }
            if layout == Layout::Rgba {
                bytes.push(if inside { 255 } else { (255.0 * u) as u8 });
            }
        }
    }
    Picture::new(size, layout, bytes).unwrap()
}

/// The channels of one pixel.
pub fn pixel(picture: &Picture, x: u32, y: u32) -> &[u8] {
    let channels = picture.layout().channels();
    let at = y as usize * picture.row_bytes() + x as usize * channels;
    &picture.bytes()[at..][..channels]
}

/// Mean and largest difference of two pictures of one shape.
pub fn differences(a: &Picture, b: &Picture) -> (f64, u8) {
    assert_eq!((a.size(), a.layout()), (b.size(), b.layout()));
    let each = || a.bytes().iter().zip(b.bytes()).map(|(a, b)| a.abs_diff(*b));
    let sum: f64 = each().map(f64::from).sum();
    (sum / a.bytes().len() as f64, each().max().unwrap())
}
