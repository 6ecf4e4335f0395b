//! What can go wrong with a chain, named for what it does; switched on and off while it runs, or at stated times.
//!
//! Not here: how a person writes one down (`plan`), what an answer looks like afterwards (`line`).

use std::time::Duration;

/// Which answers a misbehaviour is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Those of one motor, named by the id it has when the misbehaviour is switched on.
    Motor(u8),
    /// Those of all motors.
    All,
}

/// One thing that goes wrong. Motors are named by the id they have when it is switched on.
#[derive(Debug, Clone, PartialEq)]
pub enum Misbehaviour {
    /// The motor hears and obeys, and never answers.
    MuteMotor {
        /// Which motor.
        id: u8,
    },
    /// The motor's cable is out: it neither hears nor answers, and its torque is gone. It comes back as after
    /// power-up.
    UnpluggedMotor {
        /// Which motor.
        id: u8,
    },
    /// The motor's supply failed for a moment, too short to notice anything but what it leaves: torque off, Lock 1.
    BrownOut {
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
    /// A share of the answers, drawn at random, has a wrong checksum.
    CorruptReplies {
        /// Whose.
        whom: Whom,
        /// 0 to 1.
        share: f64,
    },
    /// A share of the answers, drawn at random, never comes; the motors heard and obeyed.
    LostReplies {
        /// Whose.
        whom: Whom,
        /// 0 to 1.
        share: f64,
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
    /// Bytes that nobody sent stand before a share of the answers, drawn at random.
    Noise {
        /// Whose.
        whom: Whom,
        /// How many bytes each time.
        bytes: usize,
        /// 0 to 1.
        share: f64,
    },
    /// The motor answers under another id.
    WrongId {
        /// Which motor.
        id: u8,
        /// The id it claims.
        claims: u8,
    },
    /// The motor has another motor's id: both obey, and their answers collide on the wire.
    SameId {
        /// Which motor.
        id: u8,
        /// The id it has now; it gets its own back when this ends.
        takes: u8,
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
    /// Something heats the motor until it protects itself.
    Overheats {
        /// Which motor.
        id: u8,
        /// Degrees Celsius per second.
        per_second: f64,
    },
    /// Something pushes the joint towards lower ticks; 2.7 N·m for two seconds are an overload at 7.4 V.
    Overloaded {
        /// Which motor.
        id: u8,
        /// N·m at the joint.
        torque: f64,
    },
    /// The supply of all motors falls to this voltage.
    VoltageSag {
        /// Volts without load.
        volts: f64,
    },
    /// What is written to EEPROM is acknowledged and acts, and is gone when the motor loses power, whatever Lock says.
    ForgetfulEeprom {
        /// Whose.
        whom: Whom,
    },
    /// What is written to EEPROM is acknowledged and changes nothing.
    DeafEeprom {
        /// Whose.
        whom: Whom,
    },
    /// One of `every` requests is lost on its way to the motors.
    LostRequests {
        /// 1 for each request, 2 for every other.
        every: u32,
    },
    /// What the adapter hands over comes in pieces with pauses between.
    SplitPackets {
        /// Bytes in a piece.
        bytes: usize,
        /// Between two pieces.
        pause: Duration,
    },
    /// The adapter takes this long to hand over what it heard, as an FTDI with a latency timer of 16 ms does.
    UsbLatency {
        /// Instead of the chain's own.
        latency: Duration,
    },
    /// The adapter is pulled out. It is plugged in again when this ends.
    Unplugged,
    /// The adapter is pulled out after this many more bytes of answers; the rest never comes. It is plugged in again
    /// when this ends.
    UnpluggedMidPacket {
        /// Bytes that still come.
        after: usize,
    },
}

impl Misbehaviour {
    /// The motor it is about; `None` when it is about all of them or the line.
    pub fn motor(&self) -> Option<u8> {
        match self {
            Self::MuteMotor { id }
            | Self::UnpluggedMotor { id }
            | Self::BrownOut { id }
            | Self::CorruptReply { id, .. }
            | Self::ShortReply { id, .. }
            | Self::LateReply { id, .. }
            | Self::NoiseBeforeReply { id, .. }
            | Self::WrongId { id, .. }
            | Self::SameId { id, .. }
            | Self::Fault { id, .. }
            | Self::StuckJoint { id }
            | Self::Overheats { id, .. }
            | Self::Overloaded { id, .. } => Some(*id),
            Self::CorruptReplies { whom, .. }
            | Self::LostReplies { whom, .. }
            | Self::Noise { whom, .. }
            | Self::ForgetfulEeprom { whom }
            | Self::DeafEeprom { whom } => match whom {
                Whom::Motor(id) => Some(*id),
                Whom::All => None,
            },
            Self::VoltageSag { .. }
            | Self::LostRequests { .. }
            | Self::SplitPackets { .. }
            | Self::UsbLatency { .. }
            | Self::Unplugged
            | Self::UnpluggedMidPacket { .. } => None,
        }
    }
}

/// What was really spoiled, counted as it left the simulator; what a program says of itself is held against this.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Injected {
    /// Answers with a wrong checksum.
    pub corrupt: u64,
    /// Answers that a motor gave and that never came: mute motors and lost replies.
    pub lost: u64,
    /// Answers that came late.
    pub late: u64,
    /// Answers that ended early.
    pub short: u64,
    /// Answers with noise before them.
    pub noisy: u64,
    /// Answers under another id.
    pub wrong_id: u64,
    /// Answers that collided with another motor's.
    pub collided: u64,
    /// Requests that reached no motor.
    pub lost_requests: u64,
    /// Times the adapter was pulled out.
    pub unplugged: u64,
}
