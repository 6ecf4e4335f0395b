//! Goes to one place after another and comes to rest there: saved poses.
//!
//! Every movement begins and ends softly and is no faster than asked; a joint that does not follow stops it.
//! Not here: files of poses (`station`) and the limits, which hold as for every goal.

use std::time::Duration;

use arms::Values;
use arms::limits::Following;

use crate::ease::{Glide, StallWatch};
use crate::teleoperator::{CycleContext, Goal, InputStatus, Teleoperator};

/// Time to come to rest at each place before the next one.
const PAUSE: Duration = Duration::from_millis(500);
/// Speeds, as a factor of the speed of a first move.
pub const POSE_SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=4.0;

/// Goes to each of a list of places, once.
#[derive(Debug)]
pub struct PoseTeleoperator {
    targets: Vec<Values>,
    speed: f64,
    next: usize,
    glide: Option<Glide>,
    paused: Duration,
    /// Time to wait at the last place; for ever without it.
    wait: Option<Duration>,
    watch: StallWatch,
    /// The joint that does not follow, and where the arm waits because of it.
    stuck: Option<(u8, Values)>,
}

impl PoseTeleoperator {
    /// Places in order, in the arms' units; a value that is no number leaves its joint where it is. `speed` is a
    /// factor of the speed of a first move, brought within [`POSE_SPEEDS`].
    pub fn new(targets: Vec<Values>, speed: f64) -> Self {
        let speed = if speed.is_finite() { speed } else { 1.0 };
        Self {
            targets,
            speed: speed.clamp(*POSE_SPEEDS.start(), *POSE_SPEEDS.end()),
            next: 0,
            glide: None,
            paused: Duration::ZERO,
            wait: Some(PAUSE),
            watch: StallWatch::new(),
            stuck: None,
        }
    }

    /// The same, waiting at the last place for so long, or for ever.
    #[must_use]
    pub fn waiting(mut self, wait: Option<Duration>) -> Self {
        self.wait = wait;
        self
    }

    /// Whether it is at its last place.
    fn at_the_last(&self) -> bool {
        self.next + 1 >= self.targets.len()
    }
}

impl Teleoperator for PoseTeleoperator {
    fn name(&self) -> &'static str {
        "pose"
    }

    fn following(&self) -> Following {
        Following::Movement
    }

    /// Goes on with the place it was on the way to; from the first when it had been at the last.
    fn engage(&mut self, _cx: &CycleContext<'_>) {
        if self.next >= self.targets.len() {
            self.next = 0;
        }
        self.glide = None;
        self.paused = Duration::ZERO;
        self.watch = StallWatch::new();
        self.stuck = None;
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        if let Some((_, waiting)) = self.stuck {
            return Goal::To(waiting);
        }
        let Some(target) = self.targets.get(self.next) else {
            return Goal::Finished;
        };
        self.stuck = self.watch.look(cx);
        if let Some((_, waiting)) = self.stuck {
            return Goal::To(waiting);
        }
        let speed = self.speed;
        let glide = self
            .glide
            .get_or_insert_with(|| Glide::new(cx, target, speed));
        let goal = glide.step(cx.period);
        if glide.done() {
            self.paused += cx.period;
            let wait = if self.next + 1 < self.targets.len() {
                Some(PAUSE)
            } else {
                self.wait
            };
            if wait.is_some_and(|wait| self.paused >= wait) {
                self.paused = Duration::ZERO;
                self.glide = None;
                self.next += 1;
            }
        }
        Goal::To(goal)
    }

    fn input(&self) -> InputStatus {
        InputStatus {
            once: true,
            arrived: self.next >= self.targets.len()
                || (self.at_the_last() && self.glide.is_some_and(|glide| glide.done())),
            stuck: self.stuck.map(|(joint, _)| joint),
            ..InputStatus::default()
        }
    }
}
