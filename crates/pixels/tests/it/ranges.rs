//! Every way into 4:2:0 against arithmetic in floating point: the range above all, then colour, sizes and turning.

use pixels::{
    CameraFrame, Converter, PixelFormat, Rotation, Yuv420, jpeg, rgb_from_yuv420, yuv420_from_rgb,
};

use crate::reference::{assert_near, full, limited, planes, planes_of_rgb, rgb};
use crate::scenes::{
    SAMPLINGS, frame, gray_jpeg, jpeg as jpeg_of, noise, ramp, size, smooth, without_tables,
};

fn converted(frame: &CameraFrame) -> Yuv420 {
    let mut out = Yuv420::black(size(1, 1));
    Converter::new().to_yuv420(frame, &mut out).unwrap();
    out
}

/// Sizes of which some are odd, smaller than a block, or end inside one.
const SIZES: [(u32, u32); 11] = [
    (640, 480),
    (1, 1),
    (2, 2),
    (3, 5),
    (8, 8),
    (16, 16),
    (17, 33),
    (33, 18),
    (100, 75),
    (75, 100),
    (161, 121),
];

#[test]
fn a_grey_ramp_comes_out_of_every_format_in_limited_range() {
    let size = size(256, 32);
    let gray = ramp(size);
    let spread: Vec<u8> = gray.iter().flat_map(|&y| [y; 3]).collect();
    let lum: Vec<u8> = gray
        .iter()
        .map(|&y| limited([y.into(), 128.0, 128.0])[0].round() as u8)
        .collect();
    let yuyv = lum.chunks(2).flat_map(|y| [y[0], 128, y[1], 128]).collect();
    let nv12 = lum.iter().copied().chain([128; 256 * 16]).collect();
    let expected = planes(size, |x, _| limited([x as f64, 128.0, 128.0]));
    let mut frames = vec![
        ("YUYV".to_owned(), frame(PixelFormat::Yuyv, size, yuyv)),
        ("NV12".to_owned(), frame(PixelFormat::Nv12, size, nv12)),
        (
            "RGB".to_owned(),
            frame(PixelFormat::Rgb, size, spread.clone()),
        ),
        (
            "grey".to_owned(),
            frame(PixelFormat::Gray, size, gray.clone()),
        ),
        (
            "grey MJPG".to_owned(),
            frame(PixelFormat::Mjpg, size, gray_jpeg(size, &gray, 100)),
        ),
    ];
    for (sampling, name) in SAMPLINGS {
        for restart in [0, 1, 5] {
            let bytes = jpeg_of(size, &spread, 100, sampling, restart);
            let bare = without_tables(&bytes);
            assert!(bare.len() + 400 < bytes.len(), "the tables are out");
            let name = format!("MJPG {name}, a restart marker every {restart}");
            frames.push((
                format!("{name}, no tables"),
                frame(PixelFormat::Mjpg, size, bare),
            ));
            frames.push((name, frame(PixelFormat::Mjpg, size, bytes)));
        }
    }
    for (name, frame) in frames {
        // A range that is not converted is off by up to 16, and by 8 in the mean of either half.
        assert_near(&name, &converted(&frame), &expected, 1.01, 0.1);
    }
}

#[test]
fn colours_of_a_jpeg_come_out_right_at_every_size_and_sampling() {
    for (width, height) in SIZES {
        let size = size(width, height);
        let rgb = smooth(size);
        let expected = planes_of_rgb(size, &rgb);
        for (sampling, name) in SAMPLINGS {
            let bytes = jpeg_of(size, &rgb, 100, sampling, 3);
            let name = format!("{name} {size}");
            let got = converted(&frame(PixelFormat::Mjpg, size, bytes));
            assert_near(&name, &got, &expected, 2.2, 0.5);
        }
    }
}

#[test]
fn a_grey_jpeg_may_say_any_number_of_blocks() {
    let size = size(30, 20);
    let mut bytes = gray_jpeg(size, &ramp(size), 90);
    let expected = converted(&frame(PixelFormat::Mjpg, size, bytes.clone()));
    let header = bytes
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .unwrap();
    assert_eq!(bytes[header + 11], 0x11);
    bytes[header + 11] = 0x22;
    assert_eq!(converted(&frame(PixelFormat::Mjpg, size, bytes)), expected);
}

#[test]
fn a_jpeg_full_of_noise_is_decoded_as_another_decoder_does() {
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;
    use zune_jpeg::zune_core::{colorspace::ColorSpace, options::DecoderOptions};
    for (width, height) in SIZES {
        let size = size(width, height);
        for quality in [20, 75, 95, 100] {
            // 4:4:4: what is done with stored colour is then ours alone.
            // Not so much noise that colour leaves its range, which we would cut only after taking means.
            let mut rgb = noise(size.pixels() * 3, width * 31 + u32::from(quality));
            rgb.iter_mut().for_each(|byte| *byte = 90 + *byte / 4);
            let bytes = jpeg_of(size, &rgb, quality, SAMPLINGS[0].0, 0);
            let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::YCbCr);
            let theirs = JpegDecoder::new_with_options(ZCursor::new(&bytes), options)
                .decode()
                .unwrap();
            let expected = planes(size, |x, y| {
                let at = 3 * (y * width as usize + x);
                limited([0, 1, 2].map(|c| f64::from(theirs[at + c])))
            });
            let got = converted(&frame(PixelFormat::Mjpg, size, bytes));
            let name = format!("{size} quality {quality}");
            assert_near(&name, &got, &expected, 2.0, 0.35);
        }
    }
}

#[test]
fn packed_and_planar_formats_keep_their_luma_and_average_their_colour() {
    for (width, height) in SIZES {
        let size = size(width, height);
        let stride = 4 * size.chroma().width() as usize;
        let bytes = noise(PixelFormat::Yuyv.bytes(size).unwrap(), width);
        let expected = planes(size, |x, y| {
            let pair = &bytes[y * stride + x / 2 * 4..][..4];
            [pair[x % 2 * 2], pair[1], pair[3]].map(f64::from)
        });
        let got = converted(&frame(PixelFormat::Yuyv, size, bytes.clone()));
        assert_near(&format!("YUYV {size}"), &got, &expected, 0.5, 0.5);

        let bytes = noise(PixelFormat::Nv12.bytes(size).unwrap(), width);
        let chroma = size.chroma().width() as usize;
        let expected = planes(size, |x, y| {
            let pair = &bytes[size.pixels() + 2 * (y / 2 * chroma + x / 2)..][..2];
            [bytes[y * width as usize + x], pair[0], pair[1]].map(f64::from)
        });
        let got = converted(&frame(PixelFormat::Nv12, size, bytes.clone()));
        assert_near(&format!("NV12 {size}"), &got, &expected, 0.0, 0.0);

        let bytes = noise(size.pixels() * 3, width);
        let expected = planes_of_rgb(size, &bytes);
        let got = converted(&frame(PixelFormat::Rgb, size, bytes));
        assert_near(&format!("RGB {size}"), &got, &expected, 0.56, 0.15);
    }
}

#[test]
fn red_green_and_blue_come_back_from_the_planes() {
    for (width, height) in SIZES {
        let size = size(width, height);
        let mut picture = Yuv420::black(size);
        picture.y = noise(picture.y.len(), 1);
        picture.u = noise(picture.u.len(), 2);
        picture.v = noise(picture.v.len(), 3);
        let mut got = Vec::new();
        rgb_from_yuv420(&picture, &mut got).unwrap();
        let chroma = size.chroma().width() as usize;
        for (at, got) in got.chunks_exact(3).enumerate() {
            let (x, y) = (at % width as usize, at / width as usize);
            let colour = y / 2 * chroma + x / 2;
            let stored = [picture.y[at], picture.u[colour], picture.v[colour]];
            let expected = rgb(stored.map(f64::from));
            for c in 0..3 {
                let error = f64::from(got[c]) - expected[c];
                assert!(
                    error.abs() <= 0.56,
                    "{size} at {x} {y}: {got:?} {expected:?}"
                );
            }
        }
    }
}

#[test]
fn a_round_trip_through_4_2_0_changes_smooth_colours_little() {
    let size = size(64, 48);
    let before = smooth(size);
    let (mut planes, mut after) = (Yuv420::black(size), Vec::new());
    yuv420_from_rgb(size, &before, &mut planes).unwrap();
    rgb_from_yuv420(&planes, &mut after).unwrap();
    let worst = before.iter().zip(&after).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst.unwrap() <= 6, "{worst:?}");
}

#[test]
fn a_jpeg_of_planes_is_full_range_again() {
    for (width, height) in SIZES {
        let size = size(width, height);
        let rgb = smooth(size);
        let mut planes = Yuv420::black(size);
        yuv420_from_rgb(size, &rgb, &mut planes).unwrap();
        let expected = planes_of_rgb(size, &rgb);
        let bytes = jpeg::encode(&planes, 100).unwrap();
        assert_eq!(jpeg::check(&bytes).unwrap(), size);
        let got = converted(&frame(PixelFormat::Mjpg, size, bytes));
        assert_near(&format!("planes {size}"), &got, &expected, 3.0, 0.5);
        let bytes = jpeg::encode_rgb(size, &rgb, 100).unwrap();
        let got = converted(&frame(PixelFormat::Mjpg, size, bytes));
        assert_near(&format!("rgb {size}"), &got, &expected, 3.0, 0.5);
    }
    assert_eq!(full([255.0; 3]), [255.0, 128.0, 128.0]);
}

#[test]
fn a_picture_of_any_format_is_turned() {
    let size = size(37, 22);
    let rgb = smooth(size);
    for (rotation, width, height) in [
        (Rotation::None, 37, 22),
        (Rotation::Quarter, 22, 37),
        (Rotation::Half, 37, 22),
        (Rotation::ThreeQuarters, 22, 37),
    ] {
        let turned = rotation.applied_to(size);
        assert_eq!((turned.width(), turned.height()), (width, height));
        let expected = planes(turned, |x, y| {
            let (x, y) = match rotation {
                Rotation::None => (x, y),
                Rotation::Quarter => (y, 21 - x),
                Rotation::Half => (36 - x, 21 - y),
                Rotation::ThreeQuarters => (36 - y, x),
            };
            let at = 3 * (y * 37 + x);
            limited(full([0, 1, 2].map(|c| f64::from(rgb[at + c]))))
        });
        for (format, bytes) in [
            (PixelFormat::Rgb, rgb.clone()),
            (
                PixelFormat::Mjpg,
                jpeg_of(size, &rgb, 100, SAMPLINGS[1].0, 0),
            ),
        ] {
            let mut frame = frame(format, size, bytes);
            frame.rotation = rotation;
            let got = converted(&frame);
            assert_eq!(got.size, turned);
            assert_near(&format!("{format} {rotation:?}"), &got, &expected, 2.6, 0.5);
        }
    }
}
