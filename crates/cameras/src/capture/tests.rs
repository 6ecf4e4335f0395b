//! What a camera's thread makes of devices that misbehave, turn by turn on a clock of the test's own.

use std::collections::VecDeque;
use std::io;

use pixels::{PictureReader, PixelFormat, Rotation, Size, picture_ring};
use proptest::prelude::*;
use stdx::failpoint::Fault;
use stdx::thread::Intent;
use stdx::watchdog::{AfterHang, Policy, Seen};
use stdx::{FakeClock, LatestReader, SystemClock};
use units::Hz;

use super::*;
use crate::camera::Camera;
use crate::config::{ControlValue, Warmup};
use crate::status::CameraStatus;
use crate::usb::{Control, ControlKind};

const PERIOD: Duration = Duration::from_micros(33_333);

/// What a scripted device does next.
#[derive(Debug, Clone)]
enum Step {
    /// A grey picture of this brightness after so long.
    Picture(Duration, u8),
    /// A picture of so many bytes, which is not what it should be.
    Bytes(Duration, usize),
    /// The device tells that so many never arrived.
    Missed(u64),
    /// Nothing for so long.
    Silence(Duration),
    /// It is pulled out.
    Gone,
}

/// What happens when it is opened.
#[derive(Debug, Clone)]
enum Open {
    /// It opens, and does this. Afterwards it is silent.
    Does(&'static str, Vec<Step>),
    Absent,
    Busy,
    NotOffered,
    OtherSize,
}

struct Script {
    clock: FakeClock,
    opens: VecDeque<Open>,
    opened_at: Arc<Mutex<Vec<MonoTime>>>,
}

struct Scripted {
    info: Opened,
    clock: FakeClock,
    steps: VecDeque<Step>,
    missed: u64,
    /// Its only control.
    gain: i64,
}

fn size() -> Size {
    Size::new(8, 4).unwrap()
}

fn config() -> CameraConfig {
    let mut config = CameraConfig::new("front", size(), Hz::new(30.0).unwrap());
    config.rotation = Rotation::Half;
    config.warmup = Warmup {
        at_most: Duration::ZERO,
    };
    config
}

impl OpenDevice for Script {
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError> {
        self.opened_at.lock().unwrap().push(self.clock.now());
        let name = "C270".to_owned();
        let device = |identity: &str, size, steps: Vec<Step>| {
            Box::new(Scripted {
                info: Opened {
                    format: PixelFormat::Gray,
                    size,
                    fps: Hz::new(30.0).unwrap(),
                    name: "C270".to_owned(),
                    identity: identity.to_owned(),
                },
                clock: self.clock.clone(),
                steps: steps.into(),
                missed: 0,
                gain: 0,
            })
        };
        match self.opens.pop_front().unwrap_or(Open::Absent) {
            Open::Does(identity, steps) => Ok(device(identity, size(), steps)),
            Open::OtherSize => Ok(device("usb-1", Size::new(4, 4).unwrap(), Vec::new())),
            Open::Absent => Err(CameraError::NotFound {
                wanted: "usb-1".to_owned(),
                there: Vec::new(),
            }),
            Open::Busy => Err(CameraError::Busy { name }),
            Open::NotOffered => Err(CameraError::NotOffered {
                name,
                wanted: "8x4 at 30 fps".to_owned(),
                offered: Vec::new(),
            }),
        }
    }

    fn describe(&self) -> String {
        "a scripted camera".to_owned()
    }
}

impl Device for Scripted {
    fn info(&self) -> &Opened {
        &self.info
    }

    fn next(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError> {
        let Some(step) = self.steps.pop_front() else {
            self.clock.advance(wait);
            return Ok(None);
        };
        let (after, fill, bytes) = match step {
            Step::Picture(after, level) => (after, level, size().pixels()),
            Step::Bytes(after, bytes) => (after, 0, bytes),
            Step::Missed(missed) => {
                self.missed += missed;
                return Ok(None);
            }
            Step::Silence(span) => {
                self.clock.advance(span.min(wait));
                if span > wait {
                    self.steps.push_front(Step::Silence(span - wait));
                }
                return Ok(None);
            }
            Step::Gone => {
                return Err(CameraError::Lost {
                    name: self.info.name.clone(),
                    source: io::ErrorKind::NotConnected.into(),
                });
            }
        };
        if after > wait {
            self.clock.advance(wait);
            self.steps.push_front(match step {
                Step::Picture(_, level) => Step::Picture(after - wait, level),
                _ => Step::Bytes(after - wait, bytes),
            });
            return Ok(None);
        }
        self.clock.advance(after);
        into.resize(bytes, fill);
        Ok(Some(()))
    }

    fn controls(&self) -> Vec<Control> {
        vec![Control {
            id: 1,
            name: "gain".to_owned(),
            kind: ControlKind::Number {
                min: 0,
                max: 9,
                step: 1,
            },
            default: 0,
            value: Some(self.gain),
            read_only: false,
            inactive: false,
        }]
    }

    fn set(&mut self, setting: &ControlSetting) -> Result<(), CameraError> {
        match setting.value {
            ControlValue::Number(gain @ 0..=9) if setting.name == "gain" => {
                self.gain = gain;
                Ok(())
            }
            _ => Err(CameraError::Control {
                name: self.info.name.clone(),
                control: setting.name.clone(),
                value: setting.value.to_string(),
                why: "it takes 0 to 9".to_owned(),
                there: Vec::new(),
            }),
        }
    }

    fn missed(&self) -> u64 {
        self.missed
    }
}

/// A capture without its thread, and everybody who has to do with it.
struct Bench {
    capture: Capture,
    shared: Arc<Shared>,
    clock: FakeClock,
    pictures: PictureReader,
    preview: LatestReader<CameraFrame>,
    opened_at: Arc<Mutex<Vec<MonoTime>>>,
}

impl Bench {
    fn new(config: CameraConfig, opens: Vec<Open>) -> Self {
        let clock = FakeClock::default();
        let opened_at = Arc::new(Mutex::new(Vec::new()));
        let script = Script {
            clock: clock.clone(),
            opens: opens.into(),
            opened_at: Arc::clone(&opened_at),
        };
        let shared = Arc::new(Shared::default());
        let preview = shared.preview();
        let (writer, pictures) = picture_ring(64, clock.shared());
        let outlet = Arc::new(Outlet::new(writer, 64));
        let mut capture = Capture::new(
            config,
            Box::new(script),
            clock.shared(),
            Arc::clone(&shared),
            outlet,
        );
        capture.turn = shared.take_turn();
        Self {
            capture,
            shared,
            clock,
            pictures,
            preview,
            opened_at,
        }
    }

    /// Turns until `done`, at most for a minute of the clock. False when the thread would have ended first.
    fn until(&mut self, done: impl Fn(&CameraStatus) -> bool) -> bool {
        let end = self.clock.now() + Duration::from_secs(60);
        while !done(&self.status()) {
            if !self.capture.turn() {
                return false;
            }
            assert!(self.clock.now() < end, "never: {:?}", self.status());
        }
        true
    }

    fn status(&self) -> CameraStatus {
        self.shared.status().clone()
    }

    fn events(&self) -> Vec<CameraEvent> {
        self.shared.events()
    }

    fn drained(&self) -> Vec<CameraFrame> {
        let mut pictures = VecDeque::new();
        self.pictures.drain(&mut pictures);
        pictures.into()
    }
}

fn steady(pictures: usize) -> Vec<Step> {
    vec![Step::Picture(PERIOD, 90); pictures]
}

fn lost_codes(events: &[CameraEvent]) -> Vec<&'static str> {
    let codes = events.iter().filter_map(|event| match event {
        CameraEvent::Lost(trouble) => Some(trouble.code),
        _ => None,
    });
    codes.collect()
}

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
fn a_camera_that_is_lost_is_opened_again_until_the_same_one_is_back() {
    let mut first = steady(10);
    first.push(Step::Gone);
    let mut opens = vec![Open::Does("usb-1", first)];
    opens.extend(vec![Open::Absent; 6]);
    opens.push(Open::Busy);
    opens.push(Open::Does("usb-2", steady(10)));
    opens.push(Open::Does("usb-1", steady(10)));
    let mut bench = Bench::new(config(), opens);
    assert!(bench.until(|status| status.pictures == 10));
    assert!(bench.until(|status| matches!(status.state, CameraState::Lost(_))));
    let lost_at = bench.clock.now();
    assert_eq!(bench.status().pace, None, "no rate without pictures");
    assert!(bench.until(|status| status.reconnects == 1));
    let events = bench.events();
    assert_eq!(
        lost_codes(&events),
        ["camera_lost", "camera_busy", "camera_other"],
        "that it is not there yet is no news"
    );
    let Some(CameraEvent::Back { after }) = events.last() else {
        panic!("{events:?}");
    };
    assert_eq!(*after, bench.clock.now().since(lost_at));
    assert!(bench.until(|status| status.pictures == 20));
    let numbers: Vec<u64> = bench
        .drained()
        .iter()
        .map(|picture| picture.sequence)
        .collect();
    assert_eq!(
        numbers,
        (0..20).collect::<Vec<u64>>(),
        "counted on, and none of the other camera"
    );

    let opened_at = bench.opened_at.lock().unwrap();
    let waits: Vec<u128> = opened_at
        .iter()
        .zip(&opened_at[1..])
        .skip(1)
        .map(|(before, after)| after.since(*before).as_millis())
        .collect();
    assert_eq!(
        waits,
        [200, 400, 800, 1600, 2000, 2000, 2000, 2000],
        "each wait twice the one before"
    );
}

#[test]
fn a_stream_that_stops_is_opened_anew() {
    for (what, silent, before, lost) in [
        ("a stall", STALL + WAIT, 5, true),
        ("a hiccup", STALL - WAIT, 5, false),
        ("a slow start", FIRST - WAIT, 0, false),
        ("no start", FIRST + WAIT, 0, true),
    ] {
        let mut steps = steady(before);
        steps.push(Step::Silence(silent));
        steps.extend(steady(5));
        let mut bench = Bench::new(
            config(),
            vec![Open::Does("usb-1", steps), Open::Does("usb-1", steady(5))],
        );
        assert!(
            bench.until(|status| status.pictures as usize == before + 5),
            "{what}"
        );
        let expected: &[&str] = if lost { &["camera_silent"] } else { &[] };
        assert_eq!(lost_codes(&bench.events()), expected, "{what}");
        assert_eq!(bench.status().reconnects, u32::from(lost), "{what}");
    }
}

#[test]
fn every_loss_begins_afresh() {
    let does = |before: Vec<Step>| {
        let mut steps = before;
        steps.extend(steady(5));
        steps.push(Step::Gone);
        Open::Does("usb-1", steps)
    };
    let mut bench = Bench::new(
        config(),
        vec![
            does(vec![]),
            Open::Absent,
            // Back for a moment, without a picture.
            Open::Does("usb-1", vec![Step::Gone]),
            // As slow as when it was opened first.
            does(vec![Step::Silence(FIRST - WAIT)]),
            Open::Absent,
            does(vec![]),
        ],
    );
    assert!(bench.until(|status| matches!(status.state, CameraState::Lost(_))));
    let lost_at = bench.clock.now();
    assert!(bench.until(|status| status.pictures == 6));
    let events = bench.events();
    let after = bench.clock.now().since(lost_at);
    assert_eq!(
        events.last(),
        Some(&CameraEvent::Back { after }),
        "{events:?}"
    );
    assert_eq!(
        bench.status().reconnects,
        1,
        "given time for its first picture"
    );
    assert!(bench.until(|status| matches!(status.state, CameraState::Lost(_))));
    let lost_at = bench.clock.now();
    assert!(bench.until(|status| status.pictures == 11));
    let tries: Vec<u128> = bench.opened_at.lock().unwrap()[4..]
        .iter()
        .map(|at| at.since(lost_at).as_millis())
        .collect();
    assert_eq!(
        tries,
        [100, 300],
        "soon, though it took longer the last time"
    );
}

#[test]
fn nothing_but_bad_pictures_is_as_good_as_none() {
    let mut steps = steady(3);
    steps.extend(vec![Step::Bytes(PERIOD, 3); 100]);
    let mut bench = Bench::new(
        config(),
        vec![Open::Does("usb-1", steps), Open::Does("usb-1", steady(3))],
    );
    assert!(bench.until(|status| status.pictures == 6));
    let status = bench.status();
    assert_eq!(status.reconnects, 1);
    assert!(
        (60..70).contains(&status.bad),
        "two seconds of them, not {}",
        status.bad
    );
}

#[test]
fn what_cannot_be_had_at_the_start_is_refused_with_a_remedy() {
    for (opens, code, tries) in [
        (vec![Open::NotOffered], "camera_mode_not_offered", 1..=1),
        (vec![Open::Absent], "camera_not_found", 1..=1),
        (vec![Open::OtherSize], "camera_disobeys", 1..=1),
        (vec![Open::Busy; 20], "camera_busy", 5..=8),
    ] {
        let mut bench = Bench::new(config(), opens);
        assert!(!bench.until(|status| status.pictures > 0), "{code}");
        let CameraState::Refused(trouble) = bench.status().state else {
            panic!("{code}: {:?}", bench.status().state);
        };
        assert_eq!(trouble.code, code);
        assert!(!trouble.remedy.is_empty());
        assert_eq!(bench.events(), [CameraEvent::Refused(trouble)]);
        let opened = bench.opened_at.lock().unwrap().len();
        assert!(tries.contains(&opened), "{code}: {opened} tries");
    }
}

#[test]
fn a_camera_that_somebody_lets_go_of_in_time_is_taken() {
    let opens = vec![Open::Busy, Open::Busy, Open::Does("usb-1", steady(3))];
    let mut bench = Bench::new(config(), opens);
    assert!(bench.until(|status| status.pictures == 3));
    assert_eq!(bench.status().reconnects, 0);
    assert_eq!(lost_codes(&bench.events()), [""; 0]);
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

/// A camera whose pictures a test makes one by one; at `None` it can be stuck, and afterwards gives a 99.
#[derive(Debug, Clone, Default)]
struct Tap(Arc<Mutex<VecDeque<Option<u8>>>>);

struct Tapped {
    info: Opened,
    tap: Tap,
}

impl OpenDevice for Tap {
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError> {
        Ok(Box::new(Tapped {
            info: Opened {
                format: PixelFormat::Gray,
                size: size(),
                fps: Hz::new(30.0).unwrap(),
                name: "C270".to_owned(),
                identity: "usb-1".to_owned(),
            },
            tap: self.clone(),
        }))
    }

    fn describe(&self) -> String {
        "usb-1".to_owned()
    }

    fn another(&self) -> Option<Box<dyn OpenDevice>> {
        Some(Box::new(self.clone()))
    }
}

impl Device for Tapped {
    fn info(&self) -> &Opened {
        &self.info
    }

    fn next(&mut self, _: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError> {
        SystemClock.sleep(Duration::from_millis(1));
        let Some(level) = self.tap.0.lock().unwrap().pop_front() else {
            return Ok(None);
        };
        let Some(level) = level else {
            failpoint::here("scripted camera");
            into.resize(size().pixels(), 99);
            return Ok(Some(()));
        };
        into.resize(size().pixels(), level);
        Ok(Some(()))
    }
}

impl Tap {
    fn pour(&self, levels: impl IntoIterator<Item = Option<u8>>) {
        self.0.lock().unwrap().extend(levels);
    }
}

const POLICY: Policy = Policy {
    thread: "replaced",
    intent: Intent::Capture,
    slow_after: Duration::from_secs(2),
    hangs_after: Duration::from_secs(10),
    restarts: 1,
    after_hang: AfterHang::Abandon,
};

fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..20_000 {
        if done() {
            return;
        }
        SystemClock.sleep(Duration::from_millis(1));
    }
    panic!("never: {what}");
}

fn running(tap: &Tap, clock: &FakeClock) -> (Camera, PictureReader) {
    let mut camera = crate::start(config(), Box::new(tap.clone()), clock.shared(), POLICY).unwrap();
    let pictures = camera.pictures().unwrap();
    assert!(camera.pictures().is_none(), "there is one recording end");
    tap.pour([Some(1), Some(2)]);
    eventually("two pictures", || camera.status().pictures == 2);
    assert_eq!(camera.look(), Seen::Well);
    (camera, pictures)
}

fn levels(pictures: &PictureReader) -> Vec<u8> {
    let mut drained = VecDeque::new();
    pictures.drain(&mut drained);
    drained.iter().map(|picture| picture.bytes[0]).collect()
}

#[test]
fn a_thread_that_panics_is_started_again_and_opens_its_camera_anew() {
    let armed = failpoint::arm([Fault::panic("camera.turn").when_triggered()]);
    let (tap, clock) = (Tap::default(), FakeClock::default());
    let (mut camera, pictures) = running(&tap, &clock);
    armed.trigger("camera.turn");
    let mut seen = Seen::Well;
    eventually("the panic is seen", || {
        seen = camera.look();
        matches!(seen, Seen::Failed(_))
    });
    let Seen::Failed(failed) = seen else {
        panic!("{seen:?}");
    };
    assert_eq!(
        failed.to_string(),
        "thread cam:front ended in a panic: failpoint camera.turn; started again (1 of 1)"
    );
    tap.pour([Some(3)]);
    eventually("a picture", || camera.status().pictures == 3);
    assert_eq!(
        (camera.status().reconnects, camera.status().state),
        (1, CameraState::Streaming)
    );
    assert_eq!(levels(&pictures), [1, 2, 3]);
}

#[test]
fn a_thread_that_hangs_is_replaced_and_what_it_finds_later_is_nobodys() {
    let armed = failpoint::arm([Fault::hang("scripted camera")]);
    let (tap, clock) = (Tap::default(), FakeClock::default());
    let (mut camera, pictures) = running(&tap, &clock);
    tap.pour([None]);
    eventually("it hangs", || armed.hanging("scripted camera") == 1);
    camera.look();
    clock.advance(POLICY.hangs_after / 2);
    assert!(matches!(camera.look(), Seen::Slow(_)));
    clock.advance(POLICY.hangs_after / 2);
    let Seen::Failed(failed) = camera.look() else {
        panic!("nobody noticed");
    };
    assert_eq!(
        failed.to_string(),
        "thread cam:front has given no sign of life for 10 s; started again (1 of 1)"
    );
    tap.pour([Some(3)]);
    eventually("a picture of the new one", || camera.status().pictures == 3);
    // The old thread comes back, sees that another has the camera, and leaves everything alone.
    armed.release("scripted camera");
    eventually("the old one is gone", || Arc::strong_count(&tap.0) <= 4);
    tap.pour([Some(4)]);
    eventually("another picture", || camera.status().pictures == 4);
    assert_eq!(levels(&pictures), [1, 2, 3, 4]);
}

#[test]
fn dropping_a_camera_closes_its_device_and_its_ring() {
    let (tap, clock) = (Tap::default(), FakeClock::default());
    let (camera, pictures) = running(&tap, &clock);
    drop(camera);
    assert_eq!(Arc::strong_count(&tap.0), 1, "nobody has the device");
    assert!(pictures.closed());
    assert_eq!(levels(&pictures), [1, 2], "what had arrived is still there");
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
