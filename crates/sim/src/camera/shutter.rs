//! When a camera takes its pictures and what becomes of them: its clock, its misbehaviours and its memory.
//!
//! Not here: what is on a picture (`draw`), waiting (`camera`).

use std::collections::VecDeque;
use std::time::Duration;

use pixels::Size;
use units::MonoTime;

use super::misbehaviour::{CameraMisbehaviour, CameraPlan, Which};
use super::{Delivery, Spoiled, WebcamConfig};
use crate::line::Random;

/// Pictures that wait in a driver's buffers for somebody who comes late.
const BUFFERS: f64 = 4.0;

/// What happened to exposures that were not simply delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Exposures that took place.
    pub exposures: u64,
    /// Exposures that never arrived because the camera lost them.
    pub lost: u64,
    /// Exposures that never arrived because nobody took pictures out for too long.
    pub overrun: u64,
    /// Times at which there was no exposure because the camera stalled.
    pub stalled: u64,
    /// Pictures that were handed out.
    pub delivered: u64,
    /// Pictures that were handed out and spoiled.
    pub spoiled: u64,
}

/// One exposure that will arrive.
#[derive(Debug, Clone, Copy)]
pub struct Exposure {
    pub counter: u32,
    pub at: MonoTime,
    pub due: MonoTime,
    pub size: Option<Size>,
    pub spoiled: Option<Spoiled>,
}

#[derive(Debug, Clone, Copy)]
struct Planned {
    what: CameraMisbehaviour,
    from: MonoTime,
    until: MonoTime,
}

/// A camera's clock.
#[derive(Debug)]
pub struct Shutter {
    seed: u64,
    /// Between two exposures, nanoseconds.
    period: f64,
    drift: f64,
    jitter: f64,
    latency: Duration,
    latency_jitter: Duration,
    /// Number of the next exposure's place in time.
    slot: u64,
    /// That place, nanoseconds.
    at: f64,
    counter: u32,
    plans: Vec<Planned>,
    unplugged: bool,
    /// Times it was plugged in: what was opened before the last time is dead.
    pub plugged: u64,
    pub counted: Counted,
    record: VecDeque<Delivery>,
    remember: usize,
}

impl Shutter {
    pub fn new(config: &WebcamConfig, now: MonoTime) -> Self {
        let drift = 1.0 / (1.0 + config.drift_ppm * 1e-6);
        let period = 1e9 / config.rate.get();
        let [phase, ..] = drawn(config.seed, u64::MAX);
        Self {
            seed: config.seed,
            period,
            drift,
            // More than a quarter of the period would let pictures overtake each other.
            jitter: (config.jitter.as_nanos() as f64).min(period / 4.0),
            latency: config.latency,
            latency_jitter: config.latency_jitter,
            slot: 0,
            at: now.0 as f64 + phase * period,
            counter: 0,
            plans: Vec::new(),
            unplugged: false,
            plugged: 1,
            counted: Counted::default(),
            record: VecDeque::new(),
            remember: config.remember,
        }
    }

    pub fn plan(&mut self, plan: CameraPlan, now: MonoTime) {
        let from = now + plan.after;
        self.plans.push(Planned {
            what: plan.what,
            from,
            until: plan.lasting.map_or(MonoTime(u64::MAX), |span| from + span),
        });
    }

    pub fn behave(&mut self) {
        self.plans.clear();
    }

    pub fn unplug(&mut self) {
        self.unplugged = true;
        self.plugged += 1;
    }

    pub fn replug(&mut self) {
        self.unplugged = false;
    }

    pub fn gone(&self, now: MonoTime) -> bool {
        self.unplugged
            || self
                .active(now)
                .any(|what| what == CameraMisbehaviour::Disappears)
    }

    /// When it goes away by plan.
    pub fn leaves(&self, now: MonoTime) -> Option<MonoTime> {
        self.plans
            .iter()
            .filter(|plan| plan.what == CameraMisbehaviour::Disappears && plan.from > now)
            .map(|plan| plan.from)
            .min()
    }

    /// No exposure before `instant`; the clock runs on.
    pub fn rest_until(&mut self, instant: MonoTime) {
        while self.at < instant.0 as f64 {
            self.advance();
        }
    }

    /// When the next exposure should be drawn, `ahead` of its arrival. Exposures for which there is no buffer left are gone.
    pub fn draw_at(&mut self, now: MonoTime, ahead: Duration) -> MonoTime {
        let latency = self.latency.as_nanos() as f64;
        while self.at + latency + BUFFERS * self.period() < now.0 as f64 {
            if self.stalls() {
                self.counted.stalled += 1;
            } else {
                self.counter = self.counter.wrapping_add(1) & 0xff_ffff;
                self.counted.exposures += 1;
                self.counted.overrun += 1;
            }
            self.advance();
        }
        let (at, due) = self.times();
        due.max(at + ahead) - ahead
    }

    /// Lets the next exposure take place; `None` when nothing of it will arrive.
    pub fn expose(&mut self) -> Option<Exposure> {
        if self.stalls() {
            self.counted.stalled += 1;
            self.advance();
            return None;
        }
        let (at, mut due) = self.times();
        let mut size = None;
        let mut spoiled = None;
        let mut lost = false;
        let happens = |which: Which, draw: f64| match which {
            Which::Every(every) => self.slot.is_multiple_of(u64::from(every.max(1))),
            Which::Share(share) => draw < share,
        };
        let draws = drawn(self.seed ^ 0x6661_756c, self.slot);
        for what in self.active(at) {
            match what {
                CameraMisbehaviour::LateFrames { by } => {
                    due = due + by;
                    spoiled = spoiled.or(Some(Spoiled::Late));
                }
                CameraMisbehaviour::LosesFrames { which } => lost |= happens(which, draws[0]),
                CameraMisbehaviour::DuplicateFrames { which } if happens(which, draws[1]) => {
                    spoiled = Some(Spoiled::Duplicate);
                }
                CameraMisbehaviour::WrongSize { size: other } => {
                    size = Some(other);
                    spoiled = Some(Spoiled::WrongSize);
                }
                CameraMisbehaviour::Truncated { which } if happens(which, draws[2]) => {
                    spoiled = Some(Spoiled::Truncated);
                }
                CameraMisbehaviour::Black { which } if happens(which, draws[3]) => {
                    spoiled = Some(Spoiled::Black);
                }
                CameraMisbehaviour::Garbage { which } if happens(which, draws[4]) => {
                    spoiled = Some(Spoiled::Garbage);
                }
                _ => {}
            }
        }
        self.advance();
        let counter = self.counter;
        // A camera that repeats its last picture has not taken another; the first one it has to take.
        if spoiled == Some(Spoiled::Duplicate) && self.counted.delivered == 0 {
            spoiled = None;
        }
        if spoiled != Some(Spoiled::Duplicate) {
            self.counter = self.counter.wrapping_add(1) & 0xff_ffff;
            self.counted.exposures += 1;
        }
        if lost {
            self.counted.lost += 1;
            return None;
        }
        Some(Exposure {
            counter,
            at,
            due,
            size,
            spoiled,
        })
    }

    pub fn remember(&mut self, delivery: Delivery) {
        self.counted.delivered += 1;
        self.counted.spoiled += u64::from(delivery.spoiled.is_some());
        if self.remember == 0 {
            return;
        }
        if self.record.len() >= self.remember {
            self.record.pop_front();
        }
        self.record.push_back(delivery);
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        self.record.iter().copied().collect()
    }

    /// The next exposure and its arrival, as long as nothing makes that later.
    fn times(&self) -> (MonoTime, MonoTime) {
        let draws = drawn(self.seed, self.slot);
        let at = MonoTime((self.at + (draws[0] - draws[1]) * self.jitter).max(0.0) as u64);
        let more: Duration = self
            .active(at)
            .map(|what| match what {
                CameraMisbehaviour::Jitter { by } => by,
                _ => Duration::ZERO,
            })
            .sum();
        let waits = (self.latency_jitter + more).mul_f64(draws[2]);
        (at, at + self.latency + waits)
    }

    fn active(&self, at: MonoTime) -> impl Iterator<Item = CameraMisbehaviour> {
        self.plans
            .iter()
            .filter(move |plan| plan.from <= at && at < plan.until)
            .map(|plan| plan.what)
    }

    fn stalls(&self) -> bool {
        self.active(MonoTime(self.at as u64))
            .any(|what| what == CameraMisbehaviour::Stalls)
    }

    /// Nanoseconds to the next exposure.
    fn period(&self) -> f64 {
        let other = self
            .active(MonoTime(self.at as u64))
            .find_map(|what| match what {
                CameraMisbehaviour::OtherRate { rate } => Some(1e9 / rate.get()),
                _ => None,
            });
        other.unwrap_or(self.period) * self.drift
    }

    fn advance(&mut self) {
        self.at += self.period();
        self.slot += 1;
    }
}

/// Numbers from 0 to below 1 that belong to one exposure, whoever asks and when.
fn drawn(seed: u64, slot: u64) -> [f64; 5] {
    let mixed =
        (seed ^ slot.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mut random = Random::new(mixed ^ mixed >> 29);
    for _ in 0..4 {
        random.share();
    }
    std::array::from_fn(|_| random.share())
}
