//! What a camera's thread makes of devices that misbehave, turn by turn on a clock of the test's own.

mod bench;
mod losses;
mod threads;

use std::collections::VecDeque;
use std::io;

use pixels::{PictureReader, PixelFormat, Rotation, Size, picture_ring};
use proptest::prelude::*;
use stdx::failpoint::Fault;
use stdx::thread::Intent;
use stdx::watchdog::{AfterHang, Policy, Seen};
use stdx::{FakeClock, LatestReader, SystemClock};
use units::Hz;

use self::bench::*;
use super::*;
use crate::camera::Camera;
use crate::config::{ControlValue, Warmup};
use crate::status::CameraStatus;
use crate::usb::{Control, ControlKind};

#[test]
fn pictures_go_to_the_ring_and_the_newest_to_the_preview() {
    let mut bench = Bench::new(config(), vec![Open::Does("usb-1", steady(5))]);
    assert!(bench.until(|status| status.pictures == 5));
    let pictures = bench.drained();
    let numbers: Vec<u64> = pictures.iter().map(|picture| picture.sequence).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
    for (before, after) in pictures.iter().zip(&pictures[1..]) {
        assert_eq!(after.arrived_at.since(before.arrived_at), PERIOD);
    }
    assert_eq!(pictures[4].rotation, Rotation::Half);
    assert_eq!(bench.status().last_arrival, Some(pictures[4].arrived_at));
    let shown = bench.preview.take().unwrap();
    assert_eq!(
        (shown.sequence, shown.arrived_at),
        (4, pictures[4].arrived_at)
    );
    assert_eq!(bench.status().state, CameraState::Streaming);
}

#[test]
fn a_picture_that_is_not_whole_reaches_nobody_and_is_counted() {
    let whole = size().pixels();
    let mut steps = steady(1);
    steps.extend([0, whole - 1, whole + 1].map(|bytes| Step::Bytes(PERIOD, bytes)));
    steps.extend(steady(1));
    steps.extend(vec![Step::Bytes(PERIOD, 1); 7]);
    steps.extend(steady(1));
    let mut bench = Bench::new(config(), vec![Open::Does("usb-1", steps)]);
    assert!(bench.until(|status| status.pictures == 3));
    let numbers: Vec<u64> = bench
        .drained()
        .iter()
        .map(|picture| picture.sequence)
        .collect();
    assert_eq!(numbers, [0, 4, 12], "each of them leaves a hole");
    let status = bench.status();
    assert_eq!((status.pictures, status.bad), (3, 10));
    assert_eq!(
        status.last_bad.as_deref(),
        Some("a GREY picture of 8x4 has 32 bytes, but 1 came")
    );
    let told: Vec<u64> = bench
        .events()
        .iter()
        .filter_map(|event| match event {
            CameraEvent::Bad { bad, .. } => Some(*bad),
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [1, 10],
        "told at the first and when there are ten times as many"
    );
}

#[test]
fn pictures_that_never_arrived_leave_holes() {
    let mut steps = steady(2);
    steps.push(Step::Missed(3));
    steps.extend(steady(1));
    let again = vec![Step::Missed(1), Step::Picture(PERIOD, 90)];
    steps.push(Step::Gone);
    let mut bench = Bench::new(
        config(),
        vec![Open::Does("usb-1", steps), Open::Does("usb-1", again)],
    );
    assert!(bench.until(|status| status.pictures == 4));
    let numbers: Vec<u64> = bench
        .drained()
        .iter()
        .map(|picture| picture.sequence)
        .collect();
    assert_eq!(numbers, [0, 1, 5, 7]);
    assert_eq!(bench.status().missed, 4, "of both openings");
}

#[test]
fn rate_and_jitter_are_measured() {
    for (spans, fps, jitter) in [
        ([33_333, 33_333], 30.0, 0.0),
        ([33_367, 33_367], 29.97, 0.0),
        ([20_000, 46_666], 30.0, 13.333),
    ] {
        let steps = (0..90).map(|at| Step::Picture(Duration::from_micros(spans[at % 2]), 90));
        let mut bench = Bench::new(config(), vec![Open::Does("usb-1", steps.collect())]);
        assert!(bench.until(|status| status.pictures == 90));
        let pace = bench.status().pace.unwrap();
        assert!((pace.fps - fps).abs() < 0.01 * fps, "{spans:?}: {pace:?}");
        assert!(
            (pace.jitter.as_secs_f64() * 1e3 - jitter).abs() < 0.1,
            "{spans:?}: {pace:?}"
        );
    }
}

#[test]
fn a_camera_is_ready_when_rate_and_brightness_have_settled() {
    let rising = |pictures: usize, step: u8| {
        (0..pictures).map(move |at| Step::Picture(PERIOD, (at as u8).saturating_mul(step)))
    };
    let uneven = (0..120).map(|at| Step::Picture(PERIOD * (1 + at % 4), 90));
    for (what, steps, between, settles) in [
        ("steady and bright at once", steady(60), 300..600, true),
        // Becomes brighter for a second, then stays.
        (
            "exposure that settles",
            rising(30, 5).chain(steady(60)).collect(),
            1000..1700,
            true,
        ),
        (
            "a slow camera in the dark",
            vec![Step::Picture(PERIOD * 3, 20); 60],
            900..1200,
            true,
        ),
        (
            "a lamp that never rests",
            (0..120)
                .map(|at| Step::Picture(PERIOD, if at % 10 < 5 { 60 } else { 120 }))
                .collect(),
            3000..3100,
            false,
        ),
        ("pictures in bursts", uneven.collect(), 3000..3200, false),
    ] {
        let mut config = config();
        config.warmup = Warmup::default();
        let mut bench = Bench::new(config, vec![Open::Does("usb-1", steps)]);
        assert!(
            bench.until(|status| status.state == CameraState::Streaming),
            "{what}"
        );
        let events = bench.events();
        let ready = events.iter().find_map(|event| match event {
            CameraEvent::Ready { after, settled } => Some((*after, *settled)),
            _ => None,
        });
        let (after, settled) = ready.unwrap();
        assert_eq!(settled, settles, "{what}");
        assert!(between.contains(&after.as_millis()), "{what}: {after:?}");
        assert_eq!(bench.status().warmed_in, Some(after));
    }
}

#[test]
fn the_first_picture_is_ready_where_nobody_wants_to_wait() {
    let mut bench = Bench::new(config(), vec![Open::Does("usb-1", steady(1))]);
    assert!(bench.until(|status| status.pictures == 1));
    let ready = CameraEvent::Ready {
        after: Duration::ZERO,
        settled: true,
    };
    assert_eq!(bench.events(), [ready]);
}

#[test]
fn pictures_are_given_out_while_a_camera_warms_up() {
    let mut config = config();
    config.warmup = Warmup::default();
    let mut bench = Bench::new(config, vec![Open::Does("usb-1", steady(3))]);
    assert!(bench.until(|status| status.pictures == 3));
    assert_eq!(bench.status().state, CameraState::Warming);
    assert_eq!(bench.drained().len(), 3);
}
#[test]
fn a_camera_that_gives_fewer_pictures_than_it_agreed_to_is_told_of_once() {
    let mut steps = vec![Step::Picture(PERIOD * 2, 20); 60];
    steps.extend(steady(120));
    steps.extend(vec![Step::Picture(PERIOD * 2, 20); 60]);
    let mut bench = Bench::new(config(), vec![Open::Does("usb-1", steps)]);
    assert!(bench.until(|status| status.pictures == 240));
    let slow: Vec<f64> = bench
        .events()
        .iter()
        .filter_map(|event| match event {
            CameraEvent::Slow { gives, .. } => Some(gives.round()),
            _ => None,
        })
        .collect();
    assert_eq!(slow.len(), 2, "once for each time: {slow:?}");
    assert_eq!(slow[0], 15.0);
}

#[test]
fn what_leaves_the_ring_unread_is_counted() {
    let mut bench = Bench::new(config(), vec![Open::Does("usb-1", steady(70))]);
    assert!(bench.until(|status| status.pictures == 70));
    assert_eq!(bench.status().overwritten, 6);
}

fn any_step() -> impl Strategy<Value = Step> {
    let span = (0u64..3_000_000).prop_map(Duration::from_micros);
    prop_oneof![
        6 => Just(Step::Picture(PERIOD, 90)),
        2 => (span.clone(), any::<u8>()).prop_map(|(after, level)| Step::Picture(after, level)),
        2 => (span.clone(), 0usize..64).prop_map(|(after, bytes)| Step::Bytes(after, bytes)),
        1 => (0u64..5).prop_map(Step::Missed),
        1 => span.prop_map(Step::Silence),
        1 => Just(Step::Gone),
    ]
}

fn any_open() -> impl Strategy<Value = Open> {
    prop_oneof![
        3 => prop::collection::vec(any_step(), 0..40).prop_map(|steps| Open::Does("usb-1", steps)),
        1 => prop::collection::vec(any_step(), 0..10).prop_map(|steps| Open::Does("usb-2", steps)),
        1 => Just(Open::Absent),
        1 => Just(Open::Busy),
        1 => Just(Open::OtherSize),
    ]
}

proptest! {
    #[test]
    fn whatever_a_device_does_only_whole_pictures_in_order_come_out(
        first in prop::collection::vec(any_step(), 1..40),
        opens in prop::collection::vec(any_open(), 0..6),
    ) {
        let mut all = vec![Open::Does("usb-1", first)];
        all.extend(opens);
        let mut bench = Bench::new(config(), all);
        let mut pictures = Vec::new();
        let end = bench.clock.now() + Duration::from_secs(90);
        while bench.clock.now() < end && bench.capture.turn() {
            pictures.extend(bench.drained());
        }
        let status = bench.status();
        prop_assert_eq!(status.pictures as usize, pictures.len());
        for picture in &pictures {
            prop_assert_eq!(picture.bytes.len(), size().pixels());
        }
        for (before, after) in pictures.iter().zip(pictures.iter().skip(1)) {
            prop_assert!(before.sequence < after.sequence);
            prop_assert!(before.arrived_at <= after.arrived_at);
        }
        if let Some(last) = pictures.last() {
            prop_assert!(last.sequence < status.pictures + status.bad + status.missed);
        }
    }
}

#[test]
fn a_control_is_set_between_two_pictures_and_again_when_the_camera_is_back() {
    let mut steps = steady(2);
    steps.push(Step::Gone);
    let opens = vec![
        Open::Does("usb-1", steps),
        Open::Absent,
        Open::Does("usb-1", steady(5)),
    ];
    let mut bench = Bench::new(config(), opens);
    let gain = |bench: &Bench| bench.shared.controls().first().and_then(|it| it.value);
    assert_eq!(gain(&bench), None, "it is not open");
    assert!(bench.until(|status| status.pictures == 1));
    assert_eq!(gain(&bench), Some(0));
    for (name, value) in [("gain", 7), ("gain", 70), ("focus", 1)] {
        bench.shared.wish(ControlSetting {
            name: name.to_owned(),
            value: ControlValue::Number(value),
        });
    }
    assert!(bench.until(|status| status.pictures == 2));
    assert_eq!(gain(&bench), Some(7), "set without closing it");
    let refused = |events: &[CameraEvent]| {
        let not_set = |event: &&CameraEvent| matches!(event, CameraEvent::NotSet(_));
        events.iter().filter(not_set).count()
    };
    assert_eq!(refused(&bench.events()), 2);
    assert!(bench.until(|status| status.reconnects == 1 && status.pictures == 4));
    assert_eq!(gain(&bench), Some(7), "the way to it knows nothing of that");
    assert_eq!(refused(&bench.events()), 0);
}
