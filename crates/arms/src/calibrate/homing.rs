//! Homing offsets: the one that makes the held pose the middle, and the one that keeps a range off the seam.
//!
//! A motor reads `Actual - Homing_Offset`, counted within one turn, and the register holds -2047 to 2047.
//! Not here: writing them (the module above).

use crate::calibration::{HOMING_OFFSET_MAX, TICKS_MAX};
use crate::plausible::TICKS_PER_TURN;

/// What the held pose reads after homing: LeRobot's `int(4095 / 2)`.
pub(super) const MIDDLE: i32 = TICKS_MAX / 2;

/// A range keeps at least this far from the seam where it can, ticks (9 degrees): a joint that is pressed past its
/// stop and over the seam would be turned back the long way round by its motor.
const SEAM_MARGIN: i32 = 102;

/// The `Homing_Offset` that makes a position read [`MIDDLE`]. Wrapped into one turn and clamped to what the register
/// holds: LeRobot fails where a motor reads 4095, or counts several turns.
pub(super) fn homing_offset(present: i32) -> i32 {
    within_a_turn(present - MIDDLE).clamp(-HOMING_OFFSET_MAX, HOMING_OFFSET_MAX)
}

/// Offset and range of a joint whose range, counted with whole turns under `offset`, is `low` to `high`: as they are
/// when that keeps off the seam, else moved so that the middle of the range reads [`MIDDLE`]. LeRobot's degrees count
/// from the middle of the range, so they do not change. None when the range is longer than a turn.
pub(super) fn off_the_seam(offset: i32, low: i32, high: i32) -> Option<(i32, i32, i32)> {
    if low >= SEAM_MARGIN && high <= TICKS_MAX - SEAM_MARGIN {
        return Some((offset, low, high));
    }
    let centring = (low + high).div_euclid(2) - MIDDLE;
    [0, 1, -1].into_iter().find_map(|more| {
        let shift = centring + more;
        let moved = within_a_turn(offset + shift);
        let fits = moved.abs() <= HOMING_OFFSET_MAX && low >= shift && high - shift <= TICKS_MAX;
        fits.then_some((moved, low - shift, high - shift))
    })
}

/// -2048 to 2047.
fn within_a_turn(ticks: i32) -> i32 {
    (ticks + TICKS_PER_TURN / 2).rem_euclid(TICKS_PER_TURN) - TICKS_PER_TURN / 2
}

/// How far a reading is from [`MIDDLE`], the shorter way round.
pub(super) fn from_middle(reading: i32) -> i32 {
    within_a_turn(reading - MIDDLE).abs()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_held_pose_becomes_the_middle_and_every_offset_fits_its_register() {
        for (present, offset) in [
            (2047, 0),
            (1338, -709),
            (0, -2047),
            (4094, 2047),
            // LeRobot refuses these three: 2048, and two readings over several turns.
            (4095, -2047),
            (4096 + 1338, -709),
            (-2758, -709),
        ] {
            assert_eq!(homing_offset(present), offset, "{present}");
        }
    }

    #[test]
    fn a_range_away_from_the_seam_stays_as_it_was_homed() {
        for (low, high, stays) in [
            (700, 3300, true),
            (102, 3300, true),
            (101, 3300, false),
            (-5, 2500, false),
            (2100, 4500, false),
        ] {
            let moved = off_the_seam(-709, low, high).expect("it fits");
            assert_eq!(moved.0 == -709, stays, "{low} {high}: {moved:?}");
        }
        assert_eq!(off_the_seam(0, -10, 4200), None);
    }

    proptest! {
        #[test]
        fn a_moved_range_is_the_same_stretch_of_the_encoder(
            offset in -2047..=2047i32, low in -4096..4096i32, width in 1..4080i32,
        ) {
            let high = low + width;
            let (moved, new_low, new_high) = off_the_seam(offset, low, high).expect("it fits");
            prop_assert!(moved.abs() <= HOMING_OFFSET_MAX);
            prop_assert!(0 <= new_low && new_high <= TICKS_MAX);
            prop_assert_eq!(new_high - new_low, width);
            // The encoder's own place of the low end, which no offset changes.
            prop_assert_eq!((moved + new_low - offset - low).rem_euclid(TICKS_PER_TURN), 0);
        }
    }
}
