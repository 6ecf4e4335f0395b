//! Whether a picture is whole: cheap, without decoding it.

use pixels::{PixelFormat, Size};

/// What is wrong with it, in words.
pub(crate) fn check(format: PixelFormat, size: Size, bytes: &[u8]) -> Result<(), String> {
    match format.bytes(size) {
        Some(expected) if bytes.len() < expected => {
            Err(format!("cut short: {} of {expected} bytes", bytes.len()))
        }
        Some(expected) if bytes.len() > expected => Err(format!(
            "wrong size: {} bytes instead of {expected}",
            bytes.len()
        )),
        Some(_) => Ok(()),
        None if !bytes.starts_with(&[0xff, 0xd8]) => Err("no JPEG".to_owned()),
        None if !bytes.windows(2).any(|pair| pair == [0xff, 0xd9]) => {
            Err("cut short: the JPEG has no end".to_owned())
        }
        None => Ok(()),
    }
}
