//! Colour profiles: what changes colours is applied and said, what does not is passed over, what is broken is said.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use imaging::{Layout, Note, Opened, Picture, Run, open_bytes};
use moxcms::ColorProfile;

use crate::drawn::{differences, scene};

fn png(bytes: &[u8], width: u32, kind: ExtendedColorType, profile: Vec<u8>) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(profile).unwrap();
    let rows = bytes.len() / width as usize / usize::from(kind.channel_count());
    encoder
        .write_image(bytes, width, rows as u32, kind)
        .unwrap();
    png
}

fn with_profile(picture: &Picture, profile: &ColorProfile) -> Opened {
    let kind = match picture.layout() {
        Layout::Rgb => ExtendedColorType::Rgb8,
        Layout::Rgba => ExtendedColorType::Rgba8,
    };
    let width = picture.size().width();
    let bytes = png(picture.bytes(), width, kind, profile.encode().unwrap());
    open_bytes(&bytes, &Run::default()).unwrap()
}

fn decoded(v: u8) -> f64 {
    let v = f64::from(v) / 255.0;
    if v <= 0.04045 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

fn encoded(light: f64) -> f64 {
    let light = light.clamp(0.0, 1.0);
    255.0
        * if light <= 0.0031308 {
            light * 12.92
        } else {
            1.055 * light.powf(1.0 / 2.4) - 0.055
        }
}

#[test]
fn colours_of_a_wide_screen_become_those_of_srgb() {
    let picture = scene(50, 40, Layout::Rgba);
    let found = with_profile(&picture, &ColorProfile::new_display_p3());
    let [Note::Converted { profile }] = &found.notes[..] else {
        panic!("{:?}", found.notes);
    };
    assert!(!profile.is_empty());
    // Display P3 and sRGB share the curve and the white; the matrix between them follows from their primaries.
    let matrix = [
        [1.2249, -0.2247, 0.0],
        [-0.0420, 1.0419, 0.0],
        [-0.0197, -0.0786, 1.0979],
    ];
    for (from, to) in picture
        .bytes()
        .chunks(4)
        .zip(found.picture.bytes().chunks(4))
    {
        let light = [0, 1, 2].map(|c| decoded(from[c]));
        for (row, got) in matrix.iter().zip(to) {
            let exact = encoded(row.iter().zip(light).map(|(f, v)| f * v).sum());
            assert!(
                (f64::from(*got) - exact).abs() <= 2.5,
                "{from:?} to {to:?}: {exact}"
            );
        }
        assert_eq!(from[3], to[3]);
    }
}

#[test]
fn srgb_under_its_own_name_changes_nothing_and_nothing_is_said() {
    for layout in [Layout::Rgb, Layout::Rgba] {
        let picture = scene(30, 20, layout);
        let found = with_profile(&picture, &ColorProfile::new_srgb());
        assert_eq!((found.picture, found.notes), (picture, Vec::new()));
    }
}

#[test]
fn greys_of_another_gamma_become_those_of_srgb() {
    let greys: Vec<u8> = (0..=255).collect();
    let profile = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let bytes = png(&greys, 16, ExtendedColorType::L8, profile);
    let found = open_bytes(&bytes, &Run::default()).unwrap();
    assert!(
        matches!(&found.notes[..], [Note::Converted { .. }]),
        "{:?}",
        found.notes
    );
    for (from, to) in greys.iter().zip(found.picture.bytes().chunks(3)) {
        let exact = encoded(f64::from(*from) / 255.0);
        for got in to {
            assert!(
                (f64::from(*got) - exact).abs() <= 2.0,
                "{from}: {got} for {exact}"
            );
        }
    }
}

#[test]
fn a_profile_that_cannot_be_used_is_said_and_colours_stay() {
    let picture = scene(30, 20, Layout::Rgb);
    let grey = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    let broken = vec![7; 300];
    let mut cut = ColorProfile::new_display_p3().encode().unwrap();
    cut.truncate(cut.len() / 2);
    for profile in [grey, broken, cut] {
        let bytes = png(picture.bytes(), 30, ExtendedColorType::Rgb8, profile);
        let found = open_bytes(&bytes, &Run::default()).unwrap();
        let [note] = &found.notes[..] else {
            panic!("{:?}", found.notes);
        };
        let said = note.to_string();
        assert!(said.starts_with("colour profile not used"), "{said}");
        assert_eq!(differences(&found.picture, &picture).1, 0);
    }
}
