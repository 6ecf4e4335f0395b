//! Pictures of other films brought to what this house means by a picture: limited range, BT.601.
//!
//! A film that does not say how its colours are coded is taken as LeRobot's are: BT.601, limited range.

use pixels::Yuv420;

use crate::mp4::Colour;

/// What must be done with every picture of a film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conversion {
    full_range: bool,
    bt709: bool,
}

impl Conversion {
    /// From what the film says, if it is something this program converts.
    pub(super) fn of(colour: Option<Colour>) -> Result<Self, String> {
        let Some(Colour { matrix, full_range }) = colour else {
            return Ok(Self {
                full_range: false,
                bt709: false,
            });
        };
        // Numbers of ISO/IEC 23091-2: 1 is BT.709, 2 not said, 5 and 6 are the two of BT.601.
        match matrix {
            1 => Ok(Self {
                full_range,
                bt709: true,
            }),
            2 | 5 | 6 => Ok(Self {
                full_range,
                bt709: false,
            }),
            other => Err(format!(
                "the film's colours are coded with matrix {other} of ISO/IEC 23091-2"
            )),
        }
    }

    /// Converts a picture in place.
    pub(super) fn apply(self, picture: &mut Yuv420) {
        if self.full_range {
            limit(&mut picture.y, 0, 219, 16);
            limit(&mut picture.u, 128, 224, 128);
            limit(&mut picture.v, 128, 224, 128);
        }
        if self.bt709 {
            bt601_from_bt709(picture);
        }
    }
}

/// From 255 steps around `centre` to `steps` around `new_centre`, rounded to the nearest.
fn limit(plane: &mut [u8], centre: i32, steps: i32, new_centre: i32) {
    let mut table = [0_u8; 256];
    for (value, entry) in (0..).zip(&mut table) {
        let scaled: i32 = (value - centre) * steps;
        let rounded = (scaled + 127 * scaled.signum()) / 255 + new_centre;
        // Both ranges end inside a byte.
        *entry = u8::try_from(rounded).unwrap_or(u8::MAX);
    }
    for value in plane {
        *value = table[usize::from(*value)];
    }
}

/// The step between the two matrices: both are linear, so one is the other's inverse times it. Colour differences are
/// taken as they are stored, one for four pixels.
fn bt601_from_bt709(picture: &mut Yuv420) {
    // Weights of red and blue in luma.
    const RED: [f32; 2] = [0.2126, 0.299];
    const BLUE: [f32; 2] = [0.0722, 0.114];
    let green = [1.0 - RED[0] - BLUE[0], 1.0 - RED[1] - BLUE[1]];
    let (from_v, from_u) = (2.0 * (1.0 - RED[0]), 2.0 * (1.0 - BLUE[0]));
    // What green gets of each difference.
    let (green_v, green_u) = (-from_v * RED[0] / green[0], -from_u * BLUE[0] / green[0]);
    let luma_u = BLUE[1] * from_u + green[1] * green_u;
    let luma_v = RED[1] * from_v + green[1] * green_v;
    let (to_u, to_v) = (2.0 * (1.0 - BLUE[1]), 2.0 * (1.0 - RED[1]));
    // Luma has 219 steps where the differences have 224.
    let steps = 219.0 / 224.0;
    let width = picture.size.width() as usize;
    let chroma_width = picture.size.chroma().width() as usize;
    let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    for (row, line) in picture.y.chunks_exact_mut(width).enumerate() {
        let colours = row / 2 * chroma_width..;
        let (Some(u), Some(v)) = (picture.u.get(colours.clone()), picture.v.get(colours)) else {
            continue;
        };
        for (two, (u, v)) in line.chunks_mut(2).zip(u.iter().zip(v)) {
            let (u, v) = (f32::from(*u) - 128.0, f32::from(*v) - 128.0);
            let more = steps * (luma_u * u + luma_v * v);
            for luma in two {
                *luma = byte(f32::from(*luma) + more);
            }
        }
    }
    for (u, v) in picture.u.iter_mut().zip(&mut picture.v) {
        let (old_u, old_v) = (f32::from(*u) - 128.0, f32::from(*v) - 128.0);
        let more = luma_u * old_u + luma_v * old_v;
        *u = byte(128.0 + (from_u * old_u - more) / to_u);
        *v = byte(128.0 + (from_v * old_v - more) / to_v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pixels::Size;

    fn picture(y: u8, u: u8, v: u8) -> Yuv420 {
        let mut picture = Yuv420::black(Size::new(3, 3).unwrap());
        picture.y.fill(y);
        picture.u.fill(u);
        picture.v.fill(v);
        picture
    }

    fn converted(matrix: u16, full_range: bool, [y, u, v]: [u8; 3]) -> [u8; 3] {
        let mut picture = picture(y, u, v);
        let colour = Some(Colour { matrix, full_range });
        Conversion::of(colour).unwrap().apply(&mut picture);
        assert!(picture.y.iter().all(|value| *value == picture.y[0]));
        [picture.y[0], picture.u[0], picture.v[3]]
    }

    #[test]
    fn the_ends_of_the_full_range_become_the_ends_of_the_limited_one() {
        for (full, limited) in [
            ([0, 128, 128], [16, 128, 128]),
            ([255, 128, 128], [235, 128, 128]),
            ([128, 0, 255], [126, 16, 240]),
            ([64, 1, 254], [71, 16, 239]),
        ] {
            assert_eq!(converted(6, true, full), limited, "{full:?}");
        }
        assert_eq!(converted(5, false, [1, 2, 3]), [1, 2, 3]);
    }

    #[test]
    fn a_primary_keeps_its_colour_from_one_matrix_to_the_other() {
        // Codes of pure colours in limited range, from the weights in BT.709-6 and BT.601-7.
        for (bt709, bt601) in [
            ([63, 102, 240], [82, 90, 240]),  // red
            ([173, 42, 26], [145, 54, 34]),   // green
            ([32, 240, 118], [41, 240, 110]), // blue
            ([235, 128, 128], [235, 128, 128]),
        ] {
            let found = converted(1, false, bt709);
            for (found, wanted) in found.iter().zip(bt601) {
                assert!(
                    found.abs_diff(wanted) <= 1,
                    "{bt709:?}: {found} for {wanted}"
                );
            }
        }
    }

    #[test]
    fn a_matrix_that_nobody_uses_for_cameras_is_refused() {
        let colour = Some(Colour {
            matrix: 0,
            full_range: true,
        });
        assert!(Conversion::of(colour).is_err());
    }
}
