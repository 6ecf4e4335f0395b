//! Feetech's packets as bytes and back, for the STS series. No line, no clock, no waiting.
//!
//! A request is `FF FF ID LEN INSTRUCTION parameters CHECKSUM`, an answer the same with the motor's error
//! byte in the instruction's place. `LEN` counts the parameters plus 2; the checksum is the complement of
//! the sum of everything after the header. A packet has at most 250 bytes.
//!
//! Not here: who waits for which answer (`bus`).

use crate::error::BusError;
use crate::motor::{ErrorBits, MotorId};

/// Most bytes a packet may have, header to checksum.
pub const MAX_PACKET: usize = 250;
/// Most parameter bytes a packet may carry.
pub const MAX_PARAMS: usize = MAX_PACKET - 6;
/// Bytes of an answer that carries no parameters.
pub const EMPTY_REPLY: usize = 6;

/// What a motor can be told.
///
/// `Recover`, `Reboot`, `Reset` and `OffsetCal` are in the manufacturer's tables but not in its Python SDK;
/// whether the first three are answered is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instruction<'a> {
    /// Are you there?
    Ping,
    /// Send `len` bytes from `address`.
    Read {
        /// First byte.
        address: u8,
        /// Number of bytes.
        len: u8,
    },
    /// Store `bytes` from `address` on.
    Write {
        /// First byte.
        address: u8,
        /// What to store.
        bytes: &'a [u8],
    },
    /// Keep `bytes` for `address` until `Action`.
    RegWrite {
        /// First byte.
        address: u8,
        /// What to store later.
        bytes: &'a [u8],
    },
    /// Store now what `RegWrite` brought.
    Action,
    /// Restore the factory's table.
    Recover,
    /// Start again as after power-up.
    Reboot,
    /// Set the registers to their defaults.
    Reset,
    /// Make the present position read as the given one (wire format), or as the middle.
    OffsetCal(Option<u16>),
    /// Send `len` bytes from `address`, one motor after the other. Goes to the broadcast id.
    SyncRead {
        /// First byte.
        address: u8,
        /// Number of bytes.
        len: u8,
        /// Who answers, in this order.
        ids: &'a [MotorId],
    },
    /// Store bytes in several motors at once; none answers. Goes to the broadcast id.
    SyncWrite {
        /// First byte.
        address: u8,
        /// Bytes per motor.
        len: u8,
        /// One row per motor: its id, then `len` bytes.
        rows: &'a [u8],
    },
}

impl Instruction<'_> {
    /// The byte that names the instruction.
    pub fn code(&self) -> u8 {
        match self {
            Self::Ping => 0x01,
            Self::Read { .. } => 0x02,
            Self::Write { .. } => 0x03,
            Self::RegWrite { .. } => 0x04,
            Self::Action => 0x05,
            Self::Recover => 0x06,
            Self::Reboot => 0x08,
            Self::Reset => 0x0A,
            Self::OffsetCal(_) => 0x0B,
            Self::SyncRead { .. } => 0x82,
            Self::SyncWrite { .. } => 0x83,
        }
    }

    /// Replaces the content of `packet` by this instruction to `id`.
    ///
    /// # Errors
    /// [`BusError::TooLong`] when it does not fit into one packet; `packet` is then empty.
    pub fn encode(&self, id: MotorId, packet: &mut Vec<u8>) -> Result<(), BusError> {
        packet.clear();
        packet.extend_from_slice(&[0xFF, 0xFF, id.0, 0, self.code()]);
        match *self {
            Self::Ping | Self::Action | Self::Recover | Self::Reboot | Self::Reset => {}
            Self::Read { address, len } => packet.extend_from_slice(&[address, len]),
            Self::Write { address, bytes } | Self::RegWrite { address, bytes } => {
                packet.push(address);
                packet.extend_from_slice(bytes);
            }
            Self::OffsetCal(None) => {}
            Self::OffsetCal(Some(position)) => packet.extend_from_slice(&position.to_le_bytes()),
            Self::SyncRead { address, len, ids } => {
                packet.extend_from_slice(&[address, len]);
                packet.extend(ids.iter().map(|id| id.0));
            }
            Self::SyncWrite { address, len, rows } => {
                packet.extend_from_slice(&[address, len]);
                packet.extend_from_slice(rows);
            }
        }
        close(packet)
    }
}

/// One answer of a motor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status<'a> {
    /// Who answers.
    pub id: MotorId,
    /// What it says about its own health.
    pub error: ErrorBits,
    /// What it was asked for.
    pub params: &'a [u8],
}

impl Status<'_> {
    /// Replaces the content of `packet` by this answer.
    ///
    /// # Errors
    /// [`BusError::TooLong`] when it does not fit into one packet; `packet` is then empty.
    pub fn encode(&self, packet: &mut Vec<u8>) -> Result<(), BusError> {
        packet.clear();
        packet.extend_from_slice(&[0xFF, 0xFF, self.id.0, 0, self.error.0]);
        packet.extend_from_slice(self.params);
        close(packet)
    }
}

/// Fills in the length and appends the checksum.
fn close(packet: &mut Vec<u8>) -> Result<(), BusError> {
    let bytes = packet.len() + 1;
    if bytes > MAX_PACKET {
        packet.clear();
        return Err(BusError::TooLong { bytes });
    }
    packet[3] = (bytes - 4) as u8;
    let sum = checksum(&packet[2..]);
    packet.push(sum);
    Ok(())
}

/// The complement of the sum of all bytes between header and checksum.
pub fn checksum(body: &[u8]) -> u8 {
    !body.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte))
}

/// What the decoder found next in the bytes it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// A whole answer with a right checksum.
    Status(Status<'a>),
    /// Something that began like an answer of this motor and was none: wrong checksum, or cut off.
    Corrupt {
        /// The id it claimed, which may be what was damaged.
        id: MotorId,
    },
}

/// Finds answers in a stream of bytes, however it is cut into pieces and whatever lies between them.
///
/// After something that was no answer it looks again from the very next byte, so damage costs only what it
/// touched. Give bytes with [`push`](Self::push), then call [`next`](Self::next) until it returns `None`.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    /// Everything before this index has been dealt with.
    head: usize,
    /// The line was silent after the byte before this index: nothing from before can go on after it.
    fence: usize,
    /// Longest answer that can be true at present; `None` for any.
    longest: Option<usize>,
    noise: u64,
}

impl Decoder {
    /// A decoder with room for everything that can be under way, so that it never allocates again.
    pub fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(4 * MAX_PACKET),
            ..Self::default()
        }
    }

    /// Takes answers with more than `params` parameters for noise from now on; `None` takes any.
    ///
    /// Whoever knows what was asked for thereby keeps a damaged length from swallowing later answers.
    pub fn limit_params(&mut self, params: Option<usize>) {
        self.longest = params.map(|params| params + EMPTY_REPLY);
    }

    /// Adds bytes as they arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.head);
        self.fence = self.fence.saturating_sub(self.head);
        self.head = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// Says that the line fell silent: what is incomplete now will never be completed.
    pub fn line_silent(&mut self) {
        self.fence = self.bytes.len();
    }

    /// Forgets everything, as after the line's input was thrown away.
    pub fn reset(&mut self) {
        self.bytes.clear();
        self.head = 0;
        self.fence = 0;
    }

    /// Bytes so far that belonged to no answer.
    pub fn noise(&self) -> u64 {
        self.noise
    }

    /// Begins counting noise anew.
    pub fn reset_noise(&mut self) {
        self.noise = 0;
    }

    /// The next answer or damaged answer, or `None` when more bytes are needed.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator cannot lend from itself"
    )]
    pub fn next(&mut self) -> Option<Decoded<'_>> {
        loop {
            let fenced = self.head < self.fence;
            let end = if fenced { self.fence } else { self.bytes.len() };
            match inspect(&self.bytes[self.head..end], self.longest) {
                Found::Nothing if self.head == end => return None,
                Found::Nothing => self.skip(1),
                Found::Begun(_) if !fenced => return None,
                Found::Begun(None) => self.skip(1),
                Found::Begun(Some(id)) | Found::Damaged(id) => {
                    self.skip(1);
                    return Some(Decoded::Corrupt { id });
                }
                Found::Whole(len) => {
                    let start = self.head;
                    self.head += len;
                    let packet = &self.bytes[start..start + len];
                    return Some(Decoded::Status(Status {
                        id: MotorId(packet[2]),
                        error: ErrorBits(packet[4]),
                        params: &packet[5..len - 1],
                    }));
                }
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.head += bytes;
        self.noise += bytes as u64;
    }
}

/// What stands at the beginning of some bytes.
enum Found {
    /// No answer begins here.
    Nothing,
    /// An answer may begin here; its id where that has arrived.
    Begun(Option<MotorId>),
    /// Long enough, but the checksum is wrong.
    Damaged(MotorId),
    /// A whole answer of so many bytes.
    Whole(usize),
}

fn inspect(bytes: &[u8], longest: Option<usize>) -> Found {
    match *bytes {
        [0xFF] | [0xFF, 0xFF] => Found::Begun(None),
        [0xFF, 0xFF, id, ..] if !MotorId(id).single() => Found::Nothing,
        [0xFF, 0xFF, id] => Found::Begun(Some(MotorId(id))),
        [0xFF, 0xFF, id, len, ..] => {
            let total = usize::from(len) + 4;
            if total < EMPTY_REPLY || total > longest.unwrap_or(MAX_PACKET).min(MAX_PACKET) {
                return Found::Nothing;
            }
            // The top bit of the error byte is never set by a motor.
            if bytes.get(4).is_some_and(|error| *error > 0x7F) {
                return Found::Nothing;
            }
            match bytes.get(..total) {
                None => Found::Begun(Some(MotorId(id))),
                Some(packet) if checksum(&packet[2..total - 1]) == packet[total - 1] => {
                    Found::Whole(total)
                }
                Some(_) => Found::Damaged(MotorId(id)),
            }
        }
        _ => Found::Nothing,
    }
}

#[cfg(test)]
mod tests;
