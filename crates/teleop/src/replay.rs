//! Drives the recorded actions of an episode again, at the dataset's own rate or a multiple of it.
//!
//! The arm first glides to the first row, slowly and softly, and settles there for a moment; only then does time begin. Between rows goals lie on the
//! line from one to the next, because the loop runs faster than the dataset. Where a row asks for more speed than a
//! joint may have, time goes slower for all of them: the path stays the recorded one. A joint that does not follow
//! stops the replay where it is; resuming goes on from there.
//! Not here: reading the rows and matching their names (`station`, `dataset`).

use std::ops::RangeInclusive;
use std::time::Duration;

use arms::limits::Following;
use arms::{Limits, Values};
use units::Hz;

use crate::ease::{Glide, StallWatch, between, reachable};
use crate::teleoperator::{CycleContext, Goal, InputStatus, ReplayPlace, Teleoperator};

/// Speeds a replay may have, as a factor of the recorded one.
pub const REPLAY_SPEEDS: RangeInclusive<f64> = 0.1..=4.0;
/// A row this far beyond a joint's range is told of; degrees or percent. Less is the rounding of another calibration.
const BEYOND: f64 = 1.0;
/// Time from standing at the first row to full speed; longer than a joint needs to its top speed, 0.18 s.
const RUN_UP: f64 = 0.25;
/// Time at the first row before time begins: the arm comes to rest, and a recorder has time to begin; seconds.
const SETTLING: f64 = 0.3;
/// Share of a joint's speed limit that a replay uses, so that what fell behind can catch up.
const SPEED_SHARE: f64 = 0.95;

/// The rows of one episode as goals.
#[derive(Debug)]
pub struct ReplayTeleoperator {
    rows: Vec<Values>,
    fps: Hz,
    speed: f64,
    /// Time in the episode of the first row.
    first: Duration,
    /// Where it is, in rows.
    place: f64,
    glide: Option<Glide>,
    /// The first row was reached and time runs.
    under_way: bool,
    /// Seconds since then; negative while the arm settles at the first row.
    running: f64,
    watch: StallWatch,
    /// The joint that does not follow, and where the arm waits because of it.
    stuck: Option<(u8, Values)>,
    told: ReplayPlace,
}

impl ReplayTeleoperator {
    /// Rows in order, `fps` of them to a second, in the units of the arm that is to drive them.
    pub fn new(rows: Vec<Values>, fps: Hz) -> Self {
        let mut this = Self {
            rows,
            fps,
            speed: 1.0,
            first: Duration::ZERO,
            place: 0.0,
            glide: None,
            under_way: false,
            running: -SETTLING,
            watch: StallWatch::new(),
            stuck: None,
            told: ReplayPlace::default(),
        };
        this.told.until = this.time_of(this.rows.len().saturating_sub(1) as f64);
        this
    }

    /// The same at another speed; what lies outside [`REPLAY_SPEEDS`] becomes the nearest that does not.
    #[must_use]
    pub fn at_speed(mut self, factor: f64) -> Self {
        let factor = if factor.is_finite() { factor } else { 1.0 };
        self.speed = factor.clamp(*REPLAY_SPEEDS.start(), *REPLAY_SPEEDS.end());
        self
    }

    /// Tells that the first row is the one `time` after the episode's beginning.
    #[must_use]
    pub fn beginning_at(mut self, time: Duration) -> Self {
        self.first = time;
        self.told.at = time;
        self.told.until = self.time_of(self.rows.len().saturating_sub(1) as f64);
        self
    }

    /// Time in the episode of a place.
    fn time_of(&self, place: f64) -> Duration {
        self.first + Duration::from_secs_f64((place / self.fps.get()).clamp(0.0, 1e9))
    }

    /// The recorded goal at the present place; `None` after the end.
    fn here(&self) -> Option<Values> {
        let index = self.place as usize;
        match (self.rows.get(index), self.rows.get(index + 1)) {
            (Some(row), Some(next)) => Some(between(row, next, self.place.fract())),
            (Some(row), None) => Some(*row),
            (None, _) => None,
        }
    }

    /// Goes on by one cycle, at the speed asked for or the fastest that no joint's limit forbids.
    fn advance(&mut self, period: Duration, limits: &[Limits]) {
        let mut left = period.as_secs_f64();
        self.running += left;
        if self.running <= 0.0 {
            return;
        }
        let per_second = self.fps.get() * self.speed * (self.running / RUN_UP).min(1.0);
        while left > 1e-12 && self.place < self.rows.len() as f64 {
            let index = self.place as usize;
            // In rows per second.
            let mut rate = per_second;
            if let (Some(row), Some(next)) = (self.rows.get(index), self.rows.get(index + 1)) {
                let (row, next) = (reachable(row, limits), reachable(next, limits));
                let joints = row.as_slice().iter().zip(next.as_slice());
                for (joint, ((from, to), limits)) in joints.zip(limits.iter().flatten()).enumerate()
                {
                    let most = SPEED_SHARE * limits.speed / (to - from).abs().max(1e-9);
                    if most < rate {
                        rate = most;
                        let at = self.time_of(self.place);
                        self.told.slowed.get_or_insert((joint as u8, at));
                    }
                }
            }
            let rest_of_row = (index + 1) as f64 - self.place;
            let took = left.min(rest_of_row / rate);
            self.told.lost += Duration::from_secs_f64(took * (1.0 - rate / per_second).max(0.0));
            self.place = if took < left {
                (index + 1) as f64
            } else {
                self.place + took * rate
            };
            left -= took;
        }
    }

    /// Notes a row that no arm of this calibration can reach.
    fn note_range(&mut self, row: &Values, limits: &[Limits]) {
        if self.told.beyond.is_some() {
            return;
        }
        let near = reachable(row, limits);
        let far = |(row, near): (&f64, &f64)| (row - near).abs() > BEYOND;
        if let Some(joint) = row.as_slice().iter().zip(near.as_slice()).position(far) {
            self.told.beyond = Some((joint as u8, self.time_of(self.place)));
        }
    }
}

impl Teleoperator for ReplayTeleoperator {
    fn name(&self) -> &'static str {
        "replay"
    }

    fn following(&self) -> Following {
        Following::Movement
    }

    /// Goes on where it was; from the beginning when it had come to its end.
    fn engage(&mut self, _cx: &CycleContext<'_>) {
        if self.place >= self.rows.len() as f64 {
            self.place = 0.0;
        }
        self.glide = None;
        self.under_way = false;
        self.running = -SETTLING;
        self.watch = StallWatch::new();
        self.stuck = None;
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        if let Some((_, waiting)) = self.stuck {
            return Goal::To(waiting);
        }
        if self.under_way {
            self.advance(cx.period, cx.limits);
        }
        let Some(row) = self.here() else {
            return Goal::Finished;
        };
        self.stuck = self.watch.look(cx);
        if let Some((_, waiting)) = self.stuck {
            return Goal::To(waiting);
        }
        if !self.under_way {
            let glide = self.glide.get_or_insert_with(|| Glide::new(cx, &row, 1.0));
            let goal = glide.step(cx.period);
            if !glide.done() {
                return Goal::To(goal);
            }
            self.under_way = true;
        }
        self.note_range(&row, cx.limits);
        self.told.at = self.time_of(self.place.min(self.rows.len() as f64 - 1.0));
        Goal::To(row)
    }

    fn input(&self) -> InputStatus {
        InputStatus {
            approaching: !self.under_way && self.stuck.is_none() && !self.rows.is_empty(),
            once: true,
            stuck: self.stuck.map(|(joint, _)| joint),
            replay: Some(self.told),
            ..InputStatus::default()
        }
    }
}
