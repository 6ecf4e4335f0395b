//! What the program was like, second by second, for ten minutes: made of what the loop and the cameras tell anyway, so that
//! neither is asked for anything.
//!
//! Not here: the loop's own measures (`teleop`), what they are since the arms were opened (`tasks::rig`).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use protocol::Spread;
use protocol::window::{
    BusSample, CameraLive, CameraSample, CameraWord, HealthPage, HealthSample, LoopSample,
};
use station::cost;
use units::MonoTime;

/// Time between two samples.
const EVERY: Duration = Duration::from_secs(1);
/// Samples that are kept: ten minutes.
const KEPT: usize = 600;
/// Samples of a page.
const PAGE: usize = 40;

/// What the loop told since the last sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Second {
    /// Cycles so far and when, at the last sample and now.
    from: Option<(u64, MonoTime)>,
    to: Option<(u64, MonoTime)>,
    error_us: Option<(f64, f64)>,
    bus_us: Option<(f64, f64)>,
    missed: u64,
    lost: u64,
    volts: Option<f64>,
    celsius: Option<f64>,
}

impl Second {
    /// The loop was seen.
    pub(crate) fn cycles(&mut self, cycles: u64, at: MonoTime) {
        self.from.get_or_insert((cycles, at));
        self.to = Some((cycles, at));
    }

    /// Its account of a while. A share of the cycles that is within a bound in every while is within the largest of them in
    /// all together.
    pub(crate) fn account(&mut self, error_us: &Spread, bus_us: &Spread, missed: u64, lost: u64) {
        let take = |to: &mut Option<(f64, f64)>, spread: &Spread| {
            if spread.count > 0 {
                let (p50, p99) = to.unwrap_or_default();
                *to = Some((p50.max(spread.p50), p99.max(spread.p99)));
            }
        };
        take(&mut self.error_us, error_us);
        take(&mut self.bus_us, bus_us);
        self.missed += missed;
        self.lost += lost;
    }

    /// Motors said what they are supplied with and how hot they are.
    pub(crate) fn motors(&mut self, motors: impl Iterator<Item = (f64, f64)>) {
        let (mut volts, mut celsius) = (None, None);
        for (its_volts, its_celsius) in motors {
            volts = Some(volts.unwrap_or(f64::INFINITY).min(its_volts));
            celsius = Some(celsius.unwrap_or(f64::NEG_INFINITY).max(its_celsius));
        }
        self.volts = volts.or(self.volts);
        self.celsius = celsius.or(self.celsius);
    }

    /// What it comes to, and the begin of the next. Nothing of a loop that told nothing; then what was counted waits for the
    /// next sample.
    fn take(&mut self) -> (Option<LoopSample>, Option<BusSample>) {
        let hz = self
            .from
            .zip(self.to)
            .and_then(|((from, since), (to, until))| {
                let seconds = until.since(since).as_secs_f64();
                (seconds > 0.0).then(|| to.saturating_sub(from) as f64 / seconds)
            });
        let count = |count: &mut u64| u32::try_from(std::mem::take(count)).unwrap_or(u32::MAX);
        let cycle = hz
            .zip(self.error_us.take())
            .map(|(hz, (p50, p99))| LoopSample {
                hz,
                error_p50_ms: p50 / 1e3,
                error_p99_ms: p99 / 1e3,
                missed: count(&mut self.missed),
            });
        let bus = self.bus_us.take().map(|(p50, p99)| BusSample {
            time_p50_ms: p50 / 1e3,
            time_p99_ms: p99 / 1e3,
            lost: count(&mut self.lost),
            volts: self.volts,
            celsius: self.celsius,
        });
        self.from = self.to;
        (cycle, bus)
    }
}

/// The history, and what the next sample is the difference to.
#[derive(Debug, Default)]
pub(crate) struct Health {
    samples: VecDeque<HealthSample>,
    number: u64,
    due: Option<MonoTime>,
    /// When the last sample was made, and the processor time until then.
    cpu: Option<(MonoTime, Duration)>,
    /// Damaged and missed pictures of each camera that is open.
    pictures: BTreeMap<String, (u64, u64)>,
}

impl Health {
    /// Whether a second has passed.
    pub(crate) fn due(&self, now: MonoTime) -> bool {
        self.due.is_none_or(|due| now >= due)
    }

    /// Adds a sample.
    pub(crate) fn sample(
        &mut self,
        now: MonoTime,
        at_ms: u64,
        second: Option<&mut Second>,
        cameras: &[(String, CameraLive)],
    ) {
        let next = self.due.unwrap_or(now) + EVERY;
        // Whoever was away for a while does not make up for it.
        self.due = Some(if next > now { next } else { now + EVERY });
        let (cycle, bus) = second.map(Second::take).unwrap_or_default();
        let spent = cost::cpu_time();
        let cpu = self.cpu.zip(spent).and_then(|((since, before), spent)| {
            let seconds = now.since(since).as_secs_f64();
            (seconds > 0.0).then(|| spent.saturating_sub(before).as_secs_f64() / seconds)
        });
        self.cpu = spent.map(|spent| (now, spent));
        self.number += 1;
        if self.samples.len() >= KEPT {
            self.samples.pop_front();
        }
        let cameras = self.cameras(cameras);
        self.samples.push_back(HealthSample {
            number: self.number,
            at_ms,
            cycle,
            bus,
            cameras,
            cpu,
            memory: cost::memory(),
        });
    }

    fn cameras(&mut self, cameras: &[(String, CameraLive)]) -> Vec<CameraSample> {
        let before = std::mem::take(&mut self.pictures);
        let open = cameras
            .iter()
            .filter(|(_, live)| live.word != CameraWord::Closed);
        open.map(|(name, live)| {
            let (bad, missed) = before.get(name).copied().unwrap_or_default();
            self.pictures.insert(name.clone(), (live.bad, live.missed));
            // Counts begin anew when a camera is opened again.
            let since = |now: u64, before: u64| {
                u32::try_from(now.checked_sub(before).unwrap_or(now)).unwrap_or(u32::MAX)
            };
            CameraSample {
                name: name.clone(),
                fps: live.fps,
                bad: since(live.bad, bad),
                missed: since(live.missed, missed),
            }
        })
        .collect()
    }

    /// The samples after a number; from the first that is kept where nobody has come so far, as after a new start.
    pub(crate) fn page(&self, after: u64) -> HealthPage {
        let after = if after > self.number { 0 } else { after };
        let new = self.samples.iter().filter(|sample| sample.number > after);
        HealthPage {
            samples: new.take(PAGE).cloned().collect(),
            newest: self.number,
        }
    }

    /// All that is kept, oldest first.
    pub(crate) fn all(&self) -> Vec<HealthSample> {
        self.samples.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use stdx::{Clock as _, FakeClock};

    use super::*;

    fn spread(p50: f64, p99: f64) -> Spread {
        Spread {
            count: 60,
            p50,
            p99,
            ..Spread::default()
        }
    }

    fn camera(bad: u64, missed: u64) -> CameraLive {
        CameraLive {
            word: CameraWord::Streaming,
            fps: Some(30.0),
            bad,
            missed,
            ..CameraLive::default()
        }
    }

    /// The desk's thread looks 20 times a second.
    fn run(health: &mut Health, clock: &FakeClock, seconds: u64) {
        for _ in 0..seconds * 20 {
            if health.due(clock.now()) {
                health.sample(clock.now(), 7, None, &[]);
            }
            clock.advance(Duration::from_millis(50));
        }
    }

    #[test]
    fn one_sample_a_second_is_kept_for_ten_minutes_and_read_in_pages() {
        let (mut health, clock) = (Health::default(), FakeClock::default());
        assert_eq!(health.page(0), HealthPage::default());
        run(&mut health, &clock, 30);
        let page = health.page(0);
        assert_eq!((page.samples.len(), page.newest), (30, 30));
        run(&mut health, &clock, 670);
        assert_eq!(health.all().len(), KEPT);
        let (mut after, mut numbers) = (0, Vec::new());
        loop {
            let page = health.page(after);
            assert!(page.samples.len() <= PAGE && page.newest == 700);
            let Some(last) = page.samples.last() else {
                break;
            };
            after = last.number;
            numbers.extend(page.samples.iter().map(|sample| sample.number));
        }
        assert_eq!(numbers, (101..=700).collect::<Vec<_>>());
        // A page that knows a program before this one begins anew.
        assert_eq!(health.page(9000).samples[0].number, 101);
    }

    #[test]
    fn whoever_was_away_does_not_make_up_for_it() {
        let (mut health, clock) = (Health::default(), FakeClock::default());
        run(&mut health, &clock, 1);
        clock.advance(Duration::from_secs(60));
        run(&mut health, &clock, 1);
        assert_eq!(health.all().len(), 2);
    }

    #[test]
    fn a_second_of_the_loop_is_what_it_told_in_it() {
        let clock = FakeClock::default();
        let mut second = Second::default();
        second.cycles(1000, clock.now());
        clock.advance(Duration::from_millis(500));
        second.cycles(1030, clock.now());
        second.account(&spread(10.0, 80.0), &spread(1700.0, 1900.0), 1, 2);
        clock.advance(Duration::from_millis(500));
        second.cycles(1058, clock.now());
        second.account(&spread(12.0, 50.0), &spread(1600.0, 2100.0), 1, 0);
        second.motors([(7.4, 31.0), (7.1, 29.0)].into_iter());
        let (cycle, bus) = second.take();
        let cycle = cycle.unwrap();
        assert_eq!((cycle.hz, cycle.missed), (58.0, 2));
        assert_eq!((cycle.error_p50_ms, cycle.error_p99_ms), (0.012, 0.08));
        let bus = bus.unwrap();
        assert_eq!((bus.time_p50_ms, bus.time_p99_ms, bus.lost), (1.7, 2.1, 2));
        assert_eq!((bus.volts, bus.celsius), (Some(7.1), Some(31.0)));
        // A loop that tells nothing has no figures, and what it counts is told with the next.
        assert_eq!(second.take(), (None, None));
        second.account(&Spread::default(), &Spread::default(), 3, 0);
        assert_eq!(second.take(), (None, None));
        clock.advance(Duration::from_secs(2));
        second.cycles(1178, clock.now());
        second.account(&spread(1.0, 1.0), &spread(1.0, 1.0), 0, 0);
        let cycle = second.take().0.unwrap();
        assert_eq!((cycle.hz, cycle.missed), (60.0, 3));
    }

    #[test]
    fn pictures_are_counted_from_second_to_second_and_anew_when_a_camera_is_opened_again() {
        let mut health = Health::default();
        let mut counted = |cameras: &[(String, CameraLive)]| {
            health.sample(MonoTime(health.number * 1_000_000_000), 0, None, cameras);
            let sample = health.samples.back().unwrap();
            let counts = sample.cameras.iter();
            counts
                .map(|camera| (camera.bad, camera.missed))
                .collect::<Vec<_>>()
        };
        let front = |bad, missed| vec![("front".to_owned(), camera(bad, missed))];
        assert_eq!(counted(&front(2, 1)), [(2, 1)]);
        assert_eq!(counted(&front(5, 1)), [(3, 0)]);
        assert_eq!(counted(&front(1, 0)), [(1, 0)]);
        let closed = vec![("front".to_owned(), CameraLive::default())];
        assert_eq!(counted(&closed), []);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_programs_own_cost_is_measured() {
        let mut health = Health::default();
        health.sample(MonoTime(0), 0, None, &[]);
        let until = cost::cpu_time().unwrap() + Duration::from_millis(20);
        while cost::cpu_time().unwrap() < until {}
        health.sample(MonoTime(1_000_000_000), 0, None, &[]);
        let [first, second] = &health.all()[..] else {
            panic!()
        };
        assert_eq!(first.cpu, None);
        assert!(second.cpu.unwrap() >= 0.02);
        assert!(second.memory.unwrap() > 1_000_000);
    }
}
