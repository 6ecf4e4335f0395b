//! Goes to one place after another and comes to rest there: saved poses.
//!
//! Every movement begins and ends softly and is no faster than asked; a joint that does not follow stops it.
//! Not here: files of poses (`station`) and the limits, which hold as for every goal.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arms::limits::Following;
use arms::{MAX_VALUES, Values};

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

/// The end that says where to go next: one place, chosen while the arm is at work. Clones speak to the same rig.
#[derive(Debug, Clone)]
pub struct PoseGoal(Arc<Wanted>);

/// Bits of an `f64` each.
#[derive(Debug)]
struct Wanted {
    place: [AtomicU64; MAX_VALUES],
    speed: AtomicU64,
}

/// Goes to the place that was chosen before driving began, and waits there.
#[derive(Debug)]
pub struct ChosenPose {
    wanted: Arc<Wanted>,
    pose: PoseTeleoperator,
}

/// A handle and its teleoperator, for a rig that goes to poses between other inputs. Before a place was chosen it stays where
/// it is.
pub fn chosen_pose() -> (PoseGoal, ChosenPose) {
    let wanted = Arc::new(Wanted {
        place: std::array::from_fn(|_| AtomicU64::new(f64::NAN.to_bits())),
        speed: AtomicU64::new(1.0_f64.to_bits()),
    });
    let nowhere = Values::from_arms(&[]);
    let pose = ChosenPose {
        wanted: Arc::clone(&wanted),
        pose: PoseTeleoperator::new(vec![nowhere], 1.0).waiting(None),
    };
    (PoseGoal(wanted), pose)
}

impl PoseGoal {
    /// Goes there when driving begins the next time, at a speed as in [`PoseTeleoperator::new`].
    pub fn go_to(&self, place: &Values, speed: f64) {
        for (slot, value) in self.0.place.iter().zip(place.as_slice()) {
            slot.store(value.to_bits(), Ordering::Release);
        }
        self.0.speed.store(speed.to_bits(), Ordering::Release);
    }
}

impl Teleoperator for ChosenPose {
    fn name(&self) -> &'static str {
        "pose"
    }

    fn following(&self) -> Following {
        self.pose.following()
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        let mut place = *cx.last_action;
        for (value, slot) in place.as_mut_slice().iter_mut().zip(&self.wanted.place) {
            *value = f64::from_bits(slot.load(Ordering::Acquire));
        }
        if let Some(target) = self.pose.targets.first_mut() {
            *target = place;
        }
        let speed = f64::from_bits(self.wanted.speed.load(Ordering::Acquire));
        let speed = if speed.is_finite() { speed } else { 1.0 };
        self.pose.speed = speed.clamp(*POSE_SPEEDS.start(), *POSE_SPEEDS.end());
        self.pose.next = 0;
        self.pose.engage(cx);
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        self.pose.goal(cx)
    }

    fn input(&self) -> InputStatus {
        InputStatus {
            // What comes after it goes on: a recording does not end with it.
            once: false,
            ..self.pose.input()
        }
    }
}
