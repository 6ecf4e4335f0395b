//! The block on the table: it rests, is taken when the fingers close on it, is carried, and falls when they open.
//!
//! As simple as pictures of a task need it: it does not slide, tumble or push back, and fingers that come down on it
//! pass through it. What it does depends on the joints alone.

use super::TABLE;
use super::frames::{Frame, GRIPPER, JAW, LINKS, Vector, dot};

/// Length of its edges, metres.
pub const EDGE: f64 = 0.026;
/// Where it stands at first: x and y in the base's frame, metres.
pub const PLACE: [f64; 2] = [0.215, 0.075];

const HALF: f64 = EDGE / 2.0;
/// Inner face of the fixed finger: x in the gripper's frame (drawing data of the SO-101).
const FIXED_FACE: f64 = -0.0079;
/// Inner face of the jaw from its root to its end: x and y in the jaw's frame (drawing data of the SO-101).
const JAW_FACE: [[f64; 2]; 4] = [
    [-0.0083, -0.024],
    [-0.0083, -0.058],
    [-0.0123, -0.076],
    [-0.0123, -0.082],
];
/// Where between root and end the fingers hold something: z in the gripper's frame.
const REACH: std::ops::Range<f64> = -0.112..-0.060;
/// How far beside the fingers' middle plane the block's middle may lie.
const BESIDE: f64 = 0.014;
/// Room that the fingers leave when they touch.
const TOUCH: f64 = 0.0005;
/// How far the fingers open before the block falls: the drawing of the jaw is not exact.
const LET_GO: f64 = 0.003;
const GRAVITY: f64 = 9.81;

/// What holds the block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Grip {
    /// The table.
    Table,
    /// The fingers: where it is in the gripper's frame.
    Fingers(Frame),
    /// Nothing: it falls, metres per second.
    Air(f64),
}

/// The block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// Its middle and its axes in the base's frame.
    pub frame: Frame,
    /// What holds it.
    pub grip: Grip,
    /// Room between the fingers at the last step, metres.
    gap: Option<f64>,
}

impl Default for Block {
    fn default() -> Self {
        Self::resting(PLACE[0], PLACE[1], 0.0)
    }
}

impl Block {
    /// A block on the table, turned by `yaw` degrees.
    pub fn resting(x: f64, y: f64, yaw: f64) -> Self {
        Self {
            frame: Frame {
                at: [x, y, TABLE + HALF],
                ..Frame::about(2, yaw.to_radians())
            },
            grip: Grip::Table,
            gap: None,
        }
    }

    /// Whether the fingers have it.
    pub fn held(&self) -> bool {
        matches!(self.grip, Grip::Fingers(_))
    }

    /// Goes where the gripper is, if that holds it.
    pub fn go_with(&mut self, links: &[Frame; LINKS]) {
        if let Grip::Fingers(inside) = &self.grip {
            self.frame = links[GRIPPER].then(inside);
        }
    }

    /// Lets `h` seconds pass, after which the arm's links are here.
    pub fn step(&mut self, h: f64, links: &[Frame; LINKS]) {
        let gripper = &links[GRIPPER];
        let inside = match self.grip {
            Grip::Fingers(inside) => inside,
            _ => gripper.inside(&self.frame),
        };
        let gap = gap(gripper, &links[JAW], inside.at[2]);
        match self.grip {
            Grip::Fingers(_) if gap > EDGE + LET_GO => {
                self.go_with(links);
                self.grip = Grip::Air(0.0);
            }
            Grip::Fingers(_) => self.go_with(links),
            Grip::Table | Grip::Air(_) => {
                let wide = self.gap.is_some_and(|before| before > EDGE + TOUCH);
                if wide && gap <= EDGE + TOUCH && between(&inside, gap) {
                    self.take(gripper, inside);
                } else if let Grip::Air(speed) = self.grip {
                    self.fall(h, speed);
                }
            }
        }
        self.gap = Some(gap);
    }

    /// The fingers have closed: a face lies flat against the fixed one.
    fn take(&mut self, gripper: &Frame, inside: Frame) {
        let across = [1.0, 0.0, 0.0];
        let mut inside = inside.turned(nearest_axis(&inside, across), across);
        inside.at[0] = FIXED_FACE + HALF;
        self.grip = Grip::Fingers(inside);
        self.frame = gripper.then(&inside);
    }

    fn fall(&mut self, h: f64, speed: f64) {
        let speed = speed + GRAVITY * h;
        self.frame.at[2] -= speed * h;
        let corner: f64 = (0..3).map(|axis| self.frame.axis(axis)[2].abs()).sum();
        if self.frame.at[2] - HALF * corner > TABLE {
            self.grip = Grip::Air(speed);
            return;
        }
        let up = [0.0, 0.0, 1.0];
        self.frame = self.frame.turned(nearest_axis(&self.frame, up), up);
        self.frame.at[2] = TABLE + HALF;
        self.grip = Grip::Table;
    }
}

/// The axis of a frame, either way along it, that is nearest to a direction.
fn nearest_axis(frame: &Frame, direction: Vector) -> Vector {
    let mut best = direction;
    let mut most = 0.0;
    for column in 0..3 {
        let axis = frame.axis(column);
        let along = dot(axis, direction);
        if along.abs() > most {
            most = along.abs();
            best = axis.map(|part| part * along.signum());
        }
    }
    best
}

/// Whether the block lies between the fingers that leave this room.
fn between(inside: &Frame, gap: f64) -> bool {
    let [x, y, z] = inside.at;
    let middle = FIXED_FACE + gap / 2.0;
    // A block that lies askew does not fit in.
    let askew = dot(nearest_axis(inside, [1.0, 0.0, 0.0]), [1.0, 0.0, 0.0]) < 0.85;
    REACH.contains(&z) && y.abs() < BESIDE && (x - middle).abs() < HALF && !askew
}

/// Room between the fingers along what is of the block, whose middle lies at `z` in the gripper's frame.
fn gap(gripper: &Frame, jaw: &Frame, z: f64) -> f64 {
    let face = JAW_FACE.map(|[x, y]| gripper.point_inside(jaw.point([x, y, 0.0])));
    let mut room = f64::INFINITY;
    for pair in face.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let at = |part: usize| from[part] + (to[part] - from[part]) * share;
            if (at(2) - z).abs() <= HALF {
                room = room.min(at(0) - FIXED_FACE);
            }
        }
    }
    room
}

/// The block's corners in the base's frame: bit 0 of the place is x, bit 1 y, bit 2 z.
pub fn corners(frame: &Frame) -> [Vector; 8] {
    std::array::from_fn(|place| {
        frame.point(std::array::from_fn(|axis| {
            if place >> axis & 1 == 1 { HALF } else { -HALF }
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::frames::links;

    const STEP: f64 = 0.005;
    /// The fingers around a block that lies at [`PLACE`], and how far the jaw is open there, degrees.
    const AROUND: [f64; 6] = [-24.0, 2.9, 25.2, 61.9, -21.2, 36.0];

    fn with_jaw(jaw: f64) -> [Frame; LINKS] {
        let mut pose = AROUND;
        pose[5] = jaw;
        links(&pose)
    }

    /// Moves the jaw evenly from one angle to another.
    fn close(block: &mut Block, from: f64, to: f64) {
        for step in 0..=40 {
            block.step(STEP, &with_jaw(from + (to - from) * f64::from(step) / 40.0));
        }
    }

    #[test]
    fn fingers_that_close_around_it_take_it_and_let_it_fall_when_they_open() {
        let mut block = Block::default();
        close(&mut block, 36.0, 6.0);
        assert!(block.held(), "{block:?}");
        let before = block.frame.at;
        let mut lifted = AROUND;
        lifted[1] -= 25.0;
        lifted[5] = 6.0;
        block.step(STEP, &links(&lifted));
        assert!(block.held() && block.frame.at[2] > before[2] + 0.05);
        let mut open = lifted;
        open[5] = 40.0;
        block.step(STEP, &links(&open));
        assert_eq!(block.grip, Grip::Air(0.0));
        let height = block.frame.at[2];
        let mut steps = 0;
        while block.grip != Grip::Table {
            block.step(STEP, &links(&open));
            steps += 1;
        }
        let fall = (2.0 * (height - TABLE - HALF) / GRAVITY).sqrt();
        assert!(
            (f64::from(steps) * STEP - fall).abs() < 0.03,
            "{steps} steps for {fall} s"
        );
        let flat = block.frame.axis(2)[2]
            .abs()
            .max(block.frame.axis(0)[2].abs());
        assert!((flat - 1.0).abs() < 1e-9 || (block.frame.axis(1)[2].abs() - 1.0).abs() < 1e-9);
        assert!((block.frame.at[2] - TABLE - HALF).abs() < 1e-12);
    }

    #[test]
    fn a_block_beside_askew_or_under_closed_fingers_is_not_taken() {
        let [x, y] = PLACE;
        for (what, mut block, from) in [
            ("beside", Block::resting(x, y + 0.03, 0.0), 36.0),
            ("far away", Block::resting(0.3, -0.1, 0.0), 36.0),
            ("askew", Block::resting(x, y, 45.0), 36.0),
            (
                "under fingers that were closed before",
                Block::default(),
                5.0,
            ),
        ] {
            let lies = block.frame;
            close(&mut block, from, 0.0);
            assert!(!block.held() && block.frame == lies, "{what}: {block:?}");
        }
    }

    #[test]
    fn what_is_held_lies_flat_against_the_fixed_finger() {
        for yaw in [-20.0, 0.0, 15.0, 90.0] {
            let mut block = Block::resting(PLACE[0], PLACE[1], yaw);
            close(&mut block, 36.0, 6.0);
            let Grip::Fingers(inside) = block.grip else {
                panic!("not held at {yaw}")
            };
            assert!((inside.at[0] - FIXED_FACE - HALF).abs() < 1e-12);
            let across = nearest_axis(&inside, [1.0, 0.0, 0.0]);
            assert!(across[0] > 1.0 - 1e-9, "{across:?} at {yaw}");
        }
    }
}
