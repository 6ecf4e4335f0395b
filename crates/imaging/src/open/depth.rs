//! To 8 bits a channel.

use image::ColorType;

use super::Note;

/// Channels of 8 bits, as the file had them.
pub(super) struct Plain {
    /// Bytes of a pixel: 1 grey, 2 grey and alpha, 3 colours, 4 colours and alpha.
    pub channels: usize,
    pub bytes: Vec<u8>,
}

/// Rounds what has more than 8 bits, with a note.
pub(super) fn eight_bits(colour: ColorType, bytes: Vec<u8>, notes: &mut Vec<Note>) -> Plain {
    let channels = usize::from(colour.channel_count());
    let bytes = match colour {
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => {
            notes.push(Note::Rounded { bits: 16 });
            let wide = bytes.as_chunks::<2>().0.iter();
            wide.map(|&two| narrow(u16::from_ne_bytes(two))).collect()
        }
        ColorType::Rgb32F | ColorType::Rgba32F => {
            notes.push(Note::Cut);
            let wide = bytes.as_chunks::<4>().0.iter();
            wide.map(|&four| cut(f32::from_ne_bytes(four))).collect()
        }
        _ => bytes,
    };
    Plain { channels, bytes }
}

/// The nearest of 256 values: 257 steps of the one are a step of the other.
fn narrow(v: u16) -> u8 {
    ((u32::from(v) + 128) / 257) as u8
}

/// What is no number becomes black.
fn cut(v: f32) -> u8 {
    (v.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_rounded_to_the_nearest_of_eight() {
        for v in 0..=u16::MAX {
            let exact = (f64::from(v) / 65_535.0 * 255.0).round();
            assert_eq!(f64::from(narrow(v)), exact, "{v}");
        }
        assert_eq!(
            [cut(f32::NAN), cut(-3.0), cut(9.0), cut(0.5)],
            [0, 0, 255, 128]
        );
    }
}
