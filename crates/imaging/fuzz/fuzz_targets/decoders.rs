//! Any bytes as a picture's file: they are opened within the limits, or refused with a remedy. What was opened can be
//! written and opened again without a difference.
//!
//! The first byte chooses how the rest begins, so that every format is met from the start.
#![no_main]

use imaging::{Format, Limits, Run, Saving, encode, open_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let start: &[u8] = match choice % 6 {
        0 => b"\x89PNG\r\n\x1a\n",
        1 => b"\xff\xd8\xff",
        2 => b"RIFF\0\0\0\0WEBP",
        3 => b"II*\0",
        4 => b"BM",
        _ => b"",
    };
    let bytes = [start, rest].concat();
    let limits = Limits {
        pixels: 1 << 20,
        file: 1 << 20,
        decoder: 64 << 20,
    };
    let run = Run {
        limits,
        ..Run::default()
    };
    match open_bytes(&bytes, &run) {
        Ok(opened) => {
            let size = opened.picture.size();
            assert!(size.pixels() <= limits.pixels);
            let png = encode(&opened.picture, &Saving::usual(Format::Png), &Run::default())
                .expect("what was opened can be written");
            let again = open_bytes(&png, &Run::default()).expect("what was written can be opened");
            assert_eq!(again.picture, opened.picture);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.remedy().is_empty());
        }
    }
});
