//! A simulated arm on the bench, and what tests want to know about it.

use std::sync::Arc;
use std::time::Duration;

use arms::{Arm, ArmConfig, ArmKind, Calibration, JOINTS, JointCalibration};
use motors::{AnyBus, Bus, Port};
use sim::{Chain, SimArm, memory_port};
use stdx::{Clock, FakeClock};

/// Half way on every joint, the gripper half open.
pub const MIDDLE: [f64; JOINTS] = [0.0, 0.0, 0.0, 0.0, 0.0, 50.0];

pub struct Bench {
    pub clock: FakeClock,
    pub chain: Chain,
    pub kind: ArmKind,
    pub calibration: Calibration,
}

impl Bench {
    pub fn follower() -> Self {
        Self::of(ArmKind::Follower, SimArm::follower())
    }

    pub fn leader() -> Self {
        Self::of(ArmKind::Leader, SimArm::leader())
    }

    pub fn of(kind: ArmKind, arm: SimArm) -> Self {
        let clock = FakeClock::default();
        Self {
            chain: arm.chain(clock.shared()),
            clock,
            kind,
            calibration: Calibration::new(arm.calibration.map(|joint| JointCalibration {
                id: joint.id,
                drive_mode: 0,
                homing_offset: joint.homing_offset,
                range_min: joint.range_min,
                range_max: joint.range_max,
            }))
            .expect("the simulated arm is calibrated"),
        }
    }

    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        self.clock.shared()
    }

    pub fn bus(&self) -> AnyBus {
        Bus::new(
            Box::new(memory_port(self.chain.clone())) as Box<dyn Port>,
            self.shared_clock(),
        )
    }

    pub fn config(&self) -> ArmConfig {
        ArmConfig::new(self.kind, "sim")
    }

    pub fn try_connect(&self) -> Result<Arm, arms::ArmError> {
        Arm::connect(
            self.bus(),
            self.config(),
            self.calibration,
            self.shared_clock(),
        )
    }

    pub fn connect(&self) -> Arm {
        self.try_connect().expect("connected")
    }

    /// A connected, configured arm that holds itself.
    pub fn holding(&self) -> Arm {
        let mut arm = self.connect();
        arm.configure().expect("configured");
        arm.hold().expect("holding");
        arm
    }

    pub fn clock_now(&self) -> units::MonoTime {
        self.clock.now()
    }

    pub fn wait(&self, span: Duration) {
        self.clock.advance(span);
    }

    pub fn wait_ms(&self, milliseconds: u64) {
        self.wait(Duration::from_millis(milliseconds));
    }

    /// The joints' true angles, motor 1 to 6.
    pub fn angles(&self) -> [f64; JOINTS] {
        [1, 2, 3, 4, 5, 6].map(|id| self.chain.truth(id).expect("a motor").angle)
    }

    pub fn register(&self, id: u8, row: sim::table::Row) -> i32 {
        self.chain.register(id, row).expect("a motor")
    }

    pub fn registers(&self, row: sim::table::Row) -> [i32; JOINTS] {
        [1, 2, 3, 4, 5, 6].map(|id| self.register(id, row))
    }

    /// Largest distance between two poses, degrees.
    pub fn apart(one: [f64; JOINTS], other: [f64; JOINTS]) -> f64 {
        one.into_iter()
            .zip(other)
            .map(|(one, other)| (one - other).abs())
            .fold(0.0, f64::max)
    }
}
