//! A film made again: like the old one picture by picture, or not reported as done.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use stdx::SystemClock;
use stdx::thread::Intent;
use stdx::watchdog::{AfterHang, Policy};
use video::encode::Quantizer;
use video::reencode::{Progress, Reencode, reencode_in_background};
use video::{Codec, EncoderConfig, Pushed, VideoError, mp4, reencode};

use crate::scene::{frame, numbers, size};

fn film(folder: &Path, pictures: u32) -> std::path::PathBuf {
    let policy = Policy {
        thread: "enc",
        intent: Intent::Encode,
        slow_after: std::time::Duration::from_secs(60),
        hangs_after: std::time::Duration::from_secs(60),
        restarts: 0,
        after_hang: AfterHang::Abandon,
    };
    let config = EncoderConfig::new("front", size(96, 64), 30);
    let mut encoder = video::encoder::start(config, policy, SystemClock::shared()).unwrap();
    let path = folder.join("old.mp4");
    encoder.begin(path.clone());
    for number in 0..pictures {
        assert_eq!(encoder.push(frame(size(96, 64), number)), Pushed::Taken);
    }
    drop(encoder);
    path
}

#[test]
fn a_film_made_again_in_av1_shows_every_picture_at_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (film(folder.path(), 13), folder.path().join("new.mp4"));
    let mut steps = Vec::new();
    let never = AtomicBool::new(false);
    let made = reencode(
        &old,
        &new,
        Reencode::default(),
        |step| steps.push(step),
        &never,
    )
    .unwrap();
    assert_eq!(numbers(&new), (0..13).collect::<Vec<_>>());
    let (before, after) = (mp4::inspect(&old).unwrap(), mp4::inspect(&new).unwrap());
    assert_eq!(after.codec, Some(Codec::Av1));
    assert_eq!((made.samples, made.bytes), (13, after.bytes));
    assert_eq!(
        (after.keys, after.duration, after.fps),
        (7, before.duration, before.fps)
    );
    assert!(made.worst_db > 32.0 && made.worst_at < 13);
    assert_eq!(steps.len(), 26);
    assert_eq!(steps.last(), Some(&Progress::Compared(13, 13)));
}

#[test]
fn a_film_that_comes_out_too_coarse_is_not_reported_as_done_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (film(folder.path(), 5), folder.path().join("new.mp4"));
    let how = Reencode {
        quantizer: Quantizer::new(51).unwrap(),
        floor_db: 45.0,
        ..Reencode::default()
    };
    let failed = reencode(&old, &new, how, |_| {}, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(failed, VideoError::Unlike { .. }), "{failed}");
    assert!(failed.to_string().contains("45.0 are needed"), "{failed}");
    assert!(!new.exists() && old.exists());
}

#[test]
fn it_stops_when_it_is_told_to_in_either_step_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (film(folder.path(), 8), folder.path().join("new.mp4"));
    for at in [Progress::Encoded(7, 8), Progress::Compared(2, 8)] {
        let cancel = AtomicBool::new(false);
        let stop = |step| {
            if step == at {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        let stopped = reencode(&old, &new, Reencode::default(), stop, &cancel);
        assert!(matches!(stopped, Err(VideoError::Cancelled)), "{stopped:?}");
        assert!(!new.exists());
    }
}

#[test]
fn nobodys_file_is_in_the_way_of_a_new_film() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (film(folder.path(), 6), folder.path().join("new.mp4"));
    std::fs::write(&new, b"somebody's").unwrap();
    let cancel = std::sync::Arc::new(AtomicBool::new(false));
    let thread =
        reencode_in_background(old, new.clone(), Reencode::default(), |_| {}, cancel).unwrap();
    assert!(thread.join().unwrap().is_err());
    assert_eq!(std::fs::read(&new).unwrap(), b"somebody's");
}
