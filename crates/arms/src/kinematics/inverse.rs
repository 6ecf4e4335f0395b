//! From a pose to the joint angles of one branch: closed form, section 3 of `so-arm-kinematics.md`.
//!
//! Not here: which branch is taken, ranges and guards (`choose`).

use super::geometry::Geometry;
use super::told::Unsolved;
use super::{ARM_JOINTS, Angles};

/// A target beyond the rim or the pan axis by less than this is taken as lying on it, metres: rounding, not reach. More
/// than rounding needs, far less than an encoder shows.
const ROUNDING: f64 = 1e-6;

/// Which of the up to four ways to stand in a pose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Branch {
    /// Reaches forward from the pan axis, not over backwards.
    pub front: bool,
    /// The elbow is above the line from shoulder to wrist.
    pub elbow_up: bool,
}

/// How far the tip at the found angles is from what was asked for: measured, not assumed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Residual {
    /// Distance, metres.
    pub position: f64,
    /// Difference in pitch, degrees, not negative.
    pub pitch: f64,
    /// Difference in roll, degrees, not negative.
    pub roll: f64,
}

/// Joint angles for a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solution {
    /// LeRobot's degrees.
    pub angles: Angles,
    /// Which way to stand there.
    pub branch: Branch,
    /// What is left of position, pitch and roll.
    pub residual: Residual,
    /// The part of a wanted orientation that no joint can give, degrees: how far the wanted approach points to the left of
    /// the arm's plane. Zero where no orientation was asked for. Reported, never folded into the others.
    pub yaw_remainder: f64,
}

/// A pose in the model's own measure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) position: [f64; 3],
    /// Radians.
    pub(super) pitch: f64,
    /// Radians.
    pub(super) roll: f64,
}

/// What both elbows of one side share: the wrist seen from the lift axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) q1: f64,
    /// The tip from the pan axis, with the sign of the side.
    pub(super) r: f64,
    rho: f64,
    zeta: f64,
    cos_bend: f64,
}

/// The pan angle and the distance from the pan axis that put the tip, `s` beside the plane, at `x`, `y`.
pub(super) fn pan(
    g: &Geometry,
    position: &[f64; 3],
    s: f64,
    front: bool,
) -> Result<(f64, f64), Unsolved> {
    let (x, y) = (position[0] - g.x0, position[1] - g.y0);
    let away = x.hypot(y);
    if s.abs() - away > ROUNDING {
        return Err(Unsolved::OnPanAxis);
    }
    let distance = (away * away - s * s).max(0.0).sqrt();
    let r = if front { distance } else { -distance };
    Ok((s.atan2(r) - y.atan2(x), r))
}

/// The wrist for a wanted pose on one side.
pub(super) fn reach(g: &Geometry, wanted: &Wanted, front: bool) -> Result<Reach, Unsolved> {
    let (h, s) = g.beside(wanted.roll);
    let (q1, r) = pan(g, &wanted.position, s, front)?;
    let (sin, cos) = wanted.pitch.sin_cos();
    let rho = r - g.a - g.d * cos - h * sin;
    let zeta = wanted.position[2] - g.z0 + g.d * sin - h * cos;
    let away = rho.hypot(zeta);
    let beyond = (away - (g.l1 + g.l2)).max((g.l1 - g.l2).abs() - away);
    if beyond > ROUNDING {
        return Err(Unsolved::OutOfReach { beyond });
    }
    let cos_bend = (rho * rho + zeta * zeta - g.l1 * g.l1 - g.l2 * g.l2) / (2.0 * g.l1 * g.l2);
    Ok(Reach {
        q1,
        r,
        rho,
        zeta,
        cos_bend: cos_bend.clamp(-1.0, 1.0),
    })
}

/// The angles with the elbow up or down, and the bend of the elbow, radians.
pub(super) fn elbow(
    g: &Geometry,
    wanted: &Wanted,
    reach: &Reach,
    up: bool,
) -> ([f64; ARM_JOINTS], f64) {
    let bend = reach.cos_bend.acos() * if up { 1.0 } else { -1.0 };
    let (sin, cos) = bend.sin_cos();
    let elevation = reach.zeta.atan2(reach.rho) + (g.l2 * sin).atan2(g.l1 + g.l2 * cos);
    let q2 = g.alpha1 - elevation;
    let q3 = bend - (g.alpha1 - g.alpha2);
    (
        [reach.q1, q2, q3, wanted.pitch - q2 - q3, wanted.roll],
        bend,
    )
}
