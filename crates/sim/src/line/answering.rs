//! Which motors a request reaches, and how their answers share the wire.
//!
//! Not here: what one motor does with it (`servo`), when the adapter hands bytes on (the module above).

use std::time::Duration;

use units::MonoTime;

use super::{Burst, Line, collision};
use crate::goal_log::GoalArrival;
use crate::packet::{self, BROADCAST, Request, instruction};
use crate::servo::Motor;
use crate::table;

/// How long the next motor of a group waits for one that does not answer, beyond that answer's wire time; no
/// source states it.
const GROUP_GAP: Duration = Duration::from_micros(100);
/// How far apart two motors begin that answer one request with the same delay; no source states it.
const SKEW: Duration = Duration::from_micros(10);
/// Bytes of answers that the adapter keeps for a host that does not read.
const OUTBOX: usize = 64 * 1024;

impl Line {
    pub(super) fn hear(&mut self, request: &Request, at: MonoTime) {
        self.requests += 1;
        if self.faults.loses(self.requests) {
            self.injected.lost_requests += 1;
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
            let mut bytes = Vec::with_capacity(6 + params.len());
            packet::put_status(
                &mut bytes,
                quirks.claims.unwrap_or(id),
                self.motors[at].errors(),
                &params,
            );
            if !quirks.spoil(&mut bytes, &mut self.random, &mut self.injected) {
                continue;
            }
            let answer = Answer {
                bytes,
                delay: Duration::from_micros(delay),
                late: quirks.late,
            };
            all = Some(match all {
                None => answer,
                Some(first) => self.collide(first, answer),
            });
        }
        all
    }

    /// Two answers at once, the second a little after the first.
    fn collide(&mut self, first: Answer, second: Answer) -> Answer {
        self.injected.collided += 1;
        let (first, second) = if second.delay < first.delay {
            (second, first)
        } else {
            (first, second)
        };
        let apart = second.delay - first.delay + SKEW.mul_f64(self.random.share());
        let bits = apart.as_secs_f64() * f64::from(self.host_baud);
        Answer {
            bytes: collision::overlaid(&first.bytes, &second.bytes, bits.round() as usize),
            delay: first.delay,
            late: first.late.max(second.late),
        }
    }

    /// Puts an answer on the wire; a late one waits beside it and comes when it comes.
    fn transmit(&mut self, burst: &mut Vec<u8>, answer: Answer) {
        let wire_time = byte_time(self.host_baud) * answer.bytes.len() as u32;
        if answer.late > Duration::ZERO {
            self.flush(burst);
            let readable =
                self.busy_until + answer.delay + answer.late + wire_time + self.latency();
            self.busy_until = self.busy_until + wire_time + GROUP_GAP;
            self.post(readable, answer.bytes);
            return;
        }
        self.busy_until = self.busy_until + answer.delay + wire_time;
        burst.extend_from_slice(&answer.bytes);
    }

    fn latency(&self) -> Duration {
        self.faults.latency.unwrap_or(self.usb_latency)
    }

    fn flush(&mut self, burst: &mut Vec<u8>) {
        if !burst.is_empty() {
            let readable = self.busy_until + self.latency();
            self.post(readable, std::mem::take(burst));
        }
    }

    /// Hands bytes to the adapter, which passes them on at `readable`, in pieces if it must.
    fn post(&mut self, readable: MonoTime, bytes: Vec<u8>) {
        let waiting: usize = self.outbox.iter().map(|burst| burst.bytes.len()).sum();
        if waiting + bytes.len() > OUTBOX {
            return;
        }
        let Some((piece, pause)) = self.faults.split else {
            self.enqueue(readable, bytes);
            self.cut();
            return;
        };
        let mut at = readable.max(self.handed_by);
        for part in bytes.chunks(piece.max(1)) {
            self.enqueue(at, part.to_vec());
            at = at + pause;
        }
        self.handed_by = at;
        self.cut();
    }

    fn enqueue(&mut self, readable: MonoTime, bytes: Vec<u8>) {
        let at = self
            .outbox
            .partition_point(|burst| burst.readable <= readable);
        self.outbox.insert(at, Burst { readable, bytes });
    }

    /// Keeps only as many bytes of answers as [`Misbehaviour::UnpluggedMidPacket`] lets through.
    pub(super) fn cut(&mut self) {
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
        if self.outbox.is_empty() {
            self.pull();
        }
    }
}

/// A status packet that is about to leave.
#[derive(Debug)]
struct Answer {
    bytes: Vec<u8>,
    delay: Duration,
    late: Duration,
}

/// Wire time of one byte: start bit, eight bits, stop bit.
pub(super) fn byte_time(baud: u32) -> Duration {
    Duration::from_nanos(10_000_000_000 / u64::from(baud.max(1)))
}
