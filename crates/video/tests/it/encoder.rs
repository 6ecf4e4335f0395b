//! The encoder's thread as a recording meets it: films read back, failures of every kind, and what the person is told.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use pixels::{CameraFrame, PixelFormat};
use stdx::SystemClock;
use stdx::failpoint::{Fault, arm};
use stdx::thread::Intent;
use stdx::watchdog::{AfterHang, Policy, Seen};
use tempfile::TempDir;
use video::encoder::{EncoderEvent, EncoderState, Ending, start};
use video::pngs::PngReader;
use video::{
    Codec, Encoded, EncoderConfig, EncoderHandle, FootageKind, PictureStats, Pushed, VideoError,
};

use crate::scene::{frame, number, numbers, picture, size};

const PATIENCE: Duration = Duration::from_secs(60);

const POLICY: Policy = Policy {
    thread: "enc",
    intent: Intent::Encode,
    slow_after: Duration::from_secs(2),
    hangs_after: Duration::from_secs(10),
    restarts: 3,
    after_hang: AfterHang::Abandon,
};

/// Hangs count at once.
const HASTY: Policy = Policy {
    slow_after: Duration::from_millis(200),
    hangs_after: Duration::from_millis(400),
    ..POLICY
};

struct Room {
    folder: TempDir,
    encoder: EncoderHandle,
    seen: Vec<String>,
}

fn config() -> EncoderConfig {
    EncoderConfig::new("front", size(96, 64), 30)
}

impl Room {
    fn new(config: EncoderConfig, policy: Policy) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            encoder: start(config, policy, SystemClock::shared()).unwrap(),
            seen: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn begin(&mut self, name: &str) {
        let path = self.path(name);
        self.encoder.begin(path);
    }

    fn push(&mut self, numbers: impl IntoIterator<Item = u32>) -> Vec<Pushed> {
        let push = |number| self.encoder.push(frame(size(96, 64), number));
        numbers.into_iter().map(push).collect()
    }

    fn answer(&mut self, ending: &Ending) -> Result<Encoded, VideoError> {
        let seen = &mut self.seen;
        let told = |news: Seen| {
            if let Seen::Failed(failed) = news {
                seen.push(failed.to_string());
            }
        };
        self.encoder.wait(ending, PATIENCE, told).unwrap()
    }

    fn end(&mut self) -> Result<Encoded, VideoError> {
        let ending = self.encoder.end();
        self.answer(&ending)
    }

    fn events(&self) -> String {
        // How quick this machine is decides about thrift.
        let events = self.encoder.take_events().into_iter();
        let words: Vec<_> = events
            .filter(|event| !matches!(event, EncoderEvent::Thrift { .. }))
            .map(|event| event.to_string())
            .collect();
        words.join("\n")
    }
}

fn torn(number: u32) -> CameraFrame {
    CameraFrame {
        bytes: vec![0; 9].into(),
        ..frame(size(96, 64), number)
    }
}

#[test]
fn pushes_and_repeats_are_the_films_pictures_in_order() {
    let mut room = Room::new(config(), POLICY);
    room.begin("film.mp4");
    assert_eq!(room.push([1, 2, 3]), [Pushed::Taken; 3]);
    assert_eq!(room.encoder.repeat(), Pushed::Taken);
    assert_eq!(room.encoder.repeat(), Pushed::Taken);
    room.push([6, 7]);
    let encoded = room.end().unwrap();
    assert!(encoded.failure.is_none());
    assert_eq!((encoded.samples, encoded.stats.pictures()), (7, 7));
    assert_eq!(numbers(&encoded.path), [1, 2, 3, 3, 3, 6, 7]);
    let decoded = PictureStats::of_film(&encoded.path).unwrap();
    let [before, after] = [&encoded.stats, &decoded].map(|stats| stats.colours().unwrap());
    assert_eq!(before.count, after.count);
    for (before, after) in before.mean.into_iter().zip(after.mean) {
        assert!((before - after).abs() < 0.01, "{before} {after}");
    }
    let about = video::mp4::inspect(&encoded.path).unwrap();
    assert_eq!((about.samples, about.bytes), (7, encoded.bytes));
    // A machine that is busy with something else gets a cheaper film.
    assert!(about.keys == 4 || !encoded.thrift.is_empty());
    assert!(about.finished);
    assert_eq!(room.encoder.status().state, EncoderState::Idle);
    assert_eq!(room.events(), "");
}

#[test]
fn the_next_episode_begins_while_the_one_before_is_still_being_closed() {
    let mut room = Room::new(config(), POLICY);
    let mut endings = Vec::new();
    for episode in 0..5_u32 {
        room.begin(&format!("{episode}.mp4"));
        assert!(
            room.push(0..10)
                .iter()
                .all(|pushed| *pushed == Pushed::Taken)
        );
        endings.push(room.encoder.end());
    }
    for (episode, ending) in endings.iter().enumerate() {
        let encoded = room.answer(ending).unwrap();
        assert!(encoded.path.ends_with(format!("{episode}.mp4")));
        assert_eq!(numbers(&encoded.path), (0..10).collect::<Vec<_>>());
    }
}

#[test]
fn a_picture_that_cannot_be_read_repeats_the_one_before_and_is_counted_and_told_once() {
    let mut room = Room::new(config(), POLICY);
    room.begin("film.mp4");
    let other_size = frame(size(64, 48), 9);
    for picture in [
        torn(0),
        frame(size(96, 64), 5),
        torn(0),
        other_size,
        frame(size(96, 64), 6),
    ] {
        assert_eq!(room.encoder.push(picture), Pushed::Taken);
    }
    let encoded = room.end().unwrap();
    assert_eq!((encoded.samples, encoded.undecodable), (5, 3));
    assert_eq!(encoded.undecodable_at, [0, 2, 3]);
    assert_eq!(numbers(&encoded.path), [0, 5, 5, 5, 6]);
    let black = video::Reader::open(&encoded.path)
        .unwrap()
        .frame(0)
        .unwrap();
    assert!(black.y.iter().all(|y| *y <= 18), "the first is black");
    insta::assert_snapshot!(room.events(), @"Camera front: picture 0 could not be read, the one before is repeated and marked: a NV12 picture of 96x64 has 9216 bytes, but 9 came. Single ones are harmless. If they come often, the USB bus is short of time: plug the camera into another port, without a hub, or choose a smaller size or rate.");
}

#[test]
fn an_episode_without_pictures_has_no_file_and_one_that_begins_with_a_repeat_is_black() {
    let mut room = Room::new(config(), POLICY);
    room.begin("none.mp4");
    let encoded = room.end().unwrap();
    assert_eq!((encoded.samples, encoded.bytes), (0, 0));
    assert!(!encoded.path.exists() && encoded.stats.colours().is_none());
    room.begin("black.mp4");
    assert_eq!(room.encoder.repeat(), Pushed::Taken);
    let encoded = room.end().unwrap();
    assert_eq!(encoded.samples, 1);
    assert_eq!(encoded.stats.colours().unwrap().max, [0.0; 3]);
}

#[test]
fn a_discarded_episode_leaves_no_file_and_nothing_of_it_gets_into_the_next() {
    for codec in [Codec::H264, Codec::Av1] {
        let config = EncoderConfig {
            footage: FootageKind::Film(codec),
            ..config()
        };
        let mut room = Room::new(config, POLICY);
        room.begin("gone.mp4");
        room.push(100..110);
        room.encoder.discard();
        room.begin("kept.mp4");
        room.push(0..6);
        let encoded = room.end().unwrap();
        assert!(encoded.failure.is_none(), "{:?}", encoded.failure);
        assert_eq!(numbers(&encoded.path), [0, 1, 2, 3, 4, 5]);
        assert!(!room.path("gone.mp4").exists());
        assert_eq!(room.push([1]), [Pushed::Lost], "no film is open");
    }
}

#[test]
fn av1_can_be_recorded_live_and_ends_with_every_picture() {
    let config = EncoderConfig {
        footage: FootageKind::Film(Codec::Av1),
        gop: 30,
        ..config()
    };
    let mut room = Room::new(config, POLICY);
    room.begin("film.mp4");
    room.push(0..40);
    let encoded = room.end().unwrap();
    assert!(encoded.failure.is_none(), "{:?}", encoded.failure);
    assert_eq!(numbers(&encoded.path), (0..40).collect::<Vec<_>>());
    let about = video::mp4::inspect(&encoded.path).unwrap();
    assert_eq!(about.codec, Some(Codec::Av1));
}

#[test]
fn a_full_queue_turns_pictures_into_repeats_and_loses_no_sample() {
    let armed = arm([Fault::hang("encoder.picture")]);
    let mut room = Room::new(config(), POLICY);
    room.begin("film.mp4");
    room.push([0]);
    while armed.hanging("encoder.picture") == 0 {
        std::thread::yield_now();
    }
    let capacity = config().queue() as u32;
    let taken = room.push((0..capacity).map(|number| number % 100));
    assert!(taken.iter().all(|pushed| *pushed == Pushed::Taken));
    assert_eq!(room.encoder.status().waiting, capacity as usize);
    // Waits for room once, and then hardly any more, because the budget is spent.
    assert_eq!(room.push([200; 7]), [Pushed::Repeated; 7]);
    armed.release("encoder.picture");
    let encoded = room.end().unwrap();
    assert!(encoded.failure.is_none());
    assert_eq!(encoded.samples, u64::from(capacity) + 8);
    assert_eq!(encoded.repeated_for_want_of_time, 7);
    let shown = numbers(&encoded.path);
    assert_eq!(shown[shown.len() - 8..], [(capacity - 1) % 100; 8]);
}

#[test]
fn a_panic_ends_the_episode_kept_as_far_as_it_goes_and_the_next_one_is_whole() {
    let _armed = arm([Fault::panic("encoder.picture").on(40)]);
    let mut room = Room::new(config(), POLICY);
    room.begin("cut.mp4");
    room.push(0..60);
    let ending = room.encoder.end();
    room.begin("whole.mp4");
    room.push(0..10);
    let cut = room.answer(&ending).unwrap();
    // Fragments of half a second; what was in the last one is lost.
    assert_eq!(cut.samples, 30);
    assert_eq!(numbers(&cut.path), (0..30).collect::<Vec<_>>());
    assert!(video::mp4::inspect(&cut.path).unwrap().finished);
    insta::assert_snapshot!(cut.failure.unwrap(), @"the encoder of camera front is lost: it ended in a panic");
    let whole = room.end().unwrap();
    assert!(whole.failure.is_none());
    assert_eq!(numbers(&whole.path), (0..10).collect::<Vec<_>>());
    insta::assert_snapshot!(room.seen.join("\n"), @"thread enc:front ended in a panic: failpoint encoder.picture; started again (1 of 3)");
    insta::assert_snapshot!(room.events(), @r#"
Camera front: its film failed and is kept as far as it goes: the encoder of camera front is lost: it ended in a panic
The episode is kept as far as its film goes; record it again, and start the program again if it happens often.
"#);
}

#[test]
fn whoever_records_hears_that_a_film_failed_with_the_next_picture() {
    let _armed = arm([Fault::error("encoder.picture", ErrorKind::Other).on(3)]);
    let mut room = Room::new(config(), POLICY);
    room.begin("cut.mp4");
    room.push(0..5);
    while room.encoder.status().state != EncoderState::Failed {
        std::thread::yield_now();
    }
    assert_eq!(room.push([5]), [Pushed::Lost]);
    assert_eq!(room.encoder.repeat(), Pushed::Lost);
    let encoded = room.end().unwrap();
    assert_eq!((encoded.samples, encoded.failure.is_some()), (2, true));
    assert_eq!(numbers(&encoded.path), [0, 1]);
    room.begin("whole.mp4");
    assert_eq!(room.push([0]), [Pushed::Taken]);
    assert_eq!(room.end().unwrap().samples, 1);
}

#[test]
fn a_panic_while_a_film_is_closed_answers_with_what_is_in_it() {
    let _armed = arm([Fault::panic("encoder.finish")]);
    let mut room = Room::new(config(), POLICY);
    room.begin("cut.mp4");
    room.push(0..45);
    let encoded = room.end().unwrap();
    assert!(encoded.failure.is_some());
    assert_eq!(encoded.samples, 45);
    assert_eq!(numbers(&encoded.path), (0..45).collect::<Vec<_>>());
    assert_eq!(room.seen.len(), 1);
}

#[test]
fn a_write_that_hangs_and_comes_back_leaves_the_film_alone_that_was_recovered_meanwhile() {
    // The second fragment: of 45 pictures 15 are on disk, and 15 on their way.
    let armed = arm([Fault::hang("video.write").on(3)]);
    let mut room = Room::new(config(), HASTY);
    room.begin("hung.mp4");
    room.push(0..45);
    let hung = room.end().unwrap();
    assert!(hung.failure.is_some());
    let path = room.path("hung.mp4");
    assert_eq!(video::mp4::recover(&path).unwrap(), 15);
    let before = std::fs::read(&path).unwrap();
    armed.release("video.write");
    while armed.hanging("video.write") > 0 {
        std::thread::yield_now();
    }
    // The thread that was left behind writes right after; the one in its place has written a whole film by then.
    for name in ["after.mp4", "more.mp4"] {
        room.begin(name);
        room.push(0..45);
        assert_eq!(room.end().unwrap().samples, 45);
    }
    assert!(
        std::fs::read(&path).unwrap() == before,
        "the film has changed since it was recovered"
    );
    assert_eq!(numbers(&path), (0..15).collect::<Vec<_>>());
}

#[test]
fn a_thread_that_hangs_is_not_waited_for_and_the_next_episode_has_another_one() {
    let armed = arm([Fault::hang("encoder.picture").on(4)]);
    let mut room = Room::new(config(), HASTY);
    room.begin("hung.mp4");
    room.push(0..9);
    let hung = room.end().unwrap();
    assert_eq!(hung.samples, 0, "nothing is certain");
    insta::assert_snapshot!(hung.failure.unwrap(), @"the encoder of camera front is lost: it gave no sign of life and was left alone");
    insta::assert_snapshot!(room.seen.join("\n"), @"thread enc:front has given no sign of life for 0 s; started again (1 of 3)");
    room.begin("whole.mp4");
    room.push(0..9);
    let encoded = room.end().unwrap();
    assert_eq!(numbers(&encoded.path), (0..9).collect::<Vec<_>>());
    // It comes back, and finds that it has nothing to touch any more.
    let before = std::fs::read(room.path("hung.mp4")).unwrap();
    armed.release("encoder.picture");
    room.begin("after.mp4");
    room.push(0..9);
    assert_eq!(room.end().unwrap().samples, 9);
    let after = std::fs::read(room.path("hung.mp4")).unwrap();
    assert!(before == after);
}

#[test]
fn an_ending_that_hangs_is_answered_with_the_loss() {
    let _armed = arm([Fault::hang("encoder.finish")]);
    let mut room = Room::new(config(), HASTY);
    room.begin("hung.mp4");
    room.push(0..31);
    insta::assert_snapshot!(room.end().unwrap_err(), @"the encoder of camera front is lost: it gave no sign of life and was left alone");
    // Whoever recovers the dataset finds whole fragments.
    assert_eq!(video::mp4::recover(&room.path("hung.mp4")).unwrap(), 30);
    room.begin("whole.mp4");
    room.push(0..9);
    assert_eq!(room.end().unwrap().samples, 9);
}

#[test]
fn without_another_thread_pictures_are_lost_at_once_and_endings_answer() {
    let _armed = arm([Fault::hang("encoder.picture")]);
    let policy = Policy {
        restarts: 0,
        ..HASTY
    };
    let mut room = Room::new(config(), policy);
    room.begin("hung.mp4");
    room.push(0..9);
    assert!(room.end().is_err());
    assert_eq!(room.encoder.status().state, EncoderState::Gone);
    room.begin("next.mp4");
    assert_eq!(room.push([0]), [Pushed::Lost]);
    assert!(room.end().is_err());
}

#[test]
fn a_disk_that_takes_nothing_for_a_while_costs_no_picture() {
    // The first write begins the film, the second is its first fragment.
    let _armed = arm([Fault::error("video.write", ErrorKind::StorageFull)
        .on(2)
        .times(3)]);
    let mut room = Room::new(config(), POLICY);
    room.begin("film.mp4");
    room.push(0..60);
    let encoded = room.end().unwrap();
    assert!(encoded.failure.is_none(), "{:?}", encoded.failure);
    assert_eq!(numbers(&encoded.path), (0..60).collect::<Vec<_>>());
    let events = room.events();
    let told: Vec<_> = events
        .lines()
        .filter(|line| !line.starts_with("File"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
Camera front: the disk does not take its film: writing a fragment of the film failed: failpoint video.write
Free some space on that disk; what was written before is kept.
Camera front: the disk takes its film again; nothing was lost.
"#);
}

#[test]
fn a_disk_that_stays_full_ends_the_episode_kept_as_far_as_it_was_written() {
    let armed = arm([Fault::error("video.write", ErrorKind::StorageFull)
        .on(4)
        .times(1000)]);
    let mut room = Room::new(config(), POLICY);
    room.begin("film.mp4");
    room.push(0..60);
    let encoded = room.end().unwrap();
    let VideoError::Io { source, .. } = encoded.failure.unwrap() else {
        panic!("another failure");
    };
    assert_eq!(source.kind(), ErrorKind::StorageFull);
    drop(armed);
    // Two fragments reached the disk, and the index, which would close the film, did not.
    assert_eq!(video::mp4::recover(&encoded.path).unwrap(), 30);
}

#[test]
fn a_film_that_cannot_be_begun_says_so_with_the_first_picture() {
    let mut room = Room::new(config(), POLICY);
    std::fs::write(room.path("film.mp4"), b"somebody's").unwrap();
    room.begin("film.mp4");
    room.push([0]);
    let encoded = room.end().unwrap();
    assert_eq!(encoded.samples, 0);
    let VideoError::Io { source, .. } = encoded.failure.unwrap() else {
        panic!("another failure");
    };
    assert_eq!(source.kind(), ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(room.path("film.mp4")).unwrap(), b"somebody's");
}

#[test]
fn dropping_the_handle_closes_the_film_that_is_open() {
    let mut room = Room::new(config(), POLICY);
    room.begin("film.mp4");
    room.push(0..20);
    let path = room.path("film.mp4");
    drop(room.encoder);
    assert!(video::mp4::inspect(&path).unwrap().finished);
    assert_eq!(numbers(&path), (0..20).collect::<Vec<_>>());
}

#[test]
fn pictures_of_an_image_dataset_come_back_to_the_byte() {
    let size = size(96, 64);
    let config = EncoderConfig {
        footage: FootageKind::Pngs,
        ..config()
    };
    let mut room = Room::new(config, POLICY);
    let rgb = |number| {
        let mut rgb = Vec::new();
        pixels::rgb_from_yuv420(&picture(size, number), &mut rgb).unwrap();
        rgb
    };
    room.begin("front.pngs");
    let camera = CameraFrame {
        format: PixelFormat::Rgb,
        bytes: rgb(4).into(),
        ..frame(size, 4)
    };
    assert_eq!(room.encoder.push(camera), Pushed::Taken);
    assert_eq!(room.encoder.repeat(), Pushed::Taken);
    room.push([5]);
    let encoded = room.end().unwrap();
    assert!(encoded.failure.is_none());
    assert_eq!((encoded.samples, encoded.stats.pictures()), (3, 3));
    assert_eq!(encoded.bytes, encoded.path.metadata().unwrap().len());
    let counted = PictureStats::of_pngs(&encoded.path).unwrap();
    assert_eq!(counted, encoded.stats);
    let mut reader = PngReader::open(&encoded.path).unwrap();
    for number in [4, 4, 5] {
        let png = reader.next_png().unwrap().unwrap();
        assert_eq!(pixels::png::decode(&png).unwrap(), (size, rgb(number)));
    }
    assert!(reader.next_png().unwrap().is_none());
    assert_eq!(number(&picture(size, 5)), 5);
}
