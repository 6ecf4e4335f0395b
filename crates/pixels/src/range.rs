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
const GREY: u16 = 3968;

/// Limited colour of a full one.
#[inline(always)]
#[cfg_attr(not(test), expect(dead_code, reason = "for 4:2:0"))]
pub(crate) fn limited_chroma(full: u8) -> u8 {
    over_255(u16::from(full) * 224 + GREY) as u8
}

/// Limited colour of the mean of two full ones, rounded once.
#[inline(always)]
#[cfg_attr(not(test), expect(dead_code, reason = "for 4:2:2"))]
pub(crate) fn limited_chroma_of_2(sum: u16) -> u8 {
    over_255(sum * 112 + GREY) as u8
}

/// Limited colour of the mean of four full ones, rounded once.
#[inline(always)]
pub(crate) fn limited_chroma_of_4(sum: u16) -> u8 {
    over_255(sum * 56 + GREY) as u8
}

/// Full luma of a limited one; what lies outside the range is cut.
#[inline(always)]
pub(crate) fn full_luma(limited: u8) -> u8 {
    let above = u32::from(limited.clamp(16, 235) - 16);
    ((above * 255 + 109) / 219) as u8
}

/// Full colour of a limited one; what lies outside the range is cut.
#[inline(always)]
pub(crate) fn full_chroma(limited: u8) -> u8 {
    let scaled = u32::from(limited.clamp(16, 240)) * 255 - u32::from(GREY);
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
            assert_eq!(
                limited_chroma(value),
                rounded(128.0 + (exact - 128.0) * 224.0 / 255.0)
            );
            assert_eq!(full_luma(value), rounded((exact - 16.0) * 255.0 / 219.0));
            let inside = exact.clamp(16.0, 240.0);
            assert_eq!(
                full_chroma(value),
                rounded(128.0 + (inside - 128.0) * 255.0 / 224.0)
            );
        }
    }

    #[test]
    fn means_are_rounded_once() {
        for sum in 0..=1020u16 {
            let limited = |mean: f64| rounded(128.0 + (mean - 128.0) * 224.0 / 255.0);
            let exact = f64::from(sum);
            assert_eq!(limited_chroma_of_4(sum), limited(exact / 4.0), "{sum}");
            if sum <= 510 {
                assert_eq!(limited_chroma_of_2(sum), limited(exact / 2.0), "{sum}");
            }
        }
    }

    #[test]
    fn limited_values_come_back_from_full_range() {
        for value in 16..=235 {
            assert_eq!(limited_luma(full_luma(value)), value);
        }
        for value in 16..=240 {
            assert_eq!(limited_chroma(full_chroma(value)), value);
        }
        assert_eq!((full_chroma(128), limited_chroma(128)), (128, 128));
    }
}
