//! Gives the one motor on a line the id and rate it shall have, and gives them back: every value is written to an
//! unlocked EEPROM, read back, and locked again.
//!
//! Each step leaves a motor that the next attempt finds, whatever it was interrupted by: a motor has either its old
//! or its new id, at its old or its new rate, and all of them are looked at. A line with more than one motor is
//! refused, also when they share an id.
//! Not here: which joint gets which id, and what was done before (`station::setup_motors`).

use std::ops::ControlFlow;

use crate::bus::Bus;
use crate::error::BusError;
use crate::motor::MotorId;
use crate::port::Port;
use crate::registers::{self, Register};
use crate::scan::{Facts, Reading, ScanConfig, ScanProgress, Thoroughness, scan};
use crate::serial::BAUD;

/// Attempts to reach a motor that has just been given another id or rate.
const REACH: u32 = 3;

/// What set-up decides about a motor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: MotorId,
    /// Its line rate in bits per second.
    pub baud: u32,
    /// Its `Baud_Rate`, the code of that rate.
    pub baud_code: i32,
    /// Its `Return_Delay_Time`, 2 µs.
    pub return_delay: i32,
    /// Its `Response_Status_Level`: 1 acknowledges writes, 0 does not.
    pub response_level: i32,
}

impl Identity {
    /// What a motor of an arm has: the usual rate, answers at once, acknowledges.
    pub fn of_arm(id: MotorId) -> Self {
        Self {
            id,
            baud: BAUD,
            baud_code: registers::BAUD_CODE_1M,
            return_delay: 0,
            response_level: 1,
        }
    }

    /// The registers that hold it, but for the id and the rate, in the order in which they are written.
    fn manners(&self) -> [(Register, i32); 2] {
        [
            (registers::RESPONSE_STATUS_LEVEL, self.response_level),
            (registers::RETURN_DELAY_TIME, self.return_delay),
        ]
    }
}

/// The only motor on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alone {
    /// What it is now.
    pub identity: Identity,
    /// All it says about itself.
    pub facts: Facts,
}

/// One register that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The register.
    pub register: Register,
    /// What it held.
    pub from: i32,
    /// What it holds now, as read back.
    pub to: i32,
}

/// Why a motor was not set up. Nothing is half done: the same request can be made again.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Nobody answers at any rate.
    #[error("no motor answers at any rate")]
    NoMotor,
    /// Something answers, but nothing whole arrives. Nothing was written.
    #[error("something is on the line, but no whole answer arrives at any rate")]
    OnlyNoise,
    /// More than one motor is on the line. Nothing was written.
    #[error("{} motors answer, and only one may be connected: {}", motors.len(), list(motors))]
    Several {
        /// Their ids and rates.
        motors: Vec<(MotorId, u32)>,
    },
    /// Two motors have the same id and talk at once. Nothing was written.
    #[error("two motors have the id {id} and talk at once")]
    SharedId {
        /// The id.
        id: MotorId,
    },
    /// It answers, but what it says arrives damaged. Nothing was written.
    #[error("motor {id} answers, but its answers are damaged")]
    Damaged {
        /// Its id.
        id: MotorId,
    },
    /// It is no STS3215. Nothing was written.
    #[error("motor {id} is {}, not an STS3215", model(*found))]
    WrongModel {
        /// Its id.
        id: MotorId,
        /// Its `Model_Number`.
        found: i32,
    },
    /// It does not hold what was written to it.
    #[error("motor {id}: {register} was set to {wanted} but reads {found}")]
    NotKept {
        /// Its id.
        id: MotorId,
        /// The register.
        register: &'static str,
        /// What was written.
        wanted: i32,
        /// What was read back.
        found: i32,
    },
    /// It was given another id or rate and does not answer there.
    #[error("motor {from} was made motor {to} at {baud} baud and does not answer there")]
    Lost {
        /// Its former id.
        from: MotorId,
        /// Its new id.
        to: MotorId,
        /// The rate it should answer at.
        baud: u32,
    },
    /// Somebody called it off while it was looked for. Nothing was written.
    #[error("the set-up was called off")]
    CalledOff,
    /// The motor fell silent or the line failed.
    #[error(transparent)]
    Bus(#[from] BusError),
}

fn list(motors: &[(MotorId, u32)]) -> String {
    let words: Vec<String> = motors
        .iter()
        .map(|(id, baud)| {
            if *baud == BAUD {
                format!("motor {id}")
            } else {
                format!("motor {id} at {baud} baud")
            }
        })
        .collect();
    words.join(", ")
}

fn model(number: i32) -> String {
    registers::OTHER_MODELS
        .iter()
        .find(|(other, _)| *other == number)
        .map_or_else(
            || format!("of the unknown model {number}"),
            |(_, name)| format!("of model {name}"),
        )
}

impl SetupError {
    /// What the person at the bench can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoMotor => {
                "Check the power supply and the cable to the motor. A motor's plug must click into the adapter."
            }
            Self::Several { .. } => {
                "Unplug the bus cable of all other motors and leave only the one to be set up."
            }
            Self::OnlyNoise => {
                "Connect one motor alone: two with one id talk at once. Then check its plugs and cable."
            }
            Self::SharedId { .. } => "Unplug one of the two.",
            Self::Damaged { .. } => {
                "Check the plugs and the cable. If more than one motor is connected, unplug the others."
            }
            Self::WrongModel { .. } => {
                "SO arms use STS3215 motors, of the 7.4 V or the 12 V kind: exchange this one."
            }
            Self::NotKept { .. } => {
                "Switch the motor's power off and on and try again; if it stays, the motor may be damaged."
            }
            Self::Lost { .. } => {
                "Switch the motor's power off and on, then try again: set-up goes on where it was."
            }
            Self::CalledOff => "Start again when the motor is connected.",
            Self::Bus(error) => error.remedy(),
        }
    }

    /// Whether the line itself is gone.
    pub fn line_lost(&self) -> bool {
        matches!(self, Self::Bus(error) if error.line_lost())
    }
}

/// Finds the only motor on the line, at whatever rate, and reads all it says. Changes nothing in it; the line runs at
/// the motor's rate afterwards.
///
/// # Errors
/// When there is none, or more than one, or it cannot be understood; what to do is in the error.
pub fn find_alone<P: Port>(
    bus: &mut Bus<P>,
    tell: impl FnMut(ScanProgress) -> ControlFlow<()>,
) -> Result<Alone, SetupError> {
    let config = ScanConfig {
        thoroughness: Thoroughness::UntilOne,
        ..ScanConfig::default()
    };
    let scan = scan(bus, &config, tell)?;
    if scan.called_off {
        return Err(SetupError::CalledOff);
    }
    let motor = match scan.motors.as_slice() {
        [] if scan.noisy.is_empty() => return Err(SetupError::NoMotor),
        [] => return Err(SetupError::OnlyNoise),
        [one] => one,
        several => {
            return Err(SetupError::Several {
                motors: several.iter().map(|it| (it.id, it.baud)).collect(),
            });
        }
    };
    bus.set_baud(motor.baud)?;
    let facts = match &motor.reading {
        Reading::Whole(facts) => facts,
        Reading::Shared => return Err(SetupError::SharedId { id: motor.id }),
        Reading::Damaged => return Err(SetupError::Damaged { id: motor.id }),
    };
    if facts.model() != registers::MODEL_STS3215 {
        return Err(SetupError::WrongModel {
            id: motor.id,
            found: facts.model(),
        });
    }
    Ok(Alone {
        identity: Identity {
            id: motor.id,
            baud: motor.baud,
            baud_code: facts.value(registers::BAUD_RATE),
            return_delay: facts.value(registers::RETURN_DELAY_TIME),
            response_level: facts.value(registers::RESPONSE_STATUS_LEVEL),
        },
        facts: (**facts).clone(),
    })
}

/// Makes a motor what `wanted` says, and locks its EEPROM. Only what differs is written; each value is read back at
/// the end. Afterwards the line runs at the wanted rate. Returns what was changed.
///
/// # Errors
/// When the motor does not answer or does not keep a value. Whatever happened, [`find_alone`] finds it again and the
/// same call completes the work.
pub fn give<P: Port>(
    bus: &mut Bus<P>,
    motor: &Alone,
    wanted: Identity,
) -> Result<Vec<Changed>, SetupError> {
    let before = motor.identity;
    let mut id = before.id;
    if before != wanted {
        bus.write_unheard(id, registers::TORQUE_ENABLE, 0)?;
        keep(bus, id, registers::TORQUE_ENABLE, 0)?;
        bus.write_unheard(id, registers::LOCK, 0)?;
        keep(bus, id, registers::LOCK, 0)?;
        for ((register, from), (_, to)) in before.manners().into_iter().zip(wanted.manners()) {
            if from != to {
                bus.write_unheard(id, register, to)?;
                keep(bus, id, register, to)?;
            }
        }
        if wanted.id != id {
            bus.write_unheard(id, registers::ID, i32::from(wanted.id.0))?;
            if let Err(error) = reach(bus, before.id, wanted.id, before.baud) {
                // One that kept its old id says so better than silence does.
                return Err(kept_instead(
                    bus,
                    before.id,
                    registers::ID,
                    i32::from(wanted.id.0),
                    error,
                ));
            }
            id = wanted.id;
            keep(bus, id, registers::ID, i32::from(id.0))?;
        }
        if wanted.baud_code != before.baud_code {
            bus.write_unheard(id, registers::BAUD_RATE, wanted.baud_code)?;
            bus.set_baud(wanted.baud)?;
            if let Err(error) = reach(bus, before.id, id, wanted.baud) {
                bus.set_baud(before.baud)?;
                let code = wanted.baud_code;
                return Err(kept_instead(bus, id, registers::BAUD_RATE, code, error));
            }
        }
    }
    // Everything once more, as it is now: this is what was set up, whatever the steps said.
    let facts = Facts::read(bus, id)?;
    let mut changed = Vec::new();
    let mut checked = vec![
        (registers::ID, i32::from(before.id.0), i32::from(id.0)),
        (registers::BAUD_RATE, before.baud_code, wanted.baud_code),
    ];
    for ((register, from), (_, to)) in before.manners().into_iter().zip(wanted.manners()) {
        checked.push((register, from, to));
    }
    for (register, from, to) in checked {
        let found = facts.value(register);
        if found != to {
            return Err(SetupError::NotKept {
                id,
                register: register.name,
                wanted: to,
                found,
            });
        }
        if from != to {
            changed.push(Changed { register, from, to });
        }
    }
    if facts.value(registers::LOCK) != 1 {
        bus.write_unheard(id, registers::LOCK, 1)?;
        keep(bus, id, registers::LOCK, 1)?;
    }
    Ok(changed)
}

/// Reads a register back.
fn keep<P: Port>(
    bus: &mut Bus<P>,
    id: MotorId,
    register: Register,
    wanted: i32,
) -> Result<(), SetupError> {
    let found = bus.read(id, register)?;
    if found == wanted {
        return Ok(());
    }
    Err(SetupError::NotKept {
        id,
        register: register.name,
        wanted,
        found,
    })
}

/// What became of a change after which the motor is silent where it should be: still what it was, or unknown (`lost`).
fn kept_instead<P: Port>(
    bus: &mut Bus<P>,
    id: MotorId,
    register: Register,
    wanted: i32,
    lost: SetupError,
) -> SetupError {
    match (lost, bus.read(id, register)) {
        (lost @ SetupError::Bus(_), _) => lost,
        (_, Ok(found)) if found != wanted => SetupError::NotKept {
            id,
            register: register.name,
            wanted,
            found,
        },
        (lost, _) => lost,
    }
}

/// Waits until a motor answers under its new id and rate.
fn reach<P: Port>(
    bus: &mut Bus<P>,
    from: MotorId,
    to: MotorId,
    baud: u32,
) -> Result<(), SetupError> {
    for _ in 0..REACH {
        match bus.ping(to) {
            Ok(_) => return Ok(()),
            Err(BusError::NoReply { .. } | BusError::Corrupt { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(SetupError::Lost { from, to, baud })
}

impl<P: Port> Bus<P> {
    /// Writes a register and takes silence for obedience: a motor may answer nothing (`Response_Status_Level` 0),
    /// under its new id, or at its new rate. The caller reads the value back.
    fn write_unheard(
        &mut self,
        id: MotorId,
        register: Register,
        value: i32,
    ) -> Result<(), BusError> {
        match self.write(id, register, value) {
            Err(BusError::NoReply { .. } | BusError::Corrupt { .. }) => Ok(()),
            result => result,
        }
    }
}
