//! Pictures that tests are made of, and the bytes in which a camera would send them.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};
use pixels::{CameraFrame, PixelFormat, Rotation, Size};
use units::MonoTime;

pub fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).unwrap()
}

pub fn frame(format: PixelFormat, size: Size, bytes: Vec<u8>) -> CameraFrame {
    CameraFrame {
        format,
        size,
        rotation: Rotation::None,
        sequence: 0,
        arrived_at: MonoTime(0),
        bytes: bytes.into(),
    }
}

/// Smooth colours that differ everywhere, so that no mix-up of rows, columns or components goes unseen.
pub fn smooth(size: Size) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(size.pixels() * 3);
    for y in 0..size.height() {
        for x in 0..size.width() {
            let (x, y) = (f64::from(x), f64::from(y));
            rgb.push((128.0 + 100.0 * (x * 0.021 + 0.3).sin()) as u8);
            rgb.push((128.0 + 90.0 * (y * 0.027 - x * 0.004).cos()) as u8);
            rgb.push((128.0 + 110.0 * (x * 0.011 + y * 0.017).sin()) as u8);
        }
    }
    rgb
}

/// Grey from black on the left to white on the right.
pub fn ramp(size: Size) -> Vec<u8> {
    let last = (size.width() - 1).max(1);
    let row = (0..size.width()).map(|x| (x * 255 / last) as u8);
    (0..size.height()).flat_map(|_| row.clone()).collect()
}

/// A fixed noise, the same on every machine.
pub fn noise(length: usize, mut seed: u32) -> Vec<u8> {
    let mut byte = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    (0..length).map(|_| byte()).collect()
}

/// How the colour of a JPEG is stored.
pub const SAMPLINGS: [(SamplingFactor, &str); 4] = [
    (SamplingFactor::F_1_1, "4:4:4"),
    (SamplingFactor::F_2_1, "4:2:2"),
    (SamplingFactor::F_1_2, "4:4:0"),
    (SamplingFactor::F_2_2, "4:2:0"),
];

/// A JPEG as a camera might send it; `restart` in units, none without.
pub fn jpeg(
    size: Size,
    rgb: &[u8],
    quality: u8,
    sampling: SamplingFactor,
    restart: u16,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(sampling);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    if restart > 0 {
        encoder.set_restart_interval(restart);
    }
    let (width, height) = (size.width() as u16, size.height() as u16);
    encoder.encode(rgb, width, height, ColorType::Rgb).unwrap();
    bytes
}

/// The same of grey bytes.
pub fn gray_jpeg(size: Size, gray: &[u8], quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = (size.width() as u16, size.height() as u16);
    Encoder::new(&mut bytes, quality)
        .encode(gray, width, height, ColorType::Luma)
        .unwrap();
    bytes
}

/// Takes the Huffman tables out of a JPEG, as many cameras do.
pub fn without_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut left = jpeg[..2].to_vec();
    let mut at = 2;
    while jpeg[at + 1] != 0xda {
        let length = 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        if jpeg[at + 1] != 0xc4 {
            left.extend_from_slice(&jpeg[at..at + length]);
        }
        at += length;
    }
    left.extend_from_slice(&jpeg[at..]);
    left
}
