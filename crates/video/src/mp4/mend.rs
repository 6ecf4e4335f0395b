//! Closing a film that nobody finished, and ending one earlier than it was recorded.
//!
//! Only films of ours are changed, known by their very first bytes. Every step leaves a film that can be read, so a
//! crash in the middle costs nothing, and doing it again ends with the same bytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::film::Opened;
use super::index::Index;
use super::movie;
use super::store::Store;
use super::writer::close;
use crate::codec::Track;
use crate::error::VideoError;

/// Closes a film of ours that nobody finished and gives its pictures: those of all whole fragments. One that was
/// finished stays as it is. Of a file that was cut before its first fragment there is nothing to recover: it stays as
/// it is and has no pictures.
///
/// # Errors
/// When the file cannot be read or written, is damaged elsewhere than at its end, or is a film that somebody else made
/// and did not finish.
pub fn recover(path: &Path) -> Result<u64, VideoError> {
    let mut file = open(path)?;
    let length = length(&file, path)?;
    if is_cut_beginning(&mut file, length, path)? {
        return Ok(0);
    }
    let opened = Opened::read(&file, length, path)?;
    let samples = opened.samples.len() as u64;
    let Some(end) = opened.unfinished else {
        if opened.cut {
            return Err(not_ours(path));
        }
        return Ok(samples);
    };
    let track = ours(&mut file, &opened, path)?;
    // What was torn goes first, so that nothing of it stands behind the index.
    file.set_len(end)
        .map_err(VideoError::io("cutting off what was torn", path))?;
    close(&mut file, path, &track, &index(&opened), end)?;
    Ok(samples)
}

/// Lets a finished film of ours end after its first `samples` pictures; more than it has changes nothing.
///
/// Their bytes stay in the file, only the index ends earlier: the new index is written behind the old one, and four
/// bytes then turn the old one into free space. There is no moment at which the film cannot be read, no sample is
/// moved, and what is left over is what the last second before a kill took.
///
/// # Errors
/// When the file cannot be read or written, or is no finished film of ours.
pub fn truncate(path: &Path, samples: u64) -> Result<(), VideoError> {
    let mut file = open(path)?;
    let length = length(&file, path)?;
    let opened = Opened::read(&file, length, path)?;
    if samples >= opened.samples.len() as u64 {
        return Ok(());
    }
    if opened.unfinished.is_some() || opened.cut {
        return Err(VideoError::BadInput {
            problem: "a film can only be shortened once it is recovered".into(),
        });
    }
    let track = ours(&mut file, &opened, path)?;
    let (at, end) = opened.index_at;
    // An earlier attempt may have been cut short here.
    file.set_len(end)
        .map_err(VideoError::io("making room for the film's index", path))?;
    let keep = u32::try_from(samples).unwrap_or(u32::MAX);
    let closing = movie::closing(&track, &index(&opened).truncated(keep));
    file.write_at(end, &closing)
        .map_err(VideoError::io("writing the film's index", path))?;
    file.write_at(at + 4, b"free")
        .map_err(VideoError::io("shortening the film", path))
}

fn index(opened: &Opened) -> Index {
    Index::of(opened.samples.iter().map(|s| (s.offset, s.size, s.key)))
}

/// Shorter than a film's beginning, and nothing else up to there.
fn is_cut_beginning(file: &mut File, length: u64, path: &Path) -> Result<bool, VideoError> {
    // The beginning ends with the first moov; where that is whole the film can be opened.
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.by_ref().take(64).read_to_end(&mut start))
        .map_err(VideoError::io("reading the film", path))?;
    let first = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso6";
    let common = start.len().min(first.len());
    if start[..common] != first[..common] {
        return Ok(false);
    }
    let moov_at = 48;
    let says = start
        .get(moov_at..moov_at + 4)
        .and_then(|four| four.try_into().ok())
        .map(u32::from_be_bytes);
    Ok(says.is_none_or(|says| moov_at as u64 + u64::from(says) > length))
}

/// The track of a film that begins exactly as ours do with such a track.
fn ours(file: &mut File, opened: &Opened, path: &Path) -> Result<Track, VideoError> {
    let track = opened.track().ok_or_else(|| not_ours(path))?;
    let expected = movie::beginning(&track);
    let mut found = vec![0; expected.len()];
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.read_exact(&mut found))
        .map_err(VideoError::io("reading the film", path))?;
    // The reserved box may have become the header over all fragments.
    let reserved = movie::RESERVED_AT as usize..movie::RESERVED_AT as usize + movie::RESERVED;
    found[reserved.clone()].copy_from_slice(&expected[reserved]);
    if found != expected {
        return Err(not_ours(path));
    }
    Ok(track)
}

fn not_ours(path: &Path) -> VideoError {
    VideoError::Unsupported {
        what: "the film was made by another program and needs mending".into(),
        remedy: "Mend it with a copy of its samples: ffmpeg -i IN.mp4 -c copy OUT.mp4",
        path: path.to_owned(),
    }
}

fn open(path: &Path) -> Result<File, VideoError> {
    File::options()
        .read(true)
        .write(true)
        .open(path)
        .map_err(VideoError::io("opening the film", path))
}

fn length(file: &File, path: &Path) -> Result<u64, VideoError> {
    Ok(file
        .metadata()
        .map_err(VideoError::io("looking at the film", path))?
        .len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Codec;
    use crate::mp4::{Samples, inspect};
    use pixels::Size;

    #[test]
    fn a_film_beyond_four_gigabytes_is_recovered_read_and_shortened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.mp4");
        let track = Track {
            codec: Codec::H264,
            size: Size::new(64, 48).unwrap(),
            fps: 30,
            parameters: vec![1, 100, 0, 10, 0xff, 0xe0, 0],
        };
        let mut file = File::create(&path).unwrap();
        let beginning = movie::beginning(&track);
        file.write_at(0, &beginning).unwrap();
        let first = movie::fragment(1, 0, &[(3, true)], b"one");
        let mut at = beginning.len() as u64;
        file.write_at(at, &first).unwrap();
        at += first.len() as u64;
        // A hole stands for hours of film; only its header is on the disk.
        let hole = 5_u64 << 30;
        let mut header = vec![0, 0, 0, 1];
        header.extend_from_slice(b"free");
        header.extend_from_slice(&hole.to_be_bytes());
        file.write_at(at, &header).unwrap();
        at += hole;
        let last = movie::fragment(2, 1, &[(5, true), (4, false)], b"threefour");
        file.write_at(at, &last).unwrap();
        drop(file);

        assert_eq!(recover(&path).unwrap(), 3);
        let film = inspect(&path).unwrap();
        assert!(film.finished);
        assert!(film.bytes > hole);
        let mut samples = Samples::open(&path).unwrap();
        let mut bytes = Vec::new();
        for (index, wanted) in [&b"one"[..], b"three", b"four"].into_iter().enumerate() {
            samples.read(index, &mut bytes).unwrap();
            assert_eq!(bytes, wanted);
        }
        truncate(&path, 2).unwrap();
        let mut samples = Samples::open(&path).unwrap();
        assert_eq!(samples.len(), 2);
        samples.read(1, &mut bytes).unwrap();
        assert_eq!(bytes, b"three");
    }
}
