//! The follower does what the leader does: joint by joint, each arm of a pair by its own leader.
//!
//! Both arms speak of their joints in the units of their own calibration, so mid-range follows mid-range. A goal is
//! `scale x leader + offset`. The offset is zero, but for two cases in which nothing may jump: after the clutch has
//! been open, and after a start that keeps the distance between the two arms ([`LeaderStart::Bumpless`]). The gripper
//! is never scaled and always finds back to what the leader's says, slowly, because a hand knows how far it is closed.
//! Not here: reading the leader (the loop asks it in parallel with the follower), the keys of a clutch (`cli`).

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arms::limits::Following;
use arms::{JOINTS, Joint, Limits, Values};

use crate::teleoperator::{CycleContext, Goal, InputStatus, Teleoperator};

/// Scales a joint may have.
pub const SCALES: RangeInclusive<f64> = 0.1..=2.0;
/// Longest time constant of the smoothing.
pub const LONGEST_SMOOTHING: Duration = Duration::from_millis(500);

/// What becomes of the distance between leader and follower when driving begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LeaderStart {
    /// The follower goes to the leader, at the bounded speed of a first move.
    #[default]
    Approach,
    /// The follower keeps its distance, and the distance is worked off at [`arms::SafetyConfig::offset_speed`].
    Bumpless,
}

/// How a follower follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeaderConfig {
    /// Movement of the follower over that of the leader, per joint, within [`SCALES`]; counted from the middle of the
    /// range. The gripper's is not looked at.
    pub scale: [f64; JOINTS],
    /// Time constant of a low pass on the goals; zero for none. A steady movement is followed so much later.
    pub smoothing: Duration,
    /// What becomes of the distance between the arms at the start.
    pub start: LeaderStart,
    /// The clutch is open at first: the follower holds until it is closed.
    pub clutch_open: bool,
}

impl Default for LeaderConfig {
    fn default() -> Self {
        Self {
            scale: [1.0; JOINTS],
            smoothing: Duration::ZERO,
            start: LeaderStart::default(),
            clutch_open: false,
        }
    }
}

#[derive(Debug)]
struct Shared {
    /// Bits of an `f64` each.
    scale: [AtomicU64; JOINTS],
    /// Nanoseconds.
    smoothing: AtomicU64,
    open: AtomicBool,
}

/// The end that changes how a leader is followed: a key, a pedal, a window. Clones speak to the same leader; every
/// call is a few atomic stores and never waits.
#[derive(Debug, Clone)]
pub struct LeaderControls(Arc<Shared>);

impl LeaderControls {
    /// Opens the clutch (the follower holds, the leader may be moved freely) or closes it (the movement goes on from
    /// where both stand).
    pub fn set_clutch(&self, open: bool) {
        self.0.open.store(open, Ordering::Release);
    }

    /// Opens a closed clutch and closes an open one. Returns whether it is open now.
    pub fn toggle_clutch(&self) -> bool {
        !self.0.open.fetch_xor(true, Ordering::AcqRel)
    }

    /// Whether the clutch is open.
    pub fn clutch_open(&self) -> bool {
        self.0.open.load(Ordering::Acquire)
    }

    /// Sets the scale of one joint and returns what it became; the follower does not move by it. The gripper's is
    /// always 1.
    pub fn set_scale(&self, joint: Joint, scale: f64) -> f64 {
        let scale = scale_of(joint.index(), scale);
        self.0.scale[joint.index()].store(scale.to_bits(), Ordering::Release);
        scale
    }

    /// Sets the scale of every joint but the gripper.
    pub fn set_scales(&self, scale: f64) {
        for joint in Joint::ALL {
            self.set_scale(joint, scale);
        }
    }

    /// Sets the smoothing's time constant and returns what it became.
    pub fn set_smoothing(&self, constant: Duration) -> Duration {
        let constant = constant.min(LONGEST_SMOOTHING);
        let nanos = constant.as_nanos() as u64;
        self.0.smoothing.store(nanos, Ordering::Release);
        constant
    }
}

fn scale_of(joint: usize, scale: f64) -> f64 {
    if joint == Joint::Gripper.index() || !scale.is_finite() {
        1.0
    } else {
        scale.clamp(*SCALES.start(), *SCALES.end())
    }
}

/// A leader's teleoperator and the handle on it.
pub fn leader(config: LeaderConfig) -> (LeaderControls, LeaderTeleoperator) {
    let bits = |joint: usize| AtomicU64::new(scale_of(joint, config.scale[joint]).to_bits());
    let controls = LeaderControls(Arc::new(Shared {
        scale: std::array::from_fn(bits),
        smoothing: AtomicU64::new(0),
        open: AtomicBool::new(config.clutch_open),
    }));
    controls.set_smoothing(config.smoothing);
    let teleoperator = LeaderTeleoperator {
        shared: Arc::clone(&controls.0),
        start: config.start,
        leader: None,
        held: None,
        scale: std::array::from_fn(|joint| scale_of(joint, config.scale[joint])),
        offset: None,
        smooth: None,
        before: None,
        delay: None,
    };
    (controls, teleoperator)
}

/// Hands the leaders' positions on as goals.
#[derive(Debug)]
pub struct LeaderTeleoperator {
    shared: Arc<Shared>,
    start: LeaderStart,
    /// The leaders' positions, each the newest that was measured.
    leader: Option<Values>,
    /// Where the follower holds while the clutch is open.
    held: Option<Values>,
    scale: [f64; JOINTS],
    /// What is added to the scaled leader, and what that is to become. `None` while nothing is coupled.
    offset: Option<(Values, Values)>,
    smooth: Option<Values>,
    /// The action of the cycle before, for the follower's speed when the clutch opens.
    before: Option<Values>,
    delay: Option<Duration>,
}

impl Default for LeaderTeleoperator {
    /// Follows one to one, with nothing to change about it.
    fn default() -> Self {
        leader(LeaderConfig::default()).1
    }
}

impl LeaderTeleoperator {
    /// The newest position of each leader joint; where the follower is for one that has never answered.
    fn see(&mut self, leaders: &Values, cx: &CycleContext<'_>) -> Values {
        let last = self.leader.unwrap_or(*cx.last_action);
        let mut seen = *leaders;
        for (place, (value, last)) in seen
            .as_mut_slice()
            .iter_mut()
            .zip(last.as_slice())
            .enumerate()
        {
            if cx.leaders_stale & (1 << place) != 0 || !value.is_finite() {
                *value = *last;
            }
        }
        self.leader = Some(seen);
        seen
    }

    /// Takes a new scale over without moving the follower: what changes goes into the offset.
    fn rescale(&mut self, leader: &Values) {
        for joint in 0..JOINTS {
            let scale = f64::from_bits(self.shared.scale[joint].load(Ordering::Acquire));
            let change = self.scale[joint] - scale;
            if change == 0.0 {
                continue;
            }
            self.scale[joint] = scale;
            let Some((offset, target)) = &mut self.offset else {
                continue;
            };
            for place in (joint..leader.as_slice().len()).step_by(JOINTS) {
                offset.as_mut_slice()[place] += change * leader.as_slice()[place];
                target.as_mut_slice()[place] = offset.as_slice()[place];
            }
        }
    }

    /// The offset with which the follower stays where it is.
    fn distance(&self, leader: &Values, follower: &Values) -> Values {
        let mut offset = *follower;
        for (place, (offset, leader)) in offset
            .as_mut_slice()
            .iter_mut()
            .zip(leader.as_slice())
            .enumerate()
        {
            *offset -= self.scale[place % JOINTS] * leader;
        }
        offset
    }

    /// Couples the arms: from now on the follower moves with the leader.
    fn couple(&mut self, leader: &Values, cx: &CycleContext<'_>, after_clutch: bool) {
        let zero = without(leader);
        self.offset = Some(match (after_clutch, self.start) {
            (false, LeaderStart::Approach) => (zero, zero),
            (false, LeaderStart::Bumpless) => (self.distance(leader, cx.last_action), zero),
            (true, _) => {
                let offset = self.distance(leader, cx.last_action);
                let mut target = offset;
                for place in (Joint::Gripper.index()..target.as_slice().len()).step_by(JOINTS) {
                    target.as_mut_slice()[place] = 0.0;
                }
                (offset, target)
            }
        });
        self.smooth = None;
    }

    /// Brings the offsets nearer to what they are to become.
    fn work_off(&mut self, cx: &CycleContext<'_>) {
        let Some((offset, target)) = &mut self.offset else {
            return;
        };
        let seconds = cx.period.as_secs_f64();
        let limits = cx.limits.iter().flatten();
        for (place, ((offset, target), limits)) in offset
            .as_mut_slice()
            .iter_mut()
            .zip(target.as_slice())
            .zip(limits)
            .enumerate()
        {
            // Where an arm is not spoken of in degrees, its limits were scaled; so is this speed.
            let speed = if place % JOINTS == Joint::Gripper.index() {
                limits.first_speed
            } else {
                cx.safety.offset_speed * limits.speed / cx.safety.speed
            };
            let step = speed * seconds;
            *offset += (*target - *offset).clamp(-step, step);
        }
    }

    fn smoothed(&mut self, goal: Values, cx: &CycleContext<'_>) -> Values {
        let constant = self.shared.smoothing.load(Ordering::Acquire) as f64 / 1e9;
        let period = cx.period.as_secs_f64();
        if constant <= 0.0 {
            self.delay = None;
            self.smooth = None;
            return goal;
        }
        let share = 1.0 - (-period / constant).exp();
        // What a low pass of first order lags behind a steady movement.
        self.delay = Some(Duration::from_secs_f64(period * (1.0 - share) / share));
        let mut smooth = self.smooth.unwrap_or(goal);
        for (smooth, goal) in smooth.as_mut_slice().iter_mut().zip(goal.as_slice()) {
            *smooth += share * (goal - *smooth);
        }
        self.smooth = Some(smooth);
        smooth
    }
}

impl Teleoperator for LeaderTeleoperator {
    fn name(&self) -> &'static str {
        "leader arm"
    }

    fn following(&self) -> Following {
        Following::Movement
    }

    fn engage(&mut self, _cx: &CycleContext<'_>) {
        self.leader = None;
        self.held = None;
        self.offset = None;
        self.smooth = None;
        self.before = None;
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        let Some(leaders) = cx.leaders else {
            return Goal::Stay;
        };
        let leader = self.see(leaders, cx);
        self.rescale(&leader);
        let before = self.before.replace(*cx.last_action);
        if self.shared.open.load(Ordering::Acquire) {
            self.offset = None;
            let held = *self
                .held
                .get_or_insert_with(|| coming_to_rest(cx, before.as_ref()));
            return Goal::To(held);
        }
        if self.offset.is_none() {
            let after_clutch = self.held.take().is_some();
            self.couple(&leader, cx, after_clutch);
        }
        self.work_off(cx);
        let mut goal = leader;
        if let Some((offset, _)) = &self.offset {
            for (place, (goal, offset)) in goal
                .as_mut_slice()
                .iter_mut()
                .zip(offset.as_slice())
                .enumerate()
            {
                *goal = self.scale[place % JOINTS] * *goal + offset;
            }
        }
        Goal::To(self.smoothed(goal, cx))
    }

    fn input(&self) -> InputStatus {
        InputStatus {
            delay: self.delay,
            clutch_open: Some(self.shared.open.load(Ordering::Acquire)),
            ..InputStatus::default()
        }
    }
}

fn without(values: &Values) -> Values {
    let mut zero = *values;
    zero.as_mut_slice().fill(0.0);
    zero
}

/// Where a moving arm can come to rest without turning back: a braking distance ahead.
fn coming_to_rest(cx: &CycleContext<'_>, before: Option<&Values>) -> Values {
    let mut rest = *cx.last_action;
    let Some(before) = before else {
        return rest;
    };
    let seconds = cx.period.as_secs_f64().max(1e-6);
    let limits: &[Limits] = cx.limits;
    for ((rest, before), limits) in rest
        .as_mut_slice()
        .iter_mut()
        .zip(before.as_slice())
        .zip(limits.iter().flatten())
    {
        let speed = (*rest - before) / seconds;
        *rest += speed * (speed.abs() / (2.0 * limits.acceleration) + seconds);
        *rest = rest.max(limits.least).min(limits.most);
    }
    rest
}
