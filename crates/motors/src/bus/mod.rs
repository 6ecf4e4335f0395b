//! Asks motors over a line, one request at a time, and believes only the answer to the last one.
//!
//! Stale input is thrown away before each request that awaits an answer. An answer counts when its checksum
//! is right, its id was asked and its length is the one asked for. As long as an answer to a former request
//! may still arrive, reads ask for a few bytes more than they need, a different number each time, so that a
//! late answer betrays itself by its length; requests whose answers all look alike wait for the line to settle.
//!
//! Requests that one motor answers are retried ([`Patience::retries`]) and may allocate. The halves of a
//! group read, `group_write` and `read_span_within` belong into a control cycle: one attempt, the caller's
//! deadline, no allocation once each motor has been met.
//!
//! A motor's error bits never turn its answer into a failure: an overloaded motor must still obey
//! "torque off". They come with every answer of a group read and stay in the motor's counters;
//! [`Bus::check`] turns them into an error for whoever wants one.

mod counters;
pub mod deadlines;
mod group;
mod lifeline;
mod listen;
mod probe;
mod span;

use std::sync::Arc;
use std::time::Duration;

use stdx::Clock;
use units::{MonoTime, Ticks};

use crate::error::BusError;
use crate::motor::{ErrorBits, MotorId};
use crate::packet::{Decoded, Decoder, EMPTY_REPLY, Instruction, MAX_PACKET};
use crate::port::Port;
use crate::registers::{self, Access, Register};

pub use counters::{Counts, LineCounts, MotorCounters};
pub use deadlines::Patience;
pub use group::{Asked, Outcome, group_read_all};
pub use lifeline::{Interrupt, Lifeline};
pub(crate) use probe::Echo;
pub use span::Span;

use counters::Meters;
use group::GroupRead;
use lifeline::Ownership;
use listen::Heard;

/// Different lengths a read may have while late answers are about; see the module's head.
const LENGTHS: u8 = 5;

/// One line of motors and the only one who talks on it.
pub struct Bus<P: Port> {
    port: P,
    clock: Arc<dyn Clock>,
    patience: Patience,
    decoder: Decoder,
    packet: Vec<u8>,
    rows: Vec<u8>,
    reply: Vec<u8>,
    group: GroupRead,
    meters: Meters,
    /// Until then an answer to a former request may still arrive.
    settled_at: MonoTime,
    /// Lengths that the last reads asked for, newest first.
    lengths: [u8; LENGTHS as usize - 1],
    interrupt: Option<Interrupt>,
    ownership: Ownership,
}

impl<P: Port> Bus<P> {
    /// A bus over `port`, telling time by `clock`, which must be the clock the port waits on.
    pub fn new(port: P, clock: Arc<dyn Clock>) -> Self {
        Self {
            port,
            clock,
            patience: Patience::default(),
            decoder: Decoder::new(),
            packet: Vec::with_capacity(MAX_PACKET),
            rows: Vec::with_capacity(MAX_PACKET),
            reply: Vec::with_capacity(MAX_PACKET),
            group: GroupRead::default(),
            meters: Meters::default(),
            settled_at: MonoTime(0),
            lengths: [0; LENGTHS as usize - 1],
            interrupt: None,
            ownership: Ownership::default(),
        }
    }

    /// The line's name, such as `/dev/ttyACM0`.
    pub fn name(&self) -> &str {
        self.port.name()
    }

    /// The line itself.
    pub fn port(&self) -> &P {
        &self.port
    }

    /// Gives the line back.
    pub fn into_port(self) -> P {
        self.port
    }

    /// The clock this bus tells time by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// How long answers are awaited and how often requests are repeated.
    pub fn patience(&self) -> &Patience {
        &self.patience
    }

    /// Changes how long answers are awaited and how often requests are repeated.
    pub fn set_patience(&mut self, patience: Patience) {
        self.patience = patience;
    }

    /// The line's rate in bits per second.
    pub fn baud(&self) -> u32 {
        self.port.baud()
    }

    /// Changes the line's rate, for finding motors that were set to another one.
    ///
    /// # Errors
    /// [`BusError::LineFailed`] when the line cannot run at `baud`, [`BusError::LineLost`] when it is gone.
    pub fn set_baud(&mut self, baud: u32) -> Result<(), BusError> {
        self.port
            .set_baud(baud)
            .map_err(|source| BusError::from_line(self.port.name(), source))
    }

    /// Lets somebody break off every wait for a single motor's answer, within 2 ms; the request then fails with
    /// [`BusError::Interrupted`]. Group reads go on to their deadline, which is shorter than a cycle.
    pub fn set_interrupt(&mut self, interrupt: Option<Interrupt>) {
        self.interrupt = interrupt;
    }

    /// What was counted for each motor that was ever asked, in the order of first asking.
    pub fn counters(&self) -> &[MotorCounters] {
        self.meters.motors()
    }

    /// What was counted for the line as a whole.
    pub fn line_counts(&self) -> LineCounts {
        LineCounts {
            noise_bytes: self.decoder.noise(),
            ..self.meters.line
        }
    }

    /// Begins counting anew; motors stay known, so that nothing allocates afterwards.
    pub fn reset_counters(&mut self) {
        self.meters.reset();
        self.decoder.reset_noise();
    }

    /// An error when the motor's last answer carried error bits.
    ///
    /// # Errors
    /// [`BusError::Fault`] with what the motor said.
    pub fn check(&self, id: MotorId) -> Result<(), BusError> {
        match self.counters().iter().find(|motor| motor.id == id) {
            Some(motor) if !motor.last_error.healthy() => Err(BusError::Fault {
                motor: id,
                bits: motor.last_error,
            }),
            _ => Ok(()),
        }
    }

    /// Asks whether a motor is there; returns what it says about its health.
    ///
    /// # Errors
    /// [`BusError::NoReply`], [`BusError::Corrupt`], or a failure of the line.
    pub fn ping(&mut self, id: MotorId) -> Result<ErrorBits, BusError> {
        self.acknowledged(id, id, Instruction::Ping)
    }

    /// Asks everyone and listens for `window` (see [`deadlines::broadcast_window`]). Motors that share an id
    /// answer at the same time and show up as noise or as one.
    ///
    /// # Errors
    /// Only failures of the line; nobody answering is an empty list.
    pub fn broadcast_ping(
        &mut self,
        window: Duration,
    ) -> Result<Vec<(MotorId, ErrorBits)>, BusError> {
        self.settle()?;
        Instruction::Ping.encode(MotorId::BROADCAST, &mut self.packet)?;
        self.decoder.limit_params(Some(0));
        let sent = self.ask()?;
        let mut found: Vec<(MotorId, ErrorBits)> = Vec::new();
        let heard = listen::listen(
            &mut self.port,
            &*self.clock,
            &mut self.decoder,
            sent + window,
            self.interrupt.as_ref(),
            |decoded, _| {
                if let Decoded::Status(status) = decoded
                    && !found.iter().any(|(id, _)| *id == status.id)
                {
                    found.push((status.id, status.error));
                }
                false
            },
        )
        .map_err(|source| BusError::from_line(self.port.name(), source))?;
        if heard == Heard::Interrupted {
            self.unsettle(sent + window);
            return Err(BusError::Interrupted);
        }
        found.sort_unstable_by_key(|(id, _)| *id);
        Ok(found)
    }

    /// Reads one register; where it has a sign, the sign is decoded.
    ///
    /// # Errors
    /// [`BusError::NoReply`], [`BusError::Corrupt`], or a failure of the line, after all retries.
    pub fn read(&mut self, id: MotorId, register: Register) -> Result<i32, BusError> {
        let span = self.read_span(id, register, register)?;
        span.value(register).ok_or(BusError::Corrupt { motor: id })
    }

    /// Writes one register and waits for the acknowledgement.
    ///
    /// A motor whose `Response_Status_Level` is 0 obeys but does not acknowledge, which shows as
    /// [`BusError::NoReply`].
    ///
    /// # Errors
    /// [`BusError::OutOfRange`] and [`BusError::ReadOnly`] before anything is sent;
    /// [`BusError::NoReply`], [`BusError::Corrupt`], or a failure of the line, after all retries.
    pub fn write(&mut self, id: MotorId, register: Register, value: i32) -> Result<(), BusError> {
        let bytes = checked(register, value)?;
        // A motor that is given a new id may acknowledge under either.
        let alias = if register == registers::ID {
            MotorId(bytes[0])
        } else {
            id
        };
        let bytes = &bytes[..usize::from(register.size)];
        self.acknowledged(
            id,
            alias,
            Instruction::Write {
                address: register.address,
                bytes,
            },
        )?;
        Ok(())
    }

    /// Hands a motor a value that takes effect with the next [`action`](Self::action).
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn reg_write(
        &mut self,
        id: MotorId,
        register: Register,
        value: i32,
    ) -> Result<(), BusError> {
        let bytes = checked(register, value)?;
        let bytes = &bytes[..usize::from(register.size)];
        self.acknowledged(
            id,
            id,
            Instruction::RegWrite {
                address: register.address,
                bytes,
            },
        )?;
        Ok(())
    }

    /// Lets all motors take over what [`reg_write`](Self::reg_write) brought. Nobody answers.
    ///
    /// # Errors
    /// Only failures of the line.
    pub fn action(&mut self) -> Result<(), BusError> {
        self.tell(MotorId::BROADCAST, Instruction::Action)
    }

    /// Starts a motor again as after power-up. Whether it answers is not documented, so none is awaited.
    ///
    /// # Errors
    /// [`BusError::NotOneMotor`], or a failure of the line.
    pub fn reboot(&mut self, id: MotorId) -> Result<(), BusError> {
        self.tell(single(id)?, Instruction::Reboot)
    }

    /// Restores a motor's factory table. Whether it answers is not documented, so none is awaited.
    ///
    /// # Errors
    /// [`BusError::NotOneMotor`], or a failure of the line.
    pub fn recover(&mut self, id: MotorId) -> Result<(), BusError> {
        self.tell(single(id)?, Instruction::Recover)
    }

    /// Sets a motor's registers to their defaults. Whether it answers is not documented, so none is awaited.
    ///
    /// # Errors
    /// [`BusError::NotOneMotor`], or a failure of the line.
    pub fn reset(&mut self, id: MotorId) -> Result<(), BusError> {
        self.tell(single(id)?, Instruction::Reset)
    }

    /// Makes the motor's present position read as `position`, or as the middle (2048) without one.
    ///
    /// # Errors
    /// [`BusError::OutOfRange`] before anything is sent; otherwise as [`ping`](Self::ping).
    pub fn offset_cal(&mut self, id: MotorId, position: Option<Ticks>) -> Result<(), BusError> {
        let position = match position {
            Some(Ticks(ticks)) => Some(u16::from_le_bytes(
                registers::PRESENT_POSITION.wire_from_value(ticks)?,
            )),
            None => None,
        };
        self.acknowledged(id, id, Instruction::OffsetCal(position))?;
        Ok(())
    }

    /// Sends a request whose answer has no parameters, and waits for it, with retries.
    fn acknowledged(
        &mut self,
        id: MotorId,
        alias: MotorId,
        instruction: Instruction<'_>,
    ) -> Result<ErrorBits, BusError> {
        single(id)?;
        let mut attempt = 0;
        loop {
            self.settle()?;
            instruction.encode(id, &mut self.packet)?;
            self.decoder.limit_params(Some(0));
            let within = self.patience.outside + self.wire_time(self.packet.len() + EMPTY_REPLY);
            let sent = self.ask()?;
            let result = self.answer(id, alias, 0, sent, sent + within);
            match result {
                Err(error) if error.may_pass() && attempt < self.patience.retries => {
                    attempt += 1;
                    self.meters.of(id).counts.retries += 1;
                }
                result => return result,
            }
        }
    }

    /// Sends a request that nobody answers, or perhaps somebody does.
    fn tell(&mut self, id: MotorId, instruction: Instruction<'_>) -> Result<(), BusError> {
        instruction.encode(id, &mut self.packet)?;
        let sent = self.ask()?;
        if id.single() {
            self.unsettle(sent);
        }
        Ok(())
    }

    /// Sends `self.packet` on a line free of stale input; returns when that was.
    fn ask(&mut self) -> Result<MonoTime, BusError> {
        let lost = |port: &P, source| BusError::from_line(port.name(), source);
        self.owned()?;
        self.abandon_group();
        self.decoder.reset();
        if let Err(source) = self.port.discard_input() {
            return Err(lost(&self.port, source));
        }
        let sent = self.clock.now();
        match self.port.send(&self.packet) {
            Ok(()) => Ok(sent),
            Err(source) => Err(lost(&self.port, source)),
        }
    }

    /// Awaits the answer of one motor, with exactly `params` parameters, which go to `self.reply`.
    fn answer(
        &mut self,
        id: MotorId,
        alias: MotorId,
        params: usize,
        sent: MonoTime,
        deadline: MonoTime,
    ) -> Result<ErrorBits, BusError> {
        let noise = self.decoder.noise();
        let meters = &mut self.meters;
        meters.of(id).counts.asked += 1;
        let reply = &mut self.reply;
        let (mut answered, mut damaged) = (None, false);
        let heard = listen::listen(
            &mut self.port,
            &*self.clock,
            &mut self.decoder,
            deadline,
            self.interrupt.as_ref(),
            |decoded, now| {
                match decoded {
                    Decoded::Status(status) if status.id == id || status.id == alias => {
                        if status.params.len() == params {
                            reply.clear();
                            reply.extend_from_slice(status.params);
                            meters.answered(id, status.error, now.since(sent));
                            answered = Some(status.error);
                            return true;
                        }
                        meters.of(id).counts.late += 1;
                    }
                    Decoded::Status(_) => meters.line.foreign += 1,
                    Decoded::Corrupt { id: claimed } => damaged |= claimed == id,
                }
                false
            },
        );
        if let Some(error) = answered {
            return Ok(error);
        }
        self.unsettle(sent);
        if heard.map_err(|source| BusError::from_line(self.port.name(), source))?
            == Heard::Interrupted
        {
            return Err(BusError::Interrupted);
        }
        damaged |= self.decoder.noise() - noise >= EMPTY_REPLY as u64;
        let counts = &mut self.meters.of(id).counts;
        if damaged {
            counts.corrupt += 1;
            Err(BusError::Corrupt { motor: id })
        } else {
            counts.silent += 1;
            Err(BusError::NoReply {
                motor: id,
                waited: self.clock.now().since(sent),
            })
        }
    }

    /// Notes that the request of `sent` may still be answered.
    fn unsettle(&mut self, sent: MonoTime) {
        self.settled_at = self.settled_at.max(sent + self.patience.settle);
    }

    /// Waits until no answer to a former request can arrive any more. Costs nothing on a healthy line.
    fn settle(&mut self) -> Result<(), BusError> {
        self.abandon_group();
        if self.clock.now() < self.settled_at {
            self.decoder.reset();
            let heard = listen::listen(
                &mut self.port,
                &*self.clock,
                &mut self.decoder,
                self.settled_at,
                self.interrupt.as_ref(),
                |_, _| false,
            )
            .map_err(|source| BusError::from_line(self.port.name(), source))?;
            if heard == Heard::Interrupted {
                return Err(BusError::Interrupted);
            }
        }
        Ok(())
    }

    /// The number of bytes to read where `len` are needed, so that late answers have another length: one that none of
    /// the last reads had, whatever they needed. While nothing is late it is `len` itself.
    fn telling_length(&mut self, len: u8) -> u8 {
        let late = self.clock.now() < self.settled_at;
        let length = (len..len + LENGTHS)
            .find(|length| !late || !self.lengths.contains(length))
            // One of five always is not among four.
            .unwrap_or(len);
        self.lengths.rotate_right(1);
        self.lengths[0] = length;
        self.decoder
            .limit_params(Some(usize::from(len + LENGTHS - 1)));
        length
    }

    fn wire_time(&self, bytes: usize) -> Duration {
        deadlines::wire_time(bytes, self.port.baud())
    }
}

impl<P: Port> std::fmt::Debug for Bus<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bus")
            .field("port", &self.port.name())
            .field("baud", &self.port.baud())
            .finish_non_exhaustive()
    }
}

fn single(id: MotorId) -> Result<MotorId, BusError> {
    if id.single() {
        Ok(id)
    } else {
        Err(BusError::NotOneMotor { motor: id })
    }
}

fn checked(register: Register, value: i32) -> Result<[u8; 2], BusError> {
    if register.access == Access::Read {
        return Err(BusError::ReadOnly {
            register: register.name,
        });
    }
    register.wire_from_value(value)
}

#[cfg(test)]
mod tests;
