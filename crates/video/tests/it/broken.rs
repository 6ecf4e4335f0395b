//! Bytes that are no film, or were one: an error, never a panic, and no memory beyond what the bytes are worth.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use video::{Reader, mp4};

use crate::films::{film, push, track};

/// Films of every kind, whole.
fn whole() -> Vec<Vec<u8>> {
    let mut films: Vec<_> = [
        "h264-b-frames",
        "h264-b-frames-fragmented",
        "h264-sound",
        "av1-svt",
    ]
    .map(|name| fs::read(film(name)).unwrap())
    .into();
    let folder = tempfile::tempdir().unwrap();
    for finish in [false, true] {
        let path = folder.path().join(format!("{finish}.mp4"));
        let mut writer = mp4::Writer::create(&path, track(10)).unwrap();
        push(&mut writer, 0..20);
        if finish {
            writer.finish().unwrap();
        }
        films.push(fs::read(&path).unwrap());
    }
    films
}

/// Reads all samples; whatever it says, it must return.
fn read(bytes: &[u8]) {
    let length = bytes.len() as u64;
    let Ok(mut samples) = mp4::Samples::over(Cursor::new(bytes), length, Path::new("film.mp4"))
    else {
        return;
    };
    let mut sample = Vec::new();
    for index in 0..samples.len() {
        samples.read(index, &mut sample).unwrap();
    }
}

/// The same with a file that is mended and shortened.
fn mend(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    fs::write(&path, bytes).unwrap();
    let before = mp4::inspect(&path).map(|film| film.samples).ok();
    if let Ok(samples) = mp4::recover(&path)
        && let Some(before) = before
    {
        assert_eq!(samples, before, "what could be read was recovered");
        assert_eq!(mp4::inspect(&path).unwrap().samples, before);
        if mp4::truncate(&path, samples / 2).is_ok() {
            assert_eq!(mp4::inspect(&path).unwrap().samples, samples / 2);
        }
    }
}

/// A place in a film, and what stands there instead.
fn damage() -> impl Strategy<Value = (prop::sample::Index, Vec<u8>)> {
    let counts = prop_oneof![
        Just(vec![0xff; 4]),
        Just(vec![0x7f, 0xff, 0xff, 0xff]),
        Just(vec![0; 4]),
        Just(vec![0, 0, 0, 1]),
        Just(vec![0xff; 8]),
        vec(any::<u8>(), 1..9),
    ];
    (any::<prop::sample::Index>(), counts)
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_no_film(bytes in vec(any::<u8>(), 0..400)) {
        read(&bytes);
        mend(&bytes);
    }

    #[test]
    fn a_damaged_film_gives_an_error_or_what_is_left(
        which in 0_usize..6,
        damages in vec(damage(), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = whole().swap_remove(which);
        for (place, instead) in damages {
            let at = place.index(bytes.len());
            let end = (at + instead.len()).min(bytes.len());
            bytes[at..end].copy_from_slice(&instead[..end - at]);
        }
        if let Some(cut) = cut {
            let end = cut.index(bytes.len());
            bytes.truncate(end);
        }
        read(&bytes);
        mend(&bytes);
    }
}

/// Every length, count and offset of the boxes, one at a time, at the values that break naive readers.
#[test]
fn no_number_in_a_film_is_trusted() {
    for bytes in whole() {
        // Tables stand outside the samples; damage in samples is the decoders' affair.
        for at in 0..bytes.len() - 4 {
            for instead in [0_u32, 1, 0x7fff_ffff, 0xffff_ffff] {
                let mut broken = bytes.clone();
                broken[at..at + 4].copy_from_slice(&instead.to_be_bytes());
                read(&broken);
            }
        }
    }
}

#[test]
fn pictures_that_share_their_bytes_are_no_film() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    let mut writer = mp4::Writer::create(&path, track(10)).unwrap();
    for _ in 0..5 {
        writer.push(&[7; 5000], true).unwrap();
    }
    drop(writer);
    let bytes = fs::read(&path).unwrap();
    let kind = |kind: &[u8; 4]| bytes.windows(4).rposition(|four| four == kind).unwrap();
    let (moof, mdat) = (kind(b"moof") - 4, kind(b"mdat") - 4);
    // A header twice: the first one's pictures reach from the second into the picture data.
    let twice = [&bytes[..mdat], &bytes[moof..]].concat();
    let open = |bytes: &[u8]| {
        let length = bytes.len() as u64;
        mp4::Samples::over(Cursor::new(bytes.to_vec()), length, Path::new("film.mp4"))
    };
    assert_eq!(open(&bytes).unwrap().len(), 5);
    let error = open(&twice).unwrap_err().to_string();
    assert!(error.contains("more than the file"), "{error}");
}

#[test]
fn damaged_samples_give_an_error_and_the_next_key_gives_pictures_again() {
    for name in ["h264-lerobot", "h264-b-frames", "av1-svt"] {
        let bytes = fs::read(film(name)).unwrap();
        let samples = mp4::Samples::open(&film(name)).unwrap();
        let length = bytes.len() as u64;
        let data = bytes.windows(4).position(|four| four == b"mdat").unwrap() + 4;
        for at in (data..bytes.len()).step_by(41) {
            let mut broken = bytes.clone();
            broken[at] ^= 0x5a;
            let over = mp4::Samples::over(Cursor::new(broken), length, Path::new("film.mp4"));
            let Ok(mut reader) = over.and_then(Reader::of) else {
                continue;
            };
            let count = (&mut reader).count();
            assert_eq!(count, samples.len(), "{name}, byte {at}");
        }
    }
}
