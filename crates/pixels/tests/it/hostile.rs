//! Bytes from outside give an error or a picture, never a panic.

use pixels::{CameraFrame, Converter, PixelFormat, Rotation, Yuv420, jpeg, png};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::scenes::{SAMPLINGS, frame, jpeg as jpeg_of, noise, size, smooth, without_tables};

/// Everything that looks at a camera's bytes, looks.
fn look(frame: &CameraFrame) -> bool {
    let checked = jpeg::check(&frame.bytes).is_ok();
    let passed = jpeg::passed_on(&frame.bytes);
    assert_eq!(jpeg::check(&passed).is_ok(), checked);
    let mut out = Yuv420::black(frame.size);
    let converted = Converter::new().to_yuv420(frame, &mut out);
    if let Err(error) = &converted {
        assert!(!error.to_string().is_empty() && !error.remedy().is_empty());
    } else {
        out.whole().unwrap();
        assert_eq!(out.size, frame.upright_size());
    }
    assert!(checked || frame.format != PixelFormat::Mjpg || converted.is_err());
    converted.is_ok()
}

fn any_format() -> impl Strategy<Value = PixelFormat> {
    prop_oneof![
        Just(PixelFormat::Mjpg),
        Just(PixelFormat::Yuyv),
        Just(PixelFormat::Nv12),
        Just(PixelFormat::Rgb),
        Just(PixelFormat::Gray),
    ]
}

fn any_rotation() -> impl Strategy<Value = Rotation> {
    prop_oneof![
        Just(Rotation::None),
        Just(Rotation::Quarter),
        Just(Rotation::Half),
        Just(Rotation::ThreeQuarters),
    ]
}

/// A small JPEG of any sampling, with and without tables and restart markers.
fn any_jpeg() -> impl Strategy<Value = (u32, u32, Vec<u8>)> {
    let sides = (1..40u32, 1..40u32);
    (
        sides,
        0..SAMPLINGS.len(),
        1..=100u8,
        0..4u16,
        any::<bool>(),
        any::<u32>(),
    )
        .prop_map(
            |((width, height), sampling, quality, restart, tables, seed)| {
                let size = size(width, height);
                let rgb = noise(size.pixels() * 3, seed);
                let bytes = jpeg_of(size, &rgb, quality, SAMPLINGS[sampling].0, restart);
                let bytes = if tables {
                    bytes
                } else {
                    without_tables(&bytes)
                };
                (width, height, bytes)
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_in_any_format_give_a_picture_or_an_error(
        bytes in vec(any::<u8>(), 0..600),
        format in any_format(),
        rotation in any_rotation(),
        (width, height) in (1..40u32, 1..40u32),
    ) {
        let mut frame = frame(format, size(width, height), bytes);
        frame.rotation = rotation;
        look(&frame);
    }

    #[test]
    fn any_bytes_behind_a_believable_beginning_give_a_picture_or_an_error(
        (width, height, mut bytes) in any_jpeg(),
        keep in any::<prop::sample::Index>(),
        rest in vec(any::<u8>(), 0..300),
    ) {
        bytes.truncate(keep.index(bytes.len() + 1));
        bytes.extend(rest);
        bytes.extend([0xff, 0xd9]);
        look(&frame(PixelFormat::Mjpg, size(width, height), bytes));
    }

    #[test]
    fn a_jpeg_with_changed_bytes_gives_a_picture_or_an_error(
        (width, height, mut bytes) in any_jpeg(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        rotation in any_rotation(),
    ) {
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let mut frame = frame(PixelFormat::Mjpg, size(width, height), bytes);
        frame.rotation = rotation;
        look(&frame);
    }

    #[test]
    fn an_untouched_jpeg_gives_a_picture((width, height, bytes) in any_jpeg()) {
        prop_assert!(look(&frame(PixelFormat::Mjpg, size(width, height), bytes)));
    }

    #[test]
    fn a_jpeg_that_lost_the_end_of_its_data_is_refused(
        (width, height, bytes) in any_jpeg(),
        lost in 3..40usize,
    ) {
        // The end marker is there, as when a camera or a hub loses packets in the middle of a picture.
        let data = bytes.windows(2).position(|two| two == [0xff, 0xda]).unwrap() + 14;
        prop_assume!(bytes.len() > data + 2 + lost);
        let mut short = bytes[..bytes.len() - 2 - lost].to_vec();
        short.extend([0xff, 0xd9]);
        prop_assert!(!look(&frame(PixelFormat::Mjpg, size(width, height), short)));
    }

    #[test]
    fn any_bytes_as_png_give_a_picture_or_an_error(
        mut bytes in vec(any::<u8>(), 0..300),
        believable in any::<bool>(),
    ) {
        if believable {
            bytes.splice(0..0, *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        }
        if let Ok((size, rgb)) = png::decode(&bytes) {
            prop_assert_eq!(rgb.len(), 3 * size.pixels());
        }
    }

    #[test]
    fn a_png_with_changed_bytes_gives_a_picture_or_an_error(
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let size = size(13, 9);
        let mut bytes = png::encode(size, &smooth(size), png::Compression::Fast).unwrap();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok((size, rgb)) = png::decode(&bytes) {
            prop_assert_eq!(rgb.len(), 3 * size.pixels());
        }
    }
}
