//! A movement from one place to another that begins and ends softly, and a watch over joints that do not follow.
//!
//! The path is the minimum-jerk one (Flash and Hogan 1985): `10 t³ - 15 t⁴ + 6 t⁵` of the way at the share `t` of the
//! time, the same for all joints, so that they arrive together. Its highest speed is 1.875 times the mean one and its
//! highest acceleration 5.7735 times distance over time squared, from which the time follows.
//! Not here: the limits of goals, which hold whatever is asked for here (`arms::limits`).

use std::time::Duration;

use arms::{JOINTS, Joint, Limits, MAX_VALUES, Values};

use crate::teleoperator::CycleContext;

/// Highest speed of the path over its mean speed.
const PEAK_SPEED: f64 = 1.875;
/// Highest acceleration of the path, in distance over time squared.
const PEAK_ACCELERATION: f64 = 5.7735;
/// Share of a joint's acceleration limit that the path uses, so that the limiter never has to step in.
const ACCELERATION_SHARE: f64 = 0.5;
/// A path takes at least this long, however short it is; seconds.
const SHORTEST: f64 = 0.2;

/// A soft movement under way. Its time counts in cycles, so a missed cycle makes it longer, never faster.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glide {
    from: Values,
    to: Values,
    /// Seconds.
    length: f64,
    elapsed: f64,
}

impl Glide {
    /// From where the goals are to `to`, as far as the range allows; at most `factor` times the speed of a first
    /// move, and never more than the joint's own speed. A value of `to` that is no number stays where it is.
    pub(crate) fn new(cx: &CycleContext<'_>, to: &Values, factor: f64) -> Self {
        let from = *cx.last_action;
        let mut to = reachable(to, cx.limits);
        let mut length = SHORTEST;
        let joints = cx.limits.iter().flatten();
        for ((to, from), limits) in to
            .as_mut_slice()
            .iter_mut()
            .zip(from.as_slice())
            .zip(joints)
        {
            if !to.is_finite() {
                *to = *from;
            }
            let far = (*to - from).abs();
            let speed = (limits.first_speed * factor).min(limits.speed);
            let acceleration = limits.acceleration * ACCELERATION_SHARE;
            length = length
                .max(PEAK_SPEED * far / speed)
                .max((PEAK_ACCELERATION * far / acceleration).sqrt());
        }
        Self {
            from,
            to,
            length,
            elapsed: 0.0,
        }
    }

    /// The goal of this cycle; one `period` further on the way than the one before.
    pub(crate) fn step(&mut self, period: Duration) -> Values {
        self.elapsed += period.as_secs_f64();
        let t = (self.elapsed / self.length).min(1.0);
        if t >= 1.0 {
            return self.to;
        }
        between(
            &self.from,
            &self.to,
            t * t * t * (10.0 + t * (6.0 * t - 15.0)),
        )
    }

    /// Whether the last goal has been given.
    pub(crate) fn done(&self) -> bool {
        self.elapsed >= self.length
    }
}

/// `values` as far as arms with these limits may follow them.
pub(crate) fn reachable(values: &Values, limits: &[Limits]) -> Values {
    let mut values = *values;
    for (value, limit) in values
        .as_mut_slice()
        .iter_mut()
        .zip(limits.iter().flatten())
    {
        if value.is_finite() {
            *value = value.max(limit.least).min(limit.most);
        }
    }
    values
}

/// The point `share` (0 to 1) of the way from `from` to `to`.
pub(crate) fn between(from: &Values, to: &Values, share: f64) -> Values {
    let mut values = *from;
    for (value, to) in values.as_mut_slice().iter_mut().zip(to.as_slice()) {
        *value += (to - *value) * share;
    }
    values
}

/// Where a joint and its goal were when the joint last moved.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    at: f64,
    goal: f64,
    /// For how long the goal has been far from both.
    seconds: f64,
}

/// Notices a joint that stands still while its goal goes away from it. Only positions are looked at, so it works
/// without status polls; a joint that hangs a little behind under its own weight does not count, because its goal does
/// not move on. Grippers are left out: one that holds something is meant to stand still.
#[derive(Debug, Clone)]
pub(crate) struct StallWatch {
    joints: [Option<Standing>; MAX_VALUES],
}

impl StallWatch {
    pub(crate) fn new() -> Self {
        Self {
            joints: [None; MAX_VALUES],
        }
    }

    /// Looks once a cycle. The place of the first joint that does not follow, and the goals with which the arm waits:
    /// that joint's is where it is, so that it does not go on pushing.
    pub(crate) fn look(&mut self, cx: &CycleContext<'_>) -> Option<(u8, Values)> {
        let rule = &cx.safety.stall;
        let window = rule.warn_after.as_secs_f64();
        let seen = cx.observation.as_slice().iter();
        let mut found = None;
        for (place, ((at, goal), limits)) in seen
            .zip(cx.last_action.as_slice())
            .zip(cx.limits.iter().flatten())
            .enumerate()
        {
            if place % JOINTS == Joint::Gripper.index() {
                continue;
            }
            // The rule is in degrees; where an arm is not spoken of in degrees, its limits tell by how much.
            let scale = limits.speed / cx.safety.speed;
            let (far, moved) = (rule.error * scale, rule.speed * window * scale);
            let fresh = Standing {
                at: *at,
                goal: *goal,
                seconds: 0.0,
            };
            let standing = self.joints[place].get_or_insert(fresh);
            if (at - standing.at).abs() > moved {
                *standing = fresh;
                continue;
            }
            let left = (goal - standing.goal).abs() > far && (goal - at).abs() > far;
            // Only time with a goal far away counts: a motor needs a moment to begin to move.
            standing.seconds = if left {
                standing.seconds + cx.period.as_secs_f64()
            } else {
                0.0
            };
            if standing.seconds >= window {
                let mut waiting = *cx.last_action;
                waiting.as_mut_slice()[place] = *at;
                found = found.or(Some((place as u8, waiting)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_peaks_are_those_of_the_path() {
        let path = |t: f64| t * t * t * (10.0 + t * (6.0 * t - 15.0));
        let step = 1e-4;
        let (mut speed, mut acceleration) = (0.0f64, 0.0f64);
        let mut t = step;
        while t < 1.0 - step {
            speed = speed.max((path(t + step) - path(t - step)) / (2.0 * step));
            let curve = (path(t + step) - 2.0 * path(t) + path(t - step)) / (step * step);
            acceleration = acceleration.max(curve.abs());
            t += step;
        }
        assert!((speed - PEAK_SPEED).abs() < 1e-4, "{speed}");
        assert!(
            (acceleration - PEAK_ACCELERATION).abs() < 1e-3,
            "{acceleration}"
        );
    }
}
