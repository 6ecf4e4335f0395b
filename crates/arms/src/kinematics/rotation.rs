//! Vectors, rotation matrices and quaternions, as far as a tip needs them.
//!
//! Not here: where an orientation comes from (`forward`) and what is made of a wanted one (`choose`).

/// A place or a direction in the base frame.
pub type Vector = [f64; 3];

/// A quaternion w, x, y, z of length one, w not negative.
pub type Quaternion = [f64; 4];

/// An orientation: the directions of the tip's own x, y and z axes in the base frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rotation {
    /// Into the fixed finger: down at roll 0 with a level gripper.
    pub x: Vector,
    /// Left at roll 0.
    pub y: Vector,
    /// The approach: from the wrist to the tip.
    pub z: Vector,
}

impl Rotation {
    /// As a quaternion.
    pub fn quaternion(&self) -> Quaternion {
        // The largest of the four is found first, so that nothing is divided by a small number.
        let [xx, yx, zx] = self.x;
        let [xy, yy, zy] = self.y;
        let [xz, yz, zz] = self.z;
        let squares = [
            1.0 + xx + yy + zz,
            1.0 + xx - yy - zz,
            1.0 - xx + yy - zz,
            1.0 - xx - yy + zz,
        ];
        let mut largest = 0;
        for (place, square) in squares.iter().enumerate() {
            if *square > squares[largest] {
                largest = place;
            }
        }
        let root = squares[largest].max(0.0).sqrt() * 2.0;
        let main = root / 4.0;
        let [w, x, y, z] = match largest {
            0 => [main, (zy - yz) / root, (xz - zx) / root, (yx - xy) / root],
            1 => [(zy - yz) / root, main, (xy + yx) / root, (xz + zx) / root],
            2 => [(xz - zx) / root, (xy + yx) / root, main, (yz + zy) / root],
            _ => [(yx - xy) / root, (xz + zx) / root, (yz + zy) / root, main],
        };
        let sign = if w < 0.0 { -1.0 } else { 1.0 };
        [w * sign, x * sign, y * sign, z * sign]
    }

    /// The orientation of a quaternion, which need not have length one. `None` when it has no length.
    pub fn from_quaternion(quaternion: Quaternion) -> Option<Self> {
        let length = quaternion
            .iter()
            .map(|part| part * part)
            .sum::<f64>()
            .sqrt();
        if !(length.is_finite() && length > 1e-9) {
            return None;
        }
        let [w, x, y, z] = quaternion.map(|part| part / length);
        Some(Self {
            x: [
                1.0 - 2.0 * (y * y + z * z),
                2.0 * (x * y + w * z),
                2.0 * (x * z - w * y),
            ],
            y: [
                2.0 * (x * y - w * z),
                1.0 - 2.0 * (x * x + z * z),
                2.0 * (y * z + w * x),
            ],
            z: [
                2.0 * (x * z + w * y),
                2.0 * (y * z - w * x),
                1.0 - 2.0 * (x * x + y * y),
            ],
        })
    }

    /// Whether the three are of length one and at right angles, right-handed, to a millionth.
    pub(super) fn proper(&self) -> bool {
        let cross = cross(self.x, self.y);
        let off = |a: f64, b: f64| (a - b).abs() > 1e-6 || !a.is_finite();
        !(off(dot(self.x, self.x), 1.0)
            || off(dot(self.y, self.y), 1.0)
            || off(dot(self.x, self.y), 0.0)
            || (0..3).any(|place| off(self.z[place], cross[place])))
    }
}

pub(super) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_quaternion_becomes_an_orientation_and_finds_back(
            w in -1.0f64..1.0, x in -1.0f64..1.0, y in -1.0f64..1.0, z in -1.0f64..1.0
        ) {
            prop_assume!(w * w + x * x + y * y + z * z > 0.01);
            let rotation = Rotation::from_quaternion([w, x, y, z]).unwrap();
            prop_assert!(rotation.proper());
            let again = Rotation::from_quaternion(rotation.quaternion()).unwrap();
            for (a, b) in [(rotation.x, again.x), (rotation.y, again.y), (rotation.z, again.z)] {
                for place in 0..3 {
                    prop_assert!((a[place] - b[place]).abs() < 1e-12);
                }
            }
            prop_assert!(rotation.quaternion()[0] >= 0.0);
        }
    }

    #[test]
    fn nothing_is_no_orientation_and_a_mirror_is_none_either() {
        assert_eq!(Rotation::from_quaternion([0.0; 4]), None);
        assert_eq!(Rotation::from_quaternion([f64::NAN, 0.0, 0.0, 1.0]), None);
        let mirror = Rotation {
            x: [1.0, 0.0, 0.0],
            y: [0.0, 1.0, 0.0],
            z: [0.0, 0.0, -1.0],
        };
        assert!(!mirror.proper());
    }
}
