//! A servo chain that behaves: STS3215 motors to the register, with motion, gravity, wire time and USB latency,
//! served in memory, on a pseudo-terminal or on a socket; and the same chain misbehaving on request.
//!
//! Its packets and its register table are written apart from `motors`, of which it knows only the
//! [`motors::Port`] trait, so that the two check each other.
//! Not here: calibration files, units of a dataset, anything that decides what an arm should do.

pub mod arm;
pub mod camera;
pub mod chain;
pub mod command;
pub mod draw;
pub mod eye;
pub mod goal_log;
pub mod hand;
mod line;
pub mod memory;
pub mod misbehaviour;
pub mod mjpeg;
pub mod packet;
pub mod plan;
#[cfg(unix)]
pub mod pty;
pub mod random_arm;
pub mod scene;
#[cfg(unix)]
mod serving;
pub mod servo;
#[cfg(unix)]
pub mod socket;
pub mod table;

pub use arm::{FOLLOWER_CALIBRATION, JointCalibration, LEADER_CALIBRATION, SimArm};
pub use camera::{
    CameraMisbehaviour, CameraPlan, Delivery, Sends, SimCamera, Webcam, WebcamConfig, read_strip,
};
pub use chain::{Chain, ChainConfig, NoSuchMotor, Truth};
pub use command::CommandError;
pub use draw::{Painter, View};
pub use eye::{Eye, Joints, Posture};
pub use goal_log::{GoalArrival, GoalLog};
pub use hand::{BadHand, Hand};
pub use memory::{MemoryPort, memory_port};
pub use misbehaviour::{Injected, Misbehaviour, Whom};
pub use mjpeg::{MjpegError, MjpegServer};
pub use plan::{Plan, UnknownFault};
#[cfg(unix)]
pub use pty::{PtyConfig, PtyError, PtyServer};
pub use random_arm::RandomArm;
pub use scene::{Block, Scene, Sight};
pub use servo::{MotorConfig, Role, Torque};
#[cfg(unix)]
pub use socket::{SocketConfig, SocketError, SocketServer};
