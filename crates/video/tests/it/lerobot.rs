//! Films that LeRobot recorded (AV1 by SVT-AV1, a key every second picture), three episodes in one file.
//!
//! Every golden dataset shows the same pictures, of one colour each: LeRobot was given 20 x frame + 5 x episode as
//! red, and kept that to the digit in the dataset of PNGs.

use std::path::{Path, PathBuf};

use pixels::Yuv420;
use video::{Codec, Reader, mp4};

/// Frames of the three episodes.
const LENGTHS: [u32; 3] = [12, 9, 7];

/// The films, and what green is in their pictures. Fails loudly when they are not there: a skipped check would look
/// like a passed one.
fn films() -> Vec<(PathBuf, f64)> {
    let fixtures = std::env::var_os("TENDON_FIXTURES")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .ancestors()
                .map(|folder| folder.join("shared/fixtures"))
                .find(|folder| folder.is_dir())
                .expect("no folder shared/fixtures above this one; set TENDON_FIXTURES")
        });
    ["png-video", "stream-video"]
        .iter()
        .flat_map(|set| {
            [("front", 10.0), ("wrist", 200.0)].map(|(camera, green)| {
                let path = fixtures
                    .join("lerobot-golden")
                    .join(set)
                    .join("videos")
                    .join(format!("observation.images.{camera}"))
                    .join("chunk-000/file-000.mp4");
                (path, green)
            })
        })
        .collect()
}

/// Codes of the colour in BT.601, limited range.
fn codes(red: f64, green: f64, blue: f64) -> [f64; 3] {
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    [
        16.0 + 219.0 / 255.0 * luma,
        128.0 + 224.0 / 255.0 * (blue - luma) / 1.772,
        128.0 + 224.0 / 255.0 * (red - luma) / 1.402,
    ]
}

fn assert_colour(picture: &Yuv420, wanted: [f64; 3], place: &str) {
    for (plane, wanted) in [&picture.y, &picture.u, &picture.v].into_iter().zip(wanted) {
        for value in plane {
            let off = (f64::from(*value) - wanted).abs();
            assert!(off < 2.5, "{place}: {value} for {wanted:.1}");
        }
    }
}

#[test]
fn every_row_of_lerobots_datasets_has_the_picture_that_lerobot_was_given() {
    for (path, green) in films() {
        let film = mp4::inspect(&path).unwrap();
        assert_eq!(
            (film.codec, film.samples, film.keys),
            (Some(Codec::Av1), 28, 15)
        );
        assert_eq!((film.fps, film.start, film.finished), (30.0, 0.0, true));
        let mut reader = Reader::open(&path).unwrap();
        let mut before = 0;
        for (episode, length) in LENGTHS.into_iter().enumerate() {
            // As the episode's row and the frame's row say it.
            let from = f64::from(before) / 30.0;
            for frame in 0..length {
                let timestamp = f64::from((f64::from(frame) / 30.0) as f32);
                let picture = reader.frame_at(from + timestamp).unwrap();
                let red = f64::from(20 * frame) + 5.0 * episode as f64;
                let place = format!("episode {episode}, frame {frame} of {path:?}");
                assert_colour(&picture, codes(red, green, 100.0), &place);
            }
            before += length;
        }
    }
}

#[test]
fn pictures_are_the_same_in_whatever_order_they_are_asked_for() {
    let (path, _) = films().remove(0);
    let all: Vec<_> = Reader::open(&path).unwrap().map(Result::unwrap).collect();
    assert_eq!(all.len(), 28);
    let mut reader = Reader::open(&path).unwrap();
    for step in [1, 3, 9, 19, 27] {
        for index in (0..28).map(|number| number * step % 28) {
            let picture = reader.frame(index as u64).unwrap();
            assert!(picture == all[index], "picture {index} in steps of {step}");
        }
    }
}
