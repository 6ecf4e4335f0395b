//! Whether a WebP is there to its end: its container says how long it is.

use crate::error::ImagingError;
use crate::format::Format;

/// Bytes of the container that its length does not count.
const BEFORE: u64 = 8;

/// Bytes behind the container are nobody's business, and the last byte, which may only fill up, may be missing.
pub(super) fn whole(bytes: &[u8]) -> Result<(), ImagingError> {
    let Some(&length) = bytes.get(4..).and_then(<[u8]>::first_chunk) else {
        return Ok(());
    };
    let expected = BEFORE + u64::from(u32::from_le_bytes(length));
    if expected > bytes.len() as u64 + 1 {
        return Err(ImagingError::CutOff {
            format: Format::WebP,
            what: format!("it has {} of {expected} bytes", bytes.len()),
        });
    }
    Ok(())
}
