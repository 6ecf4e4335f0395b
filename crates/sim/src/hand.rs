//! A person's hand on a joint: holds it somewhere or moves it along a path in time.
//!
//! Angles are the joint's own, in degrees, zero as in TheRobotStudio's so101_new_calib.urdf; LeRobot's degrees differ by
//! the few degrees that [`crate::SimArm::middle`] tells.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::plan;

/// Where a hand has the joint. A hand is stronger than the motor and slower than 690 degrees per second, and it
/// cannot pass a joint's stop.
#[derive(Clone)]
pub enum Hand {
    /// Takes the joint to this angle and keeps it there.
    HoldsAt(f64),
    /// Moves it along a path: the angle as a function of the time since the hand took hold.
    Follows(Arc<dyn Fn(Duration) -> f64 + Send + Sync>),
}

impl Hand {
    /// A hand that moves along `path`: degrees from the time since it took hold.
    pub fn along(path: impl Fn(Duration) -> f64 + Send + Sync + 'static) -> Self {
        Self::Follows(Arc::new(path))
    }

    /// A hand that swings around `centre` by `amplitude` degrees, once in `period`.
    pub fn swinging(centre: f64, amplitude: f64, period: Duration) -> Self {
        Self::along(move |since| {
            let turns = since.as_secs_f64() / period.as_secs_f64().max(1e-3);
            centre + amplitude * (turns * std::f64::consts::TAU).sin()
        })
    }

    /// A hand that is at each point's angle, in degrees, at its time, goes evenly from one to the next, and stays at the
    /// last. Points are put in the order of their times; without any it holds 0.
    pub fn script(mut points: Vec<(Duration, f64)>) -> Self {
        points.sort_by_key(|(at, _)| *at);
        Self::along(move |since| along(&points, since))
    }

    /// The same from its beginning whenever it has ended.
    pub fn repeated(mut points: Vec<(Duration, f64)>) -> Self {
        points.sort_by_key(|(at, _)| *at);
        let turn = points.last().map_or(0.0, |(at, _)| at.as_secs_f64());
        Self::along(move |since| {
            let since = since.as_secs_f64();
            let within = if turn > 0.0 { since % turn } else { since };
            along(&points, Duration::from_secs_f64(within))
        })
    }

    /// A hand as a person writes it: `35` holds there; `0s:10 1.5s:-30 2s:0` is a script, with `repeat` behind it again
    /// and again.
    ///
    /// # Errors
    /// [`BadHand`]
    pub fn parse(text: &str) -> Result<Self, BadHand> {
        let bad = || BadHand(text.to_owned());
        let angle = |text: &str| plan::number(text).ok_or_else(bad);
        let mut words: Vec<&str> = text.split_whitespace().collect();
        if let [one] = words.as_slice()
            && !one.contains(':')
        {
            return Ok(Self::HoldsAt(angle(one)?));
        }
        let repeat = words.last() == Some(&"repeat");
        if repeat {
            words.pop();
        }
        let points = words
            .iter()
            .map(|word| {
                let (at, degrees) = word.split_once(':').ok_or_else(bad)?;
                Ok((plan::span(at, "s").ok_or_else(bad)?, angle(degrees)?))
            })
            .collect::<Result<Vec<_>, BadHand>>()?;
        match (points.is_empty(), repeat) {
            (true, _) => Err(bad()),
            (false, true) => Ok(Self::repeated(points)),
            (false, false) => Ok(Self::script(points)),
        }
    }

    /// Degrees, `since` after the hand took hold.
    pub(crate) fn angle(&self, since: Duration) -> f64 {
        match self {
            Self::HoldsAt(angle) => *angle,
            Self::Follows(path) => path(since),
        }
    }
}

/// A text that tells no hand where to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} does not tell a hand where to be")]
pub struct BadHand(pub String);

impl BadHand {
    /// What to write instead.
    pub fn remedy(&self) -> &'static str {
        "Use degrees, such as 35, or times with degrees, such as 0s:10 1.5s:-30 2s:0, with repeat behind them if wanted."
    }
}

/// The angle between the two points around `since`.
fn along(points: &[(Duration, f64)], since: Duration) -> f64 {
    let after = points.partition_point(|(at, _)| *at <= since);
    match (
        after.checked_sub(1).map(|place| points[place]),
        points.get(after),
    ) {
        (None, None) => 0.0,
        (None, Some((_, first))) => *first,
        (Some((_, last)), None) => last,
        (Some((from, one)), Some((to, other))) => {
            let whole = (*to - from).as_secs_f64();
            one + (other - one) * (since - from).as_secs_f64() / whole
        }
    }
}

impl fmt::Debug for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HoldsAt(angle) => write!(f, "HoldsAt({angle})"),
            Self::Follows(_) => f.write_str("Follows(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_goes_evenly_from_point_to_point() {
        for (text, angles) in [
            ("35", [35.0, 35.0, 35.0, 35.0]),
            ("1s:10 2s:-30", [10.0, 10.0, -10.0, -30.0]),
            ("2s:-30 1s:10", [10.0, 10.0, -10.0, -30.0]),
            ("0:0 1s:10 2s:0 repeat", [0.0, 10.0, 5.0, 10.0]),
            ("500ms:8", [8.0, 8.0, 8.0, 8.0]),
        ] {
            let hand = Hand::parse(text).unwrap();
            for (at, expected) in [0, 1000, 1500, 5000].into_iter().zip(angles) {
                let angle = hand.angle(Duration::from_millis(at));
                assert!(
                    (angle - expected).abs() < 1e-9,
                    "{text} at {at} ms: {angle}"
                );
            }
        }
        for text in ["", "x", "1s:", "1s", ":3", "repeat", "1h:3", "1s:inf"] {
            let bad = Hand::parse(text).unwrap_err();
            assert!(bad.remedy().contains("0s:10"), "{text}");
        }
    }
}
