//! The thread's work without the thread: a fake clock, an encoder that costs what it is told, a disk in memory.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

use pixels::{PixelFormat, Rotation, Yuv420};
use proptest::collection::vec;
use proptest::prelude::*;
use stdx::{Clock, FakeClock};
use units::MonoTime;

use super::*;
use crate::codec::Track;
use crate::encode::{Coded, Encode, Settings};
use crate::mp4::Finished;

const SIDE: u32 = 16;
const FPS: u32 = 30;

/// Costs time, and hands each picture over `late` pictures later; a sample is the picture's first byte.
struct FakeEncoder {
    clock: FakeClock,
    load: Arc<Mutex<f64>>,
    late: usize,
    held: Vec<(u8, bool)>,
    quantizer: Quantizer,
    begun: bool,
    last: Option<u8>,
}

impl FakeEncoder {
    fn hand_over(&mut self, keep: usize, samples: &mut Coded) {
        while self.held.len() > keep {
            let (shown, key) = self.held.remove(0);
            samples.push(&[shown, self.quantizer.get()], key);
        }
    }
}

impl Encode for FakeEncoder {
    fn codec(&self) -> Codec {
        Codec::H264
    }

    fn parameters(&self) -> Option<&[u8]> {
        Some(b"fake")
    }

    fn encode(
        &mut self,
        picture: &Yuv420,
        key: bool,
        samples: &mut Coded,
    ) -> Result<(), VideoError> {
        // As openh264 does: a key picture costs four times as much, one like the one before a third, a coarser film less.
        let again = self.last == Some(picture.y[0]);
        self.last = Some(picture.y[0]);
        let dear = match (key, again) {
            (true, _) => 0.040,
            (false, false) => 0.010,
            (false, true) => 0.003,
        };
        let coarse = f64::from(self.quantizer.get() - Quantizer::DEFAULT.get()) / 24.0;
        let load = *self.load.lock().unwrap();
        self.clock
            .advance(Duration::from_secs_f64(dear * load * (1.0 - coarse)));
        let key = key || !self.begun;
        self.begun = true;
        self.held.push((picture.y[0], key));
        self.hand_over(self.late, samples);
        Ok(())
    }

    fn drain(&mut self, samples: &mut Coded) -> Result<(), VideoError> {
        self.begun = false;
        self.hand_over(0, samples);
        Ok(())
    }

    fn set_quantizer(
        &mut self,
        quantizer: Quantizer,
        samples: &mut Coded,
    ) -> Result<(), VideoError> {
        self.drain(samples)?;
        self.quantizer = quantizer;
        Ok(())
    }
}

type Films = Arc<Mutex<Vec<Vec<(u8, bool)>>>>;

struct FakeFilm {
    films: Films,
    at: usize,
}

impl GrowingFilm for FakeFilm {
    fn push(&mut self, sample: &[u8], key: bool) -> Result<(), VideoError> {
        self.films.lock().unwrap()[self.at].push((sample[0], key));
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.films.lock().unwrap()[self.at].len() as u64
    }

    fn sync(&mut self) -> Result<(), VideoError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Finished, VideoError> {
        Ok(Finished {
            samples: self.samples(),
            bytes: 1,
        })
    }
}

struct Bench {
    clock: FakeClock,
    load: Arc<Mutex<f64>>,
    films: Films,
    feed: Arc<Feed>,
    work: Work,
}

impl Bench {
    fn new(late: usize) -> Self {
        let (clock, load) = (FakeClock::default(), Arc::new(Mutex::new(0.1)));
        let films = Films::default();
        let parts = Parts {
            encoder: {
                let (clock, load) = (clock.clone(), Arc::clone(&load));
                Box::new(move |_, settings: Settings| {
                    Ok(Box::new(FakeEncoder {
                        clock: clock.clone(),
                        load: Arc::clone(&load),
                        late,
                        held: Vec::new(),
                        quantizer: settings.quantizer,
                        begun: false,
                        last: None,
                    }))
                })
            },
            film: {
                let films = Arc::clone(&films);
                Box::new(move |_: &Path, track: Option<Track>| {
                    assert_eq!(track.unwrap().parameters, b"fake");
                    let mut all = films.lock().unwrap();
                    all.push(Vec::new());
                    let at = all.len() - 1;
                    let films = Arc::clone(&films);
                    Ok(Box::new(FakeFilm { films, at }))
                })
            },
        };
        let config = EncoderConfig::new("front", Size::new(SIDE, SIDE).unwrap(), FPS);
        let feed = Arc::new(Feed::new(&config, clock.shared()).without_stalls());
        let work = Work::new(&config, &Arc::new(parts), &feed, &clock.shared()).unwrap();
        Self {
            clock,
            load,
            films,
            feed,
            work,
        }
    }

    /// Lets the encoder work until `until`, as far as it gets.
    fn work_until(&mut self, until: MonoTime) {
        while self.clock.now() < until && self.feed.any() {
            self.step();
        }
        self.clock.sleep_until(until);
    }

    fn step(&mut self) {
        assert!(self.work.step(Duration::ZERO));
    }

    fn end(&mut self) -> Receiver<Encoded> {
        let (reply, answer) = sync_channel(1);
        self.feed.end(reply);
        answer
    }

    fn finish(&mut self, answer: &Receiver<Encoded>) -> Encoded {
        loop {
            if let Ok(encoded) = answer.try_recv() {
                return encoded;
            }
            self.step();
        }
    }
}

fn picture(shown: u8) -> CameraFrame {
    let side = SIDE as usize;
    let mut bytes = vec![128; side * side * 3 / 2];
    bytes[..side * side].fill(shown);
    CameraFrame {
        format: PixelFormat::Nv12,
        size: Size::new(SIDE, SIDE).unwrap(),
        rotation: Rotation::None,
        sequence: 0,
        arrived_at: MonoTime(0),
        bytes: bytes.into(),
    }
}

fn torn() -> CameraFrame {
    CameraFrame {
        bytes: vec![1, 2, 3].into(),
        ..picture(0)
    }
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Push(u8),
    PushTorn,
    Repeat,
    /// The encoder gets so much time, in milliseconds.
    Time(u16),
    /// What a picture costs from now on, in hundredths of the reference.
    Load(u16),
    NextEpisode,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        60 => (17_u8..=235).prop_map(Deed::Push),
        3 => Just(Deed::PushTorn),
        10 => Just(Deed::Repeat),
        20 => (0_u16..200).prop_map(Deed::Time),
        4 => (1_u16..800).prop_map(Deed::Load),
        2 => Just(Deed::NextEpisode),
    ];
    vec(deed, 0..400)
}

proptest! {
    #[test]
    fn every_push_and_every_repeat_is_one_sample_in_order_whatever_time_there_is(
        deeds in deeds(),
        late in 0_usize..5,
    ) {
        let mut bench = Bench::new(late);
        let mut answers = Vec::new();
        let mut wanted: Vec<(Vec<u8>, u64, u64)> = Vec::new();
        let begin = |bench: &Bench, wanted: &mut Vec<(Vec<u8>, u64, u64)>| {
            bench.feed.begin(PathBuf::from("film"));
            wanted.push((Vec::new(), 0, 0));
        };
        begin(&bench, &mut wanted);
        for deed in deeds {
            let (shown, no_room, bad) = wanted.last_mut().unwrap();
            // Black until there is a picture.
            let before = shown.last().copied().unwrap_or(16);
            match deed {
                Deed::Push(value) => {
                    let status = bench.feed.status();
                    let full = status.waiting >= status.capacity || status.capacity < 60;
                    match bench.feed.push(picture(value)) {
                        Pushed::Taken => shown.push(value),
                        Pushed::Repeated => {
                            prop_assert!(full);
                            shown.push(before);
                            *no_room += 1;
                        }
                        Pushed::Lost => prop_assert!(false, "nothing failed"),
                    }
                }
                Deed::PushTorn => match bench.feed.push(torn()) {
                    Pushed::Taken => {
                        shown.push(before);
                        *bad += 1;
                    }
                    Pushed::Repeated => {
                        shown.push(before);
                        *no_room += 1;
                    }
                    Pushed::Lost => prop_assert!(false, "nothing failed"),
                },
                Deed::Repeat => {
                    prop_assert_eq!(bench.feed.repeat(), Pushed::Taken);
                    shown.push(before);
                }
                Deed::Time(ms) => {
                    let until = bench.clock.now() + Duration::from_millis(ms.into());
                    bench.work_until(until);
                }
                Deed::Load(hundredths) => {
                    *bench.load.lock().unwrap() = f64::from(hundredths) / 100.0;
                }
                Deed::NextEpisode => {
                    answers.push(bench.end());
                    begin(&bench, &mut wanted);
                }
            }
        }
        answers.push(bench.end());
        let mut films = 0;
        for ((shown, no_room, bad), answer) in wanted.into_iter().zip(&answers) {
            let encoded = bench.finish(answer);
            prop_assert!(encoded.failure.is_none(), "{:?}", encoded.failure);
            prop_assert_eq!(encoded.samples, shown.len() as u64);
            prop_assert_eq!(encoded.stats.pictures(), shown.len() as u64);
            prop_assert_eq!(encoded.repeated_for_want_of_time, no_room);
            prop_assert_eq!(encoded.undecodable, bad);
            prop_assert_eq!(encoded.undecodable_at.len() as u64, bad);
            if shown.is_empty() {
                continue;
            }
            let film = bench.films.lock().unwrap()[films].clone();
            films += 1;
            let samples: Vec<u8> = film.iter().map(|(shown, _)| *shown).collect();
            prop_assert_eq!(samples, shown);
            prop_assert!(film[0].1, "a film begins with a key picture");
            let longest = encoded.thrift.iter().map(|change| change.to.gop.max(change.from.gop)).max();
            let gaps = film.split(|(_, key)| *key).map(<[_]>::len).max();
            prop_assert!(gaps.unwrap() < longest.unwrap_or(60).max(60) as usize);
        }
    }
}

/// A picture that differs from the one before it.
fn moved(at: u32) -> CameraFrame {
    picture(100 + (at % 100) as u8)
}

/// A camera at its rate for so many pictures, with the encoder in the time between them.
fn record(bench: &mut Bench, pictures: u32, load: f64) -> usize {
    *bench.load.lock().unwrap() = load;
    let mut most = 0;
    let mut next = bench.clock.now();
    for at in 0..pictures {
        next = next + Duration::from_secs(1) / FPS;
        assert_eq!(bench.feed.push(moved(at)), Pushed::Taken);
        most = most.max(bench.feed.status().waiting);
        bench.work_until(next);
    }
    most
}

#[test]
fn a_film_becomes_cheaper_before_a_picture_finds_no_room_and_dearer_when_there_is_time() {
    let mut bench = Bench::new(0);
    bench.feed.begin("film".into());
    record(&mut bench, 60, 0.5);
    assert_eq!(bench.feed.status().thrift, 0);
    // Of the 33 ms that a picture has, every second one a key picture takes 50 on average, every tenth one 26.
    let most = record(&mut bench, 600, 2.0);
    assert!(most < bench.feed.status().capacity / 2, "{most}");
    record(&mut bench, 900, 0.2);
    assert_eq!(bench.feed.status().thrift, 0);
    let told: Vec<String> = bench
        .feed
        .take_events()
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
Camera front: the computer is short of time, so its film becomes cheaper: a key picture every 10 instead of 2. No picture is lost.
Camera front: there is time again: a key picture every 2 instead of 10. No picture is lost.
"#);
    let answer = bench.end();
    let encoded = bench.finish(&answer);
    assert_eq!(encoded.samples, 1560);
    assert_eq!(encoded.repeated_for_want_of_time, 0);
    assert_eq!(encoded.thrift.len(), told.len());
}

#[test]
fn an_encoder_that_is_much_too_slow_lets_no_more_than_a_moment_wait() {
    // At the cheapest a picture takes 45 ms of its 33.
    let mut bench = Bench::new(0);
    bench.feed.begin("film".into());
    record(&mut bench, 60, 0.5);
    *bench.load.lock().unwrap() = 9.0;
    let (mut most, mut waits, mut next) = (0, Vec::new(), bench.clock.now());
    for at in 0..300 {
        next = next + Duration::from_secs(1) / FPS;
        let _repeated = bench.feed.push(moved(at));
        most = most.max(bench.feed.status().waiting);
        waits.push(61 + u64::from(at) - bench.feed.status().samples);
        bench.work_until(next);
    }
    // Rows whose sample is still to be made, repetitions included, once every cheaper setting was tried.
    assert!(waits[170..].iter().all(|waits| *waits <= 24), "{waits:?}");
    assert!(most <= 36, "{most}");
    record_on(&mut bench, 30, 0.2);
    assert_eq!(bench.feed.status().capacity, 60, "there is time again");
}

/// As [`record`], while pictures may still be repeated.
fn record_on(bench: &mut Bench, pictures: u32, load: f64) {
    *bench.load.lock().unwrap() = load;
    let mut next = bench.clock.now();
    for at in 0..pictures {
        next = next + Duration::from_secs(1) / FPS;
        let _repeated = bench.feed.push(moved(at));
        bench.work_until(next);
    }
}

#[test]
fn a_disk_that_does_not_answer_for_a_second_and_a_half_costs_no_picture() {
    let mut bench = Bench::new(0);
    bench.feed.begin("film".into());
    for _ in 0..3 {
        record(&mut bench, 60, 0.5);
        // The thread stands in a sync; pictures go on coming.
        for at in 0..45 {
            bench.clock.advance(Duration::from_secs(1) / FPS);
            assert_eq!(bench.feed.push(moved(at)), Pushed::Taken);
        }
    }
    let answer = bench.end();
    assert_eq!(bench.finish(&answer).repeated_for_want_of_time, 0);
}

#[test]
fn an_encoder_that_is_too_slow_for_good_repeats_pictures_and_says_so_once() {
    let mut bench = Bench::new(0);
    bench.feed.begin("film".into());
    *bench.load.lock().unwrap() = 40.0;
    let (mut repeated, mut next) = (0, bench.clock.now());
    for at in 0..300 {
        next = next + Duration::from_secs(1) / FPS;
        repeated += u64::from(bench.feed.push(moved(at)) == Pushed::Repeated);
        bench.work_until(next);
    }
    assert!(repeated > 100, "{repeated}");
    assert_eq!(bench.feed.status().capacity, 12, "no more than 0.4 s");
    let answer = bench.end();
    let encoded = bench.finish(&answer);
    assert_eq!(encoded.samples, 300);
    assert_eq!(encoded.repeated_for_want_of_time, repeated);
    let no_time = |event: &EncoderEvent| matches!(event, EncoderEvent::NoTime { .. });
    let events = bench.feed.take_events();
    assert_eq!(events.iter().filter(|event| no_time(event)).count(), 1);
    let last = encoded.thrift.last().unwrap().to;
    assert_eq!((last.gop, last.quantizer.get()), (60, 38));
}
