//! Encoders against our decoders: every picture one sample, close to what went in, key pictures where they were asked for.

use video::encode::{Coded, Encode, Quantizer, Settings, encoder};
use video::mp4::{Writer, inspect};
use video::reencode::psnr;
use video::{Codec, Reader, Track};

use crate::scene::{number, picture, size};

fn settings(width: u32, height: u32) -> Settings {
    Settings {
        size: size(width, height),
        fps: 30,
        quantizer: Quantizer::DEFAULT,
    }
}

fn film(
    encoder: &mut dyn Encode,
    settings: Settings,
    pictures: u32,
    gop: u32,
) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (mut coded, mut all) = (Coded::default(), Vec::new());
    for number in 0..pictures {
        coded.clear();
        let key = number % gop == 0;
        encoder
            .encode(&picture(settings.size, number), key, &mut coded)
            .unwrap();
        all.extend(coded.iter().map(|(sample, key)| (sample.to_vec(), key)));
    }
    coded.clear();
    encoder.drain(&mut coded).unwrap();
    all.extend(coded.iter().map(|(sample, key)| (sample.to_vec(), key)));
    assert_eq!(all.len(), pictures as usize);
    let keys: Vec<_> = all.iter().map(|(_, key)| *key).collect();
    let due: Vec<_> = (0..pictures).map(|number| number % gop == 0).collect();
    assert_eq!(keys, due);
    let track = Track {
        codec: encoder.codec(),
        size: settings.size,
        fps: settings.fps,
        parameters: encoder.parameters().unwrap().to_vec(),
    };
    let mut writer = Writer::create(&folder.path().join("film.mp4"), track).unwrap();
    for (sample, key) in &all {
        writer.push(sample, *key).unwrap();
    }
    writer.finish().unwrap();
    folder
}

#[test]
fn every_picture_comes_back_in_its_place_and_close_to_what_it_was() {
    for (codec, gop, pictures) in [
        (Codec::H264, 1, 4),
        (Codec::H264, 2, 41),
        (Codec::H264, 30, 70),
        (Codec::Av1, 2, 9),
        (Codec::Av1, 30, 33),
    ] {
        let settings = settings(96, 64);
        let mut encoder = encoder(codec, settings).unwrap();
        let folder = film(&mut *encoder, settings, pictures, gop);
        let path = folder.path().join("film.mp4");
        let about = inspect(&path).unwrap();
        assert_eq!(about.samples, u64::from(pictures));
        assert_eq!(about.keys, u64::from(pictures.div_ceil(gop)));
        assert!(!about.reordered && about.steady && about.start == 0.0);
        let mut reader = Reader::open(&path).unwrap();
        for at in 0..pictures {
            let shown = reader.frame(at.into()).unwrap();
            let ratio = psnr(&shown, &picture(settings.size, at));
            assert_eq!(number(&shown), at, "{codec}");
            assert!(ratio > 36.0, "{codec}, gop {gop}, picture {at}: {ratio} dB");
        }
    }
}

#[test]
fn one_encoder_makes_one_film_after_the_other() {
    for codec in [Codec::H264, Codec::Av1] {
        let settings = settings(64, 48);
        let mut encoder = encoder(codec, settings).unwrap();
        let first = film(&mut *encoder, settings, 5, 2);
        let again = film(&mut *encoder, settings, 5, 2);
        let [mut first, mut again] =
            [&first, &again].map(|folder| Reader::open(&folder.path().join("film.mp4")).unwrap());
        for at in 0..5 {
            let equal = first.frame(at).unwrap() == again.frame(at).unwrap();
            assert!(equal, "{codec}: nothing of the first film is in the second");
        }
    }
}

#[test]
fn a_coarser_quantizer_makes_a_smaller_film_with_the_same_parameters() {
    for codec in [Codec::H264, Codec::Av1] {
        let settings = settings(96, 64);
        let mut encoder = encoder(codec, settings).unwrap();
        let mut bytes = Vec::new();
        let mut parameters = Vec::new();
        for coarser in [0, 4, 8, 12] {
            let quantizer = Quantizer::DEFAULT.coarser(coarser);
            let mut coded = Coded::default();
            encoder.set_quantizer(quantizer, &mut coded).unwrap();
            assert!(coded.is_empty());
            for number in 0..4 {
                let picture = picture(settings.size, number);
                encoder.encode(&picture, number == 0, &mut coded).unwrap();
            }
            encoder.drain(&mut coded).unwrap();
            let mut samples = coded.iter();
            let (first, key) = samples.next().unwrap();
            assert!(key, "a new quantizer begins with a key picture");
            bytes.push(first.len());
            parameters.push(encoder.parameters().unwrap().to_vec());
        }
        assert!(bytes.is_sorted_by(|a, b| a > b), "{codec}: {bytes:?}");
        parameters.dedup();
        assert_eq!(parameters.len(), 1);
    }
}

#[test]
fn a_picture_that_is_shown_again_costs_hardly_a_byte() {
    let settings = settings(96, 64);
    let mut encoder = encoder(Codec::H264, settings).unwrap();
    let mut coded = Coded::default();
    for key in [true, false, false, false] {
        let picture = picture(settings.size, 7);
        encoder.encode(&picture, key, &mut coded).unwrap();
    }
    let lengths: Vec<_> = coded.iter().map(|(sample, _)| sample.len()).collect();
    assert!(
        lengths[2..].iter().all(|length| *length < 32),
        "{lengths:?}"
    );
}

#[test]
fn sizes_that_no_film_can_have_are_refused_before_anything_is_recorded() {
    for (width, height) in [
        (15, 16),
        (8, 8),
        (641, 480),
        (640, 481),
        (3842, 16),
        (2162, 2162),
    ] {
        for codec in [Codec::H264, Codec::Av1] {
            let refused = encoder(codec, settings(width, height)).err().unwrap();
            assert!(refused.to_string().contains(&format!("{width}x{height}")));
        }
    }
    for (width, height) in [(16, 16), (18, 34), (1920, 1080), (2160, 3840)] {
        assert!(encoder(Codec::H264, settings(width, height)).is_ok());
    }
}

#[test]
fn a_picture_of_another_size_or_with_planes_cut_short_is_refused() {
    for codec in [Codec::H264, Codec::Av1] {
        let settings = settings(64, 48);
        let mut encoder = encoder(codec, settings).unwrap();
        let mut short = picture(settings.size, 0);
        short.v.pop();
        for picture in [picture(size(96, 64), 0), short] {
            let mut coded = Coded::default();
            assert!(encoder.encode(&picture, true, &mut coded).is_err());
        }
    }
}

#[test]
fn this_build_has_the_assembly_that_makes_h264_fast() {
    let assembly = video::encode::h264::ASSEMBLY;
    assert!(assembly, "install nasm: scripts/setup");
}

#[test]
fn openh264_says_nothing_on_standard_error_while_somebody_records() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("encode::a_picture_that_is_shown_again_costs_hardly_a_byte")
        .output()
        .unwrap();
    let (out, err) = (output.stdout, output.stderr);
    assert!(String::from_utf8_lossy(&out).contains("1 passed"));
    assert_eq!(String::from_utf8_lossy(&err), "");
}
