//! What an H.264 sequence parameter set says about every picture, as far as it decides whether this program reads it.
//!
//! Section 7.3.2.1.1 and annex E of the standard.

use crate::mp4::Colour;

/// The facts of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence {
    /// Profile number; 100 is High.
    pub(super) profile: u8,
    /// 0 is monochrome, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    pub(super) chroma: u32,
    /// Bits of a sample.
    pub(super) depth: u32,
    /// Pictures may come as two fields.
    pub(super) interlaced: bool,
    /// Where the sequence says it.
    pub(super) colour: Option<Colour>,
}

impl Sequence {
    /// The facts in a unit that begins with its header byte; `None` when it ends early or cannot be.
    pub(super) fn of(unit: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(unit.get(1..)?);
        let profile = u8::try_from(bits.take(8)?).ok()?;
        bits.take(16)?; // constraints and level
        bits.exponential()?; // its number
        let (mut chroma, mut depth) = (1, 8);
        if matches!(
            profile,
            100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135
        ) {
            chroma = bits.exponential()?;
            if chroma == 3 {
                bits.take(1)?;
            }
            depth = 8_u32.checked_add(bits.exponential()?.max(bits.exponential()?))?;
            bits.take(1)?;
            if bits.take(1)? == 1 {
                let lists = if chroma == 3 { 12 } else { 8 };
                (0..lists)
                    .try_for_each(|list| scaling_list(&mut bits, if list < 6 { 16 } else { 64 }))?;
            }
        }
        bits.exponential()?; // bits of a frame's number
        match bits.exponential()? {
            0 => {
                bits.exponential()?;
            }
            1 => {
                bits.take(1)?;
                bits.exponential()?;
                bits.exponential()?;
                let cycle = bits.exponential()?;
                (0..cycle).try_for_each(|_| bits.exponential().map(drop))?;
            }
            _ => {}
        }
        bits.exponential()?; // reference pictures
        bits.take(1)?;
        bits.exponential()?; // width
        bits.exponential()?; // height
        let interlaced = bits.take(1)? == 0;
        if interlaced {
            bits.take(1)?;
        }
        bits.take(1)?;
        if bits.take(1)? == 1 {
            (0..4).try_for_each(|_| bits.exponential().map(drop))?; // cropping
        }
        let colour = if bits.take(1)? == 1 {
            colour_of_usability(&mut bits)?
        } else {
            None
        };
        Some(Self {
            profile,
            chroma,
            depth,
            interlaced,
            colour,
        })
    }
}

/// The same sequence as a decoder must see it that shall give every picture at once instead of in its own order:
/// openh264 does so for profiles 66 and 83 only. Profile 83 has the very syntax of High, and a decoder that finds it in
/// an ordinary parameter set treats it as High in all else; Main has it once the fields that High adds are there.
pub(super) fn shown_at_once(unit: &[u8]) -> Vec<u8> {
    const AT_ONCE: u8 = 83;
    let mut changed = unit.to_vec();
    match unit {
        [_, 100, ..] => changed[1] = AT_ONCE,
        [header, 77, constraints, level, rest @ ..] => {
            let Some(bits) = main_as_high(rest) else {
                return changed;
            };
            changed = vec![*header, AT_ONCE, *constraints, *level];
            changed.extend(bits);
        }
        _ => {}
    }
    changed
}

/// What follows the level in a parameter set of Main, with 4:2:0, 8 bits and no scaling put in behind its number.
fn main_as_high(rest: &[u8]) -> Option<Vec<u8>> {
    let mut bits = Bits::new(rest);
    let mut out = Vec::new();
    // The number: as many bits again as there are zeros before the first one.
    let mut zeros = 0;
    loop {
        let bit = bits.bit()?;
        out.push(bit);
        if bit == 1 {
            break;
        }
        zeros += 1;
    }
    for _ in 0..zeros {
        out.push(bits.bit()?);
    }
    out.extend([0, 1, 0, 1, 1, 0, 0]);
    while let Some(bit) = bits.bit() {
        out.push(bit);
    }
    // The last one ends the unit, with zeros up to a whole byte.
    while out.last() == Some(&0) {
        out.pop();
    }
    let mut bytes = Vec::new();
    let mut run = 0;
    for eight in out.chunks(8) {
        let byte = (0..8).fold(0, |byte: u8, at| {
            let bit = eight.get(at).copied().unwrap_or(0);
            byte << 1 | u8::from(bit == 1)
        });
        if run >= 2 && byte <= 3 {
            bytes.push(3);
            run = 0;
        }
        run = if byte == 0 { run + 1 } else { 0 };
        bytes.push(byte);
    }
    Some(bytes)
}

fn scaling_list(bits: &mut Bits<'_>, size: u32) -> Option<()> {
    if bits.take(1)? == 0 {
        return Some(());
    }
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..size {
        if next != 0 {
            let code = i64::from(bits.exponential()?);
            // Odd codes are positive.
            let delta = if code % 2 == 1 {
                (code + 1) / 2
            } else {
                -code / 2
            };
            next = (last + delta).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

fn colour_of_usability(bits: &mut Bits<'_>) -> Option<Option<Colour>> {
    if bits.take(1)? == 1 && bits.take(8)? == 255 {
        bits.take(32)?; // shape of a pixel
    }
    if bits.take(1)? == 1 {
        bits.take(1)?; // overscan
    }
    if bits.take(1)? == 0 {
        return Some(None);
    }
    bits.take(3)?;
    let full_range = bits.take(1)? == 1;
    let mut matrix = 2;
    if bits.take(1)? == 1 {
        bits.take(16)?;
        matrix = u16::try_from(bits.take(8)?).ok()?;
    }
    Some(Some(Colour { matrix, full_range }))
}

/// Bits of a unit, without the bytes that keep start codes out of it.
struct Bits<'a> {
    bytes: &'a [u8],
    zeros: u8,
    now: u8,
    left: u8,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            zeros: 0,
            now: 0,
            left: 0,
        }
    }

    fn bit(&mut self) -> Option<u32> {
        if self.left == 0 {
            let (mut byte, mut rest) = self.bytes.split_first()?;
            if self.zeros >= 2 && *byte == 3 {
                (byte, rest) = rest.split_first()?;
                self.zeros = 0;
            }
            self.zeros = if *byte == 0 {
                self.zeros.saturating_add(1)
            } else {
                0
            };
            self.bytes = rest;
            self.now = *byte;
            self.left = 8;
        }
        self.left -= 1;
        Some(u32::from(self.now >> self.left & 1))
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0_u32, |value, _| Some(value << 1 | self.bit()?))
    }

    /// A number with as many leading zeros as it has further bits.
    fn exponential(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.take(zeros)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_growing_length_are_read() {
        // 1, 010, 011, 00100, 0001000
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0001, 0b0000_0000]);
        let found: Vec<_> = (0..5).map_while(|_| bits.exponential()).collect();
        assert_eq!(found, [0, 1, 2, 3, 7]);
    }

    #[test]
    fn main_says_the_same_in_the_words_of_high() {
        // A parameter set that x264 wrote for Main, 64x48 at 30 pictures a second.
        let main = [
            0x67, 77, 64, 10, 0x96, 0x54, 0x28, 0x50, 0x3c, 0x22, 0x11, 0xa8,
        ];
        let high = shown_at_once(&main);
        assert_eq!(high[..4], [0x67, 83, 64, 10]);
        // Behind the number, which is one bit here, stand the seven bits that High adds.
        let mut added = Bits::new(&high[4..]);
        assert_eq!(added.take(8), Some(0b1010_1100));
        let mut before = Bits::new(&main[4..]);
        assert_eq!(before.take(1), Some(1));
        while let Some(bit) = before.bit() {
            assert_eq!(added.bit().unwrap_or(0), bit);
        }
        assert_eq!(shown_at_once(&[0x67, 100, 0, 30, 9])[1], 83);
        assert_eq!(shown_at_once(&[0x67, 66, 0, 30, 9])[1], 66);
        assert_eq!(shown_at_once(&[0x67, 77, 0, 30]), [0x67, 77, 0, 30]);
    }

    #[test]
    fn bytes_that_keep_start_codes_out_are_left_out() {
        let mut bits = Bits::new(&[0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3]);
        let found: Vec<_> = (0..8).map_while(|_| bits.take(8)).collect();
        assert_eq!(found, [0, 0, 1, 0, 0, 0, 0, 3]);
    }
}
