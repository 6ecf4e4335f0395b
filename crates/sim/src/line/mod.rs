//! The half-duplex wire: motors hang on it, bytes take their time on it, the adapter hands answers over late.
//!
//! The world moves when somebody looks: bytes that arrive and questions from outside bring it up to their instant.
//! Only answers of motors with one id collide; anybody else who comes second waits for the wire. An adapter hands a
//! burst over when the wire falls silent, `usb_latency` later; requests reach the wire without delay, so `usb_latency` is what a round
//! trip costs beyond the wire.
//! Not here: what a motor does with a request (`servo`), locks and clocks (`chain`).

mod answering;
mod collision;
mod faults;
mod quirks;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use units::MonoTime;

use crate::chain::ChainConfig;
use crate::eye::{Joints, Trace};
use crate::goal_log::GoalLog;
use crate::misbehaviour::Injected;
use crate::packet::Ear;
use crate::servo::{Motor, Role, gravity_torques};
use crate::table;
use answering::byte_time;
use faults::Faults;
use quirks::Quirks;
pub(crate) use quirks::Random;

/// Longest step of the motion, seconds.
const STEP: f64 = 0.001;
/// Longest step while nothing moves, seconds: heat and protection only.
const STILL_STEP: f64 = 0.1;
/// Resistance of supply and cable that all motors share, ohm; a plausible choice.
const SUPPLY_RESISTANCE: f64 = 0.1;

/// Bytes on their way to the host.
#[derive(Debug)]
struct Burst {
    readable: MonoTime,
    bytes: Vec<u8>,
}

/// Motors, wire and adapter.
#[derive(Debug)]
pub(crate) struct Line {
    pub motors: Vec<Motor>,
    quirks: Vec<Quirks>,
    ear: Ear,
    /// How far the motion has been worked out.
    reached: MonoTime,
    /// When the wire falls silent.
    busy_until: MonoTime,
    outbox: VecDeque<Burst>,
    usb_latency: Duration,
    supply: f64,
    load: f64,
    still: bool,
    pub powered: bool,
    pub connected: bool,
    /// Times the adapter was plugged in: what was opened before the last time is dead.
    pub plugged: u64,
    /// Rate at which the host talks.
    pub host_baud: u32,
    faults: Faults,
    requests: u64,
    cut_after: Option<usize>,
    /// What the host was handed in pieces is all there at this instant.
    handed_by: MonoTime,
    random: Random,
    pub injected: Injected,
    pub goal_log: GoalLog,
    /// Where the motion is written down, once somebody looks.
    pub trace: Option<Arc<Trace>>,
}

impl Line {
    pub fn new(config: &ChainConfig, now: MonoTime) -> Self {
        let motors: Vec<Motor> = config.motors.iter().map(Motor::new).collect();
        Self {
            quirks: vec![Quirks::default(); motors.len()],
            motors,
            ear: Ear::default(),
            reached: now,
            busy_until: now,
            outbox: VecDeque::new(),
            usb_latency: config.usb_latency,
            supply: config.supply_volts,
            load: config.load_kg,
            still: false,
            powered: true,
            connected: true,
            plugged: 1,
            host_baud: config.baud,
            faults: Faults::default(),
            requests: 0,
            cut_after: None,
            handed_by: now,
            random: Random::new(config.seed),
            injected: Injected::default(),
            goal_log: GoalLog::new(config.goal_log),
            trace: None,
        }
    }

    /// Bytes that the host handed to its adapter at `at`.
    pub fn host_sends(&mut self, at: MonoTime, bytes: &[u8]) {
        self.keep_time(at);
        if !self.connected {
            return;
        }
        let byte_time = byte_time(self.host_baud);
        self.busy_until = self.busy_until.max(at);
        for byte in bytes {
            self.busy_until = self.busy_until + byte_time;
            if let Some(request) = self.ear.hear(*byte, self.busy_until) {
                self.advance(self.busy_until);
                self.hear(&request, at);
            }
        }
    }

    /// When something happens that a host notices without sending anything: an answer becomes readable, or
    /// something begins or ends to be wrong.
    pub fn next_event(&self) -> Option<MonoTime> {
        let readable = self.outbox.front().map(|burst| burst.readable);
        match (readable, self.faults.next_change()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Moves what is readable at `now` into `buffer`; the number of bytes.
    pub fn host_reads(&mut self, now: MonoTime, buffer: &mut [u8]) -> usize {
        self.keep_time(now);
        let mut filled = 0;
        while let Some(burst) = self.outbox.front_mut()
            && burst.readable <= now
            && filled < buffer.len()
        {
            let count = burst.bytes.len().min(buffer.len() - filled);
            buffer[filled..filled + count].copy_from_slice(&burst.bytes[..count]);
            filled += count;
            if count == burst.bytes.len() {
                self.outbox.pop_front();
            } else {
                burst.bytes.drain(..count);
            }
        }
        if let Some(left) = &mut self.cut_after {
            *left = left.saturating_sub(filled);
            if *left == 0 && self.outbox.is_empty() {
                self.pull();
            }
        }
        filled
    }

    /// Drops what is readable at `now`.
    pub fn host_discards(&mut self, now: MonoTime) {
        let mut scratch = [0; 256];
        while self.host_reads(now, &mut scratch) > 0 {}
    }

    /// Nothing of what was under way arrives.
    pub fn silence(&mut self) {
        self.outbox.clear();
        self.ear = Ear::default();
    }

    /// Takes the adapter off the computer.
    pub fn pull(&mut self) {
        if self.connected {
            self.connected = false;
            self.injected.unplugged += 1;
        }
        self.silence();
    }

    /// Puts the adapter back.
    pub fn plug(&mut self) {
        self.silence();
        if !self.connected {
            self.connected = true;
            self.plugged += 1;
        }
    }

    /// Brings about what was planned for an instant up to `now`, and the motion with it.
    fn keep_time(&mut self, now: MonoTime) {
        if self.faults.next_change().is_some_and(|due| due <= now) {
            self.advance(now);
        }
    }

    /// Works the motion out up to `now`, and brings about what was planned on the way.
    pub fn advance(&mut self, now: MonoTime) {
        while let Some(due) = self.faults.next_change().filter(|due| *due <= now) {
            self.move_on(due);
            self.change(due);
        }
        self.move_on(now);
    }

    fn move_on(&mut self, now: MonoTime) {
        while self.reached < now {
            let left = now.since(self.reached).as_secs_f64();
            let most = if self.still { STILL_STEP } else { STEP };
            let h = left.min(most);
            // The last step lands exactly on `now`.
            self.reached = if left <= most {
                now
            } else {
                self.reached + Duration::from_secs_f64(h)
            };
            self.step(h);
            self.leave_trace();
        }
    }

    /// Writes down where the joints are, if somebody looks.
    pub fn leave_trace(&self) {
        let Some(trace) = &self.trace else { return };
        let mut joints = Joints::default();
        for motor in &self.motors {
            if let Some(place) = joint(motor.role) {
                joints.degrees[place] = motor.angle().to_degrees();
                joints.ticks[place] = (motor.present().round() as i64).rem_euclid(4096) as u16;
            }
        }
        trace.leave(self.reached, &joints);
    }

    /// Something changed: what stood still may move.
    pub fn wake(&mut self) {
        self.still = false;
    }

    pub fn set_supply(&mut self, volts: f64) {
        self.supply = volts;
        self.wake();
    }

    pub fn set_load(&mut self, kilograms: f64) {
        self.load = kilograms;
        self.wake();
    }

    /// Power off and on again.
    pub fn power_cycle(&mut self) {
        self.powered = true;
        for motor in &mut self.motors {
            motor.power_up();
        }
        self.silence();
        self.wake();
    }

    /// Switches the motors' supply.
    pub fn set_power(&mut self, on: bool) {
        if on && !self.powered {
            self.power_cycle();
        } else if !on {
            self.powered = false;
            for motor in &mut self.motors {
                motor.memory.set(table::TORQUE_ENABLE, 0);
            }
            self.wake();
        }
    }

    fn step(&mut self, h: f64) {
        let mut angles = [0.0; 3];
        let mut drawn = 0.0;
        for motor in &self.motors {
            if let Some(at) = bending(motor.role) {
                angles[at] = motor.angle();
            }
            drawn += motor.drawn();
        }
        let volts = if self.powered {
            (self.faults.supply(self.supply) - SUPPLY_RESISTANCE * drawn).max(0.0)
        } else {
            0.0
        };
        if self.still {
            for motor in &mut self.motors {
                motor.wait(h, volts);
            }
            self.still = self.motors.iter().all(Motor::still);
            return;
        }
        let gravity = gravity_torques(angles, self.load);
        let mut still = true;
        for motor in &mut self.motors {
            let stood = motor.still();
            let torque = bending(motor.role).map_or(0.0, |at| gravity[at]);
            motor.step(h, torque, volts, self.reached);
            still &= stood && motor.still();
        }
        self.still = still;
    }
}

/// Place among the joints that gravity bends.
fn bending(role: Role) -> Option<usize> {
    match role {
        Role::ShoulderLift => Some(0),
        Role::ElbowFlex => Some(1),
        Role::WristFlex => Some(2),
        _ => None,
    }
}

/// Place of a joint in the order of the cable; `None` for a motor that turns nothing.
fn joint(role: Role) -> Option<usize> {
    match role {
        Role::ShoulderPan => Some(0),
        Role::ShoulderLift => Some(1),
        Role::ElbowFlex => Some(2),
        Role::WristFlex => Some(3),
        Role::WristRoll => Some(4),
        Role::Gripper => Some(5),
        Role::Bench => None,
    }
}
