//! Between 4:2:0 limited range BT.601 and red, green, blue: for statistics, PNGs and whoever looks.
//!
//! Not on the way from a camera to a film, but for cameras that send RGB.

use crate::error::{PictureError, whole};
use crate::format::{PixelFormat, Size};
use crate::yuv::Yuv420;

/// Scale of the factors below: they are BT.601's (0.299, 0.587, 0.114) in limited range, in 2^16ths.
const BITS: u32 = 16;
const HALF: i32 = 1 << (BITS - 1);

/// Makes the 4:2:0 picture of a picture of `size` from its red, green and blue bytes. A colour is the mean of the up to
/// four pixels it stands for.
///
/// # Errors
/// When there are not three bytes for each pixel.
pub fn yuv420_from_rgb(size: Size, rgb: &[u8], out: &mut Yuv420) -> Result<(), PictureError> {
    whole(PixelFormat::Rgb, size, rgb.len())?;
    out.reshape(size);
    let (width, height) = (size.width() as usize, size.height() as usize);
    let chroma = size.chroma().width() as usize;
    for (row, into) in rgb
        .chunks_exact(width * 3)
        .zip(out.y.chunks_exact_mut(width))
    {
        for (pixel, y) in row.chunks_exact(3).zip(into) {
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            *y = ((16_829 * r + 33_039 * g + 6_416 * b + (16 << BITS) + HALF) >> BITS) as u8;
        }
    }
    let rows = out
        .u
        .chunks_exact_mut(chroma)
        .zip(out.v.chunks_exact_mut(chroma));
    for (at, (u, v)) in rows.enumerate() {
        let upper = &rgb[2 * at * width * 3..][..width * 3];
        // The last row of an odd height and the last column of an odd width stand for themselves alone.
        let lower = &rgb[(2 * at + 1).min(height - 1) * width * 3..][..width * 3];
        for x in 0..chroma {
            let (left, right) = (6 * x, (6 * x + 3).min(3 * (width - 1)));
            let sum = |c: usize| {
                i32::from(upper[left + c])
                    + i32::from(upper[right + c])
                    + i32::from(lower[left + c])
                    + i32::from(lower[right + c])
            };
            let (r, g, b) = (sum(0), sum(1), sum(2));
            // The sums are of four, so the scale has two bits more.
            let of = |sum: i32| ((sum + (128 << (BITS + 2)) + 4 * HALF) >> (BITS + 2)) as u8;
            u[x] = of(-9_714 * r - 19_071 * g + 28_785 * b);
            v[x] = of(28_784 * r - 24_103 * g - 4_681 * b);
        }
    }
    Ok(())
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
        let y = &picture.y[row * width..][..width];
        let u = &picture.u[row / 2 * chroma..][..chroma];
        let v = &picture.v[row / 2 * chroma..][..chroma];
        for (x, (pixel, &y)) in into.chunks_exact_mut(3).zip(y).enumerate() {
            let y = 76_309 * (i32::from(y) - 16) + HALF;
            let (u, v) = (i32::from(u[x / 2]) - 128, i32::from(v[x / 2]) - 128);
            let cut = |value: i32| (value >> BITS).clamp(0, 255) as u8;
            pixel[0] = cut(y + 104_597 * v);
            pixel[1] = cut(y - 25_675 * u - 53_279 * v);
            pixel[2] = cut(y + 132_201 * u);
        }
    }
    Ok(())
}
