//! An emergency stop from every input, at any instant of any cycle: on the wire within a cycle and within 10 ms, by the
//! simulator's own log of goals, also while a read waits for an answer that does not come.
//!
//! The press comes from the clock: at its instant, whoever sleeps then. Real time and real keys are in the journeys.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arms::{
    Arm, ArmConfig, ArmKind, ArmModel, Calibration, JOINTS, JointCalibration, SafetyConfig,
};
use motors::{Bus, Port};
use sim::{Chain, Plan, SimArm, memory_port};
use stdx::{Clock, FakeClock, latest};
use teleop::{
    ControlLoop, Controls, KeyBoard, LoopConfig, Outputs, Rig, Teleoperator, keyboard, keyboard_ee,
};
use teleop::{JogConfig, Mode, PadControl, PadMap, gamepad};
use units::MonoTime;

use crate::bench::{MIDDLE, hz, ms};

type Press = Box<dyn FnOnce() + Send>;

/// A fake clock that does something at an instant, in the middle of whatever sleeps over it.
#[derive(Clone, Default)]
struct AlarmClock {
    clock: FakeClock,
    alarm: Arc<Mutex<Option<(MonoTime, Press)>>>,
}

impl fmt::Debug for AlarmClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clock.fmt(f)
    }
}

impl AlarmClock {
    fn at(&self, instant: MonoTime, press: Press) {
        *self.alarm.lock().expect("one thread") = Some((instant, press));
    }
}

impl Clock for AlarmClock {
    fn now(&self) -> MonoTime {
        self.clock.now()
    }

    fn sleep_until(&self, instant: MonoTime) {
        let due = {
            let mut alarm = self.alarm.lock().expect("one thread");
            alarm.take_if(|(at, _)| *at <= instant)
        };
        if let Some((at, press)) = due {
            self.clock.sleep_until(at);
            press();
        }
        self.clock.sleep_until(instant);
    }
}

/// What presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// The handle that signal handlers, a window and the terminal's own stop keys hold.
    Controls,
    Keys,
    KeysOfTheTip,
    Pad,
}

const INPUTS: [Input; 4] = [
    Input::Controls,
    Input::Keys,
    Input::KeysOfTheTip,
    Input::Pad,
];

/// Whoever keeps the arm moving until the press.
enum Hands {
    Keys(Arc<Mutex<KeyBoard>>),
    Nobody,
}

struct Scene {
    clock: AlarmClock,
    chain: Chain,
    control_loop: ControlLoop,
    hands: Hands,
    press: Option<Press>,
}

fn scene(rate: f64, input: Input) -> Scene {
    let clock = AlarmClock::default();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let mut sim = SimArm::follower().posed(MIDDLE);
    sim.config.goal_log = 4096;
    let chain = sim.chain(Arc::clone(&shared));
    let calibration = Calibration::new(sim.calibration.map(|joint| JointCalibration {
        id: joint.id,
        drive_mode: 0,
        homing_offset: joint.homing_offset,
        range_min: joint.range_min,
        range_max: joint.range_max,
    }))
    .expect("the simulated arm is calibrated");
    let bus = Bus::new(
        Box::new(memory_port(chain.clone())) as Box<dyn Port>,
        Arc::clone(&shared),
    );
    let config = ArmConfig::new(ArmKind::Follower, "sim");
    let mut arm = Arm::connect(bus, config, calibration, Arc::clone(&shared)).expect("connected");
    arm.configure().expect("configured");
    let safety = SafetyConfig::default();
    let controls = Controls::new();
    let key = |board: KeyBoard, stop: &'static str| {
        let board = Arc::new(Mutex::new(board));
        let pressed = Arc::clone(&board);
        let press: Press = Box::new(move || {
            pressed.lock().expect("one thread").press(stop);
        });
        (Hands::Keys(board), press)
    };
    let jog = || JogConfig::new(ArmModel::So101);
    let (teleoperator, hands, press): (Box<dyn Teleoperator>, Hands, Press) = match input {
        Input::Controls => {
            let (board, teleoperator) = keyboard(&safety, Arc::clone(&shared));
            let stop = controls.emergency_stop();
            let (hands, _) = key(board, " ");
            (
                Box::new(teleoperator),
                hands,
                Box::new(move || stop.press()),
            )
        }
        Input::Keys => {
            let (board, teleoperator) = keyboard(&safety, Arc::clone(&shared));
            let (hands, press) = key(board, " ");
            (Box::new(teleoperator), hands, press)
        }
        Input::KeysOfTheTip => {
            let (board, teleoperator) = keyboard_ee(&safety, Arc::clone(&shared), jog());
            let (hands, press) = key(board, "Escape");
            (Box::new(teleoperator), hands, press)
        }
        Input::Pad => {
            let map = PadMap::of(Mode::Tip);
            let (mut pad, teleoperator) =
                gamepad(&safety, Arc::clone(&shared), map, Some(jog()), 1).expect("a map");
            let press: Press = Box::new(move || {
                pad.connected();
                pad.moved(PadControl::Select, 1.0);
            });
            (Box::new(teleoperator), Hands::Nobody, press)
        }
    };
    let (status, _) = latest();
    let rig = Rig {
        followers: vec![arm],
        leaders: Vec::new(),
    };
    let outputs = Outputs {
        steps: None,
        status,
    };
    let config = LoopConfig {
        raise_priority: false,
        ..LoopConfig::new(hz(rate))
    };
    let mut control_loop =
        ControlLoop::new(rig, teleoperator, config, shared, outputs, &controls).expect("a loop");
    controls.resume();
    control_loop.cycle();
    control_loop.cycle();
    assert_eq!(control_loop.state().word(), "driving");
    Scene {
        clock,
        chain,
        control_loop,
        hands,
        press: Some(press),
    }
}

impl Scene {
    fn turn(&mut self) {
        if let Hands::Keys(board) = &self.hands {
            let mut board = board.lock().expect("one thread");
            board.press("w");
            board.heartbeat();
        }
        self.control_loop.cycle();
    }

    /// Presses `after` from now and turns until the arm is stopped. How long after the press the goal of the stop
    /// arrived, which must be where the joints are and stay.
    fn stopped_after(&mut self, after: Duration, near: i32, name: &str) -> Duration {
        let at = self.clock.now() + after;
        let press = self.press.take().expect("one press a scene");
        let stood = Arc::new(Mutex::new([0; JOINTS]));
        let (look, seen) = (self.chain.clone(), Arc::clone(&stood));
        self.clock.at(
            at,
            Box::new(move || {
                *seen.lock().expect("one thread") = std::array::from_fn(|place| {
                    look.truth(place as u8 + 1).expect("a motor").position
                });
                press();
            }),
        );
        self.chain.take_goal_log(4096);
        let patience = at + Duration::from_secs(3);
        while self.control_loop.state().word() == "driving" {
            assert!(self.clock.now() < patience, "{name}: never stopped");
            self.turn();
        }
        assert_eq!(self.control_loop.state().word(), "stopped", "{name}");
        for _ in 0..3 {
            self.turn();
        }
        let log = self.chain.take_goal_log(0);
        let mut after = log.arrivals().skip_while(|arrival| arrival.at < at);
        let stop = after.next().unwrap_or_else(|| panic!("{name}: no goal"));
        for later in after {
            for (id, goal) in stop.goals() {
                let kept = later.goal(id).expect("every motor");
                assert!((kept - goal).abs() <= 1, "{name}: motor {id} goes on");
            }
        }
        for (id, goal) in stop.goals() {
            let stood = stood.lock().expect("one thread")[usize::from(id) - 1];
            assert!(
                (goal - stood).abs() <= near,
                "{name}: motor {id} stood at {stood} and was told {goal}"
            );
        }
        stop.at.since(at)
    }
}

/// Ticks that a joint moves at most in 10 ms, at 180 degrees a second, and what a goal may be off.
const NEAR: i32 = 21 + 4;
/// How long before the press a fault begins: long enough for a read to wait, short enough to be ridden out.
const BEFORE: Duration = Duration::from_millis(40);
/// Ticks a second at 180 degrees a second.
const FASTEST: f64 = 2048.0;

const RATES: [f64; 9] = [1.0, 2.0, 7.0, 15.0, 30.0, 60.0, 120.0, 200.0, 250.0];

/// The whole period in steps, so that every part of a cycle is pressed into.
fn instants(rate: f64, steps: u32) -> impl Iterator<Item = Duration> {
    let period = Duration::from_secs_f64(1.0 / rate);
    (0..steps).map(move |step| ms(600) + period + period * step / steps)
}

fn within_a_cycle_and_10_ms(fault: Option<&str>) {
    for input in INPUTS {
        // Below 7 Hz one cycle without an answer is a fault, and the arm holds before anybody presses.
        for rate in RATES
            .into_iter()
            .filter(|rate| fault.is_none() || *rate >= 7.0)
        {
            let mut most = Duration::ZERO;
            // Who does not answer is stopped where it was seen last, a cycle before the fault.
            let unseen = fault.map_or(0.0, |_| BEFORE.as_secs_f64() + 1.0 / rate);
            let unseen = (FASTEST * unseen) as i32;
            let near = NEAR + unseen;
            for after in instants(rate, 9) {
                let mut scene = scene(rate, input);
                if let Some(fault) = fault {
                    let from = after.saturating_sub(BEFORE);
                    let plan: Plan = fault.parse().expect("a fault");
                    scene.chain.plan(plan.after(from)).expect("a motor");
                }
                let name = format!("{input:?} at {rate} Hz, {after:?}, {fault:?}");
                let late = scene.stopped_after(after, near, &name);
                assert!(late <= ms(10), "{name}: {late:?}");
                most = most.max(late);
            }
            let cycle = Duration::from_secs_f64(1.0 / rate);
            assert!(
                most <= cycle + ms(1),
                "{input:?} at {rate} Hz, {fault:?}: {most:?} is more than a cycle"
            );
        }
    }
}

#[test]
fn every_input_stops_within_a_cycle_and_10_ms_at_any_rate() {
    within_a_cycle_and_10_ms(None);
}

#[test]
fn a_read_that_waits_for_a_mute_motor_does_not_keep_a_stop_waiting() {
    within_a_cycle_and_10_ms(Some("mute=3"));
}

#[test]
fn a_read_that_waits_for_a_late_answer_does_not_keep_a_stop_waiting() {
    within_a_cycle_and_10_ms(Some("late=2:30ms"));
}

#[test]
fn a_slow_adapter_does_not_keep_a_stop_waiting() {
    within_a_cycle_and_10_ms(Some("latency=16ms"));
}

#[test]
fn answers_in_pieces_do_not_keep_a_stop_waiting() {
    within_a_cycle_and_10_ms(Some("split=7:3ms"));
}
