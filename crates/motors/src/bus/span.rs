//! Several neighbouring registers of one motor in a single answer.

use units::MonoTime;

use super::{Bus, single};
use crate::error::BusError;
use crate::motor::{ErrorBits, MotorId};
use crate::packet::{EMPTY_REPLY, Instruction};
use crate::port::Port;
use crate::registers::Register;

/// Most bytes a span may have: enough for everything a motor measures (56 to 70).
const LONGEST: usize = 32;

/// The bytes of neighbouring registers, taken at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    first: u8,
    len: u8,
    bytes: [u8; LONGEST],
    /// The error bits that came with them.
    pub error: ErrorBits,
}

impl Span {
    /// The value of a register that lies inside the span.
    pub fn value(&self, register: Register) -> Option<i32> {
        let start = usize::from(register.address.checked_sub(self.first)?);
        register.value_from_wire(self.bytes[..usize::from(self.len)].get(start..)?)
    }
}

impl<P: Port> Bus<P> {
    /// Reads all registers from `first` to `last` of one motor, with retries; at most 32 bytes.
    ///
    /// # Errors
    /// As [`read`](Self::read); [`BusError::TooLong`] for a span of more than 32 bytes or none at all.
    pub fn read_span(
        &mut self,
        id: MotorId,
        first: Register,
        last: Register,
    ) -> Result<Span, BusError> {
        let mut attempt = 0;
        loop {
            match self.read_span_within(id, first, last, None) {
                Err(error) if error.may_pass() && attempt < self.patience.retries => {
                    attempt += 1;
                    self.meters.of(id).counts.retries += 1;
                }
                result => return result,
            }
        }
    }

    /// Reads all registers from `first` to `last` of one motor, once, until `deadline`; for a control cycle.
    /// Without a deadline it waits as long as outside the loop.
    ///
    /// # Errors
    /// As [`read_span`](Self::read_span).
    pub fn read_span_within(
        &mut self,
        id: MotorId,
        first: Register,
        last: Register,
        deadline: Option<MonoTime>,
    ) -> Result<Span, BusError> {
        single(id)?;
        let end = usize::from(last.address) + usize::from(last.size);
        let len = end.saturating_sub(usize::from(first.address));
        if len == 0 || len > LONGEST {
            return Err(BusError::TooLong { bytes: len });
        }
        let len = len as u8;
        let asked = self.telling_length(len);
        Instruction::Read {
            address: first.address,
            len: asked,
        }
        .encode(id, &mut self.packet)?;
        let within = self.patience.outside
            + self.wire_time(self.packet.len() + EMPTY_REPLY + usize::from(asked));
        let sent = self.ask()?;
        let error = self.answer(
            id,
            id,
            usize::from(asked),
            sent,
            deadline.unwrap_or(sent + within),
        )?;
        let mut span = Span {
            first: first.address,
            len,
            bytes: [0; LONGEST],
            error,
        };
        let wanted = usize::from(len);
        span.bytes[..wanted].copy_from_slice(&self.reply[..wanted]);
        Ok(span)
    }
}
