//! Bytes that nobody should send: cut off, changed, and small files that say they are huge.

use imaging::{Format, ImagingError, Layout, Limits, Quality, Run, Saving, encode, open_bytes};
use proptest::prelude::*;

use crate::drawn::{noise, scene};

fn sound(format: Format) -> Vec<u8> {
    let saving = Saving {
        quality: Quality::Usual,
        ..Saving::usual(format)
    };
    encode(&scene(40, 30, Layout::Rgba), &saving, &Run::default()).unwrap()
}

#[test]
fn a_picture_that_is_cut_off_anywhere_is_an_error_that_says_so() {
    for format in Format::ALL {
        let bytes = sound(format);
        let mut said = 0;
        for end in (0..bytes.len()).step_by(1 + bytes.len() / 200) {
            match open_bytes(&bytes[..end], &Run::default()) {
                Err(error) => {
                    assert!(!error.remedy().is_empty());
                    said += usize::from(matches!(error, ImagingError::CutOff { .. }));
                }
                // What stands behind the last pixel may be missing.
                Ok(_) => assert!(end * 10 > bytes.len() * 9, "{format} of {end} bytes"),
            }
        }
        assert!(said > 100, "{format}: only {said} times");
    }
}

#[test]
fn what_is_no_picture_is_told_with_how_it_begins() {
    for (bytes, begins) in [
        (&b""[..], "nothing, it is empty"),
        (b"GIF89a..", "47 49 46 38 39 61 2e 2e"),
        (b"<svg", "3c 73 76 67"),
    ] {
        let error = open_bytes(bytes, &Run::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("this is no picture of a known kind: it begins with {begins}")
        );
        assert!(error.remedy().contains("PNG"));
    }
}

/// A PNG's chunk with its checksum.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    let mut crc = u32::MAX;
    for byte in &chunk[4..] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    chunk.extend((!crc).to_be_bytes());
    chunk
}

#[test]
fn a_small_file_that_says_it_is_huge_is_refused_before_memory_is_taken() {
    let mut header = Vec::new();
    header.extend(60_000u32.to_be_bytes());
    header.extend(60_000u32.to_be_bytes());
    header.extend([16, 6, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &header));
    png.extend(chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0]));
    png.extend(chunk(b"IEND", &[]));
    // Sides of two bytes at byte 163 of the start of a frame, and of four in a BMP.
    let mut bmp = sound(Format::Bmp);
    bmp[18..22].copy_from_slice(&60_000u32.to_le_bytes());
    bmp[22..26].copy_from_slice(&60_000u32.to_le_bytes());
    let mut jpeg = sound(Format::Jpeg);
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    for bytes in [png, bmp, jpeg] {
        let error = open_bytes(&bytes, &Run::default()).unwrap_err();
        assert!(matches!(error, ImagingError::TooLarge { .. }), "{error}");
        assert!(
            error.to_string().contains("at most 16384 a side"),
            "{error}"
        );
    }
}

#[test]
fn limits_of_pixels_and_bytes_hold_for_sound_files_too() {
    let limited = |limits| Run {
        limits,
        ..Run::default()
    };
    for format in Format::ALL {
        let bytes = sound(format);
        let pixels = limited(Limits {
            pixels: 1199,
            ..Limits::default()
        });
        let error = open_bytes(&bytes, &pixels).unwrap_err();
        assert!(
            matches!(error, ImagingError::TooLarge { .. }),
            "{format}: {error}"
        );
        let size = limited(Limits {
            file: bytes.len() as u64 - 1,
            ..Limits::default()
        });
        let error = open_bytes(&bytes, &size).unwrap_err();
        assert!(
            matches!(error, ImagingError::TooManyBytes { .. }),
            "{format}: {error}"
        );
        let enough = limited(Limits {
            pixels: 1200,
            file: bytes.len() as u64,
            ..Limits::default()
        });
        assert!(open_bytes(&bytes, &enough).is_ok(), "{format}");
    }
}

#[test]
fn no_byte_of_a_file_makes_a_panic() {
    let run = Run {
        limits: Limits {
            pixels: 1_000_000,
            decoder: 16 << 20,
            ..Limits::default()
        },
        ..Run::default()
    };
    for format in Format::ALL {
        let bytes = sound(format);
        let other = noise(bytes.len(), 5);
        for at in (0..bytes.len()).take(400) {
            let mut changed = bytes.clone();
            changed[at] = other[at];
            drop(open_bytes(&changed, &run));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_noise_behind_a_good_start_makes_a_panic(
        format in prop::sample::select(Format::ALL.to_vec()),
        keep in 2usize..200, tail in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut bytes = sound(format);
        bytes.truncate(keep);
        bytes.extend(tail);
        let run = Run {
            limits: Limits { pixels: 1_000_000, decoder: 16 << 20, ..Limits::default() },
            ..Run::default()
        };
        if let Ok(opened) = open_bytes(&bytes, &run) {
            prop_assert!(opened.picture.size().pixels() <= 1_000_000);
        }
    }
}
