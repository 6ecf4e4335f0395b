//! The world that simulated cameras look at: an arm on a table, and a block that it can pick up.
//!
//! Time in it goes in even steps whoever looks, so the block does the same whether one camera watches or three.
//! Not here: what it looks like (`draw`), when somebody looks (`camera`).

pub mod block;
pub mod frames;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use units::MonoTime;

use crate::eye::{Eye, Joints, Posture};
pub use block::{Block, Grip};
use frames::links;

/// Step of the world.
const STEP: Duration = Duration::from_millis(5);
/// Steps that are remembered for cameras that look later than others: two seconds.
const REMEMBERED: usize = 400;
/// Longest time that is worked out step by step when nobody has looked for long; the arm's own trace is as long.
const LONGEST: Duration = Duration::from_secs(2);

/// Height of the table top in the base's frame, metres (foot mesh of the SO-101).
pub const TABLE: f64 = -0.0024;

/// All there is to draw at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// When the joints stood so.
    pub joints_at: MonoTime,
    /// Where the arm is.
    pub joints: Joints,
    /// Where the block is.
    pub block: Block,
}

impl Sight {
    /// An arm with these angles in degrees beside a block in its first place; for pictures of a pose.
    pub fn posed(degrees: [f64; 6]) -> Self {
        Self {
            joints_at: MonoTime(0),
            joints: Joints {
                degrees,
                ticks: [0; 6],
            },
            block: Block::default(),
        }
    }
}

/// The world around one arm. Clones are handles to the same world.
#[derive(Debug, Clone)]
pub struct Scene {
    eye: Option<Eye>,
    world: Arc<Mutex<World>>,
}

#[derive(Debug)]
struct World {
    /// The steps done last, the newest at the back; never empty.
    steps: VecDeque<(MonoTime, Block)>,
}

impl Scene {
    /// The world around an arm from `now` on, its block at [`Block::default`]. Without an arm to look at, one lies
    /// folded on the table.
    pub fn new(eye: Option<Eye>, now: MonoTime) -> Self {
        Self {
            eye,
            world: Arc::new(Mutex::new(World {
                steps: VecDeque::from([(now, Block::default())]),
            })),
        }
    }

    /// What is to be seen at `instant`, which must not lie in the future.
    pub fn at(&self, instant: MonoTime) -> Sight {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.move_on(instant, |at| self.posture(at).joints);
        let mut block = world
            .steps
            .iter()
            .rev()
            .find(|(at, _)| *at <= instant)
            .or(world.steps.front())
            .map_or_else(Block::default, |(_, block)| *block);
        drop(world);
        let Posture { at, joints } = self.posture(instant);
        block.go_with(&links(&joints.degrees));
        Sight {
            joints_at: at,
            joints,
            block,
        }
    }

    /// Puts the block somewhere on the table, turned by `yaw` degrees, out of the gripper if it was there.
    pub fn place_block(&self, x: f64, y: f64, yaw: f64) {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, block) in &mut world.steps {
            *block = Block::resting(x, y, yaw);
        }
    }

    fn posture(&self, instant: MonoTime) -> Posture {
        match &self.eye {
            Some(eye) => eye.at(instant),
            None => Posture {
                at: instant,
                joints: Joints {
                    degrees: crate::arm::FOLDED,
                    ticks: [2048; 6],
                },
            },
        }
    }
}

impl World {
    fn move_on(&mut self, now: MonoTime, joints: impl Fn(MonoTime) -> Joints) {
        let Some((mut at, mut block)) = self.steps.back().copied() else {
            return;
        };
        if now.since(at) > LONGEST {
            let skipped = now.since(at) - LONGEST;
            at = at + STEP * (skipped.as_nanos() / STEP.as_nanos()) as u32;
        }
        while at + STEP <= now {
            at = at + STEP;
            block.step(STEP.as_secs_f64(), &links(&joints(at).degrees));
            if self.steps.len() >= REMEMBERED {
                self.steps.pop_front();
            }
            self.steps.push_back((at, block));
        }
    }
}
