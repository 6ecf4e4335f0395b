//! How findings about a line read: what is wrong, how much it matters, what to do.
//!
//! Not here: what counts as a finding (the module above).

use std::fmt;

use motors::ErrorBits;
use motors::scan::ARM_IDS;

use super::{LineFinding, VARIANT_BOUNDARY_VOLTS, Weight, model_name};
use crate::joint::Joint;

/// `elbow_flex (motor 3)`, or `motor 9` for an id that no arm has.
pub fn motor_name(id: u8) -> String {
    Joint::ALL
        .into_iter()
        .find(|joint| joint.motor_id() == id)
        .map_or_else(
            || format!("motor {id}"),
            |joint| format!("{} (motor {id})", joint.name()),
        )
}

fn motors(ids: &[u8]) -> String {
    let ids: Vec<String> = ids.iter().map(u8::to_string).collect();
    match ids.as_slice() {
        [one] => format!("motor {one}"),
        several => format!("motors {}", several.join(", ")),
    }
}

fn run(from: u8, to: u8) -> String {
    if from == to {
        format!("motor {from}")
    } else {
        format!("motors {from}-{to}")
    }
}

impl LineFinding {
    /// How much it matters.
    pub fn weight(&self) -> Weight {
        match self {
            Self::TorqueOn { .. } | Self::RatesRefused { .. } => Weight::Note,
            Self::Extra { .. }
            | Self::Noise
            | Self::Fault { .. }
            | Self::BrownOut { .. }
            | Self::Sag { .. }
            | Self::MixedVariants { .. }
            | Self::Warm { .. }
            | Self::NoAcknowledgement { .. } => Weight::Warning,
            Self::Nothing
            | Self::OnlyNoise
            | Self::OnlyOne { .. }
            | Self::CableBreak { .. }
            | Self::Missing { .. }
            | Self::OtherRate { .. }
            | Self::Shared { .. }
            | Self::Damaged { .. }
            | Self::WrongModel { .. }
            | Self::WrongSupply { .. }
            | Self::FirmwareMix { .. } => Weight::Stop,
        }
    }

    /// The id it is about, when it is about one motor.
    pub fn motor(&self) -> Option<u8> {
        match self {
            Self::Missing { id, .. }
            | Self::Extra { id }
            | Self::OtherRate { id, .. }
            | Self::Shared { id }
            | Self::Damaged { id }
            | Self::WrongModel { id, .. }
            | Self::Fault { id, .. }
            | Self::BrownOut { id }
            | Self::Sag { id, .. }
            | Self::FirmwareMix { id, .. }
            | Self::Warm { id, .. }
            | Self::NoAcknowledgement { id } => Some(*id),
            _ => None,
        }
    }

    /// What the person at the bench can do.
    pub fn remedy(&self) -> String {
        let text = match self {
            Self::Nothing => {
                "Switch the arm's power supply on, check its plug, and the cable from the adapter to the first motor."
            }
            Self::OnlyNoise => {
                "Check the cable from the adapter to the first motor, and connect one motor alone: two with one id talk at once."
            }
            Self::OnlyOne { .. } => {
                "While motors are set up one by one that is as it must be (tendon setup-motors). In an arm, check the cable from this motor to the next, at both plugs."
            }
            Self::CableBreak { last } => {
                return format!(
                    "Check the cable between motor {last} and motor {}, at both plugs.",
                    last + 1
                );
            }
            Self::Missing {
                id,
                stray: Some(stray),
            } => {
                return format!(
                    "Motor {stray} has an id that no arm uses and may be this one. Connect it alone and run: tendon setup-motors --id={id}"
                );
            }
            Self::Missing { id, stray: None } => {
                return format!(
                    "The cable to it works, since others answer: check its own plugs. If it was never set up, connect it alone and run: tendon setup-motors --id={id}"
                );
            }
            Self::Extra { .. } => {
                "If it belongs to this arm, connect it alone and set it up: tendon setup-motors --id=N. Otherwise take it off the line."
            }
            Self::OtherRate { id, .. } | Self::NoAcknowledgement { id } => {
                return format!(
                    "Connect it alone and set it up: tendon setup-motors --id={}",
                    if ARM_IDS.contains(id) {
                        id.to_string()
                    } else {
                        "N".to_owned()
                    }
                );
            }
            Self::Shared { .. } => {
                "Take one of the two off the line and set it up alone: tendon setup-motors --id=N"
            }
            Self::Damaged { .. } => {
                "Check the plugs and cables from the adapter to this motor, and that no other motor has its id."
            }
            Self::Noise => "Check plugs and cables; keep the bus cable away from power cables.",
            Self::WrongModel { .. } => "SO arms use STS3215 motors: exchange this one.",
            Self::Fault { bits, .. } if bits.contains(ErrorBits::VOLTAGE) => {
                "Check that the power supply fits the motor (7.4 V and 12 V motors look alike) and is strong enough."
            }
            Self::Fault { bits, .. } if bits.contains(ErrorBits::OVERHEAT) => {
                "Release the arm and let the motor cool down."
            }
            Self::Fault { bits, .. } if bits.contains(ErrorBits::ANGLE_SENSOR) => {
                "Switch the arm's power off and on. If it stays, the motor must be replaced."
            }
            Self::Fault { .. } => {
                "Take the load off the joint and release the arm; the fault ends when torque is switched on anew or after a power cycle."
            }
            Self::BrownOut { .. } => {
                "Check the plugs of this motor and that the supply is strong enough (5 A for 7.4 V arms); then connect the arm again."
            }
            Self::Sag { .. } => {
                "Check the plugs and the cable to this motor: one of them makes bad contact."
            }
            Self::MixedVariants { .. } => {
                "Exchange the motors of one kind, unless you know that your supply fits both."
            }
            Self::WrongSupply { most, voltage, .. } if voltage > most => {
                "Switch the supply off now and use one that fits: 5 to 7.4 V for these motors."
            }
            Self::WrongSupply { .. } => {
                "Use a 12 V supply for 12 V motors: with less they are weak and protect themselves."
            }
            Self::FirmwareMix { .. } => {
                "Bring all motors to one firmware with Feetech's own tool (FD, on Windows)."
            }
            Self::Warm { .. } => "Let the arm rest; the motor switches itself off at 70 °C.",
            Self::TorqueOn { .. } => {
                "Nothing to do. To move the arm by hand, release it first: tendon release"
            }
            Self::RatesRefused { .. } => {
                "Nothing to do unless a motor is missing: then look with another adapter."
            }
        };
        text.to_owned()
    }
}

impl fmt::Display for LineFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = |version: &(i32, i32)| format!("{}.{}", version.0, version.1);
        match self {
            Self::Nothing => f.write_str("no motor answers at any rate"),
            Self::OnlyNoise => {
                f.write_str("something is on the line, but no whole answer arrives at any rate")
            }
            Self::OnlyOne { id } => write!(f, "only one motor answers: {}", motor_name(*id)),
            Self::CableBreak { last } => {
                let (from, to) = (*ARM_IDS.start(), *ARM_IDS.end());
                let verb = |first, last| {
                    if first == last { "answers" } else { "answer" }
                };
                let silent = if last + 1 == to { "does" } else { "do" };
                write!(
                    f,
                    "{} {}, {} {silent} not",
                    run(from, *last),
                    verb(from, *last),
                    run(last + 1, to)
                )
            }
            Self::Missing { id, .. } => write!(f, "{} does not answer", motor_name(*id)),
            Self::Extra { id } => write!(f, "motor {id} is on the line, an id that no arm uses"),
            Self::OtherRate { id, baud } => {
                write!(
                    f,
                    "{} runs at {baud} baud instead of 1000000",
                    motor_name(*id)
                )
            }
            Self::Shared { id } => write!(f, "two motors have the id {id} and talk at once"),
            Self::Damaged { id } => {
                write!(
                    f,
                    "{} answers, but its answers are damaged",
                    motor_name(*id)
                )
            }
            Self::Noise => f.write_str("stray bytes are on the line"),
            Self::WrongModel { id, model } => {
                let name = model_name(*model);
                write!(f, "{} is of model {name}, not STS3215", motor_name(*id))
            }
            Self::Fault {
                id,
                bits,
                voltage,
                temperature,
            } => {
                write!(f, "{} is there but reports: {bits}", motor_name(*id))?;
                if let (Some(volts), true) = (voltage, bits.contains(ErrorBits::VOLTAGE)) {
                    write!(f, " ({volts:.1} V)")?;
                }
                if let (Some(celsius), true) = (temperature, bits.contains(ErrorBits::OVERHEAT)) {
                    write!(f, " ({celsius} °C)")?;
                }
                Ok(())
            }
            Self::BrownOut { id } => write!(
                f,
                "{} was restarted while the others went on: its supply failed for a moment",
                motor_name(*id)
            ),
            Self::Sag {
                id,
                voltage,
                others,
            } => write!(
                f,
                "{} gets {voltage:.1} V, the others {others:.1} V",
                motor_name(*id)
            ),
            Self::MixedVariants { twelve, seven } => {
                let kind = |ids: &[u8], volts: &str| match ids.len() {
                    1 => format!("{} is of the {volts} kind", motors(ids)),
                    _ => format!("{} are of the {volts} kind", motors(ids)),
                };
                write!(f, "{}, {}", kind(twelve, "12 V"), kind(seven, "7.4 V"))
            }
            Self::WrongSupply { ids, most, voltage } => {
                let kind = if *most > VARIANT_BOUNDARY_VOLTS {
                    "12 V"
                } else {
                    "7.4 V"
                };
                write!(
                    f,
                    "{} of the {kind} kind ({most:.1} V at most), supplied with {voltage:.1} V",
                    motors(ids)
                )
            }
            Self::FirmwareMix { id, found, others } => write!(
                f,
                "{} runs firmware {}, the others {}",
                motor_name(*id),
                version(found),
                version(others)
            ),
            Self::Warm { id, temperature } => {
                write!(f, "{} is at {temperature} °C", motor_name(*id))
            }
            Self::NoAcknowledgement { id } => write!(
                f,
                "{} obeys but does not acknowledge (Response_Status_Level 0)",
                motor_name(*id)
            ),
            Self::TorqueOn { ids } => write!(
                f,
                "torque is on: {}",
                if ids.len() == usize::from(*ARM_IDS.end()) {
                    "all motors".to_owned()
                } else {
                    motors(ids)
                }
            ),
            Self::RatesRefused { rates } => {
                let rates: Vec<String> = rates.iter().map(u32::to_string).collect();
                write!(f, "this adapter does not run at {} baud", rates.join(", "))
            }
        }
    }
}
