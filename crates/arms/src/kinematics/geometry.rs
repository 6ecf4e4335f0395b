//! Lengths and angles of the mechanism, metres and radians: section 3 of `so-arm-kinematics.md`.
//!
//! Not here: what they are used for (`forward`, `inverse`).

use super::ArmModel;

/// One arm's lengths. The symbols are those of the reference, so that the formulas can be compared letter by letter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Geometry {
    /// The pan axis in the base frame.
    pub(super) x0: f64,
    pub(super) y0: f64,
    /// The lift axis: ahead of the pan axis, and its height.
    pub(super) a: f64,
    pub(super) z0: f64,
    /// Lift axis to elbow axis: length, and elevation at zero.
    pub(super) l1: f64,
    pub(super) alpha1: f64,
    /// Elbow axis to wrist axis: length, and elevation at zero.
    pub(super) l2: f64,
    pub(super) alpha2: f64,
    /// Wrist axis to tip, along the approach.
    pub(super) d: f64,
    /// The tip beside the roll axis, and the tilt of the roll's zero.
    pub(super) tx: f64,
    pub(super) ty: f64,
    pub(super) delta: f64,
    /// The arm's plane beside the pan axis.
    pub(super) s0: f64,
}

impl Geometry {
    pub(super) fn of(model: ArmModel) -> Self {
        // Both: 112.57 by 28 mm and 134.9 by 5.2 mm between the axes, 159.2274 mm from the wrist to the tip.
        let both = Self {
            x0: 0.0,
            y0: 0.0,
            a: 0.0,
            z0: 0.0,
            l1: 0.112_57_f64.hypot(0.028),
            alpha1: 0.112_57_f64.atan2(0.028),
            l2: 0.1349_f64.hypot(0.0052),
            alpha2: 0.0052_f64.atan2(0.1349),
            d: 0.159_227_4,
            tx: -0.0079,
            ty: 0.0,
            delta: 0.0,
            s0: 0.0,
        };
        match model {
            ArmModel::So101 => Self {
                x0: 0.038_835_3,
                y0: -8.976_57e-9,
                a: 0.030_399_2,
                z0: 0.1166,
                ty: -0.000_218_121,
                delta: 0.048_679_5,
                s0: -0.000_177_8,
                ..both
            },
            ArmModel::So100 => Self {
                x0: 0.0452,
                a: 0.0306,
                z0: 0.119,
                ..both
            },
        }
    }

    /// The tip beside the roll axis at roll `q5`: towards the arm's upper side, and out of the arm's plane.
    pub(super) fn beside(&self, q5: f64) -> (f64, f64) {
        let (sin, cos) = (q5 - self.delta).sin_cos();
        (
            self.tx * cos - self.ty * sin,
            self.s0 + self.tx * sin + self.ty * cos,
        )
    }
}
