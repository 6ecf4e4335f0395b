//! The skeleton of a JPEG: which marker stands where, found without decoding anything.

use std::borrow::Cow;

use super::tables;
use crate::error::PictureError;
use crate::format::Size;

/// What a walk over a picture's markers found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Markers {
    /// Size in the frame header.
    pub size: Size,
    /// The first byte behind the end of the picture.
    pub end: usize,
    /// Where the first scan's header begins.
    pub first_scan: usize,
    /// Where the first scan's data end.
    pub first_scan_end: usize,
    /// Whether a Huffman table came before the first scan.
    pub huffman: bool,
}

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DHT: u8 = 0xc4;

impl Markers {
    /// Walks from the start of the picture to its end.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, PictureError> {
        match bytes {
            [] => return Err(PictureError::cut_off("before anything came", 0)),
            [0xff] => return Err(PictureError::cut_off("inside the first marker", 1)),
            [0xff, SOI, ..] => {}
            _ => return Err(PictureError::damaged("it does not begin as a JPEG does", 0)),
        }
        let mut at = 2;
        let mut size = None;
        let mut first_scan: Option<(usize, usize)> = None;
        let mut huffman = false;
        loop {
            let start = at;
            let marker = marker(bytes, &mut at)?;
            match marker {
                EOI => {
                    let (Some(size), Some((first_scan, first_scan_end))) = (size, first_scan)
                    else {
                        return Err(PictureError::damaged("it ends without a picture", start));
                    };
                    return Ok(Self {
                        size,
                        end: at,
                        first_scan,
                        first_scan_end,
                        huffman,
                    });
                }
                SOI => return Err(PictureError::damaged("a second picture begins", start)),
                // Restart markers and the like stand alone; outside a scan they mean nothing.
                0x01 | 0xd0..=0xd7 => continue,
                _ => {}
            }
            let body = segment(bytes, &mut at)?;
            match marker {
                0xc0..=0xc2 if size.is_some() => {
                    return Err(PictureError::damaged("it has two frame headers", start));
                }
                0xc0..=0xc2 => size = Some(frame_size(body, start)?),
                DHT if first_scan.is_none() => huffman = true,
                0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    return Err(PictureError::unsupported(
                        "lossless, hierarchical or arithmetic JPEG",
                    ));
                }
                SOS if size.is_none() => {
                    return Err(PictureError::damaged(
                        "a scan begins before the frame header",
                        start,
                    ));
                }
                SOS => {
                    at = end_of_scan(bytes, at)?;
                    first_scan.get_or_insert((start, at));
                }
                _ => {}
            }
        }
    }

    /// See [`super::passed_on`].
    pub(crate) fn passed_on<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let whole = &bytes[..self.end];
        if self.huffman {
            return Cow::Borrowed(whole);
        }
        let (before, after) = whole.split_at(self.first_scan);
        Cow::Owned([before, &tables::segment(), after].concat())
    }
}

/// The marker at `at`, which then stands behind it. Fill bytes before it are allowed.
pub(super) fn marker(bytes: &[u8], at: &mut usize) -> Result<u8, PictureError> {
    if bytes.get(*at).is_some_and(|&byte| byte != 0xff) {
        return Err(PictureError::damaged("a marker is missing", *at));
    }
    while bytes.get(*at) == Some(&0xff) {
        *at += 1;
    }
    let Some(&marker) = bytes.get(*at) else {
        return Err(PictureError::cut_off("before its end marker", bytes.len()));
    };
    if marker == 0 {
        return Err(PictureError::damaged("a marker is missing", *at));
    }
    *at += 1;
    Ok(marker)
}

/// The body of the segment whose length stands at `at`, which then stands behind it.
pub(super) fn segment<'a>(bytes: &'a [u8], at: &mut usize) -> Result<&'a [u8], PictureError> {
    let cut_off = PictureError::cut_off("inside its header", bytes.len());
    let Some(&[high, low]) = bytes.get(*at..*at + 2) else {
        return Err(cut_off);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length < 2 {
        return Err(PictureError::damaged("a segment has no length", *at));
    }
    let body = bytes.get(*at + 2..*at + length).ok_or(cut_off)?;
    *at += length;
    Ok(body)
}

fn frame_size(body: &[u8], at: usize) -> Result<Size, PictureError> {
    let &[8, h1, h0, w1, w0, components, ..] = body else {
        return Err(match body.first() {
            Some(8) | None => PictureError::damaged("the frame header is too short", at),
            Some(_) => PictureError::unsupported("JPEG with more than 8 bits"),
        });
    };
    if !matches!(components, 1 | 3) || body.len() != 6 + 3 * usize::from(components) {
        return Err(PictureError::damaged(
            "the frame header has neither one nor three components",
            at,
        ));
    }
    let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
    Size::new(width.into(), height.into())
        .ok_or_else(|| PictureError::damaged("the frame header's size cannot be", at))
}

/// Where the scan whose data begin at `at` ends: at the first marker that is none of its own.
fn end_of_scan(bytes: &[u8], mut at: usize) -> Result<usize, PictureError> {
    loop {
        at = next_ff(bytes, at).ok_or_else(|| {
            PictureError::cut_off("inside the picture, before its end marker", bytes.len())
        })?;
        match bytes.get(at + 1) {
            // A byte of data that happens to be 0xff, and the markers that a scan carries inside.
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            // A fill byte.
            Some(0xff) => at += 1,
            Some(_) => return Ok(at),
            None => {
                return Err(PictureError::cut_off(
                    "inside the picture, before its end marker",
                    bytes.len(),
                ));
            }
        }
    }
}

/// The next 0xff from `from` on. Looks at 32 bytes at once: it goes over every byte of every picture.
pub(super) fn next_ff(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let mut chunks = rest.chunks_exact(32);
    let mut skipped = 0;
    for chunk in &mut chunks {
        if chunk
            .iter()
            .fold(0, |any, &byte| any | u8::from(byte == 0xff))
            != 0
        {
            break;
        }
        skipped += 32;
    }
    let left = &rest[skipped..];
    left.iter()
        .position(|&byte| byte == 0xff)
        .map(|found| from + skipped + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_ff_is_found_wherever_it_stands() {
        for at in 0..100 {
            let mut bytes = vec![0; 100];
            bytes[at] = 0xff;
            for from in 0..=100 {
                let expected = (from <= at).then_some(at);
                assert_eq!(next_ff(&bytes, from), expected, "at {at} from {from}");
            }
        }
    }
}
