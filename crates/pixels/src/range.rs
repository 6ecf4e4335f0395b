//! Full range (JPEG: 0 to 255) and limited range (films: luma 16 to 235, colour 16 to 240), rounded to the nearest.
//!
//! Everything is in 16 bits without a branch, so that the compiler makes vectors of it.

/// `value / 255`, rounded to the nearest. Exact for values up to 65,150.
#[inline(always)]
fn over_255(value: u16) -> u16 {
    let value = value + 128;
    (value + (value >> 8)) >> 8
}

/// Limited luma of a full one.
#[inline(always)]
pub(crate) fn limited_luma(full: u8) -> u8 {
    (over_255(u16::from(full) * 219) + 16) as u8
}

/// 128 x 255 - 128 x 224: what keeps grey where it is when colour is scaled around 128.
const GREY: u32 = 3968;

/// Full luma of a limited one; what lies outside the range is cut.
#[inline(always)]
pub(crate) fn full_luma(limited: u8) -> u8 {
    let above = u32::from(limited.clamp(16, 235) - 16);
    ((above * 255 + 109) / 219) as u8
}

/// Full colour of a limited one; what lies outside the range is cut.
#[inline(always)]
pub(crate) fn full_chroma(limited: u8) -> u8 {
    let scaled = u32::from(limited.clamp(16, 240)) * 255 - GREY;
    ((scaled + 112) / 224).min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(exact: f64) -> u8 {
        exact.round().clamp(0.0, 255.0) as u8
    }

    #[test]
    fn every_value_is_the_nearest_to_the_exact_one() {
        for value in 0..=255u8 {
            let exact = f64::from(value);
            assert_eq!(limited_luma(value), rounded(16.0 + exact * 219.0 / 255.0));
            assert_eq!(full_luma(value), rounded((exact - 16.0) * 255.0 / 219.0));
            let inside = exact.clamp(16.0, 240.0);
            assert_eq!(
                full_chroma(value),
                rounded(128.0 + (inside - 128.0) * 255.0 / 224.0)
            );
        }
    }

    #[test]
    fn limited_values_come_back_from_full_range() {
        for value in 16..=235 {
            assert_eq!(limited_luma(full_luma(value)), value);
        }
        assert_eq!(full_chroma(128), 128);
    }
}
