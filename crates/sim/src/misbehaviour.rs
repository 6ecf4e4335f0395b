//! What can go wrong with a chain, named for what it does; switched on and off while it runs.

use std::time::Duration;

/// One thing that goes wrong. Motors are named by the id they have when it is switched on.
#[derive(Debug, Clone, PartialEq)]
pub enum Misbehaviour {
    /// The motor hears and obeys, and never answers.
    MuteMotor {
        /// Which motor.
        id: u8,
    },
    /// The motor's cable is out: it neither hears nor answers, and its torque is gone.
    UnpluggedMotor {
        /// Which motor.
        id: u8,
    },
    /// One of `every` answers has a wrong checksum; 1 for each.
    CorruptReply {
        /// Which motor.
        id: u8,
        /// 1 for each answer, 2 for every other.
        every: u32,
    },
    /// The motor's answers end after `bytes` bytes.
    ShortReply {
        /// Which motor.
        id: u8,
        /// Bytes that still come.
        bytes: usize,
    },
    /// The motor's answers come later than they should.
    LateReply {
        /// Which motor.
        id: u8,
        /// How much later.
        by: Duration,
    },
    /// Bytes that nobody sent stand before the motor's answers.
    NoiseBeforeReply {
        /// Which motor.
        id: u8,
        /// How many bytes.
        bytes: usize,
    },
    /// The motor answers under another id.
    WrongId {
        /// Which motor.
        id: u8,
        /// The id it claims.
        claims: u8,
    },
    /// The motor raises these error bits, whatever its state.
    Fault {
        /// Which motor.
        id: u8,
        /// Bits of the error byte, see [`crate::servo::bits`].
        bits: u8,
    },
    /// The joint is jammed where it is.
    StuckJoint {
        /// Which motor.
        id: u8,
    },
    /// One of `every` requests is lost on its way to the motors.
    LostRequests {
        /// 1 for each request, 2 for every other.
        every: u32,
    },
    /// The adapter is pulled out after this many more bytes of answers; the rest never comes.
    UnpluggedMidPacket {
        /// Bytes that still come.
        after: usize,
    },
}

impl Misbehaviour {
    /// The motor it is about; `None` when it is about the line.
    pub fn motor(&self) -> Option<u8> {
        match self {
            Self::MuteMotor { id }
            | Self::UnpluggedMotor { id }
            | Self::CorruptReply { id, .. }
            | Self::ShortReply { id, .. }
            | Self::LateReply { id, .. }
            | Self::NoiseBeforeReply { id, .. }
            | Self::WrongId { id, .. }
            | Self::Fault { id, .. }
            | Self::StuckJoint { id } => Some(*id),
            Self::LostRequests { .. } | Self::UnpluggedMidPacket { .. } => None,
        }
    }
}

/// What is wrong with one motor's end of the line at this time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quirks {
    pub mute: bool,
    pub unplugged: bool,
    pub corrupt_every: Option<u32>,
    pub short: Option<usize>,
    pub late: Duration,
    pub noise: usize,
    pub claims: Option<u8>,
    answered: u32,
}

impl Quirks {
    /// Changes an answer that is about to leave. `noise` gives random bytes.
    pub fn spoil(&mut self, packet: &mut Vec<u8>, mut noise: impl FnMut() -> u8) {
        self.answered = self.answered.wrapping_add(1);
        if let Some(every) = self.corrupt_every
            && self.answered.is_multiple_of(every.max(1))
            && let Some(checksum) = packet.last_mut()
        {
            *checksum ^= 0x5a;
        }
        if let Some(bytes) = self.short {
            packet.truncate(bytes);
        }
        if self.noise > 0 {
            let mut before: Vec<u8> = (0..self.noise).map(|_| noise()).collect();
            before.append(packet);
            *packet = before;
        }
    }
}
