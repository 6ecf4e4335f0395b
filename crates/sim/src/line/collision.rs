//! What the host hears when two motors talk at once: their bits laid over each other, a low bit wins.
//!
//! A byte travels as a low start bit, eight bits from the lowest, and a high stop bit. The second motor begins a few
//! bits after the first, so bytes do not line up and the receiver reads something else, or frames that have no stop
//! bit. Not here: which motors talk at once (`answering`).

/// Bits of one byte on the wire.
const FRAME: usize = 10;

/// What a receiver makes of `first` and of `second`, which begins `skew` bits later.
pub(super) fn overlaid(first: &[u8], second: &[u8], skew: usize) -> Vec<u8> {
    let one = line(first, 0);
    let two = line(second, skew);
    let wire: Vec<bool> = (0..one.len().max(two.len()))
        .map(|at| level(&one, at) && level(&two, at))
        .collect();
    received(&wire)
}

/// Levels of the line, high when silent.
fn line(bytes: &[u8], skew: usize) -> Vec<bool> {
    let mut levels = vec![true; skew];
    for byte in bytes {
        levels.push(false);
        levels.extend((0..8).map(|bit| byte & (1 << bit) != 0));
        levels.push(true);
    }
    levels
}

fn level(levels: &[bool], at: usize) -> bool {
    levels.get(at).copied().unwrap_or(true)
}

/// A receiver waits for a low level, takes eight bits and goes on after the stop bit; without one it waits for a
/// high level first, and the byte counts all the same, as adapters hand it on.
fn received(wire: &[bool]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < wire.len() {
        if level(wire, at) {
            at += 1;
            continue;
        }
        let byte = (0..8).fold(0, |byte, bit| {
            byte | u8::from(level(wire, at + 1 + bit)) << bit
        });
        bytes.push(byte);
        at += FRAME - 1;
        while !level(wire, at) {
            at += 1;
        }
        at += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_motor_says_is_heard_as_it_is() {
        let bytes = [0xff, 0xff, 0x01, 0x04, 0x00, 0x00, 0x08, 0xf2];
        assert_eq!(received(&line(&bytes, 3)), bytes);
        assert_eq!(
            overlaid(&bytes, &bytes, 0),
            bytes,
            "equal answers at once look like one"
        );
    }

    #[test]
    fn answers_at_once_meet_bit_by_bit_and_shifted_ones_fall_apart() {
        let one = [0xff, 0xff, 0x01, 0x04, 0x00, 0x00, 0x08, 0xf2];
        let two = [0xff, 0xff, 0x01, 0x04, 0x00, 0x00, 0x0c, 0xee];
        assert_eq!(
            overlaid(&one, &two, 0),
            [0xff, 0xff, 0x01, 0x04, 0x00, 0x00, 0x08, 0xe2]
        );
        for skew in 1..8 {
            let heard = overlaid(&one, &two, skew);
            assert!(!heard.is_empty());
            assert_ne!(heard[..8.min(heard.len())], one, "{skew} bits apart");
        }
    }

    #[test]
    fn a_second_answer_that_begins_after_the_first_is_heard_whole() {
        let one = [0xff, 0xff, 0x01, 0x02, 0x00, 0xfc];
        assert_eq!(overlaid(&one, &one, 60), [one, one].concat());
    }
}
