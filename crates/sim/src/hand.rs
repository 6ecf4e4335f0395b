//! A person's hand on a joint: holds it somewhere or moves it along a path in time.
//!
//! Angles are the joint's own, in degrees, zero as in TheRobotStudio's so101_new_calib.urdf; LeRobot's degrees differ by
//! the few degrees that [`crate::SimArm::middle`] tells.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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

    /// Degrees, `since` after the hand took hold.
    pub(crate) fn angle(&self, since: Duration) -> f64 {
        match self {
            Self::HoldsAt(angle) => *angle,
            Self::Follows(path) => path(since),
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
