//! A calibration under way on a simulated arm, and the hands that move it.

use arms::calibrate::{CalibrateOptions, Command, Event};
use arms::{ArmKind, Calibrate, CalibrateState, Joint};
use sim::{Hand, SimArm};

use crate::bench::Bench;

pub struct Session {
    pub bench: Bench,
    pub calibrate: Calibrate,
    pub folder: tempfile::TempDir,
}

impl Session {
    pub fn new(bench: Bench) -> Self {
        Self::with(bench, CalibrateOptions::default())
    }

    pub fn with(bench: Bench, options: CalibrateOptions) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let calibrate = Calibrate::connect(
            bench.bus(),
            bench.config(),
            bench.shared_clock(),
            folder.path().join("robots/so_follower/test.json"),
            Some(folder.path().join("ours")),
            options,
        )
        .expect("connected");
        Self {
            bench,
            calibrate,
            folder,
        }
    }

    pub fn uncalibrated() -> Self {
        Self::new(Bench::of(
            ArmKind::Follower,
            SimArm::follower().uncalibrated(),
        ))
    }

    pub fn step(&mut self) -> Vec<Event> {
        self.bench.wait_ms(20);
        self.calibrate.step(self.bench.clock_now())
    }

    pub fn until(&mut self, state: CalibrateState) -> Vec<Event> {
        let mut events = Vec::new();
        for _ in 0..500 {
            events.append(&mut self.step());
            if self.calibrate.state() == state {
                return events;
            }
        }
        panic!("still {:?} after {events:?}", self.calibrate.state());
    }

    pub fn command(&mut self, command: Command) -> Vec<Event> {
        self.calibrate.command(command);
        self.step()
    }

    /// Hands take every joint to the middle of its stops and hold it there.
    pub fn bring_to_the_middle(&mut self) {
        for (id, angle) in (1..=6).zip(MIDDLES) {
            let hand = Hand::HoldsAt(angle);
            self.bench.chain.hand(id, Some(hand)).expect("a motor");
        }
        for _ in 0..50 {
            self.step();
        }
    }

    /// Hands move the joints from stop to stop, twice, all at a time.
    pub fn move_through(&mut self, joints: &[Joint]) -> Vec<Event> {
        let mut events = Vec::new();
        for target in [-400.0, 400.0, -400.0, 400.0] {
            for joint in joints {
                self.hold(*joint, target);
            }
            for _ in 0..40 {
                events.append(&mut self.step());
            }
        }
        for joint in joints {
            let id = joint.motor_id();
            self.bench.chain.hand(id, None).expect("a motor");
        }
        events
    }

    pub fn hold(&self, joint: Joint, angle: f64) {
        let hand = Some(Hand::HoldsAt(angle));
        let id = joint.motor_id();
        self.bench.chain.hand(id, hand).expect("a motor");
    }

    /// Up to the recording of an arm whose joints stand in the middle.
    pub fn recording(bench: Bench, options: CalibrateOptions) -> Self {
        let mut session = Self::with(bench, options);
        session.until(CalibrateState::WaitingForMiddle);
        session.bring_to_the_middle();
        session.command(Command::HomeHere);
        assert_eq!(session.calibrate.state(), CalibrateState::Recording);
        session
    }
}

/// The middle of the stops of each joint of the simulated follower.
pub const MIDDLES: [f64; 6] = [4.25, -2.0, -5.5, -0.75, 3.0, 51.75];

pub const MOVED: [Joint; 5] = [
    Joint::ShoulderPan,
    Joint::ShoulderLift,
    Joint::ElbowFlex,
    Joint::WristFlex,
    Joint::Gripper,
];
