//! What really came after a ping, byte for byte: for telling two motors that talk at once from a bad cable.

use super::{Bus, single};
use crate::error::BusError;
use crate::motor::MotorId;
use crate::packet::{self, EMPTY_REPLY, Instruction};
use crate::port::Port;

/// Fewer bytes than this are noise: two answers laid over each other are half as long as one or longer.
const LEAST: usize = 3;

/// What came after a ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// Nothing.
    Silence,
    /// One whole answer and nothing else.
    Whole,
    /// One answer with something wrong in it.
    Damaged,
    /// A whole answer of somebody who was not asked.
    Foreign,
    /// What is no answer, or more than one: bits of several laid over each other.
    Jumble,
}

impl<P: Port> Bus<P> {
    /// Pings a motor once and listens for as long as an answer may take, whatever comes.
    ///
    /// # Errors
    /// [`BusError::NotOneMotor`], or a failure of the line.
    pub(crate) fn echo(&mut self, id: MotorId) -> Result<Echo, BusError> {
        self.settle()?;
        Instruction::Ping.encode(single(id)?, &mut self.packet)?;
        let within = self.patience.outside + self.wire_time(self.packet.len() + 2 * EMPTY_REPLY);
        let sent = self.ask()?;
        let mut heard = Vec::new();
        let mut chunk = [0; 256];
        loop {
            let got = self
                .port
                .receive(&mut chunk, sent + within)
                .map_err(|source| BusError::from_line(self.port.name(), source))?;
            heard.extend_from_slice(&chunk[..got.min(chunk.len())]);
            if got == 0 || heard.len() > chunk.len() {
                break;
            }
        }
        self.unsettle(sent);
        Ok(match heard.as_slice() {
            // A stray byte or two are nobody's answer.
            few if few.len() < LEAST => Echo::Silence,
            [0xff, 0xff, from, 2, error, sum] if *from == id.0 => {
                if packet::checksum(&[*from, 2, *error]) == *sum {
                    Echo::Whole
                } else {
                    Echo::Damaged
                }
            }
            [0xff, 0xff, from, 2, error, sum] if packet::checksum(&[*from, 2, *error]) == *sum => {
                Echo::Foreign
            }
            [0xff, 0xff, from, 2] | [0xff, 0xff, from, 2, _] if *from == id.0 => Echo::Damaged,
            _ => Echo::Jumble,
        })
    }
}
