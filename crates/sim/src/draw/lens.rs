//! Where a camera stands, and where a point of the world falls in its picture.
//!
//! A pinhole, as good lenses nearly are. Not here: what is in the world (`scene`).

use pixels::Size;

use crate::scene::frames::{Frame, GRIPPER, LINKS, Vector, cross, dot, unit};

/// Nearest thing that is drawn, metres.
pub const NEAREST: f32 = 0.004;

/// Which camera it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// On a stand in front of the arm, to its right, looking at arm and table; it never moves.
    Front,
    /// On the gripper, looking at the fingers and at what lies before them.
    Wrist,
}

impl View {
    /// The name of a camera with this view.
    pub fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Wrist => "wrist",
        }
    }

    /// The view of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Front, Self::Wrist]
            .into_iter()
            .find(|view| view.name() == name)
    }

    /// Where it stands, in the base's frame: x to the right of the picture, y down, z into it.
    pub fn place(self, links: &[Frame; LINKS]) -> Frame {
        match self {
            Self::Front => looking([0.64, -0.33, 0.40], [0.160, 0.008, 0.062], [0.0, 0.0, 1.0]),
            Self::Wrist => links[GRIPPER].then(&looking(
                [0.012, 0.070, -0.012],
                [0.004, -0.010, -0.125],
                [0.0, 1.0, 0.0],
            )),
        }
    }

    /// Width of what it sees at a distance of one.
    fn spread(self) -> f64 {
        match self {
            // 58 degrees across.
            Self::Front => 2.0 * 0.554,
            // 81 degrees across.
            Self::Wrist => 2.0 * 0.854,
        }
    }
}

/// A frame at `from` whose z looks at `to` with `up` up.
fn looking(from: Vector, to: Vector, up: Vector) -> Frame {
    let z = unit(std::array::from_fn(|part| to[part] - from[part]));
    let x = unit(cross(z, up));
    let y = cross(z, x);
    Frame {
        turn: std::array::from_fn(|row| [x[row], y[row], z[row]]),
        at: from,
    }
}

/// A camera with its place and its picture's size.
#[derive(Debug, Clone, Copy)]
pub struct Lens {
    /// x to the right of the picture, y down, z into it, in the base's frame.
    pub frame: Frame,
    /// Pixels that a distance of one covers at a distance of one.
    pub focal: f32,
    /// The middle of the picture.
    pub middle: [f32; 2],
    rows: [[f32; 3]; 3],
    at: [f32; 3],
}

impl Lens {
    /// The camera of a view with the arm's links where they are.
    pub fn new(view: View, size: Size, links: &[Frame; LINKS]) -> Self {
        let frame = view.place(links);
        let narrow = |vector: Vector| vector.map(|part| part as f32);
        Self {
            frame,
            focal: (f64::from(size.width()) / view.spread()) as f32,
            middle: [size.width() as f32 / 2.0, size.height() as f32 / 2.0],
            rows: [0, 1, 2].map(|column| narrow(frame.axis(column))),
            at: narrow(frame.at),
        }
    }

    /// A point of the base's frame as the camera has it: right, down, away.
    pub fn seen(&self, point: [f32; 3]) -> [f32; 3] {
        let away: [f32; 3] = std::array::from_fn(|part| point[part] - self.at[part]);
        self.rows
            .map(|row| row[0] * away[0] + row[1] * away[1] + row[2] * away[2])
    }

    /// Where a seen point falls in the picture, and one over its distance.
    pub fn project(&self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let near = 1.0 / z;
        [
            self.middle[0] + x * self.focal * near,
            self.middle[1] + y * self.focal * near,
            near,
        ]
    }

    /// Where a point of the base's frame falls in the picture; `None` behind the camera.
    pub fn pixel(&self, point: Vector) -> Option<[f64; 2]> {
        let away = std::array::from_fn(|part| point[part] - self.frame.at[part]);
        let depth = dot(self.frame.axis(2), away);
        (depth > f64::from(NEAREST)).then(|| {
            [0, 1].map(|part| {
                f64::from(self.middle[part])
                    + dot(self.frame.axis(part), away) * f64::from(self.focal) / depth
            })
        })
    }

    /// The direction in the base's frame of a pixel, of length one along the camera's axis.
    pub fn ray(&self, x: f32, y: f32) -> [f32; 3] {
        let (right, down) = (
            (x - self.middle[0]) / self.focal,
            (y - self.middle[1]) / self.focal,
        );
        std::array::from_fn(|part| {
            self.rows[2][part] + right * self.rows[0][part] + down * self.rows[1][part]
        })
    }

    /// Where it stands in the base's frame.
    pub fn origin(&self) -> [f32; 3] {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::frames::{TIP, links};

    #[test]
    fn the_middle_of_the_picture_is_what_a_camera_looks_at() {
        let links = links(&[0.0; 6]);
        let size = Size::new(640, 480).unwrap();
        let lens = Lens::new(View::Front, size, &links);
        let [x, y] = lens.pixel([0.160, 0.008, 0.062]).unwrap();
        assert!((x - 320.0).abs() < 1e-3 && (y - 240.0).abs() < 1e-3);
        let [_, higher] = lens.pixel([0.160, 0.008, 0.162]).unwrap();
        assert!(higher < 210.0, "up is up: {higher}");
        // From the front, the arm's left is to the right.
        let [left, _] = lens.pixel([0.160, 0.108, 0.062]).unwrap();
        assert!(left > 350.0, "{left}");
        assert_eq!(lens.pixel([2.0, -1.2, 1.0]), None);
    }

    #[test]
    fn the_wrist_camera_has_the_tip_at_one_place_of_its_picture_whatever_the_arm_does() {
        let size = Size::new(640, 480).unwrap();
        for pose in [[0.0; 6], [30.0, -20.0, 40.0, 60.0, 90.0, 20.0]] {
            let links = links(&pose);
            let lens = Lens::new(View::Wrist, size, &links);
            let [x, y] = lens.pixel(links[GRIPPER].point(TIP)).unwrap();
            assert!((200.0..300.0).contains(&x), "{x}");
            assert!((200.0..400.0).contains(&y), "{y}");
        }
    }

    #[test]
    fn a_ray_goes_through_the_pixel_it_belongs_to() {
        let lens = Lens::new(View::Front, Size::new(320, 240).unwrap(), &links(&[0.0; 6]));
        let ray = lens.ray(100.0, 50.0);
        let at = lens.origin();
        let [x, y, near] =
            lens.project(lens.seen([0, 1, 2].map(|part| at[part] + ray[part] * 0.4)));
        assert!((x - 100.0).abs() < 1e-2 && (y - 50.0).abs() < 1e-2 && (near - 2.5).abs() < 1e-4);
    }
}
