//! Between straight alpha and colours multiplied by alpha.
//!
//! Operations that mix pixels work on multiplied colours. Going there and back is exact for opaque pixels; the colour of
//! a pixel with alpha `a` comes back within `128 / a` levels, as with every tool that multiplies in 8 bits.

use std::borrow::Cow;

use crate::error::ImagingError;
use crate::picture::{Canvas, Layout, Picture};
use crate::run::{Run, cached_rows};

/// The picture with its colours multiplied by alpha; itself where it has no alpha. With it the run for what is done
/// afterwards, because multiplying is half of the way.
pub(super) fn multiplied<'a, 'r>(
    picture: &'a Picture,
    run: &Run<'r>,
) -> Result<(Cow<'a, Picture>, Run<'r>), ImagingError> {
    if picture.layout() == Layout::Rgb {
        return Ok((Cow::Borrowed(picture), run.clone()));
    }
    let rest = run.part(1, 2);
    let run = run.part(0, 2);
    let mut canvas = Canvas::new(picture.size(), picture.layout(), &run.buffers);
    let row = picture.row_bytes();
    run.strips(&mut canvas.bytes, row, cached_rows(row), |first, strip| {
        let from = picture.bytes()[first * row..].as_chunks::<4>().0;
        for (to, &[r, g, b, a]) in strip.as_chunks_mut::<4>().0.iter_mut().zip(from) {
            *to = [times(r, a), times(g, a), times(b, a), a];
        }
        Ok(())
    })?;
    Ok((Cow::Owned(canvas.finish()), rest))
}

/// Divides the colours of `strip` by alpha, in place. Fully transparent pixels become black.
pub(super) fn divide(strip: &mut [u8]) {
    for pixel in strip.as_chunks_mut::<4>().0 {
        let [r, g, b, a] = *pixel;
        *pixel = match a {
            255 => continue,
            0 => [0; 4],
            _ => [over(r, a), over(g, a), over(b, a), a],
        };
    }
}

/// `v * a / 255`, rounded.
#[inline(always)]
pub(crate) fn times(v: u8, a: u8) -> u8 {
    let product = u32::from(v) * u32::from(a) + 128;
    // Exact for all products of two bytes.
    ((product + (product >> 8)) >> 8) as u8
}

/// `v * 255 / a`, rounded and cut.
#[inline(always)]
fn over(v: u8, a: u8) -> u8 {
    let a = u32::from(a);
    ((u32::from(v) * 255 + a / 2) / a).min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_rounded_exactly_and_come_back_within_what_is_said() {
        for a in 0..=255u8 {
            for v in 0..=255u8 {
                let exact = (f64::from(v) * f64::from(a) / 255.0).round();
                assert_eq!(f64::from(times(v, a)), exact, "{v} * {a}");
                let mut pixel = [times(v, a), 0, 0, a];
                divide(&mut pixel);
                if a > 0 {
                    let off = (f64::from(pixel[0]) - f64::from(v)).abs();
                    assert!(off <= 0.5 + 127.5 / f64::from(a), "{v} under {a}: {off}");
                }
            }
        }
    }
}
