//! Films as FFmpeg writes them: every picture bit for bit FFmpeg's own, or a refusal that says what the film is.

use std::fs;

use video::mp4::Samples;
use video::{Reader, VideoError, mp4};

use crate::films::{film, sum, sums};

#[test]
fn every_picture_is_ffmpegs_own_bit_for_bit() {
    for name in [
        "av1-svt",
        "h264-lerobot",
        "h264-b-frames",
        "h264-b-frames-fragmented",
        "h264-b-frames-late",
        "h264-pyramid",
        "h264-ntsc",
        "h264-open",
        "h264-sound",
    ] {
        let wanted = sums(name);
        let reader = Reader::open(&film(name)).unwrap();
        let found: Vec<_> = reader.map(|picture| sum(&picture.unwrap())).collect();
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn reordered_pictures_are_found_in_any_order() {
    for name in [
        "h264-b-frames",
        "h264-b-frames-fragmented",
        "h264-pyramid",
        "h264-open",
    ] {
        let wanted = sums(name);
        let mut reader = Reader::open(&film(name)).unwrap();
        assert!(reader.film().reordered, "{name}");
        for step in [39, 1, 7, 11, 23] {
            for index in (0..wanted.len()).map(|number| number * step % wanted.len()) {
                let picture = reader.frame(index as u64).unwrap();
                assert_eq!(
                    sum(&picture),
                    wanted[index],
                    "{name}: picture {index}, steps of {step}"
                );
            }
        }
    }
}

#[test]
fn times_are_those_that_the_edit_list_gives() {
    for (name, start, fps) in [
        ("h264-lerobot", 0.0, 30.0),
        ("h264-b-frames", 0.0, 30.0),
        ("h264-pyramid", 0.0, 30.0),
        // Nobody moved what the reordering delays.
        ("h264-b-frames-late", 2.0 / 30.0, 30.0),
        ("h264-ntsc", 0.0, 30000.0 / 1001.0),
        ("av1-svt", 0.0, 30.0),
    ] {
        let path = film(name);
        let inspected = mp4::inspect(&path).unwrap();
        assert!(
            (inspected.start - start).abs() < 1e-9,
            "{name}: {}",
            inspected.start
        );
        assert!(
            (inspected.fps - fps).abs() < 1e-9,
            "{name}: {}",
            inspected.fps
        );
        let reader = Reader::open(&path).unwrap();
        for index in 0..inspected.samples {
            let at = start + index as f64 / fps;
            for near in [at - 0.9e-4, at, at + 0.9e-4] {
                assert_eq!(reader.index_at(near).unwrap(), index, "{name} at {near}");
            }
            for far in [at - 1.1e-4, at + 1.1e-4, at + 0.5 / fps] {
                assert!(reader.index_at(far).is_err(), "{name} at {far}");
            }
        }
    }
}

#[test]
fn full_range_becomes_limited_range() {
    let mut reader = Reader::open(&film("h264-full-range")).unwrap();
    for index in 0..6_u8 {
        let picture = reader.frame(u64::from(index)).unwrap();
        // FFmpeg called the codes full range and left them as they were.
        let wanted = (16.5 + f32::from(40 + 4 * index) * 219.0 / 255.0) as u8;
        for value in &picture.y[..64 * 12] {
            assert!(
                value.abs_diff(wanted) <= 3,
                "picture {index}: {value} for {wanted}"
            );
        }
    }
}

#[test]
fn bt709_becomes_bt601() {
    let mut reader = Reader::open(&film("h264-bt709")).unwrap();
    for index in 0..6_u16 {
        let picture = reader.frame(u64::from(index)).unwrap();
        for (at, value) in picture.y.iter().enumerate().take(64 * 12) {
            // As the README's command draws it.
            let (x, y) = ((at % 64 / 2) as f32, (at / 64 / 2) as f32);
            let n = f32::from(index);
            let (u, v) = (60.0 * ((x + n) / 11.0).sin(), 60.0 * ((y + n) / 5.0).cos());
            let wanted = 40.0 + 4.0 * n + 219.0 / 224.0 * (0.1016 * u + 0.1961 * v);
            assert!(
                (f32::from(*value) - wanted).abs() < 5.0,
                "{value} for {wanted} at {at}"
            );
        }
    }
}

#[test]
fn a_film_of_another_kind_is_refused_by_its_name_with_what_to_do() {
    let mut told = String::new();
    for name in [
        "hevc",
        "vp9",
        "h264-444",
        "h264-422",
        "h264-10-bit",
        "h264-interlaced",
        "h264-bt2020",
        "av1-444",
        "av1-10-bit",
    ] {
        let error = Reader::open(&film(name)).unwrap_err();
        assert!(
            matches!(error, VideoError::Unsupported { .. }),
            "{name}: {error}"
        );
        assert!(error.remedy().contains("ffmpeg"), "{name}");
        told += error.to_string().lines().next().unwrap();
        told += "\n";
        // What does not need its pictures works all the same.
        assert!(mp4::inspect(&film(name)).unwrap().samples > 0, "{name}");
    }
    insta::assert_snapshot!(told, @r"
    the film is coded with hevc, which this program does not read
    the film is coded with vp9, which this program does not read
    the film is H.264 with 4:4:4, which this program does not read
    the film is H.264 with 4:2:2, which this program does not read
    the film is H.264 with 10 bits, which this program does not read
    the film is H.264 with fields instead of whole pictures, which this program does not read
    the film's colours are coded with matrix 9 of ISO/IEC 23091-2, which this program does not read
    the film is AV1 with 4:4:4, which this program does not read
    the film is AV1 with more than 8 bits, which this program does not read
    ");
}

#[test]
fn a_file_that_is_no_film_is_refused_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    for (bytes, problem) in [
        (
            &b""[..],
            "the file ends before it says what film it is (byte 0)",
        ),
        (b"PAR1 and more of it", "this is no mp4 film (byte 0)"),
        (
            b"\0\0\0\x10ftypisom\0\0\0\0",
            "the file ends before it says what film it is (byte 16)",
        ),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = mp4::inspect(&path).unwrap_err().to_string();
        assert_eq!(error.lines().next().unwrap(), problem);
    }
    let error = Reader::open(&folder.path().join("none.mp4")).unwrap_err();
    assert_eq!(
        error.remedy(),
        "Check the path, and that the dataset was copied whole."
    );
}

#[test]
fn what_somebody_else_left_unfinished_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    let whole = fs::read(film("h264-b-frames-fragmented")).unwrap();
    let cut = &whole[..whole.len() - 900];
    fs::write(&path, cut).unwrap();
    let inspected = mp4::inspect(&path).unwrap();
    assert!(!inspected.finished);
    assert!(
        (12..40).contains(&inspected.samples),
        "{}",
        inspected.samples
    );
    let error = mp4::recover(&path).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the film was made by another program")
    );
    assert!(mp4::truncate(&film("h264-lerobot"), 3).is_err());
    assert_eq!(fs::read(&path).unwrap(), cut);
}

#[test]
fn samples_of_another_film_are_copied_as_they_are_into_one_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["h264-lerobot", "av1-svt", "h264-sound"] {
        let path = folder.path().join(format!("{name}.mp4"));
        let mut from = Samples::open(&film(name)).unwrap();
        let mut writer = mp4::Writer::create(&path, from.track().unwrap()).unwrap();
        let mut sample = Vec::new();
        for index in 0..from.len() {
            from.read(index, &mut sample).unwrap();
            writer.push(&sample, from.is_key(index)).unwrap();
            if index == from.len() / 2 {
                // A film that grows is read as far as it got.
                writer.flush().unwrap();
                let half = Reader::open(&path).unwrap();
                assert!(!half.film().finished);
                let found: Vec<_> = half.map(|picture| sum(&picture.unwrap())).collect();
                assert_eq!(found, sums(name)[..=index], "{name}");
            }
        }
        writer.finish().unwrap();
        let whole = Reader::open(&path).unwrap();
        assert!(whole.film().finished);
        let found: Vec<_> = whole.map(|picture| sum(&picture.unwrap())).collect();
        assert_eq!(found, sums(name), "{name}");
    }
    for name in ["h264-b-frames", "h264-ntsc", "h264-b-frames-late"] {
        assert_eq!(Samples::open(&film(name)).unwrap().track(), None, "{name}");
    }
}
