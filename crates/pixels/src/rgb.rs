//! Between 4:2:0 limited range BT.601 and red, green, blue: for PNGs and whoever looks.
//!
//! Not on the way from a camera to a film, but for cameras that send RGB. Pixels go in blocks through arrays of fixed
//! length and 16-bit arithmetic, so that the compiler makes vectors of it; values have six bits behind the point, which
//! keeps them within 0.06 of the exact ones before they are rounded.

use crate::error::{PictureError, whole};
use crate::format::{PixelFormat, Size};
use crate::yuv::Yuv420;

/// Pixels that are worked on at once; even.
const BLOCK: usize = 32;
/// Their bytes.
const BYTES: usize = 3 * BLOCK;
/// One, with six bits behind the point.
const ONE: i16 = 64;

/// The upper half of a product: `a * b / 65536`.
#[inline(always)]
fn high(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b)) >> 16) as i16
}

/// Makes the 4:2:0 picture of a picture of `size` from its red, green and blue bytes. A colour is the mean of the up to
/// four pixels it stands for.
///
/// # Errors
/// When there are not three bytes for each pixel.
pub fn yuv420_from_rgb(size: Size, rgb: &[u8], out: &mut Yuv420) -> Result<(), PictureError> {
    whole(PixelFormat::Rgb, size, rgb.len())?;
    out.reshape(size);
    let width = size.width() as usize;
    let chroma = size.chroma().width() as usize;
    let colours = out
        .u
        .chunks_exact_mut(chroma)
        .zip(out.v.chunks_exact_mut(chroma));
    let rows = rgb.chunks(6 * width).zip(out.y.chunks_mut(2 * width));
    for ((two, luma), (u, v)) in rows.zip(colours) {
        let (upper, lower) = luma.split_at_mut(width);
        // The last row of an odd height stands for itself.
        let second = &two[two.len() - 3 * width..];
        for left in (0..width).step_by(BLOCK) {
            let pixels = BLOCK.min(width - left);
            let above = spread(&two[3 * left..][..3 * pixels]);
            let below = spread(&second[3 * left..][..3 * pixels]);
            upper[left..][..pixels].copy_from_slice(&lumas(&above)[..pixels]);
            if !lower.is_empty() {
                lower[left..][..pixels].copy_from_slice(&lumas(&below)[..pixels]);
            }
            let (blue, red) = differences(&above, &below);
            let colours = pixels.div_ceil(2);
            u[left / 2..][..colours].copy_from_slice(&blue[..colours]);
            v[left / 2..][..colours].copy_from_slice(&red[..colours]);
        }
    }
    Ok(())
}

/// Red, green and blue of a block, each for itself.
type Channels = [[i16; BLOCK]; 3];

/// Takes up to a block of pixels apart. The last one of an odd number stands for its missing neighbour too.
#[inline(always)]
fn spread(rgb: &[u8]) -> Channels {
    let mut edge = [0; BYTES];
    let rgb = match rgb.first_chunk::<BYTES>() {
        Some(block) => block,
        None => {
            edge[..rgb.len()].copy_from_slice(rgb);
            if let (false, Some(last)) = (rgb.len().is_multiple_of(2), rgb.last_chunk::<3>()) {
                edge[rgb.len()..rgb.len() + 3].copy_from_slice(last);
            }
            &edge
        }
    };
    let mut pixels = [0u32; BLOCK];
    let fours = pixels.as_chunks_mut::<4>().0;
    for (four, &bytes) in fours.iter_mut().zip(rgb.as_chunks::<12>().0) {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = bytes;
        let (first, last) = ([a, b, c, d, e, f, g, h], [e, f, g, h, i, j, k, l]);
        let (first, last) = (u64::from_le_bytes(first), u64::from_le_bytes(last));
        *four = [first, first >> 24, last >> 16, last >> 40].map(|bits| bits as u32);
    }
    let [mut red, mut green, mut blue] = [[0; BLOCK]; 3];
    for at in 0..BLOCK {
        red[at] = (pixels[at] & 0xff) as i16;
        green[at] = (pixels[at] >> 8 & 0xff) as i16;
        blue[at] = (pixels[at] >> 16 & 0xff) as i16;
    }
    [red, green, blue]
}

/// Limited luma: BT.601's 0.299, 0.587 and 0.114, times 219/255.
#[inline(always)]
fn lumas([r, g, b]: &Channels) -> [u8; BLOCK] {
    let mut lumas = [0; BLOCK];
    for at in 0..BLOCK {
        // Times 128, and factors times 2^15, make six bits behind the point.
        let luma = high(r[at] << 7, 8414) + high(g[at] << 7, 16_519) + high(b[at] << 7, 3208);
        // One more, because each product lost half of the last bit in the mean.
        lumas[at] = ((luma + 16 * ONE + ONE / 2 + 1) >> 6) as u8;
    }
    lumas
}

/// Limited blue and red differences of squares of four.
#[inline(always)]
fn differences(above: &Channels, below: &Channels) -> ([u8; BLOCK / 2], [u8; BLOCK / 2]) {
    let (mut blue, mut red) = ([0; BLOCK / 2], [0; BLOCK / 2]);
    for at in 0..BLOCK / 2 {
        let sum = |c: usize| {
            let (above, below) = (&above[c], &below[c]);
            (above[2 * at] + above[2 * at + 1] + below[2 * at] + below[2 * at + 1]) << 5
        };
        let (r, g, b) = (sum(0), sum(1), sum(2));
        let middle = 128 * ONE + ONE / 2;
        let u = high(b, 14_392) - high(r, 4857) - high(g, 9535);
        let v = high(r, 14_392) - high(g, 12_051) - high(b, 2341);
        blue[at] = ((u + middle) >> 6) as u8;
        red[at] = ((v + middle) >> 6) as u8;
    }
    (blue, red)
}

/// Makes the red, green and blue bytes of a picture, three for each pixel. Each pixel takes the colour of its square of
/// four.
///
/// # Errors
/// When the planes are not as long as the size says.
pub fn rgb_from_yuv420(picture: &Yuv420, rgb: &mut Vec<u8>) -> Result<(), PictureError> {
    picture.whole()?;
    let width = picture.size.width() as usize;
    let chroma = picture.size.chroma().width() as usize;
    rgb.resize(picture.size.pixels() * 3, 0);
    for (row, into) in rgb.chunks_exact_mut(width * 3).enumerate() {
        let y = picture.y[row * width..][..width].chunks(BLOCK);
        let u = picture.u[row / 2 * chroma..][..chroma].chunks(BLOCK / 2);
        let v = picture.v[row / 2 * chroma..][..chroma].chunks(BLOCK / 2);
        for ((into, y), (u, v)) in into.chunks_mut(BYTES).zip(y).zip(u.zip(v)) {
            let pixels = coloured(&filled(y), &filled(u), &filled(v));
            let Some(into) = into.first_chunk_mut::<BYTES>() else {
                for (into, pixel) in into.chunks_exact_mut(3).zip(pixels) {
                    into.copy_from_slice(&pixel.to_le_bytes()[..3]);
                }
                continue;
            };
            let fours = into.as_chunks_mut::<12>().0.iter_mut();
            for (into, &four) in fours.zip(pixels.as_chunks::<4>().0) {
                let [a, b, c, d] = four.map(u64::from);
                let (first, last) = (a | b << 24 | c << 48, c >> 16 | d << 8);
                into[..8].copy_from_slice(&first.to_le_bytes());
                into[8..].copy_from_slice(&(last as u32).to_le_bytes());
            }
        }
    }
    Ok(())
}

/// A block of values, of which some may be missing at the edge.
#[inline(always)]
fn filled<const N: usize>(values: &[u8]) -> [u8; N] {
    values.first_chunk().copied().unwrap_or_else(|| {
        let mut block = [0; N];
        block[..values.len()].copy_from_slice(values);
        block
    })
}

/// Pixels of a block: red in the lowest byte, then green and blue.
#[inline(always)]
fn coloured(y: &[u8; BLOCK], u: &[u8; BLOCK / 2], v: &[u8; BLOCK / 2]) -> [u32; BLOCK] {
    let (mut red, mut green, mut blue) = ([0; BLOCK], [0; BLOCK], [0; BLOCK]);
    for at in 0..BLOCK / 2 {
        let (u, v) = (i16::from(u[at]) - 128, i16::from(v[at]) - 128);
        // Times 256, and factors times 2^14, make six bits behind the point; 2.017 is one and the rest.
        let r = high(v << 8, 26_149);
        let g = high(u << 8, 6419) + high(v << 8, 13_320);
        let b = u * ONE + high(u << 8, 16_666);
        (red[2 * at], red[2 * at + 1]) = (r, r);
        (green[2 * at], green[2 * at + 1]) = (g, g);
        (blue[2 * at], blue[2 * at + 1]) = (b, b);
    }
    let mut pixels = [0; BLOCK];
    for at in 0..BLOCK {
        let y = i16::from(y[at]) - 16;
        let y = y * ONE + high(y << 7, 5386) + ONE / 2 + 1;
        let cut = |value: i16| (value >> 6).clamp(0, 255) as u8;
        // Only blue can be too large for its 16 bits.
        let blue = cut(y.saturating_add(blue[at]));
        pixels[at] = u32::from_le_bytes([cut(y + red[at]), cut(y - green[at]), blue, 0]);
    }
    pixels
}
