//! What drives a rig: asked once a cycle for the goal, after the observation and before the limits.
//!
//! A teleoperator runs inside the cycle: it neither waits nor allocates. It may ask for anything; limits,
//! the bounded first move and every stop are applied to its answer by the loop.
//! Not here: the teleoperators themselves (`keyboard`, `leader`, `direct`, `script`, `replay`).

use std::time::Duration;

use arms::limits::Following;
use arms::{JOINTS, Limits, SafetyConfig, Values};
use units::MonoTime;

use crate::jog::JogStatus;

/// What a teleoperator sees of one cycle. Values are in dataset order (left arm, right arm), joints in
/// degrees (or -100 to 100 where the arm is set up so), grippers in percent.
#[derive(Debug)]
pub struct CycleContext<'a> {
    /// Number of the cycle's slot on the loop's grid.
    pub slot: u64,
    /// The present instant, just before the goal is sent.
    pub now: MonoTime,
    /// Time a goal may move in: one period, also after missed cycles, because those are never caught up.
    pub period: Duration,
    /// Positions of the followers, measured in this cycle.
    pub observation: &'a Values,
    /// The goal that was sent last, after every limit.
    pub last_action: &'a Values,
    /// Positions of the leaders, measured in this cycle; `None` without leaders.
    pub leaders: Option<&'a Values>,
    /// Bit i set: value i of `leaders` is an older one, because its motor did not answer.
    pub leaders_stale: u16,
    /// What each follower's joints may do.
    pub limits: &'a [Limits],
    /// Whether the bounded first move is still under way.
    pub first_move: bool,
    /// The rig's safety settings.
    pub safety: &'a SafetyConfig,
}

/// What a teleoperator wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// These values. One that is no number leaves its joint's goal where it is.
    To(Values),
    /// The goal stays what it was.
    Stay,
    /// As [`Goal::Stay`], and nothing more will ever come: a script or a replay has ended.
    Finished,
}

/// What a teleoperator tells about itself beside its goals, for the status.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct InputStatus {
    /// How far its goals lag behind what it was given, by its own smoothing and filters: computed each cycle from
    /// what they do at present, for the joint that moves fastest. `None` when nothing of the kind is switched on.
    pub delay: Option<Duration>,
    /// A leader's clutch: `true` while it is open, so that the leader moves and the follower holds.
    pub clutch_open: Option<bool>,
    /// The arm that keys drive: 0 the only or left one, 1 the right one.
    pub arm: Option<u8>,
    /// It is on its way to where it begins (a replay to its first row), at a bounded speed.
    pub approaching: bool,
    /// Its goals come once and then end: a replay, a list of poses. A recording ends with them.
    pub once: bool,
    /// Value (in dataset order) of a joint that does not follow; nothing is driven until somebody resumes.
    pub stuck: Option<u8>,
    /// Where a replay stands.
    pub replay: Option<ReplayPlace>,
    /// It has come to where it was to go and waits there: a pose.
    pub arrived: bool,
    /// The rig has been asked to go to rest and is there.
    pub rested: bool,
    /// Where the tip is, and why it does not go on, where the tip is driven.
    pub jog: Option<JogStatus>,
}

/// Where a replay stands in its episode.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ReplayPlace {
    /// Time in the episode, from its first row.
    pub at: Duration,
    /// Length of what is played, from the episode's first row to the last one played.
    pub until: Duration,
    /// The first joint whose speed limit made the replay slower than asked, and where in the episode.
    pub slowed: Option<(u8, Duration)>,
    /// How much longer the replay took so far because of speed limits.
    pub lost: Duration,
    /// The first joint whose recorded goal lay beyond its range, and where in the episode.
    pub beyond: Option<(u8, Duration)>,
}

/// A source of goals.
pub trait Teleoperator: Send {
    /// What a person calls it.
    fn name(&self) -> &'static str;

    /// How its goals are to be followed: as places to come to rest at, or as samples of a movement.
    fn following(&self) -> Following {
        Following::Places
    }

    /// Driving begins now, for the first time or again after a stop: whatever was gathered before is void,
    /// and goals start from the present position.
    fn engage(&mut self, cx: &CycleContext<'_>);

    /// The goal of this cycle.
    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal;

    /// Whether an emergency stop was asked for since the last call. Looked at in every cycle, also while
    /// nothing is driven; may be answered with `true` as often as stop keys were pressed.
    fn stop_asked(&mut self) -> bool {
        false
    }

    /// What it tells about itself. Asked after [`Teleoperator::goal`].
    fn input(&self) -> InputStatus {
        InputStatus::default()
    }
}

impl<T: Teleoperator + ?Sized> Teleoperator for Box<T> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn following(&self) -> Following {
        (**self).following()
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        (**self).engage(cx);
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        (**self).goal(cx)
    }

    fn stop_asked(&mut self) -> bool {
        (**self).stop_asked()
    }

    fn input(&self) -> InputStatus {
        (**self).input()
    }
}

/// The six values of arm `arm` within `values`; empty when there is no such arm.
pub(crate) fn of_arm(values: &mut Values, arm: usize) -> &mut [f64] {
    values
        .as_mut_slice()
        .chunks_exact_mut(JOINTS)
        .nth(arm)
        .unwrap_or_default()
}
