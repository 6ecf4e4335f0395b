//! Pictures and streams for tests, built apart from the code that reads them.

/// A JPEG in its markers, with noise for pixels: nobody decodes it here.
pub(super) fn jpeg(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    bytes.extend_from_slice(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    let [high, low] = (height as u16).to_be_bytes();
    let [left, right] = (width as u16).to_be_bytes();
    bytes.extend_from_slice(&[0xff, 0xc0, 0, 11, 8, high, low, left, right, 1, 1, 0x11, 0]);
    bytes.extend_from_slice(&[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
    let mut state = u32::from(seed).wrapping_mul(2_654_435_761) + 1;
    for _ in 0..200 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let byte = (state >> 24) as u8;
        bytes.push(byte);
        if byte == 0xff {
            bytes.push(0);
        }
    }
    bytes.extend_from_slice(&[0xff, 0xd9]);
    bytes
}
