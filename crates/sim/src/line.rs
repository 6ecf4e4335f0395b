//! The half-duplex wire: motors hang on it, bytes take their time on it, the adapter hands answers over late.
//!
//! The world moves when somebody looks: bytes that arrive and questions from outside bring it up to their instant.
//! Bytes never collide here: who comes second waits for the wire. An adapter hands a burst over when the wire
//! falls silent, `usb_latency` later; requests reach the wire without delay, so `usb_latency` is what a round
//! trip costs beyond the wire.
//! Not here: what a motor does with a request (`servo`), locks and clocks (`chain`).

use std::collections::VecDeque;
use std::time::Duration;

use units::MonoTime;

use crate::chain::ChainConfig;
use crate::goal_log::{GoalArrival, GoalLog};
use crate::misbehaviour::{Misbehaviour, Quirks};
use crate::packet::{self, BROADCAST, Ear, Request, instruction};
use crate::servo::{Motor, Role, gravity_torques};
use crate::table;

/// Longest step of the motion, seconds.
const STEP: f64 = 0.001;
/// Longest step while nothing moves, seconds: heat and protection only.
const STILL_STEP: f64 = 0.1;
/// Resistance of supply and cable that all motors share, ohm; a plausible choice.
const SUPPLY_RESISTANCE: f64 = 0.1;
/// How long the next motor of a group waits for one that does not answer, beyond that answer's wire time; no
/// source states it.
const GROUP_GAP: Duration = Duration::from_micros(100);
/// Bytes of answers that the adapter keeps for a host that does not read.
const OUTBOX: usize = 64 * 1024;

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
    /// Rate at which the host talks.
    pub host_baud: u32,
    lose_every: Option<u32>,
    requests: u64,
    cut_after: Option<usize>,
    random: u64,
    pub goal_log: GoalLog,
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
            host_baud: config.baud,
            lose_every: None,
            requests: 0,
            cut_after: None,
            random: config.seed | 1,
            goal_log: GoalLog::new(config.goal_log),
        }
    }

    /// Bytes that the host handed to its adapter at `at`.
    pub fn host_sends(&mut self, at: MonoTime, bytes: &[u8]) {
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

    /// When the next answer becomes readable, if one is on its way.
    pub fn next_readable(&self) -> Option<MonoTime> {
        self.outbox.front().map(|burst| burst.readable)
    }

    /// Moves what is readable at `now` into `buffer`; the number of bytes.
    pub fn host_reads(&mut self, now: MonoTime, buffer: &mut [u8]) -> usize {
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
        if self.cut_after == Some(0) && self.outbox.is_empty() {
            self.connected = false;
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

    /// Works the motion out up to `now`.
    pub fn advance(&mut self, now: MonoTime) {
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
        }
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

    /// Switches something wrong on. `motor` is the place of the motor it is about.
    pub fn misbehave(&mut self, motor: Option<usize>, what: &Misbehaviour) {
        self.wake();
        match (
            what,
            motor.and_then(|at| Some((self.quirks.get_mut(at)?, self.motors.get_mut(at)?))),
        ) {
            (Misbehaviour::LostRequests { every }, _) => self.lose_every = Some((*every).max(1)),
            (Misbehaviour::UnpluggedMidPacket { after }, _) => {
                self.cut_after = Some(*after);
                self.cut();
            }
            (_, None) => {}
            (Misbehaviour::MuteMotor { .. }, Some((quirks, _))) => quirks.mute = true,
            (Misbehaviour::UnpluggedMotor { .. }, Some((quirks, motor))) => {
                quirks.unplugged = true;
                motor.memory.set(table::TORQUE_ENABLE, 0);
            }
            (Misbehaviour::CorruptReply { every, .. }, Some((quirks, _))) => {
                quirks.corrupt_every = Some(*every)
            }
            (Misbehaviour::ShortReply { bytes, .. }, Some((quirks, _))) => {
                quirks.short = Some(*bytes)
            }
            (Misbehaviour::LateReply { by, .. }, Some((quirks, _))) => quirks.late = *by,
            (Misbehaviour::NoiseBeforeReply { bytes, .. }, Some((quirks, _))) => {
                quirks.noise = *bytes
            }
            (Misbehaviour::WrongId { claims, .. }, Some((quirks, _))) => {
                quirks.claims = Some(*claims)
            }
            (Misbehaviour::Fault { bits, .. }, Some((_, motor))) => motor.forced_errors = *bits,
            (Misbehaviour::StuckJoint { .. }, Some((_, motor))) => motor.stuck = true,
        }
    }

    /// Everything behaves again. A motor whose cable was out comes back as after power-up.
    pub fn behave(&mut self) {
        for (quirks, motor) in self.quirks.iter_mut().zip(&mut self.motors) {
            if quirks.unplugged {
                motor.power_up();
            }
            *quirks = Quirks::default();
            motor.forced_errors = 0;
            motor.stuck = false;
        }
        self.lose_every = None;
        self.cut_after = None;
        self.wake();
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
            (self.supply - SUPPLY_RESISTANCE * drawn).max(0.0)
        } else {
            0.0
        };
        if self.still {
            let errors =
                |motors: &[Motor]| motors.iter().fold(0, |all, motor| all ^ motor.errors());
            let before = errors(&self.motors);
            self.motors
                .iter_mut()
                .for_each(|motor| motor.wait(h, volts));
            self.still = before == errors(&self.motors);
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

    fn hear(&mut self, request: &Request, at: MonoTime) {
        self.requests += 1;
        if let Some(every) = self.lose_every
            && self.requests.is_multiple_of(u64::from(every))
        {
            return;
        }
        if !self.powered {
            return;
        }
        if !matches!(
            request.instruction,
            instruction::PING | instruction::READ | instruction::SYNC_READ
        ) {
            self.wake();
        }
        match (request.instruction, request.params.as_slice()) {
            (instruction::SYNC_READ, [address, length, ids @ ..]) => {
                if request.id == BROADCAST {
                    self.group_read(*address, *length, ids);
                }
            }
            (instruction::SYNC_WRITE, [address, length, rest @ ..]) if *length > 0 => {
                if request.id == BROADCAST {
                    self.group_write(*address, *length, rest, at);
                }
            }
            (code, params) => self.single(request.id, code, params),
        }
    }

    fn single(&mut self, id: u8, code: u8, params: &[u8]) {
        if id != BROADCAST {
            let answer = self.ask(id, |motor| {
                let loud =
                    motor.acknowledges() || matches!(code, instruction::PING | instruction::READ);
                motor.obey(code, params).filter(|_| loud)
            });
            let mut burst = Vec::new();
            if let Some(answer) = answer {
                self.transmit(&mut burst, answer);
            }
            self.flush(&mut burst);
            return;
        }
        if code == instruction::PING {
            // Answers come in the order of the ids; how real motors share the line is not written down.
            let mut ids: Vec<u8> = self.motors.iter().map(Motor::id).collect();
            ids.sort_unstable();
            ids.dedup();
            let mut burst = Vec::new();
            for id in ids {
                if let Some(answer) = self.ask(id, |motor| motor.obey(code, params)) {
                    self.transmit(&mut burst, answer);
                }
            }
            self.flush(&mut burst);
        } else {
            for at in 0..self.motors.len() {
                if self.hears(at) {
                    self.motors[at].obey(code, params);
                }
            }
        }
    }

    fn group_read(&mut self, address: u8, length: u8, ids: &[u8]) {
        let byte_time = byte_time(self.host_baud);
        let mut burst = Vec::new();
        for id in ids {
            match self.ask(*id, |motor| Some(motor.read(address, length))) {
                Some(answer) => self.transmit(&mut burst, answer),
                None => {
                    self.flush(&mut burst);
                    self.busy_until =
                        self.busy_until + byte_time * (6 + u32::from(length)) + GROUP_GAP;
                }
            }
        }
        self.flush(&mut burst);
    }

    fn group_write(&mut self, address: u8, length: u8, rest: &[u8], at: MonoTime) {
        let length = usize::from(length);
        let parts = || rest.chunks_exact(length + 1);
        for part in parts() {
            for place in 0..self.motors.len() {
                if self.motors[place].id() == part[0] && self.hears(place) {
                    self.motors[place].write(address, &part[1..]);
                }
            }
        }
        let goal = usize::from(table::GOAL_POSITION.address).checked_sub(usize::from(address));
        if let Some(skip) = goal.filter(|skip| skip + 2 <= length) {
            let goals = parts().map(|part| {
                let raw = u16::from_le_bytes([part[1 + skip], part[2 + skip]]);
                (part[0], table::GOAL_POSITION.decode(raw))
            });
            self.goal_log.push(GoalArrival::new(at, goals));
        }
    }

    /// Whether the motor's end of the line works and runs at the host's rate.
    fn hears(&self, at: usize) -> bool {
        let motor = self.motors[at].baud();
        !self.quirks[at].unplugged && motor.abs_diff(self.host_baud) <= motor / 33
    }

    /// Asks every motor with that id and lays their answers over each other, as the wire does.
    fn ask(
        &mut self,
        id: u8,
        mut question: impl FnMut(&mut Motor) -> Option<Vec<u8>>,
    ) -> Option<Answer> {
        let mut all: Option<Answer> = None;
        for at in 0..self.motors.len() {
            if self.motors[at].id() != id || !self.hears(at) {
                continue;
            }
            let delay = u64::from(self.motors[at].memory.get(table::RETURN_DELAY_TIME)) * 2;
            let Some(params) = question(&mut self.motors[at]) else {
                continue;
            };
            let quirks = &mut self.quirks[at];
            if quirks.mute {
                continue;
            }
            let mut bytes = Vec::with_capacity(6 + params.len() + quirks.noise);
            packet::put_status(
                &mut bytes,
                quirks.claims.unwrap_or(id),
                self.motors[at].errors(),
                &params,
            );
            let random = &mut self.random;
            quirks.spoil(&mut bytes, || next_random(random));
            let answer = Answer {
                bytes,
                delay: Duration::from_micros(delay),
                late: quirks.late,
            };
            all = Some(match all {
                None => answer,
                Some(first) => first.over(&answer),
            });
        }
        all
    }

    /// Puts an answer on the wire; a late one waits beside it and comes when it comes.
    fn transmit(&mut self, burst: &mut Vec<u8>, answer: Answer) {
        let wire_time = byte_time(self.host_baud) * answer.bytes.len() as u32;
        if answer.late > Duration::ZERO {
            self.flush(burst);
            let readable =
                self.busy_until + answer.delay + answer.late + wire_time + self.usb_latency;
            self.busy_until = self.busy_until + wire_time + GROUP_GAP;
            self.post(readable, answer.bytes);
            return;
        }
        self.busy_until = self.busy_until + answer.delay + wire_time;
        burst.extend_from_slice(&answer.bytes);
    }

    fn flush(&mut self, burst: &mut Vec<u8>) {
        if !burst.is_empty() {
            let readable = self.busy_until + self.usb_latency;
            self.post(readable, std::mem::take(burst));
        }
    }

    fn post(&mut self, readable: MonoTime, bytes: Vec<u8>) {
        let waiting: usize = self.outbox.iter().map(|burst| burst.bytes.len()).sum();
        if waiting + bytes.len() > OUTBOX {
            return;
        }
        let at = self
            .outbox
            .partition_point(|burst| burst.readable <= readable);
        self.outbox.insert(at, Burst { readable, bytes });
        self.cut();
    }

    /// Keeps only as many bytes of answers as [`Misbehaviour::UnpluggedMidPacket`] lets through.
    fn cut(&mut self) {
        let Some(left) = &mut self.cut_after else {
            return;
        };
        let total: usize = self.outbox.iter().map(|burst| burst.bytes.len()).sum();
        if total < *left {
            return;
        }
        let mut room = *left;
        for burst in &mut self.outbox {
            burst.bytes.truncate(room);
            room -= burst.bytes.len();
        }
        self.outbox.retain(|burst| !burst.bytes.is_empty());
        *left = 0;
        self.connected = !self.outbox.is_empty();
    }
}

/// A status packet that is about to leave.
#[derive(Debug)]
struct Answer {
    bytes: Vec<u8>,
    delay: Duration,
    late: Duration,
}

impl Answer {
    /// What the host hears when two motors talk at once: a low bit wins.
    fn over(mut self, other: &Answer) -> Answer {
        for (place, byte) in self.bytes.iter_mut().zip(&other.bytes) {
            *place &= byte;
        }
        if other.bytes.len() > self.bytes.len() {
            self.bytes
                .extend_from_slice(&other.bytes[self.bytes.len()..]);
        }
        self.delay = self.delay.max(other.delay);
        self.late = self.late.max(other.late);
        self
    }
}

/// Wire time of one byte: start bit, eight bits, stop bit.
fn byte_time(baud: u32) -> Duration {
    Duration::from_nanos(10_000_000_000 / u64::from(baud.max(1)))
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

/// The next byte of a xorshift sequence.
fn next_random(state: &mut u64) -> u8 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 32) as u8
}
