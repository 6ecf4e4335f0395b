//! The growing file of pictures: whole records come back, what a crash left does not, and no bytes make it panic.

use proptest::collection::vec;
use proptest::prelude::*;
use video::pngs::{PngReader, PngWriter, recover, truncate};

fn written(pictures: &[Vec<u8>]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("front.pngs");
    let mut writer = PngWriter::create(&path).unwrap();
    for picture in pictures {
        writer.push(picture).unwrap();
    }
    let finished = writer.finish().unwrap();
    assert_eq!(finished.samples, pictures.len() as u64);
    assert_eq!(finished.bytes, path.metadata().unwrap().len());
    (folder, path)
}

fn read(path: &std::path::Path) -> Vec<Vec<u8>> {
    let mut reader = PngReader::open(path).unwrap();
    std::iter::from_fn(|| reader.next_png().unwrap()).collect()
}

proptest! {
    #[test]
    fn a_file_that_is_cut_anywhere_gives_the_pictures_that_are_whole(
        pictures in vec(vec(any::<u8>(), 1..40), 0..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let (_folder, path) = written(&pictures);
        prop_assert_eq!(&read(&path), &pictures);
        let bytes = std::fs::read(&path).unwrap();
        let at = 8 + cut.index(bytes.len() - 7);
        std::fs::write(&path, &bytes[..at]).unwrap();
        let left = recover(&path).unwrap();
        prop_assert_eq!(read(&path), &pictures[..left as usize]);
        let whole: usize = pictures[..left as usize].iter().map(|picture| 8 + picture.len()).sum();
        prop_assert_eq!(path.metadata().unwrap().len(), 8 + whole as u64);
        if let Some(next) = pictures.get(left as usize) {
            prop_assert!(8 + whole + 8 + next.len() > at, "one that was whole was cut");
        }
    }

    #[test]
    fn a_flipped_bit_ends_the_file_there(
        pictures in vec(vec(any::<u8>(), 1..40), 1..6),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let (_folder, path) = written(&pictures);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = 8 + at.index(bytes.len() - 8);
        bytes[at] ^= 1 << bit;
        std::fs::write(&path, &bytes).unwrap();
        let mut begin = 8;
        let hit = pictures.iter().position(|picture| {
            begin += 8 + picture.len();
            at < begin
        });
        prop_assert_eq!(&read(&path)[..], &pictures[..hit.unwrap()]);
    }

    #[test]
    fn any_bytes_are_read_as_far_as_they_make_sense(bytes in vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any");
        std::fs::write(&path, &bytes).unwrap();
        prop_assert!(PngReader::open(&path).is_err());
        std::fs::write(&path, [b"TNDPNGS1", &bytes[..]].concat()).unwrap();
        let left = recover(&path).unwrap();
        prop_assert_eq!(read(&path).len() as u64, left);
    }
}

#[test]
fn a_file_can_be_shortened_to_the_rows_that_a_journal_has() {
    let pictures: Vec<_> = (1..6).map(|number| vec![number; 10]).collect();
    let (_folder, path) = written(&pictures);
    assert_eq!(truncate(&path, 9).unwrap(), 5);
    assert_eq!(truncate(&path, 3).unwrap(), 3);
    assert_eq!(read(&path), pictures[..3]);
    assert_eq!(truncate(&path, 0).unwrap(), 0);
}

#[test]
fn nobodys_file_is_written_over_and_no_empty_picture_is_taken() {
    let (_folder, path) = written(&[vec![1]]);
    assert!(PngWriter::create(&path).is_err());
    let other = path.with_extension("other");
    let mut writer = PngWriter::create(&other).unwrap();
    assert!(writer.push(&[]).is_err());
    assert_eq!(writer.samples(), 0);
}
