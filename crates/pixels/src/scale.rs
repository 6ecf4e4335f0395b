//! Making a picture smaller by a whole number, for views that are much smaller than what a camera sends.

use crate::error::PictureError;
use crate::format::Size;
use crate::yuv::Yuv420;

/// How many times smaller a picture of `size` may be in each direction and still fill `room`; at least once.
pub fn times_smaller(size: Size, room: Size) -> u32 {
    let across = size.width() / room.width();
    let down = size.height() / room.height();
    across.min(down).max(1)
}

/// Makes `into` the picture `from`, `times` smaller in each direction: every pixel is the mean of a square. What is left
/// over on the right and at the bottom is left out, but for a picture smaller than one square.
///
/// # Errors
/// When the planes of `from` are not as long as its size says.
pub fn shrink(from: &Yuv420, times: u32, into: &mut Yuv420) -> Result<(), PictureError> {
    from.whole()?;
    let times = times.clamp(1, Size::LARGEST);
    let side = |length: u32| (length / times).max(1);
    let size = Size::new(side(from.size.width()), side(from.size.height()));
    into.reshape(size.unwrap_or(Size::ONE));
    let (luma, colour) = (from.size, from.size.chroma());
    let times = times as usize;
    plane(&from.y, luma, times, &mut into.y, into.size);
    plane(&from.u, colour, times, &mut into.u, into.size.chroma());
    plane(&from.v, colour, times, &mut into.v, into.size.chroma());
    Ok(())
}

/// The squares at the edge are smaller where the plane ends.
fn plane(from: &[u8], size: Size, times: usize, into: &mut [u8], smaller: Size) {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let across = smaller.width() as usize;
    let mut columns = vec![0u32; width];
    for (y, row) in into.chunks_exact_mut(across).enumerate() {
        let (top, bottom) = (y * times, ((y + 1) * times).min(height));
        columns.fill(0);
        for line in from[top * width..bottom * width].chunks_exact(width) {
            for (sum, &value) in columns.iter_mut().zip(line) {
                *sum += u32::from(value);
            }
        }
        for (pixel, square) in row.iter_mut().zip(columns.chunks(times)) {
            let pixels = ((bottom - top) * square.len()) as u32;
            *pixel = ((square.iter().sum::<u32>() + pixels / 2) / pixels) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).unwrap()
    }

    #[test]
    fn a_picture_still_fills_its_room() {
        for (picture, room, times) in [
            ((640, 480), (640, 480), 1),
            ((640, 480), (321, 10), 1),
            ((640, 480), (320, 240), 2),
            ((640, 480), (160, 90), 4),
            ((1920, 1080), (160, 120), 9),
            ((10, 10), (400, 400), 1),
        ] {
            let found = times_smaller(size(picture.0, picture.1), size(room.0, room.1));
            assert_eq!(found, times, "{picture:?} in {room:?}");
        }
    }

    #[test]
    fn every_pixel_is_the_mean_of_its_square() {
        for (width, height, times) in [(12, 8, 2), (13, 9, 2), (40, 30, 7), (5, 3, 8), (6, 6, 1)] {
            let mut from = Yuv420::black(size(width, height));
            for (at, y) in from.y.iter_mut().enumerate() {
                *y = (at * 37 % 256) as u8;
            }
            from.u.fill(200);
            from.v.fill(33);
            let mut into = Yuv420::black(Size::ONE);
            shrink(&from, times, &mut into).unwrap();
            into.whole().unwrap();
            assert!(into.u.iter().all(|&u| u == 200) && into.v.iter().all(|&v| v == 33));
            for (at, &got) in into.y.iter().enumerate() {
                let (left, top) = (
                    at as u32 % into.size.width() * times,
                    at as u32 / into.size.width() * times,
                );
                let (mut sum, mut count) = (0.0, 0.0);
                for y in top..(top + times).min(height) {
                    for x in left..(left + times).min(width) {
                        sum += f64::from(from.y[(y * width + x) as usize]);
                        count += 1.0;
                    }
                }
                assert!(
                    (f64::from(got) - sum / count).abs() <= 0.5,
                    "{width} {times} {at}"
                );
            }
        }
    }
}
