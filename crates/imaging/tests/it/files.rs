//! Files there and back, and what is made upright, rounded or refused on the way.

use std::fs;
use std::path::Path;

use image::codecs::bmp::BmpEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};
use imaging::effects::Colour;
use imaging::{
    Existing, Format, ImagingError, Layout, Limits, Note, Opened, Picture, Quality, Run, Saving,
    encode, header, open, open_bytes, save,
};

use crate::drawn::{differences, noisy, pixel, scene, size};

fn opened(bytes: &[u8]) -> Opened {
    open_bytes(bytes, &Run::default()).unwrap()
}

fn written(picture: &Picture, format: Format, quality: Quality) -> Vec<u8> {
    let saving = Saving {
        quality,
        ..Saving::usual(format)
    };
    encode(picture, &saving, &Run::default()).unwrap()
}

#[test]
fn formats_without_loss_give_back_every_pixel() {
    for layout in [Layout::Rgb, Layout::Rgba] {
        let picture = noisy(37, 21, layout, 8);
        for format in [Format::Png, Format::WebP, Format::Tiff] {
            for quality in [Quality::Usual, Quality::Lossless] {
                let found = opened(&written(&picture, format, quality));
                assert_eq!(found.picture, picture, "{format}");
                assert_eq!((found.format, found.notes), (format, Vec::new()));
            }
        }
    }
    let opaque = noisy(37, 21, Layout::Rgb, 8);
    let found = opened(&written(&opaque, Format::Bmp, Quality::Usual));
    assert_eq!((found.picture, found.format), (opaque, Format::Bmp));
}

#[test]
fn quality_is_what_its_number_says() {
    let picture = scene(160, 120, Layout::Rgb);
    for format in [Format::Jpeg, Format::WebP] {
        let mut before = (0, f64::INFINITY);
        for level in [5, 50, 95] {
            let bytes = written(&picture, format, Quality::Level(level));
            let (mean, _) = differences(&opened(&bytes).picture, &picture);
            assert!(
                bytes.len() > before.0,
                "{format} {level}: {} bytes",
                bytes.len()
            );
            assert!(mean < before.1, "{format} {level}: {mean} off");
            before = (bytes.len(), mean);
        }
        assert!(before.1 < 2.0, "{format}: {} off at the finest", before.1);
    }
    for level in [1, 50, 100] {
        let bytes = written(&picture, Format::Png, Quality::Level(level));
        assert_eq!(opened(&bytes).picture, picture);
    }
    for (quality, text) in [
        (Quality::Level(0), "save: quality is 0; allowed is 1 to 100"),
        (
            Quality::Level(101),
            "save: quality is 101; allowed is 1 to 100",
        ),
        (
            Quality::Lossless,
            "save: quality is lossless; allowed is 1 to 100 for JPEG, which always loses something",
        ),
    ] {
        let saving = Saving {
            quality,
            ..Saving::usual(Format::Jpeg)
        };
        let error = encode(&picture, &saving, &Run::default()).unwrap_err();
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn what_has_alpha_gets_a_ground_where_the_format_has_none() {
    let glass = Picture::new(size(16, 16), Layout::Rgba, [255, 0, 0, 0].repeat(256)).unwrap();
    for format in [Format::Jpeg, Format::Bmp] {
        let saving = Saving {
            ground: Colour::from_hex("#0000ff").unwrap(),
            ..Saving::usual(format)
        };
        let bytes = encode(&glass, &saving, &Run::default()).unwrap();
        let found = opened(&bytes).picture;
        assert_eq!(found.layout(), Layout::Rgb);
        let [red, green, blue] = pixel(&found, 8, 8) else {
            panic!()
        };
        assert!(*red < 4 && *green < 4 && *blue > 251, "{format}");
    }
    let soft = scene(40, 30, Layout::Rgba);
    let found = opened(&written(&soft, Format::WebP, Quality::Level(90)));
    assert_eq!(found.picture.layout(), Layout::Rgba);
    for (a, b) in soft.bytes().chunks(4).zip(found.picture.bytes().chunks(4)) {
        assert_eq!(a[3], b[3], "alpha loses nothing");
    }
}

/// EXIF with nothing but an orientation, in Intel's order of bytes.
fn exif(orientation: u8) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    bytes.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

#[test]
fn every_orientation_comes_out_upright() {
    // What is stored when the upright picture is
    //   1 2 3
    //   4 5 6
    // by the EXIF standard's table: which side of the scene row 0 and column 0 of the file show.
    let upright = [1, 2, 3, 4, 5, 6];
    let stored: [(u8, u32, [u8; 6]); 8] = [
        (1, 3, [1, 2, 3, 4, 5, 6]),
        (2, 3, [3, 2, 1, 6, 5, 4]),
        (3, 3, [6, 5, 4, 3, 2, 1]),
        (4, 3, [4, 5, 6, 1, 2, 3]),
        (5, 2, [1, 4, 2, 5, 3, 6]),
        (6, 2, [3, 6, 2, 5, 1, 4]),
        (7, 2, [6, 3, 5, 2, 4, 1]),
        (8, 2, [4, 1, 5, 2, 6, 3]),
    ];
    for (orientation, width, values) in stored {
        let rgb: Vec<u8> = values.iter().flat_map(|v| [v * 40, 7, 9]).collect();
        let mut png = Vec::new();
        let mut encoder = PngEncoder::new(&mut png);
        encoder.set_exif_metadata(exif(orientation)).unwrap();
        encoder
            .write_image(&rgb, width, 6 / width, ExtendedColorType::Rgb8)
            .unwrap();
        let found = opened(&png);
        assert_eq!(found.picture.size(), size(3, 2), "{orientation}");
        let reds: Vec<u8> = found
            .picture
            .bytes()
            .iter()
            .step_by(3)
            .map(|v| v / 40)
            .collect();
        assert_eq!(reds, upright, "orientation {orientation}");
        let note = Note::Turned { orientation };
        assert_eq!(found.notes.contains(&note), orientation != 1);
    }
    // In a JPEG too, where it stands in a segment of its own.
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
    encoder.set_exif_metadata(exif(6)).unwrap();
    encoder
        .write_image(
            scene(64, 32, Layout::Rgb).bytes(),
            64,
            32,
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    assert_eq!(opened(&jpeg).picture.size(), size(32, 64));
}

#[test]
fn sixteen_bits_are_rounded_and_it_is_said() {
    let values: Vec<u16> = vec![0, 128, 129, 32_767, 65_406, 65_535];
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
    let expected = [0, 0, 1, 127, 254, 255];
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&bytes, 2, 1, ExtendedColorType::Rgb16)
        .unwrap();
    let mut tiff = std::io::Cursor::new(Vec::new());
    TiffEncoder::new(&mut tiff)
        .write_image(&bytes, 2, 1, ExtendedColorType::Rgb16)
        .unwrap();
    for bytes in [png, tiff.into_inner()] {
        let found = opened(&bytes);
        assert_eq!(found.picture.bytes(), expected);
        assert_eq!(found.notes, [Note::Rounded { bits: 16 }]);
        assert_eq!(found.notes[0].to_string(), "16 bits a channel rounded to 8");
    }
    let floats: Vec<u8> = [0.5f32, -1.0, 7.0]
        .iter()
        .flat_map(|v| v.to_ne_bytes())
        .collect();
    let mut tiff = std::io::Cursor::new(Vec::new());
    TiffEncoder::new(&mut tiff)
        .write_image(&floats, 1, 1, ExtendedColorType::Rgb32F)
        .unwrap();
    let found = opened(&tiff.into_inner());
    assert_eq!(
        (found.picture.bytes(), &found.notes[..]),
        (&[128, 0, 255][..], &[Note::Cut][..])
    );
}

#[test]
fn greys_become_colours_and_keep_their_alpha() {
    let mut grey = Vec::new();
    PngEncoder::new(&mut grey)
        .write_image(&[7, 200], 2, 1, ExtendedColorType::L8)
        .unwrap();
    assert_eq!(opened(&grey).picture.bytes(), [7, 7, 7, 200, 200, 200]);
    let mut glass = Vec::new();
    PngEncoder::new(&mut glass)
        .write_image(&[7, 0, 200, 255], 2, 1, ExtendedColorType::La8)
        .unwrap();
    assert_eq!(
        opened(&glass).picture.bytes(),
        [7, 7, 7, 0, 200, 200, 200, 255]
    );
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 95)
        .write_image(&[90; 64], 8, 8, ExtendedColorType::L8)
        .unwrap();
    let found = opened(&jpeg).picture;
    assert_eq!(
        (found.layout(), found.bytes()),
        (Layout::Rgb, &[90; 192][..])
    );
}

#[test]
fn pictures_of_another_writer_are_read() {
    let picture = noisy(13, 9, Layout::Rgba, 3);
    let (width, height, kind) = (13, 9, ExtendedColorType::Rgba8);
    let mut all = Vec::new();
    let mut webp = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut webp);
    encoder
        .write_image(picture.bytes(), width, height, kind)
        .unwrap();
    all.push(webp);
    let mut bmp = Vec::new();
    let encoder = BmpEncoder::new(&mut bmp);
    encoder
        .write_image(picture.bytes(), width, height, kind)
        .unwrap();
    all.push(bmp);
    for bytes in all {
        assert_eq!(opened(&bytes).picture, picture);
    }
}

#[test]
fn a_file_appears_whole_or_not_at_all_and_is_kept_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.png");
    let (first, second) = (noisy(5, 5, Layout::Rgb, 1), noisy(5, 5, Layout::Rgb, 2));
    let png = Saving::usual(Format::Png);
    let run = Run::default();
    save(&first, &path, &png, Existing::Keep, &run).unwrap();
    let error = save(&second, &path, &png, Existing::Keep, &run).unwrap_err();
    assert!(matches!(error, ImagingError::Exists { .. }), "{error}");
    assert_eq!(open(&path, &run).unwrap().picture, first);
    save(&second, &path, &png, Existing::Replace, &run).unwrap();
    assert_eq!(open(&path, &run).unwrap().picture, second);
    // A failure leaves the old file, and nothing beside it.
    let wrong = Saving {
        quality: Quality::Level(0),
        ..png
    };
    save(&first, &path, &wrong, Existing::Replace, &run).unwrap_err();
    assert_eq!(open(&path, &run).unwrap().picture, second);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["picture.png"]);
    let nowhere = folder.path().join("no/such/folder/picture.png");
    let error = save(&first, &nowhere, &png, Existing::Keep, &run).unwrap_err();
    assert!(error.to_string().contains("no/such/folder"), "{error}");
}

#[test]
fn a_name_does_not_decide_what_a_file_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.jpg");
    let picture = noisy(5, 5, Layout::Rgb, 1);
    fs::write(&path, written(&picture, Format::Png, Quality::Usual)).unwrap();
    let found = open(&path, &Run::default()).unwrap();
    assert_eq!((found.format, found.picture), (Format::Png, picture));
    let error = open(Path::new("/no/such/picture.png"), &Run::default()).unwrap_err();
    assert!(
        error.to_string().contains("/no/such/picture.png"),
        "{error}"
    );
}

#[test]
fn a_header_tells_what_a_picture_will_take_before_it_is_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture");
    let picture = noisy(37, 21, Layout::Rgb, 8);
    for format in Format::ALL {
        let bytes = written(&picture, format, Quality::Usual);
        fs::write(&path, &bytes).unwrap();
        let found = header(&path, &Limits::USUAL).unwrap();
        assert_eq!((found.format, found.size), (format, picture.size()));
        assert_eq!(found.file, bytes.len() as u64);
        assert_eq!(found.decoded, 37 * 21 * 3, "{format}");
        // What stands behind it is not looked at, but for formats that keep their header at the end.
        if format == Format::Png {
            fs::write(&path, &bytes[..60]).unwrap();
            assert_eq!(header(&path, &Limits::USUAL).unwrap().size, picture.size());
        }
        fs::write(&path, &bytes[..12]).unwrap();
        assert!(header(&path, &Limits::USUAL).is_err(), "{format}");
    }
    let small = Limits {
        pixels: 100,
        ..Limits::USUAL
    };
    fs::write(&path, written(&picture, Format::Png, Quality::Usual)).unwrap();
    let error = header(&path, &small).unwrap_err();
    assert!(matches!(error, ImagingError::TooLarge { .. }), "{error}");
    fs::write(&path, "no picture").unwrap();
    let error = header(&path, &Limits::USUAL).unwrap_err();
    assert!(
        matches!(error, ImagingError::UnknownFormat { .. }),
        "{error}"
    );
}
