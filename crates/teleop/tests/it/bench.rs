//! A loop with simulated arms, turned by hand.

use std::sync::Arc;
use std::time::Duration;

use arms::{Arm, ArmConfig, ArmKind, Calibration, JOINTS, JointCalibration, Step, Torque};
use motors::{Bus, Port};
use sim::{Chain, SimArm, memory_port};
use stdx::{Clock, FakeClock, Latest, LatestReader, QueueReader, latest, queue};
use teleop::{ControlLoop, Controls, LoopConfig, LoopHandle, Outputs, Rig, Status, Teleoperator};
use units::Hz;

use crate::allocation::Uncounted;

/// Half way on every joint, the gripper half open.
pub const MIDDLE: [f64; JOINTS] = [0.0, 0.0, 0.0, 0.0, 0.0, 50.0];

pub struct Bench {
    pub clock: FakeClock,
    pub followers: Vec<Chain>,
    pub leaders: Vec<Chain>,
    pub controls: Controls,
    pub control_loop: ControlLoop,
    pub steps: QueueReader<Step>,
    status: Latest<Status>,
}

pub fn hz(rate: f64) -> Hz {
    Hz::new(rate).expect("a rate")
}

/// A loop at 120 Hz on a thread that stays what it is, because a fake clock never lets it wait.
pub fn unhurried() -> LoopConfig {
    LoopConfig {
        raise_priority: false,
        ..LoopConfig::new(hz(120.0))
    }
}

pub fn arm(chain: &Chain, sim: &SimArm, kind: ArmKind, name: &str, clock: &FakeClock) -> Arm {
    arm_with(chain, sim, kind, name, clock, |_| {})
}

/// An arm some of whose settings differ.
pub fn arm_with(
    chain: &Chain,
    sim: &SimArm,
    kind: ArmKind,
    name: &str,
    clock: &FakeClock,
    set: impl Fn(&mut ArmConfig),
) -> Arm {
    let calibration = Calibration::new(sim.calibration.map(|joint| JointCalibration {
        id: joint.id,
        drive_mode: 0,
        homing_offset: joint.homing_offset,
        range_min: joint.range_min,
        range_max: joint.range_max,
    }))
    .expect("the simulated arm is calibrated");
    let bus = Bus::new(
        Box::new(Uncounted(memory_port(chain.clone()))) as Box<dyn Port>,
        clock.shared(),
    );
    let mut config = ArmConfig::new(kind, "sim");
    config.name = name.to_owned();
    set(&mut config);
    let mut arm = Arm::connect(bus, config, calibration, clock.shared()).expect("connected");
    arm.configure().expect("configured");
    arm
}

/// A rig of one follower as it lies on the table.
pub fn folded() -> (FakeClock, Rig, Vec<Chain>) {
    let clock = FakeClock::default();
    let sim = SimArm::follower();
    let chain = sim.chain(clock.shared());
    let arm = arm(&chain, &sim, ArmKind::Follower, "follower", &clock);
    let rig = Rig {
        followers: vec![arm],
        leaders: Vec::new(),
    };
    (clock, rig, vec![chain])
}

/// Clocks, chains and a rig of `pairs` followers, with as many leaders standing at `leader`, if any.
pub fn rig(
    pairs: usize,
    leader: Option<[f64; JOINTS]>,
) -> (FakeClock, Rig, Vec<Chain>, Vec<Chain>) {
    rig_with(pairs, leader, |_| {})
}

/// A rig some of whose followers' settings differ.
pub fn rig_with(
    pairs: usize,
    leader: Option<[f64; JOINTS]>,
    set: impl Fn(&mut ArmConfig),
) -> (FakeClock, Rig, Vec<Chain>, Vec<Chain>) {
    let clock = FakeClock::default();
    let mut rig = Rig::default();
    let (mut followers, mut leaders) = (Vec::new(), Vec::new());
    for pair in 0..pairs {
        let sim = SimArm::follower().posed(MIDDLE);
        let chain = sim.chain(clock.shared());
        let name = ["left_follower", "right_follower"][pair];
        rig.followers.push(arm_with(
            &chain,
            &sim,
            ArmKind::Follower,
            name,
            &clock,
            &set,
        ));
        followers.push(chain);
        if let Some(pose) = leader {
            let sim = SimArm::leader().posed(pose);
            let chain = sim.chain(clock.shared());
            for (place, value) in pose.into_iter().enumerate() {
                let angle = sim.angle_at(place, value);
                chain
                    .hand(place as u8 + 1, Some(sim::Hand::HoldsAt(angle)))
                    .expect("held");
            }
            let name = ["left_leader", "right_leader"][pair];
            rig.leaders
                .push(arm(&chain, &sim, ArmKind::Leader, name, &clock));
            leaders.push(chain);
        }
    }
    (clock, rig, followers, leaders)
}

/// A loop on a thread of its own and a fake clock, told to drive: clock, followers, leaders, its handle, its statuses.
pub fn started(
    pairs: usize,
    leader: Option<[f64; JOINTS]>,
    teleoperator: Box<dyn Teleoperator>,
) -> (
    FakeClock,
    Vec<Chain>,
    Vec<Chain>,
    LoopHandle,
    LatestReader<Status>,
) {
    let (clock, rig, followers, leaders) = rig(pairs, leader);
    let (status, reader) = latest();
    let outputs = Outputs {
        steps: None,
        status,
    };
    let handle = teleop::start(
        rig,
        teleoperator,
        unhurried(),
        clock.shared(),
        outputs,
        &Controls::new(),
    )
    .expect("started");
    (clock, followers, leaders, handle, reader)
}

/// The first status that is as `wanted`.
pub fn wait_for(reader: &LatestReader<Status>, wanted: impl Fn(&Status) -> bool) -> Status {
    loop {
        if let Some(status) = reader.take()
            && wanted(&status)
        {
            return status;
        }
        std::thread::yield_now();
    }
}

/// The same arm on a line that was opened again, as its finder hands it over: held when its motors still push.
pub fn reopened(chain: &Chain, kind: ArmKind, name: &str, clock: &FakeClock) -> Box<Arm> {
    let sim = match kind {
        ArmKind::Follower => SimArm::follower(),
        ArmKind::Leader => SimArm::leader(),
    };
    let mut arm = arm(chain, &sim, kind, name, clock);
    if arm.torque() == Torque::On {
        arm.hold().expect("holds");
    }
    Box::new(arm)
}

impl Bench {
    /// A loop at `rate` that has begun to drive.
    pub fn driving(
        rate: f64,
        pairs: usize,
        leader: Option<[f64; JOINTS]>,
        teleoperator: impl FnOnce(&FakeClock) -> Box<dyn Teleoperator>,
    ) -> Self {
        let (clock, rig, followers, leaders) = rig(pairs, leader);
        let teleoperator = teleoperator(&clock);
        let mut bench = Self::of(rate, clock, rig, followers, leaders, teleoperator);
        bench.controls.resume();
        bench.turn();
        bench.turn();
        assert_eq!(bench.control_loop.state().word(), "driving");
        bench
    }

    pub fn of(
        rate: f64,
        clock: FakeClock,
        rig: Rig,
        followers: Vec<Chain>,
        leaders: Vec<Chain>,
        teleoperator: Box<dyn Teleoperator>,
    ) -> Self {
        let (writer, reader) = latest();
        let (steps_in, steps) = queue(4096);
        let controls = Controls::new();
        let outputs = Outputs {
            steps: Some(steps_in),
            status: writer,
        };
        let shared: Arc<dyn Clock> = clock.shared();
        let config = LoopConfig::new(hz(rate));
        let control_loop = ControlLoop::new(rig, teleoperator, config, shared, outputs, &controls)
            .expect("a loop");
        Self {
            clock,
            followers,
            leaders,
            controls,
            control_loop,
            steps,
            status: reader.remembering(),
        }
    }

    /// One cycle.
    pub fn turn(&mut self) -> bool {
        self.control_loop.cycle()
    }

    /// Cycles for `span`, with something done before each.
    pub fn turn_for_with(&mut self, span: Duration, mut before: impl FnMut(&mut Self)) {
        let until = self.clock.now() + span;
        while self.clock.now() < until {
            before(self);
            self.turn();
        }
    }

    /// Cycles for `span`.
    pub fn turn_for(&mut self, span: Duration) {
        self.turn_for_with(span, |_| {});
    }

    pub fn word(&self) -> &'static str {
        self.control_loop.state().word()
    }

    pub fn status(&mut self) -> Status {
        self.status.get().expect("a status").clone()
    }

    /// Everything handed to the recorder since the last call.
    pub fn take_steps(&self) -> Vec<Step> {
        std::iter::from_fn(|| self.steps.pop()).collect()
    }
}

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
