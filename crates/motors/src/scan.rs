//! Who is on a line: every motor at every rate, with all it says about itself, without changing anything.
//!
//! The six ids of an arm are asked one by one at the usual rate, then everybody is asked at every rate. When all six
//! answered at the usual rate the other rates get a short look, otherwise the whole time the manufacturer's tool
//! waits. A motor that complains is there; its error bits come with it.
//! Not here: what the figures mean for an arm, in words (`arms::survey`).

use std::ops::ControlFlow;
use std::time::Duration;

use crate::bus::{Bus, Echo, Patience, Span, deadlines};
use crate::error::BusError;
use crate::motor::{ErrorBits, MotorId};
use crate::port::Port;
use crate::registers::{self, Register};
use crate::serial::BAUD;

/// Line rates a motor may have been set to: the union of LeRobot's table and the manufacturer's headers, which
/// disagree about the codes from 5 on. The usual one comes first.
pub const RATES: [u32; 9] = [
    BAUD, 500_000, 250_000, 128_000, 115_200, 76_800, 57_600, 38_400, 19_200,
];

/// The ids of an arm's motors, from the base to the gripper.
pub const ARM_IDS: std::ops::RangeInclusive<u8> = 1..=6;

/// Ids that a short look waits for. A choice: motors fresh from the factory have id 1, arms use 1 to 6.
const SHORT_LOOK_IDS: u32 = 20;
/// Pings that tell a shared id from a bad cable.
const PINGS: u32 = 8;

/// Neighbouring registers that are read together: what identifies and limits a motor, how it is tuned, what it was
/// told, what it measures, what the factory set.
const SPANS: [(Register, Register); 5] = [
    (
        registers::FIRMWARE_MAJOR_VERSION,
        registers::MIN_VOLTAGE_LIMIT,
    ),
    (
        registers::MAX_TORQUE_LIMIT,
        registers::VELOCITY_I_COEFFICIENT,
    ),
    (registers::TORQUE_ENABLE, registers::LOCK),
    (registers::PRESENT_POSITION, registers::PRESENT_CURRENT),
    (
        registers::MOVING_VELOCITY,
        registers::ACCELERATION_MULTIPLIER,
    ),
];

/// When the other rates get a short look only: one that motors with ids up to 20 answer in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Thoroughness {
    /// Once all six motors of an arm were understood.
    #[default]
    UntilArm,
    /// Once any motor answered; for a motor that should be alone.
    UntilOne,
    /// Never: the whole time at every rate, about nine seconds.
    Whole,
}

/// How to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanConfig {
    /// The rates to look at, in this order.
    pub rates: Vec<u32>,
    /// When to look shortly.
    pub thoroughness: Thoroughness,
}

impl Default for ScanConfig {
    fn default() -> Self {
        Self {
            rates: RATES.to_vec(),
            thoroughness: Thoroughness::default(),
        }
    }
}

/// What a scan tells while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanProgress {
    /// Everybody is being asked at this rate.
    Rate {
        /// The rate in bits per second.
        baud: u32,
        /// Its place among the rates to look at, from 0.
        index: usize,
        /// How many there are.
        of: usize,
    },
    /// A motor was found and read.
    Found(Box<FoundMotor>),
}

/// Every register of one motor that says something about it, raw, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    spans: Vec<Span>,
    /// What it complained about in any of its answers.
    pub error: ErrorBits,
}

impl Facts {
    /// Reads everything a motor says about itself. Changes nothing.
    ///
    /// # Errors
    /// As [`Bus::read_span`].
    pub fn read<P: Port>(bus: &mut Bus<P>, id: MotorId) -> Result<Self, BusError> {
        let mut facts = Self {
            spans: Vec::with_capacity(SPANS.len()),
            error: ErrorBits::default(),
        };
        for (first, last) in SPANS {
            let span = bus.read_span(id, first, last)?;
            facts.error.0 |= span.error.0;
            facts.spans.push(span);
        }
        Ok(facts)
    }

    /// The raw value of a register; 0 for the few that are not read.
    pub fn value(&self, register: Register) -> i32 {
        self.spans
            .iter()
            .find_map(|span| span.value(register))
            .unwrap_or_default()
    }

    /// `Model_Number`.
    pub fn model(&self) -> i32 {
        self.value(registers::MODEL_NUMBER)
    }

    /// Firmware version, major and minor.
    pub fn firmware(&self) -> (i32, i32) {
        (
            self.value(registers::FIRMWARE_MAJOR_VERSION),
            self.value(registers::FIRMWARE_MINOR_VERSION),
        )
    }
}

/// How well a motor could be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Everything it said arrived whole.
    Whole(Box<Facts>),
    /// Two motors with this id talk at once, so that no long answer arrives whole.
    Shared,
    /// Its answers arrive damaged.
    Damaged,
}

/// A motor that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundMotor {
    /// The id it answers to.
    pub id: MotorId,
    /// The rate it answers at.
    pub baud: u32,
    /// What it complained about.
    pub error: ErrorBits,
    /// What it said.
    pub reading: Reading,
}

impl FoundMotor {
    /// All it said, when it was understood.
    pub fn facts(&self) -> Option<&Facts> {
        match &self.reading {
            Reading::Whole(facts) => Some(facts),
            Reading::Shared | Reading::Damaged => None,
        }
    }
}

/// What was found on a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// The motors, by rate in the order of looking, then by id.
    pub motors: Vec<FoundMotor>,
    /// Rates at which something was heard that was nobody's whole answer.
    pub noisy: Vec<u32>,
    /// Rates that the adapter cannot run at.
    pub refused: Vec<u32>,
    /// Whether it was called off, so that more may be there.
    pub called_off: bool,
}

impl Scan {
    /// The motor with this id at the usual rate.
    pub fn at_usual_rate(&self, id: u8) -> Option<&FoundMotor> {
        self.motors
            .iter()
            .find(|motor| motor.id.0 == id && motor.baud == BAUD)
    }

    /// Whether all six motors of an arm were understood at the usual rate.
    pub fn whole_arm(&self) -> bool {
        ARM_IDS.into_iter().all(|id| {
            self.at_usual_rate(id)
                .is_some_and(|motor| motor.facts().is_some())
        })
    }
}

/// Looks for motors. `tell` hears of each step and may call the rest off. The line's rate is as before afterwards.
///
/// # Errors
/// Only failures of the line; nobody answering is an empty scan.
pub fn scan<P: Port>(
    bus: &mut Bus<P>,
    config: &ScanConfig,
    mut tell: impl FnMut(ScanProgress) -> ControlFlow<()>,
) -> Result<Scan, BusError> {
    let (rate, patience) = (bus.baud(), *bus.patience());
    bus.set_patience(Patience {
        retries: patience.retries.max(1),
        ..patience
    });
    let mut scan = Scan::default();
    let mut outcome = Ok(());
    for (index, baud) in config.rates.iter().copied().enumerate() {
        let of = config.rates.len();
        if tell(ScanProgress::Rate { baud, index, of }).is_break() {
            scan.called_off = true;
            break;
        }
        match look_at_rate(bus, baud, config.thoroughness, &mut scan, &mut tell) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => {
                scan.called_off = true;
                break;
            }
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    bus.set_patience(patience);
    let restored = bus.set_baud(rate);
    outcome.and(restored).map(|()| scan)
}

fn look_at_rate<P: Port>(
    bus: &mut Bus<P>,
    baud: u32,
    thoroughness: Thoroughness,
    scan: &mut Scan,
    tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, BusError> {
    match bus.set_baud(baud) {
        Ok(()) => {}
        Err(BusError::LineFailed { .. }) => {
            scan.refused.push(baud);
            return Ok(ControlFlow::Continue(()));
        }
        Err(error) => return Err(error),
    }
    let mut found: Vec<(MotorId, Option<ErrorBits>)> = Vec::new();
    if baud == BAUD {
        ping_arm(bus, &mut found)?;
    }
    let short = match thoroughness {
        Thoroughness::UntilArm => scan.whole_arm(),
        Thoroughness::UntilOne => !scan.motors.is_empty(),
        Thoroughness::Whole => false,
    };
    let window = if short {
        deadlines::wire_time(6 * SHORT_LOOK_IDS as usize, baud)
            + Duration::from_millis(3) * SHORT_LOOK_IDS
            + Duration::from_millis(16)
    } else {
        deadlines::broadcast_window(baud)
    };
    let noise = bus.line_counts().noise_bytes;
    for (id, error) in bus.broadcast_ping(window)? {
        match found.iter_mut().find(|known| known.0 == id) {
            Some(known) => known.1 = Some(error),
            None => found.push((id, Some(error))),
        }
    }
    if bus.line_counts().noise_bytes > noise {
        // Several that talk at once, or a bad line: asked one by one they may be understood.
        if baud != BAUD {
            ping_arm(bus, &mut found)?;
        }
        scan.noisy.push(baud);
    }
    found.sort_unstable_by_key(|(id, _)| *id);
    for (id, error) in found {
        let motor = read(bus, id, baud, error)?;
        scan.motors.push(motor.clone());
        if tell(ScanProgress::Found(Box::new(motor))).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Asks the six ids of an arm; those that answered, with `None` for one whose answer was damaged.
fn ping_arm<P: Port>(
    bus: &mut Bus<P>,
    found: &mut Vec<(MotorId, Option<ErrorBits>)>,
) -> Result<(), BusError> {
    for id in ARM_IDS.map(MotorId) {
        if found.iter().any(|known| known.0 == id) {
            continue;
        }
        match bus.ping(id) {
            Ok(error) => found.push((id, Some(error))),
            Err(BusError::Corrupt { .. }) => found.push((id, None)),
            // Answers laid over each other may leave too little to be called an answer.
            Err(BusError::NoReply { .. }) => match bus.echo(id)? {
                Echo::Silence | Echo::Foreign => {}
                Echo::Whole | Echo::Damaged | Echo::Jumble => found.push((id, None)),
            },
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads one motor that is there.
fn read<P: Port>(
    bus: &mut Bus<P>,
    id: MotorId,
    baud: u32,
    error: Option<ErrorBits>,
) -> Result<FoundMotor, BusError> {
    let mut motor = FoundMotor {
        id,
        baud,
        error: error.unwrap_or_default(),
        reading: Reading::Damaged,
    };
    match Facts::read(bus, id) {
        // Its complaint is the one of now; an answer to a ping may be older.
        Ok(facts) => {
            motor.error.0 |= facts.error.0;
            motor.reading = Reading::Whole(Box::new(facts));
        }
        Err(BusError::Corrupt { .. } | BusError::NoReply { .. }) => {
            if shared(bus, id)? {
                motor.reading = Reading::Shared;
            }
        }
        Err(error) => return Err(error),
    }
    Ok(motor)
}

/// Whether the answers to pings are those of several motors: laid over each other they are no packets any more, and
/// where they fall together to the bit they are whole though longer answers are not. A bad cable damages some answers
/// and leaves others, and leaves most of a packet recognisable.
fn shared<P: Port>(bus: &mut Bus<P>, id: MotorId) -> Result<bool, BusError> {
    let mut whole = 0;
    let mut jumble = 0;
    for _ in 0..PINGS {
        match bus.echo(id)? {
            Echo::Whole => whole += 1,
            Echo::Jumble => jumble += 1,
            Echo::Damaged | Echo::Foreign | Echo::Silence => {}
        }
    }
    Ok(whole == PINGS || 2 * jumble >= PINGS)
}
