//! Where a JPEG ends and how large it is, found while its bytes come in.
//!
//! A stream says where a picture ends in three ways, of which a camera may get two wrong: a length in front of it, a
//! boundary behind it, and the picture's own markers. The markers are believed, because whoever decodes it goes by them
//! too; and they tell at once, where a boundary often comes only with the next picture.
//! Not here: whether the picture can be decoded (`pixels`).

use memchr::memchr;
use pixels::Size;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walked {
    /// All bytes belong to the picture, and it goes on.
    On,
    /// The picture ended with the last byte taken.
    End,
    /// Another picture began with the last two bytes taken: this one was cut.
    Restart,
    /// This is no JPEG, or a damaged one, at the last byte taken.
    Broken,
}

#[derive(Debug, Clone, Copy)]
enum At {
    /// A marker's first byte is due.
    Marker,
    /// The code of a marker is due; `scan` says whether the marker stands inside compressed pixels.
    Code { scan: bool },
    /// The two bytes of a segment's length.
    Length { code: u8, high: Option<u8> },
    /// Inside a segment.
    Segment { code: u8, at: u16, left: u16 },
    /// Compressed pixels.
    Scan,
    /// Behind the end.
    Over,
}

/// Follows one picture from behind its start-of-image marker.
#[derive(Debug)]
pub(super) struct Walk {
    at: At,
    frame: [u8; 4],
    size: Option<Size>,
}

impl Walk {
    /// Behind the two bytes of a start-of-image marker.
    pub fn new() -> Self {
        Self {
            at: At::Marker,
            frame: [0; 4],
            size: None,
        }
    }

    /// The size that its header tells, once it was passed.
    pub fn size(&self) -> Option<Size> {
        self.size
    }

    /// Takes bytes until something is known. Returns how many were taken.
    pub fn push(&mut self, bytes: &[u8]) -> (usize, Walked) {
        let mut taken = 0;
        while let Some(&byte) = bytes.get(taken) {
            match self.at {
                At::Scan => match memchr(0xff, &bytes[taken..]) {
                    Some(offset) => {
                        taken += offset;
                        self.at = At::Code { scan: true };
                    }
                    None => return (bytes.len(), Walked::On),
                },
                At::Segment { code, at, left } => {
                    // The size stands in bytes 1 to 4 of a frame header, behind the precision.
                    if is_frame(code) && at <= 4 {
                        if let Some(slot) = at.checked_sub(1) {
                            self.frame[usize::from(slot)] = byte;
                        }
                        self.segment(code, at, left, 1);
                    } else {
                        let step = usize::from(left).min(bytes.len() - taken);
                        self.segment(code, at, left, step as u16);
                        taken += step - 1;
                    }
                }
                At::Marker if byte == 0xff => self.at = At::Code { scan: false },
                At::Length { code, high: None } => {
                    self.at = At::Length {
                        code,
                        high: Some(byte),
                    }
                }
                At::Length {
                    code,
                    high: Some(high),
                } => match u16::from_be_bytes([high, byte]).checked_sub(2) {
                    Some(0) => self.after(code),
                    Some(left) => self.at = At::Segment { code, at: 0, left },
                    None => return (taken + 1, self.over(Walked::Broken)),
                },
                At::Code { scan } => match (byte, scan) {
                    // Any number of fill bytes may stand before a code.
                    (0xff, _) => {}
                    (0x00 | 0xd0..=0xd7, true) => self.at = At::Scan,
                    (0xd9, _) => return (taken + 1, self.over(Walked::End)),
                    (0xd8, _) => return (taken + 1, self.over(Walked::Restart)),
                    (0xc0..=0xcf | 0xda..=0xdf | 0xe0..=0xef | 0xfe, _) => {
                        self.at = At::Length {
                            code: byte,
                            high: None,
                        }
                    }
                    _ => return (taken + 1, self.over(Walked::Broken)),
                },
                At::Marker | At::Over => return (taken + 1, self.over(Walked::Broken)),
            }
            taken += 1;
        }
        (taken, Walked::On)
    }

    fn segment(&mut self, code: u8, at: u16, left: u16, step: u16) {
        if step < left {
            self.at = At::Segment {
                code,
                at: at + step,
                left: left - step,
            };
        } else {
            self.after(code);
        }
    }

    fn after(&mut self, code: u8) {
        if is_frame(code) {
            let [h, l, x, y] = self.frame;
            let height = u32::from(u16::from_be_bytes([h, l]));
            let width = u32::from(u16::from_be_bytes([x, y]));
            self.size = Size::new(width, height);
        }
        self.at = if code == 0xda { At::Scan } else { At::Marker };
    }

    fn over(&mut self, walked: Walked) -> Walked {
        self.at = At::Over;
        walked
    }
}

/// Whether a marker begins a frame header: all of `C0` to `CF` but the tables and the reserved one.
fn is_frame(code: u8) -> bool {
    matches!(code, 0xc0..=0xcf) && !matches!(code, 0xc4 | 0xc8 | 0xcc)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::jpeg;
    use super::*;

    fn walk(bytes: &[u8]) -> (usize, Walked, Option<Size>) {
        let mut walk = Walk::new();
        let (taken, walked) = walk.push(bytes);
        (taken, walked, walk.size())
    }

    #[test]
    fn a_picture_ends_at_its_end_marker_and_nowhere_before() {
        let picture = jpeg(640, 480, 7);
        let mut with_rest = picture.clone();
        with_rest.extend_from_slice(b"\r\n--boundary\r\n");
        assert_eq!(
            walk(&with_rest[2..]),
            (picture.len() - 2, Walked::End, Size::new(640, 480))
        );
        // An end marker inside a segment, such as that of a thumbnail, is none.
        let thumbnail = [0xff, 0xe1, 0x00, 0x06, 0xff, 0xd8, 0xff, 0xd9];
        let mut with_thumbnail = picture.clone();
        with_thumbnail.splice(2..2, thumbnail);
        assert_eq!(walk(&with_thumbnail[2..]).0, with_thumbnail.len() - 2);
    }

    #[test]
    fn damage_and_a_cut_are_told_where_they_are_met() {
        for (bytes, taken, walked) in [
            (&[0x00][..], 1, Walked::Broken),
            (&[0xff, 0x02], 2, Walked::Broken),
            (&[0xff, 0xe0, 0x00, 0x01], 4, Walked::Broken),
            (&[0xff, 0xff, 0xff, 0xd8], 4, Walked::Restart),
            (
                &[
                    0xff, 0xda, 0x00, 0x02, 1, 2, 0xff, 0x00, 0xff, 0xd3, 0xff, 0xd8, 9,
                ],
                12,
                Walked::Restart,
            ),
            (&[0xff, 0xda, 0x00, 0x02, 1, 2, 0xff], 7, Walked::On),
        ] {
            let (at, how, _) = walk(bytes);
            assert_eq!((at, how), (taken, walked), "{bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_which_pieces_a_picture_comes(
            width in 1u32..2000, height in 1u32..2000, seed in any::<u8>(), cuts in prop::collection::vec(1usize..40, 1..60)
        ) {
            let picture = jpeg(width, height, seed);
            let mut walk = Walk::new();
            let mut rest = &picture[2..];
            let mut last = Walked::On;
            for cut in cuts.iter().cycle() {
                prop_assert_eq!(last, Walked::On);
                let (taken, walked) = walk.push(&rest[..(*cut).min(rest.len())]);
                last = walked;
                rest = &rest[taken..];
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!((last, walk.size()), (Walked::End, Size::new(width, height)));
        }

        #[test]
        fn any_bytes_are_taken_whole_or_to_where_something_is_known(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let (taken, walked, _) = walk(&bytes);
            prop_assert!(taken <= bytes.len());
            prop_assert!(walked != Walked::On || taken == bytes.len());
        }
    }
}
