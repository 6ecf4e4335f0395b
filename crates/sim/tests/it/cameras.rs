//! Simulated cameras as whoever takes pictures from them has them: on a clock of their own, with their misbehaviours.

use std::sync::Arc;
use std::time::Duration;

use pixels::{CameraFrame, Converter, PixelFormat, Rotation, Size, Yuv420, jpeg};
use proptest::prelude::*;
use sim::camera::{Spoiled, Strip, Which};
use sim::{
    CameraMisbehaviour, Chain, Delivery, Eye, Hand, Scene, Sends, SimArm, SimCamera, View, Webcam,
    WebcamConfig, read_strip,
};
use stdx::{Clock, FakeClock};
use units::{Hz, MonoTime};

const WAIT: Duration = Duration::from_millis(100);

struct Bench {
    clock: FakeClock,
    chain: Chain,
    scene: Scene,
}

impl Bench {
    fn new() -> Self {
        let clock = FakeClock::default();
        let chain = SimArm::follower().chain(clock.shared());
        let scene = Scene::new(Some(chain.eye()), clock.now());
        Self {
            clock,
            chain,
            scene,
        }
    }

    fn camera(&self, config: WebcamConfig) -> (Webcam, SimCamera) {
        let webcam = Webcam::new(config, self.scene.clone(), self.clock.shared());
        let camera = webcam.open().unwrap();
        (webcam, camera)
    }
}

fn small(view: View) -> WebcamConfig {
    WebcamConfig {
        size: Size::new(320, 240).unwrap(),
        ..WebcamConfig::new(view)
    }
}

/// The luma that a recording would see.
fn luma(config: &WebcamConfig, bytes: &[u8]) -> Option<Vec<u8>> {
    let frame = CameraFrame {
        format: config.sends.format(),
        size: config.size,
        rotation: Rotation::None,
        sequence: 0,
        arrived_at: MonoTime(0),
        bytes: bytes.to_vec().into(),
    };
    let mut out = Yuv420::black(config.size);
    Converter::new().to_yuv420(&frame, &mut out).ok()?;
    Some(out.y)
}

fn strip(config: &WebcamConfig, bytes: &[u8]) -> Option<Strip> {
    read_strip(&luma(config, bytes)?, config.size)
}

fn taken(camera: &mut SimCamera, count: usize) -> Vec<(Delivery, Vec<u8>)> {
    let mut bytes = Vec::new();
    (0..count)
        .map(|_| {
            let delivery = camera.next(WAIT, &mut bytes).unwrap().unwrap();
            (delivery, bytes.clone())
        })
        .collect()
}

#[test]
fn every_picture_says_which_it_is_and_where_the_joints_stood_at_its_exposure() {
    for sends in [Sends::Mjpg(75), Sends::Yuyv] {
        for size in [(320, 240), (640, 480), (800, 600)] {
            for view in [View::Front, View::Wrist] {
                let bench = Bench::new();
                bench
                    .chain
                    .hand(2, Some(Hand::parse("0s:-100 2s:30").unwrap()))
                    .unwrap();
                let config = WebcamConfig {
                    sends,
                    size: Size::new(size.0, size.1).unwrap(),
                    number: 9,
                    ..WebcamConfig::new(view)
                };
                let (webcam, mut camera) = bench.camera(config);
                let mut moved = 0;
                for (counter, (delivery, bytes)) in taken(&mut camera, 6).into_iter().enumerate() {
                    let strip = strip(webcam.config(), &bytes).unwrap();
                    assert_eq!((strip.camera, strip.counter), (9, counter as u32));
                    assert_eq!(strip.ticks, delivery.ticks);
                    let seen = bench.chain.eye().at(delivery.exposed_at);
                    assert_eq!(seen.joints.ticks, delivery.ticks);
                    let since = delivery.exposed_at.since(delivery.joints_at);
                    assert!(since <= Duration::from_millis(1), "{since:?}");
                    moved = delivery.ticks[1];
                }
                assert!(moved > 1000, "the arm moves: {moved}");
            }
        }
    }
}

#[test]
fn pictures_come_at_the_rate_of_the_cameras_own_clock() {
    for (ppm, rate, count) in [(0.0, 30.0, 1800), (500.0, 30.0, 1800), (-300.0, 60.0, 900)] {
        let bench = Bench::new();
        let (_, mut camera) = bench.camera(WebcamConfig {
            rate: Hz::new(rate).unwrap(),
            drift_ppm: ppm,
            size: Size::new(32, 24).unwrap(),
            sends: Sends::Yuyv,
            ..WebcamConfig::new(View::Front)
        });
        let all = taken(&mut camera, count + 1);
        let span = all[count].0.exposed_at.since(all[0].0.exposed_at);
        let expected = count as f64 / (rate * (1.0 + ppm * 1e-6));
        assert!(
            (span.as_secs_f64() - expected).abs() < 0.001,
            "{ppm} ppm: {span:?} for {expected}"
        );
        for pair in all.windows(2) {
            let apart = pair[1]
                .0
                .exposed_at
                .since(pair[0].0.exposed_at)
                .as_secs_f64()
                * rate;
            assert!((0.95..1.05).contains(&apart), "{apart} periods");
            assert!(pair[1].0.delivered_at > pair[0].0.delivered_at);
        }
        for (delivery, _) in &all {
            let took = delivery.delivered_at.since(delivery.exposed_at);
            assert!(
                (Duration::from_millis(22)..=Duration::from_millis(23)).contains(&took),
                "{took:?}"
            );
        }
    }
}

#[test]
fn a_wait_that_is_too_short_brings_nothing_and_loses_nothing() {
    let bench = Bench::new();
    let (webcam, mut camera) = bench.camera(small(View::Front));
    let mut bytes = Vec::new();
    let mut counters = Vec::new();
    let mut empty = 0;
    while counters.len() < 20 {
        let before = bench.clock.now();
        match camera.next(Duration::from_millis(7), &mut bytes).unwrap() {
            Some(delivery) => counters.push(delivery.counter),
            None => {
                empty += 1;
                assert_eq!(bench.clock.now().since(before), Duration::from_millis(7));
            }
        }
    }
    assert_eq!(counters, (0..20).collect::<Vec<_>>());
    assert!(empty > 40);
    assert_eq!(webcam.deliveries().len(), 20);
}

#[test]
fn whoever_comes_late_finds_the_newest_few_pictures_and_a_hole_in_the_count() {
    let bench = Bench::new();
    let (webcam, mut camera) = bench.camera(small(View::Front));
    taken(&mut camera, 3);
    bench.clock.advance(Duration::from_secs(1));
    let late: Vec<u32> = taken(&mut camera, 8)
        .iter()
        .map(|(delivery, _)| delivery.counter)
        .collect();
    let overrun = webcam.counted().overrun;
    assert!((20..30).contains(&overrun), "{overrun}");
    assert_eq!(late[0], 3 + overrun as u32);
    assert!(late.windows(2).all(|pair| pair[1] == pair[0] + 1));
}

#[test]
fn every_misbehaviour_does_what_its_name_says() {
    let ms = Duration::from_millis;
    for (fault, check) in [
        (
            "stall@1s+500ms",
            (|all: &[(Delivery, Vec<u8>)], _: &Webcam| {
                let gap = all
                    .windows(2)
                    .map(|pair| pair[1].0.delivered_at.since(pair[0].0.delivered_at))
                    .max()
                    .unwrap();
                assert!((Duration::from_millis(480)..Duration::from_millis(560)).contains(&gap));
                assert!(
                    all.windows(2)
                        .all(|pair| pair[1].0.counter == pair[0].0.counter + 1)
                );
            }) as fn(&[(Delivery, Vec<u8>)], &Webcam),
        ),
        ("late=80ms@1s+500ms", |all, _| {
            let late: Vec<_> = all
                .iter()
                .filter(|(delivery, _)| delivery.spoiled == Some(Spoiled::Late))
                .collect();
            assert!((14..=16).contains(&late.len()), "{}", late.len());
            for (delivery, _) in late {
                let took = delivery.delivered_at.since(delivery.exposed_at);
                assert!(took >= Duration::from_millis(102), "{took:?}");
            }
        }),
        ("rate=29.97", |all, _| {
            let span = all[60]
                .0
                .exposed_at
                .since(all[0].0.exposed_at)
                .as_secs_f64();
            assert!((span - 60.0 / 29.97).abs() < 0.001, "{span}");
        }),
        ("lost=10", |all, webcam| {
            let holes = all
                .windows(2)
                .filter(|pair| pair[1].0.counter == pair[0].0.counter + 2)
                .count() as u64;
            assert!((6..=7).contains(&holes), "{holes}");
            assert!(webcam.counted().lost >= holes);
        }),
        ("duplicate=5", |all, webcam| {
            let again = all.windows(2).filter(|pair| pair[0].1 == pair[1].1).count();
            assert!((11..=13).contains(&again), "{again}");
            let exposures = webcam.counted().exposures;
            assert_eq!(exposures, u64::from(all.last().unwrap().0.counter) + 1);
        }),
        ("size=160x120@1s", |all, _| {
            for (delivery, bytes) in all {
                let wrong = delivery.spoiled == Some(Spoiled::WrongSize);
                let width = if wrong { 160 } else { 320 };
                assert_eq!(jpeg::check(bytes).unwrap().width(), width);
            }
            assert_eq!(all.last().unwrap().0.spoiled, Some(Spoiled::WrongSize));
        }),
        ("truncated=4", |all, _| {
            for (delivery, bytes) in all {
                let whole = delivery.spoiled.is_none();
                assert_eq!(jpeg::check(bytes).is_ok(), whole);
            }
            assert!(all.iter().filter(|one| one.0.spoiled.is_some()).count() >= 15);
        }),
        ("black=50%", |all, webcam| {
            let black = all
                .iter()
                .filter(|(delivery, bytes)| {
                    let seen = strip(webcam.config(), bytes);
                    assert_eq!(seen.is_none(), delivery.spoiled == Some(Spoiled::Black));
                    seen.is_none()
                })
                .count();
            assert!((20..50).contains(&black), "{black}");
        }),
        ("garbage=3", |all, webcam| {
            for (delivery, bytes) in all {
                let good = strip(webcam.config(), bytes).is_some();
                assert_eq!(good, delivery.spoiled.is_none());
            }
        }),
        ("jitter=15ms", |all, _| {
            let took: Vec<_> = all
                .iter()
                .map(|(delivery, _)| delivery.delivered_at.since(delivery.exposed_at))
                .collect();
            let spread = *took.iter().max().unwrap() - *took.iter().min().unwrap();
            assert!((Duration::from_millis(10)..Duration::from_millis(17)).contains(&spread));
        }),
    ] {
        let bench = Bench::new();
        let (webcam, mut camera) = bench.camera(WebcamConfig {
            noise: 0,
            ..small(View::Front)
        });
        webcam.plan(fault.parse().unwrap());
        let mut all = Vec::new();
        let mut bytes = Vec::new();
        while all.len() < 66 {
            if let Some(delivery) = camera.next(ms(50), &mut bytes).unwrap() {
                all.push((delivery, bytes.clone()));
            }
        }
        check(&all, &webcam);
    }
}

#[test]
fn a_camera_that_disappears_says_so_at_once_and_counts_on_when_it_is_opened_again() {
    let bench = Bench::new();
    let (webcam, mut camera) = bench.camera(small(View::Wrist));
    webcam.plan("gone@1s+2s".parse().unwrap());
    let left = bench.clock.now() + Duration::from_secs(1);
    let mut bytes = Vec::new();
    let mut last = 0;
    let gone = loop {
        match camera.next(Duration::from_secs(5), &mut bytes) {
            Ok(Some(delivery)) => last = delivery.counter,
            Ok(None) => {}
            Err(gone) => break gone,
        }
    };
    assert_eq!(bench.clock.now(), left);
    assert!(gone.to_string().contains("wrist") && gone.remedy().contains("Plug"));
    assert_eq!(webcam.open().unwrap_err(), gone);
    bench.clock.advance(Duration::from_secs(2));
    assert!(
        camera.next(WAIT, &mut bytes).is_err(),
        "what was open is dead"
    );
    let mut again = webcam.open().unwrap();
    let delivery = again.next(WAIT, &mut bytes).unwrap().unwrap();
    assert!(
        delivery.counter - last <= 2,
        "{} after {last}",
        delivery.counter
    );
    webcam.unplug();
    assert!(again.next(WAIT, &mut bytes).is_err());
    assert!(webcam.open().is_err());
    webcam.replug();
    assert!(again.next(WAIT, &mut bytes).is_err());
    assert!(webcam.open().is_ok());
}

#[test]
fn two_cameras_see_the_same_world_and_the_same_seed_gives_the_same_pictures() {
    let run = || {
        let bench = Bench::new();
        bench
            .chain
            .hand(1, Some(Hand::parse("0s:-20 1s:20").unwrap()))
            .unwrap();
        let (_, mut front) = bench.camera(small(View::Front));
        let (_, mut wrist) = bench.camera(WebcamConfig {
            drift_ppm: 120.0,
            ..small(View::Wrist)
        });
        let mut all = Vec::new();
        for _ in 0..10 {
            all.extend(taken(&mut front, 1));
            all.extend(taken(&mut wrist, 1));
        }
        all
    };
    let (one, other) = (run(), run());
    assert_eq!(one, other);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_combination_of_faults_and_waits_stops_a_camera_for_good(
        faults in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "stall", "gone", "late=90", "jitter=20", "rate=17", "lost=50%", "duplicate=2", "size=64x48",
                    "truncated=3", "black", "garbage=50%",
                ]),
                0..1500_u64,
                1..800_u64,
            ),
            0..5,
        ),
        waits in prop::collection::vec(0..120_u64, 40),
    ) {
        let bench = Bench::new();
        let config = WebcamConfig {
            size: Size::new(64, 48).unwrap(),
            ..WebcamConfig::new(View::Wrist)
        };
        let webcam = Webcam::new(config, bench.scene.clone(), bench.clock.shared());
        for (fault, after, lasting) in &faults {
            webcam.plan(format!("{fault}@{after}ms+{lasting}ms").parse().unwrap());
        }
        let mut camera = webcam.open().ok();
        let mut bytes = Vec::new();
        let mut last = None;
        for wait in waits {
            match &mut camera {
                Some(open) => match open.next(Duration::from_millis(wait), &mut bytes) {
                    Ok(Some(delivery)) => {
                        prop_assert!(last.is_none_or(|last| delivery.delivered_at >= last));
                        last = Some(delivery.delivered_at);
                    }
                    Ok(None) => {}
                    Err(_) => camera = None,
                },
                None => {
                    bench.clock.advance(Duration::from_millis(20));
                    camera = webcam.open().ok();
                }
            }
        }
        bench.clock.advance(Duration::from_secs(3));
        let mut again = webcam.open().unwrap();
        prop_assert!(again.next(Duration::from_millis(100), &mut bytes).unwrap().is_some());
        let size = webcam.config().size;
        prop_assert_eq!(jpeg::check(&bytes).unwrap(), size);
    }
}

#[test]
fn what_a_camera_sends_has_the_format_it_names() {
    let bench = Bench::new();
    for (sends, format) in [
        (Sends::Mjpg(60), PixelFormat::Mjpg),
        (Sends::Yuyv, PixelFormat::Yuyv),
    ] {
        let (webcam, mut camera) = bench.camera(WebcamConfig {
            sends,
            ..small(View::Front)
        });
        assert_eq!(webcam.config().sends.format(), format);
        let (_, bytes) = &taken(&mut camera, 1)[0];
        match format.bytes(webcam.config().size) {
            Some(expected) => assert_eq!(bytes.len(), expected),
            None => assert_eq!(jpeg::check(bytes).unwrap(), webcam.config().size),
        }
    }
}

#[test]
fn misbehaving_by_hand_and_behaving_again_takes_effect_with_the_next_picture() {
    let bench = Bench::new();
    let (webcam, mut camera) = bench.camera(small(View::Front));
    taken(&mut camera, 2);
    webcam.misbehave(CameraMisbehaviour::Black {
        which: Which::Every(1),
    });
    assert_eq!(taken(&mut camera, 1)[0].0.spoiled, Some(Spoiled::Black));
    webcam.behave();
    assert_eq!(taken(&mut camera, 1)[0].0.spoiled, None);
    let counted = webcam.counted();
    assert_eq!((counted.delivered, counted.spoiled), (4, 1));
}

/// A shared handle on an eye stays good while the chain is used elsewhere.
#[test]
fn an_arm_may_be_watched_from_other_threads() {
    fn shareable<T: Send + Sync>(_: &T) {}
    let bench = Bench::new();
    let eye: Arc<Eye> = Arc::new(bench.chain.eye());
    shareable(&eye);
    shareable(&bench.scene);
    let (webcam, camera) = bench.camera(small(View::Front));
    shareable(&webcam);
    fn movable<T: Send>(_: T) {}
    movable(camera);
}
