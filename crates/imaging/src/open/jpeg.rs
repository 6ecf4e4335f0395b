//! Whether a JPEG is there to its end. Decoders fill what is missing with grey and say nothing.

use crate::error::ImagingError;
use crate::format::Format;

const END: u8 = 0xd9;

/// Walks from marker to marker. Bytes behind the end marker are nobody's business.
pub(super) fn whole(bytes: &[u8]) -> Result<(), ImagingError> {
    let cut = |what: &str| {
        Err(ImagingError::CutOff {
            format: Format::Jpeg,
            what: format!("its bytes end at {}, {what}", bytes.len()),
        })
    };
    // Behind the marker of the start.
    let mut at = 2;
    loop {
        let Some(start) = marker(bytes, at) else {
            return cut("without the marker of the end");
        };
        let Some(&kind) = bytes.get(start) else {
            return cut("within a marker");
        };
        at = start + 1;
        match kind {
            END => return Ok(()),
            // Markers without a segment: restarts, a start again, and one for private use.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let Some(&[high, low]) = bytes.get(at..).and_then(<[u8]>::first_chunk) else {
            return cut("within a segment");
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length < 2 {
            return Err(ImagingError::Damaged {
                format: Format::Jpeg,
                what: format!("the segment at byte {at} says that it has {length} bytes"),
            });
        }
        at += length;
        if at > bytes.len() {
            return cut("within a segment");
        }
    }
}

/// Where the kind of the next marker stands. Coded data on the way has zeros behind its 255s, and is passed over.
fn marker(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)? + 1;
        // Any number of 255s may stand before a marker.
        while bytes.get(at) == Some(&0xff) {
            at += 1;
        }
        match bytes.get(at) {
            Some(0) => at += 1,
            Some(_) => return Some(at),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_is_whole_only_with_its_end() {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 0xff, 0xd9];
        bytes.extend([
            0xff, 0xda, 0, 3, 9, 1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 0xff, 0xff, 0xd9,
        ]);
        assert!(whole(&bytes).is_ok());
        for end in 2..bytes.len() {
            let error = whole(&bytes[..end]).unwrap_err();
            assert!(
                matches!(error, ImagingError::CutOff { .. }),
                "{end}: {error}"
            );
        }
        bytes.extend(b"behind the end");
        assert!(whole(&bytes).is_ok());
    }
}
