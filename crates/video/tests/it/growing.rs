//! A film while it grows and when it ends: what a kill, a full disk or a lost power leaves of it.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::*;
use stdx::failpoint::{Fault, arm};
use video::VideoError;
use video::mp4::{self, Store, Writer};
use video::pngs::PngWriter;

use crate::films::{assert_samples, key, push, sample, track};

/// Ten fragments of five samples and one of three.
const SAMPLES: usize = 53;
const FPS: u32 = 10;

/// Every write in order.
type Log = Rc<RefCell<Vec<(u64, Vec<u8>)>>>;

/// Remembers every write; fails those of a disk that is full from some byte on.
struct Disk {
    log: Log,
    room: Rc<RefCell<usize>>,
}

impl Store for Disk {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut room = self.room.borrow_mut();
        let fits = bytes.len().min(*room);
        *room -= fits;
        self.log.borrow_mut().push((offset, bytes[..fits].to_vec()));
        if fits < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A film on such a disk.
fn on_disk(room: usize) -> (Writer<Disk>, Log, Rc<RefCell<usize>>) {
    let log = Log::default();
    let room = Rc::new(RefCell::new(room));
    let disk = Disk {
        log: Rc::clone(&log),
        room: Rc::clone(&room),
    };
    let writer = Writer::over(disk, Path::new("film.mp4"), track(FPS)).unwrap();
    (writer, log, room)
}

/// What is in the file after these writes.
fn after(writes: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    for (offset, bytes) in writes {
        let at = usize::try_from(*offset).unwrap();
        file.resize(file.len().max(at + bytes.len()), 0);
        file[at..at + bytes.len()].copy_from_slice(bytes);
    }
    file
}

/// All writes of a finished film.
fn writes() -> Vec<(u64, Vec<u8>)> {
    let (mut writer, log, _) = on_disk(usize::MAX);
    push(&mut writer, 0..SAMPLES);
    let finished = writer.finish().unwrap();
    assert_eq!(finished.samples, SAMPLES as u64);
    let log = log.take();
    assert_eq!(finished.bytes, after(&log).len() as u64);
    log
}

/// Closes such a file; gives its pictures and the closed bytes.
fn recovered(folder: &Path, bytes: &[u8]) -> (usize, Vec<u8>) {
    let path = folder.join("film.mp4");
    fs::write(&path, bytes).unwrap();
    let samples = mp4::recover(&path).unwrap() as usize;
    if samples > 0 {
        assert_samples(&path, samples);
        assert!(mp4::inspect(&path).unwrap().finished);
    }
    let closed = fs::read(&path).unwrap();
    assert_eq!(mp4::recover(&path).unwrap() as usize, samples, "again");
    assert_eq!(fs::read(&path).unwrap(), closed, "again");
    (samples, closed)
}

/// The bytes of a film that was finished after `samples`.
fn finished(samples: usize) -> Vec<u8> {
    let (mut writer, log, _) = on_disk(usize::MAX);
    push(&mut writer, 0..samples);
    writer.finish().unwrap();
    let log = log.take();
    after(&log)
}

#[test]
fn a_film_is_a_plain_mp4_in_the_end() {
    let bytes = after(&writes());
    // ftyp, one mdat over everything, moov: what every reader knows.
    let kinds: Vec<_> = outermost(&bytes);
    assert_eq!(kinds, ["ftyp", "mdat", "moov"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    fs::write(&path, &bytes).unwrap();
    assert_samples(&path, SAMPLES);
    let film = mp4::inspect(&path).unwrap();
    assert_eq!((film.samples, film.keys), (53, 18));
    assert_eq!(
        (film.fps, film.start, film.steady, film.reordered),
        (10.0, 0.0, true, false)
    );
    assert_eq!((film.duration, film.finished), (5.3, true));
}

fn outermost(bytes: &[u8]) -> Vec<String> {
    let mut kinds = Vec::new();
    let mut rest = bytes;
    while let Some((length, more)) = rest.split_first_chunk::<4>() {
        kinds.push(String::from_utf8_lossy(&more[..4]).into_owned());
        let length = match u32::from_be_bytes(*length) {
            1 => u64::from_be_bytes(more[4..12].try_into().unwrap()),
            short => u64::from(short),
        };
        rest = &rest[usize::try_from(length).unwrap()..];
    }
    kinds
}

#[test]
fn every_whole_fragment_outlives_a_kill_at_any_byte() {
    let folder = tempfile::tempdir().unwrap();
    let writes = writes();
    // Without the two writes that close it.
    let fragments = &writes[..writes.len() - 2];
    let growing = after(fragments);
    let ends: Vec<usize> = fragments
        .iter()
        .map(|(offset, bytes)| *offset as usize + bytes.len())
        .collect();
    for cut in 0..=growing.len() {
        // The first write is the beginning; each further one is a fragment of five samples, the last of three.
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let samples = (whole.saturating_sub(1) * 5).min(SAMPLES);
        let (found, closed) = recovered(folder.path(), &growing[..cut]);
        assert_eq!(found, samples, "cut at byte {cut}");
        if cut % 97 == 0 && whole > 0 {
            assert!(
                closed == finished(samples),
                "cut at byte {cut}: not as if it had been finished there"
            );
        }
    }
}

#[test]
fn a_crash_between_any_two_writes_leaves_a_film_that_can_be_read_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    let writes = writes();
    for done in 1..=writes.len() {
        let mut torn: Vec<_> = writes[..done].to_vec();
        for keep in [usize::MAX, 1, 7, 100] {
            if let Some((_, bytes)) = torn.last_mut() {
                bytes.truncate(keep);
            }
            let bytes = after(&torn);
            let whole_writes = if keep == usize::MAX { done } else { done - 1 };
            let samples = (whole_writes.saturating_sub(1) * 5).min(SAMPLES);
            fs::write(&path, &bytes).unwrap();
            if whole_writes > 0 {
                assert_samples(&path, samples);
            }
            let (found, _) = recovered(folder.path(), &bytes);
            assert_eq!(found, samples, "{keep} bytes of write {done}");
        }
    }
}

#[test]
fn a_header_that_outlived_the_index_behind_it_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let writes = writes();
    let (beginning, closing) = writes.split_at(writes.len() - 2);
    // Power was lost: the last write is there, of the one before only a part, or zeros.
    for part in [0, 5, 300] {
        let mut kept = beginning.to_vec();
        let (at, index) = &closing[0];
        kept.push((*at, index[..part].to_vec()));
        kept.push(closing[1].clone());
        let torn = after(&kept);
        let mut zeros = torn.clone();
        zeros.resize(torn.len() + index.len() - part, 0);
        for bytes in [torn, zeros] {
            let (found, closed) = recovered(folder.path(), &bytes);
            assert_eq!(found, SAMPLES);
            assert!(closed == after(&writes));
        }
    }
}

/// What a loss of power may leave where a fragment was to be: anything the disk held before.
fn tails() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![
        (0_u32..16).prop_map(|short| short.to_be_bytes().to_vec()),
        any::<[u8; 4]>().prop_map(Vec::from),
        // A length of 64 bits, that overflows or is shorter than its own header.
        prop_oneof![Just(u64::MAX), 0_u64..16].prop_map(|long| {
            let mut bytes = vec![0, 0, 0, 1];
            bytes.extend_from_slice(b"mdat");
            bytes.extend_from_slice(&long.to_be_bytes());
            bytes
        }),
    ];
    (length, vec(any::<u8>(), 0..200)).prop_map(|(mut tail, noise)| {
        tail.extend(noise);
        tail
    })
}

proptest! {
    #[test]
    fn whatever_lies_behind_the_last_whole_fragment_costs_nothing_before_it(tail in tails()) {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, log, _) = on_disk(usize::MAX);
        push(&mut writer, 0..10);
        drop(writer);
        let mut bytes = after(&log.take());
        bytes.extend(tail);
        prop_assert_eq!(recovered(folder.path(), &bytes).0, 10);
    }

    #[test]
    fn garbage_in_place_of_the_index_costs_no_picture(tail in tails()) {
        let folder = tempfile::tempdir().unwrap();
        let mut writes = writes();
        // The header over all fragments reached the disk, the index did not.
        let closing = writes.len() - 2;
        writes[closing].1 = tail;
        prop_assert_eq!(recovered(folder.path(), &after(&writes)).0, SAMPLES);
    }
}

#[test]
fn the_name_of_a_new_film_is_made_durable_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut film = Writer::create(&folder.path().join("film.mp4"), track(FPS)).unwrap();
    let mut pngs = PngWriter::create(&folder.path().join("film.pngs")).unwrap();
    push(&mut film, 0..2);
    pngs.push(b"a picture").unwrap();
    let refused = arm([Fault::error("video.folder", io::ErrorKind::Other).times(2)]);
    assert!(matches!(film.sync(), Err(VideoError::Io { .. })));
    assert!(matches!(pngs.sync(), Err(VideoError::Io { .. })));
    drop(refused);
    film.sync().unwrap();
    pngs.sync().unwrap();
    let _refused = arm([Fault::error("video.folder", io::ErrorKind::Other).times(2)]);
    film.sync().unwrap();
    pngs.sync().unwrap();
}

#[test]
fn a_full_disk_keeps_what_was_written_and_takes_the_rest_once_it_has_room() {
    let folder = tempfile::tempdir().unwrap();
    let whole = after(&writes());
    for room in (1_000..whole.len()).step_by(37) {
        let (mut writer, log, left) = on_disk(room);
        let mut refused = 0;
        for index in 0..SAMPLES {
            if let Err(error) = writer.push(&sample(index), key(index)) {
                assert!(matches!(error, VideoError::Io { .. }));
                assert!(error.remedy().contains("Free some space"));
                refused += 1;
            }
            assert_eq!(writer.samples(), index as u64 + 1, "a sample was lost");
        }
        let (found, _) = recovered(folder.path(), &after(&log.borrow()));
        assert_eq!(found as u64, writer.written());
        if refused > 0 {
            left.replace(usize::MAX);
        }
        let written = writer.written() as usize;
        let result = writer.finish();
        let (found, closed) = recovered(folder.path(), &after(&log.borrow()));
        match result {
            Ok(finished) => assert_eq!(finished.samples, SAMPLES as u64),
            // The room ended in the last fragment, or in the index behind it.
            Err(_) => assert_eq!(refused, 0),
        }
        assert!(
            found == SAMPLES || found == written && refused == 0,
            "{found}"
        );
        if refused == 0 && found == SAMPLES {
            assert!(closed == whole);
        }
    }
}

#[test]
fn a_film_grows_by_half_a_second_at_a_time() {
    for (fps, per_fragment) in [(1, 1), (2, 1), (3, 2), (10, 5), (30, 15), (60, 30)] {
        let log = Log::default();
        let disk = Disk {
            log: Rc::clone(&log),
            room: Rc::new(RefCell::new(usize::MAX)),
        };
        let mut writer = Writer::over(disk, Path::new("film.mp4"), track(fps)).unwrap();
        push(&mut writer, 0..per_fragment);
        assert_eq!(writer.written(), per_fragment as u64, "{fps} fps");
        push(&mut writer, per_fragment..per_fragment * 2 - 1);
        assert_eq!(writer.written(), per_fragment as u64, "{fps} fps");
        writer.flush().unwrap();
        assert_eq!(writer.written(), per_fragment as u64 * 2 - 1, "{fps} fps");
        let before = log.borrow().len();
        writer.flush().unwrap();
        assert_eq!(
            log.borrow().len(),
            before,
            "nothing waits, nothing is written"
        );
    }
}

#[test]
fn a_film_ends_earlier_without_a_moment_in_which_it_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    let whole = after(&writes());
    for keep in 0..=SAMPLES + 2 {
        fs::write(&path, &whole).unwrap();
        mp4::truncate(&path, keep as u64).unwrap();
        let kept = keep.min(SAMPLES);
        assert_samples(&path, kept);
        let shortened = fs::read(&path).unwrap();
        if keep >= SAMPLES {
            assert!(shortened == whole);
        }
        // As a crash leaves it: without the new index, with a part of it, with two of them.
        for part in [0, 9, shortened.len().saturating_sub(whole.len())] {
            let mut torn = whole.clone();
            torn.extend_from_slice(
                &shortened[whole.len()..whole.len() + part.min(shortened.len() - whole.len())],
            );
            fs::write(&path, &torn).unwrap();
            assert_samples(&path, SAMPLES);
            mp4::truncate(&path, keep as u64).unwrap();
            assert!(
                fs::read(&path).unwrap().starts_with(&shortened),
                "{keep}, torn at {part}"
            );
            assert_samples(&path, kept);
        }
        // Shortened again, and again.
        mp4::truncate(&path, keep as u64 / 2).unwrap();
        assert_samples(&path, kept.min(keep / 2));
        assert_eq!(mp4::recover(&path).unwrap(), kept.min(keep / 2) as u64);
    }
}

#[test]
fn a_film_that_is_not_closed_is_not_shortened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    let mut writer = Writer::create(&path, track(FPS)).unwrap();
    push(&mut writer, 0..20);
    assert!(mp4::truncate(&path, 3).is_err());
    assert_samples(&path, 20);
    assert!(!mp4::inspect(&path).unwrap().finished);
    writer.sync().unwrap();
    drop(writer);
    assert_eq!(mp4::recover(&path).unwrap(), 20);
    mp4::truncate(&path, 3).unwrap();
    assert_samples(&path, 3);
}

#[test]
fn a_film_that_is_there_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    fs::write(&path, "precious").unwrap();
    assert!(Writer::create(&path, track(FPS)).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}

#[test]
fn what_can_be_no_film_is_refused_before_it_is_written() {
    let begin = |change: fn(&mut video::Track)| {
        let mut track = track(FPS);
        change(&mut track);
        let disk = Disk {
            log: Log::default(),
            room: Rc::new(RefCell::new(usize::MAX)),
        };
        Writer::over(disk, Path::new("film.mp4"), track)
    };
    assert!(begin(|track| track.fps = 0).is_err());
    assert!(begin(|track| track.fps = 1_001).is_err());
    assert!(begin(|track| track.parameters.clear()).is_err());
    let mut writer = begin(|_| ()).unwrap();
    assert!(writer.push(&[], true).is_err());
    assert!(
        writer.push(&[1], false).is_err(),
        "does not begin with a key"
    );
    assert_eq!(writer.samples(), 0);
    writer.push(&[1], true).unwrap();
    writer.push(&[1], false).unwrap();
    assert_eq!(writer.samples(), 2);
}
