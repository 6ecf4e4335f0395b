//! Where an SO-101's links are, from its joint angles: the chain of TheRobotStudio's so101_new_calib.urdf.
//!
//! Written apart from `arms`, so that a dataset's kinematics and its pictures check each other.

use std::f64::consts::{FRAC_PI_2, PI};

use crate::arm::MOTORS;

/// A point or direction, metres.
pub type Vector = [f64; 3];

/// A place and an orientation: columns of `turn` are the axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Rotation, row by row.
    pub turn: [Vector; 3],
    /// Origin, metres.
    pub at: Vector,
}

impl Frame {
    /// The base's own frame: x forward, y left, z up.
    pub const BASE: Self = Self {
        turn: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        at: [0.0; 3],
    };

    /// A frame with the base's axes at a place.
    pub const fn at(at: Vector) -> Self {
        Self { at, ..Self::BASE }
    }

    /// Origin and angles as a URDF writes them: about the fixed x, then y, then z.
    pub fn urdf(at: Vector, [roll, pitch, yaw]: Vector) -> Self {
        let turn = Self::about(2, yaw)
            .then(&Self::about(1, pitch))
            .then(&Self::about(0, roll));
        Self { at, ..turn }
    }

    /// A rotation about one of the axes, rad.
    pub fn about(axis: usize, angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (one, other) = ((axis + 1) % 3, (axis + 2) % 3);
        let mut frame = Self::BASE;
        frame.turn[one][one] = cos;
        frame.turn[other][other] = cos;
        frame.turn[one][other] = -sin;
        frame.turn[other][one] = sin;
        frame
    }

    /// The frame `inner`, told in this one, told where this one is told.
    pub fn then(&self, inner: &Self) -> Self {
        let mut turn = [[0.0; 3]; 3];
        for (row, out) in turn.iter_mut().enumerate() {
            for (column, value) in out.iter_mut().enumerate() {
                *value = (0..3)
                    .map(|at| self.turn[row][at] * inner.turn[at][column])
                    .sum();
            }
        }
        Self {
            turn,
            at: self.point(inner.at),
        }
    }

    /// A point of this frame, told outside.
    pub fn point(&self, point: Vector) -> Vector {
        let turned = self.direction(point);
        std::array::from_fn(|row| turned[row] + self.at[row])
    }

    /// A direction of this frame, told outside.
    pub fn direction(&self, direction: Vector) -> Vector {
        std::array::from_fn(|row| dot(self.turn[row], direction))
    }

    /// A direction from outside, told in this frame.
    pub fn direction_inside(&self, direction: Vector) -> Vector {
        std::array::from_fn(|column| {
            (0..3)
                .map(|row| self.turn[row][column] * direction[row])
                .sum()
        })
    }

    /// A point from outside, told in this frame.
    pub fn point_inside(&self, point: Vector) -> Vector {
        self.direction_inside(std::array::from_fn(|row| point[row] - self.at[row]))
    }

    /// The frame `outer`, told in this one.
    pub fn inside(&self, outer: &Self) -> Self {
        let axes = [0, 1, 2].map(|column| self.direction_inside(outer.axis(column)));
        Self {
            turn: std::array::from_fn(|row| axes.map(|axis| axis[row])),
            at: self.point_inside(outer.at),
        }
    }

    /// One of its axes, told outside.
    pub fn axis(&self, column: usize) -> Vector {
        std::array::from_fn(|row| self.turn[row][column])
    }

    /// Turned in place by the least rotation that brings the direction `from` onto `to`, both of length one and not opposite.
    pub fn turned(&self, from: Vector, to: Vector) -> Self {
        let axis = cross(from, to);
        let cos = dot(from, to);
        let share = 1.0 / (1.0 + cos);
        let turn = std::array::from_fn(|row| {
            std::array::from_fn(|column| {
                let skew = match (3 + column - row) % 3 {
                    0 => cos,
                    1 => -axis[3 - row - column],
                    _ => axis[3 - row - column],
                };
                skew + share * axis[row] * axis[column]
            })
        });
        let rotation = Self { turn, at: [0.0; 3] };
        Self {
            at: self.at,
            ..rotation.then(&Self {
                at: [0.0; 3],
                ..*self
            })
        }
    }
}

/// The inner product.
pub fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The outer product.
pub fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// The same direction, of length one.
pub fn unit(a: Vector) -> Vector {
    let length = dot(a, a).sqrt().max(1e-12);
    a.map(|part| part / length)
}

/// Links that are drawn: base, shoulder, upper arm, lower arm, wrist, gripper, jaw.
pub const LINKS: usize = 7;
/// Place of the gripper among the links.
pub const GRIPPER: usize = 5;
/// Place of the moving jaw among the links.
pub const JAW: usize = 6;
/// The tip in the gripper's frame, on the inner face of the fixed finger (gripper_frame_link).
pub const TIP: Vector = [-0.0079, -0.000_218_121, -0.098_127_4];

/// Origin and angles of each joint (so101_new_calib.urdf).
const CHAIN: [(Vector, Vector); MOTORS] = [
    ([0.038_835_3, -8.976_57e-9, 0.0624], [PI, 0.0, -PI]),
    (
        [-0.030_399_2, -0.018_277_8, -0.0542],
        [-FRAC_PI_2, -FRAC_PI_2, 0.0],
    ),
    ([-0.112_57, -0.028, 0.0], [0.0, 0.0, FRAC_PI_2]),
    ([-0.1349, 0.0052, 0.0], [0.0, 0.0, -FRAC_PI_2]),
    ([0.0, -0.0611, 0.0181], [FRAC_PI_2, 0.048_679_5, PI]),
    ([0.0202, 0.0188, -0.0234], [FRAC_PI_2, 0.0, 0.0]),
];

/// The links' frames in the base's, for joint angles in degrees.
pub fn links(degrees: &[f64; MOTORS]) -> [Frame; LINKS] {
    let mut frames = [Frame::BASE; LINKS];
    for (joint, (at, angles)) in CHAIN.iter().enumerate() {
        frames[joint + 1] = frames[joint]
            .then(&Frame::urdf(*at, *angles))
            .then(&Frame::about(2, degrees[joint].to_radians()));
    }
    frames
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn with_all_angles_zero_the_tip_is_where_the_drawing_has_it() {
        let tip = links(&[0.0; MOTORS])[GRIPPER].point(TIP);
        for (part, expected) in tip.into_iter().zip([0.391_361, 0.0, 0.226_470]) {
            assert!((part - expected).abs() < 2e-5, "{tip:?}");
        }
    }

    #[test]
    fn joints_turn_the_way_the_field_says() {
        let zero = links(&[0.0; MOTORS])[GRIPPER].point(TIP);
        for (joint, part, sign) in [(0, 1, -1.0), (1, 2, -1.0), (2, 2, -1.0), (3, 2, -1.0)] {
            let mut pose = [0.0; MOTORS];
            pose[joint] = 10.0;
            let moved = links(&pose)[GRIPPER].point(TIP);
            assert!((moved[part] - zero[part]) * sign > 0.005, "joint {joint}");
        }
        // The gripper opens upwards at zero.
        let jaw =
            |angle| links(&[0.0, 0.0, 0.0, 0.0, 0.0, angle])[JAW].point([-0.0123, -0.082, 0.0]);
        assert!(jaw(30.0)[2] > jaw(0.0)[2] + 0.02);
    }

    proptest! {
        #[test]
        fn inside_and_outside_undo_each_other(
            angles in prop::array::uniform3(-3.0..3.0),
            at in prop::array::uniform3(-1.0..1.0),
            point in prop::array::uniform3(-1.0..1.0),
        ) {
            let frame = Frame::urdf(at, angles);
            let back = frame.point_inside(frame.point(point));
            for (part, expected) in back.into_iter().zip(point) {
                prop_assert!((part - expected).abs() < 1e-12);
            }
            let same = frame.inside(&frame.then(&Frame::at(point)));
            prop_assert!((same.at[0] - point[0]).abs() < 1e-12);
            prop_assert!((same.turn[1][1] - 1.0).abs() < 1e-12);
        }

        #[test]
        fn the_least_rotation_brings_one_direction_onto_the_other(
            from in prop::array::uniform3(-1.0..1.0),
            to in prop::array::uniform3(-1.0..1.0),
        ) {
            let (from, to) = (unit(from), unit(to));
            prop_assume!(dot(from, to) > -0.9 && dot(from, from) > 0.9 && dot(to, to) > 0.9);
            let turned = Frame::BASE.turned(from, to).direction(from);
            for (part, expected) in turned.into_iter().zip(to) {
                prop_assert!((part - expected).abs() < 1e-9, "{turned:?} for {to:?}");
            }
        }
    }
}
