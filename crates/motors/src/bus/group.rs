//! One register of many motors in one request, and goals for many motors in one packet.
//!
//! Reading comes in two halves, so that the requests of several buses are all out before the first answer
//! is awaited. A motor that is silent, damaged or out of turn costs its own value and no other's.

use std::time::Duration;

use units::MonoTime;

use super::{Bus, checked, listen, single};
use crate::error::BusError;
use crate::motor::{ErrorBits, MotorId};
use crate::packet::{Decoded, EMPTY_REPLY, Instruction};
use crate::port::Port;
use crate::registers::{self, Register};

/// What became of one motor in a group read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It answered.
    Value {
        /// The register's value, its sign decoded.
        value: i32,
        /// What the motor says about its own health.
        error: ErrorBits,
    },
    /// Nothing came from it in time.
    #[default]
    Silent,
    /// Something came, but not a whole answer with a right checksum.
    Corrupt,
}

impl Outcome {
    /// The value, where there is one.
    pub fn value(self) -> Option<i32> {
        match self {
            Self::Value { value, .. } => Some(value),
            Self::Silent | Self::Corrupt => None,
        }
    }

    /// The error bits, where the motor answered.
    pub fn error(self) -> Option<ErrorBits> {
        match self {
            Self::Value { error, .. } => Some(error),
            Self::Silent | Self::Corrupt => None,
        }
    }
}

/// The group read that is under way.
#[derive(Debug)]
pub(super) struct GroupRead {
    under_way: bool,
    register: Register,
    /// Bytes asked of each motor; see `Bus::telling_length`.
    asked: u8,
    ids: Vec<MotorId>,
    sent: MonoTime,
}

impl Default for GroupRead {
    fn default() -> Self {
        Self {
            under_way: false,
            register: registers::PRESENT_POSITION,
            asked: 0,
            ids: Vec::with_capacity(16),
            sent: MonoTime(0),
        }
    }
}

impl<P: Port> Bus<P> {
    /// Asks `ids` for `register` and returns at once. The answers stay on the line until
    /// [`finish_group_read`](Self::finish_group_read). A group read that was under way is given up.
    ///
    /// # Errors
    /// [`BusError::NotOneMotor`] and [`BusError::TooLong`] before anything is sent; a failure of the line.
    pub fn begin_group_read(
        &mut self,
        register: Register,
        ids: &[MotorId],
    ) -> Result<(), BusError> {
        for id in ids {
            single(*id)?;
        }
        self.abandon_group();
        let asked = self.telling_length(register.size);
        Instruction::SyncRead {
            address: register.address,
            len: asked,
            ids,
        }
        .encode(MotorId::BROADCAST, &mut self.packet)?;
        let sent = if ids.is_empty() {
            self.clock.now()
        } else {
            self.ask()?
        };
        for id in ids {
            self.meters.of(*id).counts.asked += 1;
        }
        self.group.ids.clear();
        self.group.ids.extend_from_slice(ids);
        self.group.register = register;
        self.group.asked = asked;
        self.group.sent = sent;
        self.group.under_way = true;
        Ok(())
    }

    /// When the group read that is under way was sent.
    pub fn group_read_sent(&self) -> Option<MonoTime> {
        self.group.under_way.then_some(self.group.sent)
    }

    /// Awaits the answers of the group read that is under way, until all are there or `deadline` passes.
    /// `outcomes` are in the order of the ids asked. Answers that arrived in time are taken even when this is
    /// called after the deadline.
    ///
    /// # Errors
    /// Only when the line is gone, or [`BusError::NothingAsked`]; a motor's trouble is its outcome.
    pub fn finish_group_read(
        &mut self,
        deadline: MonoTime,
        outcomes: &mut [Outcome],
    ) -> Result<(), BusError> {
        outcomes.fill(Outcome::Silent);
        if !self.group.under_way {
            return Err(BusError::NothingAsked);
        }
        self.group.under_way = false;
        let GroupRead {
            register,
            asked,
            sent,
            ref ids,
            ..
        } = self.group;
        let mut missing = ids.len().min(outcomes.len());
        if missing == 0 {
            return Ok(());
        }
        let noise = self.decoder.noise();
        let meters = &mut self.meters;
        let heard = listen::listen(
            &mut self.port,
            &*self.clock,
            &mut self.decoder,
            deadline,
            // A cycle's own reads are short, and a stop needs to know where the arm is.
            None,
            |decoded, now| {
                let place = |wanted: MotorId, outcomes: &[Outcome]| {
                    ids.iter()
                        .zip(outcomes)
                        .position(|(id, outcome)| *id == wanted && outcome.value().is_none())
                };
                match decoded {
                    Decoded::Status(status) => match place(status.id, outcomes) {
                        Some(place) if status.params.len() == usize::from(asked) => {
                            if let Some(value) = register.value_from_wire(status.params) {
                                outcomes[place] = Outcome::Value {
                                    value,
                                    error: status.error,
                                };
                                meters.answered(status.id, status.error, now.since(sent));
                                missing -= 1;
                            }
                        }
                        Some(_) => meters.of(status.id).counts.late += 1,
                        None if ids.contains(&status.id) => meters.of(status.id).counts.late += 1,
                        None => meters.line.foreign += 1,
                    },
                    Decoded::Corrupt { id } => {
                        if let Some(place) = place(id, outcomes) {
                            outcomes[place] = Outcome::Corrupt;
                        }
                    }
                }
                missing == 0
            },
        );
        if missing == 0 {
            return Ok(());
        }
        let answer_bytes = u64::from(asked) + EMPTY_REPLY as u64;
        blame_noise(outcomes, self.decoder.noise() - noise, answer_bytes);
        for (id, outcome) in self.group.ids.iter().zip(outcomes.iter()) {
            match outcome {
                Outcome::Value { .. } => {}
                Outcome::Silent => self.meters.of(*id).counts.silent += 1,
                Outcome::Corrupt => self.meters.of(*id).counts.corrupt += 1,
            }
        }
        self.unsettle(sent);
        if let Err(source) = heard {
            let error = BusError::from_line(self.port.name(), source);
            if error.line_lost() {
                return Err(error);
            }
            self.meters.line.failures += 1;
        }
        Ok(())
    }

    /// Reads one register of many motors outside the loop; those that did not answer are asked again.
    ///
    /// # Errors
    /// As the two halves.
    pub fn group_read(
        &mut self,
        register: Register,
        ids: &[MotorId],
        outcomes: &mut [Outcome],
    ) -> Result<(), BusError> {
        let within = |bus: &Self, motors: usize| {
            bus.patience.outside
                + bus.wire_time(8 + motors * (EMPTY_REPLY + 1 + usize::from(register.size)))
        };
        self.begin_group_read(register, ids)?;
        self.finish_group_read(self.group.sent + within(self, ids.len()), outcomes)?;
        for _ in 0..self.patience.retries {
            let lost: Vec<usize> = (0..ids.len().min(outcomes.len()))
                .filter(|place| outcomes[*place].value().is_none())
                .collect();
            if lost.is_empty() {
                break;
            }
            let lost_ids: Vec<MotorId> = lost.iter().map(|place| ids[*place]).collect();
            for id in &lost_ids {
                self.meters.of(*id).counts.retries += 1;
            }
            let mut again = vec![Outcome::Silent; lost.len()];
            self.begin_group_read(register, &lost_ids)?;
            self.finish_group_read(self.group.sent + within(self, lost.len()), &mut again)?;
            for (place, outcome) in lost.into_iter().zip(again) {
                outcomes[place] = outcome;
            }
        }
        Ok(())
    }

    /// Writes one register of many motors at once. Nobody acknowledges; what arrived shows in the next read.
    ///
    /// # Errors
    /// [`BusError::OutOfRange`], [`BusError::ReadOnly`], [`BusError::NotOneMotor`] and [`BusError::TooLong`]
    /// before anything is sent to anyone; a failure of the line.
    pub fn group_write(
        &mut self,
        register: Register,
        values: &[(MotorId, i32)],
    ) -> Result<(), BusError> {
        self.rows.clear();
        for (id, value) in values {
            let bytes = checked(register, *value)?;
            self.rows.push(single(*id)?.0);
            self.rows
                .extend_from_slice(&bytes[..usize::from(register.size)]);
        }
        if values.is_empty() {
            return Ok(());
        }
        self.owned()?;
        self.abandon_group();
        Instruction::SyncWrite {
            address: register.address,
            len: register.size,
            rows: &self.rows,
        }
        .encode(MotorId::BROADCAST, &mut self.packet)?;
        self.port
            .send(&self.packet)
            .map_err(|source| BusError::from_line(self.port.name(), source))
    }

    /// Time that a group read may take inside a cycle, from [`group_read_sent`](Self::group_read_sent) on.
    pub fn group_read_time(&self, motors: usize, register: Register, cycle: Duration) -> Duration {
        self.patience
            .group_read(motors, register.size, self.port.baud(), cycle)
    }

    /// Gives up a group read whose second half never came.
    pub(super) fn abandon_group(&mut self) {
        if self.group.under_way {
            self.group.under_way = false;
            self.unsettle(self.group.sent);
        }
    }
}

/// Noise that no answer accounts for was once an answer whose id was damaged or whose beginning was lost:
/// so many of the silent motors, in their order, count as corrupt.
fn blame_noise(outcomes: &mut [Outcome], noise: u64, answer_bytes: u64) {
    let known = outcomes
        .iter()
        .filter(|outcome| **outcome == Outcome::Corrupt)
        .count() as u64;
    let answers = (noise + answer_bytes / 2) / answer_bytes;
    let mut unknown = answers.saturating_sub(known);
    for outcome in outcomes {
        if unknown > 0 && *outcome == Outcome::Silent {
            *outcome = Outcome::Corrupt;
            unknown -= 1;
        }
    }
}

/// One bus's part in a group read of a whole rig.
#[derive(Debug)]
pub struct Asked<'a, P: Port> {
    /// The line.
    pub bus: &'a mut Bus<P>,
    /// The motors on it to ask.
    pub ids: &'a [MotorId],
    /// Their outcomes, in the same order.
    pub outcomes: &'a mut [Outcome],
    /// What became of the line itself.
    pub result: Result<(), BusError>,
}

/// Reads one register on several buses at once: every request is out before the first answer is awaited.
/// Each bus gets `within` from its own request on. A bus that fails keeps its error and disturbs no other.
pub fn group_read_all<P: Port>(register: Register, within: Duration, asked: &mut [Asked<'_, P>]) {
    for part in asked.iter_mut() {
        part.result = part.bus.begin_group_read(register, part.ids);
    }
    for part in asked.iter_mut() {
        if part.result.is_ok() {
            let deadline = part.bus.group.sent + within;
            part.result = part.bus.finish_group_read(deadline, part.outcomes);
        } else {
            part.outcomes.fill(Outcome::Silent);
        }
    }
}
