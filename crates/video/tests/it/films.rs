//! Films of this folder's README, films of fake samples, and small helpers that several tests share.

use std::fs;
use std::path::{Path, PathBuf};

use pixels::{Size, Yuv420};
use video::mp4::{Samples, Store, Writer};
use video::{Codec, Track};

/// A film that FFmpeg made; see the README beside it.
pub fn film(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/films")
        .join(format!("{name}.mp4"))
}

/// FFmpeg's checksums of the film's pictures.
pub fn sums(name: &str) -> Vec<u32> {
    fs::read_to_string(film(name).with_extension("sums"))
        .unwrap()
        .lines()
        .map(|line| u32::from_str_radix(line.trim_start_matches("0x"), 16).unwrap())
        .collect()
}

/// FFmpeg's checksum of a picture: Adler-32 that begins with zero.
pub fn sum(picture: &Yuv420) -> u32 {
    let (mut a, mut b) = (0_u32, 0_u32);
    for byte in picture.y.iter().chain(&picture.u).chain(&picture.v) {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

/// The track of films whose samples nobody decodes.
pub fn track(fps: u32) -> Track {
    Track {
        codec: Codec::H264,
        size: Size::new(64, 48).unwrap(),
        fps,
        parameters: vec![1, 100, 0, 10, 0xff, 0xe0, 0],
    }
}

/// Sample number `index`: as long as it is unlike its neighbours.
pub fn sample(index: usize) -> Vec<u8> {
    let length = 1 + index * 7 % 23;
    (0..length).map(|at| (index * 31 + at * 7) as u8).collect()
}

/// Whether that sample is a key.
pub fn key(index: usize) -> bool {
    index.is_multiple_of(3)
}

/// Pushes the samples of that range.
pub fn push<S: Store>(writer: &mut Writer<S>, range: std::ops::Range<usize>) {
    for index in range {
        writer.push(&sample(index), key(index)).unwrap();
    }
}

/// Asserts that a film has the first `count` samples, bytes and keys.
pub fn assert_samples(path: &Path, count: usize) {
    let mut samples = Samples::open(path).unwrap();
    assert_eq!(samples.len(), count);
    let mut bytes = Vec::new();
    for index in 0..count {
        samples.read(index, &mut bytes).unwrap();
        assert_eq!(bytes, sample(index), "sample {index}");
        assert_eq!(samples.is_key(index), key(index), "sample {index}");
    }
}
